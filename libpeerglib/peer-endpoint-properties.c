/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-endpoint-private.h"

#include "peer-enum-types.h"

#define DEFAULT_ROOM "default"
#define DEFAULT_CONNECTION_TIMEOUT 30 /* seconds */
#define DEFAULT_QUEUE_SIZE 10
#define DEFAULT_MAX_CONNECTIONS 64
#define DEFAULT_MAX_STATE_SIZE (64 * 1024)
#define DEFAULT_MAX_MESSAGE_SIZE (256 * 1024 * 1024)

typedef enum
{
  PROP_SIGNALING = 1,
  PROP_ID,
  PROP_ROOM,
  PROP_IS_ACTIVE,
  PROP_CONNECTIONS,
  PROP_ICE_SERVERS,
  PROP_ICE_TRANSPORT_POLICY,
  PROP_TLS_DATABASE,
  PROP_SERIALIZATION,
  PROP_CONNECTION_TIMEOUT,
  PROP_QUEUE_SIZE,
  PROP_MAX_CONNECTIONS,
  PROP_MAX_STATE_SIZE,
  PROP_MAX_MESSAGE_SIZE,
} PeerEndpointProperty;

static GParamSpec *properties[PROP_MAX_MESSAGE_SIZE + 1];

void
peer_endpoint_renew_id (PeerEndpoint *self)
{
  if (self->has_given_id)
    return;

  g_free (self->id);
  self->id = g_uuid_string_random ();
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ID]);
}

void
peer_endpoint_notify_is_active (PeerEndpoint *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_IS_ACTIVE]);
}

static void
set_number (PeerEndpoint *self,
            guint *field,
            guint value,
            PeerEndpointProperty property)
{
  if (*field == value)
    return;

  *field = value;
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

/**
 * peer_endpoint_set_room: (set-property room)
 * @self: a sender or a receiver that is not active
 * @room: (nullable): a name, or %NULL for `default`
 *
 * Sets the name of the room to meet in.
 */
void
peer_endpoint_set_room (PeerEndpoint *self,
                        const char *room)
{
  g_return_if_fail (PEER_IS_ENDPOINT (self));
  g_return_if_fail (!self->is_active);

  if (room == NULL)
    room = DEFAULT_ROOM;
  if (g_strcmp0 (self->room, room) == 0)
    return;

  g_free (self->room);
  self->room = g_strdup (room);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ROOM]);
}

/**
 * peer_endpoint_set_connection_timeout: (set-property connection-timeout)
 * @self: a sender or a receiver
 * @seconds: the time in seconds, 0 for no limit
 *
 * Sets how long a connection may take to open; for those that begin after this.
 */
void
peer_endpoint_set_connection_timeout (PeerEndpoint *self,
                                      guint seconds)
{
  g_return_if_fail (PEER_IS_ENDPOINT (self));

  set_number (self, &self->connection_timeout, seconds, PROP_CONNECTION_TIMEOUT);
}

/**
 * peer_endpoint_set_queue_size: (set-property queue-size)
 * @self: a sender or a receiver
 * @n_messages: the number of messages, 0 for none
 *
 * Sets how many messages may wait for a connection to open; those that wait
 * already stay until the next one comes.
 */
void
peer_endpoint_set_queue_size (PeerEndpoint *self,
                              guint n_messages)
{
  g_return_if_fail (PEER_IS_ENDPOINT (self));

  set_number (self, &self->queue_size, n_messages, PROP_QUEUE_SIZE);
}

/**
 * peer_endpoint_set_max_connections: (set-property max-connections)
 * @self: a sender or a receiver
 * @max_connections: the number of others
 *
 * Sets to how many of the other side it may be connected. Connections that
 * are there stay.
 */
void
peer_endpoint_set_max_connections (PeerEndpoint *self,
                                   guint max_connections)
{
  g_return_if_fail (PEER_IS_ENDPOINT (self));

  set_number (self, &self->max_connections, max_connections, PROP_MAX_CONNECTIONS);
}

/**
 * peer_endpoint_set_max_state_size: (set-property max-state-size)
 * @self: a sender or a receiver
 * @size: the size in bytes
 *
 * Sets how big the state of a sender may be.
 */
void
peer_endpoint_set_max_state_size (PeerEndpoint *self,
                                  guint size)
{
  g_return_if_fail (PEER_IS_ENDPOINT (self));

  set_number (self, &self->max_state_size, size, PROP_MAX_STATE_SIZE);
}

/**
 * peer_endpoint_set_max_message_size: (set-property max-message-size)
 * @self: a sender or a receiver
 * @size: the size in bytes
 *
 * Sets how big a value may be that arrives; on connections made after this.
 */
void
peer_endpoint_set_max_message_size (PeerEndpoint *self,
                                    guint64 size)
{
  g_return_if_fail (PEER_IS_ENDPOINT (self));

  if (self->links->max_message_size == size)
    return;

  self->links->max_message_size = size;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MAX_MESSAGE_SIZE]);
}

