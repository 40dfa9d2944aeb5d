/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A way to a TURN server over TLS for an ICE library that speaks plain TCP
 * only, as libnice does: it connects to a port of the loopback interface, and
 * what it says there goes on to the server encrypted. The server's certificate
 * must be valid for its name. */
typedef struct _PeerTurnTunnel PeerTurnTunnel;

/* uri is turns://user:password@host:port; database is NULL for the system's.
 * Works on the thread's default main context. */
PeerTurnTunnel *peer_turn_tunnel_new (const char *uri,
                                      GTlsDatabase *database,
                                      GError **error);

/* Where to connect to instead: turn://user:password@address:port?transport=tcp
 * for each family of addresses. */
const char *const *peer_turn_tunnel_get_uris (PeerTurnTunnel *self);

/* Ends the connections as well. */
void peer_turn_tunnel_free (PeerTurnTunnel *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerTurnTunnel, peer_turn_tunnel_free)

G_END_DECLS
