/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-server-settings-private.h"

#include "peer-memory-broker.h"

typedef struct
{
  const char *name;
  guint value;
} NumberDefault;

static const NumberDefault number_defaults[N_NUMBERS + 1] = {
  [PROP_ALIVE_TIMEOUT] = { "alive-timeout", 60 * 1000 },
  [PROP_EXPIRE_TIMEOUT] = { "expire-timeout", 5000 },
  [PROP_CLEANUP_INTERVAL] = { "cleanup-interval", 1000 },
  [PROP_CONCURRENT_LIMIT] = { "concurrent-limit", 5000 },
  [PROP_CLIENTS_PER_ADDRESS] = { "clients-per-address", 1000 },
  [PROP_MAX_MESSAGE_SIZE] = { "max-message-size", 1024 * 1024 },
  [PROP_MESSAGES_PER_SECOND] = { "messages-per-second", 1000 },
  [PROP_MESSAGE_BURST] = { "message-burst", 2000 },
  [PROP_SEND_BUFFER_SIZE] = { "send-buffer-size", 4 * 1024 * 1024 },
  [PROP_QUEUE_LIMIT] = { "queue-limit", 256 },
  [PROP_QUEUE_TOTAL_LIMIT] = { "queue-total-limit", 100 * 1000 },
  [PROP_QUEUE_TOTAL_SIZE] = { "queue-total-size", 64 * 1024 * 1024 },
  [PROP_MAX_ID_LENGTH] = { "max-id-length", 128 },
  [PROP_MAX_DEPTH] = { "max-depth", 64 },
  [PROP_HANDSHAKE_TIMEOUT] = { "handshake-timeout", 10 * 1000 },
  [PROP_AUTHENTICATE_TIMEOUT] = { "authenticate-timeout", 10 * 1000 },
  [PROP_HANDSHAKE_LIMIT] = { "handshake-limit", 1000 },
  [PROP_TOPICS_PER_CLIENT] = { "topics-per-client", 128 },
  [PROP_TURN_TTL] = { "turn-ttl", 12 * 60 * 60 },
};

void
peer_server_settings_init (PeerServerSettings *self)
{
  for (guint i = 1; i <= N_NUMBERS; i++)
    self->numbers[i] = number_defaults[i].value;
  self->host = g_strdup ("::");
  self->path = g_strdup ("/");
  self->key = g_strdup ("peerjs");
  self->broker = peer_memory_broker_new ();
}

void
peer_server_settings_clear (PeerServerSettings *self)
{
  g_clear_pointer (&self->host, g_free);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->key, g_free);
  g_clear_pointer (&self->cors_origins, g_strfreev);
  g_clear_pointer (&self->allowed_origins, g_strfreev);
  g_clear_pointer (&self->auth_secrets, g_strfreev);
  g_clear_pointer (&self->stun_uris, g_strfreev);
  g_clear_pointer (&self->turn_uris, g_strfreev);
  g_clear_pointer (&self->turn_secret, g_free);
  g_clear_pointer (&self->extra_message_types, g_strfreev);
  g_clear_object (&self->tls_certificate);
  g_clear_object (&self->broker);
}

