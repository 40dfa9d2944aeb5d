/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-hub-private.h"

#include <glib/gi18n-lib.h>

#include "peer-error.h"

/**
 * peer_hub_get_rooms: (get-property rooms)
 * @self: a hub
 *
 * Gets the rooms that somebody is in. A room is one of this process: what it
 * sends is from `server`, which is not among its members, and it lasts until the
 * last client has left.
 *
 * Returns: (transfer none): a list of [class@Peer.Room]
 */
GListModel *
peer_hub_get_rooms (PeerHub *self)
{
  g_return_val_if_fail (PEER_IS_HUB (self), NULL);

  return G_LIST_MODEL (self->shown_rooms);
}

/**
 * peer_hub_get_n_peers: (get-property n-peers)
 * @self: a hub
 *
 * Gets the number of clients in all rooms together.
 *
 * Returns: the number
 */
guint
peer_hub_get_n_peers (PeerHub *self)
{
  guint n_peers = 0;
  GHashTableIter iter;
  gpointer room;

  g_return_val_if_fail (PEER_IS_HUB (self), 0);

  g_hash_table_iter_init (&iter, self->rooms);
  while (g_hash_table_iter_next (&iter, NULL, &room))
    n_peers += ((PeerHubRoom *) room)->network->members->len;

  return n_peers;
}

/**
 * peer_hub_get_room_peers:
 * @self: a hub
 * @room: the name of a room
 *
 * Gets the clients in a room. The list changes as they come and go; it is the
 * [class@Peer.Room] itself.
 *
 * Returns: (transfer none) (nullable): a list of [class@Peer.RoomMember], or
 *   %NULL if nobody is in the room
 */
GListModel *
peer_hub_get_room_peers (PeerHub *self,
                         const char *room)
{
  PeerHubRoom *found;

  g_return_val_if_fail (PEER_IS_HUB (self), NULL);
  g_return_val_if_fail (room != NULL, NULL);

  found = peer_hub_lookup (self, room);

  return found != NULL && found->network->members->len > 0 ? G_LIST_MODEL (found->room) : NULL;
}

/**
 * peer_hub_rooms_info:
 * @self: a hub
 *
 * Tells who is in which room: a dictionary from the names of rooms to
 * dictionaries with `peer_count`, a number of type `x`, `peers`, their ids in the
 * order in which they joined, and `host_id`. It is what `GET /rooms` answers; see
 * [property@Peer.Hub:admin-routes].
 *
 * Returns: (transfer full): an `a{sv}`
 */
GVariant *
peer_hub_rooms_info (PeerHub *self)
{
  GVariantBuilder info;
  GHashTableIter iter;
  gpointer name, room;

  g_return_val_if_fail (PEER_IS_HUB (self), NULL);

  g_variant_builder_init (&info, G_VARIANT_TYPE_VARDICT);
  g_hash_table_iter_init (&iter, self->rooms);
  while (g_hash_table_iter_next (&iter, &name, &room))
    {
      if (((PeerHubRoom *) room)->network->members->len > 0)
        g_variant_builder_add (&info, "{sv}", name, peer_hub_room_describe (room));
    }

  return g_variant_ref_sink (g_variant_builder_end (&info));
}

/**
 * peer_hub_broadcast:
 * @self: a hub
 * @room: the name of a room
 * @message: what to say; any value but those that JSON has no form for, such as
 *   bytes
 * @error: return location for an error
 *
 * Says something to everybody in a room, as `server`: a frame
 * `{peer_id: "server", message}`. For events, and for one client alone, see the
 * methods of the [class@Peer.Room] in [property@Peer.Hub:rooms].
 *
 * Fails with %PEER_ERROR_PEER_UNAVAILABLE when nobody is in the room, and
 * %PEER_ERROR_UNSUPPORTED_VALUE.
 *
 * Returns: %TRUE if it was sent
 */
gboolean
peer_hub_broadcast (PeerHub *self,
                    const char *room,
                    GVariant *message,
                    GError **error)
{
  g_autoptr (GVariant) owned = NULL;
  g_autoptr (PeerRoomFrame) frame = NULL;
  PeerHubRoom *found;

  g_return_val_if_fail (PEER_IS_HUB (self), FALSE);
  g_return_val_if_fail (room != NULL, FALSE);
  g_return_val_if_fail (message != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  owned = g_variant_ref_sink (message);
  found = peer_hub_lookup (self, room);
  if (found == NULL || found->network->members->len == 0)
    {
      g_set_error (error, PEER_ERROR, PEER_ERROR_PEER_UNAVAILABLE, _ ("Nobody is in the room “%s”"), room);
      return FALSE;
    }

  frame = peer_room_frame_new (PEER_ROOM_FRAME_MESSAGE, PEER_HUB_SERVER_ID, NULL, NULL, owned);

  return peer_room_network_send (PEER_ROOM_NETWORK (found->network), NULL, frame, error);
}
