/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-signaling-manager-private.h"

#include <glib/gi18n-lib.h>

#include "peer-error.h"
#include "peer-signaling-manager-share-private.h"

/* Who is in which room. */

static void
peer_manager_room_free (PeerManagerRoom *room)
{
  g_free (room->name);
  g_object_unref (room->sessions);
  g_hash_table_unref (room->by_id);
  g_hash_table_unref (room->others);
  g_clear_pointer (&room->gone, g_hash_table_unref);
  g_free (room);
}

GHashTable *
peer_signaling_manager_new_rooms (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) peer_manager_room_free);
}

PeerManagerRoom *
peer_signaling_manager_lookup_room (PeerSignalingManager *self,
                                    const char *name)
{
  return g_hash_table_lookup (self->rooms, name);
}

static PeerManagerRoom *
ensure_room (PeerSignalingManager *self,
             const char *name)
{
  PeerManagerRoom *room = peer_signaling_manager_lookup_room (self, name);

  if (room != NULL)
    return room;

  room = g_new0 (PeerManagerRoom, 1);
  room->name = g_strdup (name);
  room->sessions = g_list_store_new (PEER_TYPE_SESSION);
  room->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  room->others = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_insert (self->rooms, room->name, room);

  return room;
}

static gboolean
is_acceptable_id (PeerSignalingManager *self,
                  const char *id)
{
  guint max_length = self->numbers[PROP_MAX_ID_LENGTH];

  if (*id == '\0' || (max_length > 0 && strlen (id) > max_length))
    return FALSE;

  for (const char *p = id; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p))
      return FALSE;

  return g_utf8_validate (id, -1, NULL);
}

static gboolean
is_over (guint limit,
         guint n)
{
  return limit > 0 && n >= limit;
}

gboolean
peer_signaling_manager_check_join (PeerSignalingManager *self,
                                   const char *room_name,
                                   const char *session_id,
                                   GError **error)
{
  PeerManagerRoom *room = peer_signaling_manager_lookup_room (self, room_name);

  if (!is_acceptable_id (self, room_name) || !is_acceptable_id (self, session_id))
    g_set_error_literal (error, PEER_ERROR, PEER_ERROR_INVALID_ID, _ ("The name of the room or the id is not valid"));
  else if (room != NULL && g_hash_table_contains (room->by_id, session_id))
    g_set_error_literal (error, PEER_ERROR, PEER_ERROR_UNAVAILABLE_ID, _ ("The id is taken"));
  else if (room == NULL && is_over (self->numbers[PROP_MAX_ROOMS], g_hash_table_size (self->rooms)))
    g_set_error_literal (error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED, _ ("There are too many rooms"));
  else if (room != NULL && is_over (self->numbers[PROP_MAX_ROOM_SIZE], peer_signaling_manager_get_room_size (self, room_name)))
    g_set_error_literal (error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED, _ ("The room is full"));
  else if (is_over (self->numbers[PROP_MAX_SESSIONS], self->n_sessions))
    g_set_error_literal (error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED, _ ("There are too many sessions"));
  else
    return TRUE;

  return FALSE;
}

/* Somebody who was at another manager has come here. */
static void
end_elsewhere (PeerSignalingManager *self,
               const char *name,
               const char *id)
{
  PeerManagerRoom *room = peer_signaling_manager_lookup_room (self, name);

  if (room != NULL && g_hash_table_remove (room->others, id))
    peer_signaling_manager_tell_left (self, room, id);
}

/* Who hears of changes, through a signal or a message, may do anything. */
void
peer_signaling_manager_enter (PeerSignalingManager *self,
                              PeerSession *session,
                              const char *const *others)
{
  g_autoptr (PeerSignalingManager) kept = g_object_ref (self);
  g_autoptr (PeerSession) entered = g_object_ref (session);
  const char *name = peer_session_get_room (session);
  const char *id = peer_session_get_id (session);
  guint n_rooms = g_hash_table_size (self->rooms);
  PeerManagerRoom *room;

  end_elsewhere (self, name, id);
  ensure_room (self, name);
  peer_manager_share_learn (self, name, others);
  room = ensure_room (self, name);
  g_hash_table_insert (room->by_id, (char *) id, session);
  self->n_sessions++;
  g_debug ("%s joined the room %s", id, name);
  peer_manager_share_tell_joined (self, room, session);
  g_list_store_append (room->sessions, session);

  if (peer_session_get_client (session) != NULL)
    {
      peer_signaling_manager_send_peers_list (self, name, id);
      peer_signaling_manager_notify_peer_joined (self, name, id);
      peer_manager_share_entered (self, session);
    }

  if (n_rooms != g_hash_table_size (self->rooms))
    g_object_notify_by_pspec (G_OBJECT (self), peer_signaling_manager_props[PROP_N_ROOMS]);
  g_object_notify_by_pspec (G_OBJECT (self), peer_signaling_manager_props[PROP_N_SESSIONS]);
  g_signal_emit (self, peer_signaling_manager_signals[MANAGER_SESSION_JOINED], 0, name, session);
}

