/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-test-server.h"

#include "libpeerglib/protocol/peer-envelope-private.h"
#include "libpeerglib/protocol/peer-json-private.h"

typedef struct
{
  PeerTestServer *server;
  char *id;
  char *token;
  SoupWebsocketConnection *connection;
  GSocket *socket;
} Client;

static void
client_free (Client *client)
{
  g_signal_handlers_disconnect_by_data (client->connection, client);
  g_object_unref (client->connection);
  g_object_unref (client->socket);
  g_free (client->id);
  g_free (client->token);
  g_free (client);
}

static void
waiting_free (PeerTestWaiting *waiting)
{
  g_free (waiting->dst);
  g_bytes_unref (waiting->message);
  g_free (waiting);
}

static Client *
find_client (PeerTestServer *self,
             const char *id)
{
  for (guint i = 0; i < self->clients->len; i++)
    {
      Client *client = g_ptr_array_index (self->clients, i);

      if (g_str_equal (client->id, id))
        return client;
    }

  return NULL;
}

static void
send_bytes (Client *client,
            GBytes *message)
{
  if (soup_websocket_connection_get_state (client->connection) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_send_message (client->connection, SOUP_WEBSOCKET_DATA_TEXT, message);
}

void
peer_test_server_release (PeerTestServer *self)
{
  for (guint i = 0; i < self->waiting->len;)
    {
      PeerTestWaiting *waiting = g_ptr_array_index (self->waiting, i);
      Client *client = find_client (self, waiting->dst);

      if (client == NULL)
        {
          i++;
          continue;
        }

      send_bytes (client, waiting->message);
      g_ptr_array_remove_index (self->waiting, i);
    }
}

static void
message_cb (SoupWebsocketConnection *connection,
            int type,
            GBytes *message,
            Client *client)
{
  PeerTestServer *self = client->server;
  g_auto (PeerEnvelope) envelope = { 0 };
  gsize length;
  const char *text = g_bytes_get_data (message, &length);
  PeerTestWaiting *waiting;

  g_ptr_array_add (self->messages, g_strndup (text, length));
  g_assert_true (peer_envelope_parse (&envelope, text, length, PEER_JSON_MAX_DEPTH, NULL));
  if (envelope.dst == NULL)
    return;

  waiting = g_new (PeerTestWaiting, 1);
  waiting->dst = g_strdup (envelope.dst);
  waiting->message = peer_envelope_build (envelope.type_name, client->id, envelope.dst,
                                          envelope.payload, envelope.payload_length);
  g_ptr_array_add (self->waiting, waiting);
  if (!self->holds)
    peer_test_server_release (self);
}

static void
closed_cb (SoupWebsocketConnection *connection,
           Client *client)
{
  g_ptr_array_remove (client->server->clients, client);
}

static char *
query_value (GUri *uri,
             const char *name)
{
  g_autoptr (GHashTable) query = soup_form_decode (g_uri_get_query (uri) != NULL ? g_uri_get_query (uri) : "");

  return g_strdup (g_hash_table_lookup (query, name));
}

static void
websocket_cb (SoupServer *soup,
              SoupServerMessage *message,
              const char *path,
              SoupWebsocketConnection *connection,
              gpointer user_data)
{
  PeerTestServer *self = user_data;
  g_autofree char *id = query_value (soup_server_message_get_uri (message), "id");
  g_autofree char *token = query_value (soup_server_message_get_uri (message), "token");
  Client *existing = find_client (self, id);
  Client *client;

  self->n_websockets++;
  if (existing != NULL && !g_str_equal (existing->token, token))
    {
      soup_websocket_connection_send_text (connection, "{\"type\":\"ID-TAKEN\",\"payload\":{\"msg\":\"ID is taken\"}}");
      soup_websocket_connection_close (connection, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
      g_signal_connect (g_object_ref (connection), "closed", G_CALLBACK (g_object_unref), NULL);
      return;
    }

  client = g_new0 (Client, 1);
  client->server = self;
  client->id = g_steal_pointer (&id);
  client->token = g_steal_pointer (&token);
  client->connection = g_object_ref (connection);
  client->socket = g_object_ref (soup_server_message_get_socket (message));
  g_signal_connect (connection, "message", G_CALLBACK (message_cb), client);
  g_signal_connect (connection, "closed", G_CALLBACK (closed_cb), client);
  if (existing != NULL)
    g_ptr_array_remove (self->clients, existing);
  g_ptr_array_add (self->clients, client);

  if (self->greeting != NULL)
    soup_websocket_connection_send_text (connection, self->greeting);
  if (!self->holds)
    peer_test_server_release (self);
}

static void
request_cb (SoupServer *soup,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer user_data)
{
  PeerTestServer *self = user_data;
  GUri *uri = soup_server_message_get_uri (message);
  const char *raw_path = g_uri_get_path (uri);
  g_autofree char *filler = NULL;
  const char *body;

  g_ptr_array_add (self->requests, g_strconcat (raw_path, "?", g_uri_get_query (uri), NULL));
  if (self->is_silent)
    {
      soup_server_message_pause (message);
      return;
    }

  if (g_str_has_suffix (raw_path, "/peerjs"))
    {
      if (self->websocket_status != 0)
        soup_server_message_set_status (message, self->websocket_status, NULL);
      return;
    }

  body = g_str_has_suffix (raw_path, "/id") ? self->id : self->peers;
  if (self->body_size > 0)
    body = filler = g_strnfill (self->body_size, 'x');
  soup_server_message_set_status (message, self->status, NULL);
  soup_server_message_set_response (message, "text/plain", SOUP_MEMORY_COPY, body, strlen (body));
}

void
peer_test_server_start (PeerTestServer *self)
{
  g_autoptr (GError) error = NULL;
  g_autoslist (GUri) uris = NULL;
  SoupServerListenOptions options = SOUP_SERVER_LISTEN_IPV4_ONLY;

  g_assert_null (self->soup);

  self->soup = soup_server_new ("tls-certificate", self->certificate, NULL);
  soup_server_add_handler (self->soup, NULL, request_cb, self, NULL);
  soup_server_add_websocket_handler (self->soup, NULL, NULL, NULL, websocket_cb, self, NULL);
  if (self->certificate != NULL)
    options |= SOUP_SERVER_LISTEN_HTTPS;
  soup_server_listen_local (self->soup, self->port, options, &error);
  g_assert_no_error (error);

  uris = soup_server_get_uris (self->soup);
  self->port = (guint) g_uri_get_port (uris->data);
  g_free (self->uri);
  self->uri = g_uri_to_string (uris->data);
}

void
peer_test_server_stop (PeerTestServer *self)
{
  peer_test_server_close_clients (self, 0);
  soup_server_disconnect (self->soup);
  g_clear_object (&self->soup);
}

static PeerTestServer *
server_new (GTlsCertificate *certificate)
{
  PeerTestServer *self = g_new0 (PeerTestServer, 1);

  self->certificate = certificate;
  self->id = "from-the-server";
  self->peers = "[]";
  self->status = SOUP_STATUS_OK;
  self->greeting = "{\"type\":\"OPEN\"}";
  self->requests = g_ptr_array_new_with_free_func (g_free);
  self->messages = g_ptr_array_new_with_free_func (g_free);
  self->clients = g_ptr_array_new_with_free_func ((GDestroyNotify) client_free);
  self->waiting = g_ptr_array_new_with_free_func ((GDestroyNotify) waiting_free);
  peer_test_server_start (self);

  return self;
}

PeerTestServer *
peer_test_server_new (void)
{
  return server_new (NULL);
}

PeerTestServer *
peer_test_server_new_tls (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "unit", "peer-test-certificate.pem", NULL);
  g_autoptr (GError) error = NULL;
  GTlsCertificate *certificate = g_tls_certificate_new_from_file (path, &error);

  g_assert_no_error (error);

  return server_new (certificate);
}

GTlsDatabase *
peer_test_server_get_tls_database (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "unit", "peer-test-certificate.pem", NULL);
  g_autoptr (GError) error = NULL;
  GTlsDatabase *database = g_tls_file_database_new (path, &error);

  g_assert_no_error (error);

  return database;
}

