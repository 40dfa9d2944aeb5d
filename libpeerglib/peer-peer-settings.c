/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-peer-private.h"

#include <libsoup/soup.h>

/* Begins and ends with a slash. */
char *
peer_peer_normalize_path (const char *path)
{
  if (path == NULL || *path == '\0' || g_str_equal (path, "/"))
    return g_strdup ("/");

  return g_strconcat (*path == '/' ? "" : "/", path, g_str_has_suffix (path, "/") ? "" : "/", NULL);
}

/**
 * peer_peer_new:
 * @id: (nullable): the id, or %NULL for one that the server gives
 *
 * Makes a peer at the public server of PeerJS.
 *
 * Returns: (transfer full): a new peer
 */
PeerPeer *
peer_peer_new (const char *id)
{
  return g_object_new (PEER_TYPE_PEER, "id", id, NULL);
}

/**
 * peer_peer_new_for_uri:
 * @uri: the address of a server, as in `http://127.0.0.1:9000/` or
 *   `https://example.org/peers/`
 * @id: (nullable): the id, or %NULL for one that the server gives
 *
 * Makes a peer at a server. When @uri is not an `http`, `https`, `ws` or `wss`
 * address, the new peer emits `PEER_ERROR_NETWORK` and is destroyed on the next
 * turn of its main context.
 *
 * Returns: (transfer full): a new peer
 */
PeerPeer *
peer_peer_new_for_uri (const char *uri,
                       const char *id)
{
  g_autoptr (GUri) parsed = NULL;
  const char *scheme;
  gboolean is_secure;

  g_return_val_if_fail (uri != NULL, NULL);

  parsed = g_uri_parse (uri, SOUP_HTTP_URI_FLAGS, NULL);
  scheme = parsed != NULL ? g_uri_get_scheme (parsed) : "";
  is_secure = g_str_equal (scheme, "https") || g_str_equal (scheme, "wss");
  if (!is_secure && !g_str_equal (scheme, "http") && !g_str_equal (scheme, "ws"))
    return g_object_new (PEER_TYPE_PEER, "id", id, "host", NULL, NULL);

  return g_object_new (PEER_TYPE_PEER,
                       "id", id,
                       "host", g_uri_get_host (parsed),
                       "port", g_uri_get_port (parsed) > 0 ? (guint) g_uri_get_port (parsed) : is_secure ? 443U
                                                                                                         : 80U,
                       "path", g_uri_get_path (parsed),
                       "secure", is_secure,
                       NULL);
}

/**
 * peer_peer_get_id: (get-property id)
 * @self: a peer
 *
 * Gets the property. The peer's id at its server. When unset, the server gives one. Ids are
 * ASCII letters and digits, joined by single spaces, underscores or hyphens;
 * another one is `PEER_ERROR_INVALID_ID`.
 *
 * Returns: (nullable): the id, %NULL until it is known
 */
const char *
peer_peer_get_id (PeerPeer *self)
{
  g_return_val_if_fail (PEER_IS_PEER (self), NULL);

  return self->id;
}

/**
 * peer_peer_get_host: (get-property host)
 * @self: a peer
 *
 * Gets the property. The server's host name or address.
 *
 * Returns: the host
 */
const char *
peer_peer_get_host (PeerPeer *self)
{
  g_return_val_if_fail (PEER_IS_PEER (self), NULL);

  return self->host;
}

/**
 * peer_peer_get_port: (get-property port)
 * @self: a peer
 *
 * Gets the property. The server's port.
 *
 * Returns: the port
 */
guint
peer_peer_get_port (PeerPeer *self)
{
  g_return_val_if_fail (PEER_IS_PEER (self), 0);

  return self->port;
}

/**
 * peer_peer_get_path: (get-property path)
 * @self: a peer
 *
 * Gets the property. The path below which the server answers. It is made to begin and end
 * with a slash.
 *
 * Returns: the path
 */
const char *
peer_peer_get_path (PeerPeer *self)
{
  g_return_val_if_fail (PEER_IS_PEER (self), NULL);

  return self->path;
}

