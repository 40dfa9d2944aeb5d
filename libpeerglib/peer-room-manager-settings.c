/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-room-manager-private.h"

/**
 * peer_room_manager_new:
 * @peer_id: (nullable): the id in all rooms, or %NULL for a random one
 * @signaling: what carries the signals of the members to each other
 *
 * Makes a manager of rooms as [ctor@Peer.Room.new] makes them.
 *
 * Returns: (transfer full): a new manager of rooms
 */
PeerRoomManager *
peer_room_manager_new (const char *peer_id,
                       PeerSignaling *signaling)
{
  g_return_val_if_fail (PEER_IS_SIGNALING (signaling), NULL);

  return g_object_new (PEER_TYPE_ROOM_MANAGER, "peer-id", peer_id, "service", PEER_ROOM_SERVICE_SIGNALING, "signaling", signaling, NULL);
}

/**
 * peer_room_manager_new_for_server:
 * @peer_id: (nullable): the id in all rooms, or %NULL for a random one
 * @uri: the address of a PeerJS server
 *
 * Makes a manager of rooms as [ctor@Peer.Room.new_for_server] makes them.
 *
 * Returns: (transfer full): a new manager of rooms
 */
PeerRoomManager *
peer_room_manager_new_for_server (const char *peer_id,
                                  const char *uri)
{
  g_return_val_if_fail (uri != NULL, NULL);

  return g_object_new (PEER_TYPE_ROOM_MANAGER, "peer-id", peer_id, "service", PEER_ROOM_SERVICE_PEERJS, "uri", uri, NULL);
}

/**
 * peer_room_manager_new_for_manager:
 * @peer_id: (nullable): the id in all rooms, or %NULL for a random one
 * @uri: the address of the WebSocket of a signaling manager
 *
 * Makes a manager of rooms as [ctor@Peer.Room.new_for_manager] makes them.
 *
 * Returns: (transfer full): a new manager of rooms
 */
PeerRoomManager *
peer_room_manager_new_for_manager (const char *peer_id,
                                   const char *uri)
{
  g_return_val_if_fail (uri != NULL, NULL);

  return g_object_new (PEER_TYPE_ROOM_MANAGER, "peer-id", peer_id, "service", PEER_ROOM_SERVICE_MANAGER, "uri", uri, NULL);
}

/**
 * peer_room_manager_new_for_hub:
 * @peer_id: (nullable): the id in all rooms, or %NULL for a random one
 * @uri: the address below which a hub answers
 *
 * Makes a manager of rooms as [ctor@Peer.Room.new_for_hub] makes them.
 *
 * Returns: (transfer full): a new manager of rooms
 */
PeerRoomManager *
peer_room_manager_new_for_hub (const char *peer_id,
                               const char *uri)
{
  g_return_val_if_fail (uri != NULL, NULL);

  return g_object_new (PEER_TYPE_ROOM_MANAGER, "peer-id", peer_id, "service", PEER_ROOM_SERVICE_HUB, "uri", uri, NULL);
}

/**
 * peer_room_manager_get_peer_id: (get-property peer-id)
 * @self: a manager of rooms
 *
 * Gets the id in all rooms.
 *
 * Returns: (transfer none): the id
 */
const char *
peer_room_manager_get_peer_id (PeerRoomManager *self)
{
  g_return_val_if_fail (PEER_IS_ROOM_MANAGER (self), NULL);

  return self->peer_id;
}

/**
 * peer_room_manager_get_service: (get-property service)
 * @self: a manager of rooms
 *
 * Gets what brings the members of the rooms together.
 *
 * Returns: the service
 */
PeerRoomService
peer_room_manager_get_service (PeerRoomManager *self)
{
  g_return_val_if_fail (PEER_IS_ROOM_MANAGER (self), PEER_ROOM_SERVICE_SIGNALING);

  return self->service;
}

/**
 * peer_room_manager_get_uri: (get-property uri)
 * @self: a manager of rooms
 *
 * Gets the address of the server, hub or signaling manager.
 *
 * Returns: (transfer none) (nullable): the address
 */
const char *
peer_room_manager_get_uri (PeerRoomManager *self)
{
  g_return_val_if_fail (PEER_IS_ROOM_MANAGER (self), NULL);

  return self->uri;
}

/**
 * peer_room_manager_get_signaling: (get-property signaling)
 * @self: a manager of rooms
 *
 * Gets what carries the signals of the members.
 *
 * Returns: (transfer none) (nullable): the signaling
 */
PeerSignaling *
peer_room_manager_get_signaling (PeerRoomManager *self)
{
  g_return_val_if_fail (PEER_IS_ROOM_MANAGER (self), NULL);

  return self->signaling;
}

/**
 * peer_room_manager_get_rooms: (get-property rooms)
 * @self: a manager of rooms
 *
 * Gets the rooms that were asked for and not left since.
 *
 * Returns: (transfer none): a list of [class@Peer.Room]
 */
GListModel *
peer_room_manager_get_rooms (PeerRoomManager *self)
{
  g_return_val_if_fail (PEER_IS_ROOM_MANAGER (self), NULL);

  return G_LIST_MODEL (self->rooms);
}
