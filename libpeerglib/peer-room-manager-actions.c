/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <glib/gi18n-lib.h>

#include "peer-error.h"
#include "peer-room-join-result-private.h"
#include "peer-room-manager-private.h"

static void
join_room_cb (GObject *object,
              GAsyncResult *result,
              gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (peer_room_join_finish (PEER_ROOM (object), result, &error))
    g_task_return_pointer (task, g_object_ref (object), g_object_unref);
  else
    g_task_return_error (task, error);
}

/**
 * peer_room_manager_join_room_async:
 * @self: a manager of rooms
 * @name: the name of the room
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async) (nullable): called when the room is open or cannot be
 * @user_data: (closure): data for @callback
 *
 * Joins a room; see [method@Peer.Room.join_async]. It is in the list from now on,
 * also when it cannot be joined.
 */
void
peer_room_manager_join_room_async (PeerRoomManager *self,
                                   const char *name,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (PEER_IS_ROOM_MANAGER (self));
  g_return_if_fail (name != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, peer_room_manager_join_room_async);
  peer_room_join_async (peer_room_manager_ensure_room (self, name), cancellable, join_room_cb, g_steal_pointer (&task));
}

/**
 * peer_room_manager_join_room_finish:
 * @self: a manager of rooms
 * @result: the result
 * @error: return location for an error
 *
 * Finishes [method@Peer.RoomManager.join_room_async]. Errors: those of
 * [method@Peer.Room.join_finish].
 *
 * Returns: (transfer full): the room
 */
