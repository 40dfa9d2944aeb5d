/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-websocket-signaling-private.h"

#include "peer-backoff-private.h"

#define MAX_MESSAGE_SIZE (1024 * 1024)

GParamSpec *peer_websocket_signaling_props[N_PROPS];

static void
peer_websocket_signaling_get_property (GObject *object,
                                       guint prop_id,
                                       GValue *value,
                                       GParamSpec *pspec)
{
  PeerWebsocketSignaling *self = PEER_WEBSOCKET_SIGNALING (object);

  switch ((PeerWebsocketSignalingProperty) prop_id)
    {
    case PROP_URI:
      g_value_set_string (value, self->uri);
      break;
    case PROP_TOKEN:
      g_value_set_string (value, self->token);
      break;
    case PROP_TLS_DATABASE:
      g_value_set_object (value, self->tls_database);
      break;
    case PROP_RECONNECT_DELAY:
      g_value_set_uint (value, self->reconnect_delay);
      break;
    case PROP_MAX_MESSAGE_SIZE:
      g_value_set_uint (value, self->max_message_size);
      break;
    case PROP_TRACKS_PRESENCE:
      g_value_set_boolean (value, self->tracks_presence);
      break;
    case PROP_IS_OPEN:
      g_value_set_boolean (value, self->is_open);
      break;
    case PROP_CLIENT_ID:
      g_value_set_string (value, self->client_id);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
peer_websocket_signaling_set_property (GObject *object,
                                       guint prop_id,
                                       const GValue *value,
                                       GParamSpec *pspec)
{
  PeerWebsocketSignaling *self = PEER_WEBSOCKET_SIGNALING (object);

  switch ((PeerWebsocketSignalingProperty) prop_id)
    {
    case PROP_URI:
      self->uri = g_value_dup_string (value);
      break;
    case PROP_TOKEN:
      peer_websocket_signaling_set_token (self, g_value_get_string (value));
      break;
    case PROP_TLS_DATABASE:
      self->tls_database = g_value_dup_object (value);
      break;
    case PROP_RECONNECT_DELAY:
      self->reconnect_delay = g_value_get_uint (value);
      break;
    case PROP_MAX_MESSAGE_SIZE:
      self->max_message_size = g_value_get_uint (value);
      break;
    case PROP_TRACKS_PRESENCE:
      peer_websocket_signaling_set_tracks_presence (self, g_value_get_boolean (value));
      break;
    case PROP_IS_OPEN:
    case PROP_CLIENT_ID:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

void
peer_websocket_signaling_install_properties (GObjectClass *object_class)
{
  GParamFlags read_flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;
  GParamFlags flags = read_flags | G_PARAM_WRITABLE;
  GParamFlags construct_flags = flags | G_PARAM_CONSTRUCT_ONLY;

  /**
   * PeerWebsocketSignaling:uri:
   *
   * Where the server's signaling is, as a `ws:`, `wss:`, `http:` or `https:`
   * URI. A key other than `peerjs`, and the id that a token is for, are the
   * `key` and `id` of its query.
   */
  peer_websocket_signaling_props[PROP_URI] = g_param_spec_string ("uri", NULL, NULL, "", construct_flags);

  /**
   * PeerWebsocketSignaling:token:
   *
   * What this client is authenticated with; %NULL is none. One that is set
   * later is used from when the line is opened again, and at once when there
   * is none.
   */
  peer_websocket_signaling_props[PROP_TOKEN] = g_param_spec_string ("token", NULL, NULL, NULL, flags);

  /**
   * PeerWebsocketSignaling:tls-database:
   *
   * The certificates that the server's certificate is checked against; the
   * system's when unset.
   */
  peer_websocket_signaling_props[PROP_TLS_DATABASE] = g_param_spec_object ("tls-database", NULL, NULL, G_TYPE_TLS_DATABASE, construct_flags);

  /**
   * PeerWebsocketSignaling:reconnect-delay:
   *
   * How long to wait before a line that was lost is opened again, in
   * milliseconds; grows from there up to a minute, with a random part.
   */
  peer_websocket_signaling_props[PROP_RECONNECT_DELAY] = g_param_spec_uint ("reconnect-delay", NULL, NULL, 0, G_MAXUINT, PEER_BACKOFF_FIRST, construct_flags);

  /**
   * PeerWebsocketSignaling:max-message-size:
   *
   * How large a message may be, in bytes of JSON with its topic, to be sent or
   * taken. A server has a limit of its own,
   * [property@Peer.Server:max-message-size].
   */
  peer_websocket_signaling_props[PROP_MAX_MESSAGE_SIZE] = g_param_spec_uint ("max-message-size", NULL, NULL, 1, G_MAXINT, MAX_MESSAGE_SIZE, construct_flags);

  /**
   * PeerWebsocketSignaling:tracks-presence:
   *
   * Whether the server is to tell who is subscribed to the same topics, see
   * [signal@Peer.WebsocketSignaling::presence].
   */
  peer_websocket_signaling_props[PROP_TRACKS_PRESENCE] = g_param_spec_boolean ("tracks-presence", NULL, NULL, FALSE, flags);

  /**
   * PeerWebsocketSignaling:is-open:
   *
   * Whether the server has accepted this client and is there.
   */
  peer_websocket_signaling_props[PROP_IS_OPEN] = g_param_spec_boolean ("is-open", NULL, NULL, FALSE, read_flags);

  /**
   * PeerWebsocketSignaling:client-id:
   *
   * What the server calls this client, %NULL while it is not open. Each time
   * it is another one.
   */
  peer_websocket_signaling_props[PROP_CLIENT_ID] = g_param_spec_string ("client-id", NULL, NULL, NULL, read_flags);

  object_class->get_property = peer_websocket_signaling_get_property;
  object_class->set_property = peer_websocket_signaling_set_property;
  g_object_class_install_properties (object_class, N_PROPS, peer_websocket_signaling_props);
}

/**
 * peer_websocket_signaling_get_uri: (get-property uri)
 * @self: a signaling
 *
 * Gets the URI of the server's signaling.
 *
 * Returns: (transfer none): the URI
 */
const char *
peer_websocket_signaling_get_uri (PeerWebsocketSignaling *self)
{
  g_return_val_if_fail (PEER_IS_WEBSOCKET_SIGNALING (self), NULL);

  return self->uri;
}

/**
 * peer_websocket_signaling_get_token: (get-property token)
 * @self: a signaling
 *
 * Gets what this client is authenticated with.
 *
 * Returns: (transfer none) (nullable): the token, or %NULL
 */
const char *
peer_websocket_signaling_get_token (PeerWebsocketSignaling *self)
{
  g_return_val_if_fail (PEER_IS_WEBSOCKET_SIGNALING (self), NULL);

  return self->token;
}

/**
 * peer_websocket_signaling_set_token: (set-property token)
 * @self: a signaling
 * @token: (nullable): a token, or %NULL
 *
 * Sets what this client is authenticated with.
 */
void
peer_websocket_signaling_set_token (PeerWebsocketSignaling *self,
                                    const char *token)
{
  g_return_if_fail (PEER_IS_WEBSOCKET_SIGNALING (self));

  if (g_strcmp0 (self->token, token) == 0)
    return;

  g_free (self->token);
  self->token = g_strdup (token);
  peer_websocket_signaling_renew_uri (self);
  g_object_notify_by_pspec (G_OBJECT (self), peer_websocket_signaling_props[PROP_TOKEN]);
}

/**
 * peer_websocket_signaling_get_is_open: (get-property is-open)
 * @self: a signaling
 *
 * Gets whether the server has accepted this client and is there.
 *
 * Returns: %TRUE if it is
 */
gboolean
peer_websocket_signaling_get_is_open (PeerWebsocketSignaling *self)
{
  g_return_val_if_fail (PEER_IS_WEBSOCKET_SIGNALING (self), FALSE);

  return self->is_open;
}

/**
 * peer_websocket_signaling_get_client_id: (get-property client-id)
 * @self: a signaling
 *
 * Gets what the server calls this client.
 *
 * Returns: (transfer none) (nullable): the id, or %NULL while it is not open
 */
const char *
peer_websocket_signaling_get_client_id (PeerWebsocketSignaling *self)
{
  g_return_val_if_fail (PEER_IS_WEBSOCKET_SIGNALING (self), NULL);

  return self->client_id;
}

/**
 * peer_websocket_signaling_get_tracks_presence: (get-property tracks-presence)
 * @self: a signaling
 *
 * Gets whether the server is to tell who is subscribed to the same topics.
 *
 * Returns: %TRUE if it is
 */
gboolean
peer_websocket_signaling_get_tracks_presence (PeerWebsocketSignaling *self)
{
  g_return_val_if_fail (PEER_IS_WEBSOCKET_SIGNALING (self), FALSE);

  return self->tracks_presence;
}

/**
 * peer_websocket_signaling_set_tracks_presence: (set-property tracks-presence)
 * @self: a signaling
 * @tracks_presence: whether it is
 *
 * Sets whether the server is to tell who is subscribed to the same topics.
 */
void
peer_websocket_signaling_set_tracks_presence (PeerWebsocketSignaling *self,
                                              gboolean tracks_presence)
{
  g_return_if_fail (PEER_IS_WEBSOCKET_SIGNALING (self));

  if (self->tracks_presence == !!tracks_presence)
    return;

  self->tracks_presence = !!tracks_presence;
  peer_websocket_signaling_subscribe_all (self);
  g_object_notify_by_pspec (G_OBJECT (self), peer_websocket_signaling_props[PROP_TRACKS_PRESENCE]);
}
