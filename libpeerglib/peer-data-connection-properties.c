/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-data-connection-private.h"

#include "peer-enum-types.h"

typedef enum
{
  PROP_SERIALIZATION = 1,
  PROP_SERIALIZER,
  PROP_RELIABLE,
  PROP_BUFFERED_AMOUNT,
  PROP_BUFFERED_AMOUNT_LOW_THRESHOLD,
} PeerDataConnectionProperty;

static GParamSpec *properties[PROP_BUFFERED_AMOUNT_LOW_THRESHOLD + 1];

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
 * Gets how much was sent and has not gone to the network.
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
    amount += peer_transport_get_buffered_amount (self->parent_instance.transport);

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
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_BUFFERED_AMOUNT_LOW_THRESHOLD]);
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

    case PROP_SERIALIZATION:
    case PROP_SERIALIZER:
    case PROP_RELIABLE:
    case PROP_BUFFERED_AMOUNT:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

void
peer_data_connection_install_properties (GObjectClass *object_class)
{
  const GParamFlags read_flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

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
   * The number of bytes that were sent and have not gone to the network.
   * It is not notified; [signal@Peer.DataConnection::drained] tells of room.
   */
  properties[PROP_BUFFERED_AMOUNT] = g_param_spec_uint64 ("buffered-amount", NULL, NULL, 0, G_MAXUINT64, 0, read_flags);

  /**
   * PeerDataConnection:buffered-amount-low-threshold: (getter get_buffered_amount_low_threshold) (setter set_buffered_amount_low_threshold)
   *
   * The number of bytes at or below which [signal@Peer.DataConnection::drained]
   * is emitted.
   */
  properties[PROP_BUFFERED_AMOUNT_LOW_THRESHOLD] = g_param_spec_uint64 ("buffered-amount-low-threshold", NULL, NULL, 0, G_MAXUINT64, 0,
                                                                        G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  object_class->get_property = peer_data_connection_get_property;
  object_class->set_property = peer_data_connection_set_property;
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}
