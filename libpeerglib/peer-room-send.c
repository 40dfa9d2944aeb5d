/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <glib/gi18n-lib.h>

#include "peer-error.h"
#include "peer-room-member-private.h"
#include "peer-room-private.h"
#include "peer-source-private.h"

static gboolean
tell_dropped_cb (gpointer user_data)
{
  g_autoptr (PeerRoom) self = g_object_ref (user_data);
  g_autoptr (GError) error = NULL;

  error = g_error_new (PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED,
                       ngettext ("%u message was dropped: too many waited for the room to open",
                                 "%u messages were dropped: too many waited for the room to open", self->n_dropped),
                       self->n_dropped);
  self->n_dropped = 0;
  peer_source_clear (&self->dropped_source);
  peer_room_report_error (self, error);

  return G_SOURCE_REMOVE;
}

static gboolean
queue_frame (PeerRoom *self,
             const PeerRoomFrame *frame,
             GError **error)
{
  if (self->stage == PEER_ROOM_OUT || self->stage == PEER_ROOM_LEAVING || self->queue_size == 0)
    {
      g_set_error_literal (error, PEER_ERROR, PEER_ERROR_NOT_OPEN_YET, _ ("The room is not open"));
      return FALSE;
    }

  self->n_dropped += peer_room_backlog_push (self->backlog, frame, self->queue_size);
  if (self->n_dropped > 0 && self->dropped_source == NULL)
    self->dropped_source = peer_source_new_timeout (self->context, 0, "[peerglib] tell what was dropped", tell_dropped_cb, self);

  return TRUE;
}

static gboolean
check_member (PeerRoom *self,
              PeerRoomMember *member,
              GError **error)
{
  if (member == NULL || (member == self->server && self->server != NULL))
    return TRUE;
  if (member != self->own && member == peer_room_roster_lookup (self->roster, peer_room_member_get_id (member)))
    return TRUE;

  g_set_error (error, PEER_ERROR, PEER_ERROR_PEER_UNAVAILABLE, _ ("“%s” is not another member of the room"),
               peer_room_member_get_id (member));

  return FALSE;
}

static gboolean
send_frame (PeerRoom *self,
            PeerRoomFrameKind kind,
            PeerRoomMember *member,
            const char *name,
            GVariant *value,
            GError **error)
{
  g_autoptr (GVariant) sunk = value != NULL ? g_variant_ref_sink (value) : NULL;
  g_autoptr (PeerRoomFrame) frame = NULL;
  const char *target = member != NULL ? peer_room_member_get_id (member) : NULL;

  if (!check_member (self, member, error))
    return FALSE;
  if (name != NULL && strlen (name) > PEER_ROOM_EVENT_NAME_MAX)
    {
      g_set_error_literal (error, PEER_ERROR, PEER_ERROR_UNSUPPORTED_VALUE, _ ("The name of the event is too long"));
      return FALSE;
    }

  frame = peer_room_frame_new (kind, self->peer_id, target, name, sunk);
  if (self->stage != PEER_ROOM_JOINED)
    return queue_frame (self, frame, error);

  return peer_room_network_send (self->network, target, frame, error);
}

void
peer_room_flush (PeerRoom *self)
{
  PeerRoomNetwork *network = self->network;
  PeerRoomFrame *next;

  while (self->network == network && (next = peer_room_backlog_pop (self->backlog)) != NULL)
    {
      g_autoptr (PeerRoomFrame) frame = next;
      g_autoptr (GError) error = NULL;

      if (!peer_room_network_send (network, frame->target, frame, &error))
        peer_room_report_error (self, error);
    }
}

static gboolean
send_state (PeerRoom *self,
            const char *member_id,
            PeerRoomFrameKind kind,
            GVariant *value,
            GError **error)
{
  g_autoptr (PeerRoomFrame) frame = peer_room_frame_new (kind, self->peer_id, member_id, NULL, value);

  return peer_room_network_send (self->network, member_id, frame, error);
}

void
peer_room_send_states (PeerRoom *self,
                       const char *member_id)
{
  if (self->has_changed_state)
    send_state (self, member_id, PEER_ROOM_FRAME_SYNC, self->state, NULL);
  if (self->has_changed_shared)
    send_state (self, member_id, PEER_ROOM_FRAME_SYNC_SHARED, peer_shared_state_get_entries (self->shared), NULL);
}

