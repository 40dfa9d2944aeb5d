/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#if !defined(_PEER_INSIDE) && !defined(PEER_COMPILATION)
#error "Only <libpeerglib/peer.h> can be included directly."
#endif

#include <gio/gio.h>

#include <libpeerglib/peer-version.h>

G_BEGIN_DECLS

#define PEER_TYPE_SERVER_CLIENT (peer_server_client_get_type ())

PEER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (PeerServerClient, peer_server_client, PEER, SERVER_CLIENT, GObject)

PEER_AVAILABLE_IN_1_0
const char *peer_server_client_get_id (PeerServerClient *self);
PEER_AVAILABLE_IN_1_0
const char *peer_server_client_get_token (PeerServerClient *self);
PEER_AVAILABLE_IN_1_0
const char *peer_server_client_get_address (PeerServerClient *self);
PEER_AVAILABLE_IN_1_0
gboolean peer_server_client_get_is_connected (PeerServerClient *self);

PEER_AVAILABLE_IN_1_0
gboolean peer_server_client_send_message (PeerServerClient *self,
                                          const char *type,
                                          const char *src,
                                          GVariant *payload,
                                          GError **error);
PEER_AVAILABLE_IN_1_0
void peer_server_client_kick (PeerServerClient *self,
                              const char *reason);

G_END_DECLS
