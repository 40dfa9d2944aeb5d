/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#if !defined(_PEER_INSIDE) && !defined(PEER_COMPILATION)
#error "Only <libpeerglib/peer.h> can be included directly."
#endif

#include <gio/gio.h>
#include <libsoup/soup.h>

#include <libpeerglib/peer-session.h>
#include <libpeerglib/peer-version.h>

G_BEGIN_DECLS

#define PEER_TYPE_SIGNALING_MANAGER (peer_signaling_manager_get_type ())

PEER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (PeerSignalingManager, peer_signaling_manager, PEER, SIGNALING_MANAGER, GObject)

/**
 * PeerSignalingManagerSendFunc:
 * @manager: a signaling manager
 * @room: the name of a room
 * @session_id: the id of a session in it, which has no WebSocket here
 * @message: what the session is to get: a text of JSON
 * @user_data: what was given to [method@Peer.SignalingManager.set_send_func]
 *
 * Brings a message to a session that the application has added.
 */
typedef void (*PeerSignalingManagerSendFunc) (PeerSignalingManager *manager,
                                              const char *room,
                                              const char *session_id,
                                              const char *message,
                                              gpointer user_data);

PEER_AVAILABLE_IN_1_0
PeerSignalingManager *peer_signaling_manager_new (void);

PEER_AVAILABLE_IN_1_0
gboolean peer_signaling_manager_attach (PeerSignalingManager *self,
                                        SoupServer *server,
                                        const char *path,
                                        GError **error);
PEER_AVAILABLE_IN_1_0
void peer_signaling_manager_stop (PeerSignalingManager *self);
PEER_AVAILABLE_IN_1_0
void peer_signaling_manager_set_send_func (PeerSignalingManager *self,
                                           PeerSignalingManagerSendFunc func,
                                           gpointer user_data,
                                           GDestroyNotify notify);

PEER_AVAILABLE_IN_1_0
PeerSession *peer_signaling_manager_join_room (PeerSignalingManager *self,
                                               const char *room,
                                               const char *session_id,
                                               GVariant *metadata,
                                               GError **error);
PEER_AVAILABLE_IN_1_0
gboolean peer_signaling_manager_leave_room (PeerSignalingManager *self,
                                            const char *room,
                                            const char *session_id);
PEER_AVAILABLE_IN_1_0
void peer_signaling_manager_clear_room (PeerSignalingManager *self,
                                        const char *room);

PEER_AVAILABLE_IN_1_0
guint peer_signaling_manager_get_n_sessions (PeerSignalingManager *self);
PEER_AVAILABLE_IN_1_0
guint peer_signaling_manager_get_n_rooms (PeerSignalingManager *self);
PEER_AVAILABLE_IN_1_0
char **peer_signaling_manager_get_rooms (PeerSignalingManager *self);
PEER_AVAILABLE_IN_1_0
gboolean peer_signaling_manager_room_exists (PeerSignalingManager *self,
                                             const char *room);
PEER_AVAILABLE_IN_1_0
guint peer_signaling_manager_get_room_size (PeerSignalingManager *self,
                                            const char *room);
PEER_AVAILABLE_IN_1_0
char **peer_signaling_manager_get_peers (PeerSignalingManager *self,
                                         const char *room,
                                         const char *exclude_session_id);
PEER_AVAILABLE_IN_1_0
PeerSession *peer_signaling_manager_get_session (PeerSignalingManager *self,
                                                 const char *room,
                                                 const char *session_id);
PEER_AVAILABLE_IN_1_0
GListModel *peer_signaling_manager_get_room_sessions (PeerSignalingManager *self,
                                                      const char *room);

PEER_AVAILABLE_IN_1_0
gboolean peer_signaling_manager_relay_signal (PeerSignalingManager *self,
                                              const char *room,
                                              GVariant *signal,
                                              GError **error);
PEER_AVAILABLE_IN_1_0
gboolean peer_signaling_manager_broadcast_to_room (PeerSignalingManager *self,
                                                   const char *room,
                                                   GVariant *message,
                                                   const char *exclude_session_id,
                                                   GError **error);
PEER_AVAILABLE_IN_1_0
void peer_signaling_manager_notify_peer_joined (PeerSignalingManager *self,
                                                const char *room,
                                                const char *session_id);
PEER_AVAILABLE_IN_1_0
void peer_signaling_manager_notify_peer_left (PeerSignalingManager *self,
                                              const char *room,
                                              const char *session_id);
PEER_AVAILABLE_IN_1_0
void peer_signaling_manager_send_peers_list (PeerSignalingManager *self,
                                             const char *room,
                                             const char *session_id);

G_END_DECLS
