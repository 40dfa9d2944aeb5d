/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-data-connection-private.h"

#include "peer-enum-types.h"
#include "peer-reconnection-private.h"

typedef enum
{
  PROP_SERIALIZATION = 1,
  PROP_SERIALIZER,
  PROP_RELIABLE,
  PROP_BUFFERED_AMOUNT,
  PROP_BUFFERED_AMOUNT_LOW_THRESHOLD,
  PROP_FILE_TRANSFERS,
  PROP_MAX_BUFFERED_AMOUNT,
  PROP_RECONNECT,
  PROP_IS_RECONNECTING,
  PROP_RECONNECT_TIMEOUT,
} PeerDataConnectionProperty;

static GParamSpec *properties[PROP_RECONNECT_TIMEOUT + 1];

/**
 * peer_data_connection_get_serialization: (get-property serialization)
 * @self: a data connection
 *
 * Gets how values become bytes.
 *
 * Returns: the serialization
 */
PeerSerialization
peer_data_connection_get_serialization (PeerDataConnection *self)
{
  g_return_val_if_fail (PEER_IS_DATA_CONNECTION (self), PEER_SERIALIZATION_BINARY);

  return self->serialization;
}

/**
 * peer_data_connection_get_serializer: (get-property serializer)
 * @self: a data connection
 *
 * Gets the format of the application that the connection uses.
 *
 * Returns: (transfer none) (nullable): the serializer, or %NULL when it uses
 *   one of the library's
 */
PeerSerializer *
peer_data_connection_get_serializer (PeerDataConnection *self)
{
  g_return_val_if_fail (PEER_IS_DATA_CONNECTION (self), NULL);

  return self->serializer;
}

/**
 * peer_data_connection_get_reliable: (get-property reliable)
 * @self: a data connection
 *
 * Gets whether messages arrive in the order they were sent.
 *
 * Returns: whether the connection is reliable
 */
gboolean
peer_data_connection_get_reliable (PeerDataConnection *self)
{
  g_return_val_if_fail (PEER_IS_DATA_CONNECTION (self), FALSE);

  return self->reliable;
}

/**
 * peer_data_connection_get_buffered_amount: (get-property buffered-amount)
 * @self: a data connection
 *
 * Gets how much was sent and has not arrived.
 *
 * Returns: the number of bytes
 */
gsize
peer_data_connection_get_buffered_amount (PeerDataConnection *self)
{
  gsize amount;

  g_return_val_if_fail (PEER_IS_DATA_CONNECTION (self), 0);

  amount = peer_send_queue_get_size (self->queue);
  if (self->parent_instance.transport != NULL)
    amount += peer_transport_get_unacknowledged_amount (self->parent_instance.transport);

  return amount;
}

/**
 * peer_data_connection_get_buffered_amount_low_threshold: (get-property buffered-amount-low-threshold)
 * @self: a data connection
 *
 * Gets the amount at which [signal@Peer.DataConnection::drained] is emitted.
 *
 * Returns: the number of bytes
 */
gsize
peer_data_connection_get_buffered_amount_low_threshold (PeerDataConnection *self)
{
  g_return_val_if_fail (PEER_IS_DATA_CONNECTION (self), 0);

  return self->low_threshold;
}

/**
 * peer_data_connection_set_buffered_amount_low_threshold: (set-property buffered-amount-low-threshold)
 * @self: a data connection
 * @threshold: the number of bytes
 *
 * Sets the amount at which [signal@Peer.DataConnection::drained] is emitted.
 */
void
peer_data_connection_set_buffered_amount_low_threshold (PeerDataConnection *self,
                                                        gsize threshold)
{
  g_return_if_fail (PEER_IS_DATA_CONNECTION (self));

  if (self->low_threshold == threshold)
    return;

  self->low_threshold = threshold;
  peer_data_connection_update_threshold (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_BUFFERED_AMOUNT_LOW_THRESHOLD]);
}

/**
 * peer_data_connection_get_reconnect: (get-property reconnect)
 * @self: a data connection
 *
 * Gets whether the connection outlives its direct link.
 *
 * Returns: whether both sides agreed on it
 */
gboolean
peer_data_connection_get_reconnect (PeerDataConnection *self)
{
  g_return_val_if_fail (PEER_IS_DATA_CONNECTION (self), FALSE);

  return self->parent_instance.is_resumable;
}

/**
 * peer_data_connection_get_is_reconnecting: (get-property is-reconnecting)
 * @self: a data connection
 *
 * Gets whether the direct link was lost and a new one is being made.
 *
 * Returns: whether the connection is being made again
 */
gboolean
peer_data_connection_get_is_reconnecting (PeerDataConnection *self)
{
  g_return_val_if_fail (PEER_IS_DATA_CONNECTION (self), FALSE);

  return self->parent_instance.is_reconnecting;
}

/**
 * peer_data_connection_get_reconnect_timeout: (get-property reconnect-timeout)
 * @self: a data connection
 *
 * Gets how long the connection may be without a link.
 *
 * Returns: the time in seconds, 0 for no limit
 */
