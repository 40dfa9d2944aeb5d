/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-http-server-private.h"

#include "peer-address-private.h"
#include "peer-timeout-queue-private.h"

/* A connection to our own SoupServer that has not become a WebSocket. */
typedef struct
{
  PeerHttpServer *server;
  GSocket *socket;
  PeerTimeout timeout;
} PeerHttpConnection;

struct _PeerHttpServer
{
  PeerRelay *relay;
  SoupServer *server;
  gboolean is_own;
  char *handler_path;
  PeerHttpServerConfig config;
  GHashTable *upgrades;
  GHashTable *connections;
  PeerTimeoutQueue *timeouts;
};

/* Connections that do nothing */

static void
connection_free (gpointer data)
{
  PeerHttpConnection *connection = data;

  peer_timeout_queue_cancel (connection->server->timeouts, &connection->timeout);
  g_free (connection);
}

static void
socket_gone (gpointer user_data,
             GObject *socket)
{
  PeerHttpServer *self = user_data;

  g_hash_table_remove (self->connections, socket);
}

static void
forget_socket (PeerHttpServer *self,
               GSocket *socket)
{
  if (g_hash_table_remove (self->connections, socket))
    g_object_weak_unref (G_OBJECT (socket), socket_gone, self);
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
      forget_socket (self, socket);
      g_socket_shutdown (socket, TRUE, TRUE, NULL);
    }
}

static void
watch_socket (PeerHttpServer *self,
              GSocket *socket)
{
  PeerHttpConnection *connection = g_hash_table_lookup (self->connections, socket);

  if (connection == NULL)
    {
      connection = g_new0 (PeerHttpConnection, 1);
      connection->server = self;
      connection->socket = socket;
      g_hash_table_insert (self->connections, socket, connection);
      g_object_weak_ref (G_OBJECT (socket), socket_gone, self);
    }

  peer_timeout_queue_arm (self->timeouts, &connection->timeout, connection);
  limit_connections (self);
}

static void
connection_expired (gpointer item,
                    gpointer user_data)
{
  PeerHttpConnection *connection = item;

  g_debug ("Closing a connection that took too long to ask for something");
  g_socket_shutdown (connection->socket, TRUE, TRUE, NULL);
}

static void
request_cb (SoupServer *server,
            SoupServerMessage *message,
            gpointer user_data)
{
  PeerHttpServer *self = user_data;
  GSocket *socket = soup_server_message_get_socket (message);

  if (socket != NULL)
    watch_socket (self, socket);
}

/* Upgrades */

static char *
get_address (PeerHttpServer *self,
             SoupServerMessage *message)
{
  const char *forwarded = NULL;

  if (self->config.proxied)
    forwarded = soup_message_headers_get_list (soup_server_message_get_request_headers (message), "X-Forwarded-For");

  return peer_address_new (soup_server_message_get_remote_host (message), forwarded);
}

/* libsoup prints a warning when it looks for the address of who is gone. */
static gboolean
is_connected (SoupServerMessage *message)
{
  g_autoptr (GSocketAddress) address = g_socket_get_remote_address (soup_server_message_get_socket (message), NULL);

  return address != NULL;
}

static void
upgraded_cb (SoupServerMessage *message,
             gpointer user_data)
{
  PeerHttpServer *self = user_data;
  g_autoptr (SoupServerMessage) kept = g_object_ref (message);
  g_autoptr (PeerRelay) relay = g_object_ref (self->relay);
  g_autoptr (GSocket) socket = NULL;
  const char *query_text = g_uri_get_query (soup_server_message_get_uri (message));
  g_autoptr (GHashTable) query = soup_form_decode (query_text != NULL ? query_text : "");
  g_autofree char *address = NULL;
  g_autoptr (GIOStream) stream = NULL;
  PeerRelayRequest request = {
    .id = g_hash_table_lookup (query, "id"),
    .token = g_hash_table_lookup (query, "token"),
    .key = g_hash_table_lookup (query, "key"),
    .query = query,
    .headers = soup_server_message_get_request_headers (message),
  };

  if (!g_hash_table_remove (self->upgrades, message) || !is_connected (message))
    return;

  address = get_address (self, message);
  socket = g_object_ref (soup_server_message_get_socket (message));
  request.address = address;
  g_signal_handlers_disconnect_by_data (message, self);
  forget_socket (self, socket);
  stream = soup_server_message_steal_connection (message);

  peer_relay_accept (relay, stream, socket, &request);
}

