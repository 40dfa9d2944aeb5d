/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "protocol/peer-codec-private.h"
#include "transport/peer-transport-private.h"

G_BEGIN_DECLS

/* The values of a connection that wait for its transport. Their messages are
 * made when the transport takes them, so that what waits is held once. */
typedef struct _PeerSendQueue PeerSendQueue;

/* The level at which a transport should say that it holds little. */
#define PEER_SEND_QUEUE_LOW_LEVEL (64 * 1024)

/* Values in chunks that are under way at once; the others wait for one of them
 * to end. Receivers keep no more than so many incomplete ones. */
#define PEER_SEND_QUEUE_MAX_INTERLEAVED 16

PeerSendQueue *peer_send_queue_new (void);
void peer_send_queue_free (PeerSendQueue *self);

/* Where messages may overtake each other, values that travel in chunks take
 * turns with each other and with what was pushed after them. */
void peer_send_queue_set_interleaved (PeerSendQueue *self,
                                      gboolean is_interleaved);

void peer_send_queue_push (PeerSendQueue *self,
                           PeerFrames *frames);

/* Gives the transport what it should hold now. The errors are those of
 * peer_transport_send(). */
gboolean peer_send_queue_pump (PeerSendQueue *self,
                               PeerTransport *transport,
                               GError **error);

/* Bytes that wait here. */
gsize peer_send_queue_get_size (PeerSendQueue *self);

void peer_send_queue_clear (PeerSendQueue *self);

G_END_DECLS
