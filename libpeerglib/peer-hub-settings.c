/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-hub-settings-private.h"

static const struct
{
  const char *name;
  guint default_value;
} numbers[N_HUB_NUMBERS + 1] = {
  [PROP_MAX_ROOMS] = { "max-rooms", 1024 },
  [PROP_MAX_MEMBERS] = { "max-members", 64 },
  [PROP_MAX_PEERS] = { "max-peers", 512 },
  [PROP_MAX_MESSAGE_SIZE] = { "max-message-size", 64 * 1024 },
  [PROP_MESSAGES_PER_SECOND] = { "messages-per-second", 500 },
  [PROP_MESSAGE_BURST] = { "message-burst", 1000 },
  [PROP_SEND_BUFFER_SIZE] = { "send-buffer-size", 4 * 1024 * 1024 },
  [PROP_MAX_REQUEST_SIZE] = { "max-request-size", 64 * 1024 },
  [PROP_GATHER_TIMEOUT] = { "gather-timeout", 1000 },
  [PROP_AUTHORIZE_TIMEOUT] = { "authorize-timeout", 30000 },
};

PeerHubSettings *
peer_hub_settings_new (void)
{
  PeerHubSettings *self = g_rc_box_new0 (PeerHubSettings);

  for (guint i = 1; i <= N_HUB_NUMBERS; i++)
    self->numbers[i] = numbers[i].default_value;
  self->links = peer_link_settings_new ();
  self->links->max_message_size = self->numbers[PROP_MAX_MESSAGE_SIZE];

  return self;
}

static void
peer_hub_settings_clear (gpointer data)
{
  PeerHubSettings *self = data;

  g_strfreev (self->cors_origins);
  peer_link_settings_unref (self->links);
}

PeerHubSettings *
peer_hub_settings_ref (PeerHubSettings *self)
{
  return g_rc_box_acquire (self);
}

void
peer_hub_settings_unref (PeerHubSettings *self)
{
  g_rc_box_release_full (self, peer_hub_settings_clear);
}