/**
 * peer_signaling_manager_join_room:
 * @self: a signaling manager
 * @room: the name of the room, which is made when it is not there
 * @session_id: the id of the session, a new one in the room
 * @metadata: (nullable): what to know about it: any value
 * @error: return location for an error
 *
 * Adds a session that the application brings messages to by itself, see
 * [method@Peer.SignalingManager.set_send_func]. Emits
 * [signal@Peer.SignalingManager::session-joined], and tells nobody else: that
 * is for [method@Peer.SignalingManager.send_peers_list] and
 * [method@Peer.SignalingManager.notify_peer_joined]. Sessions that come over a
 * WebSocket, see [method@Peer.SignalingManager.attach], need none of this.
 *
 * With a [property@Peer.SignalingManager:broker] the id is only known to be
 * free at this manager when the method returns. If a session of another one
 * has it, this one leaves again with
 * [signal@Peer.SignalingManager::session-left].
 *
 * Fails with %PEER_ERROR_INVALID_ID, with %PEER_ERROR_UNAVAILABLE_ID when the
 * id is taken in the room, and with %PEER_ERROR_LIMIT_EXCEEDED.
 *
 * Returns: (transfer full): the session, or %NULL with @error set
 */
PeerSession *
peer_signaling_manager_join_room (PeerSignalingManager *self,
                                  const char *room,
                                  const char *session_id,
                                  GVariant *metadata,
                                  GError **error)
{
  g_autoptr (GVariant) sunk = metadata != NULL ? g_variant_ref_sink (metadata) : NULL;
  g_autoptr (PeerSession) session = NULL;

  g_return_val_if_fail (PEER_IS_SIGNALING_MANAGER (self), NULL);
  g_return_val_if_fail (room != NULL, NULL);
  g_return_val_if_fail (session_id != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!peer_signaling_manager_check_join (self, room, session_id, error))
    return NULL;

  session = peer_session_new (room, session_id, NULL, NULL, sunk);
  peer_signaling_manager_enter (self, session, NULL);
  if (peer_signaling_manager_get_session (self, room, session_id) == session)
    peer_manager_share_claim_late (self, session);

  return g_steal_pointer (&session);
}

static void
drop_room (PeerSignalingManager *self,
           PeerManagerRoom *room)
{
  g_autofree char *name = g_strdup (room->name);
  gboolean is_empty = g_hash_table_size (room->others) == 0;

  g_hash_table_remove (self->rooms, name);
  g_object_notify_by_pspec (G_OBJECT (self), peer_signaling_manager_props[PROP_N_ROOMS]);
  if (is_empty)
    g_signal_emit (self, peer_signaling_manager_signals[MANAGER_ROOM_EMPTY], 0, name);
}

void
peer_signaling_manager_remove_session (PeerSignalingManager *self,
                                       PeerSession *session,
                                       gboolean is_told)
{
  g_autoptr (PeerSignalingManager) kept = g_object_ref (self);
  g_autoptr (PeerSession) left = g_object_ref (session);
  const char *name = peer_session_get_room (session);
  const char *id = peer_session_get_id (session);
  PeerManagerClient *client = peer_session_get_client (session);
  PeerManagerRoom *room = peer_signaling_manager_lookup_room (self, name);
  guint position;

  if (room == NULL || g_hash_table_lookup (room->by_id, id) != session)
    return;

  g_hash_table_remove (room->by_id, id);
  self->n_sessions--;
  peer_session_end (session);
  if (client != NULL)
    peer_manager_client_set_session (client, NULL);
  g_debug ("%s left the room %s", id, name);
  peer_manager_share_forget (self, room, session);
  if (g_list_store_find (room->sessions, session, &position))
    g_list_store_remove (room->sessions, position);

  if (is_told)
    peer_signaling_manager_notify_peer_left (self, name, id);
  g_object_notify_by_pspec (G_OBJECT (self), peer_signaling_manager_props[PROP_N_SESSIONS]);
  g_signal_emit (self, peer_signaling_manager_signals[MANAGER_SESSION_LEFT], 0, name, session);

  room = peer_signaling_manager_lookup_room (self, name);
  if (room != NULL && g_hash_table_size (room->by_id) == 0)
    drop_room (self, room);
}

/**
 * peer_signaling_manager_leave_room:
 * @self: a signaling manager
 * @room: the name of a room
 * @session_id: the id of a session in it
 *
 * Takes a session out of its room, and emits
 * [signal@Peer.SignalingManager::session-left]. When it came over a WebSocket
 * the others get a `peer_left`, and it may join a room again; otherwise telling
 * them is for [method@Peer.SignalingManager.notify_peer_left]. A room that
 * nobody is in is no more.
 *
 * Returns: %TRUE if there was such a session at this manager
 */
