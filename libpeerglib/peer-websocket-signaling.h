/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#if !defined(_PEER_INSIDE) && !defined(PEER_COMPILATION)
#error "Only <libpeerglib/peer.h> can be included directly."
#endif

#include <libpeerglib/peer-signaling.h>

G_BEGIN_DECLS

#define PEER_TYPE_WEBSOCKET_SIGNALING (peer_websocket_signaling_get_type ())

PEER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (PeerWebsocketSignaling, peer_websocket_signaling, PEER, WEBSOCKET_SIGNALING, GObject)

PEER_AVAILABLE_IN_1_0
PeerSignaling *peer_websocket_signaling_new (const char *uri) G_GNUC_WARN_UNUSED_RESULT;

PEER_AVAILABLE_IN_1_0
const char *peer_websocket_signaling_get_uri (PeerWebsocketSignaling *self);
PEER_AVAILABLE_IN_1_0
const char *peer_websocket_signaling_get_token (PeerWebsocketSignaling *self);
PEER_AVAILABLE_IN_1_0
void peer_websocket_signaling_set_token (PeerWebsocketSignaling *self,
                                         const char *token);
PEER_AVAILABLE_IN_1_0
gboolean peer_websocket_signaling_get_is_open (PeerWebsocketSignaling *self);
PEER_AVAILABLE_IN_1_0
const char *peer_websocket_signaling_get_client_id (PeerWebsocketSignaling *self);
PEER_AVAILABLE_IN_1_0
gboolean peer_websocket_signaling_get_tracks_presence (PeerWebsocketSignaling *self);
PEER_AVAILABLE_IN_1_0
void peer_websocket_signaling_set_tracks_presence (PeerWebsocketSignaling *self,
                                                   gboolean tracks_presence);

PEER_AVAILABLE_IN_1_0
void peer_websocket_signaling_close (PeerWebsocketSignaling *self);

G_END_DECLS
