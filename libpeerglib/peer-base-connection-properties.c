/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-base-connection-private.h"

#include "peer-enum-types.h"
#include "peer-peer.h"

typedef enum
{
  PROP_PEER = 1,
  PROP_PEER_ID,
  PROP_CONNECTION_ID,
  PROP_LABEL,
  PROP_METADATA,
  PROP_IS_OPEN,
  PROP_CONNECTION_TYPE,
  PROP_CONNECT_TIMEOUT,
  PROP_DISCONNECT_TIMEOUT,
} PeerBaseConnectionProperty;

static GParamSpec *properties[PROP_DISCONNECT_TIMEOUT + 1];

/**
 * peer_base_connection_get_peer: (get-property peer)
 * @self: a connection
 *
 * Gets the peer at this end.
 *
 * Returns: (transfer none) (nullable): the peer, or %NULL when it is gone
 */
PeerPeer *
peer_base_connection_get_peer (PeerBaseConnection *self)
{
  g_return_val_if_fail (PEER_IS_BASE_CONNECTION (self), NULL);

  return self->peer;
}

/**
 * peer_base_connection_get_peer_id: (get-property peer-id)
 * @self: a connection
 *
 * Gets the id of the peer at the other end.
 *
 * Returns: the id
 */
const char *
peer_base_connection_get_peer_id (PeerBaseConnection *self)
{
  g_return_val_if_fail (PEER_IS_BASE_CONNECTION (self), NULL);

  return self->peer_id;
}

/**
 * peer_base_connection_get_connection_id: (get-property connection-id)
 * @self: a connection
 *
 * Gets the connection's own id. Both sides know it by the same one.
 *
 * Returns: the id
 */
const char *
peer_base_connection_get_connection_id (PeerBaseConnection *self)
{
  g_return_val_if_fail (PEER_IS_BASE_CONNECTION (self), NULL);

  return self->connection_id;
}

/**
 * peer_base_connection_get_label: (get-property label)
 * @self: a connection
 *
 * Gets the label that the side which made the connection gave it, by default
 * its id.
 *
 * Returns: the label
 */
const char *
peer_base_connection_get_label (PeerBaseConnection *self)
{
  g_return_val_if_fail (PEER_IS_BASE_CONNECTION (self), NULL);

  return self->label;
}

/**
 * peer_base_connection_get_metadata: (get-property metadata)
 * @self: a connection
 *
 * Gets what the side which made the connection told about it. It comes from
 * the other peer and cannot be trusted.
 *
 * Returns: (transfer none) (nullable): the metadata
 */
GVariant *
peer_base_connection_get_metadata (PeerBaseConnection *self)
{
  g_return_val_if_fail (PEER_IS_BASE_CONNECTION (self), NULL);

  return self->metadata;
}

/**
 * peer_base_connection_get_is_open: (get-property is-open)
 * @self: a connection
 *
 * Gets whether the connection carries data now.
 *
 * Returns: whether it is open
 */
gboolean
peer_base_connection_get_is_open (PeerBaseConnection *self)
{
  g_return_val_if_fail (PEER_IS_BASE_CONNECTION (self), FALSE);

  return self->state == PEER_CONNECTION_STATE_OPEN;
}

/**
 * peer_base_connection_get_connection_type: (get-property connection-type)
 * @self: a connection
 *
 * Gets what the connection carries.
 *
 * Returns: data or media
 */
PeerConnectionType
peer_base_connection_get_connection_type (PeerBaseConnection *self)
{
  g_return_val_if_fail (PEER_IS_BASE_CONNECTION (self), PEER_CONNECTION_TYPE_DATA);

  return PEER_BASE_CONNECTION_GET_CLASS (self)->connection_type;
}

/**
 * peer_base_connection_get_connect_timeout: (get-property connect-timeout)
 * @self: a connection
 *
 * Gets how long the connection may take to open.
 *
 * Returns: the time in seconds, 0 for no limit
 */
guint
peer_base_connection_get_connect_timeout (PeerBaseConnection *self)
{
  g_return_val_if_fail (PEER_IS_BASE_CONNECTION (self), 0);

  return self->connect_timeout;
}

