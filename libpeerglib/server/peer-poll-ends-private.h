/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-poll-stream-private.h"

G_BEGIN_DECLS

/* The two ends of a PeerPollStream that GIO's interfaces ask for. They own
 * nothing and live as long as their stream. */

#define PEER_TYPE_POLL_INPUT (peer_poll_input_get_type ())
#define PEER_TYPE_POLL_OUTPUT (peer_poll_output_get_type ())

G_DECLARE_FINAL_TYPE (PeerPollInput, peer_poll_input, PEER, POLL_INPUT, GInputStream)
G_DECLARE_FINAL_TYPE (PeerPollOutput, peer_poll_output, PEER, POLL_OUTPUT, GOutputStream)

GInputStream *peer_poll_input_new (PeerPollStream *stream);
GOutputStream *peer_poll_output_new (PeerPollStream *stream);

gssize peer_poll_stream_read (PeerPollStream *self,
                              void *buffer,
                              gsize length,
                              GError **error);
void peer_poll_stream_write (PeerPollStream *self,
                             const void *data,
                             gsize length);
void peer_poll_stream_set_source (PeerPollStream *self,
                                  GSource *source);

G_END_DECLS
