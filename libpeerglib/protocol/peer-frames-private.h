/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-codec-private.h"
#include "peer-rope-private.h"

G_BEGIN_DECLS

/* A stream cut into pieces of at most this size. Takes what the rope holds. */
PeerFrames *peer_frames_new_sliced (PeerRope *stream,
                                    gsize piece_size);

/* A packed value in chunk messages with payloads of at most this size. Takes
 * what the rope holds. */
PeerFrames *peer_frames_new_chunked (PeerRope *packed,
                                     gsize piece_size,
                                     guint64 id);

G_END_DECLS
