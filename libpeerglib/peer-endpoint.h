/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#if !defined(_PEER_INSIDE) && !defined(PEER_COMPILATION)
#error "Only <libpeerglib/peer.h> can be included directly."
#endif

#include <gio/gio.h>

#include <libpeerglib/peer-data-connection.h>
#include <libpeerglib/peer-enums.h>
#include <libpeerglib/peer-signaling.h>

G_BEGIN_DECLS

#define PEER_TYPE_ENDPOINT (peer_endpoint_get_type ())
#define PEER_ENDPOINT(obj) (G_TYPE_CHECK_INSTANCE_CAST ((obj), PEER_TYPE_ENDPOINT, PeerEndpoint))
#define PEER_IS_ENDPOINT(obj) (G_TYPE_CHECK_INSTANCE_TYPE ((obj), PEER_TYPE_ENDPOINT))

typedef struct _PeerEndpoint PeerEndpoint;
typedef struct _PeerEndpointClass PeerEndpointClass;

PEER_AVAILABLE_IN_1_0
GType peer_endpoint_get_type (void) G_GNUC_CONST;

PEER_AVAILABLE_IN_1_0
PeerSignaling *peer_endpoint_get_signaling (PeerEndpoint *self);

PEER_AVAILABLE_IN_1_0
const char *peer_endpoint_get_id (PeerEndpoint *self);

PEER_AVAILABLE_IN_1_0
const char *peer_endpoint_get_room (PeerEndpoint *self);

PEER_AVAILABLE_IN_1_0
void peer_endpoint_set_room (PeerEndpoint *self,
                             const char *room);

PEER_AVAILABLE_IN_1_0
gboolean peer_endpoint_get_is_active (PeerEndpoint *self);

PEER_AVAILABLE_IN_1_0
GListModel *peer_endpoint_get_connections (PeerEndpoint *self);

PEER_AVAILABLE_IN_1_0
PeerDataConnection *peer_endpoint_get_channel (PeerEndpoint *self,
                                               const char *id,
                                               const char *label);

PEER_AVAILABLE_IN_1_0
GListModel *peer_endpoint_get_ice_servers (PeerEndpoint *self);

PEER_AVAILABLE_IN_1_0
PeerIceTransportPolicy peer_endpoint_get_ice_transport_policy (PeerEndpoint *self);

PEER_AVAILABLE_IN_1_0
GTlsDatabase *peer_endpoint_get_tls_database (PeerEndpoint *self);

PEER_AVAILABLE_IN_1_0
PeerSerialization peer_endpoint_get_serialization (PeerEndpoint *self);

PEER_AVAILABLE_IN_1_0
guint peer_endpoint_get_connection_timeout (PeerEndpoint *self);

PEER_AVAILABLE_IN_1_0
void peer_endpoint_set_connection_timeout (PeerEndpoint *self,
                                           guint seconds);

PEER_AVAILABLE_IN_1_0
guint peer_endpoint_get_queue_size (PeerEndpoint *self);

PEER_AVAILABLE_IN_1_0
void peer_endpoint_set_queue_size (PeerEndpoint *self,
                                   guint n_messages);

PEER_AVAILABLE_IN_1_0
guint peer_endpoint_get_max_connections (PeerEndpoint *self);

PEER_AVAILABLE_IN_1_0
void peer_endpoint_set_max_connections (PeerEndpoint *self,
                                        guint max_connections);

PEER_AVAILABLE_IN_1_0
guint peer_endpoint_get_max_state_size (PeerEndpoint *self);

PEER_AVAILABLE_IN_1_0
void peer_endpoint_set_max_state_size (PeerEndpoint *self,
                                       guint size);

PEER_AVAILABLE_IN_1_0
guint64 peer_endpoint_get_max_message_size (PeerEndpoint *self);

PEER_AVAILABLE_IN_1_0
void peer_endpoint_set_max_message_size (PeerEndpoint *self,
                                         guint64 size);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerEndpoint, g_object_unref)

G_END_DECLS
