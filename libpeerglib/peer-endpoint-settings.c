/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-endpoint-private.h"

/**
 * peer_endpoint_get_signaling: (get-property signaling)
 * @self: a sender or a receiver
 *
 * Gets over what it meets the other side.
 *
 * Returns: (transfer none): the signaling
 */
PeerSignaling *
peer_endpoint_get_signaling (PeerEndpoint *self)
{
  g_return_val_if_fail (PEER_IS_ENDPOINT (self), NULL);

  return self->signaling;
}

/**
 * peer_endpoint_get_id: (get-property id)
 * @self: a sender or a receiver
 *
 * Gets its id in the room. When none was given, there is a new one, a random
 * UUID, for each start.
 *
 * Returns: (nullable): the id, or %NULL before the first start
 */
const char *
peer_endpoint_get_id (PeerEndpoint *self)
{
  g_return_val_if_fail (PEER_IS_ENDPOINT (self), NULL);

  return self->id;
}

/**
 * peer_endpoint_get_room: (get-property room)
 * @self: a sender or a receiver
 *
 * Gets the name of the room.
 *
 * Returns: the name
 */
const char *
peer_endpoint_get_room (PeerEndpoint *self)
{
  g_return_val_if_fail (PEER_IS_ENDPOINT (self), NULL);

  return self->room;
}

/**
 * peer_endpoint_get_is_active: (get-property is-active)
 * @self: a sender or a receiver
 *
 * Gets whether it was started and not stopped.
 *
 * Returns: whether it is active
 */
gboolean
peer_endpoint_get_is_active (PeerEndpoint *self)
{
  g_return_val_if_fail (PEER_IS_ENDPOINT (self), FALSE);

  return self->is_active;
}

/**
 * peer_endpoint_get_connections: (get-property connections)
 * @self: a sender or a receiver
 *
 * Gets the channels to the other side, open or opening; see
 * [property@Peer.BaseConnection:peer-id] for whose each one is.
 *
 * Returns: (transfer none): a live list of [class@Peer.DataConnection]
 */
GListModel *
peer_endpoint_get_connections (PeerEndpoint *self)
{
  g_return_val_if_fail (PEER_IS_ENDPOINT (self), NULL);

  return G_LIST_MODEL (self->connections);
}

/**
 * peer_endpoint_get_ice_servers: (get-property ice-servers)
 * @self: a sender or a receiver
 *
 * Gets the STUN and TURN servers.
 *
 * Returns: (transfer none): a list of [class@Peer.IceServer]
 */
GListModel *
peer_endpoint_get_ice_servers (PeerEndpoint *self)
{
  g_return_val_if_fail (PEER_IS_ENDPOINT (self), NULL);

  return self->links->ice_servers;
}

/**
 * peer_endpoint_get_ice_transport_policy: (get-property ice-transport-policy)
 * @self: a sender or a receiver
 *
 * Gets which candidates may be used.
 *
 * Returns: the policy
 */
PeerIceTransportPolicy
peer_endpoint_get_ice_transport_policy (PeerEndpoint *self)
{
  g_return_val_if_fail (PEER_IS_ENDPOINT (self), PEER_ICE_TRANSPORT_POLICY_ALL);

  return self->links->ice_transport_policy;
}

/**
 * peer_endpoint_get_tls_database: (get-property tls-database)
 * @self: a sender or a receiver
 *
 * Gets what the certificates of TURN servers are checked with.
 *
 * Returns: (transfer none) (nullable): the database
 */
GTlsDatabase *
peer_endpoint_get_tls_database (PeerEndpoint *self)
{
  g_return_val_if_fail (PEER_IS_ENDPOINT (self), NULL);

  return self->links->tls_database;
}

/**
 * peer_endpoint_get_serialization: (get-property serialization)
 * @self: a sender or a receiver
 *
 * Gets how values become bytes on its channels.
 *
 * Returns: the serialization
 */
PeerSerialization
peer_endpoint_get_serialization (PeerEndpoint *self)
{
  g_return_val_if_fail (PEER_IS_ENDPOINT (self), PEER_SERIALIZATION_NONE);

  return self->serialization;
}

/**
 * peer_endpoint_get_connection_timeout: (get-property connection-timeout)
 * @self: a sender or a receiver
 *
 * Gets how long a connection may take to open.
 *
 * Returns: the time in seconds, 0 for no limit
 */
guint
peer_endpoint_get_connection_timeout (PeerEndpoint *self)
{
  g_return_val_if_fail (PEER_IS_ENDPOINT (self), 0);

  return self->connection_timeout;
}

/**
 * peer_endpoint_get_queue_size: (get-property queue-size)
 * @self: a sender or a receiver
 *
 * Gets how many messages may wait for a connection to open.
 *
 * Returns: the number of messages
 */
guint
peer_endpoint_get_queue_size (PeerEndpoint *self)
{
  g_return_val_if_fail (PEER_IS_ENDPOINT (self), 0);

  return self->queue_size;
}

/**
 * peer_endpoint_get_max_connections: (get-property max-connections)
 * @self: a sender or a receiver
 *
 * Gets to how many of the other side it may be connected.
 *
 * Returns: the number of others
 */
guint
peer_endpoint_get_max_connections (PeerEndpoint *self)
{
  g_return_val_if_fail (PEER_IS_ENDPOINT (self), 0);

  return self->max_connections;
}

/**
 * peer_endpoint_get_max_state_size: (get-property max-state-size)
 * @self: a sender or a receiver
 *
 * Gets how big the state of a sender may be.
 *
 * Returns: the size in bytes
 */
guint
peer_endpoint_get_max_state_size (PeerEndpoint *self)
{
  g_return_val_if_fail (PEER_IS_ENDPOINT (self), 0);

  return self->max_state_size;
}

/**
 * peer_endpoint_get_max_message_size: (get-property max-message-size)
 * @self: a sender or a receiver
 *
 * Gets how big a value may be that arrives.
 *
 * Returns: the size in bytes
 */
guint64
peer_endpoint_get_max_message_size (PeerEndpoint *self)
{
  g_return_val_if_fail (PEER_IS_ENDPOINT (self), 0);

  return self->links->max_message_size;
}
