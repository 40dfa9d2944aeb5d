/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-data-connection-private.h"

#include <glib/gi18n-lib.h>

#include "peer-error.h"
#include "peer-source-private.h"

/* Bytes that may wait when send_async() sends. */
#define SEND_ROOM (1024 * 1024)

/* Milliseconds for the other side to close after it was asked to; PeerJS
 * before 1.5 does not know how to. */
#define FLUSH_GRACE 5000

static gboolean
peer_data_connection_is_full (PeerDataConnection *self)
{
  return self->max_buffered_amount != 0 &&
         peer_data_connection_get_buffered_amount (self) >= self->max_buffered_amount;
}

static gsize
peer_data_connection_get_room_level (PeerDataConnection *self)
{
  if (self->max_buffered_amount == 0)
    return SEND_ROOM;

  return (gsize) MIN (self->max_buffered_amount - 1, SEND_ROOM);
}

/* Has the transport say when the buffered amount has come down to where
 * something happens. What it has come down to already it does not say. */
void
peer_data_connection_update_threshold (PeerDataConnection *self)
{
  gsize level = 0;

  if (self->parent_instance.transport == NULL)
    return;

  if (!peer_wait_queue_is_empty (self->sends))
    level = peer_data_connection_get_room_level (self);
  if (self->is_above_threshold || !self->is_flushing)
    level = MAX (level, self->low_threshold);
  peer_transport_set_unacknowledged_threshold (self->parent_instance.transport, level);
}

static gboolean
flush_timeout_cb (gpointer user_data)
{
  peer_base_connection_close (PEER_BASE_CONNECTION (user_data));

  return G_SOURCE_REMOVE;
}

/* Everything has arrived: asks the other side to close. */
static void
peer_data_connection_finish_flush (PeerDataConnection *self)
{
  PeerBaseConnection *base = PEER_BASE_CONNECTION (self);
  PeerFrames *frames;

  if (self->flush_timer != NULL)
    return;

  frames = peer_codec_encode_close (self->codec);
  if (frames == NULL)
    {
      peer_base_connection_close (base);
      return;
    }

  self->flush_timer = peer_source_new_timeout (base->context, FLUSH_GRACE, "[libpeerglib] flush", flush_timeout_cb, self);
  peer_send_queue_push (self->queue, frames);
  peer_send_queue_pump (self->queue, base->transport, NULL);
}

static gboolean
failure_cb (gpointer user_data)
{
  g_autoptr (PeerDataConnection) self = g_object_ref (user_data);
  g_autoptr (GError) failure = g_steal_pointer (&self->failure);

  /* The other side closed, and its word is on the way. */
  if (g_error_matches (failure, PEER_ERROR, PEER_ERROR_CONNECTION_CLOSED))
    peer_base_connection_close (PEER_BASE_CONNECTION (self));
  else
    peer_base_connection_fail (PEER_BASE_CONNECTION (self), failure);

  return G_SOURCE_REMOVE;
}

/* FALSE when the transport failed. The connection fails with it, on a turn of its own: whoever sends
 * may be in the middle of something. */
static gboolean
peer_data_connection_pump (PeerDataConnection *self,
                           GError **error)
{
  PeerBaseConnection *base = PEER_BASE_CONNECTION (self);
  g_autoptr (GError) local_error = NULL;

  if (peer_send_queue_pump (self->queue, base->transport, &local_error))
    return TRUE;

  if (self->failure == NULL)
    {
      self->failure = g_error_copy (local_error);
      self->failure_source = peer_source_new_timeout (base->context, 0, "[libpeerglib] failure", failure_cb, self);
    }
  g_propagate_error (error, g_steal_pointer (&local_error));

  return FALSE;
}

gboolean
peer_data_connection_check_can_send (PeerDataConnection *self,
                                     GError **error)
{
  if (self->parent_instance.state == PEER_CONNECTION_STATE_CONNECTING)
    g_set_error_literal (error, PEER_ERROR, PEER_ERROR_NOT_OPEN_YET, _ ("The connection is not open yet"));
  else if (self->parent_instance.state == PEER_CONNECTION_STATE_CLOSED || self->is_flushing)
    g_set_error_literal (error, PEER_ERROR, PEER_ERROR_CONNECTION_CLOSED, _ ("The connection is closed"));
  else
    return TRUE;

  return FALSE;
}

