/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-room-private.h"

PeerLinkSettings *
peer_room_get_links (PeerRoom *self)
{
  return self->links;
}

static void
set_number (PeerRoom *self,
            guint *field,
            guint number,
            PeerRoomProperty property)
{
  if (*field == number)
    return;

  *field = number;
  peer_room_notify (self, property);
}

static void
set_variant (PeerRoom *self,
             GVariant **field,
             GVariant *value,
             PeerRoomProperty property)
{
  g_autoptr (GVariant) previous = *field;

  *field = value != NULL ? g_variant_ref_sink (value) : NULL;
  if (previous != *field)
    peer_room_notify (self, property);
}

/**
 * peer_room_get_name: (get-property name)
 * @self: a room
 *
 * Gets the name of the room.
 *
 * Returns: (transfer none): the name
 */
const char *
peer_room_get_name (PeerRoom *self)
{
  g_return_val_if_fail (PEER_IS_ROOM (self), NULL);

  return self->name;
}

/**
 * peer_room_get_service: (get-property service)
 * @self: a room
 *
 * Gets what brings the members together.
 *
 * Returns: the service
 */
PeerRoomService
peer_room_get_service (PeerRoom *self)
{
  g_return_val_if_fail (PEER_IS_ROOM (self), PEER_ROOM_SERVICE_SIGNALING);

  return self->service;
}

/**
 * peer_room_get_topology: (get-property topology)
 * @self: a room
 *
 * Gets how the members reach each other.
 *
 * Returns: the topology
 */
PeerTopology
peer_room_get_topology (PeerRoom *self)
{
  g_return_val_if_fail (PEER_IS_ROOM (self), PEER_TOPOLOGY_MESH);

  return self->service == PEER_ROOM_SERVICE_HUB ? PEER_TOPOLOGY_STAR : PEER_TOPOLOGY_MESH;
}

/**
 * peer_room_get_uri: (get-property uri)
 * @self: a room
 *
 * Gets the address of the server, hub or signaling manager.
 *
 * Returns: (transfer none) (nullable): the address
 */
const char *
peer_room_get_uri (PeerRoom *self)
{
  g_return_val_if_fail (PEER_IS_ROOM (self), NULL);

  return self->uri;
}

/**
 * peer_room_get_signaling: (get-property signaling)
 * @self: a room
 *
 * Gets what carries the signals of the members.
 *
 * Returns: (transfer none) (nullable): the signaling
 */
PeerSignaling *
peer_room_get_signaling (PeerRoom *self)
{
  g_return_val_if_fail (PEER_IS_ROOM (self), NULL);

  return self->signaling;
}

/**
 * peer_room_get_peer_id: (get-property peer-id)
 * @self: a room
 *
 * Gets the id of this member in the room.
 *
 * Returns: (transfer none): the id
 */
const char *
peer_room_get_peer_id (PeerRoom *self)
{
  g_return_val_if_fail (PEER_IS_ROOM (self), NULL);

  return self->peer_id;
}

/**
 * peer_room_get_ice_servers: (get-property ice-servers)
 * @self: a room
 *
 * Gets the ICE servers.
 *
 * Returns: (transfer none): a list of [class@Peer.IceServer]
 */
GListModel *
peer_room_get_ice_servers (PeerRoom *self)
{
  g_return_val_if_fail (PEER_IS_ROOM (self), NULL);

  if (self->links->ice_servers == NULL)
    peer_link_settings_set_ice_servers (self->links, NULL);

  return self->links->ice_servers;
}

/**
 * peer_room_set_ice_servers: (set-property ice-servers)
 * @self: a room
 * @ice_servers: (nullable): a list of [class@Peer.IceServer], or %NULL for the default
 *
 * Sets the ICE servers, for connections that are made from now on.
 */
void
peer_room_set_ice_servers (PeerRoom *self,
                           GListModel *ice_servers)
{
  g_return_if_fail (PEER_IS_ROOM (self));
  g_return_if_fail (ice_servers == NULL || G_IS_LIST_MODEL (ice_servers));

  peer_link_settings_set_ice_servers (self->links, ice_servers);
  peer_room_notify (self, PEER_ROOM_PROP_ICE_SERVERS);
}

/**
 * peer_room_get_tls_database: (get-property tls-database)
 * @self: a room
 *
 * Gets what the certificate of the server is checked against.
 *
 * Returns: (transfer none) (nullable): the database, %NULL for the system's
 */
GTlsDatabase *
peer_room_get_tls_database (PeerRoom *self)
{
  g_return_val_if_fail (PEER_IS_ROOM (self), NULL);

  return self->links->tls_database;
}

/**
 * peer_room_set_tls_database: (set-property tls-database)
 * @self: a room
 * @tls_database: (nullable): a database, or %NULL for the system's
 *
 * Sets what the certificate of the server is checked against, from the next
 * joining on.
 */
