/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-http-server-private.h"

#include "peer-address-private.h"
#include "peer-http-listener-private.h"
#include "peer-timeout-queue-private.h"
#include "peer-upgrades-private.h"

/* A connection that was left to our own SoupServer, known by its address. */
typedef struct
{
  PeerHttpServer *server;
  GSocket *socket;
  GSocketAddress *address;
  SoupServerMessage *message; /* nullable: its last request */
  PeerTimeout timeout;
} PeerHttpConnection;

struct _PeerHttpServer
{
  PeerRelay *relay;
  SoupServer *server;
  PeerHttpListener *listener; /* nullable: then the SoupServer is somebody else's */
  char *handler_path;
  PeerHttpServerConfig config;
  PeerUpgrades *upgrades;
  GHashTable *connections;
  PeerTimeoutQueue *timeouts;
};

static void
connection_free (gpointer data)
{
  PeerHttpConnection *connection = data;

  peer_timeout_queue_cancel (connection->server->timeouts, &connection->timeout);
  if (connection->message != NULL)
    g_signal_handlers_disconnect_by_data (connection->message, connection);
  g_clear_weak_pointer (&connection->message);
  g_object_unref (connection->address);
  g_free (connection);
}

static void
socket_gone (gpointer user_data,
             GObject *socket)
{
  PeerHttpConnection *connection = user_data;

  g_hash_table_remove (connection->server->connections, connection->address);
}

static void
forget_connection (PeerHttpServer *self,
                   PeerHttpConnection *connection)
{
  g_object_weak_unref (G_OBJECT (connection->socket), socket_gone, connection);
  g_hash_table_remove (self->connections, connection->address);
}

/* Those that only wait make room for those that come. */
static void
limit_connections (PeerHttpServer *self)
{
  guint limit = self->config.handshake_limit;

  while (limit > 0 && g_hash_table_size (self->connections) > limit)
    {
      PeerHttpConnection *oldest = peer_timeout_queue_get_oldest (self->timeouts);
      g_autoptr (GSocket) socket = g_object_ref (oldest->socket);

      g_debug ("Closing the oldest of too many connections that ask for nothing");
      forget_connection (self, oldest);
      g_socket_shutdown (socket, TRUE, TRUE, NULL);
    }
}

static void
add_connection (PeerHttpServer *self,
                GSocket *socket,
                GSocketAddress *address)
{
  PeerHttpConnection *connection = g_new0 (PeerHttpConnection, 1);

  connection->server = self;
  connection->socket = socket;
  connection->address = g_object_ref (address);
  g_hash_table_insert (self->connections, address, connection);
  peer_upgrades_set_socket (address, socket);
  g_object_weak_ref (G_OBJECT (socket), socket_gone, connection);
  peer_timeout_queue_arm (self->timeouts, &connection->timeout, connection);
  limit_connections (self);
}

/* NULL for one of somebody else's SoupServer. */
static PeerHttpConnection *
find_connection (PeerHttpServer *self,
                 SoupServerMessage *message)
{
  GSocketAddress *address = soup_server_message_get_remote_address (message);

  return address == NULL ? NULL : g_hash_table_lookup (self->connections, address);
}

static void
connection_expired (gpointer item,
                    gpointer user_data)
{
  PeerHttpConnection *connection = item;

  g_debug ("Closing a connection that took too long to ask for something");
  g_socket_shutdown (connection->socket, TRUE, TRUE, NULL);
}

/* Whoever has taken it, as for a WebSocket, keeps it as long as he likes. */
static void
disconnected_cb (SoupServerMessage *message,
                 gpointer user_data)
{
  PeerHttpConnection *connection = user_data;

  forget_connection (connection->server, connection);
}

static void
watch_request (PeerHttpConnection *connection,
               SoupServerMessage *message)
{
  if (connection->message == message)
    return;

  if (connection->message != NULL)
    g_signal_handlers_disconnect_by_data (connection->message, connection);
  g_set_weak_pointer (&connection->message, message);
  g_signal_connect (message, "disconnected", G_CALLBACK (disconnected_cb), connection);
}

static void
request_cb (SoupServer *server,
            SoupServerMessage *message,
            gpointer user_data)
{
  PeerHttpServer *self = user_data;
  PeerHttpConnection *connection = find_connection (self, message);

  if (connection == NULL)
    return;

  peer_timeout_queue_arm (self->timeouts, &connection->timeout, connection);
  watch_request (connection, message);
}

