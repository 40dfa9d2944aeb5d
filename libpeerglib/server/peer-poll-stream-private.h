/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-poll-hub-private.h"

G_BEGIN_DECLS

/* A connection on the hub: a socket or, with TLS or under somebody else's HTTP
 * server, a GIOStream around one. It reads at most one scratch buffer a turn,
 * takes every write and sends it at the end of the turn, keeps what the socket
 * does not take, and lingers when it is closed: what is pending is sent and
 * the rest of the input read, so that the last message is not lost to a
 * reset. */
typedef struct _PeerPollStream PeerPollStream;

typedef struct
{
  /* Bytes arrived, which may be changed. Returns how many were used; the rest
   * is given again with what comes after it. */
  gsize (*received) (guint8 *data,
                     gsize length,
                     gpointer user_data);
  /* Called once: the other side has ended, or the connection is lost. */
  void (*ended) (gpointer user_data);
} PeerPollStreamFuncs;

/* Takes the descriptor. NULL when the kernel watches no more sockets. */
PeerPollStream *peer_poll_stream_new (PeerPollHub *hub,
                                      int fd);

/* The base must be pollable on both sides. */
PeerPollStream *peer_poll_stream_new_for_io_stream (PeerPollHub *hub,
                                                    GIOStream *base,
                                                    GSocket *socket);
PeerPollStream *peer_poll_stream_ref (PeerPollStream *self);
void peer_poll_stream_unref (PeerPollStream *self);

/* Who gets what arrives; nobody for NULL. */
void peer_poll_stream_set_funcs (PeerPollStream *self,
                                 const PeerPollStreamFuncs *funcs,
                                 gpointer user_data);

/* Milliseconds. */
#define PEER_POLL_REST_TIME 50

/* Leaves the stream unread, for a moment or until it is resumed; what was not
 * used is kept. While it is, only the loss of the connection is told. */
void peer_poll_stream_rest (PeerPollStream *self);
void peer_poll_stream_hold (PeerPollStream *self);
void peer_poll_stream_resume (PeerPollStream *self);

/* What was received and not used; for a stream that is held. */
const guint8 *peer_poll_stream_peek (PeerPollStream *self,
                                     gsize *length);
void peer_poll_stream_skip (PeerPollStream *self,
                            gsize length);

/* Adds what is in two pieces, header and data, to what will be sent. FALSE
 * when more is pending than the hub allows: the other side does not read. */
gboolean peer_poll_stream_write (PeerPollStream *self,
                                 const void *header,
                                 gsize header_length,
                                 const void *data,
                                 gsize length);

/* Ends the connection, in order or at once. Nothing is called after it. */
void peer_poll_stream_close (PeerPollStream *self);
void peer_poll_stream_finish (PeerPollStream *self);

/* Takes the connection off the hub and leaves it open: the stream that it was
 * made for, which is then the caller's, or a new one for its descriptor. What
 * was not used has to be peeked at before. */
GIOStream *peer_poll_stream_release (PeerPollStream *self,
                                     GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerPollStream, peer_poll_stream_unref)

G_END_DECLS