/**
 * peer_peer_get_secure: (get-property secure)
 * @self: a peer
 *
 * Gets the property. Whether the server speaks TLS.
 *
 * Returns: whether TLS is used
 */
gboolean
peer_peer_get_secure (PeerPeer *self)
{
  g_return_val_if_fail (PEER_IS_PEER (self), FALSE);

  return self->secure;
}

/**
 * peer_peer_get_key: (get-property key)
 * @self: a peer
 *
 * Gets the property. The key that the server asks for.
 *
 * Returns: the key
 */
const char *
peer_peer_get_key (PeerPeer *self)
{
  g_return_val_if_fail (PEER_IS_PEER (self), NULL);

  return self->key;
}

/**
 * peer_peer_get_token: (get-property token)
 * @self: a peer
 *
 * Gets the property. The secret that proves to the server that the id is this peer's; random
 * when unset. It stays the same when the peer reconnects.
 *
 * Returns: the token
 */
const char *
peer_peer_get_token (PeerPeer *self)
{
  g_return_val_if_fail (PEER_IS_PEER (self), NULL);

  return self->token;
}

/**
 * peer_peer_get_ping_interval: (get-property ping-interval)
 * @self: a peer
 *
 * Gets the property. The time between the HEARTBEAT messages that keep the id, in
 * milliseconds; 0 for none. As often, the server is pinged: when nothing
 * comes from it for two intervals and for ten seconds, the line is taken for
 * lost. A server that never answered a ping is not expected to, and with 0
 * there are no pings.
 *
 * Returns: the interval in milliseconds
 */
guint
peer_peer_get_ping_interval (PeerPeer *self)
{
  g_return_val_if_fail (PEER_IS_PEER (self), 0);

  return self->ping_interval;
}

/**
 * peer_peer_get_ice_servers: (get-property ice-servers)
 * @self: a peer
 *
 * Gets the property. The STUN and TURN servers, a list of [class@Peer.IceServer]. When
 * unset, it is `stun:stun.l.google.com:19302`; an empty list is for none.
 *
 * Returns: (transfer none): the servers
 */
GListModel *
peer_peer_get_ice_servers (PeerPeer *self)
{
  g_return_val_if_fail (PEER_IS_PEER (self), NULL);

  return self->links->ice_servers;
}

/**
 * peer_peer_get_ice_transport_policy: (get-property ice-transport-policy)
 * @self: a peer
 *
 * Gets the property. Which candidates may be used.
 *
 * Returns: the policy
 */
PeerIceTransportPolicy
peer_peer_get_ice_transport_policy (PeerPeer *self)
{
  g_return_val_if_fail (PEER_IS_PEER (self), PEER_ICE_TRANSPORT_POLICY_ALL);

  return self->links->ice_transport_policy;
}

/**
 * peer_peer_get_tls_database: (get-property tls-database)
 * @self: a peer
 *
 * Gets the property. The certificates that the server's certificate is checked against; the
 * system's when unset.
 *
 * Returns: (transfer none) (nullable): the database
 */
GTlsDatabase *
peer_peer_get_tls_database (PeerPeer *self)
{
  g_return_val_if_fail (PEER_IS_PEER (self), NULL);

  return self->links->tls_database;
}

/**
 * peer_peer_get_max_pending_size: (get-property max-pending-size)
 * @self: a peer
 *
 * Gets the property. How many bytes the values that have arrived in part may
 * hold, on all connections of the peer together.
 *
 * Returns: the size in bytes
 */
guint64
peer_peer_get_max_pending_size (PeerPeer *self)
{
  g_return_val_if_fail (PEER_IS_PEER (self), 0);

  return peer_pending_budget_get_max_size (self->links->pending_budget);
}

/**
 * peer_peer_get_auto_reconnect: (get-property auto-reconnect)
 * @self: a peer
 *
 * Gets the property. Whether the peer reconnects by itself, with the same id and token, when
 * the line to the server is lost after it was open. See
 * [property@Peer.Peer:max-reconnect-attempts] and
 * [property@Peer.Peer:reconnect-delay].
 *
 * Returns: whether the peer reconnects by itself
 */
