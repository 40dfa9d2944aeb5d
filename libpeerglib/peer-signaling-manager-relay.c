/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-signaling-manager-private.h"

#include <glib/gi18n-lib.h>

#include "peer-error.h"
#include "peer-signaling-manager-share-private.h"
#include "protocol/peer-json-private.h"

/* What goes to the sessions of a room. */

void
peer_signaling_manager_deliver (PeerSignalingManager *self,
                                PeerSession *session,
                                const char *text)
{
  PeerManagerClient *client = peer_session_get_client (session);

  if (client != NULL)
    peer_manager_client_send (client, text);
  else if (self->send_func != NULL && !peer_session_has_ended (session))
    self->send_func (self, peer_session_get_room (session), peer_session_get_id (session), text, self->send_data);
}

/* To the sessions here, and nowhere else. Who sends for the application may
 * end sessions, and the room with them. */
static void
deliver_all (PeerSignalingManager *self,
             PeerManagerRoom *room,
             const char *text,
             const char *exclude_session_id)
{
  g_autoptr (GPtrArray) sessions = peer_manager_room_list_sessions (room);

  for (guint i = 0; i < sessions->len; i++)
    {
      PeerSession *session = g_ptr_array_index (sessions, i);

      if (g_strcmp0 (peer_session_get_id (session), exclude_session_id) != 0)
        peer_signaling_manager_deliver (self, session, text);
    }
}

/* To all, wherever they are. */
static void
broadcast (PeerSignalingManager *self,
           PeerManagerRoom *room,
           const char *text,
           const char *sender_id)
{
  GHashTableIter iter;
  gpointer other;

  g_hash_table_iter_init (&iter, room->others);
  while (g_hash_table_iter_next (&iter, &other, NULL))
    if (g_strcmp0 (other, sender_id) != 0)
      peer_manager_share_send (self, room, sender_id, other, text);
  deliver_all (self, room, text, sender_id);
}

void
peer_signaling_manager_tell_joined (PeerSignalingManager *self,
                                    PeerManagerRoom *room,
                                    const char *session_id)
{
  g_auto (GStrv) peers = peer_signaling_manager_get_peers (self, room->name, NULL);
  g_autofree char *text = peer_manager_message_print (&(PeerManagerMessage){ .type = PEER_MANAGER_MESSAGE_PEER_JOINED,
                                                                             .peer_id = (char *) session_id,
                                                                             .peers = peers },
                                                      NULL);

  deliver_all (self, room, text, session_id);
}

void
peer_signaling_manager_tell_left (PeerSignalingManager *self,
                                  PeerManagerRoom *room,
                                  const char *session_id)
{
  g_autofree char *text = peer_manager_message_print (&(PeerManagerMessage){ .type = PEER_MANAGER_MESSAGE_PEER_LEFT,
                                                                             .peer_id = (char *) session_id },
                                                      NULL);

  deliver_all (self, room, text, session_id);
}

/* What is for one is for nobody else, also when that one is not there. */
gboolean
peer_signaling_manager_relay (PeerSignalingManager *self,
                              PeerManagerRoom *room,
                              const PeerManagerMessage *message,
                              const char *sender_id,
                              GError **error)
{
  g_autofree char *text = peer_manager_message_print_relayed (message, sender_id, error);
  PeerSession *target;

  if (text == NULL)
    return FALSE;

  if (message->target_id == NULL)
    {
      broadcast (self, room, text, sender_id);
      return TRUE;
    }

  target = g_hash_table_lookup (room->by_id, message->target_id);
  if (target != NULL)
    {
      peer_signaling_manager_deliver (self, target, text);
      return TRUE;
    }
  if (g_hash_table_contains (room->others, message->target_id))
    {
      peer_manager_share_send (self, room, sender_id, message->target_id, text);
      return TRUE;
    }

  g_set_error (error, PEER_ERROR, PEER_ERROR_PEER_UNAVAILABLE, _ ("%s is not in the room"), message->target_id);

  return FALSE;
}

static PeerManagerRoom *
find_room (PeerSignalingManager *self,
           const char *name,
           GError **error)
{
  PeerManagerRoom *room = peer_signaling_manager_lookup_room (self, name);

  if (room == NULL)
    g_set_error (error, PEER_ERROR, PEER_ERROR_PEER_UNAVAILABLE, _ ("There is no room %s"), name);

  return room;
}

/**
 * peer_signaling_manager_relay_signal:
 * @self: a signaling manager
 * @room: the name of a room
 * @signal: an `a{sv}` with `type` (`webrtc_offer`, `webrtc_answer` or
 *   `webrtc_ice_candidate`), `payload` (an `a{sv}`, or `s` with JSON text) and
 *   `senderSessionId`
 * @error: return location for an error
 *
 * Passes a signal on, on behalf of the session that it names as its sender: to
 * the session that its payload names as `targetPeerId`, and to nobody else; or,
 * when it names none, to everybody in the room but the sender.
 *
 * Fails with %PEER_ERROR_INVALID_DATA when it is no signal, with
 * %PEER_ERROR_PEER_UNAVAILABLE when room, sender or target are not there, and
 * with %PEER_ERROR_UNSUPPORTED_VALUE for values that JSON has no form for.
 *
 * Returns: %TRUE if it is on its way
 */
