/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-peer-private.h"

#include "peer-backoff-private.h"
#include "peer-enum-types.h"

#define DEFAULT_KEY "peerjs"
#define DEFAULT_MAX_MESSAGE_SIZE (256 * 1024 * 1024)
#define DEFAULT_MAX_PENDING_SIZE (512 * 1024 * 1024)

typedef enum
{
  PROP_ID = 1,
  PROP_HOST,
  PROP_PORT,
  PROP_PATH,
  PROP_SECURE,
  PROP_KEY,
  PROP_TOKEN,
  PROP_PING_INTERVAL,
  PROP_ICE_SERVERS,
  PROP_ICE_TRANSPORT_POLICY,
  PROP_TLS_DATABASE,
  PROP_AUTO_RECONNECT,
  PROP_MAX_RECONNECT_ATTEMPTS,
  PROP_RECONNECT_DELAY,
  PROP_MAX_MESSAGE_SIZE,
  PROP_MAX_PENDING_SIZE,
  PROP_IS_OPEN,
  PROP_IS_DISCONNECTED,
  PROP_IS_RECONNECTING,
  PROP_IS_DESTROYED,
  PROP_CONNECTIONS,
} PeerPeerProperty;

static GParamSpec *properties[PROP_CONNECTIONS + 1];

/* How the peer comes back to its server. */
static void
peer_peer_get_reconnect_property (PeerPeer *self,
                                  PeerPeerProperty property,
                                  GValue *value)
{
  if (property == PROP_AUTO_RECONNECT)
    g_value_set_boolean (value, self->auto_reconnect);
  else if (property == PROP_MAX_RECONNECT_ATTEMPTS)
    g_value_set_uint (value, self->max_reconnect_attempts);
  else
    g_value_set_uint (value, self->reconnect_delay);
}

static void
peer_peer_set_reconnect_property (PeerPeer *self,
                                  PeerPeerProperty property,
                                  const GValue *value)
{
  if (property == PROP_AUTO_RECONNECT)
    peer_peer_set_auto_reconnect (self, g_value_get_boolean (value));
  else if (property == PROP_MAX_RECONNECT_ATTEMPTS)
    peer_peer_set_max_reconnect_attempts (self, g_value_get_uint (value));
  else
    peer_peer_set_reconnect_delay (self, g_value_get_uint (value));
}

/* What the peer is now. */
static void
peer_peer_get_state_property (PeerPeer *self,
                              PeerPeerProperty property,
                              GValue *value)
{
  if (property == PROP_IS_OPEN)
    g_value_set_boolean (value, self->is_open);
  else if (property == PROP_IS_DISCONNECTED)
    g_value_set_boolean (value, self->is_disconnected);
  else if (property == PROP_IS_RECONNECTING)
    g_value_set_boolean (value, self->is_reconnecting);
  else if (property == PROP_IS_DESTROYED)
    g_value_set_boolean (value, self->is_destroyed);
  else
    g_value_set_object (value, peer_connection_table_get_model (self->connections));
}

