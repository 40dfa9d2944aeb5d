/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <glib/gi18n-lib.h>

#include "peer-backoff-private.h"
#include "peer-error.h"
#include "peer-room-member-private.h"
#include "peer-room-private.h"
#include "peer-source-private.h"
#include "protocol/peer-id-private.h"

static void
schedule (PeerRoom *self,
          guint delay,
          const char *name,
          GSourceFunc func)
{
  peer_source_clear (&self->next_source);
  self->next_source = peer_source_new_timeout (self->context, delay, name, func, self);
}

void
peer_room_drop_network (PeerRoom *self)
{
  g_autoptr (PeerRoomNetwork) network = g_steal_pointer (&self->network);

  if (network != NULL)
    {
      g_signal_handlers_disconnect_by_data (network, self);
      peer_room_network_close (network);
    }
  g_clear_pointer (&self->description, peer_room_self_unref);
}

static void
complete_joins (PeerRoom *self)
{
  g_autoptr (GPtrArray) tasks = g_ptr_array_new_with_free_func (g_object_unref);
  GTask *task;

  /* A callback may leave, and join anew. */
  while ((task = peer_wait_queue_pop (self->joins)) != NULL)
    g_ptr_array_add (tasks, task);
  for (guint i = 0; i < tasks->len; i++)
    g_task_return_boolean (g_ptr_array_index (tasks, i), TRUE);
}

/* Those who join from now on wait for the next stay. */
static void
abandon_joins (PeerRoom *self)
{
  GTask *task;

  while ((task = peer_wait_queue_pop (self->joins)) != NULL)
    {
      peer_wait_queue_push (self->abandoned_joins, task);
      g_object_unref (task);
    }
}

static void
fail_abandoned_joins (PeerRoom *self)
{
  g_autoptr (GError) error = g_error_new_literal (PEER_ERROR, PEER_ERROR_CONNECTION_CLOSED, _ ("The room was left"));

  peer_wait_queue_fail (self->abandoned_joins, error);
}

static void
prepare_farewell (PeerRoom *self)
{
  GObject *link = self->network != NULL ? peer_room_network_get_link (self->network) : NULL;
  PeerRoomMember *member;

  self->farewell = peer_room_farewell_new (self->context);
  if (link != NULL)
    peer_room_farewell_add (self->farewell, PEER_DATA_CONNECTION (link));
  for (guint i = 0; (member = peer_room_roster_get (self->roster, i)) != NULL; i++)
    {
      if (peer_room_member_get_connection (member) != NULL)
        peer_room_farewell_add (self->farewell, peer_room_member_get_connection (member));
    }
}

/* Takes the members away, without a word of each leaving unless is_told. */
static void
remove_members (PeerRoom *self,
                gboolean is_told)
{
  PeerRoomStage stage = self->stage;
  PeerRoomMember *last;

  g_clear_object (&self->server);
  while (self->stage == stage && (last = peer_room_roster_get (self->roster, peer_room_get_n_peers (self) - 1)) != NULL)
    {
      g_autoptr (PeerRoomMember) member = peer_room_take_member (self, peer_room_member_get_id (last));

      if (is_told && member != self->own)
        peer_room_emit_peer_left (self, member);
    }
}

static void
set_stage (PeerRoom *self,
           PeerRoomStage stage)
{
  gboolean is_connected = stage == PEER_ROOM_JOINED;

  self->stage = stage;
  peer_room_update_host (self);
  if (self->was_connected == is_connected)
    return;

  self->was_connected = is_connected;
  peer_room_notify (self, PEER_ROOM_PROP_CONNECTED);
}

/* The last that happens in a stay. */
static void
finish (PeerRoom *self)
{
  remove_members (self, FALSE);
  g_clear_object (&self->own);
  peer_source_clear (&self->dropped_source);
  peer_room_backlog_clear (self->backlog);
  self->n_dropped = 0;
  g_clear_pointer (&self->shared, peer_shared_state_free);
  self->shared = peer_shared_state_new ();
  peer_room_set_status (self, _ ("Left"));
  set_stage (self, PEER_ROOM_OUT);
  peer_room_emit_close (self);
}

