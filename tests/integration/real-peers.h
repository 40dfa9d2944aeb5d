/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libpeerglib/peer.h>

G_BEGIN_DECLS

/* Peers at a server on a port of the loopback interface, with nothing around
 * them but the loopback interface. They are quick to reconnect. */

/* id and token are nullable. */
PeerPeer *real_peer_new (guint port,
                         const char *id,
                         const char *token);

/* It is open. */
PeerPeer *real_peer_new_open (guint port,
                              const char *id,
                              const char *token);

/* Destroys the peer and sees that nobody holds it. */
void real_peer_end (PeerPeer *peer);

/* FALSE for NULL. */
gboolean real_connection_is_open (PeerDataConnection *connection);

/* A new connection of which both ends are open; transfer full. options and
 * incoming, the other end, are nullable. */
PeerDataConnection *real_peers_connect (PeerPeer *from,
                                        PeerPeer *to,
                                        PeerConnectOptions *options,
                                        PeerDataConnection **incoming);

G_END_DECLS