static void
finished_cb (SoupServerMessage *message,
             gpointer user_data)
{
  PeerHttpServer *self = user_data;

  g_hash_table_remove (self->upgrades, message);
}

static gboolean
is_upgrade (SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);

  return soup_message_headers_header_contains (headers, "Connection", "upgrade") &&
         soup_message_headers_get_list (headers, "Upgrade") != NULL;
}

static void
upgrade (PeerHttpServer *self,
         SoupServerMessage *message,
         const char *path)
{
  gsize mount_length = strlen (self->config.mount);
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);

  if (soup_server_message_get_method (message) != SOUP_METHOD_GET)
    {
      peer_http_api_refuse_upgrade (message, SOUP_STATUS_METHOD_NOT_ALLOWED);
      return;
    }

  if (!peer_http_api_check_origin (&self->config.api, soup_message_headers_get_list (headers, "Origin")))
    {
      peer_http_api_refuse_upgrade (message, SOUP_STATUS_FORBIDDEN);
      return;
    }

  if (strncmp (path, self->config.mount, mount_length) != 0 || strcmp (path + mount_length, "/peerjs") != 0 ||
      soup_server_message_get_socket (message) == NULL ||
      !soup_websocket_server_process_handshake (message, NULL, NULL, NULL, NULL))
    {
      peer_http_api_refuse_upgrade (message, SOUP_STATUS_BAD_REQUEST);
      return;
    }

  g_hash_table_add (self->upgrades, message);
  g_signal_connect (message, "wrote-informational", G_CALLBACK (upgraded_cb), self);
  g_signal_connect (message, "finished", G_CALLBACK (finished_cb), self);
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

  if (is_upgrade (message))
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

/* Life */

PeerHttpServer *
peer_http_server_new (GMainContext *context,
                      PeerRelay *relay)
{
  PeerHttpServer *self = g_new0 (PeerHttpServer, 1);

  self->relay = relay;
  self->upgrades = g_hash_table_new (NULL, NULL);
  self->connections = g_hash_table_new_full (NULL, NULL, NULL, connection_free);
  self->timeouts = peer_timeout_queue_new (context, "[libpeerglib] handshake", connection_expired, self);

  return self;
}

void
peer_http_server_free (PeerHttpServer *self)
{
  GHashTableIter iter;
  gpointer object;

  g_hash_table_iter_init (&iter, self->upgrades);
  while (g_hash_table_iter_next (&iter, &object, NULL))
    g_signal_handlers_disconnect_by_data (object, self);
  g_hash_table_iter_init (&iter, self->connections);
  while (g_hash_table_iter_next (&iter, &object, NULL))
    g_object_weak_unref (object, socket_gone, self);
  g_hash_table_remove_all (self->connections);

  if (self->server != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->server, self);
      soup_server_remove_handler (self->server, self->handler_path);
      if (self->is_own)
        soup_server_disconnect (self->server);
    }

  g_clear_object (&self->server);
  g_hash_table_unref (self->upgrades);
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

GUri *
peer_http_server_listen (PeerHttpServer *self,
                         GSocket *socket,
                         GTlsCertificate *certificate,
                         GError **error)
{
  g_autoptr (SoupServer) server = NULL;
  SoupServerListenOptions options = certificate != NULL ? SOUP_SERVER_LISTEN_HTTPS : 0;
  g_autoptr (GSocketAddress) address = NULL;
  g_autofree char *name = NULL;
  g_autofree char *path = NULL;

  server = soup_server_new ("tls-certificate", certificate, NULL);
  if (!soup_server_listen_socket (server, socket, options, error))
    return NULL;
  address = g_socket_get_local_address (socket, error);
  if (address == NULL)
    return NULL;

  self->is_own = TRUE;
  add_handlers (self, server, NULL);
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
  if (self->is_own && certificate != NULL && soup_server_get_tls_certificate (self->server) != NULL)
    soup_server_set_tls_certificate (self->server, certificate);
}

void
peer_http_server_attach (PeerHttpServer *self,
                         SoupServer *server)
{
  add_handlers (self, server, *self->config.mount == '\0' ? NULL : self->config.mount);
}