void
peer_room_set_tls_database (PeerRoom *self,
                            GTlsDatabase *tls_database)
{
  g_return_if_fail (PEER_IS_ROOM (self));
  g_return_if_fail (tls_database == NULL || G_IS_TLS_DATABASE (tls_database));

  if (g_set_object (&self->links->tls_database, tls_database))
    peer_room_notify (self, PEER_ROOM_PROP_TLS_DATABASE);
}

/**
 * peer_room_get_credentials: (get-property credentials)
 * @self: a room
 *
 * Gets what others judge by whether this member may join.
 *
 * Returns: (transfer none) (nullable): the credentials
 */
GVariant *
peer_room_get_credentials (PeerRoom *self)
{
  g_return_val_if_fail (PEER_IS_ROOM (self), NULL);

  return self->credentials;
}

/**
 * peer_room_set_credentials: (set-property credentials)
 * @self: a room
 * @credentials: (nullable): any value; consumed when it is floating
 *
 * Sets what others judge by whether this member may join, from the next joining on.
 */
void
peer_room_set_credentials (PeerRoom *self,
                           GVariant *credentials)
{
  g_return_if_fail (PEER_IS_ROOM (self));

  set_variant (self, &self->credentials, credentials, PEER_ROOM_PROP_CREDENTIALS);
}

/**
 * peer_room_get_metadata: (get-property metadata)
 * @self: a room
 *
 * Gets what this member says of itself when it joins.
 *
 * Returns: (transfer none) (nullable): the metadata
 */
GVariant *
peer_room_get_metadata (PeerRoom *self)
{
  g_return_val_if_fail (PEER_IS_ROOM (self), NULL);

  return self->metadata;
}

/**
 * peer_room_set_metadata: (set-property metadata)
 * @self: a room
 * @metadata: (nullable): any value; consumed when it is floating
 *
 * Sets what this member says of itself when it joins, from the next joining on.
 */
void
peer_room_set_metadata (PeerRoom *self,
                        GVariant *metadata)
{
  g_return_if_fail (PEER_IS_ROOM (self));

  set_variant (self, &self->metadata, metadata, PEER_ROOM_PROP_METADATA);
}

/**
 * peer_room_get_max_reconnect_attempts: (get-property max-reconnect-attempts)
 * @self: a room
 *
 * Gets how often a lost room is joined again before it is given up.
 *
 * Returns: the attempts
 */
guint
peer_room_get_max_reconnect_attempts (PeerRoom *self)
{
  g_return_val_if_fail (PEER_IS_ROOM (self), 0);

  return self->max_reconnect_attempts;
}

/**
 * peer_room_set_max_reconnect_attempts: (set-property max-reconnect-attempts)
 * @self: a room
 * @max_reconnect_attempts: the attempts
 *
 * Sets how often a lost room is joined again before it is given up.
 */
void
peer_room_set_max_reconnect_attempts (PeerRoom *self,
                                      guint max_reconnect_attempts)
{
  g_return_if_fail (PEER_IS_ROOM (self));

  set_number (self, &self->max_reconnect_attempts, max_reconnect_attempts, PEER_ROOM_PROP_MAX_RECONNECT_ATTEMPTS);
}

/**
 * peer_room_get_reconnect_delay: (get-property reconnect-delay)
 * @self: a room
 *
 * Gets how long to wait before the first attempt to join again.
 *
 * Returns: milliseconds
 */
guint
peer_room_get_reconnect_delay (PeerRoom *self)
{
  g_return_val_if_fail (PEER_IS_ROOM (self), 0);

  return self->reconnect_delay;
}

/**
 * peer_room_set_reconnect_delay: (set-property reconnect-delay)
 * @self: a room
 * @reconnect_delay: milliseconds, 1 to 60000
 *
 * Sets how long to wait before the first attempt to join again.
 */
void
peer_room_set_reconnect_delay (PeerRoom *self,
                               guint reconnect_delay)
{
  g_return_if_fail (PEER_IS_ROOM (self));
  g_return_if_fail (reconnect_delay >= 1 && reconnect_delay <= 60000);

  set_number (self, &self->reconnect_delay, reconnect_delay, PEER_ROOM_PROP_RECONNECT_DELAY);
}

/**
 * peer_room_get_queue_size: (get-property queue-size)
 * @self: a room
 *
 * Gets how many messages wait for the room to open.
 *
 * Returns: the messages
 */
guint
peer_room_get_queue_size (PeerRoom *self)
{
  g_return_val_if_fail (PEER_IS_ROOM (self), 0);

  return self->queue_size;
}