static void
peer_endpoint_get_property (GObject *object,
                            guint prop_id,
                            GValue *value,
                            GParamSpec *pspec)
{
  PeerEndpoint *self = PEER_ENDPOINT (object);

  switch ((PeerEndpointProperty) prop_id)
    {
    case PROP_SIGNALING:
      g_value_set_object (value, self->signaling);
      break;
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case PROP_ROOM:
      g_value_set_string (value, self->room);
      break;
    case PROP_IS_ACTIVE:
      g_value_set_boolean (value, self->is_active);
      break;
    case PROP_CONNECTIONS:
      g_value_set_object (value, self->connections);
      break;
    case PROP_ICE_SERVERS:
      g_value_set_object (value, self->links->ice_servers);
      break;
    case PROP_ICE_TRANSPORT_POLICY:
      g_value_set_enum (value, (int) self->links->ice_transport_policy);
      break;
    case PROP_TLS_DATABASE:
      g_value_set_object (value, self->links->tls_database);
      break;
    case PROP_SERIALIZATION:
      g_value_set_enum (value, (int) self->serialization);
      break;
    case PROP_CONNECTION_TIMEOUT:
      g_value_set_uint (value, self->connection_timeout);
      break;
    case PROP_QUEUE_SIZE:
      g_value_set_uint (value, self->queue_size);
      break;
    case PROP_MAX_CONNECTIONS:
      g_value_set_uint (value, self->max_connections);
      break;
    case PROP_MAX_STATE_SIZE:
      g_value_set_uint (value, self->max_state_size);
      break;
    case PROP_MAX_MESSAGE_SIZE:
      g_value_set_uint64 (value, self->links->max_message_size);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
peer_endpoint_set_property (GObject *object,
                            guint prop_id,
                            const GValue *value,
                            GParamSpec *pspec)
{
  PeerEndpoint *self = PEER_ENDPOINT (object);

  switch ((PeerEndpointProperty) prop_id)
    {
    case PROP_SIGNALING:
      self->signaling = g_value_dup_object (value);
      break;
    case PROP_ID:
      self->id = g_value_dup_string (value);
      self->has_given_id = self->id != NULL;
      break;
    case PROP_ROOM:
      peer_endpoint_set_room (self, g_value_get_string (value));
      break;
    case PROP_ICE_SERVERS:
      peer_link_settings_set_ice_servers (self->links, g_value_get_object (value));
      break;
    case PROP_ICE_TRANSPORT_POLICY:
      self->links->ice_transport_policy = g_value_get_enum (value);
      break;
    case PROP_TLS_DATABASE:
      self->links->tls_database = g_value_dup_object (value);
      break;
    case PROP_SERIALIZATION:
      self->serialization = g_value_get_enum (value);
      break;
    case PROP_CONNECTION_TIMEOUT:
      peer_endpoint_set_connection_timeout (self, g_value_get_uint (value));
      break;
    case PROP_QUEUE_SIZE:
      peer_endpoint_set_queue_size (self, g_value_get_uint (value));
      break;
    case PROP_MAX_CONNECTIONS:
      peer_endpoint_set_max_connections (self, g_value_get_uint (value));
      break;
    case PROP_MAX_STATE_SIZE:
      peer_endpoint_set_max_state_size (self, g_value_get_uint (value));
      break;
    case PROP_MAX_MESSAGE_SIZE:
      peer_endpoint_set_max_message_size (self, g_value_get_uint64 (value));
      break;
    case PROP_IS_ACTIVE:
    case PROP_CONNECTIONS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
install_read_only (void)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  /**
   * PeerEndpoint:is-active: (getter get_is_active)
   *
   * Whether it was started and not stopped.
   */
  properties[PROP_IS_ACTIVE] = g_param_spec_boolean ("is-active", NULL, NULL, FALSE, flags);

  /**
   * PeerEndpoint:connections: (getter get_connections)
   *
   * The channels to the other side, open or opening: a live list of
   * [class@Peer.DataConnection].
   */
  properties[PROP_CONNECTIONS] = g_param_spec_object ("connections", NULL, NULL, G_TYPE_LIST_MODEL, flags);
}

static void
install_construct_only (void)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  /**
   * PeerEndpoint:signaling: (getter get_signaling)
   *
   * Over what it meets the other side: p2p's `driver`.
   */
  properties[PROP_SIGNALING] = g_param_spec_object ("signaling", NULL, NULL, PEER_TYPE_SIGNALING, flags);

  /**
   * PeerEndpoint:id: (getter get_id)
   *
   * Its id in the room. When none is given, each start makes a new one, a
   * random UUID. One that is given must be no one else's, in the past
   * included, as others may hold on to a connection to that id for a while; at
   * most 128 bytes.
   */
  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);

  /**
   * PeerEndpoint:ice-servers: (getter get_ice_servers)
   *
   * The STUN and TURN servers, a list of [class@Peer.IceServer]. When unset,
   * it is `stun:stun.l.google.com:19302`; an empty list is for none.
   */
  properties[PROP_ICE_SERVERS] = g_param_spec_object ("ice-servers", NULL, NULL, G_TYPE_LIST_MODEL, flags);

  /**
   * PeerEndpoint:ice-transport-policy: (getter get_ice_transport_policy)
   *
   * Which candidates may be used.
   */
  properties[PROP_ICE_TRANSPORT_POLICY] = g_param_spec_enum ("ice-transport-policy", NULL, NULL, PEER_TYPE_ICE_TRANSPORT_POLICY,
                                                             PEER_ICE_TRANSPORT_POLICY_ALL, flags);

  /**
   * PeerEndpoint:tls-database: (getter get_tls_database)
   *
   * What the certificates of TURN servers are checked with; the system's when
   * unset.
   */
  properties[PROP_TLS_DATABASE] = g_param_spec_object ("tls-database", NULL, NULL, G_TYPE_TLS_DATABASE, flags);

  /**
   * PeerEndpoint:serialization: (getter get_serialization)
   *
   * How values become bytes on its channels. The messages in the room do not
   * tell, so both sides must have the same. With `none`, which is what p2p
   * has, values are text and bytes.
   */
  properties[PROP_SERIALIZATION] = g_param_spec_enum ("serialization", NULL, NULL, PEER_TYPE_SERIALIZATION,
                                                      PEER_SERIALIZATION_NONE, flags);
}

static void
install_settings (void)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  /**
   * PeerEndpoint:room: (getter get_room) (setter set_room)
   *
   * The name of the room. It can be set while it is not active.
   */
  properties[PROP_ROOM] = g_param_spec_string ("room", NULL, NULL, DEFAULT_ROOM, flags | G_PARAM_CONSTRUCT);

  /**
   * PeerEndpoint:connection-timeout: (getter get_connection_timeout) (setter set_connection_timeout)
   *
   * How long a connection may take to open, in seconds; 0 for no limit. Then it
   * ends with `PEER_ERROR_TIMED_OUT`.
   */
  properties[PROP_CONNECTION_TIMEOUT] = g_param_spec_uint ("connection-timeout", NULL, NULL, 0, G_MAXUINT,
                                                           DEFAULT_CONNECTION_TIMEOUT, flags);

  /**
   * PeerEndpoint:queue-size: (getter get_queue_size) (setter set_queue_size)
   *
   * How many messages may wait for a connection that is opening, for each of
   * them; and, while there is none, for the first. When one more comes, the
   * oldest is dropped and [signal@Peer.Endpoint::error] tells.
   */
  properties[PROP_QUEUE_SIZE] = g_param_spec_uint ("queue-size", NULL, NULL, 0, G_MAXUINT, DEFAULT_QUEUE_SIZE, flags);

  /**
   * PeerEndpoint:max-connections: (getter get_max_connections) (setter set_max_connections)
   *
   * To how many of the other side it may be connected, those included who wait
   * to be let in. More are ignored; they come again by themselves. Each costs
   * memory and threads from the offer on, and anybody who can publish in the
   * room can ask for one.
   */
  properties[PROP_MAX_CONNECTIONS] = g_param_spec_uint ("max-connections", NULL, NULL, 0, G_MAXUINT,
                                                        DEFAULT_MAX_CONNECTIONS, flags);

  /**
   * PeerEndpoint:max-state-size: (getter get_max_state_size) (setter set_max_state_size)
   *
   * How big the state of a sender may be, in bytes. A receiver does not
   * connect to a sender whose state is bigger, and stays with the old one when
   * it grows.
   */
  properties[PROP_MAX_STATE_SIZE] = g_param_spec_uint ("max-state-size", NULL, NULL, 0, PEER_TOPIC_MESSAGE_MAX_SIZE / 4,
                                                       DEFAULT_MAX_STATE_SIZE, flags);

  /**
   * PeerEndpoint:max-message-size: (getter get_max_message_size) (setter set_max_message_size)
   *
   * How big a value may be that arrives, in bytes.
   */
  properties[PROP_MAX_MESSAGE_SIZE] = g_param_spec_uint64 ("max-message-size", NULL, NULL, 1, G_MAXSIZE,
                                                           DEFAULT_MAX_MESSAGE_SIZE, flags);
}

void
peer_endpoint_install_properties (GObjectClass *object_class)
{
  object_class->get_property = peer_endpoint_get_property;
  object_class->set_property = peer_endpoint_set_property;

  install_read_only ();
  install_construct_only ();
  install_settings ();
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

void
peer_endpoint_init_properties (PeerEndpoint *self)
{
  self->links = peer_link_settings_new ();
  self->links->max_message_size = DEFAULT_MAX_MESSAGE_SIZE;
  self->connection_timeout = DEFAULT_CONNECTION_TIMEOUT;
  self->queue_size = DEFAULT_QUEUE_SIZE;
  self->max_connections = DEFAULT_MAX_CONNECTIONS;
  self->max_state_size = DEFAULT_MAX_STATE_SIZE;
}

void
peer_endpoint_clear_properties (PeerEndpoint *self)
{
  g_clear_object (&self->signaling);
  g_free (self->id);
  g_free (self->room);
  peer_link_settings_unref (self->links);
}