guint
peer_data_connection_get_reconnect_timeout (PeerDataConnection *self)
{
  g_return_val_if_fail (PEER_IS_DATA_CONNECTION (self), 0);

  return self->parent_instance.reconnect_timeout;
}

/**
 * peer_data_connection_set_reconnect_timeout: (set-property reconnect-timeout)
 * @self: a data connection
 * @seconds: the time in seconds, 0 for no limit
 *
 * Sets how long the connection may be without a link. When it is without one
 * now, the time counts from now.
 */
void
peer_data_connection_set_reconnect_timeout (PeerDataConnection *self,
                                            guint seconds)
{
  PeerBaseConnection *base;

  g_return_if_fail (PEER_IS_DATA_CONNECTION (self));

  base = PEER_BASE_CONNECTION (self);
  if (base->reconnect_timeout == seconds)
    return;

  base->reconnect_timeout = seconds;
  if (base->reconnection != NULL)
    peer_reconnection_restart_deadline (base->reconnection);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RECONNECT_TIMEOUT]);
}

void
peer_data_connection_resumable_changed (PeerBaseConnection *base)
{
  g_object_notify_by_pspec (G_OBJECT (base), properties[PROP_RECONNECT]);
}

void
peer_data_connection_reconnecting_changed (PeerBaseConnection *base)
{
  g_object_notify_by_pspec (G_OBJECT (base), properties[PROP_IS_RECONNECTING]);
}

/**
 * peer_data_connection_get_max_buffered_amount: (get-property max-buffered-amount)
 * @self: a data connection
 *
 * Gets how much may wait before [method@Peer.DataConnection.send] refuses to
 * take more.
 *
 * Returns: the number of bytes, or 0 for no limit
 */
guint64
peer_data_connection_get_max_buffered_amount (PeerDataConnection *self)
{
  g_return_val_if_fail (PEER_IS_DATA_CONNECTION (self), 0);

  return self->max_buffered_amount;
}

/**
 * peer_data_connection_set_max_buffered_amount: (set-property max-buffered-amount)
 * @self: a data connection
 * @amount: the number of bytes, or 0 for no limit
 *
 * Sets how much may wait before [method@Peer.DataConnection.send] refuses to
 * take more.
 */
void
peer_data_connection_set_max_buffered_amount (PeerDataConnection *self,
                                              guint64 amount)
{
  g_return_if_fail (PEER_IS_DATA_CONNECTION (self));

  if (self->max_buffered_amount == amount)
    return;

  self->max_buffered_amount = amount;
  peer_data_connection_go_on (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MAX_BUFFERED_AMOUNT]);
}