gboolean
peer_signaling_manager_leave_room (PeerSignalingManager *self,
                                   const char *room,
                                   const char *session_id)
{
  PeerSession *session;

  g_return_val_if_fail (PEER_IS_SIGNALING_MANAGER (self), FALSE);

  session = peer_signaling_manager_get_session (self, room, session_id);
  if (session == NULL)
    return FALSE;

  peer_signaling_manager_remove_session (self, session, peer_session_get_client (session) != NULL);

  return TRUE;
}

GPtrArray *
peer_manager_room_list_sessions (PeerManagerRoom *room)
{
  guint n_sessions = g_list_model_get_n_items (G_LIST_MODEL (room->sessions));
  GPtrArray *sessions = g_ptr_array_new_full (n_sessions, g_object_unref);

  for (guint i = 0; i < n_sessions; i++)
    g_ptr_array_add (sessions, g_list_model_get_item (G_LIST_MODEL (room->sessions), i));

  return sessions;
}

/**
 * peer_signaling_manager_clear_room:
 * @self: a signaling manager
 * @room: the name of a room
 *
 * Ends all sessions of a room at this manager. Each gets an `error` with the
 * code `aborted`; then its WebSocket, if it has one, is closed with code 1000.
 * Emits [signal@Peer.SignalingManager::session-left] for each, and
 * [signal@Peer.SignalingManager::room-empty].
 *
 * Does nothing when there is no such room.
 */
void
peer_signaling_manager_clear_room (PeerSignalingManager *self,
                                   const char *room)
{
  g_autoptr (PeerSignalingManager) kept = NULL;
  g_autoptr (GPtrArray) sessions = NULL;
  g_autofree char *notice = NULL;
  PeerManagerRoom *cleared;

  g_return_if_fail (PEER_IS_SIGNALING_MANAGER (self));
  g_return_if_fail (room != NULL);

  /* Who brings the last messages may clear the room, too. */
  cleared = peer_signaling_manager_lookup_room (self, room);
  if (cleared == NULL || cleared->is_being_cleared)
    return;

  cleared->is_being_cleared = TRUE;
  kept = g_object_ref (self);
  sessions = peer_manager_room_list_sessions (cleared);
  notice = peer_manager_message_print (&(PeerManagerMessage){ .type = PEER_MANAGER_MESSAGE_ERROR,
                                                              .code = (char *) "aborted",
                                                              .text = _ ("The room was closed"),
                                                              .room_id = (char *) room },
                                       NULL);
  for (guint i = 0; i < sessions->len; i++)
    {
      PeerSession *session = g_ptr_array_index (sessions, i);
      g_autoptr (PeerManagerClient) client = NULL;

      if (peer_signaling_manager_get_session (self, room, peer_session_get_id (session)) != session)
        continue;

      peer_signaling_manager_deliver (self, session, notice);
      client = peer_session_get_client (session);
      if (client != NULL)
        peer_manager_client_ref (client);
      peer_signaling_manager_remove_session (self, session, FALSE);
      if (client != NULL)
        peer_manager_client_close (client, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
    }

  /* Somebody may have joined it meanwhile. */
  cleared = peer_signaling_manager_lookup_room (self, room);
  if (cleared != NULL)
    cleared->is_being_cleared = FALSE;
}

/**
 * peer_signaling_manager_get_n_sessions: (get-property n-sessions)
 * @self: a signaling manager
 *
 * Gets the number of sessions at this manager, in all rooms together.
 *
 * Returns: the number
 */
guint
peer_signaling_manager_get_n_sessions (PeerSignalingManager *self)
{
  g_return_val_if_fail (PEER_IS_SIGNALING_MANAGER (self), 0);

  return self->n_sessions;
}

/**
 * peer_signaling_manager_get_n_rooms: (get-property n-rooms)
 * @self: a signaling manager
 *
 * Gets the number of rooms that sessions of this manager are in.
 *
 * Returns: the number
 */
guint
peer_signaling_manager_get_n_rooms (PeerSignalingManager *self)
{
  g_return_val_if_fail (PEER_IS_SIGNALING_MANAGER (self), 0);

  return g_hash_table_size (self->rooms);
}

/**
 * peer_signaling_manager_get_rooms:
 * @self: a signaling manager
 *
 * Lists the names of all rooms that sessions of this manager are in.
 *
 * Returns: (transfer full) (array zero-terminated=1): the names, in no order
 */
char **
peer_signaling_manager_get_rooms (PeerSignalingManager *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  GHashTableIter iter;
  gpointer name;

  g_return_val_if_fail (PEER_IS_SIGNALING_MANAGER (self), NULL);

  g_hash_table_iter_init (&iter, self->rooms);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    g_strv_builder_add (builder, name);

  return g_strv_builder_end (builder);
}

/**
 * peer_signaling_manager_room_exists:
 * @self: a signaling manager
 * @room: the name of a room
 *
 * Tells whether there is a room of that name.
 *
 * Returns: %TRUE if sessions of this manager are in it
 */
gboolean
peer_signaling_manager_room_exists (PeerSignalingManager *self,
                                    const char *room)
{
  g_return_val_if_fail (PEER_IS_SIGNALING_MANAGER (self), FALSE);
  g_return_val_if_fail (room != NULL, FALSE);

  return peer_signaling_manager_lookup_room (self, room) != NULL;
}

/**
 * peer_signaling_manager_get_room_size:
 * @self: a signaling manager
 * @room: the name of a room
 *
 * Gets the number of sessions in a room, at other managers included.
 *
 * Returns: the number, 0 for a room that is not there
 */
guint
peer_signaling_manager_get_room_size (PeerSignalingManager *self,
                                      const char *room)
{
  PeerManagerRoom *found;

  g_return_val_if_fail (PEER_IS_SIGNALING_MANAGER (self), 0);
  g_return_val_if_fail (room != NULL, 0);

  found = peer_signaling_manager_lookup_room (self, room);

  return found == NULL ? 0 : g_hash_table_size (found->by_id) + g_hash_table_size (found->others);
}

/**
 * peer_signaling_manager_get_peers:
 * @self: a signaling manager
 * @room: the name of a room
 * @exclude_session_id: (nullable): an id to leave out
 *
 * Lists the ids of the sessions in a room, in the order in which they joined;
 * those at other managers come last.
 *
 * Returns: (transfer full) (array zero-terminated=1): the ids, none for a room
 *   that is not there
 */
char **
peer_signaling_manager_get_peers (PeerSignalingManager *self,
                                  const char *room,
                                  const char *exclude_session_id)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  PeerManagerRoom *found;
  GHashTableIter iter;
  gpointer other;
  guint n_sessions;

  g_return_val_if_fail (PEER_IS_SIGNALING_MANAGER (self), NULL);
  g_return_val_if_fail (room != NULL, NULL);

  found = peer_signaling_manager_lookup_room (self, room);
  if (found == NULL)
    return g_strv_builder_end (builder);

  n_sessions = g_list_model_get_n_items (G_LIST_MODEL (found->sessions));
  for (guint i = 0; i < n_sessions; i++)
    {
      g_autoptr (PeerSession) session = g_list_model_get_item (G_LIST_MODEL (found->sessions), i);

      if (g_strcmp0 (peer_session_get_id (session), exclude_session_id) != 0)
        g_strv_builder_add (builder, peer_session_get_id (session));
    }

  g_hash_table_iter_init (&iter, found->others);
  while (g_hash_table_iter_next (&iter, &other, NULL))
    if (g_strcmp0 (other, exclude_session_id) != 0)
      g_strv_builder_add (builder, other);

  return g_strv_builder_end (builder);
}