static char *
get_address (PeerHttpServer *self,
             const char *host,
             SoupMessageHeaders *headers)
{
  const char *forwarded = NULL;

  if (self->config.proxied)
    forwarded = soup_message_headers_get_list (headers, "X-Forwarded-For");

  return peer_address_new (host, forwarded);
}

/* 0 when somebody may have a WebSocket there, otherwise the status to refuse
 * it with. */
static guint
check_upgrade (PeerHttpServer *self,
               const char *path,
               SoupMessageHeaders *headers)
{
  gsize mount_length = strlen (self->config.mount);

  if (!peer_http_api_check_origin (&self->config.api, soup_message_headers_get_list (headers, "Origin")))
    return SOUP_STATUS_FORBIDDEN;
  if (strncmp (path, self->config.mount, mount_length) != 0 || strcmp (path + mount_length, "/peerjs") != 0)
    return SOUP_STATUS_BAD_REQUEST;

  return 0;
}

/* Gives the relay a connection whose handshake is over. */
static void
accept_stream (PeerHttpServer *self,
               PeerPollStream *stream,
               const char *query_text,
               const char *host,
               SoupMessageHeaders *headers)
{
  g_autoptr (PeerRelay) relay = g_object_ref (self->relay);
  g_autoptr (GHashTable) query = soup_form_decode (query_text != NULL ? query_text : "");
  g_autofree char *address = get_address (self, host, headers);
  PeerRelayRequest request = {
    .id = g_hash_table_lookup (query, "id"),
    .token = g_hash_table_lookup (query, "token"),
    .key = g_hash_table_lookup (query, "key"),
    .address = address,
    .query = query,
    .headers = headers,
  };

  peer_relay_accept (relay, stream, &request);
}

static void
upgraded (PeerPollStream *stream,
          SoupServerMessage *message,
          gpointer user_data)
{
  PeerHttpServer *self = user_data;

  accept_stream (self, stream, g_uri_get_query (soup_server_message_get_uri (message)),
                 soup_server_message_get_remote_host (message), soup_server_message_get_request_headers (message));
}

static void
upgrade (PeerHttpServer *self,
         SoupServerMessage *message,
         const char *path)
{
  guint status = check_upgrade (self, path, soup_server_message_get_request_headers (message));

  if (soup_server_message_get_method (message) != SOUP_METHOD_GET)
    status = SOUP_STATUS_METHOD_NOT_ALLOWED;
  else if (status == 0)
    status = peer_upgrades_begin (self->upgrades, message);
  if (status != 0)
    peer_http_api_refuse_upgrade (message, status);
}

static void
early_cb (SoupServer *server,
          SoupServerMessage *message,
          const char *path,
          GHashTable *query,
          gpointer user_data)
{
  PeerHttpServer *self = user_data;

  /* No route reads one. */
  soup_message_body_set_accumulate (soup_server_message_get_request_body (message), FALSE);

  if (peer_upgrades_is_asked_for (message))
    upgrade (self, message, path);
}

static void
handler_cb (SoupServer *server,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer user_data)
{
  PeerHttpServer *self = user_data;

  peer_http_api_handle (&self->config.api, message, path);
}

static gboolean
listener_admits (PeerHandshake *handshake,
                 const char *remote_host,
                 gpointer user_data)
{
  /* Whom it refuses is left to libsoup and refused there. */
  return check_upgrade (user_data, handshake->path, handshake->headers) == 0;
}

static void
listener_upgraded (PeerPollStream *stream,
                   PeerHandshake *handshake,
                   const char *remote_host,
                   gpointer user_data)
{
  accept_stream (user_data, stream, handshake->query, remote_host, handshake->headers);
}

static void
listener_connected (GIOStream *stream,
                    GSocket *socket,
                    GSocketAddress *remote_address,
                    gpointer user_data)
{
  PeerHttpServer *self = user_data;
  g_autoptr (SoupServer) server = g_object_ref (self->server);
  g_autoptr (GSocketAddress) local_address = g_socket_get_local_address (socket, NULL);

  if (local_address == NULL)
    return;

  add_connection (self, socket, remote_address);
  soup_server_accept_iostream (server, stream, local_address, remote_address, NULL);
}

static void
listener_cut_off (gpointer user_data)
{
  PeerHttpServer *self = user_data;

  peer_relay_count_handshake (self->relay);
}

static const PeerHttpListenerFuncs listener_funcs = {
  .admits = listener_admits,
  .upgraded = listener_upgraded,
  .connected = listener_connected,
  .cut_off = listener_cut_off,
};

