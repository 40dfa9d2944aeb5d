/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-signaling-manager-private.h"

typedef struct
{
  const char *name;
  guint value;
} NumberDefault;

static const NumberDefault number_defaults[N_MANAGER_NUMBERS + 1] = {
  [PROP_SESSION_TIMEOUT] = { "session-timeout", 60 * 1000 },
  [PROP_JOIN_TIMEOUT] = { "join-timeout", 30 * 1000 },
  [PROP_MAX_ROOMS] = { "max-rooms", 10 * 1000 },
  [PROP_MAX_ROOM_SIZE] = { "max-room-size", 256 },
  [PROP_MAX_SESSIONS] = { "max-sessions", 5000 },
  [PROP_SESSIONS_PER_ADDRESS] = { "sessions-per-address", 1000 },
  [PROP_MAX_MESSAGE_SIZE] = { "max-message-size", 256 * 1024 },
  [PROP_MESSAGES_PER_SECOND] = { "messages-per-second", 200 },
  [PROP_MESSAGE_BURST] = { "message-burst", 2000 },
  [PROP_SEND_BUFFER_SIZE] = { "send-buffer-size", 4 * 1024 * 1024 },
  [PROP_MAX_ID_LENGTH] = { "max-id-length", 128 },
  [PROP_MAX_DEPTH] = { "max-depth", 32 },
  [PROP_REFRESH_INTERVAL] = { "refresh-interval", 10 * 1000 },
};

GParamSpec *peer_signaling_manager_props[N_MANAGER_PROPS];

void
peer_signaling_manager_init_numbers (PeerSignalingManager *self)
{
  for (guint i = 1; i <= N_MANAGER_NUMBERS; i++)
    self->numbers[i] = number_defaults[i].value;
}

