/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "server-client.h"

PeerServer *
test_server_new (const char *first_property,
                 ...)
{
  g_autoptr (GError) error = NULL;
  PeerServer *server;
  va_list arguments;

  va_start (arguments, first_property);
  server = PEER_SERVER (g_object_new_valist (PEER_TYPE_SERVER, first_property, arguments));
  va_end (arguments);

  peer_server_listen (server, &error);
  g_assert_no_error (error);

  return server;
}

static void
set_true_cb (PeerServer *server,
             gboolean *flag)
{
  *flag = TRUE;
}

void
test_server_end (PeerServer *server)
{
  gboolean is_closed = FALSE;

  if (peer_server_get_uri (server) != NULL)
    {
      g_signal_connect (server, "close", G_CALLBACK (set_true_cb), &is_closed);
      peer_server_stop (server);
      WAIT_UNTIL (is_closed);
    }

  g_assert_finalize_object (server);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static GUri *
resolve_uri (PeerServer *server,
             const char *path)
{
  g_autoptr (GUri) base = g_uri_parse (peer_server_get_uri (server), SOUP_HTTP_URI_FLAGS, NULL);
  g_autofree char *text = g_strdup_printf ("%s://127.0.0.1:%u%s", g_uri_get_scheme (base), peer_server_get_port (server), path);
  g_autoptr (GError) error = NULL;
  GUri *uri = g_uri_parse (text, SOUP_HTTP_URI_FLAGS, &error);

  g_assert_no_error (error);

  return uri;
}

static gboolean
accept_certificate_cb (void)
{
  return TRUE;
}

static void
keep_result_cb (GObject *source,
                GAsyncResult *result,
                gpointer user_data)
{
  GAsyncResult **kept = user_data;

  *kept = g_object_ref (result);
}

TestAnswer *
test_request (PeerServer *server,
              const char *method,
              const char *path,
              const char *header,
              const char *value)
{
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autoptr (GUri) uri = resolve_uri (server, path);
  g_autoptr (SoupMessage) message = soup_message_new_from_uri (method, uri);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GBytes) body = NULL;
  g_autoptr (GError) error = NULL;
  TestAnswer *answer = g_new0 (TestAnswer, 1);

  g_signal_connect (message, "accept-certificate", G_CALLBACK (accept_certificate_cb), NULL);
  if (header != NULL)
    soup_message_headers_replace (soup_message_get_request_headers (message), header, value);
  soup_session_send_and_read_async (session, message, G_PRIORITY_DEFAULT, NULL, keep_result_cb, &result);
  WAIT_UNTIL (result != NULL);
  body = soup_session_send_and_read_finish (session, result, &error);
  g_assert_no_error (error);

  answer->status = soup_message_get_status (message);
  answer->body = g_bytes_get_size (body) == 0 ? g_strdup ("") : g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
  answer->headers = soup_message_headers_ref (soup_message_get_response_headers (message));

  return answer;
}

void
test_answer_free (TestAnswer *answer)
{
  g_free (answer->body);
  soup_message_headers_unref (answer->headers);
  g_free (answer);
}

const char *
test_answer_get (TestAnswer *answer,
                 const char *header)
{
  return soup_message_headers_get_list (answer->headers, header);
}

static void
message_cb (SoupWebsocketConnection *websocket,
            int type,
            GBytes *message,
            TestClient *client)
{
  g_ptr_array_add (client->messages, g_strndup (g_bytes_get_data (message, NULL), g_bytes_get_size (message)));
}

static void
closed_cb (SoupWebsocketConnection *websocket,
           TestClient *client)
{
  client->is_closed = TRUE;
}

static TestClient *
test_client_new_for_uri (GUri *uri)
{
  TestClient *client = g_new0 (TestClient, 1);
  g_autoptr (SoupMessage) message = soup_message_new_from_uri ("GET", uri);
  g_autoptr (GAsyncResult) result = NULL;

  client->session = soup_session_new ();
  client->messages = g_ptr_array_new_with_free_func (g_free);
  g_signal_connect (message, "accept-certificate", G_CALLBACK (accept_certificate_cb), NULL);
  soup_session_websocket_connect_async (client->session, message, NULL, NULL, G_PRIORITY_DEFAULT, NULL, keep_result_cb, &result);
  WAIT_UNTIL (result != NULL);

  client->websocket = soup_session_websocket_connect_finish (client->session, result, NULL);
  client->status = soup_message_get_status (message);
  if (client->websocket != NULL)
    {
      soup_websocket_connection_set_max_incoming_payload_size (client->websocket, 0);
      g_signal_connect (client->websocket, "message", G_CALLBACK (message_cb), client);
      g_signal_connect (client->websocket, "closed", G_CALLBACK (closed_cb), client);
    }

  return client;
}

TestClient *
test_client_new (PeerServer *server,
                 const char *path_and_query)
{
  g_autoptr (GUri) uri = resolve_uri (server, path_and_query);

  return test_client_new_for_uri (uri);
}

TestClient *
test_client_new_for_port (guint port,
                          const char *path_and_query)
{
  g_autofree char *text = g_strdup_printf ("http://127.0.0.1:%u%s", port, path_and_query);
  g_autoptr (GUri) uri = g_uri_parse (text, SOUP_HTTP_URI_FLAGS, NULL);

  return test_client_new_for_uri (uri);
}

TestClient *
test_client_open (PeerServer *server,
                  const char *id,
                  const char *token)
{
  g_autofree char *path = g_strdup_printf ("/peerjs?key=peerjs&id=%s&token=%s", id, token);
  TestClient *client = test_client_new (server, path);

  g_assert_nonnull (client->websocket);
  assert_next (client, "{\"type\":\"OPEN\"}");

  return client;
}

void
test_client_free (TestClient *client)
{
  if (client->websocket != NULL)
    {
      if (soup_websocket_connection_get_state (client->websocket) == SOUP_WEBSOCKET_STATE_OPEN)
        soup_websocket_connection_close (client->websocket, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
      WAIT_UNTIL (client->is_closed);
      g_signal_handlers_disconnect_by_data (client->websocket, client);
    }
  g_clear_object (&client->websocket);
  g_clear_object (&client->session);
  g_ptr_array_unref (client->messages);
  g_free (client);
}

void
test_client_send (TestClient *client,
                  const char *text)
{
  soup_websocket_connection_send_text (client->websocket, text);
}

const char *
test_client_read (TestClient *client)
{
  WAIT_UNTIL (client->is_closed || client->messages->len > client->n_read);

  return client->messages->len > client->n_read ? g_ptr_array_index (client->messages, client->n_read++) : NULL;
}

guint
test_client_read_close (TestClient *client)
{
  WAIT_UNTIL (client->is_closed);
  g_assert_cmpuint (client->messages->len, ==, client->n_read);

  return soup_websocket_connection_get_close_code (client->websocket);
}
