/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-data-connection-private.h"

#include <glib/gi18n-lib.h>

#include "peer-error.h"
#include "peer-peer.h"
#include "peer-serializer-private.h"
#include "peer-source-private.h"

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
  FILE_OFFERED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

gboolean
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
    {
      GVariant *value = g_ptr_array_index (values, i);

      if (!peer_file_transfer_table_handle (self->files, value))
        g_signal_emit (self, signals[DATA], 0, value);
    }

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

static void
peer_data_connection_buffered_amount_low (PeerBaseConnection *base)
{
  peer_data_connection_go_on (PEER_DATA_CONNECTION (base));
}

static void
peer_data_connection_closed (PeerBaseConnection *base)
{
  PeerDataConnection *self = PEER_DATA_CONNECTION (base);
  g_autoptr (GError) error = g_error_new_literal (PEER_ERROR, PEER_ERROR_CONNECTION_CLOSED,
                                                  _ ("The connection closed before everything was sent"));

  peer_source_clear (&self->flush_timer);
  peer_source_clear (&self->failure_source);
  g_clear_error (&self->failure);
  peer_send_queue_clear (self->queue);
  peer_wait_queue_fail (self->sends, error);
  peer_file_transfer_table_close (self->files);
}

void
peer_data_connection_emit_drained (PeerDataConnection *self)
{
  g_signal_emit (self, signals[DRAINED], 0);
}

gboolean
peer_data_connection_takes_files (PeerDataConnection *self)
{
  return g_signal_has_handler_pending (self, signals[FILE_OFFERED], 0, TRUE);
}

void
peer_data_connection_emit_file (PeerDataConnection *self,
                                PeerFileTransfer *transfer)
{
  g_signal_emit (self, signals[FILE_OFFERED], 0, transfer);
}

static void
peer_data_connection_finalize (GObject *object)
{
  PeerDataConnection *self = PEER_DATA_CONNECTION (object);

  g_clear_object (&self->serializer);
  g_clear_pointer (&self->codec, peer_codec_free);
  g_clear_pointer (&self->queue, peer_send_queue_free);
  g_clear_pointer (&self->sends, peer_wait_queue_free);
  g_clear_pointer (&self->files, peer_file_transfer_table_free);

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
  base_class->resumable_changed = peer_data_connection_resumable_changed;
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

  /**
   * PeerDataConnection::file:
   * @self: a data connection
   * @transfer: the file
   *
   * The other peer offers a file. It is refused when nobody has accepted it
   * within five minutes, and at once when nobody is connected to this signal.
   * Its name and size come from the other peer.
   */
  signals[FILE_OFFERED] = g_signal_new ("file", PEER_TYPE_DATA_CONNECTION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 1, PEER_TYPE_FILE_TRANSFER);
}

static void
peer_data_connection_init (PeerDataConnection *self)
{
  self->max_buffered_amount = PEER_DEFAULT_MAX_BUFFERED_AMOUNT;
  self->queue = peer_send_queue_new ();
  self->sends = peer_wait_queue_new (self->parent_instance.context);
  self->files = peer_file_transfer_table_new (self);
}

PeerDataConnection *
peer_data_connection_new (PeerConnectionOwner *owner,
                          const PeerDataConnectionDescription *description)
{
  PeerCodecLimits limits = PEER_CODEC_LIMITS_DEFAULT;
  PeerDataConnection *self = g_object_new (PEER_TYPE_DATA_CONNECTION,
                                           "peer", PEER_IS_PEER (owner) ? owner : NULL,
                                           "peer-id", description->peer_id,
                                           "connection-id", description->connection_id,
                                           "label", description->label,
                                           "metadata", description->metadata,
                                           NULL);

  g_set_weak_pointer (&self->parent_instance.owner, owner);
  limits.max_value_size = description->max_message_size;
  limits.max_pending_size = G_MAXSIZE;
  limits.budget = description->pending_budget;
  self->serialization = description->serialization;
  self->reliable = description->reliable;
  g_set_object (&self->serializer, description->serializer);
  if (self->serializer != NULL)
    self->codec = peer_serializer_codec_new (self->serializer, &limits);
  else
    self->codec = peer_codec_new (self->serialization, &limits);

  return self;
}

PeerDataConnection *
peer_data_connection_new_for_channel (PeerTransport *channel,
                                      const PeerDataConnectionDescription *description)
{
  PeerDataConnection *self = peer_data_connection_new (NULL, description);

  peer_base_connection_use (PEER_BASE_CONNECTION (self), channel);

  return self;
}