static GParamSpec *
number_spec (PeerSignalingManagerProperty property)
{
  const NumberDefault *number = &number_defaults[property];

  return g_param_spec_uint (number->name, NULL, NULL, 0, G_MAXUINT, number->value,
                            G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
}

static void
install_rooms (GParamSpec **props)
{
  /**
   * PeerSignalingManager:session-timeout:
   *
   * How long a WebSocket may be silent, in milliseconds, before its session is
   * ended. It is pinged three times before, which browsers answer by
   * themselves, so this ends those whose connection is lost. 0 is for ever.
   *
   * It does not concern sessions that the application has added.
   */
  props[PROP_SESSION_TIMEOUT] = number_spec (PROP_SESSION_TIMEOUT);

  /**
   * PeerSignalingManager:join-timeout:
   *
   * How long a WebSocket may be in no room, in milliseconds, before it is
   * closed with code 1008; an application that takes longer to decide about it
   * needs more. 0 is for ever.
   */
  props[PROP_JOIN_TIMEOUT] = number_spec (PROP_JOIN_TIMEOUT);

  /**
   * PeerSignalingManager:max-rooms:
   *
   * How many rooms there may be at once. 0, here and below, is any number.
   */
  props[PROP_MAX_ROOMS] = number_spec (PROP_MAX_ROOMS);

  /**
   * PeerSignalingManager:max-room-size:
   *
   * How many sessions may be in one room, at other managers included.
   */
  props[PROP_MAX_ROOM_SIZE] = number_spec (PROP_MAX_ROOM_SIZE);

  /**
   * PeerSignalingManager:max-sessions:
   *
   * How many sessions there may be at once, and how many WebSockets.
   */
  props[PROP_MAX_SESSIONS] = number_spec (PROP_MAX_SESSIONS);

  /**
   * PeerSignalingManager:sessions-per-address:
   *
   * How many WebSockets may come from one address; for IPv6 that is a network
   * of 64 bits. All have the same one, that of the proxy, when there is a
   * reverse proxy and [property@Peer.SignalingManager:proxied] is not set.
   */
  props[PROP_SESSIONS_PER_ADDRESS] = number_spec (PROP_SESSIONS_PER_ADDRESS);
}

static void
install_messages (GParamSpec **props)
{
  /**
   * PeerSignalingManager:max-message-size:
   *
   * How large a message may be, in bytes. Whose is larger is disconnected with
   * code 1009. 0 is no limit.
   */
  props[PROP_MAX_MESSAGE_SIZE] = number_spec (PROP_MAX_MESSAGE_SIZE);

  /**
   * PeerSignalingManager:messages-per-second:
   *
   * How many WebSocket frames one may send a second, on average. Who sends
   * more is not read for a while. A message that goes to a whole room, as
   * joining and leaving do, counts as many as are in it. 0 is any number.
   */
  props[PROP_MESSAGES_PER_SECOND] = number_spec (PROP_MESSAGES_PER_SECOND);

  /**
   * PeerSignalingManager:message-burst:
   *
   * How many frames one may send at once, beyond
   * [property@Peer.SignalingManager:messages-per-second].
   */
  props[PROP_MESSAGE_BURST] = number_spec (PROP_MESSAGE_BURST);

  /**
   * PeerSignalingManager:send-buffer-size:
   *
   * How many bytes may wait for one that reads slowly. One that lets more pile
   * up is disconnected. 0 is no limit.
   */
  props[PROP_SEND_BUFFER_SIZE] = number_spec (PROP_SEND_BUFFER_SIZE);

  /**
   * PeerSignalingManager:max-id-length:
   *
   * How long the name of a room or an id may be, in bytes. Neither may be
   * empty or have control characters. 0 is no limit.
   */
  props[PROP_MAX_ID_LENGTH] = number_spec (PROP_MAX_ID_LENGTH);

  /**
   * PeerSignalingManager:max-depth:
   *
   * How deep arrays and objects of a message, and of the payload inside it,
   * may lie inside each other. 0 is no limit but that of the parser, 1024.
   */
  props[PROP_MAX_DEPTH] = number_spec (PROP_MAX_DEPTH);
}

static void
install_sharing (GParamSpec **props)
{
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_CONSTRUCT_ONLY;

  /**
   * PeerSignalingManager:broker:
   *
   * What rooms are shared with other managers through, as a
   * [class@Peer.RedisBroker], or %NULL to be alone. It must be one that
   * keeps groups, see [method@Peer.Broker.can_group], and belongs to this manager
   * alone: a server that uses Redis, too, has another one.
   */
  props[PROP_BROKER] = g_param_spec_object ("broker", NULL, NULL, PEER_TYPE_BROKER, flags);

  /**
   * PeerSignalingManager:key:
   *
   * Managers with different keys share nothing, whatever their brokers share.
   */
  props[PROP_KEY] = g_param_spec_string ("key", NULL, NULL, "rooms", flags);

  /**
   * PeerSignalingManager:refresh-interval:
   *
   * How often the broker is asked who is in the rooms, in milliseconds; no more
   * than a minute. Managers tell each other who comes and who goes; this finds
   * what a manager that has died could not tell any more. 0 is never.
   */
  props[PROP_REFRESH_INTERVAL] = number_spec (PROP_REFRESH_INTERVAL);
}

static void
install_others (GParamSpec **props)
{
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  /**
   * PeerSignalingManager:proxied:
   *
   * Whether all clients come through a reverse proxy, so that their addresses
   * are the last ones of `X-Forwarded-For`.
   */
  props[PROP_PROXIED] = g_param_spec_boolean ("proxied", NULL, NULL, FALSE, flags);

  /**
   * PeerSignalingManager:allowed-origins:
   *
   * The origins whose pages may connect, such as `https://example.org`. A
   * WebSocket with any other `Origin` is refused with status 403; one without,
   * which no browser opens, is not. %NULL is all origins, and so is `*` among
   * the others.
   */
  props[PROP_ALLOWED_ORIGINS] = g_param_spec_boxed ("allowed-origins", NULL, NULL, G_TYPE_STRV, flags);

  flags &= ~G_PARAM_WRITABLE;

  /**
   * PeerSignalingManager:n-sessions:
   *
   * The number of sessions at this manager, in all rooms together.
   */
  props[PROP_N_SESSIONS] = g_param_spec_uint ("n-sessions", NULL, NULL, 0, G_MAXUINT, 0, flags);

  /**
   * PeerSignalingManager:n-rooms:
   *
   * The number of rooms that sessions of this manager are in.
   */
  props[PROP_N_ROOMS] = g_param_spec_uint ("n-rooms", NULL, NULL, 0, G_MAXUINT, 0, flags);
}

void
peer_signaling_manager_properties_install (GObjectClass *object_class)
{
  install_rooms (peer_signaling_manager_props);
  install_messages (peer_signaling_manager_props);
  install_sharing (peer_signaling_manager_props);
  install_others (peer_signaling_manager_props);
  g_object_class_install_properties (object_class, N_MANAGER_PROPS, peer_signaling_manager_props);
}
