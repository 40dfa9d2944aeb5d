/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "libpeerglib/transport/peer-certificate-private.h"
#include "server-client.h"

#define OFFER(dst, payload) "{\"type\":\"OFFER\",\"dst\":\"" dst "\",\"payload\":" payload "}"
#define RELAYED(src, dst, payload) "{\"type\":\"OFFER\",\"src\":\"" src "\",\"dst\":\"" dst "\",\"payload\":" payload "}"

static void
count_cb (GObject *object,
          guint *count)
{
  (*count)++;
}

static void
note_uri_cb (PeerServer *server,
             const char *uri,
             char **noted)
{
  *noted = g_strdup (uri);
}

static void
count_notify_cb (GObject *object,
                 GParamSpec *pspec,
                 guint *count)
{
  (*count)++;
}

static void
test_listen (void)
{
  g_autoptr (PeerServer) server = peer_server_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *uri = NULL;
  guint n_ports = 0;

  g_test_summary ("A free port is found and told; what is taken or makes no sense is an error");

  g_signal_connect (server, "open", G_CALLBACK (note_uri_cb), &uri);
  g_signal_connect (server, "notify::port", G_CALLBACK (count_notify_cb), &n_ports);
  g_assert_true (peer_server_listen (server, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (n_ports, ==, 1);
  g_assert_cmpuint (peer_server_get_port (server), !=, 0);
  g_assert_cmpstr (uri, ==, peer_server_get_uri (server));

  g_assert_false (peer_server_listen (server, &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_SERVER_ERROR);
  g_clear_error (&error);

  {
    g_autoptr (PeerServer) second = g_object_new (PEER_TYPE_SERVER, "port", peer_server_get_port (server), NULL);

    g_assert_false (peer_server_listen (second, &error));
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
    g_clear_error (&error);

    g_object_set (second, "port", 0, "path", "relative", NULL);
    g_assert_false (peer_server_listen (second, &error));
    g_assert_error (error, PEER_ERROR, PEER_ERROR_SERVER_ERROR);
    g_clear_error (&error);

    g_object_set (second, "host", "localhost", "path", "/", NULL);
    g_assert_true (peer_server_listen (second, &error));
    g_assert_no_error (error);
  }

  test_server_end (g_steal_pointer (&server));
}

static void
test_stop_and_start (void)
{
  PeerServer *server = test_server_new (NULL, NULL);
  guint n_closed = 0;
  TestClient *client;

  g_test_summary ("A server can be stopped and started again, at the same port");

  g_signal_connect (server, "close", G_CALLBACK (count_cb), &n_closed);
  for (guint i = 1; i <= 3; i++)
    {
      client = test_client_open (server, "alice", "t");
      peer_server_stop (server);
      peer_server_stop (server);
      g_assert_cmpuint (peer_server_get_n_clients (server), ==, 0);
      g_assert_cmpuint (test_client_read_close (client), ==, SOUP_WEBSOCKET_CLOSE_GOING_AWAY);
      test_client_free (client);
      if (i < 3)
        WAIT_UNTIL (n_closed == i);
      g_assert_true (peer_server_listen (server, NULL));
      g_assert_cmpuint (n_closed, ==, i);
    }

  test_server_end (server);
}

static void
test_drop (void)
{
  PeerServer *server = test_server_new (NULL, NULL);
  TestClient *client = test_client_open (server, "alice", "t");
  guint n_emitted = 0;

  g_test_summary ("A server that is dropped disconnects its clients and emits nothing");

  g_signal_connect (server, "disconnect", G_CALLBACK (count_cb), &n_emitted);
  g_signal_connect (server, "close", G_CALLBACK (count_cb), &n_emitted);
  g_assert_finalize_object (server);
  g_assert_cmpuint (test_client_read_close (client), ==, SOUP_WEBSOCKET_CLOSE_GOING_AWAY);
  g_assert_cmpuint (n_emitted, ==, 0);

  test_client_free (client);
}

static void
stop_cb (PeerServer *server)
{
  peer_server_stop (server);
}

static void
stop_on_authenticate_cb (PeerServer *server,
                         PeerAuthRequest *request)
{
  peer_server_stop (server);
}

static void
test_stop_in_handlers (void)
{
  static const char *const signals[] = { "connection", "disconnect", "message", "authenticate", "error", "notify::n-clients" };

  g_test_summary ("The server can be stopped by every handler");

  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      PeerServer *server = test_server_new ("max-message-size", 1000, NULL);
      TestClient *first = test_client_open (server, "first", "t");
      TestClient *second = NULL;
      g_autofree char *big = g_strnfill (2000, 'x');

      g_signal_connect (server, signals[i],
                        g_str_equal (signals[i], "authenticate") ? G_CALLBACK (stop_on_authenticate_cb) : G_CALLBACK (stop_cb), NULL);
      if (g_str_equal (signals[i], "connection") || g_str_equal (signals[i], "authenticate"))
        second = test_client_new (server, "/peerjs?key=peerjs&id=second&token=t");
      else if (g_str_equal (signals[i], "error"))
        test_client_send (first, big);
      else
        test_client_send (first, OFFER ("first", "1"));
      if (g_str_equal (signals[i], "disconnect") || g_str_equal (signals[i], "notify::n-clients"))
        soup_websocket_connection_close (first->websocket, 1000, NULL);

      WAIT_UNTIL (peer_server_get_uri (server) == NULL);
      test_client_free (first);
      g_clear_pointer (&second, test_client_free);
      test_server_end (server);
    }
}

static void
drop_cb (PeerServer *server,
         PeerServerClient *client,
         PeerServer **dropped)
{
  g_clear_object (dropped);
}

static void
test_drop_in_handler (void)
{
  PeerServer *server = test_server_new (NULL, NULL);
  TestClient *client;

  g_test_summary ("The last reference may be dropped by a handler");

  g_object_add_weak_pointer (G_OBJECT (server), (gpointer *) &server);
  g_signal_connect (server, "connection", G_CALLBACK (drop_cb), &server);
  client = test_client_new (server, "/peerjs?key=peerjs&id=a&token=t");
  WAIT_UNTIL (client->is_closed);
  g_assert_null (server);

  test_client_free (client);
}

static void
kick_cb (PeerServer *server,
         PeerServerClient *client)
{
  peer_server_client_kick (client, NULL);
}

static void
test_kick_in_handler (void)
{
  PeerServer *server = test_server_new (NULL, NULL);
  g_autoptr (TestClient) client = NULL;

  g_test_summary ("A client may be sent away as soon as it comes");

  g_signal_connect (server, "connection", G_CALLBACK (kick_cb), NULL);
  client = test_client_open (server, "a", "t");
  g_assert_cmpuint (test_client_read_close (client), ==, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION);

  g_clear_pointer (&client, test_client_free);
  test_server_end (server);
}

static void
hello_cb (SoupServer *http,
          SoupServerMessage *message,
          const char *path,
          GHashTable *query,
          gpointer user_data)
{
  soup_server_message_set_status (message, 200, NULL);
  soup_server_message_set_response (message, "text/plain", SOUP_MEMORY_STATIC, "hello", 5);
}

static void
test_attach (void)
{
  g_autoptr (SoupServer) http = soup_server_new (NULL, NULL);
  PeerServer *server = g_object_new (PEER_TYPE_SERVER, "path", "/peers", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TestAnswer) answer = NULL;
  TestClient *client;
  GSList *uris;
  guint port;

  g_test_summary ("The server is a part of another one, below a path");

  soup_server_listen_local (http, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  soup_server_add_handler (http, "/hello", hello_cb, NULL, NULL);
  uris = soup_server_get_uris (http);
  port = g_uri_get_port (uris->data);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);

  g_assert_true (peer_server_attach (server, http, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (peer_server_get_port (server), ==, port);
  g_assert_true (g_str_has_suffix (peer_server_get_uri (server), "/peers"));

  client = test_client_new (server, "/peers/peerjs?key=peerjs&id=a&token=t");
  assert_next (client, "{\"type\":\"OPEN\"}");
  answer = test_request (server, "GET", "/hello", NULL, NULL);
  g_assert_cmpstr (answer->body, ==, "hello");
  g_clear_pointer (&answer, test_answer_free);
  answer = test_request (server, "GET", "/peers/peerjs/id", NULL, NULL);
  g_assert_true (g_uuid_string_is_valid (answer->body));
  test_client_free (client);

  test_server_end (server);
  g_assert_finalize_object (g_steal_pointer (&http));
}

static void
test_tls (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) pem = peer_certificate_new (&error);
  g_autoptr (GTlsCertificate) certificate = g_tls_certificate_new_from_pem (g_bytes_get_data (pem, NULL), g_bytes_get_size (pem), &error);
  g_autoptr (TestAnswer) answer = NULL;
  g_autofree char *filler = g_strnfill (300 * 1000, 'x');
  g_autofree char *large = g_strdup_printf ("{\"type\":\"OFFER\",\"dst\":\"bob\",\"payload\":\"%s\"}", filler);
  PeerServer *server;
  TestClient *alice, *bob;

  g_test_summary ("Everything works with TLS, large messages and many of them, too");

  g_assert_no_error (error);
  server = test_server_new ("tls-certificate", certificate, NULL);
  g_assert_true (g_str_has_prefix (peer_server_get_uri (server), "https:"));
  answer = test_request (server, "GET", "/peerjs/id", NULL, NULL);
  g_assert_cmpuint (answer->status, ==, 200);

  alice = test_client_open (server, "alice", "t");
  bob = test_client_open (server, "bob", "t");
  test_client_send (alice, large);
  for (guint i = 0; i < 200; i++)
    test_client_send (alice, OFFER ("bob", "1"));
  g_assert_cmpuint (strlen (test_client_read (bob)), >, 300 * 1000);
  for (guint i = 0; i < 200; i++)
    assert_next (bob, RELAYED ("alice", "bob", "1"));

  peer_server_stop (server);
  g_assert_cmpuint (test_client_read_close (bob), ==, SOUP_WEBSOCKET_CLOSE_GOING_AWAY);
  test_client_free (alice);
  test_client_free (bob);
  test_server_end (server);
}

static void
test_other_context (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  PeerServer *server;

  g_test_summary ("A server belongs to the context that it was made on");

  g_main_context_push_thread_default (context);
  server = peer_server_new ();
  g_main_context_pop_thread_default (context);
  g_assert_true (peer_server_listen (server, NULL));

  {
    g_autoptr (GSocketClient) client = g_socket_client_new ();
    g_autoptr (GSocketConnection) connection = g_socket_client_connect_to_host (client, "127.0.0.1", peer_server_get_port (server), NULL, NULL);
    GPollableInputStream *input = G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (G_IO_STREAM (connection)));
    const char *request = "GET /peerjs/id HTTP/1.1\r\nHost: x\r\n\r\n";

    g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), request, strlen (request), NULL, NULL, NULL);
    while (g_main_context_iteration (NULL, FALSE))
      ;
    g_assert_false (g_pollable_input_stream_is_readable (input));
    while (!g_pollable_input_stream_is_readable (input))
      g_main_context_iteration (context, TRUE);
  }

  peer_server_stop (server);
  while (g_main_context_iteration (context, FALSE))
    ;
  g_assert_finalize_object (server);
}

