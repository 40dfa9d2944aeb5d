/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#if !defined(_PEER_INSIDE) && !defined(PEER_COMPILATION)
#error "Only <libpeerglib/peer.h> can be included directly."
#endif

#include <gio/gio.h>
#include <libsoup/soup.h>

#include <libpeerglib/peer-version.h>

G_BEGIN_DECLS

#define PEER_TYPE_HUB (peer_hub_get_type ())

PEER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (PeerHub, peer_hub, PEER, HUB, GObject)

PEER_AVAILABLE_IN_1_0
PeerHub *peer_hub_new (void) G_GNUC_WARN_UNUSED_RESULT;

PEER_AVAILABLE_IN_1_0
gboolean peer_hub_attach (PeerHub *self,
                          SoupServer *server,
                          const char *path,
                          GError **error);
PEER_AVAILABLE_IN_1_0
void peer_hub_stop (PeerHub *self);

PEER_AVAILABLE_IN_1_0
void peer_hub_offer_async (PeerHub *self,
                           const char *room,
                           const char *peer_id,
                           GVariant *offer,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
PEER_AVAILABLE_IN_1_0
GVariant *peer_hub_offer_finish (PeerHub *self,
                                 GAsyncResult *result,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
PEER_AVAILABLE_IN_1_0
gboolean peer_hub_candidate (PeerHub *self,
                             const char *room,
                             const char *peer_id,
                             GVariant *candidate,
                             GError **error);
PEER_AVAILABLE_IN_1_0
gboolean peer_hub_leave (PeerHub *self,
                         const char *room,
                         const char *peer_id);

PEER_AVAILABLE_IN_1_0
GListModel *peer_hub_get_rooms (PeerHub *self);
PEER_AVAILABLE_IN_1_0
guint peer_hub_get_n_peers (PeerHub *self);
PEER_AVAILABLE_IN_1_0
GListModel *peer_hub_get_room_peers (PeerHub *self,
                                     const char *room);
PEER_AVAILABLE_IN_1_0
GVariant *peer_hub_rooms_info (PeerHub *self) G_GNUC_WARN_UNUSED_RESULT;
PEER_AVAILABLE_IN_1_0
gboolean peer_hub_broadcast (PeerHub *self,
                             const char *room,
                             GVariant *message,
                             GError **error);

G_END_DECLS