static gboolean
begin_cb (gpointer user_data)
{
  g_autoptr (PeerRoom) self = g_object_ref (user_data);

  peer_source_clear (&self->next_source);
  peer_room_begin (self);

  return G_SOURCE_REMOVE;
}

static void
start_stay (PeerRoom *self)
{
  self->attempt = 0;
  if (self->token == NULL)
    self->token = peer_token_new ();
  self->stage = PEER_ROOM_JOINING;
  schedule (self, 0, "[peerglib] join room", begin_cb);
}

static gboolean
left_cb (gpointer user_data)
{
  g_autoptr (PeerRoom) self = g_object_ref (user_data);

  peer_source_clear (&self->next_source);
  finish (self);
  fail_abandoned_joins (self);
  peer_room_farewell_finish (self->farewell != NULL ? g_steal_pointer (&self->farewell)
                                                    : peer_room_farewell_new (self->context),
                             self->leaves);
  if (self->stage == PEER_ROOM_OUT && !peer_wait_queue_is_empty (self->joins))
    start_stay (self);

  return G_SOURCE_REMOVE;
}

static gboolean
check_id (PeerRoom *self,
          GError **error)
{
  if (*self->peer_id != '\0' && strlen (self->peer_id) <= PEER_ROOM_ID_MAX &&
      !g_str_equal (self->peer_id, PEER_ROOM_SERVER_ID) && g_utf8_validate (self->peer_id, -1, NULL))
    return TRUE;

  g_set_error (error, PEER_ERROR, PEER_ERROR_INVALID_ID, _ ("“%s” is not a valid id"), self->peer_id);

  return FALSE;
}

static PeerRoomSelf *
describe (PeerRoom *self)
{
  PeerRoomSelf *description = peer_room_self_new (self->name, self->peer_id);

  description->token = g_strdup (self->token);
  description->metadata = self->metadata != NULL ? g_variant_ref (self->metadata) : NULL;
  description->credentials = self->credentials != NULL ? g_variant_ref (self->credentials) : NULL;
  description->max_members = self->max_members;
  peer_room_self_set_state (description, self->state);
  peer_room_self_set_shared (description, peer_shared_state_get_entries (self->shared));

  return description;
}

void
peer_room_begin (PeerRoom *self)
{
  g_autoptr (GError) error = NULL;

  if (self->attempt == 0)
    peer_room_set_status (self, _ ("Joining"));
  if (self->stage != PEER_ROOM_JOINING && self->stage != PEER_ROOM_RECONNECTING)
    return;

  self->has_changed_state = FALSE;
  self->has_changed_shared = FALSE;
  self->description = describe (self);
  if (check_id (self, &error))
    self->network = self->network_factory (self, self->description, self->network_factory_data, &error);
  if (self->network == NULL)
    {
      peer_room_lost (self, error);
      return;
    }

  peer_room_watch_network (self);
  peer_room_network_open (self->network);
}

void
peer_room_opened (PeerRoom *self,
                  gint64 serial)
{
  PeerRoomNetwork *network = self->network;

  if (!self->is_served)
    {
      self->own = peer_room_member_new (self->peer_id, TRUE, 0, NULL);
      peer_room_member_set_metadata (self->own, self->metadata);
      peer_room_member_set_state (self->own, self->state);
      peer_room_add_member (self, serial, self->own);
    }
  if (self->network != network)
    return;

  self->attempt = 0;
  set_stage (self, PEER_ROOM_JOINED);
  if (self->network == network)
    peer_room_send_states (self, NULL);
  if (self->network == network)
    peer_room_flush (self);
  if (self->network == network)
    peer_room_set_status (self, _ ("Open"));
  if (self->network == network)
    peer_room_emit_open (self);
  if (self->network == network)
    peer_room_emit_updated (self);
  if (self->network == network)
    complete_joins (self);
}

static gboolean
can_be_overcome (const GError *error)
{
  static const PeerError final[] = {
    PEER_ERROR_BROWSER_INCOMPATIBLE,
    PEER_ERROR_INVALID_ID,
    PEER_ERROR_INVALID_KEY,
    PEER_ERROR_REFUSED,
  };

  for (gsize i = 0; i < G_N_ELEMENTS (final); i++)
    {
      if (g_error_matches (error, PEER_ERROR, (int) final[i]))
        return FALSE;
    }

  return TRUE;
}

