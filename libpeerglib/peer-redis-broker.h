/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#if !defined(_PEER_INSIDE) && !defined(PEER_COMPILATION)
#error "Only <libpeerglib/peer.h> can be included directly."
#endif

#include <libpeerglib/peer-broker.h>

G_BEGIN_DECLS

#define PEER_TYPE_REDIS_BROKER (peer_redis_broker_get_type ())

PEER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (PeerRedisBroker, peer_redis_broker, PEER, REDIS_BROKER, GObject)

PEER_AVAILABLE_IN_1_0
PeerBroker *peer_redis_broker_new (const char *uri,
                                   GError **error);

PEER_AVAILABLE_IN_1_0
const char *peer_redis_broker_get_node (PeerRedisBroker *self);

G_END_DECLS