static void
peer_peer_get_property (GObject *object,
                        guint prop_id,
                        GValue *value,
                        GParamSpec *pspec)
{
  PeerPeer *self = PEER_PEER (object);

  switch ((PeerPeerProperty) prop_id)
    {
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case PROP_HOST:
      g_value_set_string (value, self->host);
      break;
    case PROP_PORT:
      g_value_set_uint (value, self->port);
      break;
    case PROP_PATH:
      g_value_set_string (value, self->path);
      break;
    case PROP_SECURE:
      g_value_set_boolean (value, self->secure);
      break;
    case PROP_KEY:
      g_value_set_string (value, self->key);
      break;
    case PROP_TOKEN:
      g_value_set_string (value, self->token);
      break;
    case PROP_PING_INTERVAL:
      g_value_set_uint (value, self->ping_interval);
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
    case PROP_AUTO_RECONNECT:
    case PROP_MAX_RECONNECT_ATTEMPTS:
    case PROP_RECONNECT_DELAY:
      peer_peer_get_reconnect_property (self, (PeerPeerProperty) prop_id, value);
      break;
    case PROP_MAX_MESSAGE_SIZE:
      g_value_set_uint64 (value, self->links->max_message_size);
      break;
    case PROP_MAX_PENDING_SIZE:
      g_value_set_uint64 (value, peer_pending_budget_get_max_size (self->links->pending_budget));
      break;
    case PROP_IS_OPEN:
    case PROP_IS_DISCONNECTED:
    case PROP_IS_RECONNECTING:
    case PROP_IS_DESTROYED:
    case PROP_CONNECTIONS:
      peer_peer_get_state_property (self, (PeerPeerProperty) prop_id, value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
peer_peer_set_property (GObject *object,
                        guint prop_id,
                        const GValue *value,
                        GParamSpec *pspec)
{
  PeerPeer *self = PEER_PEER (object);

  switch ((PeerPeerProperty) prop_id)
    {
    case PROP_ID:
      /* The empty id asks for one, as in PeerJS. */
      if (g_value_get_string (value) != NULL && *g_value_get_string (value) != '\0')
        self->id = g_value_dup_string (value);
      break;
    case PROP_HOST:
      self->host = g_value_dup_string (value);
      break;
    case PROP_PORT:
      self->port = g_value_get_uint (value);
      break;
    case PROP_PATH:
      self->path = peer_peer_normalize_path (g_value_get_string (value));
      break;
    case PROP_SECURE:
      self->secure = g_value_get_boolean (value);
      break;
    case PROP_KEY:
      self->key = g_strdup (g_value_get_string (value) != NULL ? g_value_get_string (value) : DEFAULT_KEY);
      break;
    case PROP_TOKEN:
      self->token = g_value_dup_string (value);
      break;
    case PROP_PING_INTERVAL:
      self->ping_interval = g_value_get_uint (value);
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
    case PROP_AUTO_RECONNECT:
    case PROP_MAX_RECONNECT_ATTEMPTS:
    case PROP_RECONNECT_DELAY:
      peer_peer_set_reconnect_property (self, (PeerPeerProperty) prop_id, value);
      break;
    case PROP_MAX_MESSAGE_SIZE:
      peer_peer_set_max_message_size (self, g_value_get_uint64 (value));
      break;
    case PROP_MAX_PENDING_SIZE:
      peer_peer_set_max_pending_size (self, g_value_get_uint64 (value));
      break;
    case PROP_IS_OPEN:
    case PROP_IS_DISCONNECTED:
    case PROP_IS_RECONNECTING:
    case PROP_IS_DESTROYED:
    case PROP_CONNECTIONS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

/* What names the server and this peer at it. */
static void
peer_peer_create_server_properties (void)
{
  const GParamFlags construct_flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  /**
   * PeerPeer:id: (getter get_id)
   *
   * The peer's id at its server. When unset, the server gives one. Ids are
   * ASCII letters and digits, joined by single spaces, underscores or hyphens;
   * another one is `PEER_ERROR_INVALID_ID`.
   */
  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, construct_flags);

  /**
   * PeerPeer:host: (getter get_host)
   *
   * The server's host name or address.
   */
  properties[PROP_HOST] = g_param_spec_string ("host", NULL, NULL, "0.peerjs.com", construct_flags);

  /**
   * PeerPeer:port: (getter get_port)
   *
   * The server's port.
   */
  properties[PROP_PORT] = g_param_spec_uint ("port", NULL, NULL, 1, G_MAXUINT16, 443, construct_flags);

  /**
   * PeerPeer:path: (getter get_path)
   *
   * The path below which the server answers. It is made to begin and end
   * with a slash.
   */
  properties[PROP_PATH] = g_param_spec_string ("path", NULL, NULL, "/", construct_flags);

  /**
   * PeerPeer:secure: (getter get_secure)
   *
   * Whether the server speaks TLS.
   */
  properties[PROP_SECURE] = g_param_spec_boolean ("secure", NULL, NULL, TRUE, construct_flags);

  /**
   * PeerPeer:key: (getter get_key)
   *
   * The key that the server asks for.
   */
  properties[PROP_KEY] = g_param_spec_string ("key", NULL, NULL, DEFAULT_KEY, construct_flags);

  /**
   * PeerPeer:token: (getter get_token)
   *
   * The secret that proves to the server that the id is this peer's; random
   * when unset. It stays the same when the peer reconnects.
   */
  properties[PROP_TOKEN] = g_param_spec_string ("token", NULL, NULL, NULL, construct_flags);

  /**
   * PeerPeer:ping-interval: (getter get_ping_interval)
   *
   * The time between the HEARTBEAT messages that keep the id, in
   * milliseconds; 0 for none. As often, the server is pinged: when nothing
   * comes from it for two intervals and for ten seconds, the line is taken
   * for lost. A server that never answered a ping is not expected to, and
   * with 0 there are no pings.
   */
  properties[PROP_PING_INTERVAL] = g_param_spec_uint ("ping-interval", NULL, NULL, 0, G_MAXUINT, 5000, construct_flags);
}

/* What connections are made of. */
static void
peer_peer_create_connection_properties (void)
{
  const GParamFlags construct_flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;
  const GParamFlags construct_rw_flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  /**
   * PeerPeer:ice-servers: (getter get_ice_servers)
   *
   * The STUN and TURN servers, a list of [class@Peer.IceServer]. When
   * unset, it is `stun:stun.l.google.com:19302`; an empty list is for none.
   */
  properties[PROP_ICE_SERVERS] = g_param_spec_object ("ice-servers", NULL, NULL, G_TYPE_LIST_MODEL, construct_flags);

  /**
   * PeerPeer:ice-transport-policy: (getter get_ice_transport_policy)
   *
   * Which candidates may be used.
   */
  properties[PROP_ICE_TRANSPORT_POLICY] = g_param_spec_enum ("ice-transport-policy", NULL, NULL, PEER_TYPE_ICE_TRANSPORT_POLICY, PEER_ICE_TRANSPORT_POLICY_ALL, construct_flags);

  /**
   * PeerPeer:tls-database: (getter get_tls_database)
   *
   * The certificates that the server's certificate is checked against; the
   * system's when unset.
   */
  properties[PROP_TLS_DATABASE] = g_param_spec_object ("tls-database", NULL, NULL, G_TYPE_TLS_DATABASE, construct_flags);

  /**
   * PeerPeer:auto-reconnect: (getter get_auto_reconnect) (setter set_auto_reconnect)
   *
   * Whether the peer reconnects by itself, with the same id and token, when
   * the line to the server is lost after it was open. See
   * [property@Peer.Peer:max-reconnect-attempts] and
   * [property@Peer.Peer:reconnect-delay].
   */
  properties[PROP_AUTO_RECONNECT] = g_param_spec_boolean ("auto-reconnect", NULL, NULL, TRUE, construct_rw_flags);

  /**
   * PeerPeer:max-reconnect-attempts: (getter get_max_reconnect_attempts) (setter set_max_reconnect_attempts)
   *
   * How many attempts to reconnect may fail before the peer stays
   * disconnected, which it tells with [signal@Peer.Peer::error]; 0 for
   * trying without end. Attempts while there is no network do not count, and
   * a change of network begins the count anew.
   */
  properties[PROP_MAX_RECONNECT_ATTEMPTS] = g_param_spec_uint ("max-reconnect-attempts", NULL, NULL, 0, G_MAXUINT, 0, construct_rw_flags);

  /**
   * PeerPeer:reconnect-delay: (getter get_reconnect_delay) (setter set_reconnect_delay)
   *
   * The pause before the first attempt to reconnect, in milliseconds. It
   * doubles with each attempt, up to a minute. Each pause is shortened by a
   * random part of up to a half, so that the peers of a server that restarts
   * do not all come back in the same moment.
   */
  properties[PROP_RECONNECT_DELAY] = g_param_spec_uint ("reconnect-delay", NULL, NULL, 1, PEER_BACKOFF_LAST, PEER_BACKOFF_FIRST, construct_rw_flags);

  /**
   * PeerPeer:max-message-size: (getter get_max_message_size) (setter set_max_message_size)
   *
   * The size of the largest value that connections made from now on accept,
   * in bytes. Larger ones are dropped, with `PEER_ERROR_LIMIT_EXCEEDED` on the
   * connection.
   */
  properties[PROP_MAX_MESSAGE_SIZE] = g_param_spec_uint64 ("max-message-size", NULL, NULL, 1, G_MAXUINT64, DEFAULT_MAX_MESSAGE_SIZE, construct_rw_flags);

  /**
   * PeerPeer:max-pending-size: (getter get_max_pending_size) (setter set_max_pending_size)
   *
   * How many bytes the values that have arrived in part may hold, on all
   * connections of the peer together. When a message exceeds it, the
   * connection that it came on gives its oldest such values up, with
   * `PEER_ERROR_LIMIT_EXCEEDED`; the others keep theirs.
   */
  properties[PROP_MAX_PENDING_SIZE] = g_param_spec_uint64 ("max-pending-size", NULL, NULL, 1, G_MAXUINT64, DEFAULT_MAX_PENDING_SIZE, construct_rw_flags);
}

/* What the peer is now. */
static void
peer_peer_create_state_properties (void)
{
  const GParamFlags read_flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  /**
   * PeerPeer:is-open: (getter get_is_open)
   *
   * Whether the server holds the id for the peer now.
   */
  properties[PROP_IS_OPEN] = g_param_spec_boolean ("is-open", NULL, NULL, FALSE, read_flags);

  /**
   * PeerPeer:is-disconnected: (getter get_is_disconnected)
   *
   * Whether the line to the server is gone.
   */
  properties[PROP_IS_DISCONNECTED] = g_param_spec_boolean ("is-disconnected", NULL, NULL, FALSE, read_flags);

  /**
   * PeerPeer:is-reconnecting: (getter get_is_reconnecting)
   *
   * Whether the peer, which is disconnected, tries to come back by itself.
   */
  properties[PROP_IS_RECONNECTING] = g_param_spec_boolean ("is-reconnecting", NULL, NULL, FALSE, read_flags);

  /**
   * PeerPeer:is-destroyed: (getter get_is_destroyed)
   *
   * Whether the peer was destroyed and is of no more use.
   */
  properties[PROP_IS_DESTROYED] = g_param_spec_boolean ("is-destroyed", NULL, NULL, FALSE, read_flags);

  /**
   * PeerPeer:connections: (getter get_connections)
   *
   * The connections that have not closed, a list of
   * [class@Peer.BaseConnection].
   */
  properties[PROP_CONNECTIONS] = g_param_spec_object ("connections", NULL, NULL, G_TYPE_LIST_MODEL, read_flags);
}

void
peer_peer_install_properties (GObjectClass *object_class)
{
  object_class->get_property = peer_peer_get_property;
  object_class->set_property = peer_peer_set_property;

  peer_peer_create_server_properties ();
  peer_peer_create_connection_properties ();
  peer_peer_create_state_properties ();
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

void
peer_peer_set_id (PeerPeer *self,
                  const char *id)
{
  if (g_strcmp0 (self->id, id) == 0)
    return;

  g_free (self->id);
  self->id = g_strdup (id);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ID]);
}

void
peer_peer_set_state (PeerPeer *self,
                     gboolean is_open,
                     gboolean is_disconnected,
                     gboolean is_reconnecting)
{
  gboolean open_changed = self->is_open != is_open;
  gboolean disconnected_changed = self->is_disconnected != is_disconnected;
  gboolean reconnecting_changed = self->is_reconnecting != is_reconnecting;

  self->is_open = is_open;
  self->is_disconnected = is_disconnected;
  self->is_reconnecting = is_reconnecting;
  if (open_changed)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_IS_OPEN]);
  if (disconnected_changed)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_IS_DISCONNECTED]);
  if (reconnecting_changed)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_IS_RECONNECTING]);
}