/**
 * peer_base_connection_set_connect_timeout: (set-property connect-timeout)
 * @self: a connection
 * @seconds: the time in seconds, 0 for no limit
 *
 * Sets how long the connection may take to open, counted from now.
 */
void
peer_base_connection_set_connect_timeout (PeerBaseConnection *self,
                                          guint seconds)
{
  g_return_if_fail (PEER_IS_BASE_CONNECTION (self));

  if (self->connect_timeout == seconds)
    return;

  self->connect_timeout = seconds;
  if (self->transport != NULL)
    peer_base_connection_start_timer (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CONNECT_TIMEOUT]);
}

/**
 * peer_base_connection_get_disconnect_timeout: (get-property disconnect-timeout)
 * @self: a connection
 *
 * Gets how long nothing may be heard from the other side.
 *
 * Returns: the time in seconds, 0 for no limit
 */
guint
peer_base_connection_get_disconnect_timeout (PeerBaseConnection *self)
{
  g_return_val_if_fail (PEER_IS_BASE_CONNECTION (self), 0);

  return self->disconnect_timeout;
}

/**
 * peer_base_connection_set_disconnect_timeout: (set-property disconnect-timeout)
 * @self: a connection
 * @seconds: the time in seconds, 0 for no limit
 *
 * Sets how long nothing may be heard from the other side.
 */
void
peer_base_connection_set_disconnect_timeout (PeerBaseConnection *self,
                                             guint seconds)
{
  g_return_if_fail (PEER_IS_BASE_CONNECTION (self));

  if (self->disconnect_timeout == seconds)
    return;

  self->disconnect_timeout = seconds;
  peer_base_connection_apply_disconnect_timeout (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DISCONNECT_TIMEOUT]);
}

static void
peer_base_connection_get_property (GObject *object,
                                   guint prop_id,
                                   GValue *value,
                                   GParamSpec *pspec)
{
  PeerBaseConnection *self = PEER_BASE_CONNECTION (object);

  switch ((PeerBaseConnectionProperty) prop_id)
    {
    case PROP_PEER:
      g_value_set_object (value, self->peer);
      break;

    case PROP_PEER_ID:
      g_value_set_string (value, self->peer_id);
      break;

    case PROP_CONNECTION_ID:
      g_value_set_string (value, self->connection_id);
      break;

    case PROP_LABEL:
      g_value_set_string (value, self->label);
      break;

    case PROP_METADATA:
      g_value_set_variant (value, self->metadata);
      break;

    case PROP_IS_OPEN:
      g_value_set_boolean (value, peer_base_connection_get_is_open (self));
      break;

    case PROP_CONNECTION_TYPE:
      g_value_set_enum (value, (int) peer_base_connection_get_connection_type (self));
      break;

    case PROP_CONNECT_TIMEOUT:
      g_value_set_uint (value, self->connect_timeout);
      break;

    case PROP_DISCONNECT_TIMEOUT:
      g_value_set_uint (value, self->disconnect_timeout);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
peer_base_connection_set_property (GObject *object,
                                   guint prop_id,
                                   const GValue *value,
                                   GParamSpec *pspec)
{
  PeerBaseConnection *self = PEER_BASE_CONNECTION (object);

  switch ((PeerBaseConnectionProperty) prop_id)
    {
    case PROP_PEER:
      g_set_weak_pointer (&self->peer, g_value_get_object (value));
      break;

    case PROP_PEER_ID:
      self->peer_id = g_value_dup_string (value);
      break;

    case PROP_CONNECTION_ID:
      self->connection_id = g_value_dup_string (value);
      break;

    case PROP_LABEL:
      self->label = g_value_dup_string (value);
      break;

    case PROP_METADATA:
      self->metadata = g_value_dup_variant (value);
      break;

    case PROP_CONNECT_TIMEOUT:
      peer_base_connection_set_connect_timeout (self, g_value_get_uint (value));
      break;

    case PROP_DISCONNECT_TIMEOUT:
      peer_base_connection_set_disconnect_timeout (self, g_value_get_uint (value));
      break;

    case PROP_IS_OPEN:
    case PROP_CONNECTION_TYPE:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

void
peer_base_connection_notify_is_open (PeerBaseConnection *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_IS_OPEN]);
}

void
peer_base_connection_take_label (PeerBaseConnection *self,
                                 char *label)
{
  if (label == NULL)
    return;

  g_free (self->label);
  self->label = label;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LABEL]);
}

