/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#if !defined(_PEER_INSIDE) && !defined(PEER_COMPILATION)
#error "Only <libpeerglib/peer.h> can be included directly."
#endif

#include <libpeerglib/peer-enums.h>
#include <libpeerglib/peer-join-request.h>
#include <libpeerglib/peer-room-member.h>
#include <libpeerglib/peer-signaling.h>

G_BEGIN_DECLS

#define PEER_TYPE_ROOM (peer_room_get_type ())

PEER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (PeerRoom, peer_room, PEER, ROOM, GObject)

PEER_AVAILABLE_IN_1_0
PeerRoom *peer_room_new (const char *name,
                         PeerSignaling *signaling) G_GNUC_WARN_UNUSED_RESULT;

PEER_AVAILABLE_IN_1_0
PeerRoom *peer_room_new_for_server (const char *name,
                                    const char *uri) G_GNUC_WARN_UNUSED_RESULT;

PEER_AVAILABLE_IN_1_0
PeerRoom *peer_room_new_for_manager (const char *name,
                                     const char *uri) G_GNUC_WARN_UNUSED_RESULT;

PEER_AVAILABLE_IN_1_0
PeerRoom *peer_room_new_for_hub (const char *name,
                                 const char *uri) G_GNUC_WARN_UNUSED_RESULT;

PEER_AVAILABLE_IN_1_0
const char *peer_room_get_name (PeerRoom *self);

PEER_AVAILABLE_IN_1_0
PeerRoomService peer_room_get_service (PeerRoom *self);

PEER_AVAILABLE_IN_1_0
PeerTopology peer_room_get_topology (PeerRoom *self);

PEER_AVAILABLE_IN_1_0
const char *peer_room_get_uri (PeerRoom *self);

PEER_AVAILABLE_IN_1_0
PeerSignaling *peer_room_get_signaling (PeerRoom *self);

PEER_AVAILABLE_IN_1_0
const char *peer_room_get_peer_id (PeerRoom *self);

PEER_AVAILABLE_IN_1_0
GListModel *peer_room_get_ice_servers (PeerRoom *self);

PEER_AVAILABLE_IN_1_0
void peer_room_set_ice_servers (PeerRoom *self,
                                GListModel *ice_servers);

PEER_AVAILABLE_IN_1_0
GTlsDatabase *peer_room_get_tls_database (PeerRoom *self);

PEER_AVAILABLE_IN_1_0
void peer_room_set_tls_database (PeerRoom *self,
                                 GTlsDatabase *tls_database);

PEER_AVAILABLE_IN_1_0
GVariant *peer_room_get_credentials (PeerRoom *self);

PEER_AVAILABLE_IN_1_0
void peer_room_set_credentials (PeerRoom *self,
                                GVariant *credentials);

PEER_AVAILABLE_IN_1_0
GVariant *peer_room_get_metadata (PeerRoom *self);

PEER_AVAILABLE_IN_1_0
void peer_room_set_metadata (PeerRoom *self,
                             GVariant *metadata);

PEER_AVAILABLE_IN_1_0
guint peer_room_get_max_reconnect_attempts (PeerRoom *self);

PEER_AVAILABLE_IN_1_0
void peer_room_set_max_reconnect_attempts (PeerRoom *self,
                                           guint max_reconnect_attempts);

PEER_AVAILABLE_IN_1_0
guint peer_room_get_reconnect_delay (PeerRoom *self);

PEER_AVAILABLE_IN_1_0
void peer_room_set_reconnect_delay (PeerRoom *self,
                                    guint reconnect_delay);

PEER_AVAILABLE_IN_1_0
guint peer_room_get_queue_size (PeerRoom *self);

PEER_AVAILABLE_IN_1_0
void peer_room_set_queue_size (PeerRoom *self,
                               guint queue_size);

PEER_AVAILABLE_IN_1_0
guint peer_room_get_max_members (PeerRoom *self);

PEER_AVAILABLE_IN_1_0
void peer_room_set_max_members (PeerRoom *self,
                                guint max_members);

PEER_AVAILABLE_IN_1_0
guint peer_room_get_max_state_size (PeerRoom *self);

PEER_AVAILABLE_IN_1_0
void peer_room_set_max_state_size (PeerRoom *self,
                                   guint max_state_size);

PEER_AVAILABLE_IN_1_0
gboolean peer_room_get_connected (PeerRoom *self);

PEER_AVAILABLE_IN_1_0
guint peer_room_get_n_peers (PeerRoom *self);

PEER_AVAILABLE_IN_1_0
const char *peer_room_get_host_id (PeerRoom *self);

PEER_AVAILABLE_IN_1_0
gboolean peer_room_get_is_host (PeerRoom *self);

PEER_AVAILABLE_IN_1_0
GVariant *peer_room_get_state (PeerRoom *self);

PEER_AVAILABLE_IN_1_0
GVariant *peer_room_get_shared_state (PeerRoom *self);

PEER_AVAILABLE_IN_1_0
const char *peer_room_get_status (PeerRoom *self);

PEER_AVAILABLE_IN_1_0
PeerRoomMember *peer_room_lookup_member (PeerRoom *self,
                                         const char *peer_id);

PEER_AVAILABLE_IN_1_0
void peer_room_join_async (PeerRoom *self,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);

PEER_AVAILABLE_IN_1_0
gboolean peer_room_join_finish (PeerRoom *self,
                                GAsyncResult *result,
                                GError **error);

PEER_AVAILABLE_IN_1_0
void peer_room_leave_async (PeerRoom *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);

PEER_AVAILABLE_IN_1_0
gboolean peer_room_leave_finish (PeerRoom *self,
                                 GAsyncResult *result,
                                 GError **error);

PEER_AVAILABLE_IN_1_0
gboolean peer_room_send_message (PeerRoom *self,
                                 GVariant *message,
                                 GError **error);

PEER_AVAILABLE_IN_1_0
gboolean peer_room_send_message_to (PeerRoom *self,
                                    PeerRoomMember *member,
                                    GVariant *message,
                                    GError **error);

PEER_AVAILABLE_IN_1_0
gboolean peer_room_emit_event (PeerRoom *self,
                               const char *name,
                               GVariant *value,
                               GError **error);

PEER_AVAILABLE_IN_1_0
gboolean peer_room_emit_event_to (PeerRoom *self,
                                  PeerRoomMember *member,
                                  const char *name,
                                  GVariant *value,
                                  GError **error);

PEER_AVAILABLE_IN_1_0
gboolean peer_room_broadcast (PeerRoom *self,
                              const char *name,
                              GVariant *value,
                              GError **error);

PEER_AVAILABLE_IN_1_0
gboolean peer_room_sync (PeerRoom *self,
                         GVariant *state,
                         PeerSyncMode mode,
                         GError **error);

PEER_AVAILABLE_IN_1_0
gboolean peer_room_sync_shared (PeerRoom *self,
                                GVariant *state,
                                PeerSyncMode mode,
                                GError **error);

G_END_DECLS
