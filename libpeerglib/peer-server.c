/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-server.h"

#include "peer-auth-request.h"
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
    case PROP_SIGNALING_PATH:
      g_value_set_string (value, self->signaling_path);
      break;
    case PROP_PORT:
      g_value_set_uint (value, self->port);
      break;
    case PROP_URI:
      g_value_set_string (value, self->uri);
      break;
    case PROP_SOUP_SERVER:
      g_value_set_object (value, peer_server_get_soup_server (self));
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
  else if (prop_id == PROP_SIGNALING_PATH)
    {
      changed = peer_server_set_signaling_path (self, g_value_get_string (value));
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
  g_clear_pointer (&self->signaling_path, g_free);
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

  peer_server_install_signaling_path (peer_server_props);
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
   * [method@Peer.AuthRequest.refuse] and returns %TRUE. One that has to ask
   * elsewhere keeps a reference of the request, returns %TRUE and decides
   * later, within [property@Peer.Server:authenticate-timeout]. A request that
   * nobody decides, or whose last reference is dropped, is refused. Without a
   * handler that returns %TRUE everybody is accepted.
   *
   * Messages that arrive before the decision are held back, as many as
   * [property@Peer.Server:queue-limit] and
   * [property@Peer.Server:max-message-size] allow, and handled after `OPEN`;
   * who sends more is disconnected with code 1008.
   *
   * Returns: %TRUE if the handler decides the request
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
 * peer_server_get_soup_server: (get-property soup-server)
 * @self: a server
 *
 * Gets what the server listens through, or is attached to.
 *
 * Returns: (transfer none) (nullable): the server of libsoup, or %NULL if the
 *   server is not running
 */
SoupServer *
peer_server_get_soup_server (PeerServer *self)
{
  g_return_val_if_fail (PEER_IS_SERVER (self), NULL);

  return self->http == NULL ? NULL : peer_http_server_get_server (self->http);
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
