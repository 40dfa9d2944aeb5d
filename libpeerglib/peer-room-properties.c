/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-enum-types.h"
#include "peer-room-private.h"

static GParamSpec *props[PEER_ROOM_PROP_STATUS + 1];

static void
get_setting (PeerRoom *self,
             PeerRoomProperty property,
             GValue *value)
{
  switch ((int) property)
    {
    case PEER_ROOM_PROP_ICE_SERVERS:
      g_value_set_object (value, peer_room_get_ice_servers (self));
      break;
    case PEER_ROOM_PROP_TLS_DATABASE:
      g_value_set_object (value, self->links->tls_database);
      break;
    case PEER_ROOM_PROP_CREDENTIALS:
      g_value_set_variant (value, self->credentials);
      break;
    case PEER_ROOM_PROP_METADATA:
      g_value_set_variant (value, self->metadata);
      break;
    case PEER_ROOM_PROP_MAX_RECONNECT_ATTEMPTS:
      g_value_set_uint (value, self->max_reconnect_attempts);
      break;
    case PEER_ROOM_PROP_RECONNECT_DELAY:
      g_value_set_uint (value, self->reconnect_delay);
      break;
    case PEER_ROOM_PROP_QUEUE_SIZE:
      g_value_set_uint (value, self->queue_size);
      break;
    case PEER_ROOM_PROP_MAX_MEMBERS:
      g_value_set_uint (value, self->max_members);
      break;
    case PEER_ROOM_PROP_MAX_STATE_SIZE:
      g_value_set_uint (value, self->max_state_size);
      break;
    default:
      break;
    }
}