void
peer_peer_set_destroyed (PeerPeer *self)
{
  self->is_destroyed = TRUE;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_IS_DESTROYED]);
}

/**
 * peer_peer_set_auto_reconnect: (set-property auto-reconnect)
 * @self: a peer
 * @auto_reconnect: whether the peer reconnects by itself
 *
 * Sets the property. Whether the peer reconnects by itself, with the same id and token, when
 * the line to the server is lost after it was open. See
 * [property@Peer.Peer:max-reconnect-attempts] and
 * [property@Peer.Peer:reconnect-delay].
 */
void
peer_peer_set_auto_reconnect (PeerPeer *self,
                              gboolean auto_reconnect)
{
  g_return_if_fail (PEER_IS_PEER (self));

  if (self->auto_reconnect == auto_reconnect)
    return;

  self->auto_reconnect = auto_reconnect;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_AUTO_RECONNECT]);
}

/**
 * peer_peer_set_max_reconnect_attempts: (set-property max-reconnect-attempts)
 * @self: a peer
 * @attempts: the number of attempts, 0 for no end
 *
 * Sets the property. How many attempts to reconnect may fail before the peer
 * stays disconnected.
 */
void
peer_peer_set_max_reconnect_attempts (PeerPeer *self,
                                      guint attempts)
{
  g_return_if_fail (PEER_IS_PEER (self));

  if (self->max_reconnect_attempts == attempts)
    return;

  self->max_reconnect_attempts = attempts;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MAX_RECONNECT_ATTEMPTS]);
}

