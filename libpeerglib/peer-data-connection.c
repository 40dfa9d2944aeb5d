/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-data-connection-private.h"

#include <glib/gi18n-lib.h>

#include "peer-error.h"
#include "peer-serializer-private.h"
#include "peer-source-private.h"

/* Bytes that may wait before send_async() makes its caller wait. */
#define SEND_ROOM (4 * 1024 * 1024)

/* Milliseconds for the other side to close after it was asked to; PeerJS
 * before 1.5 does not know how to. */
#define FLUSH_GRACE 5000

/**
 * PeerDataConnection:
 *
 * A connection that carries values to another peer and from it.
 *
 * The values are [struct@GLib.Variant]s: nothing is `mv`, a boolean `b`, an
 * integer `x` (`t` only above its range), another number `d`, text `s`, bytes
 * `ay`, an array `av`, an object `a{sv}`, a date `(sx)` with the text `date`
 * and microseconds since 1970 in UTC. Any other [struct@GLib.Variant] may be
 * sent, too, and arrives as the nearest of these.
 *
 * How values become bytes is the connection's
 * [property@Peer.DataConnection:serialization]. A value that the other side
 * could not read is refused with an error and nothing is sent.
 */
struct _PeerDataConnectionClass
{
  PeerBaseConnectionClass parent_class;
};

G_DEFINE_FINAL_TYPE (PeerDataConnection, peer_data_connection, PEER_TYPE_BASE_CONNECTION)

