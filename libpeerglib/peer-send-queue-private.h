/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "protocol/peer-codec-private.h"
#include "transport/peer-transport-private.h"

G_BEGIN_DECLS

/* The values of a connection that wait for its transport. Their messages are
 * made when the transport takes them, so that what waits is held once. */
typedef struct _PeerSendQueue PeerSendQueue;

PeerSendQueue *peer_send_queue_new (void);
void peer_send_queue_free (PeerSendQueue *self);

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
