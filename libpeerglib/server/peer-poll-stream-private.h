/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-poll-hub-private.h"

G_BEGIN_DECLS

/* A GIOStream around the stream of an accepted connection, for a
 * SoupWebsocketConnection to use. It reads at most one scratch buffer a turn,
 * takes every write and keeps what the socket does not, holds its input to
 * the hub's limits, and lingers when it is closed: what is pending is sent
 * and the rest of the input read, so that the last message is not lost to a
 * reset. */
#define PEER_TYPE_POLL_STREAM (peer_poll_stream_get_type ())

G_DECLARE_FINAL_TYPE (PeerPollStream, peer_poll_stream, PEER, POLL_STREAM, GIOStream)

typedef enum
{
  PEER_POLL_VIOLATION_TOO_BIG, /* a message over max_message_size */
  PEER_POLL_VIOLATION_INVALID, /* not WebSocket frames */
  PEER_POLL_VIOLATION_SLOW,    /* more pending output than max_pending_output */
} PeerPollViolation;

typedef struct
{
  /* Bytes arrived. */
  void (*active) (gpointer user_data);
  /* Called once; the stream delivers nothing after it but its end. */
  void (*violated) (PeerPollViolation violation,
                    gpointer user_data);
} PeerPollStreamFuncs;

PeerPollStream *peer_poll_stream_new (PeerPollHub *hub,
                                      GIOStream *base,
                                      GSocket *socket);

/* Takes over the source that a reader attached while the hub was entered, and
 * begins to watch the socket. Fails when the kernel takes no more. */
gboolean peer_poll_stream_start (PeerPollStream *self,
                                 const PeerPollStreamFuncs *funcs,
                                 gpointer user_data);

/* After it no function is called. */
void peer_poll_stream_clear_funcs (PeerPollStream *self);

/* Whether more output is pending than the limit allows. */
gboolean peer_poll_stream_is_slow (PeerPollStream *self);

G_END_DECLS