/**
 * peer_room_set_queue_size: (set-property queue-size)
 * @self: a room
 * @queue_size: the messages
 *
 * Sets how many messages wait for the room to open.
 */
void
peer_room_set_queue_size (PeerRoom *self,
                          guint queue_size)
{
  g_return_if_fail (PEER_IS_ROOM (self));

  set_number (self, &self->queue_size, queue_size, PEER_ROOM_PROP_QUEUE_SIZE);
}

/**
 * peer_room_get_max_members: (get-property max-members)
 * @self: a room
 *
 * Gets how many members the room has at most.
 *
 * Returns: the members, this one included
 */
guint
peer_room_get_max_members (PeerRoom *self)
{
  g_return_val_if_fail (PEER_IS_ROOM (self), 0);

  return self->max_members;
}

/**
 * peer_room_set_max_members: (set-property max-members)
 * @self: a room
 * @max_members: the members, this one included, at least 1
 *
 * Sets how many members the room has at most.
 */
void
peer_room_set_max_members (PeerRoom *self,
                           guint max_members)
{
  g_return_if_fail (PEER_IS_ROOM (self));
  g_return_if_fail (max_members >= 1);

  set_number (self, &self->max_members, max_members, PEER_ROOM_PROP_MAX_MEMBERS);
}

/**
 * peer_room_get_max_state_size: (get-property max-state-size)
 * @self: a room
 *
 * Gets how large a state may be.
 *
 * Returns: bytes
 */
guint
peer_room_get_max_state_size (PeerRoom *self)
{
  g_return_val_if_fail (PEER_IS_ROOM (self), 0);

  return self->max_state_size;
}

/**
 * peer_room_set_max_state_size: (set-property max-state-size)
 * @self: a room
 * @max_state_size: bytes
 *
 * Sets how large a state may be.
 */
void
peer_room_set_max_state_size (PeerRoom *self,
                              guint max_state_size)
{
  g_return_if_fail (PEER_IS_ROOM (self));

  set_number (self, &self->max_state_size, max_state_size, PEER_ROOM_PROP_MAX_STATE_SIZE);
}

/**
 * peer_room_get_connected: (get-property connected)
 * @self: a room
 *
 * Gets whether the room is open.
 *
 * Returns: %TRUE from [signal@Peer.Room::open] until it is left or lost
 */
gboolean
peer_room_get_connected (PeerRoom *self)
{
  g_return_val_if_fail (PEER_IS_ROOM (self), FALSE);

  return self->stage == PEER_ROOM_JOINED;
}

/**
 * peer_room_get_n_peers: (get-property n-peers)
 * @self: a room
 *
 * Gets how many members the room has.
 *
 * Returns: the members, this one included
 */
guint
peer_room_get_n_peers (PeerRoom *self)
{
  g_return_val_if_fail (PEER_IS_ROOM (self), 0);

  return peer_room_roster_get_size (self->roster);
}

/**
 * peer_room_get_host_id: (get-property host-id)
 * @self: a room
 *
 * Gets the id of the host.
 *
 * Returns: (transfer none) (nullable): the id, %NULL while the room is not open
 */
const char *
peer_room_get_host_id (PeerRoom *self)
{
  g_return_val_if_fail (PEER_IS_ROOM (self), NULL);

  return self->host != NULL ? peer_room_member_get_id (self->host) : NULL;
}

/**
 * peer_room_get_is_host: (get-property is-host)
 * @self: a room
 *
 * Gets whether this member is the host.
 *
 * Returns: %TRUE for the host
 */
gboolean
peer_room_get_is_host (PeerRoom *self)
{
  g_return_val_if_fail (PEER_IS_ROOM (self), FALSE);

  return self->host != NULL && self->host == self->own;
}

/**
 * peer_room_get_state: (get-property state)
 * @self: a room
 *
 * Gets the state of this member.
 *
 * Returns: (transfer none): an `a{sv}`
 */
GVariant *
peer_room_get_state (PeerRoom *self)
{
  g_return_val_if_fail (PEER_IS_ROOM (self), NULL);

  return self->state;
}

/**
 * peer_room_get_shared_state: (get-property shared-state)
 * @self: a room
 *
 * Gets the state of the room.
 *
 * Returns: (transfer none): an `a{sv}`
 */
GVariant *
peer_room_get_shared_state (PeerRoom *self)
{
  g_return_val_if_fail (PEER_IS_ROOM (self), NULL);

  return peer_shared_state_get_value (self->shared);
}

/**
 * peer_room_get_status: (get-property status)
 * @self: a room
 *
 * Gets what the room is doing, for people.
 *
 * Returns: (transfer none) (nullable): a translated text
 */
const char *
peer_room_get_status (PeerRoom *self)
{
  g_return_val_if_fail (PEER_IS_ROOM (self), NULL);

  return self->status;
}