static GSocket *
open_socket (GSocketType type,
             gboolean listens)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GError) error = NULL;
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_IPV4, type, G_SOCKET_PROTOCOL_DEFAULT, &error);

  g_assert_no_error (error);
  g_assert_true (g_socket_bind (socket, address, TRUE, NULL));
  g_assert_true (!listens || g_socket_listen (socket, NULL));

  return socket;
}

static void
test_listen_socket (void)
{
  PeerServer *server = peer_server_new ();
  g_autoptr (GSocket) socket = open_socket (G_SOCKET_TYPE_STREAM, TRUE);
  g_autoptr (GSocket) silent = open_socket (G_SOCKET_TYPE_STREAM, FALSE);
  g_autoptr (GSocket) datagram = open_socket (G_SOCKET_TYPE_DATAGRAM, FALSE);
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (socket, NULL);
  g_autoptr (GError) error = NULL;
  TestClient *client;

  g_test_summary ("A server listens on a socket that it is given, if that listens");

  g_assert_false (peer_server_listen_socket (server, silent, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (peer_server_listen_socket (server, datagram, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_null (peer_server_get_uri (server));

  g_assert_true (peer_server_listen_socket (server, socket, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (peer_server_get_port (server), ==, g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)));
  g_assert_false (peer_server_listen_socket (server, socket, &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_SERVER_ERROR);

  client = test_client_open (server, "alice", "t");
  test_client_free (client);
  test_server_end (server);
  g_assert_true (g_socket_is_closed (socket));
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/server-life/listen", test_listen);
  g_test_add_func ("/server-life/stop-and-start", test_stop_and_start);
  g_test_add_func ("/server-life/drop", test_drop);
  g_test_add_func ("/server-life/stop-in-handlers", test_stop_in_handlers);
  g_test_add_func ("/server-life/drop-in-handler", test_drop_in_handler);
  g_test_add_func ("/server-life/kick-in-handler", test_kick_in_handler);
  g_test_add_func ("/server-life/attach", test_attach);
  g_test_add_func ("/server-life/tls", test_tls);
  g_test_add_func ("/server-life/listen-socket", test_listen_socket);
  g_test_add_func ("/server-life/other-context", test_other_context);

  return g_test_run ();
}