void
peer_base_connection_install_properties (GObjectClass *object_class)
{
  const GParamFlags read_flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;
  const GParamFlags construct_flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  /**
   * PeerBaseConnection:peer: (getter get_peer)
   *
   * The peer at this end. %NULL when it is gone, and for the connections of
   * rooms, hubs, senders and receivers, which have none.
   */
  properties[PROP_PEER] = g_param_spec_object ("peer", NULL, NULL, PEER_TYPE_PEER, construct_flags);

  /**
   * PeerBaseConnection:peer-id: (getter get_peer_id)
   *
   * The id of the peer at the other end.
   */
  properties[PROP_PEER_ID] = g_param_spec_string ("peer-id", NULL, NULL, NULL, construct_flags);

  /**
   * PeerBaseConnection:connection-id: (getter get_connection_id)
   *
   * The connection's own id, the same on both sides: `connectionId` on the
   * wire.
   */
  properties[PROP_CONNECTION_ID] = g_param_spec_string ("connection-id", NULL, NULL, NULL, construct_flags);

  /**
   * PeerBaseConnection:label: (getter get_label)
   *
   * The label that the side which made the connection gave it. Where the
   * offer does not tell it, it is known when the connection is open.
   */
  properties[PROP_LABEL] = g_param_spec_string ("label", NULL, NULL, NULL, construct_flags);

  /**
   * PeerBaseConnection:metadata: (getter get_metadata)
   *
   * What the side which made the connection told about it.
   */
  properties[PROP_METADATA] = g_param_spec_variant ("metadata", NULL, NULL, G_VARIANT_TYPE_ANY, NULL, construct_flags);

  /**
   * PeerBaseConnection:is-open: (getter get_is_open)
   *
   * Whether the connection carries data now.
   */
  properties[PROP_IS_OPEN] = g_param_spec_boolean ("is-open", NULL, NULL, FALSE, read_flags);

  /**
   * PeerBaseConnection:connection-type: (getter get_connection_type)
   *
   * What the connection carries.
   */
  properties[PROP_CONNECTION_TYPE] = g_param_spec_enum ("connection-type", NULL, NULL, PEER_TYPE_CONNECTION_TYPE,
                                                        PEER_CONNECTION_TYPE_DATA, read_flags);

  /**
   * PeerBaseConnection:connect-timeout: (getter get_connect_timeout) (setter set_connect_timeout)
   *
   * How long the connection may take to open, in seconds; 0 for no limit.
   * Then it fails with `PEER_ERROR_TIMED_OUT`; the message says how far it
   * came and what was tried.
   */
  properties[PROP_CONNECT_TIMEOUT] = g_param_spec_uint ("connect-timeout", NULL, NULL, 0, G_MAXUINT, PEER_DEFAULT_CONNECT_TIMEOUT,
                                                        G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * PeerBaseConnection:disconnect-timeout: (getter get_disconnect_timeout) (setter set_disconnect_timeout)
   *
   * How long nothing may be heard from the other side of an open connection,
   * in seconds; 0 for no limit. An idle connection is asked for signs of life
   * in between. After a third of the time
   * [signal@Peer.BaseConnection::ice-state-changed] warns; after all of it the
   * connection fails with `PEER_ERROR_TIMED_OUT`, or is made again when
   * [property@Peer.DataConnection:reconnect] is set.
   */
  properties[PROP_DISCONNECT_TIMEOUT] = g_param_spec_uint ("disconnect-timeout", NULL, NULL,
                                                           0, G_MAXUINT, PEER_DEFAULT_DISCONNECT_TIMEOUT,
                                                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  object_class->get_property = peer_base_connection_get_property;
  object_class->set_property = peer_base_connection_set_property;
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}