void
peer_test_server_free (PeerTestServer *self)
{
  if (self->soup != NULL)
    peer_test_server_stop (self);
  g_clear_object (&self->certificate);
  g_free (self->uri);
  g_ptr_array_unref (self->requests);
  g_ptr_array_unref (self->messages);
  g_ptr_array_unref (self->clients);
  g_ptr_array_unref (self->waiting);
  g_free (self);
}

gboolean
peer_test_server_has_client (PeerTestServer *self,
                             const char *id)
{
  return find_client (self, id) != NULL;
}

void
peer_test_server_send (PeerTestServer *self,
                       const char *id,
                       const char *text)
{
  Client *client = find_client (self, id);

  g_assert_nonnull (client);
  soup_websocket_connection_send_text (client->connection, text);
}

void
peer_test_server_send_message (PeerTestServer *self,
                               const char *type,
                               const char *src,
                               const char *dst,
                               const char *payload)
{
  Client *client = find_client (self, dst);
  g_autoptr (GBytes) message = peer_envelope_build (type, src, dst, payload, payload != NULL ? strlen (payload) : 0);

  g_assert_nonnull (client);
  send_bytes (client, message);
}

void
peer_test_server_close_clients (PeerTestServer *self,
                                gushort code)
{
  if (code != 0)
    {
      for (guint i = 0; i < self->clients->len; i++)
        soup_websocket_connection_close (((Client *) g_ptr_array_index (self->clients, i))->connection, code, "Bye");
      return;
    }

  for (guint i = 0; i < self->clients->len; i++)
    g_socket_shutdown (((Client *) g_ptr_array_index (self->clients, i))->socket, TRUE, TRUE, NULL);
  g_ptr_array_set_size (self->clients, 0);
}