gboolean
peer_signaling_manager_relay_signal (PeerSignalingManager *self,
                                     const char *room,
                                     GVariant *signal,
                                     GError **error)
{
  g_autoptr (GVariant) sunk = NULL;
  g_auto (PeerManagerMessage) message = { 0 };
  PeerManagerRoom *found;

  g_return_val_if_fail (PEER_IS_SIGNALING_MANAGER (self), FALSE);
  g_return_val_if_fail (room != NULL, FALSE);
  g_return_val_if_fail (signal != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  sunk = g_variant_ref_sink (signal);
  if (!peer_manager_message_parse_value (&message, sunk, PEER_JSON_MAX_DEPTH, error))
    return FALSE;
  if (!peer_manager_message_is_signal (&message) || message.sender_id == NULL)
    {
      g_set_error_literal (error, PEER_ERROR, PEER_ERROR_INVALID_DATA, _ ("This is not a signal that somebody has sent"));
      return FALSE;
    }

  found = find_room (self, room, error);
  if (found == NULL)
    return FALSE;
  if (!g_hash_table_contains (found->by_id, message.sender_id))
    {
      g_set_error (error, PEER_ERROR, PEER_ERROR_PEER_UNAVAILABLE, _ ("%s is not in the room"), message.sender_id);
      return FALSE;
    }

  return peer_signaling_manager_relay (self, found, &message, message.sender_id, error);
}

/**
 * peer_signaling_manager_broadcast_to_room:
 * @self: a signaling manager
 * @room: the name of a room
 * @message: any value that JSON has a form for, an object as a rule
 * @exclude_session_id: (nullable): the id of a session that does not get it
 * @error: return location for an error
 *
 * Sends a message to all sessions of a room, at other managers, too.
 *
 * Fails with %PEER_ERROR_PEER_UNAVAILABLE when there is no such room, and with
 * %PEER_ERROR_UNSUPPORTED_VALUE.
 *
 * Returns: %TRUE if it is on its way
 */
gboolean
peer_signaling_manager_broadcast_to_room (PeerSignalingManager *self,
                                          const char *room,
                                          GVariant *message,
                                          const char *exclude_session_id,
                                          GError **error)
{
  g_autoptr (GVariant) sunk = NULL;
  g_autofree char *text = NULL;
  PeerManagerRoom *found;

  g_return_val_if_fail (PEER_IS_SIGNALING_MANAGER (self), FALSE);
  g_return_val_if_fail (room != NULL, FALSE);
  g_return_val_if_fail (message != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  sunk = g_variant_ref_sink (message);
  text = peer_json_print (sunk, NULL, error);
  found = text != NULL ? find_room (self, room, error) : NULL;
  if (found == NULL)
    return FALSE;

  broadcast (self, found, text, exclude_session_id);

  return TRUE;
}

/**
 * peer_signaling_manager_notify_peer_joined:
 * @self: a signaling manager
 * @room: the name of a room
 * @session_id: the id of a session in it
 *
 * Sends a `peer_joined` about a session to all others of its room at this
 * manager; other managers have told theirs. Sessions that come over a WebSocket
 * are announced without it.
 */
void
peer_signaling_manager_notify_peer_joined (PeerSignalingManager *self,
                                           const char *room,
                                           const char *session_id)
{
  PeerManagerRoom *found;

  g_return_if_fail (PEER_IS_SIGNALING_MANAGER (self));
  g_return_if_fail (room != NULL);
  g_return_if_fail (session_id != NULL);

  found = peer_signaling_manager_lookup_room (self, room);
  if (found != NULL && g_hash_table_contains (found->by_id, session_id))
    peer_signaling_manager_tell_joined (self, found, session_id);
}

/**
 * peer_signaling_manager_notify_peer_left:
 * @self: a signaling manager
 * @room: the name of a room
 * @session_id: the id of a session that is, or was, in it
 *
 * Sends a `peer_left` about a session to all others of its room at this
 * manager; other managers have told theirs. Sessions that came over a WebSocket
 * are announced without it.
 */
void
peer_signaling_manager_notify_peer_left (PeerSignalingManager *self,
                                         const char *room,
                                         const char *session_id)
{
  PeerManagerRoom *found;

  g_return_if_fail (PEER_IS_SIGNALING_MANAGER (self));
  g_return_if_fail (room != NULL);
  g_return_if_fail (session_id != NULL);

  found = peer_signaling_manager_lookup_room (self, room);
  if (found != NULL)
    peer_signaling_manager_tell_left (self, found, session_id);
}

/**
 * peer_signaling_manager_send_peers_list:
 * @self: a signaling manager
 * @room: the name of a room
 * @session_id: the id of a session in it
 *
 * Sends a `peers_list` to a session: who else is in its room. Sessions that
 * come over a WebSocket get one without it.
 */
void
peer_signaling_manager_send_peers_list (PeerSignalingManager *self,
                                        const char *room,
                                        const char *session_id)
{
  g_auto (GStrv) peers = NULL;
  g_autofree char *text = NULL;
  PeerSession *session;

  g_return_if_fail (PEER_IS_SIGNALING_MANAGER (self));
  g_return_if_fail (room != NULL);
  g_return_if_fail (session_id != NULL);

  session = peer_signaling_manager_get_session (self, room, session_id);
  if (session == NULL)
    return;

  peers = peer_signaling_manager_get_peers (self, room, session_id);
  text = peer_manager_message_print (&(PeerManagerMessage){ .type = PEER_MANAGER_MESSAGE_PEERS_LIST,
                                                            .peers = peers,
                                                            .room_id = (char *) room,
                                                            .session_id = (char *) session_id },
                                     NULL);
  peer_signaling_manager_deliver (self, session, text);
}
