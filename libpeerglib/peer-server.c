/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-server.h"

#include <glib/gi18n-lib.h>

#include "peer-auth-request.h"
#include "peer-error.h"
#include "peer-server-client-private.h"
#include "peer-server-private.h"

/**
 * PeerServer:
 *
 * A server that introduces peers to each other: it speaks the protocol of
 * PeerJS's own server, over HTTP and WebSockets.
 *
 * It listens by itself, or is a part of an application's
 * [class@Soup.Server]:
 *
 * ```c
 * g_autoptr (PeerServer) server = g_object_new (PEER_TYPE_SERVER, "port", 9000, NULL);
 *
 * if (!peer_server_listen (server, &error))
 *   …
 * ```
 *
 * It belongs to the main context that was the thread default when it was
 * made. Every handler of its signals may call any of its methods and drop any
 * reference.
 *
 * The limits protect the server and its clients from each other. What crosses
 * one affects only who crossed it.
 */
G_DEFINE_FINAL_TYPE (PeerServer, peer_server, G_TYPE_OBJECT)

GParamSpec *peer_server_props[N_PROPS];
guint peer_server_signals[N_SERVER_SIGNALS];

/* Life */

static void
peer_server_get_property (GObject *object,
                          guint prop_id,
                          GValue *value,
                          GParamSpec *pspec)
{
  PeerServer *self = PEER_SERVER (object);

  if (peer_server_settings_get (&self->settings, prop_id, value))
    return;

  switch (prop_id)
    {
    case PROP_PORT:
      g_value_set_uint (value, self->port);
      break;
    case PROP_URI:
      g_value_set_string (value, self->uri);
      break;
    case PROP_N_CLIENTS:
      g_value_set_uint (value, peer_server_get_n_clients (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
peer_server_set_property (GObject *object,
                          guint prop_id,
                          const GValue *value,
                          GParamSpec *pspec)
{
  PeerServer *self = PEER_SERVER (object);
  gboolean changed = FALSE;

  if (prop_id == PROP_PORT)
    {
      changed = self->port != g_value_get_uint (value);
      self->port = g_value_get_uint (value);
    }
  else if (!peer_server_settings_set (&self->settings, prop_id, value, &changed))
    {
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }

  if (!changed)
    return;

  peer_server_configure_backend (self);
  g_object_notify_by_pspec (object, pspec);
}

static void
peer_server_dispose (GObject *object)
{
  PeerServer *self = PEER_SERVER (object);

  self->is_disposed = TRUE;
  peer_server_stop (self);
  if (self->stopping != NULL)
    peer_relay_clear_events (self->stopping);
  g_clear_object (&self->stopping);

  G_OBJECT_CLASS (peer_server_parent_class)->dispose (object);
}

static void
peer_server_finalize (GObject *object)
{
  PeerServer *self = PEER_SERVER (object);

  peer_server_settings_clear (&self->settings);
  g_clear_pointer (&self->uri, g_free);
  g_clear_pointer (&self->context, g_main_context_unref);

  G_OBJECT_CLASS (peer_server_parent_class)->finalize (object);
}

static gboolean
string_accumulator (GSignalInvocationHint *hint,
                    GValue *result,
                    const GValue *handler_result,
                    gpointer user_data)
{
  g_value_copy (handler_result, result);

  return g_value_get_string (handler_result) == NULL;
}

static char *
default_generate_id (PeerServer *self)
{
  return g_uuid_string_random ();
}

static void
peer_server_class_init (PeerServerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = peer_server_get_property;
  object_class->set_property = peer_server_set_property;
  object_class->dispose = peer_server_dispose;
  object_class->finalize = peer_server_finalize;

  peer_server_properties_install (object_class, peer_server_props);

  /**
   * PeerServer::open:
   * @self: the server
   * @uri: where it can be reached
   *
   * The server listens, or is attached.
   */
  peer_server_signals[SERVER_OPEN] = g_signal_new ("open", PEER_TYPE_SERVER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                                   G_TYPE_NONE, 1, G_TYPE_STRING);

  /**
   * PeerServer::connection:
   * @self: the server
   * @client: the client
   *
   * A client has connected. Emitted again for a client that comes back while
   * its old connection was not known to be lost.
   */
  peer_server_signals[SERVER_CONNECTION] = g_signal_new ("connection", PEER_TYPE_SERVER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                                         G_TYPE_NONE, 1, PEER_TYPE_SERVER_CLIENT);

  /**
   * PeerServer::disconnect:
   * @self: the server
   * @client: the client
   *
   * A client is gone. Its id is free already.
   */
  peer_server_signals[SERVER_DISCONNECT] = g_signal_new ("disconnect", PEER_TYPE_SERVER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                                         G_TYPE_NONE, 1, PEER_TYPE_SERVER_CLIENT);

  /**
   * PeerServer::message:
   * @self: the server
   * @client: who sent it
   * @type: (nullable): the message's type, one that the server knows or not
   * @dst: (nullable): the id that it is for
   *
   * A message has arrived and is about to be handled.
   */
  peer_server_signals[SERVER_MESSAGE] = g_signal_new ("message", PEER_TYPE_SERVER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                                      G_TYPE_NONE, 3, PEER_TYPE_SERVER_CLIENT,
                                                      G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE,
                                                      G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE);

  /**
   * PeerServer::authenticate:
   * @self: the server
   * @request: who asks
   *
   * Somebody with the right key wants to become a client. A handler that
   * decides calls [method@Peer.AuthRequest.accept] or
   * [method@Peer.AuthRequest.refuse] and returns %TRUE; a request that was
   * neither accepted nor refused by then is refused. Without a handler that
   * decides everybody is accepted.
   *
   * Returns: %TRUE if the request was decided
   */
  peer_server_signals[SERVER_AUTHENTICATE] = g_signal_new ("authenticate", PEER_TYPE_SERVER, G_SIGNAL_RUN_LAST, 0,
                                                           g_signal_accumulator_true_handled, NULL, NULL,
                                                           G_TYPE_BOOLEAN, 1, PEER_TYPE_AUTH_REQUEST);

  /**
   * PeerServer::generate-id:
   * @self: the server
   *
   * A client asks for an id. Emitted again when the id is taken. By default
   * it is a random UUID.
   *
   * Returns: (transfer full) (nullable): an id, or %NULL to leave it to others
   */
  peer_server_signals[SERVER_GENERATE_ID] = g_signal_new_class_handler ("generate-id", PEER_TYPE_SERVER, G_SIGNAL_RUN_LAST,
                                                                        G_CALLBACK (default_generate_id), string_accumulator, NULL, NULL,
                                                                        G_TYPE_STRING, 0);

  /**
   * PeerServer::close:
   * @self: the server
   *
   * The server has stopped, and all connections are closed.
   */
  peer_server_signals[SERVER_CLOSE] = g_signal_new ("close", PEER_TYPE_SERVER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                                    G_TYPE_NONE, 0);

  /**
   * PeerServer::error:
   * @self: the server
   * @error: the error
   *
   * A client sent what cannot be understood (%PEER_ERROR_INVALID_DATA) or
   * crossed a limit (%PEER_ERROR_LIMIT_EXCEEDED). The server goes on.
   */
  peer_server_signals[SERVER_ERROR] = g_signal_new ("error", PEER_TYPE_SERVER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                                    G_TYPE_NONE, 1, G_TYPE_ERROR | G_SIGNAL_TYPE_STATIC_SCOPE);
}

static void
peer_server_init (PeerServer *self)
{
  peer_server_settings_init (&self->settings);
  self->context = g_main_context_ref_thread_default ();
}

/**
 * peer_server_new:
 *
 * Makes a server, to be set up through its properties.
 *
 * Returns: (transfer full): a new server
 */
PeerServer *
peer_server_new (void)
{
  return g_object_new (PEER_TYPE_SERVER, NULL);
}

/* Makes what both ways of running need. */
static gboolean
peer_server_prepare (PeerServer *self,
                     GError **error)
{
  g_autofree char *mount = peer_http_api_normalize_path (self->settings.path);

  if (self->relay != NULL)
    {
      g_set_error_literal (error, PEER_ERROR, PEER_ERROR_SERVER_ERROR, _ ("The server is running already"));
      return FALSE;
    }
  if (mount == NULL)
    {
      g_set_error (error, PEER_ERROR, PEER_ERROR_SERVER_ERROR, _ ("The path “%s” does not begin with a slash"),
                   self->settings.path != NULL ? self->settings.path : "");
      return FALSE;
    }

  /* Its last connections do not stand in the way of the new ones. */
  if (self->stopping != NULL)
    peer_server_handle_stopped (self);

  self->relay = peer_relay_new (self->context, &peer_server_relay_events, self, error);
  if (self->relay == NULL)
    return FALSE;

  self->http = peer_http_server_new (self->context, self->relay);
  peer_http_server_get_config (self->http)->mount = g_steal_pointer (&mount);
  peer_server_configure_backend (self);

  return TRUE;
}

static void
peer_server_set_uri (PeerServer *self,
                     const char *uri)
{
  if (g_strcmp0 (self->uri, uri) == 0)
    return;

  g_free (self->uri);
  self->uri = g_strdup (uri);
  g_object_notify_by_pspec (G_OBJECT (self), peer_server_props[PROP_URI]);
}

static void
peer_server_opened (PeerServer *self,
                    GUri *uri)
{
  g_autoptr (PeerServer) kept = g_object_ref (self);
  g_autofree char *text = uri != NULL ? g_uri_to_string (uri) : g_strdup (self->settings.path);
  guint port = uri != NULL ? (guint) g_uri_get_port (uri) : self->port;

  if (self->port != port)
    {
      self->port = port;
      g_object_notify_by_pspec (G_OBJECT (self), peer_server_props[PROP_PORT]);
    }
  peer_server_set_uri (self, text);
  g_signal_emit (self, peer_server_signals[SERVER_OPEN], 0, text);
}

/**
 * peer_server_listen:
 * @self: a server
 * @error: return location for an error
 *
 * Begins to listen at the server's host and port. A name among them is looked
 * up first, which may block.
 *
 * Returns: %TRUE if it listens
 */
gboolean
peer_server_listen (PeerServer *self,
                    GError **error)
{
  const PeerServerSettings *settings;
  g_autoptr (GUri) uri = NULL;

  g_return_val_if_fail (PEER_IS_SERVER (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!peer_server_prepare (self, error))
    return FALSE;

  settings = &self->settings;
  g_main_context_push_thread_default (self->context);
  uri = peer_http_server_listen (self->http, settings->host, self->port, settings->tls_certificate, error);
  g_main_context_pop_thread_default (self->context);

  if (uri == NULL)
    {
      g_clear_pointer (&self->http, peer_http_server_free);
      g_clear_object (&self->relay);
      g_prefix_error (error, _ ("Could not listen at %s, port %u: "),
                      settings->host != NULL ? settings->host : "::", self->port);
      return FALSE;
    }

  peer_server_opened (self, uri);

  return TRUE;
}

/**
 * peer_server_attach:
 * @self: a server
 * @server: a server of the application, on the same main context
 * @error: return location for an error
 *
 * Makes the server a part of another one, below its path. Host, port and
 * certificate are that one's business then. Its handlers for the path are
 * replaced.
 *
 * Returns: %TRUE if it is attached
 */
gboolean
peer_server_attach (PeerServer *self,
                    SoupServer *server,
                    GError **error)
{
  g_autoptr (GUri) uri = NULL;
  GSList *uris;

  g_return_val_if_fail (PEER_IS_SERVER (self), FALSE);
  g_return_val_if_fail (SOUP_IS_SERVER (server), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!peer_server_prepare (self, error))
    return FALSE;

  peer_http_server_attach (self->http, server);

  uris = soup_server_get_uris (server);
  if (uris != NULL)
    uri = g_uri_parse_relative (uris->data, self->settings.path, G_URI_FLAGS_NONE, NULL);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  peer_server_opened (self, uri);

  return TRUE;
}

/**
 * peer_server_stop:
 * @self: a server
 *
 * Ends listening, or takes the server off the one that it is attached to, and
 * disconnects all clients with code 1001. What is on its way to them still is
 * sent for half a second at most; then [signal@Peer.Server::close] is emitted.
 *
 * Does nothing when the server is not running.
 */
void
peer_server_stop (PeerServer *self)
{
  g_autoptr (PeerServer) kept = NULL;

  g_return_if_fail (PEER_IS_SERVER (self));

  if (self->relay == NULL)
    return;

  kept = g_object_ref (self);
  self->stopping = g_steal_pointer (&self->relay);
  g_clear_pointer (&self->http, peer_http_server_free);
  peer_relay_stop (self->stopping);

  if (!self->is_disposed)
    peer_server_set_uri (self, NULL);
}

/**
 * peer_server_get_port: (get-property port)
 * @self: a server
 *
 * Gets the port of the server: the one that it listens at, if it does.
 *
 * Returns: the port, 0 if it is not known yet
 */
guint
peer_server_get_port (PeerServer *self)
{
  g_return_val_if_fail (PEER_IS_SERVER (self), 0);

  return self->port;
}

/**
 * peer_server_get_uri: (get-property uri)
 * @self: a server
 *
 * Gets the URI of the server.
 *
 * Returns: (transfer none) (nullable): the URI, or %NULL if it is not running
 */
const char *
peer_server_get_uri (PeerServer *self)
{
  g_return_val_if_fail (PEER_IS_SERVER (self), NULL);

  return self->uri;
}

/**
 * peer_server_get_n_clients: (get-property n-clients)
 * @self: a server
 *
 * Gets the number of clients.
 *
 * Returns: the number
 */
guint
peer_server_get_n_clients (PeerServer *self)
{
  g_return_val_if_fail (PEER_IS_SERVER (self), 0);

  return self->relay == NULL ? 0 : peer_relay_get_n_clients (self->relay);
}

/**
 * peer_server_get_client:
 * @self: a server
 * @id: an id
 *
 * Gets the client that holds an id.
 *
 * Returns: (transfer none) (nullable): the client, or %NULL if there is none
 */
PeerServerClient *
peer_server_get_client (PeerServer *self,
                        const char *id)
{
  PeerRelayClient *client;

  g_return_val_if_fail (PEER_IS_SERVER (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  client = self->relay == NULL ? NULL : peer_relay_get_client (self->relay, id);

  return client == NULL ? NULL : peer_server_client_for (client);
}

/**
 * peer_server_foreach_client:
 * @self: a server
 * @func: (scope call): what to call
 * @user_data: what to give it
 *
 * Calls a function for each client, in the order in which they came. It may
 * do anything.
 */
void
peer_server_foreach_client (PeerServer *self,
                            PeerServerClientFunc func,
                            gpointer user_data)
{
  g_autoptr (GPtrArray) clients = NULL;

  g_return_if_fail (PEER_IS_SERVER (self));
  g_return_if_fail (func != NULL);

  if (self->relay == NULL)
    return;

  clients = peer_relay_list_clients (self->relay);
  for (guint i = 0; i < clients->len; i++)
    {
      PeerRelayClient *client = g_ptr_array_index (clients, i);

      if (peer_relay_client_is_connected (client) && !func (peer_server_client_for (client), user_data))
        break;
    }
}

/**
 * peer_server_dup_stats:
 * @self: a server
 *
 * Gets what the server has counted since it was started, each a `t`:
 *
 * - `clients`: the clients now
 * - `connections`: connections that were accepted
 * - `refused`: connections that were refused
 * - `received`: messages that arrived
 * - `relayed`: messages that were sent on
 * - `stored`: messages that had to wait for their destination
 * - `expired`: pairs of a sender and a destination that did not come
 * - `malformed`: messages that could not be understood
 * - `violations`: limits that were crossed
 * - `slow`: clients that were disconnected because they read too slowly
 * - `queued-messages`, `queued-bytes`: what waits for its destination now
 *
 * Returns: (transfer full): an `a{sv}`, empty if the server is not running
 */
GVariant *
peer_server_dup_stats (PeerServer *self)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  const PeerRelayStats *stats;
  PeerMessageStore *store;

  g_return_val_if_fail (PEER_IS_SERVER (self), NULL);

  if (self->relay == NULL)
    return g_variant_ref_sink (g_variant_dict_end (&dict));

  stats = peer_relay_get_stats (self->relay);
  store = peer_relay_get_store (self->relay);
  g_variant_dict_insert (&dict, "clients", "t", (guint64) peer_relay_get_n_clients (self->relay));
  g_variant_dict_insert (&dict, "connections", "t", stats->n_connections);
  g_variant_dict_insert (&dict, "refused", "t", stats->n_refused);
  g_variant_dict_insert (&dict, "received", "t", stats->n_received);
  g_variant_dict_insert (&dict, "relayed", "t", stats->n_relayed);
  g_variant_dict_insert (&dict, "stored", "t", stats->n_stored);
  g_variant_dict_insert (&dict, "expired", "t", stats->n_expired);
  g_variant_dict_insert (&dict, "malformed", "t", stats->n_malformed);
  g_variant_dict_insert (&dict, "violations", "t", stats->n_violations);
  g_variant_dict_insert (&dict, "slow", "t", stats->n_slow);
  g_variant_dict_insert (&dict, "queued-messages", "t", (guint64) peer_message_store_get_n_messages (store));
  g_variant_dict_insert (&dict, "queued-bytes", "t", (guint64) peer_message_store_get_n_bytes (store));

  return g_variant_ref_sink (g_variant_dict_end (&dict));
}