gboolean
peer_hub_settings_get (PeerHubSettings *self,
                       PeerHubProperty property,
                       GValue *value)
{
  if (property <= N_HUB_NUMBERS)
    {
      g_value_set_uint (value, self->numbers[property]);
      return TRUE;
    }

  switch ((guint) property)
    {
    case PROP_ADMIN_ROUTES:
      g_value_set_boolean (value, self->admin_routes);
      return TRUE;
    case PROP_CORS_ORIGINS:
      g_value_set_boxed (value, self->cors_origins);
      return TRUE;
    case PROP_ICE_SERVERS:
      g_value_set_object (value, self->links->ice_servers);
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
set_number (PeerHubSettings *self,
            PeerHubProperty property,
            guint number)
{
  if (self->numbers[property] == number)
    return FALSE;

  self->numbers[property] = number;
  if (property == PROP_MAX_MESSAGE_SIZE)
    self->links->max_message_size = number;

  return TRUE;
}

static gboolean
set_origins (PeerHubSettings *self,
             char **origins)
{
  char **old = self->cors_origins;

  if (old == origins || (old != NULL && origins != NULL &&
                         g_strv_equal ((const char *const *) old, (const char *const *) origins)))
    return FALSE;

  self->cors_origins = g_strdupv (origins);
  g_strfreev (old);

  return TRUE;
}

gboolean
peer_hub_settings_set (PeerHubSettings *self,
                       PeerHubProperty property,
                       const GValue *value,
                       gboolean *changed)
{
  if (property <= N_HUB_NUMBERS)
    {
      *changed = set_number (self, property, g_value_get_uint (value));
      return TRUE;
    }

  switch ((guint) property)
    {
    case PROP_ADMIN_ROUTES:
      *changed = self->admin_routes != g_value_get_boolean (value);
      self->admin_routes = g_value_get_boolean (value);
      return TRUE;
    case PROP_CORS_ORIGINS:
      *changed = set_origins (self, g_value_get_boxed (value));
      return TRUE;
    case PROP_ICE_SERVERS:
      *changed = g_set_object (&self->links->ice_servers, g_value_get_object (value));
      return TRUE;
    default:
      return FALSE;
    }
}

/* The smallest value is 1 for what makes no sense without a limit. */
static GParamSpec *
number_spec (PeerHubProperty property,
             guint minimum)
{
  return g_param_spec_uint (numbers[property].name, NULL, NULL, minimum, G_MAXUINT, numbers[property].default_value,
                            G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
}

static void
install_numbers (GParamSpec **props)
{
  /**
   * PeerHub:max-rooms:
   *
   * How many rooms there may be. Who asks for one more gets status 503.
   */
  props[PROP_MAX_ROOMS] = number_spec (PROP_MAX_ROOMS, 1);

  /**
   * PeerHub:max-members:
   *
   * How many clients a room may have. One more gets status 503.
   */
  props[PROP_MAX_MEMBERS] = number_spec (PROP_MAX_MEMBERS, 1);

  /**
   * PeerHub:max-peers:
   *
   * How many clients there may be in all rooms together, those included that
   * are not connected yet. Each costs about ten threads and a megabyte. One
   * more gets status 503.
   */
  props[PROP_MAX_PEERS] = number_spec (PROP_MAX_PEERS, 1);

  /**
   * PeerHub:max-message-size:
   *
   * How large a frame of a client may be, in bytes. Who sends a larger one is
   * disconnected.
   */
  props[PROP_MAX_MESSAGE_SIZE] = number_spec (PROP_MAX_MESSAGE_SIZE, 1);

  /**
   * PeerHub:messages-per-second:
   *
   * How many frames a client may send a second, on average. Those beyond are
   * dropped, and the client gets an `ERROR` frame with `limit-exceeded`. 0 is
   * any number.
   */
  props[PROP_MESSAGES_PER_SECOND] = number_spec (PROP_MESSAGES_PER_SECOND, 0);

  /**
   * PeerHub:message-burst:
   *
   * How many frames a client may send at once, beyond
   * [property@Peer.Hub:messages-per-second].
   */
  props[PROP_MESSAGE_BURST] = number_spec (PROP_MESSAGE_BURST, 1);

  /**
   * PeerHub:send-buffer-size:
   *
   * How many bytes may wait for a client that reads slowly. One that lets more
   * pile up is disconnected. 0 is no limit.
   */
  props[PROP_SEND_BUFFER_SIZE] = number_spec (PROP_SEND_BUFFER_SIZE, 0);

  /**
   * PeerHub:max-request-size:
   *
   * How large the body of an HTTP request may be, in bytes. A larger one gets
   * status 413.
   */
  props[PROP_MAX_REQUEST_SIZE] = number_spec (PROP_MAX_REQUEST_SIZE, 1);

  /**
   * PeerHub:gather-timeout:
   *
   * How long an answer waits for the hub's candidates, in milliseconds. All
   * that were found by then are in it: clients cannot be told of others later.
   */
  props[PROP_GATHER_TIMEOUT] = number_spec (PROP_GATHER_TIMEOUT, 0);

  /**
   * PeerHub:authorize-timeout:
   *
   * How long a handler of [signal@Peer.Hub::authorize] that answers later may
   * take, in milliseconds; then the request is refused.
   */
  props[PROP_AUTHORIZE_TIMEOUT] = number_spec (PROP_AUTHORIZE_TIMEOUT, 1);
}

void
peer_hub_properties_install (GObjectClass *object_class,
                             GParamSpec **props)
{
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  install_numbers (props);

  /**
   * PeerHub:admin-routes:
   *
   * Whether anybody may ask who is in which room: `GET /rooms` and
   * `GET /room-status/NAME`.
   */
  props[PROP_ADMIN_ROUTES] = g_param_spec_boolean ("admin-routes", NULL, NULL, FALSE, flags);

  /**
   * PeerHub:cors-origins:
   *
   * The origins whose pages may join rooms, such as `https://example.org`.
   * %NULL is all of them, and so is `*` among the others.
   */
  props[PROP_CORS_ORIGINS] = g_param_spec_boxed ("cors-origins", NULL, NULL, G_TYPE_STRV, flags);

  /**
   * PeerHub:ice-servers:
   *
   * The STUN and TURN servers, a list of [class@Peer.IceServer]. When unset, it
   * is `stun:stun.l.google.com:19302`; an empty list is for none, which is
   * enough for a hub with a public address.
   */
  props[PROP_ICE_SERVERS] = g_param_spec_object ("ice-servers", NULL, NULL, G_TYPE_LIST_MODEL, flags);

  flags &= ~G_PARAM_WRITABLE;

  /**
   * PeerHub:rooms: (getter get_rooms)
   *
   * The rooms that somebody is in, a list of [class@Peer.Room].
   */
  props[PROP_ROOMS] = g_param_spec_object ("rooms", NULL, NULL, G_TYPE_LIST_MODEL, flags);

  /**
   * PeerHub:n-peers: (getter get_n_peers)
   *
   * The number of clients in all rooms together.
   */
  props[PROP_N_PEERS] = g_param_spec_uint ("n-peers", NULL, NULL, 0, G_MAXUINT, 0, flags);

  g_object_class_install_properties (object_class, N_HUB_PROPS, props);
}