PeerHttpServer *
peer_http_server_new (GMainContext *context,
                      PeerRelay *relay)
{
  PeerHttpServer *self = g_new0 (PeerHttpServer, 1);

  self->relay = relay;
  self->upgrades = peer_upgrades_new (peer_relay_get_hub (relay), upgraded, self);
  self->connections = g_hash_table_new_full (NULL, NULL, NULL, connection_free);
  self->timeouts = peer_timeout_queue_new (context, "[libpeerglib] handshake", connection_expired, self);

  return self;
}

void
peer_http_server_free (PeerHttpServer *self)
{
  gboolean is_own = self->listener != NULL;
  GHashTableIter iter;
  gpointer object;

  g_clear_pointer (&self->listener, peer_http_listener_free);
  g_hash_table_iter_init (&iter, self->connections);
  while (g_hash_table_iter_next (&iter, NULL, &object))
    g_object_weak_unref (G_OBJECT (((PeerHttpConnection *) object)->socket), socket_gone, object);
  g_hash_table_remove_all (self->connections);

  if (self->server != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->server, self);
      soup_server_remove_handler (self->server, self->handler_path);
      if (is_own)
        soup_server_disconnect (self->server);
    }

  g_clear_object (&self->server);
  peer_upgrades_free (self->upgrades);
  g_hash_table_unref (self->connections);
  peer_timeout_queue_free (self->timeouts);
  g_free (self->handler_path);
  g_free (self->config.mount);
  g_free (self);
}

PeerHttpServerConfig *
peer_http_server_get_config (PeerHttpServer *self)
{
  return &self->config;
}

SoupServer *
peer_http_server_get_server (PeerHttpServer *self)
{
  return self->server;
}

static void
add_handlers (PeerHttpServer *self,
              SoupServer *server,
              const char *path)
{
  self->server = g_object_ref (server);
  self->handler_path = g_strdup (path);
  soup_server_add_early_handler (server, path, early_cb, self, NULL);
  soup_server_add_handler (server, path, handler_cb, self, NULL);
}

/* SoupServer keeps a connection alive only as long as it listens. It thinks
 * that it does, on a context that nobody runs. */
static SoupServer *
make_own_server (GSocket *socket,
                 GError **error)
{
  g_autoptr (SoupServer) server = soup_server_new (NULL, NULL);
  g_autoptr (GMainContext) context = g_main_context_new ();
  gboolean listens;

  g_main_context_push_thread_default (context);
  listens = soup_server_listen_socket (server, socket, 0, error);
  g_main_context_pop_thread_default (context);

  return listens ? g_steal_pointer (&server) : NULL;
}

GUri *
peer_http_server_listen (PeerHttpServer *self,
                         GSocket *socket,
                         GTlsCertificate *certificate,
                         GError **error)
{
  g_autoptr (SoupServer) server = NULL;
  g_autoptr (GSocketAddress) address = NULL;
  g_autofree char *name = NULL;
  g_autofree char *path = NULL;

  server = make_own_server (socket, error);
  if (server == NULL)
    return NULL;
  address = g_socket_get_local_address (socket, error);
  if (address == NULL)
    return NULL;

  add_handlers (self, server, NULL);
  self->listener = peer_http_listener_new (peer_relay_get_hub (self->relay), socket, certificate, &listener_funcs, self);
  peer_http_listener_set_limits (self->listener, self->config.handshake_timeout, self->config.handshake_limit);
  peer_timeout_queue_set_interval (self->timeouts, self->config.handshake_timeout);
  g_signal_connect (server, "request-started", G_CALLBACK (request_cb), self);
  g_signal_connect (server, "request-finished", G_CALLBACK (request_cb), self);

  name = g_inet_address_to_string (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
  path = g_strconcat (self->config.mount, "/", NULL);

  return g_uri_build (G_URI_FLAGS_NONE, certificate != NULL ? "https" : "http", NULL, name,
                      g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)), path, NULL, NULL);
}

void
peer_http_server_set_certificate (PeerHttpServer *self,
                                  GTlsCertificate *certificate)
{
  if (self->listener != NULL && certificate != NULL)
    peer_http_listener_set_certificate (self->listener, certificate);
}

void
peer_http_server_attach (PeerHttpServer *self,
                         SoupServer *server)
{
  add_handlers (self, server, *self->config.mount == '\0' ? NULL : self->config.mount);
}