/**
 * peer_room_send_message:
 * @self: a room
 * @message: any value
 * @error: return location for an error
 *
 * Sends a message to all other members. It is consumed when it is floating.
 *
 * While the room is being joined, the message waits for it to open; see
 * [property@Peer.Room:queue-size]. Errors: `PEER_ERROR_NOT_OPEN_YET` when the
 * room is not joined; `PEER_ERROR_UNSUPPORTED_VALUE` for what cannot be sent,
 * which for a hub are bytes, as everything is JSON there. When one of several
 * connections does not take the message, the others do all the same.
 *
 * Returns: %TRUE when it was sent or waits
 */
gboolean
peer_room_send_message (PeerRoom *self,
                        GVariant *message,
                        GError **error)
{
  g_return_val_if_fail (PEER_IS_ROOM (self), FALSE);
  g_return_val_if_fail (message != NULL, FALSE);

  return send_frame (self, PEER_ROOM_FRAME_MESSAGE, NULL, NULL, message, error);
}

/**
 * peer_room_send_message_to:
 * @self: a room
 * @member: a member
 * @message: any value
 * @error: return location for an error
 *
 * Sends a message to one other member, as [method@Peer.Room.send_message] does
 * to all. Another error: `PEER_ERROR_PEER_UNAVAILABLE` when the member has left
 * or is this one.
 *
 * Returns: %TRUE when it was sent or waits
 */
gboolean
peer_room_send_message_to (PeerRoom *self,
                           PeerRoomMember *member,
                           GVariant *message,
                           GError **error)
{
  g_return_val_if_fail (PEER_IS_ROOM (self), FALSE);
  g_return_val_if_fail (PEER_IS_ROOM_MEMBER (member), FALSE);
  g_return_val_if_fail (message != NULL, FALSE);

  return send_frame (self, PEER_ROOM_FRAME_MESSAGE, member, NULL, message, error);
}

/**
 * peer_room_emit_event:
 * @self: a room
 * @name: the name of the event, not empty, at most 256 bytes
 * @value: (nullable): any value
 * @error: return location for an error
 *
 * Sends an event to all other members, who get [signal@Peer.Room::event] with
 * the name as its detail. Everything else is as with
 * [method@Peer.Room.send_message]. Another error: `PEER_ERROR_UNSUPPORTED_VALUE`
 * for a name that is too long.
 *
 * Returns: %TRUE when it was sent or waits
 */
gboolean
peer_room_emit_event (PeerRoom *self,
                      const char *name,
                      GVariant *value,
                      GError **error)
{
  g_return_val_if_fail (PEER_IS_ROOM (self), FALSE);
  g_return_val_if_fail (name != NULL && *name != '\0', FALSE);

  return send_frame (self, PEER_ROOM_FRAME_EVENT, NULL, name, value, error);
}

/**
 * peer_room_emit_event_to:
 * @self: a room
 * @member: a member
 * @name: the name of the event, not empty, at most 256 bytes
 * @value: (nullable): any value
 * @error: return location for an error
 *
 * Sends an event to one other member, as [method@Peer.Room.emit_event] does to
 * all. Another error: `PEER_ERROR_PEER_UNAVAILABLE` when the member has left or
 * is this one.
 *
 * Returns: %TRUE when it was sent or waits
 */
gboolean
peer_room_emit_event_to (PeerRoom *self,
                         PeerRoomMember *member,
                         const char *name,
                         GVariant *value,
                         GError **error)
{
  g_return_val_if_fail (PEER_IS_ROOM (self), FALSE);
  g_return_val_if_fail (PEER_IS_ROOM_MEMBER (member), FALSE);
  g_return_val_if_fail (name != NULL && *name != '\0', FALSE);

  return send_frame (self, PEER_ROOM_FRAME_EVENT, member, name, value, error);
}

/**
 * peer_room_broadcast:
 * @self: a room
 * @name: the name of the event, not empty, at most 256 bytes
 * @value: (nullable): any value
 * @error: return location for an error
 *
 * The same as [method@Peer.Room.emit_event], but for the word that is on the
 * wire: `BROADCAST` instead of `EVENT`.
 *
 * Returns: %TRUE when it was sent or waits
 */
gboolean
peer_room_broadcast (PeerRoom *self,
                     const char *name,
                     GVariant *value,
                     GError **error)
{
  g_return_val_if_fail (PEER_IS_ROOM (self), FALSE);
  g_return_val_if_fail (name != NULL && *name != '\0', FALSE);

  return send_frame (self, PEER_ROOM_FRAME_BROADCAST, NULL, name, value, error);
}