/**
 * peer_peer_set_reconnect_delay: (set-property reconnect-delay)
 * @self: a peer
 * @milliseconds: the pause, from a millisecond to a minute
 *
 * Sets the property. The pause before the first attempt to reconnect.
 */
void
peer_peer_set_reconnect_delay (PeerPeer *self,
                               guint milliseconds)
{
  g_return_if_fail (PEER_IS_PEER (self));
  g_return_if_fail (milliseconds >= 1 && milliseconds <= PEER_BACKOFF_LAST);

  if (self->reconnect_delay == milliseconds)
    return;

  self->reconnect_delay = milliseconds;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RECONNECT_DELAY]);
}

/**
 * peer_peer_set_max_message_size: (set-property max-message-size)
 * @self: a peer
 * @size: the size in bytes
 *
 * Sets the property. The size of the largest value that connections made from now on accept,
 * in bytes. Larger ones are dropped, with `PEER_ERROR_LIMIT_EXCEEDED` on the
 * connection.
 */
void
peer_peer_set_max_message_size (PeerPeer *self,
                                guint64 size)
{
  g_return_if_fail (PEER_IS_PEER (self));

  if (self->links->max_message_size == size)
    return;

  self->links->max_message_size = size;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MAX_MESSAGE_SIZE]);
}

/**
 * peer_peer_set_max_pending_size: (set-property max-pending-size)
 * @self: a peer
 * @size: the size in bytes
 *
 * Sets the property. How many bytes the values that have arrived in part may
 * hold, on all connections of the peer together.
 */
void
peer_peer_set_max_pending_size (PeerPeer *self,
                                guint64 size)
{
  g_return_if_fail (PEER_IS_PEER (self));

  if (peer_pending_budget_get_max_size (self->links->pending_budget) == size)
    return;

  peer_pending_budget_set_max_size (self->links->pending_budget, size);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MAX_PENDING_SIZE]);
}
