/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#if !defined(_PEER_INSIDE) && !defined(PEER_COMPILATION)
#error "Only <libpeerglib/peer.h> can be included directly."
#endif

#include <libpeerglib/peer-room-join-result.h>
#include <libpeerglib/peer-room.h>

G_BEGIN_DECLS

#define PEER_TYPE_ROOM_MANAGER (peer_room_manager_get_type ())

PEER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (PeerRoomManager, peer_room_manager, PEER, ROOM_MANAGER, GObject)

PEER_AVAILABLE_IN_1_0
PeerRoomManager *peer_room_manager_new (const char *peer_id,
                                        PeerSignaling *signaling) G_GNUC_WARN_UNUSED_RESULT;

PEER_AVAILABLE_IN_1_0
PeerRoomManager *peer_room_manager_new_for_server (const char *peer_id,
                                                   const char *uri) G_GNUC_WARN_UNUSED_RESULT;

PEER_AVAILABLE_IN_1_0
PeerRoomManager *peer_room_manager_new_for_manager (const char *peer_id,
                                                    const char *uri) G_GNUC_WARN_UNUSED_RESULT;

PEER_AVAILABLE_IN_1_0
PeerRoomManager *peer_room_manager_new_for_hub (const char *peer_id,
                                                const char *uri) G_GNUC_WARN_UNUSED_RESULT;

PEER_AVAILABLE_IN_1_0
const char *peer_room_manager_get_peer_id (PeerRoomManager *self);

PEER_AVAILABLE_IN_1_0
PeerRoomService peer_room_manager_get_service (PeerRoomManager *self);

PEER_AVAILABLE_IN_1_0
const char *peer_room_manager_get_uri (PeerRoomManager *self);

PEER_AVAILABLE_IN_1_0
PeerSignaling *peer_room_manager_get_signaling (PeerRoomManager *self);

PEER_AVAILABLE_IN_1_0
GListModel *peer_room_manager_get_rooms (PeerRoomManager *self);

PEER_AVAILABLE_IN_1_0
PeerRoom *peer_room_manager_lookup_room (PeerRoomManager *self,
                                         const char *name);

PEER_AVAILABLE_IN_1_0
PeerRoom *peer_room_manager_ensure_room (PeerRoomManager *self,
                                         const char *name);

PEER_AVAILABLE_IN_1_0
gboolean peer_room_manager_is_connected_to (PeerRoomManager *self,
                                            const char *name);

PEER_AVAILABLE_IN_1_0
void peer_room_manager_join_room_async (PeerRoomManager *self,
                                        const char *name,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);

PEER_AVAILABLE_IN_1_0
PeerRoom *peer_room_manager_join_room_finish (PeerRoomManager *self,
                                              GAsyncResult *result,
                                              GError **error);

PEER_AVAILABLE_IN_1_0
void peer_room_manager_join_rooms_async (PeerRoomManager *self,
                                         const char *const *names,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);

PEER_AVAILABLE_IN_1_0
GListModel *peer_room_manager_join_rooms_finish (PeerRoomManager *self,
                                                 GAsyncResult *result,
                                                 GError **error);

PEER_AVAILABLE_IN_1_0
void peer_room_manager_leave_room_async (PeerRoomManager *self,
                                         const char *name,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);

PEER_AVAILABLE_IN_1_0
gboolean peer_room_manager_leave_room_finish (PeerRoomManager *self,
                                              GAsyncResult *result,
                                              GError **error);

PEER_AVAILABLE_IN_1_0
void peer_room_manager_leave_all_rooms_async (PeerRoomManager *self,
                                              GCancellable *cancellable,
                                              GAsyncReadyCallback callback,
                                              gpointer user_data);

PEER_AVAILABLE_IN_1_0
gboolean peer_room_manager_leave_all_rooms_finish (PeerRoomManager *self,
                                                   GAsyncResult *result,
                                                   GError **error);

PEER_AVAILABLE_IN_1_0
gboolean peer_room_manager_send_message (PeerRoomManager *self,
                                         const char *room,
                                         GVariant *message,
                                         GError **error);

PEER_AVAILABLE_IN_1_0
gboolean peer_room_manager_emit_event (PeerRoomManager *self,
                                       const char *room,
                                       const char *name,
                                       GVariant *value,
                                       GError **error);

PEER_AVAILABLE_IN_1_0
void peer_room_manager_auto_emit_async (PeerRoomManager *self,
                                        const char *room,
                                        const char *name,
                                        GVariant *value,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);

PEER_AVAILABLE_IN_1_0
gboolean peer_room_manager_auto_emit_finish (PeerRoomManager *self,
                                             GAsyncResult *result,
                                             GError **error);

PEER_AVAILABLE_IN_1_0
guint peer_room_manager_broadcast_to_all (PeerRoomManager *self,
                                          const char *name,
                                          GVariant *value);

G_END_DECLS
