/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#if !defined(_PEER_INSIDE) && !defined(PEER_COMPILATION)
#error "Only <libpeerglib/peer.h> can be included directly."
#endif

#include <gio/gio.h>
#include <libsoup/soup.h>

#include <libpeerglib/peer-server-client.h>
#include <libpeerglib/peer-version.h>

G_BEGIN_DECLS

#define PEER_TYPE_SERVER (peer_server_get_type ())

PEER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (PeerServer, peer_server, PEER, SERVER, GObject)

/**
 * PeerServerClientFunc:
 * @client: a client
 * @user_data: what was given to [method@Peer.Server.foreach_client]
 *
 * Called for each client of a server.
 *
 * Returns: %TRUE to go on, %FALSE to stop
 */
typedef gboolean (*PeerServerClientFunc) (PeerServerClient *client,
                                          gpointer user_data);

PEER_AVAILABLE_IN_1_0
PeerServer *peer_server_new (void) G_GNUC_WARN_UNUSED_RESULT;

PEER_AVAILABLE_IN_1_0
gboolean peer_server_listen (PeerServer *self,
                             GError **error);
PEER_AVAILABLE_IN_1_0
gboolean peer_server_listen_socket (PeerServer *self,
                                    GSocket *socket,
                                    GError **error);
PEER_AVAILABLE_IN_1_0
gboolean peer_server_attach (PeerServer *self,
                             SoupServer *server,
                             GError **error);
PEER_AVAILABLE_IN_1_0
void peer_server_stop (PeerServer *self);

PEER_AVAILABLE_IN_1_0
guint peer_server_get_port (PeerServer *self);
PEER_AVAILABLE_IN_1_0
const char *peer_server_get_uri (PeerServer *self);
PEER_AVAILABLE_IN_1_0
SoupServer *peer_server_get_soup_server (PeerServer *self);
PEER_AVAILABLE_IN_1_0
guint peer_server_get_n_clients (PeerServer *self);
PEER_AVAILABLE_IN_1_0
PeerServerClient *peer_server_get_client (PeerServer *self,
                                          const char *id);
PEER_AVAILABLE_IN_1_0
void peer_server_foreach_client (PeerServer *self,
                                 PeerServerClientFunc func,
                                 gpointer user_data);
PEER_AVAILABLE_IN_1_0
GVariant *peer_server_dup_stats (PeerServer *self) G_GNUC_WARN_UNUSED_RESULT;

PEER_AVAILABLE_IN_1_0
char *peer_server_mint_token (const char *secret,
                              const char *key,
                              const char *id,
                              gint64 expires_at) G_GNUC_WARN_UNUSED_RESULT;
PEER_AVAILABLE_IN_1_0
gboolean peer_server_check_token (PeerServer *self,
                                  const char *id,
                                  const char *token);

G_END_DECLS