/* Members that are not there yet hear of it when they come. */
static gboolean
tell_state (PeerRoom *self,
            PeerRoomFrameKind kind,
            GVariant *value,
            GError **error)
{
  if (self->network == NULL)
    return TRUE;
  if (self->stage == PEER_ROOM_JOINED)
    return send_state (self, NULL, kind, value, error);

  send_state (self, NULL, kind, value, NULL);

  return TRUE;
}

/**
 * peer_room_sync:
 * @self: a room
 * @state: an `a{sv}`
 * @mode: what happens to the state that was there
 * @error: return location for an error
 *
 * Sets this member's state and tells the others, who see it as
 * [property@Peer.RoomMember:state]. It is consumed when it is floating. Whoever
 * joins later gets it, too. A state that is set before joining is there from the
 * start.
 *
 * Errors: `PEER_ERROR_LIMIT_EXCEEDED` when the state has more than
 * [property@Peer.Room:max-state-size] bytes, and those of
 * [method@Peer.Room.send_message] but for `PEER_ERROR_NOT_OPEN_YET`.
 *
 * Returns: %TRUE when the state is set
 */
gboolean
peer_room_sync (PeerRoom *self,
                GVariant *state,
                PeerSyncMode mode,
                GError **error)
{
  g_autoptr (GVariant) sunk = NULL;
  g_autoptr (GVariant) combined = NULL;

  g_return_val_if_fail (PEER_IS_ROOM (self), FALSE);
  g_return_val_if_fail (state != NULL && g_variant_is_of_type (state, G_VARIANT_TYPE_VARDICT), FALSE);

  sunk = g_variant_ref_sink (state);
  combined = peer_state_apply (self->state, sunk, mode);
  if (g_variant_get_size (combined) > self->max_state_size)
    {
      g_set_error_literal (error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED, _ ("The state is too large"));
      return FALSE;
    }

  g_variant_unref (self->state);
  self->state = g_steal_pointer (&combined);
  self->has_changed_state = TRUE;
  if (self->description != NULL)
    peer_room_self_set_state (self->description, self->state);
  if (self->own != NULL)
    peer_room_member_set_state (self->own, self->state);
  peer_room_notify (self, PEER_ROOM_PROP_STATE);

  return tell_state (self, PEER_ROOM_FRAME_SYNC, self->state, error);
}

/**
 * peer_room_sync_shared:
 * @self: a room
 * @state: an `a{sv}`
 * @mode: what happens to the state that was there
 * @error: return location for an error
 *
 * Writes [property@Peer.Room:shared-state], which all members have alike. Of
 * each of its keys the last write counts: a write that had heard of another is
 * later than it, and of two that had not heard of each other the same one wins
 * everywhere. `state` is consumed when it is floating.
 *
 * Members whose clocks are more than a day behind do not take the writes of the
 * others, who are told with `PEER_ERROR_INVALID_DATA`.
 *
 * With `PEER_SYNC_MODE_REPLACE` the keys that this member knows of and `state`
 * does not have are removed.
 *
 * Errors: `PEER_ERROR_LIMIT_EXCEEDED` when all of it, with what is kept of the
 * keys that were removed, would have more than
 * [property@Peer.Room:max-state-size] bytes, and those of
 * [method@Peer.Room.send_message] but for `PEER_ERROR_NOT_OPEN_YET`.
 *
 * Returns: %TRUE when the state is set
 */
gboolean
peer_room_sync_shared (PeerRoom *self,
                       GVariant *state,
                       PeerSyncMode mode,
                       GError **error)
{
  g_autoptr (GVariant) sunk = NULL;
  g_autoptr (GVariant) entries = NULL;

  g_return_val_if_fail (PEER_IS_ROOM (self), FALSE);
  g_return_val_if_fail (state != NULL && g_variant_is_of_type (state, G_VARIANT_TYPE_VARDICT), FALSE);

  sunk = g_variant_ref_sink (state);
  entries = peer_shared_state_write (self->shared, sunk, mode, self->peer_id, self->max_state_size, error);
  if (entries == NULL)
    return FALSE;

  self->has_changed_shared = TRUE;
  if (self->description != NULL)
    peer_room_self_set_shared (self->description, peer_shared_state_get_entries (self->shared));
  peer_room_notify (self, PEER_ROOM_PROP_SHARED_STATE);

  return tell_state (self, PEER_ROOM_FRAME_SYNC_SHARED, entries, error);
}