static void
try_again (PeerRoom *self)
{
  g_autofree char *status = NULL;

  self->attempt++;
  status = g_strdup_printf (_ ("Reconnecting: attempt %u"), self->attempt);
  schedule (self, peer_backoff_delay (self->reconnect_delay, self->attempt - 1), "[peerglib] rejoin room", begin_cb);
  peer_room_set_status (self, status);
}

static void
give_up (PeerRoom *self,
         const GError *error)
{
  peer_wait_queue_fail (self->joins, error);
  peer_room_report_error (self, error);
  schedule (self, 0, "[peerglib] leave room", left_cb);
}

void
peer_room_lost (PeerRoom *self,
                const GError *error)
{
  gboolean was_joined = self->stage == PEER_ROOM_JOINED || self->stage == PEER_ROOM_RECONNECTING;
  gboolean is_final = !was_joined || self->is_served || self->attempt >= self->max_reconnect_attempts ||
                      !can_be_overcome (error);

  peer_room_drop_network (self);
  set_stage (self, is_final ? PEER_ROOM_LEAVING : PEER_ROOM_RECONNECTING);
  remove_members (self, TRUE);
  g_clear_object (&self->own);
  if (is_final)
    give_up (self, error);
  else if (self->stage == PEER_ROOM_RECONNECTING)
    try_again (self);
}

/**
 * peer_room_join_async:
 * @self: a room
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async) (nullable): called when the room is open or cannot be
 * @user_data: (closure): data for @callback
 *
 * Joins the room, on the next turn of the main context, so there is time to
 * connect signals. A room that is joined already stays as it is.
 *
 * Cancelling ends the waiting; [method@Peer.Room.leave_async] gives the joining
 * up.
 */
void
peer_room_join_async (PeerRoom *self,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (PEER_IS_ROOM (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, peer_room_join_async);
  if (self->stage == PEER_ROOM_JOINED)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }

  peer_wait_queue_push (self->joins, task);
  if (self->stage == PEER_ROOM_OUT)
    start_stay (self);
}

/**
 * peer_room_join_finish:
 * @self: a room
 * @result: the result
 * @error: return location for an error
 *
 * Finishes [method@Peer.Room.join_async]. Errors: those that
 * [signal@Peer.Room::error] tells of a joining, `PEER_ERROR_CONNECTION_CLOSED`
 * when the room was left in the meantime, `G_IO_ERROR_CANCELLED`.
 *
 * Returns: %TRUE when the room is open
 */
gboolean
peer_room_join_finish (PeerRoom *self,
                       GAsyncResult *result,
                       GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, peer_room_join_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * peer_room_leave_async:
 * @self: a room
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async) (nullable): called when the room is closed and all
 *   that was sent is on its way
 * @user_data: (closure): data for @callback
 *
 * Leaves the room: says goodbye to the other members, at once. What the room
 * itself has to tell of it, [signal@Peer.Room::close] at last, follows on the
 * next turn of its main context. The connections to the others close when what
 * was sent before has gone, which takes a moment; @callback waits for that, some
 * seconds at most. May be called at any time, in any handler, and twice.
 *
 * The shared state is forgotten; the own state stays.
 */
void
peer_room_leave_async (PeerRoom *self,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (PEER_IS_ROOM (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, peer_room_leave_async);
  if (self->stage == PEER_ROOM_OUT)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }

  peer_wait_queue_push (self->leaves, task);
  abandon_joins (self);
  if (self->stage == PEER_ROOM_LEAVING)
    return;

  prepare_farewell (self);
  peer_room_drop_network (self);
  self->stage = PEER_ROOM_LEAVING;
  schedule (self, 0, "[peerglib] leave room", left_cb);
}

/**
 * peer_room_leave_finish:
 * @self: a room
 * @result: the result
 * @error: return location for an error
 *
 * Finishes [method@Peer.Room.leave_async]. Error: `G_IO_ERROR_CANCELLED`.
 *
 * Returns: %TRUE when the room is closed
 */
gboolean
peer_room_leave_finish (PeerRoom *self,
                        GAsyncResult *result,
                        GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, peer_room_leave_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
