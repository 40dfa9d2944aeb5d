/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A stream of which the beginning was read already: gives that first, and is
 * its base then. The base must be pollable on both sides. */
#define PEER_TYPE_REPLAY_STREAM (peer_replay_stream_get_type ())

G_DECLARE_FINAL_TYPE (PeerReplayStream, peer_replay_stream, PEER, REPLAY_STREAM, GIOStream)

GIOStream *peer_replay_stream_new (GIOStream *base,
                                   GBytes *beginning);

G_END_DECLS