static void
peer_data_connection_get_property (GObject *object,
                                   guint prop_id,
                                   GValue *value,
                                   GParamSpec *pspec)
{
  PeerDataConnection *self = PEER_DATA_CONNECTION (object);

  switch ((PeerDataConnectionProperty) prop_id)
    {
    case PROP_SERIALIZATION:
      g_value_set_enum (value, (int) self->serialization);
      break;

    case PROP_SERIALIZER:
      g_value_set_object (value, self->serializer);
      break;

    case PROP_RELIABLE:
      g_value_set_boolean (value, self->reliable);
      break;

    case PROP_BUFFERED_AMOUNT:
      g_value_set_uint64 (value, peer_data_connection_get_buffered_amount (self));
      break;

    case PROP_BUFFERED_AMOUNT_LOW_THRESHOLD:
      g_value_set_uint64 (value, self->low_threshold);
      break;

    case PROP_FILE_TRANSFERS:
      g_value_set_object (value, peer_file_transfer_table_get_model (self->files));
      break;

    case PROP_RECONNECT:
      g_value_set_boolean (value, peer_data_connection_get_reconnect (self));
      break;

    case PROP_IS_RECONNECTING:
      g_value_set_boolean (value, peer_data_connection_get_is_reconnecting (self));
      break;

    case PROP_RECONNECT_TIMEOUT:
      g_value_set_uint (value, peer_data_connection_get_reconnect_timeout (self));
      break;

    case PROP_MAX_BUFFERED_AMOUNT:
      g_value_set_uint64 (value, self->max_buffered_amount);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
peer_data_connection_set_property (GObject *object,
                                   guint prop_id,
                                   const GValue *value,
                                   GParamSpec *pspec)
{
  PeerDataConnection *self = PEER_DATA_CONNECTION (object);

  switch ((PeerDataConnectionProperty) prop_id)
    {
    case PROP_BUFFERED_AMOUNT_LOW_THRESHOLD:
      peer_data_connection_set_buffered_amount_low_threshold (self, (gsize) g_value_get_uint64 (value));
      break;

    case PROP_RECONNECT_TIMEOUT:
      peer_data_connection_set_reconnect_timeout (self, g_value_get_uint (value));
      break;

    case PROP_MAX_BUFFERED_AMOUNT:
      peer_data_connection_set_max_buffered_amount (self, g_value_get_uint64 (value));
      break;

    case PROP_SERIALIZATION:
    case PROP_SERIALIZER:
    case PROP_RELIABLE:
    case PROP_BUFFERED_AMOUNT:
    case PROP_RECONNECT:
    case PROP_IS_RECONNECTING:
    case PROP_FILE_TRANSFERS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

void
peer_data_connection_install_properties (GObjectClass *object_class)
{
  const GParamFlags read_flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;
  const GParamFlags rw_flags = read_flags | G_PARAM_WRITABLE;

  /**
   * PeerDataConnection:serialization: (getter get_serialization)
   *
   * How values become bytes.
   */
  properties[PROP_SERIALIZATION] = g_param_spec_enum ("serialization", NULL, NULL, PEER_TYPE_SERIALIZATION,
                                                      PEER_SERIALIZATION_BINARY, read_flags);

  /**
   * PeerDataConnection:serializer: (getter get_serializer)
   *
   * The format of the application that the connection uses.
   */
  properties[PROP_SERIALIZER] = g_param_spec_object ("serializer", NULL, NULL, PEER_TYPE_SERIALIZER, read_flags);

  /**
   * PeerDataConnection:reliable: (getter get_reliable)
   *
   * Whether messages arrive in the order they were sent; see
   * [property@Peer.ConnectOptions:reliable].
   */
  properties[PROP_RELIABLE] = g_param_spec_boolean ("reliable", NULL, NULL, FALSE, read_flags);

  /**
   * PeerDataConnection:buffered-amount: (getter get_buffered_amount)
   *
   * The number of bytes that were sent and have not arrived: what waits
   * here, and what is on its way and not acknowledged. On a connection that may
   * lose messages, what has gone to the network counts no more. It is not
   * notified; [signal@Peer.DataConnection::drained] tells of room.
   */
  properties[PROP_BUFFERED_AMOUNT] = g_param_spec_uint64 ("buffered-amount", NULL, NULL, 0, G_MAXUINT64, 0, read_flags);

  /**
   * PeerDataConnection:buffered-amount-low-threshold: (getter get_buffered_amount_low_threshold) (setter set_buffered_amount_low_threshold)
   *
   * The number of bytes at or below which [signal@Peer.DataConnection::drained]
   * is emitted.
   */
  properties[PROP_BUFFERED_AMOUNT_LOW_THRESHOLD] = g_param_spec_uint64 ("buffered-amount-low-threshold", NULL, NULL, 0, G_MAXUINT64, 0,
                                                                        rw_flags);

  /**
   * PeerDataConnection:max-buffered-amount: (getter get_max_buffered_amount) (setter set_max_buffered_amount)
   *
   * The number of bytes that may wait: when
   * [property@Peer.DataConnection:buffered-amount] has reached it,
   * [method@Peer.DataConnection.send] fails with `PEER_ERROR_LIMIT_EXCEEDED`. A
   * value is sent whole or not at all, so it may go beyond. 0 is no limit.
   */
  properties[PROP_MAX_BUFFERED_AMOUNT] = g_param_spec_uint64 ("max-buffered-amount", NULL, NULL, 0, G_MAXUINT64,
                                                              PEER_DEFAULT_MAX_BUFFERED_AMOUNT, rw_flags);

  /**
   * PeerDataConnection:reconnect: (getter get_reconnect)
   *
   * Whether the connection outlives its direct link: both sides were asked,
   * with [property@Peer.ConnectOptions:reconnect] here or there, and know how
   * to. It is known before the connection opens. PeerJS does not know how to.
   */
  properties[PROP_RECONNECT] = g_param_spec_boolean ("reconnect", NULL, NULL, FALSE, read_flags);

  /**
   * PeerDataConnection:is-reconnecting: (getter get_is_reconnecting)
   *
   * Whether the direct link was lost and a new one is being made.
   * [property@Peer.BaseConnection:is-open] stays set meanwhile, and what is
   * sent waits.
   */
  properties[PROP_IS_RECONNECTING] = g_param_spec_boolean ("is-reconnecting", NULL, NULL, FALSE, read_flags);

  /**
   * PeerDataConnection:reconnect-timeout: (getter get_reconnect_timeout) (setter set_reconnect_timeout)
   *
   * How long the connection may be without a link before it fails with
   * `PEER_ERROR_TIMED_OUT`, in seconds; 0 for no limit.
   */
  properties[PROP_RECONNECT_TIMEOUT] = g_param_spec_uint ("reconnect-timeout", NULL, NULL,
                                                          0, G_MAXUINT, PEER_DEFAULT_RECONNECT_TIMEOUT, rw_flags);

  /**
   * PeerDataConnection:file-transfers: (getter get_file_transfers)
   *
   * The files that are under way in both directions, a list of
   * [class@Peer.FileTransfer].
   */
  properties[PROP_FILE_TRANSFERS] = g_param_spec_object ("file-transfers", NULL, NULL, G_TYPE_LIST_MODEL,
                                                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  object_class->get_property = peer_data_connection_get_property;
  object_class->set_property = peer_data_connection_set_property;
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}