static void
peer_room_get_property (GObject *object,
                        guint prop_id,
                        GValue *value,
                        GParamSpec *pspec)
{
  PeerRoom *self = PEER_ROOM (object);

  switch ((PeerRoomProperty) prop_id)
    {
    case PEER_ROOM_PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PEER_ROOM_PROP_SERVICE:
      g_value_set_enum (value, self->service);
      break;
    case PEER_ROOM_PROP_TOPOLOGY:
      g_value_set_enum (value, peer_room_get_topology (self));
      break;
    case PEER_ROOM_PROP_URI:
      g_value_set_string (value, self->uri);
      break;
    case PEER_ROOM_PROP_SIGNALING:
      g_value_set_object (value, self->signaling);
      break;
    case PEER_ROOM_PROP_PEER_ID:
      g_value_set_string (value, self->peer_id);
      break;
    case PEER_ROOM_PROP_CONNECTED:
      g_value_set_boolean (value, peer_room_get_connected (self));
      break;
    case PEER_ROOM_PROP_N_PEERS:
      g_value_set_uint (value, peer_room_get_n_peers (self));
      break;
    case PEER_ROOM_PROP_HOST_ID:
      g_value_set_string (value, peer_room_get_host_id (self));
      break;
    case PEER_ROOM_PROP_IS_HOST:
      g_value_set_boolean (value, peer_room_get_is_host (self));
      break;
    case PEER_ROOM_PROP_STATE:
      g_value_set_variant (value, self->state);
      break;
    case PEER_ROOM_PROP_SHARED_STATE:
      g_value_set_variant (value, peer_room_get_shared_state (self));
      break;
    case PEER_ROOM_PROP_STATUS:
      g_value_set_string (value, self->status);
      break;
    case PEER_ROOM_PROP_ICE_SERVERS:
    case PEER_ROOM_PROP_TLS_DATABASE:
    case PEER_ROOM_PROP_CREDENTIALS:
    case PEER_ROOM_PROP_METADATA:
    case PEER_ROOM_PROP_MAX_RECONNECT_ATTEMPTS:
    case PEER_ROOM_PROP_RECONNECT_DELAY:
    case PEER_ROOM_PROP_QUEUE_SIZE:
    case PEER_ROOM_PROP_MAX_MEMBERS:
    case PEER_ROOM_PROP_MAX_STATE_SIZE:
      get_setting (self, (PeerRoomProperty) prop_id, value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
peer_room_set_property (GObject *object,
                        guint prop_id,
                        const GValue *value,
                        GParamSpec *pspec)
{
  PeerRoom *self = PEER_ROOM (object);

  switch ((PeerRoomProperty) prop_id)
    {
    case PEER_ROOM_PROP_NAME:
      self->name = g_value_dup_string (value);
      break;
    case PEER_ROOM_PROP_SERVICE:
      self->service = g_value_get_enum (value);
      break;
    case PEER_ROOM_PROP_URI:
      self->uri = g_value_dup_string (value);
      break;
    case PEER_ROOM_PROP_SIGNALING:
      self->signaling = g_value_dup_object (value);
      break;
    case PEER_ROOM_PROP_PEER_ID:
      self->peer_id = g_value_dup_string (value);
      break;
    case PEER_ROOM_PROP_ICE_SERVERS:
      peer_room_set_ice_servers (self, g_value_get_object (value));
      break;
    case PEER_ROOM_PROP_TLS_DATABASE:
      peer_room_set_tls_database (self, g_value_get_object (value));
      break;
    case PEER_ROOM_PROP_CREDENTIALS:
      peer_room_set_credentials (self, g_value_get_variant (value));
      break;
    case PEER_ROOM_PROP_METADATA:
      peer_room_set_metadata (self, g_value_get_variant (value));
      break;
    case PEER_ROOM_PROP_MAX_RECONNECT_ATTEMPTS:
      peer_room_set_max_reconnect_attempts (self, g_value_get_uint (value));
      break;
    case PEER_ROOM_PROP_RECONNECT_DELAY:
      peer_room_set_reconnect_delay (self, g_value_get_uint (value));
      break;
    case PEER_ROOM_PROP_QUEUE_SIZE:
      peer_room_set_queue_size (self, g_value_get_uint (value));
      break;
    case PEER_ROOM_PROP_MAX_MEMBERS:
      peer_room_set_max_members (self, g_value_get_uint (value));
      break;
    case PEER_ROOM_PROP_MAX_STATE_SIZE:
      peer_room_set_max_state_size (self, g_value_get_uint (value));
      break;
    case PEER_ROOM_PROP_TOPOLOGY:
    case PEER_ROOM_PROP_CONNECTED:
    case PEER_ROOM_PROP_N_PEERS:
    case PEER_ROOM_PROP_HOST_ID:
    case PEER_ROOM_PROP_IS_HOST:
    case PEER_ROOM_PROP_STATE:
    case PEER_ROOM_PROP_SHARED_STATE:
    case PEER_ROOM_PROP_STATUS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

void
peer_room_notify (PeerRoom *self,
                  PeerRoomProperty property)
{
  g_object_notify_by_pspec (G_OBJECT (self), props[property]);
}

static void
add_place (void)
{
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  /**
   * PeerRoom:name: (getter get_name)
   *
   * The room's name. Those who join the same name at the same place meet.
   */
  props[PEER_ROOM_PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);

  /**
   * PeerRoom:service: (getter get_service)
   *
   * What brings the members together.
   */
  props[PEER_ROOM_PROP_SERVICE] = g_param_spec_enum ("service", NULL, NULL, PEER_TYPE_ROOM_SERVICE,
                                                     PEER_ROOM_SERVICE_SIGNALING, flags);

  /**
   * PeerRoom:topology: (getter get_topology)
   *
   * How the members reach each other: `STAR` through a hub, else `MESH`.
   */
  props[PEER_ROOM_PROP_TOPOLOGY] = g_param_spec_enum ("topology", NULL, NULL, PEER_TYPE_TOPOLOGY, PEER_TOPOLOGY_MESH,
                                                      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * PeerRoom:uri: (getter get_uri)
   *
   * The address of the server, hub or signaling manager; of a manager with the
   * path of its WebSocket, as in `ws://localhost:8080/webrtc`, and of a PeerJS
   * server with its key if that is not `peerjs`, as in
   * `http://localhost:9000/?key=secret`.
   */
  props[PEER_ROOM_PROP_URI] = g_param_spec_string ("uri", NULL, NULL, NULL, flags);

  /**
   * PeerRoom:signaling: (getter get_signaling)
   *
   * What carries the signals of [enum@Peer.RoomService] `SIGNALING`.
   */
  props[PEER_ROOM_PROP_SIGNALING] = g_param_spec_object ("signaling", NULL, NULL, PEER_TYPE_SIGNALING, flags);

  /**
   * PeerRoom:peer-id: (getter get_peer_id)
   *
   * The id of this member in the room: 1 to 128 bytes, not `server`, and at a
   * PeerJS server what is an id there. A random one when unset.
   */
  props[PEER_ROOM_PROP_PEER_ID] = g_param_spec_string ("peer-id", NULL, NULL, NULL, flags);
}

static void
add_settings (void)
{
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  /**
   * PeerRoom:ice-servers: (getter get_ice_servers) (setter set_ice_servers)
   *
   * A list of [class@Peer.IceServer]. Until it is set it is that of
   * [property@Peer.Peer:ice-servers].
   */
  props[PEER_ROOM_PROP_ICE_SERVERS] = g_param_spec_object ("ice-servers", NULL, NULL, G_TYPE_LIST_MODEL, flags);

  /**
   * PeerRoom:tls-database: (getter get_tls_database) (setter set_tls_database)
   *
   * The certificates that the server's certificate is checked against; the
   * system's when unset.
   */
  props[PEER_ROOM_PROP_TLS_DATABASE] = g_param_spec_object ("tls-database", NULL, NULL, G_TYPE_TLS_DATABASE, flags);

  /**
   * PeerRoom:credentials: (getter get_credentials) (setter set_credentials)
   *
   * What [signal@Peer.Room::authorize] of the members, or of the hub or the
   * signaling manager, judges by. It counts from the next joining on.
   */
  props[PEER_ROOM_PROP_CREDENTIALS] = g_param_spec_variant ("credentials", NULL, NULL, G_VARIANT_TYPE_ANY, NULL, flags);

  /**
   * PeerRoom:metadata: (getter get_metadata) (setter set_metadata)
   *
   * What the others see as [property@Peer.RoomMember:metadata] of this member.
   * It counts from the next joining on.
   */
  props[PEER_ROOM_PROP_METADATA] = g_param_spec_variant ("metadata", NULL, NULL, G_VARIANT_TYPE_ANY, NULL, flags);
}

static void
add_limits (void)
{
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  /**
   * PeerRoom:max-reconnect-attempts: (getter get_max_reconnect_attempts) (setter set_max_reconnect_attempts)
   *
   * How often a room that was open and is lost is joined again before it is given
   * up. A first joining that fails is not repeated.
   */
  props[PEER_ROOM_PROP_MAX_RECONNECT_ATTEMPTS] = g_param_spec_uint ("max-reconnect-attempts", NULL, NULL, 0, G_MAXUINT, 3,
                                                                    flags);

  /**
   * PeerRoom:reconnect-delay: (getter get_reconnect_delay) (setter set_reconnect_delay)
   *
   * Milliseconds before the first attempt to join again. The delay doubles with
   * each, up to a minute, and is shortened at random by up to a half.
   */
  props[PEER_ROOM_PROP_RECONNECT_DELAY] = g_param_spec_uint ("reconnect-delay", NULL, NULL, 1, 60000, 2000, flags);

  /**
   * PeerRoom:queue-size: (getter get_queue_size) (setter set_queue_size)
   *
   * How many messages and events wait for the room to open. When there are more,
   * the oldest are dropped, which is a `PEER_ERROR_LIMIT_EXCEEDED` of
   * [signal@Peer.Room::error]. With 0 none waits, and sending fails instead.
   */
  props[PEER_ROOM_PROP_QUEUE_SIZE] = g_param_spec_uint ("queue-size", NULL, NULL, 0, G_MAXUINT, 64, flags);

  /**
   * PeerRoom:max-members: (getter get_max_members) (setter set_max_members)
   *
   * How many members the room has at most, this one included. Others are refused
   * by this member; a mesh needs a connection to each.
   */
  props[PEER_ROOM_PROP_MAX_MEMBERS] = g_param_spec_uint ("max-members", NULL, NULL, 1, G_MAXUINT, 64, flags);

  /**
   * PeerRoom:max-state-size: (getter get_max_state_size) (setter set_max_state_size)
   *
   * Bytes of the state and of the metadata of a member, each, and of the shared
   * state. Who says more of himself gets a `PEER_ERROR_LIMIT_EXCEEDED`, and what
   * he said does not count.
   */
  props[PEER_ROOM_PROP_MAX_STATE_SIZE] = g_param_spec_uint ("max-state-size", NULL, NULL, 0, G_MAXUINT, 256 * 1024, flags);
}

static void
add_facts (void)
{
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  /**
   * PeerRoom:connected: (getter get_connected)
   *
   * Whether the room is open. It is notified on the turn of the main context that
   * tells [signal@Peer.Room::close], when the room was left.
   */
  props[PEER_ROOM_PROP_CONNECTED] = g_param_spec_boolean ("connected", NULL, NULL, FALSE, flags);

  /**
   * PeerRoom:n-peers: (getter get_n_peers)
   *
   * How many members the room has, this one included once it is open: the length
   * of the list.
   */
  props[PEER_ROOM_PROP_N_PEERS] = g_param_spec_uint ("n-peers", NULL, NULL, 0, G_MAXUINT, 0, flags);

  /**
   * PeerRoom:host-id: (getter get_host_id)
   *
   * The id of the host: the first member of the list. Unset while the room is not
   * open.
   */
  props[PEER_ROOM_PROP_HOST_ID] = g_param_spec_string ("host-id", NULL, NULL, NULL, flags);

  /**
   * PeerRoom:is-host: (getter get_is_host)
   *
   * Whether this member is the host.
   */
  props[PEER_ROOM_PROP_IS_HOST] = g_param_spec_boolean ("is-host", NULL, NULL, FALSE, flags);

  /**
   * PeerRoom:state: (getter get_state)
   *
   * This member's state, an `a{sv}`; see [method@Peer.Room.sync].
   */
  props[PEER_ROOM_PROP_STATE] = g_param_spec_variant ("state", NULL, NULL, G_VARIANT_TYPE_VARDICT, NULL, flags);

  /**
   * PeerRoom:shared-state: (getter get_shared_state)
   *
   * The room's state, an `a{sv}` that all members write and have alike; see
   * [method@Peer.Room.sync_shared]. It lives as long as somebody is in the room.
   */
  props[PEER_ROOM_PROP_SHARED_STATE] = g_param_spec_variant ("shared-state", NULL, NULL, G_VARIANT_TYPE_VARDICT, NULL,
                                                             flags);

  /**
   * PeerRoom:status: (getter get_status)
   *
   * What the room is doing, translated, for people.
   */
  props[PEER_ROOM_PROP_STATUS] = g_param_spec_string ("status", NULL, NULL, NULL, flags);
}

void
peer_room_install_properties (GObjectClass *object_class)
{
  object_class->get_property = peer_room_get_property;
  object_class->set_property = peer_room_set_property;

  add_place ();
  add_settings ();
  add_limits ();
  add_facts ();
  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}