/**
 * peer_signaling_manager_get_session:
 * @self: a signaling manager
 * @room: the name of a room
 * @session_id: an id
 *
 * Gets the session of that id in a room.
 *
 * Returns: (transfer none) (nullable): the session, or %NULL if there is none
 *   at this manager
 */
PeerSession *
peer_signaling_manager_get_session (PeerSignalingManager *self,
                                    const char *room,
                                    const char *session_id)
{
  PeerManagerRoom *found;

  g_return_val_if_fail (PEER_IS_SIGNALING_MANAGER (self), NULL);
  g_return_val_if_fail (room != NULL, NULL);
  g_return_val_if_fail (session_id != NULL, NULL);

  found = peer_signaling_manager_lookup_room (self, room);

  return found == NULL ? NULL : g_hash_table_lookup (found->by_id, session_id);
}

/**
 * peer_signaling_manager_get_room_sessions:
 * @self: a signaling manager
 * @room: the name of a room
 *
 * Gets the sessions of a room at this manager, as a list that changes with the
 * room until it is empty.
 *
 * Returns: (transfer full): a list of [class@Peer.Session], an empty one for a
 *   room that is not there
 */
GListModel *
peer_signaling_manager_get_room_sessions (PeerSignalingManager *self,
                                          const char *room)
{
  PeerManagerRoom *found;

  g_return_val_if_fail (PEER_IS_SIGNALING_MANAGER (self), NULL);
  g_return_val_if_fail (room != NULL, NULL);

  found = peer_signaling_manager_lookup_room (self, room);

  return found != NULL ? G_LIST_MODEL (g_object_ref (found->sessions)) : G_LIST_MODEL (g_list_store_new (PEER_TYPE_SESSION));
}