gboolean
peer_data_connection_send_now (PeerDataConnection *self,
                               GVariant *value,
                               GError **error)
{
  gsize max_message_size = peer_transport_get_max_message_size (self->parent_instance.transport);
  PeerFrames *frames = peer_codec_encode (self->codec, value, max_message_size, error);

  if (frames == NULL)
    return FALSE;

  peer_send_queue_set_interleaved (self->queue, !peer_transport_is_ordered (self->parent_instance.transport));
  peer_send_queue_push (self->queue, frames);
  if (!peer_data_connection_pump (self, error))
    return FALSE;

  peer_data_connection_update_threshold (self);
  if (peer_data_connection_get_buffered_amount (self) > self->low_threshold)
    self->is_above_threshold = TRUE;

  return TRUE;
}

static gboolean
peer_data_connection_has_room (PeerDataConnection *self)
{
  return peer_data_connection_get_buffered_amount (self) <= peer_data_connection_get_room_level (self);
}

/* Sends what a task waited for and completes it. */
static void
peer_data_connection_complete_send (PeerDataConnection *self,
                                    GTask *task)
{
  GError *error = NULL;

  if (g_task_return_error_if_cancelled (task))
    return;

  /* From here on it is too late to cancel. */
  g_task_set_check_cancellable (task, FALSE);
  if (peer_data_connection_send_now (self, g_task_get_task_data (task), &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
peer_data_connection_send_waiting (PeerDataConnection *self)
{
  while (peer_data_connection_is_open (self) && !peer_wait_queue_is_empty (self->sends) &&
         peer_data_connection_has_room (self))
    {
      g_autoptr (GTask) task = peer_wait_queue_pop (self->sends);

      peer_data_connection_complete_send (self, task);
    }
}

static gboolean
peer_data_connection_has_drained (PeerDataConnection *self)
{
  return self->is_above_threshold && peer_data_connection_get_buffered_amount (self) <= self->low_threshold;
}

/* Sends what waits and tells whom it concerns. */
static void
peer_data_connection_react (PeerDataConnection *self)
{
  peer_data_connection_send_waiting (self);
  if (!peer_data_connection_is_open (self) || !peer_data_connection_has_drained (self))
    return;

  self->is_above_threshold = FALSE;
  peer_data_connection_emit_drained (self);
}

void
peer_data_connection_go_on (PeerDataConnection *self)
{
  g_autoptr (PeerDataConnection) keep_alive = g_object_ref (self);

  if (!peer_data_connection_is_open (self) || !peer_data_connection_pump (self, NULL))
    return;

  do
    {
      peer_data_connection_react (self);
      if (!peer_data_connection_is_open (self))
        return;
      peer_data_connection_update_threshold (self);
    }
  while (peer_data_connection_has_drained (self) ||
         (!peer_wait_queue_is_empty (self->sends) && peer_data_connection_has_room (self)));

  peer_file_transfer_table_pump (self->files);
  if (!peer_data_connection_is_open (self))
    return;

  if (self->is_flushing && peer_data_connection_get_buffered_amount (self) == 0)
    peer_data_connection_finish_flush (self);
}

/**
 * peer_data_connection_send:
 * @self: a data connection
 * @value: the value; a floating reference is taken
 * @error: return location for an error
 *
 * Sends a value. It never blocks: what the network does not take yet waits,
 * see [property@Peer.DataConnection:buffered-amount]. Messages are split as the
 * serialization and the other side demand. Long texts and bytes are not
 * copied: they are read from @value when their turn comes.
 *
 * Errors: `PEER_ERROR_NOT_OPEN_YET`, `PEER_ERROR_CONNECTION_CLOSED`,
 * `PEER_ERROR_LIMIT_EXCEEDED` when as much waits as
 * [property@Peer.DataConnection:max-buffered-amount] allows,
 * `PEER_ERROR_UNSUPPORTED_VALUE` when the serialization has no form for the
 * value that the other side would read correctly, `PEER_ERROR_MESSAGE_TOO_BIG`
 * when it cannot be split and is larger than the serialization or the other
 * side allows; and those of a custom serializer. Nothing was sent then.
 *
 * Returns: whether the value is on its way
 */
gboolean
peer_data_connection_send (PeerDataConnection *self,
                           GVariant *value,
                           GError **error)
{
  g_autoptr (GVariant) owned = NULL;

  g_return_val_if_fail (PEER_IS_DATA_CONNECTION (self), FALSE);
  g_return_val_if_fail (value != NULL, FALSE);

  owned = g_variant_ref_sink (value);
  if (!peer_data_connection_check_can_send (self, error))
    return FALSE;

  if (peer_data_connection_is_full (self))
    {
      g_set_error (error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED,
                   _ ("%" G_GSIZE_FORMAT " bytes wait to be sent; the limit is %" G_GUINT64_FORMAT),
                   peer_data_connection_get_buffered_amount (self), self->max_buffered_amount);
      return FALSE;
    }

  return peer_data_connection_send_now (self, owned, error);
}

/**
 * peer_data_connection_send_text:
 * @self: a data connection
 * @text: text in UTF-8
 * @error: return location for an error
 *
 * Sends text: [method@Peer.DataConnection.send] of a value of type `s`.
 *
 * Returns: whether the text is on its way
 */
gboolean
peer_data_connection_send_text (PeerDataConnection *self,
                                const char *text,
                                GError **error)
{
  g_return_val_if_fail (PEER_IS_DATA_CONNECTION (self), FALSE);
  g_return_val_if_fail (text != NULL, FALSE);

  return peer_data_connection_send (self, g_variant_new_string (text), error);
}

/**
 * peer_data_connection_send_bytes:
 * @self: a data connection
 * @bytes: the bytes
 * @error: return location for an error
 *
 * Sends bytes: [method@Peer.DataConnection.send] of a value of type `ay`.
 *
 * Returns: whether the bytes are on their way
 */
gboolean
peer_data_connection_send_bytes (PeerDataConnection *self,
                                 GBytes *bytes,
                                 GError **error)
{
  g_return_val_if_fail (PEER_IS_DATA_CONNECTION (self), FALSE);
  g_return_val_if_fail (bytes != NULL, FALSE);

  return peer_data_connection_send (self, g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE), error);
}

/**
 * peer_data_connection_send_async:
 * @self: a data connection
 * @value: the value; a floating reference is taken
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called when the value is on its way
 * @user_data: (closure): data for @callback
 *
 * Waits until there is room, then sends a value: a loop of calls goes at the
 * speed of the network, however much there is to send. There is room when
 * [property@Peer.DataConnection:buffered-amount] is at most 1 MiB, and below
 * [property@Peer.DataConnection:max-buffered-amount].
 *
 * Several that wait are served in the order of the calls. A call of
 * [method@Peer.DataConnection.send] meanwhile does not wait and overtakes them.
 *
 * Cancelled while it waits, the value is not sent, and the error is
 * `G_IO_ERROR_CANCELLED`. Once the value is on its way, it is too late to
 * cancel.
 */
void
peer_data_connection_send_async (PeerDataConnection *self,
                                 GVariant *value,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;

  g_return_if_fail (PEER_IS_DATA_CONNECTION (self));
  g_return_if_fail (value != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, peer_data_connection_send_async);
  g_task_set_task_data (task, g_variant_ref_sink (value), (GDestroyNotify) g_variant_unref);

  if (g_task_return_error_if_cancelled (task))
    return;

  if (!peer_data_connection_check_can_send (self, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  if (peer_wait_queue_is_empty (self->sends) && peer_data_connection_has_room (self))
    {
      peer_data_connection_complete_send (self, task);
      return;
    }

  peer_wait_queue_push (self->sends, task);
  peer_data_connection_update_threshold (self);
  peer_data_connection_send_waiting (self);
}

/**
 * peer_data_connection_send_finish:
 * @self: a data connection
 * @result: the result
 * @error: return location for an error
 *
 * Finishes [method@Peer.DataConnection.send_async]. Errors: those of
 * [method@Peer.DataConnection.send], and `G_IO_ERROR_CANCELLED`.
 *
 * Returns: whether the value is on its way
 */
gboolean
peer_data_connection_send_finish (PeerDataConnection *self,
                                  GAsyncResult *result,
                                  GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, peer_data_connection_send_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * peer_data_connection_close_flush:
 * @self: a data connection
 *
 * Closes the connection when everything sent so far has arrived: PeerJS's
 * `close({flush: true})`. Nothing can be sent after it; what still waits in
 * [method@Peer.DataConnection.send_async] goes out before. The other side is
 * asked to close, and [signal@Peer.BaseConnection::close] follows on both
 * sides.
 *
 * A connection that is not open yet is closed at once.
 */
void
peer_data_connection_close_flush (PeerDataConnection *self)
{
  g_return_if_fail (PEER_IS_DATA_CONNECTION (self));

  if (!peer_data_connection_is_open (self))
    {
      peer_base_connection_close (PEER_BASE_CONNECTION (self));
      return;
    }

  if (self->is_flushing)
    return;

  self->is_flushing = TRUE;
  peer_data_connection_go_on (self);
}
