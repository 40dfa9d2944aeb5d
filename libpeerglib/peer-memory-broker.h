/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#if !defined(_PEER_INSIDE) && !defined(PEER_COMPILATION)
#error "Only <libpeerglib/peer.h> can be included directly."
#endif

#include <libpeerglib/peer-broker.h>

G_BEGIN_DECLS

#define PEER_TYPE_MEMORY_BROKER (peer_memory_broker_get_type ())

PEER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (PeerMemoryBroker, peer_memory_broker, PEER, MEMORY_BROKER, GObject)

PEER_AVAILABLE_IN_1_0
PeerBroker *peer_memory_broker_new (void);

G_END_DECLS
