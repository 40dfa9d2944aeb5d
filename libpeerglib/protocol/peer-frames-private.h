/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-codec-private.h"

G_BEGIN_DECLS

/* A stream cut into pieces of at most this size. */
PeerFrames *peer_frames_new_sliced (GBytes *stream,
                                    gsize piece_size);

/* A packed value in chunk messages with payloads of at most this size. */
PeerFrames *peer_frames_new_chunked (GBytes *packed,
                                     gsize piece_size,
                                     guint64 id);

G_END_DECLS
