/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#if !defined(_PEER_INSIDE) && !defined(PEER_COMPILATION)
#error "Only <libpeerglib/peer.h> can be included directly."
#endif

#include <libpeerglib/peer-connect-options.h>
#include <libpeerglib/peer-data-connection.h>
#include <libpeerglib/peer-ice-server.h>
#include <libpeerglib/peer-serializer.h>

G_BEGIN_DECLS

#define PEER_TYPE_PEER (peer_peer_get_type ())

PEER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (PeerPeer, peer_peer, PEER, PEER, GObject)

PEER_AVAILABLE_IN_1_0
PeerPeer *peer_peer_new (const char *id) G_GNUC_WARN_UNUSED_RESULT;

PEER_AVAILABLE_IN_1_0
PeerPeer *peer_peer_new_for_uri (const char *uri,
                                 const char *id) G_GNUC_WARN_UNUSED_RESULT;

PEER_AVAILABLE_IN_1_0
const char *peer_peer_get_id (PeerPeer *self);

PEER_AVAILABLE_IN_1_0
const char *peer_peer_get_host (PeerPeer *self);

PEER_AVAILABLE_IN_1_0
guint peer_peer_get_port (PeerPeer *self);

PEER_AVAILABLE_IN_1_0
const char *peer_peer_get_path (PeerPeer *self);

PEER_AVAILABLE_IN_1_0
gboolean peer_peer_get_secure (PeerPeer *self);

PEER_AVAILABLE_IN_1_0
const char *peer_peer_get_key (PeerPeer *self);

PEER_AVAILABLE_IN_1_0
const char *peer_peer_get_token (PeerPeer *self);

PEER_AVAILABLE_IN_1_0
guint peer_peer_get_ping_interval (PeerPeer *self);

PEER_AVAILABLE_IN_1_0
GListModel *peer_peer_get_ice_servers (PeerPeer *self);

PEER_AVAILABLE_IN_1_0
PeerIceTransportPolicy peer_peer_get_ice_transport_policy (PeerPeer *self);

PEER_AVAILABLE_IN_1_0
GTlsDatabase *peer_peer_get_tls_database (PeerPeer *self);

PEER_AVAILABLE_IN_1_0
gboolean peer_peer_get_auto_reconnect (PeerPeer *self);

PEER_AVAILABLE_IN_1_0
void peer_peer_set_auto_reconnect (PeerPeer *self,
                                   gboolean auto_reconnect);

PEER_AVAILABLE_IN_1_0
guint peer_peer_get_max_reconnect_attempts (PeerPeer *self);

PEER_AVAILABLE_IN_1_0
void peer_peer_set_max_reconnect_attempts (PeerPeer *self,
                                           guint attempts);

PEER_AVAILABLE_IN_1_0
guint peer_peer_get_reconnect_delay (PeerPeer *self);

PEER_AVAILABLE_IN_1_0
void peer_peer_set_reconnect_delay (PeerPeer *self,
                                    guint milliseconds);

PEER_AVAILABLE_IN_1_0
guint64 peer_peer_get_max_message_size (PeerPeer *self);

PEER_AVAILABLE_IN_1_0
void peer_peer_set_max_message_size (PeerPeer *self,
                                     guint64 size);

PEER_AVAILABLE_IN_1_0
guint64 peer_peer_get_max_pending_size (PeerPeer *self);

PEER_AVAILABLE_IN_1_0
void peer_peer_set_max_pending_size (PeerPeer *self,
                                     guint64 size);

PEER_AVAILABLE_IN_1_0
gboolean peer_peer_get_is_open (PeerPeer *self);

PEER_AVAILABLE_IN_1_0
gboolean peer_peer_get_is_disconnected (PeerPeer *self);

PEER_AVAILABLE_IN_1_0
gboolean peer_peer_get_is_reconnecting (PeerPeer *self);

PEER_AVAILABLE_IN_1_0
gboolean peer_peer_get_is_destroyed (PeerPeer *self);

PEER_AVAILABLE_IN_1_0
GListModel *peer_peer_get_connections (PeerPeer *self);

PEER_AVAILABLE_IN_1_0
void peer_peer_add_serializer (PeerPeer *self,
                               PeerSerializer *serializer);

PEER_AVAILABLE_IN_1_0
PeerDataConnection *peer_peer_connect_to (PeerPeer *self,
                                          const char *peer_id,
                                          PeerConnectOptions *options);

PEER_AVAILABLE_IN_1_0
PeerBaseConnection *peer_peer_get_connection (PeerPeer *self,
                                              const char *peer_id,
                                              const char *connection_id);

PEER_AVAILABLE_IN_1_0
void peer_peer_open_async (PeerPeer *self,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);

PEER_AVAILABLE_IN_1_0
char *peer_peer_open_finish (PeerPeer *self,
                             GAsyncResult *result,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

PEER_AVAILABLE_IN_1_0
void peer_peer_disconnect_from_server (PeerPeer *self);

PEER_AVAILABLE_IN_1_0
void peer_peer_reconnect (PeerPeer *self);

PEER_AVAILABLE_IN_1_0
void peer_peer_destroy (PeerPeer *self);

PEER_AVAILABLE_IN_1_0
void peer_peer_list_all_peers_async (PeerPeer *self,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);

PEER_AVAILABLE_IN_1_0
char **peer_peer_list_all_peers_finish (PeerPeer *self,
                                        GAsyncResult *result,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