gboolean
peer_peer_get_auto_reconnect (PeerPeer *self)
{
  g_return_val_if_fail (PEER_IS_PEER (self), FALSE);

  return self->auto_reconnect;
}

/**
 * peer_peer_get_max_reconnect_attempts: (get-property max-reconnect-attempts)
 * @self: a peer
 *
 * Gets the property. How many attempts to reconnect may fail before the peer
 * stays disconnected; 0 for no end.
 *
 * Returns: the number of attempts
 */
guint
peer_peer_get_max_reconnect_attempts (PeerPeer *self)
{
  g_return_val_if_fail (PEER_IS_PEER (self), 0);

  return self->max_reconnect_attempts;
}

/**
 * peer_peer_get_reconnect_delay: (get-property reconnect-delay)
 * @self: a peer
 *
 * Gets the property. The pause before the first attempt to reconnect.
 *
 * Returns: the pause in milliseconds
 */
guint
peer_peer_get_reconnect_delay (PeerPeer *self)
{
  g_return_val_if_fail (PEER_IS_PEER (self), 0);

  return self->reconnect_delay;
}

/**
 * peer_peer_get_max_message_size: (get-property max-message-size)
 * @self: a peer
 *
 * Gets the property. The size of the largest value that connections made from now on accept,
 * in bytes. Larger ones are dropped, with `PEER_ERROR_LIMIT_EXCEEDED` on the
 * connection.
 *
 * Returns: the size in bytes
 */
guint64
peer_peer_get_max_message_size (PeerPeer *self)
{
  g_return_val_if_fail (PEER_IS_PEER (self), 0);

  return self->links->max_message_size;
}

/**
 * peer_peer_get_is_open: (get-property is-open)
 * @self: a peer
 *
 * Gets the property. Whether the server holds the id for the peer now.
 *
 * Returns: whether the peer is open
 */
gboolean
peer_peer_get_is_open (PeerPeer *self)
{
  g_return_val_if_fail (PEER_IS_PEER (self), FALSE);

  return self->is_open;
}

/**
 * peer_peer_get_is_disconnected: (get-property is-disconnected)
 * @self: a peer
 *
 * Gets the property. Whether the line to the server is gone.
 *
 * Returns: whether the peer is disconnected
 */
gboolean
peer_peer_get_is_disconnected (PeerPeer *self)
{
  g_return_val_if_fail (PEER_IS_PEER (self), FALSE);

  return self->is_disconnected;
}

/**
 * peer_peer_get_is_reconnecting: (get-property is-reconnecting)
 * @self: a peer
 *
 * Gets the property. Whether the peer, which is disconnected, tries to come
 * back by itself.
 *
 * Returns: whether the peer reconnects
 */
gboolean
peer_peer_get_is_reconnecting (PeerPeer *self)
{
  g_return_val_if_fail (PEER_IS_PEER (self), FALSE);

  return self->is_reconnecting;
}

/**
 * peer_peer_get_is_destroyed: (get-property is-destroyed)
 * @self: a peer
 *
 * Gets the property. Whether the peer was destroyed and is of no more use.
 *
 * Returns: whether the peer is destroyed
 */
gboolean
peer_peer_get_is_destroyed (PeerPeer *self)
{
  g_return_val_if_fail (PEER_IS_PEER (self), FALSE);

  return self->is_destroyed;
}

/**
 * peer_peer_get_connections: (get-property connections)
 * @self: a peer
 *
 * Gets the property. The connections that have not closed, a list of
 * [class@Peer.BaseConnection].
 *
 * Returns: (transfer none): the connections
 */
GListModel *
peer_peer_get_connections (PeerPeer *self)
{
  g_return_val_if_fail (PEER_IS_PEER (self), NULL);

  return peer_connection_table_get_model (self->connections);
}
