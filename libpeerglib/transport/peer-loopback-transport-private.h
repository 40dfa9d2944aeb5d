/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-transport-private.h"

G_BEGIN_DECLS

#define PEER_TYPE_LOOPBACK_TRANSPORT (peer_loopback_transport_get_type ())
G_DECLARE_FINAL_TYPE (PeerLoopbackTransport, peer_loopback_transport, PEER, LOOPBACK_TRANSPORT, PeerTransport)

/* The twin of the WebRTC transport inside one process, for tests: the same
 * descriptions, candidates, events and order, without a network. */
PeerTransport *peer_loopback_transport_new (const PeerTransportConfig *config);

/* Levers for tests. */
void peer_loopback_transport_fail (PeerLoopbackTransport *self,
                                   const GError *error);
void peer_loopback_transport_set_stalled (PeerLoopbackTransport *self,
                                          gboolean stalled);

/* Cuts the link without either side being told: nothing passes between the two
 * until it is mended, not even the end of one of them. */
void peer_loopback_transport_set_silent (PeerLoopbackTransport *self,
                                         gboolean silent);
void peer_loopback_transport_set_max_message_size (PeerLoopbackTransport *self,
                                                   gsize size);

G_END_DECLS