const char *
peer_test_server_get_last (PeerTestServer *self,
                           const char *type)
{
  g_autofree char *member = g_strdup_printf ("\"type\":\"%s\"", type);

  for (guint i = self->messages->len; i > 0; i--)
    {
      const char *message = g_ptr_array_index (self->messages, i - 1);

      if (strstr (message, member) != NULL)
        return message;
    }

  return NULL;
}

guint
peer_test_server_count (PeerTestServer *self,
                        const char *type)
{
  g_autofree char *member = g_strdup_printf ("\"type\":\"%s\"", type);
  guint count = 0;

  for (guint i = 0; i < self->messages->len; i++)
    if (strstr (g_ptr_array_index (self->messages, i), member) != NULL)
      count++;

  return count;
}

static gboolean
stranger_readable_cb (GObject *input,
                      gpointer user_data)
{
  GIOStream *stream = user_data;
  const char *answer = g_object_get_data (G_OBJECT (stream), "answer");
  char buffer[4096];

  g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (input), buffer, sizeof buffer, NULL, NULL);
  g_output_stream_write_all (g_io_stream_get_output_stream (stream), answer, strlen (answer), NULL, NULL, NULL);
  g_io_stream_close (stream, NULL, NULL);

  return G_SOURCE_REMOVE;
}

static gboolean
stranger_incoming_cb (GSocketService *service,
                      GSocketConnection *connection,
                      GObject *source,
                      gpointer user_data)
{
  GInputStream *input = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  g_autoptr (GSource) readable = NULL;

  if (user_data == NULL)
    {
      g_object_set_data_full (G_OBJECT (service), "connection", g_object_ref (connection), g_object_unref);
      return TRUE;
    }

  g_object_set_data (G_OBJECT (connection), "answer", user_data);
  readable = g_pollable_input_stream_create_source (G_POLLABLE_INPUT_STREAM (input), NULL);
  g_source_set_callback (readable, G_SOURCE_FUNC (stranger_readable_cb), g_object_ref (connection), g_object_unref);
  g_source_attach (readable, g_main_context_get_thread_default ());

  return TRUE;
}

GSocketService *
peer_test_stranger_new (const char *answer,
                        guint *port)
{
  GSocketService *service = g_socket_service_new ();
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) effective = NULL;
  g_autoptr (GError) error = NULL;

  g_socket_listener_add_address (G_SOCKET_LISTENER (service), address, G_SOCKET_TYPE_STREAM,
                                 G_SOCKET_PROTOCOL_TCP, NULL, &effective, &error);
  g_assert_no_error (error);
  *port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (effective));
  g_signal_connect (service, "incoming", G_CALLBACK (stranger_incoming_cb), (gpointer) answer);

  return service;
}