enum
{
  DATA,
  DRAINED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static gboolean
peer_data_connection_is_open (PeerDataConnection *self)
{
  return self->parent_instance.state == PEER_CONNECTION_STATE_OPEN;
}

static void
peer_data_connection_fill_offer (PeerBaseConnection *base,
                                 PeerPayload *payload)
{
  PeerDataConnection *self = PEER_DATA_CONNECTION (base);

  payload->reliable = self->reliable;
  if (self->serialization == PEER_SERIALIZATION_CUSTOM)
    payload->serialization = (char *) peer_serializer_get_name (self->serializer);
  else
    payload->serialization = (char *) peer_serialization_to_wire (self->serialization);
}

static void
peer_data_connection_message (PeerBaseConnection *base,
                              GBytes *bytes,
                              gboolean is_text)
{
  PeerDataConnection *self = PEER_DATA_CONNECTION (base);
  g_autoptr (PeerDataConnection) keep_alive = g_object_ref (self);
  g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  g_autoptr (GError) error = NULL;
  gboolean close_requested = FALSE;
  gboolean decoded = peer_codec_decode (self->codec, bytes, is_text, values, &close_requested, &error);

  for (guint i = 0; i < values->len && peer_data_connection_is_open (self); i++)
    g_signal_emit (self, signals[DATA], 0, g_ptr_array_index (values, i));

  if (!peer_data_connection_is_open (self))
    return;

  if (decoded && close_requested)
    peer_base_connection_close (base);
  else if (!decoded && self->serialization == PEER_SERIALIZATION_MSGPACK)
    /* Where the next value would begin is unknown. */
    peer_base_connection_fail (base, error);
  else if (!decoded)
    peer_base_connection_report (base, error);
}

/* Completes what waited for room, as far as there is room. */
static void
peer_data_connection_complete_sends (PeerDataConnection *self)
{
  while (!peer_wait_queue_is_empty (self->sends) && peer_data_connection_get_buffered_amount (self) <= SEND_ROOM)
    {
      g_autoptr (GTask) task = peer_wait_queue_pop (self->sends);

      g_task_return_boolean (task, TRUE);
    }
}

static gboolean
flush_timeout_cb (gpointer user_data)
{
  peer_base_connection_close (PEER_BASE_CONNECTION (user_data));

  return G_SOURCE_REMOVE;
}

/* Everything is out: asks the other side to close. */
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

/* Says how full the connection is, to whom it concerns. */
static void
peer_data_connection_report_buffered (PeerDataConnection *self)
{
  gsize buffered = peer_data_connection_get_buffered_amount (self);

  if (buffered > self->low_threshold)
    {
      self->is_above_threshold = TRUE;
    }
  else if (self->is_above_threshold)
    {
      self->is_above_threshold = FALSE;
      g_signal_emit (self, signals[DRAINED], 0);
    }

  if (self->is_flushing && buffered == 0 && peer_data_connection_is_open (self))
    peer_data_connection_finish_flush (self);
}

/* FALSE when the transport failed, and the connection with it. */
static gboolean
peer_data_connection_pump (PeerDataConnection *self,
                           GError **error)
{
  PeerBaseConnection *base = PEER_BASE_CONNECTION (self);
  g_autoptr (PeerDataConnection) keep_alive = g_object_ref (self);
  g_autoptr (GError) local_error = NULL;

  if (peer_send_queue_pump (self->queue, base->transport, &local_error))
    {
      peer_data_connection_complete_sends (self);
      if (peer_data_connection_is_open (self))
        peer_data_connection_report_buffered (self);
      return TRUE;
    }

  /* The other side closed, and its word is on the way. */
  if (g_error_matches (local_error, PEER_ERROR, PEER_ERROR_CONNECTION_CLOSED))
    peer_base_connection_close (base);
  else
    peer_base_connection_fail (base, local_error);
  g_propagate_error (error, g_steal_pointer (&local_error));

  return FALSE;
}

static void
peer_data_connection_buffered_amount_low (PeerBaseConnection *base)
{
  peer_data_connection_pump (PEER_DATA_CONNECTION (base), NULL);
}

static void
peer_data_connection_closed (PeerBaseConnection *base)
{
  PeerDataConnection *self = PEER_DATA_CONNECTION (base);
  g_autoptr (GError) error = g_error_new_literal (PEER_ERROR, PEER_ERROR_CONNECTION_CLOSED,
                                                  _ ("The connection closed before everything was sent"));

  peer_source_clear (&self->flush_timer);
  peer_send_queue_clear (self->queue);
  peer_wait_queue_fail (self->sends, error);
}

static gboolean
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

/**
 * peer_data_connection_send:
 * @self: a data connection
 * @value: the value; a floating reference is taken
 * @error: return location for an error
 *
 * Sends a value. It never blocks: what the network does not take yet waits,
 * see [property@Peer.DataConnection:buffered-amount]. Messages are split as the
 * serialization and the other side demand.
 *
 * Errors: `PEER_ERROR_NOT_OPEN_YET`, `PEER_ERROR_CONNECTION_CLOSED`,
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
  PeerFrames *frames;
  gsize max_message_size;

  g_return_val_if_fail (PEER_IS_DATA_CONNECTION (self), FALSE);
  g_return_val_if_fail (value != NULL, FALSE);

  owned = g_variant_ref_sink (value);
  if (!peer_data_connection_check_can_send (self, error))
    return FALSE;

  max_message_size = peer_transport_get_max_message_size (self->parent_instance.transport);
  frames = peer_codec_encode (self->codec, owned, max_message_size, error);
  if (frames == NULL)
    return FALSE;

  peer_send_queue_push (self->queue, frames);

  return peer_data_connection_pump (self, error);
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
 * @callback: (scope async): called when the send buffer has room
 * @user_data: (closure): data for @callback
 *
 * Sends a value and completes when there is room for the next one, so that a
 * loop of calls goes at the speed of the network. Cancelling ends the waiting;
 * the value is sent all the same.
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

  if (g_task_return_error_if_cancelled (task))
    {
      g_variant_unref (g_variant_ref_sink (value));
      return;
    }

  if (!peer_data_connection_send (self, value, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  if (peer_data_connection_get_buffered_amount (self) <= SEND_ROOM)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }

  peer_wait_queue_push (self->sends, task);
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
 * Returns: whether the value is on its way and there is room for the next one
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
 * Closes the connection when everything sent so far has gone out: PeerJS's
 * `close({flush: true})`. Nothing can be sent after it. The other side is asked
 * to close, and [signal@Peer.BaseConnection::close] follows on both sides.
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
  peer_data_connection_pump (self, NULL);
}

static void
peer_data_connection_finalize (GObject *object)
{
  PeerDataConnection *self = PEER_DATA_CONNECTION (object);

  g_clear_object (&self->serializer);
  g_clear_pointer (&self->codec, peer_codec_free);
  g_clear_pointer (&self->queue, peer_send_queue_free);
  g_clear_pointer (&self->sends, peer_wait_queue_free);

  G_OBJECT_CLASS (peer_data_connection_parent_class)->finalize (object);
}

static void
peer_data_connection_class_init (PeerDataConnectionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  PeerBaseConnectionClass *base_class = PEER_BASE_CONNECTION_CLASS (klass);

  object_class->finalize = peer_data_connection_finalize;

  base_class->connection_type = PEER_CONNECTION_TYPE_DATA;
  base_class->fill_offer = peer_data_connection_fill_offer;
  base_class->message = peer_data_connection_message;
  base_class->buffered_amount_low = peer_data_connection_buffered_amount_low;
  base_class->reconnecting_changed = peer_data_connection_reconnecting_changed;
  base_class->closed = peer_data_connection_closed;

  peer_data_connection_install_properties (object_class);

  /**
   * PeerDataConnection::data:
   * @self: a data connection
   * @value: the value
   *
   * A value arrived. It comes from the other peer and cannot be trusted.
   */
  signals[DATA] = g_signal_new ("data", PEER_TYPE_DATA_CONNECTION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 1, G_TYPE_VARIANT);

  /**
   * PeerDataConnection::drained:
   * @self: a data connection
   *
   * [property@Peer.DataConnection:buffered-amount] fell to
   * [property@Peer.DataConnection:buffered-amount-low-threshold].
   */
  signals[DRAINED] = g_signal_new ("drained", PEER_TYPE_DATA_CONNECTION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
}

static void
peer_data_connection_init (PeerDataConnection *self)
{
  self->queue = peer_send_queue_new ();
  self->sends = peer_wait_queue_new (self->parent_instance.context);
}

PeerDataConnection *
peer_data_connection_new (PeerPeer *peer,
                          const PeerDataConnectionDescription *description)
{
  PeerCodecLimits limits = PEER_CODEC_LIMITS_DEFAULT;
  PeerDataConnection *self = g_object_new (PEER_TYPE_DATA_CONNECTION,
                                           "peer", peer,
                                           "peer-id", description->peer_id,
                                           "connection-id", description->connection_id,
                                           "label", description->label,
                                           "metadata", description->metadata,
                                           NULL);

  limits.max_value_size = description->max_message_size;
  self->serialization = description->serialization;
  self->reliable = description->reliable;
  g_set_object (&self->serializer, description->serializer);
  if (self->serializer != NULL)
    self->codec = peer_serializer_codec_new (self->serializer, &limits);
  else
    self->codec = peer_codec_new (self->serialization, &limits);

  return self;
}