gboolean
peer_server_settings_get (const PeerServerSettings *self,
                          PeerServerProperty property,
                          GValue *value)
{
  if (property <= N_NUMBERS)
    {
      g_value_set_uint (value, self->numbers[property]);
      return TRUE;
    }

  switch ((guint) property)
    {
    case PROP_ALLOW_DISCOVERY:
      g_value_set_boolean (value, self->allow_discovery);
      return TRUE;
    case PROP_PROXIED:
      g_value_set_boolean (value, self->proxied);
      return TRUE;
    case PROP_STRICT_HTTP_KEY:
      g_value_set_boolean (value, self->strict_http_key);
      return TRUE;
    case PROP_HOST:
      g_value_set_string (value, self->host);
      return TRUE;
    case PROP_PATH:
      g_value_set_string (value, self->path);
      return TRUE;
    case PROP_KEY:
      g_value_set_string (value, self->key);
      return TRUE;
    case PROP_CORS_ORIGINS:
      g_value_set_boxed (value, self->cors_origins);
      return TRUE;
    case PROP_ALLOWED_ORIGINS:
      g_value_set_boxed (value, self->allowed_origins);
      return TRUE;
    case PROP_STUN_URIS:
      g_value_set_boxed (value, self->stun_uris);
      return TRUE;
    case PROP_TURN_URIS:
      g_value_set_boxed (value, self->turn_uris);
      return TRUE;
    case PROP_EXTRA_MESSAGE_TYPES:
      g_value_set_boxed (value, self->extra_message_types);
      return TRUE;
    case PROP_TLS_CERTIFICATE:
      g_value_set_object (value, self->tls_certificate);
      return TRUE;
    case PROP_BROKER:
      g_value_set_object (value, self->broker);
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
set_boolean (gboolean *field,
             const GValue *value)
{
  gboolean old = *field;

  *field = g_value_get_boolean (value);

  return *field != old;
}

static gboolean
set_string (char **field,
            const GValue *value)
{
  if (g_strcmp0 (*field, g_value_get_string (value)) == 0)
    return FALSE;

  g_free (*field);
  *field = g_value_dup_string (value);

  return TRUE;
}

static gboolean
set_strv (char ***field,
          const GValue *value)
{
  const char *const *strv = g_value_get_boxed (value);

  if (strv == (const char *const *) *field ||
      (strv != NULL && *field != NULL && g_strv_equal (strv, (const char *const *) *field)))
    return FALSE;

  g_strfreev (*field);
  *field = g_value_dup_boxed (value);

  return TRUE;
}

static gboolean
set_broker (PeerBroker **field,
            const GValue *value)
{
  g_autoptr (PeerBroker) broker = g_value_dup_object (value);

  if (broker == NULL)
    broker = peer_memory_broker_new ();

  return g_set_object (field, broker);
}

gboolean
peer_server_settings_set (PeerServerSettings *self,
                          PeerServerProperty property,
                          const GValue *value,
                          gboolean *changed)
{
  if (property <= N_NUMBERS)
    {
      *changed = self->numbers[property] != g_value_get_uint (value);
      self->numbers[property] = g_value_get_uint (value);
      return TRUE;
    }

  switch ((guint) property)
    {
    case PROP_ALLOW_DISCOVERY:
      *changed = set_boolean (&self->allow_discovery, value);
      return TRUE;
    case PROP_PROXIED:
      *changed = set_boolean (&self->proxied, value);
      return TRUE;
    case PROP_STRICT_HTTP_KEY:
      *changed = set_boolean (&self->strict_http_key, value);
      return TRUE;
    case PROP_HOST:
      *changed = set_string (&self->host, value);
      return TRUE;
    case PROP_PATH:
      *changed = set_string (&self->path, value);
      return TRUE;
    case PROP_KEY:
      *changed = set_string (&self->key, value);
      return TRUE;
    case PROP_CORS_ORIGINS:
      *changed = set_strv (&self->cors_origins, value);
      return TRUE;
    case PROP_ALLOWED_ORIGINS:
      *changed = set_strv (&self->allowed_origins, value);
      return TRUE;
    case PROP_AUTH_SECRETS:
      *changed = set_strv (&self->auth_secrets, value);
      return TRUE;
    case PROP_STUN_URIS:
      *changed = set_strv (&self->stun_uris, value);
      return TRUE;
    case PROP_TURN_URIS:
      *changed = set_strv (&self->turn_uris, value);
      return TRUE;
    case PROP_TURN_SECRET:
      *changed = set_string (&self->turn_secret, value);
      return TRUE;
    case PROP_EXTRA_MESSAGE_TYPES:
      *changed = set_strv (&self->extra_message_types, value);
      return TRUE;
    case PROP_TLS_CERTIFICATE:
      *changed = g_set_object (&self->tls_certificate, g_value_get_object (value));
      return TRUE;
    case PROP_BROKER:
      *changed = set_broker (&self->broker, value);
      return TRUE;
    default:
      return FALSE;
    }
}

/* Secrets can be set and not read, so that nothing shows them by accident. */
static void
install_secrets (GParamSpec **props)
{
  GParamFlags flags = G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  /**
   * PeerServer:auth-secrets:
   *
   * The secrets that tokens of clients are signed with, see
   * [func@Peer.Server.mint_token]: any of them will do, so that a new one can
   * take the place of an old one without a gap. With %NULL tokens need no
   * signature; with an empty list nobody is accepted.
   *
   * Who has a signed token for an id owns that id: it takes the id over from
   * an older connection even if the tokens differ. A connection outlives its
   * token.
   */
  props[PROP_AUTH_SECRETS] = g_param_spec_boxed ("auth-secrets", NULL, NULL, G_TYPE_STRV, flags);

  /**
   * PeerServer:turn-secret:
   *
   * The secret shared with the servers of [property@Peer.Server:turn-uris]
   * (coturn's `static-auth-secret`).
   */
  props[PROP_TURN_SECRET] = g_param_spec_string ("turn-secret", NULL, NULL, NULL, flags);

  flags |= G_PARAM_READABLE;

  /**
   * PeerServer:turn-uris:
   *
   * TURN servers, as `turn:` and `turns:` URIs, for which clients get
   * credentials at `GET /KEY/ice`. They need
   * [property@Peer.Server:turn-secret].
   *
   * With [property@Peer.Server:auth-secrets] the request has to have the `id`
   * and `token` of a client; without, anybody gets credentials who knows the
   * key.
   */
  props[PROP_TURN_URIS] = g_param_spec_boxed ("turn-uris", NULL, NULL, G_TYPE_STRV, flags);

  /**
   * PeerServer:stun-uris:
   *
   * STUN servers, as `stun:` URIs, to be named at `GET /KEY/ice`, too.
   */
  props[PROP_STUN_URIS] = g_param_spec_boxed ("stun-uris", NULL, NULL, G_TYPE_STRV, flags);
}

static GParamSpec *
number_spec (PeerServerProperty property,
             guint minimum)
{
  const NumberDefault *number = &number_defaults[property];

  return g_param_spec_uint (number->name, NULL, NULL, minimum, G_MAXUINT, number->value,
                            G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
}

static void
install_numbers (GParamSpec **props)
{
  /**
   * PeerServer:alive-timeout:
   *
   * How long a client may be silent, in milliseconds, before it is disconnected.
   * Any traffic counts. 0 is for ever.
   */
  props[PROP_ALIVE_TIMEOUT] = number_spec (PROP_ALIVE_TIMEOUT, 0);

  /**
   * PeerServer:expire-timeout:
   *
   * How long a message waits for a client that is not there, in milliseconds;
   * then its sender gets an `EXPIRE`.
   */
  props[PROP_EXPIRE_TIMEOUT] = number_spec (PROP_EXPIRE_TIMEOUT, 0);

  /**
   * PeerServer:cleanup-interval:
   *
   * The time between two looks at what has expired, in milliseconds.
   */
  props[PROP_CLEANUP_INTERVAL] = number_spec (PROP_CLEANUP_INTERVAL, 1);

  /**
   * PeerServer:concurrent-limit:
   *
   * How many clients there may be at once. 0 is any number.
   */
  props[PROP_CONCURRENT_LIMIT] = number_spec (PROP_CONCURRENT_LIMIT, 0);

  /**
   * PeerServer:clients-per-address:
   *
   * How many clients may come from one address; for IPv6 that is a network of
   * 64 bits, as each subscriber has one. 0 is any number.
   *
   * The default leaves room for an office or a school behind one address. All
   * clients have the same one, that of the proxy, when there is a reverse proxy
   * and [property@Peer.Server:proxied] is not set.
   */
  props[PROP_CLIENTS_PER_ADDRESS] = number_spec (PROP_CLIENTS_PER_ADDRESS, 0);

  /**
   * PeerServer:max-message-size:
   *
   * How large a message may be, in bytes, all its fragments together. Who sends
   * a larger one is disconnected with code 1009. 0 is no limit.
   */
  props[PROP_MAX_MESSAGE_SIZE] = number_spec (PROP_MAX_MESSAGE_SIZE, 0);

  /**
   * PeerServer:messages-per-second:
   *
   * How many WebSocket frames a client may send a second, on average. Who sends
   * more is not read for a while. 0 is any number.
   */
  props[PROP_MESSAGES_PER_SECOND] = number_spec (PROP_MESSAGES_PER_SECOND, 0);

  /**
   * PeerServer:message-burst:
   *
   * How many frames a client may send at once, beyond
   * [property@Peer.Server:messages-per-second].
   */
  props[PROP_MESSAGE_BURST] = number_spec (PROP_MESSAGE_BURST, 0);

  /**
   * PeerServer:send-buffer-size:
   *
   * How many bytes may wait for a client that reads slowly. One that lets more
   * pile up is disconnected. 0 is no limit.
   */
  props[PROP_SEND_BUFFER_SIZE] = number_spec (PROP_SEND_BUFFER_SIZE, 0);

  /**
   * PeerServer:queue-limit:
   *
   * How many messages may wait for one client that is not there. The sender of
   * one more gets an `EXPIRE` at once. 0 is any number.
   */
  props[PROP_QUEUE_LIMIT] = number_spec (PROP_QUEUE_LIMIT, 0);

  /**
   * PeerServer:queue-total-limit:
   *
   * How many messages may wait for all clients that are not there. Nobody
   * has more of them waiting than there is room for others. 0 is any number.
   */
  props[PROP_QUEUE_TOTAL_LIMIT] = number_spec (PROP_QUEUE_TOTAL_LIMIT, 0);

  /**
   * PeerServer:queue-total-size:
   *
   * How many bytes may wait for all clients that are not there. Nobody has
   * more of them waiting than there is room for others. 0 is no limit.
   */
  props[PROP_QUEUE_TOTAL_SIZE] = number_spec (PROP_QUEUE_TOTAL_SIZE, 0);

  /**
   * PeerServer:max-id-length:
   *
   * How long an id, a token or a part of a topic may be, in bytes. Control characters are never
   * accepted; any other rule is left to the clients. 0 is no limit.
   */
  props[PROP_MAX_ID_LENGTH] = number_spec (PROP_MAX_ID_LENGTH, 0);

  /**
   * PeerServer:max-depth:
   *
   * How deep arrays and objects of a message may lie inside each other. 0 is no
   * limit but that of the parser, 1024.
   */
  props[PROP_MAX_DEPTH] = number_spec (PROP_MAX_DEPTH, 0);

  /**
   * PeerServer:handshake-timeout:
   *
   * How long a connection may take to ask for something, in milliseconds. Has
   * no effect on a server that is attached to a [class@Soup.Server]. 0 is for
   * ever.
   */
  props[PROP_HANDSHAKE_TIMEOUT] = number_spec (PROP_HANDSHAKE_TIMEOUT, 0);

  /**
   * PeerServer:handshake-limit:
   *
   * How many connections there may be that have not become clients. One more
   * closes the oldest of them, so those that only wait do not keep out others.
   * Has no effect on a server that is attached to a [class@Soup.Server]. 0 is
   * any number.
   */
  props[PROP_HANDSHAKE_LIMIT] = number_spec (PROP_HANDSHAKE_LIMIT, 0);

  /**
   * PeerServer:authenticate-timeout:
   *
   * How long a handler of [signal@Peer.Server::authenticate] that answers later
   * may take, in milliseconds; then the request is refused. 0 is for ever.
   */
  props[PROP_AUTHENTICATE_TIMEOUT] = number_spec (PROP_AUTHENTICATE_TIMEOUT, 0);

  /**
   * PeerServer:topics-per-client:
   *
   * How many topics one client of [property@Peer.Server:signaling-path] may be
   * subscribed to. 0 is any number.
   */
  props[PROP_TOPICS_PER_CLIENT] = number_spec (PROP_TOPICS_PER_CLIENT, 0);

  /**
   * PeerServer:turn-ttl:
   *
   * How long credentials for [property@Peer.Server:turn-uris] are valid, in
   * seconds.
   */
  props[PROP_TURN_TTL] = number_spec (PROP_TURN_TTL, 1);
}

static void
install_others (GParamSpec **props)
{
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  /**
   * PeerServer:allow-discovery:
   *
   * Whether anybody may ask for the list of all clients.
   */
  props[PROP_ALLOW_DISCOVERY] = g_param_spec_boolean ("allow-discovery", NULL, NULL, FALSE, flags);

  /**
   * PeerServer:proxied:
   *
   * Whether a reverse proxy stands before the server. The address of a client
   * then is the last one in `X-Forwarded-For`, which the proxy has to append.
   */
  props[PROP_PROXIED] = g_param_spec_boolean ("proxied", NULL, NULL, FALSE, flags);

  /**
   * PeerServer:strict-http-key:
   *
   * Whether the key in the path of HTTP requests has to be right, too. The
   * reference server takes any.
   */
  props[PROP_STRICT_HTTP_KEY] = g_param_spec_boolean ("strict-http-key", NULL, NULL, FALSE, flags);

  /**
   * PeerServer:host:
   *
   * The name or address to listen at; `::` and %NULL are all addresses, of
   * IPv4, too.
   */
  props[PROP_HOST] = g_param_spec_string ("host", NULL, NULL, "::", flags);

  /**
   * PeerServer:path:
   *
   * Where in the server's URIs everything lies. Has to begin with a slash.
   */
  props[PROP_PATH] = g_param_spec_string ("path", NULL, NULL, "/", flags);

  /**
   * PeerServer:key:
   *
   * The key that clients have to know.
   */
  props[PROP_KEY] = g_param_spec_string ("key", NULL, NULL, "peerjs", flags);

  /**
   * PeerServer:cors-origins:
   *
   * The origins whose pages may use the HTTP part. %NULL is all of them, and
   * so is `*` among the others.
   */
  props[PROP_CORS_ORIGINS] = g_param_spec_boxed ("cors-origins", NULL, NULL, G_TYPE_STRV, flags);

  /**
   * PeerServer:allowed-origins:
   *
   * The origins whose pages may become clients, such as `https://example.org`.
   * A WebSocket with any other `Origin` is refused with status 403; one without,
   * which no browser opens, is not. %NULL is all origins, and so is `*` among
   * the others.
   *
   * This keeps foreign pages away, not programs, which write what they like.
   */
  props[PROP_ALLOWED_ORIGINS] = g_param_spec_boxed ("allowed-origins", NULL, NULL, G_TYPE_STRV, flags);

  /**
   * PeerServer:extra-message-types:
   *
   * Types of messages to relay beside PeerJS's own, as if they were `OFFER`.
   */
  props[PROP_EXTRA_MESSAGE_TYPES] = g_param_spec_boxed ("extra-message-types", NULL, NULL, G_TYPE_STRV, flags);

  /**
   * PeerServer:tls-certificate:
   *
   * The certificate, with its private key, to listen with TLS. Another one
   * that is set while the server listens is that of the connections to come;
   * the others go on. TLS cannot be turned on or off then.
   */
  props[PROP_TLS_CERTIFICATE] = g_param_spec_object ("tls-certificate", NULL, NULL, G_TYPE_TLS_CERTIFICATE, flags);

  /**
   * PeerServer:broker:
   *
   * What the server shares its clients with other servers through, a
   * [class@Peer.MemoryBroker] of its own by default, which is nothing. One that
   * is set while the server is running is used from when it is started again. A
   * broker works for one server at a time.
   */
  props[PROP_BROKER] = g_param_spec_object ("broker", NULL, NULL, PEER_TYPE_BROKER, flags);

  /**
   * PeerServer:port:
   *
   * The port to listen at; 0 takes a free one, which this then is.
   */
  props[PROP_PORT] = g_param_spec_uint ("port", NULL, NULL, 0, G_MAXUINT16, 0, flags);

  flags &= ~G_PARAM_WRITABLE;

  /**
   * PeerServer:uri:
   *
   * The URI of the server while it listens.
   */
  props[PROP_URI] = g_param_spec_string ("uri", NULL, NULL, NULL, flags);

  /**
   * PeerServer:soup-server:
   *
   * What the server listens through, or is attached to, while it runs: the
   * way to offer more at the same port, as
   * [method@Peer.SignalingManager.attach] does. Its handlers for other paths
   * and for longer ones come before those of the server. It is another
   * one each time the server listens, and is not to be disconnected.
   */
  props[PROP_SOUP_SERVER] = g_param_spec_object ("soup-server", NULL, NULL, SOUP_TYPE_SERVER, flags);

  /**
   * PeerServer:n-clients:
   *
   * The number of clients.
   */
  props[PROP_N_CLIENTS] = g_param_spec_uint ("n-clients", NULL, NULL, 0, G_MAXUINT, 0, flags);
}

void
peer_server_properties_install (GObjectClass *object_class,
                                GParamSpec **props)
{
  install_numbers (props);
  install_others (props);
  install_secrets (props);
  g_object_class_install_properties (object_class, N_PROPS, props);
}
