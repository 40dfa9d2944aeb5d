/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-room-member-private.h"
#include "peer-room-private.h"

void
peer_room_update_host (PeerRoom *self)
{
  g_autoptr (PeerRoomMember) previous = self->host;
  PeerRoomMember *host = self->stage == PEER_ROOM_JOINED ? peer_room_roster_get (self->roster, 0) : NULL;

  if (host == previous)
    {
      g_steal_pointer (&previous);
      return;
    }

  self->host = host != NULL ? g_object_ref (host) : NULL;
  if (previous != NULL)
    peer_room_member_set_is_host (previous, FALSE);
  if (host != NULL)
    peer_room_member_set_is_host (host, TRUE);
  peer_room_notify (self, PEER_ROOM_PROP_HOST_ID);
  if (host == self->own || previous == self->own)
    peer_room_notify (self, PEER_ROOM_PROP_IS_HOST);
}

void
peer_room_add_member (PeerRoom *self,
                      gint64 serial,
                      PeerRoomMember *member)
{
  guint position = peer_room_roster_add (self->roster, serial, peer_room_member_get_id (member), member);

  g_list_model_items_changed (G_LIST_MODEL (self), position, 0, 1);
  peer_room_notify (self, PEER_ROOM_PROP_N_PEERS);
  peer_room_update_host (self);
}

PeerRoomMember *
peer_room_take_member (PeerRoom *self,
                       const char *id)
{
  PeerRoomMember *member = peer_room_roster_lookup (self->roster, id);
  guint position;

  if (member == NULL)
    return NULL;

  g_object_ref (member);
  peer_room_roster_remove (self->roster, id, &position);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
  peer_room_notify (self, PEER_ROOM_PROP_N_PEERS);
  peer_room_update_host (self);

  return member;
}

PeerRoomMember *
peer_room_find_sender (PeerRoom *self,
                       const char *id)
{
  PeerRoomMember *member = peer_room_roster_lookup (self->roster, id);

  if (member != NULL || self->is_served || peer_room_get_topology (self) != PEER_TOPOLOGY_STAR ||
      !g_str_equal (id, PEER_ROOM_SERVER_ID))
    return member;

  if (self->server == NULL)
    self->server = peer_room_member_new (id, FALSE, 0, NULL);

  return self->server;
}

/**
 * peer_room_lookup_member:
 * @self: a room
 * @peer_id: an id
 *
 * Looks a member up.
 *
 * Returns: (transfer none) (nullable): the member, or %NULL when nobody in the
 *   room has the id
 */
PeerRoomMember *
peer_room_lookup_member (PeerRoom *self,
                         const char *peer_id)
{
  g_return_val_if_fail (PEER_IS_ROOM (self), NULL);
  g_return_val_if_fail (peer_id != NULL, NULL);

  return peer_room_roster_lookup (self->roster, peer_id);
}