PeerRoom *
peer_room_manager_join_room_finish (PeerRoomManager *self,
                                    GAsyncResult *result,
                                    GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, peer_room_manager_join_room_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Several rooms that are joined or left together. */
typedef struct
{
  GPtrArray *results; /* of PeerRoomJoinResult, in the order of the names; NULL while one is to come */
  guint n_waiting;
} Together;

typedef struct
{
  GTask *task;
  guint index;
} Part;

static void
together_free (Together *together)
{
  g_ptr_array_unref (together->results);
  g_free (together);
}

static void
clear_result (gpointer result)
{
  g_clear_object (&result);
}

static GTask *
together_new (PeerRoomManager *self,
              gpointer source_tag,
              guint n_parts,
              GCancellable *cancellable,
              GAsyncReadyCallback callback,
              gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Together *together = g_new0 (Together, 1);

  g_task_set_source_tag (task, source_tag);
  together->results = g_ptr_array_new_with_free_func (clear_result);
  g_ptr_array_set_size (together->results, (int) n_parts);
  together->n_waiting = n_parts;
  g_task_set_task_data (task, together, (GDestroyNotify) together_free);

  return task;
}

static Part *
part_new (GTask *task,
          guint index)
{
  Part *part = g_new (Part, 1);

  *part = (Part){ .task = g_object_ref (task), .index = index };

  return part;
}

static GListModel *
list_results (Together *together)
{
  GListStore *results = g_list_store_new (PEER_TYPE_ROOM_JOIN_RESULT);

  for (guint i = 0; i < together->results->len; i++)
    g_list_store_append (results, g_ptr_array_index (together->results, i));

  return G_LIST_MODEL (results);
}

static void
join_rooms_cb (GObject *object,
               GAsyncResult *result,
               gpointer user_data)
{
  g_autofree Part *part = user_data;
  g_autoptr (GTask) task = part->task;
  Together *together = g_task_get_task_data (task);
  GError *error = NULL;

  peer_room_join_finish (PEER_ROOM (object), result, &error);
  g_ptr_array_index (together->results, part->index) = peer_room_join_result_new (PEER_ROOM (object), error);
  if (--together->n_waiting == 0)
    g_task_return_pointer (task, list_results (together), g_object_unref);
}

/**
 * peer_room_manager_join_rooms_async:
 * @self: a manager of rooms
 * @names: (array zero-terminated=1): the names of the rooms
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async) (nullable): called when each room is open or cannot be
 * @user_data: (closure): data for @callback
 *
 * Joins several rooms at once, each as with
 * [method@Peer.RoomManager.join_room_async].
 */
void
peer_room_manager_join_rooms_async (PeerRoomManager *self,
                                    const char *const *names,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  guint n_names;

  g_return_if_fail (PEER_IS_ROOM_MANAGER (self));
  g_return_if_fail (names != NULL);

  n_names = g_strv_length ((GStrv) names);
  task = together_new (self, peer_room_manager_join_rooms_async, n_names, cancellable, callback, user_data);
  g_task_set_check_cancellable (task, FALSE);
  if (n_names == 0)
    g_task_return_pointer (task, list_results (g_task_get_task_data (task)), g_object_unref);
  for (guint i = 0; i < n_names; i++)
    peer_room_join_async (peer_room_manager_ensure_room (self, names[i]), cancellable, join_rooms_cb, part_new (task, i));
}

/**
 * peer_room_manager_join_rooms_finish:
 * @self: a manager of rooms
 * @result: the result
 * @error: return location for an error
 *
 * Finishes [method@Peer.RoomManager.join_rooms_async]. It does not fail as a
 * whole: each result has its own error.
 *
 * Returns: (transfer full): a list of [class@Peer.RoomJoinResult], in the order
 *   of the names
 */
GListModel *
peer_room_manager_join_rooms_finish (PeerRoomManager *self,
                                     GAsyncResult *result,
                                     GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, peer_room_manager_join_rooms_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
leave_rooms_cb (GObject *object,
                GAsyncResult *result,
                gpointer user_data)
{
  g_autofree Part *part = user_data;
  g_autoptr (GTask) task = part->task;
  Together *together = g_task_get_task_data (task);

  peer_room_manager_forget_room (g_task_get_source_object (task), PEER_ROOM (object));
  if (--together->n_waiting == 0)
    g_task_return_boolean (task, TRUE);
}

static void
leave_rooms (PeerRoomManager *self,
             GPtrArray *rooms,
             gpointer source_tag,
             GCancellable *cancellable,
             GAsyncReadyCallback callback,
             gpointer user_data)
{
  g_autoptr (GTask) task = together_new (self, source_tag, rooms->len, cancellable, callback, user_data);

  if (rooms->len == 0)
    g_task_return_boolean (task, TRUE);
  for (guint i = 0; i < rooms->len; i++)
    peer_room_leave_async (g_ptr_array_index (rooms, i), NULL, leave_rooms_cb, part_new (task, i));
}

/**
 * peer_room_manager_leave_room_async:
 * @self: a manager of rooms
 * @name: the name of the room
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async) (nullable): called when the room was left
 * @user_data: (closure): data for @callback
 *
 * Leaves a room and takes it off the list, with the handlers connected to it; see
 * [method@Peer.Room.leave_async]. Nothing happens when it is not in the list.
 */
void
peer_room_manager_leave_room_async (PeerRoomManager *self,
                                    const char *name,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  g_autoptr (GPtrArray) rooms = g_ptr_array_new_with_free_func (g_object_unref);
  PeerRoom *room;

  g_return_if_fail (PEER_IS_ROOM_MANAGER (self));
  g_return_if_fail (name != NULL);

  room = peer_room_manager_lookup_room (self, name);
  if (room != NULL)
    g_ptr_array_add (rooms, g_object_ref (room));
  leave_rooms (self, rooms, peer_room_manager_leave_room_async, cancellable, callback, user_data);
}

/**
 * peer_room_manager_leave_room_finish:
 * @self: a manager of rooms
 * @result: the result
 * @error: return location for an error
 *
 * Finishes [method@Peer.RoomManager.leave_room_async]. Error:
 * `G_IO_ERROR_CANCELLED`.
 *
 * Returns: %TRUE when the room was left
 */
gboolean
peer_room_manager_leave_room_finish (PeerRoomManager *self,
                                     GAsyncResult *result,
                                     GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, peer_room_manager_leave_room_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * peer_room_manager_leave_all_rooms_async:
 * @self: a manager of rooms
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async) (nullable): called when all rooms were left
 * @user_data: (closure): data for @callback
 *
 * Leaves all rooms and takes them off the list.
 */
void
peer_room_manager_leave_all_rooms_async (PeerRoomManager *self,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data)
{
  g_autoptr (GPtrArray) rooms = g_ptr_array_new_with_free_func (g_object_unref);
  guint n_rooms;

  g_return_if_fail (PEER_IS_ROOM_MANAGER (self));

  n_rooms = g_list_model_get_n_items (G_LIST_MODEL (self->rooms));
  for (guint i = 0; i < n_rooms; i++)
    g_ptr_array_add (rooms, g_list_model_get_item (G_LIST_MODEL (self->rooms), i));
  leave_rooms (self, rooms, peer_room_manager_leave_all_rooms_async, cancellable, callback, user_data);
}

/**
 * peer_room_manager_leave_all_rooms_finish:
 * @self: a manager of rooms
 * @result: the result
 * @error: return location for an error
 *
 * Finishes [method@Peer.RoomManager.leave_all_rooms_async]. Error:
 * `G_IO_ERROR_CANCELLED`.
 *
 * Returns: %TRUE when all rooms were left
 */
gboolean
peer_room_manager_leave_all_rooms_finish (PeerRoomManager *self,
                                          GAsyncResult *result,
                                          GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, peer_room_manager_leave_all_rooms_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* NULL with an error for one that is not in the list. */
static PeerRoom *
find_room (PeerRoomManager *self,
           const char *name,
           GError **error)
{
  PeerRoom *room = peer_room_manager_lookup_room (self, name);

  if (room == NULL)
    g_set_error (error, PEER_ERROR, PEER_ERROR_NOT_OPEN_YET, _ ("The room “%s” is not joined"), name);

  return room;
}

/**
 * peer_room_manager_send_message:
 * @self: a manager of rooms
 * @room: the name of a room
 * @message: any value
 * @error: return location for an error
 *
 * Sends a message to all other members of a room. It is consumed when it is
 * floating. Errors: those of [method@Peer.Room.send_message],
 * `PEER_ERROR_NOT_OPEN_YET` also when the room is not in the list.
 *
 * Returns: %TRUE when it was sent or waits for the room to open
 */
gboolean
peer_room_manager_send_message (PeerRoomManager *self,
                                const char *room,
                                GVariant *message,
                                GError **error)
{
  g_autoptr (GVariant) sunk = NULL;
  PeerRoom *found;

  g_return_val_if_fail (PEER_IS_ROOM_MANAGER (self), FALSE);
  g_return_val_if_fail (room != NULL, FALSE);
  g_return_val_if_fail (message != NULL, FALSE);

  sunk = g_variant_ref_sink (message);
  found = find_room (self, room, error);

  return found != NULL && peer_room_send_message (found, sunk, error);
}

/**
 * peer_room_manager_emit_event:
 * @self: a manager of rooms
 * @room: the name of a room
 * @name: the name of the event, not empty, at most 256 bytes
 * @value: (nullable): any value
 * @error: return location for an error
 *
 * Sends an event to all other members of a room; see
 * [method@Peer.Room.emit_event]. Errors: those, `PEER_ERROR_NOT_OPEN_YET` also when
 * the room is not in the list.
 *
 * Returns: %TRUE when it was sent or waits for the room to open
 */
gboolean
peer_room_manager_emit_event (PeerRoomManager *self,
                              const char *room,
                              const char *name,
                              GVariant *value,
                              GError **error)
{
  g_autoptr (GVariant) sunk = NULL;
  PeerRoom *found;

  g_return_val_if_fail (PEER_IS_ROOM_MANAGER (self), FALSE);
  g_return_val_if_fail (room != NULL, FALSE);
  g_return_val_if_fail (name != NULL && *name != '\0', FALSE);

  sunk = value != NULL ? g_variant_ref_sink (value) : NULL;
  found = find_room (self, room, error);

  return found != NULL && peer_room_emit_event (found, name, sunk, error);
}

typedef struct
{
  char *name;
  GVariant *value; /* nullable */
} Event;

static void
event_free (Event *event)
{
  g_free (event->name);
  g_clear_pointer (&event->value, g_variant_unref);
  g_free (event);
}

static void
auto_emit_cb (GObject *object,
              GAsyncResult *result,
              gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Event *event = g_task_get_task_data (task);
  GError *error = NULL;

  if (peer_room_join_finish (PEER_ROOM (object), result, &error) &&
      peer_room_emit_event (PEER_ROOM (object), event->name, event->value, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/**
 * peer_room_manager_auto_emit_async:
 * @self: a manager of rooms
 * @room: the name of a room
 * @name: the name of the event, not empty, at most 256 bytes
 * @value: (nullable): any value
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async) (nullable): called when the event was sent or cannot be
 * @user_data: (closure): data for @callback
 *
 * Joins a room if it is not joined, and sends an event to all other members once
 * it is open. Several events are sent in the order of the calls, and none is
 * lost.
 */
void
peer_room_manager_auto_emit_async (PeerRoomManager *self,
                                   const char *room,
                                   const char *name,
                                   GVariant *value,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  Event *event;

  g_return_if_fail (PEER_IS_ROOM_MANAGER (self));
  g_return_if_fail (room != NULL);
  g_return_if_fail (name != NULL && *name != '\0');

  event = g_new0 (Event, 1);
  event->name = g_strdup (name);
  event->value = value != NULL ? g_variant_ref_sink (value) : NULL;
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, peer_room_manager_auto_emit_async);
  g_task_set_task_data (task, event, (GDestroyNotify) event_free);
  peer_room_join_async (peer_room_manager_ensure_room (self, room), cancellable, auto_emit_cb, g_steal_pointer (&task));
}

/**
 * peer_room_manager_auto_emit_finish:
 * @self: a manager of rooms
 * @result: the result
 * @error: return location for an error
 *
 * Finishes [method@Peer.RoomManager.auto_emit_async]. Errors: those of
 * [method@Peer.Room.join_finish] and of [method@Peer.Room.emit_event].
 *
 * Returns: %TRUE when the event was sent
 */
gboolean
peer_room_manager_auto_emit_finish (PeerRoomManager *self,
                                    GAsyncResult *result,
                                    GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, peer_room_manager_auto_emit_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * peer_room_manager_broadcast_to_all:
 * @self: a manager of rooms
 * @name: the name of the event, not empty, at most 256 bytes
 * @value: (nullable): any value
 *
 * Sends an event to all other members of all rooms that are open; see
 * [method@Peer.Room.broadcast]. The value is consumed when it is floating.
 *
 * Returns: how many rooms it was sent to
 */
guint
peer_room_manager_broadcast_to_all (PeerRoomManager *self,
                                    const char *name,
                                    GVariant *value)
{
  g_autoptr (GVariant) sunk = NULL;
  guint n_rooms;
  guint n_reached = 0;

  g_return_val_if_fail (PEER_IS_ROOM_MANAGER (self), 0);
  g_return_val_if_fail (name != NULL && *name != '\0', 0);

  sunk = value != NULL ? g_variant_ref_sink (value) : NULL;
  n_rooms = g_list_model_get_n_items (G_LIST_MODEL (self->rooms));
  for (guint i = 0; i < n_rooms; i++)
    {
      g_autoptr (PeerRoom) room = g_list_model_get_item (G_LIST_MODEL (self->rooms), i);

      if (peer_room_get_connected (room) && peer_room_broadcast (room, name, sunk, NULL))
        n_reached++;
    }

  return n_reached;
}
