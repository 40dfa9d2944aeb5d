/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "server-client.h"

#define ORIGIN "https://example.org"

static void
assert_answer (PeerServer *server,
               const char *method,
               const char *path,
               guint status,
               const char *type,
               const char *body)
{
  g_autoptr (TestAnswer) answer = test_request (server, method, path, NULL, NULL);

  g_assert_cmpuint (answer->status, ==, status);
  g_assert_cmpstr (test_answer_get (answer, "Content-Type"), ==, type);
  if (body != NULL)
    g_assert_cmpstr (answer->body, ==, body);
}

static void
test_routes (void)
{
  PeerServer *server = test_server_new (NULL, NULL);
  g_autoptr (TestAnswer) answer = NULL;

  g_test_summary ("Every route answers as the reference does, whatever the key");

  answer = test_request (server, "GET", "/", NULL, NULL);
  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_cmpstr (test_answer_get (answer, "Content-Type"), ==, "application/json; charset=utf-8");
  g_assert_true (g_str_has_prefix (answer->body, "{\"name\":\"PeerJS Server\","));

  g_clear_pointer (&answer, test_answer_free);
  answer = test_request (server, "GET", "/whatever/id?ts=1", NULL, NULL);
  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_true (g_uuid_string_is_valid (answer->body));
  g_assert_cmpstr (test_answer_get (answer, "Content-Type"), ==, "text/html; charset=utf-8");

  assert_answer (server, "GET", "/peerjs/ID/", 200, "text/html; charset=utf-8", NULL);
  assert_answer (server, "HEAD", "/peerjs/id", 200, "text/html; charset=utf-8", "");
  assert_answer (server, "GET", "/peerjs/peers", 401, "text/plain; charset=utf-8", "Unauthorized");
  assert_answer (server, "POST", "/peerjs/id", 404, "text/html; charset=utf-8", NULL);
  assert_answer (server, "GET", "/peerjs", 404, "text/html; charset=utf-8", NULL);
  assert_answer (server, "GET", "/a/b/c", 404, "text/html; charset=utf-8", NULL);
  assert_answer (server, "GET", "//id", 404, "text/html; charset=utf-8", NULL);

  g_clear_pointer (&answer, test_answer_free);
  answer = test_request (server, "GET", "/%3Cscript%3E", NULL, NULL);
  g_assert_null (strstr (answer->body, "<script>"));

  test_server_end (server);
}

static void
test_path (void)
{
  PeerServer *server = test_server_new ("path", "/some/app/", NULL);
  g_autoptr (TestClient) client = NULL;
  g_autoptr (TestClient) refused = NULL;

  g_test_summary ("Everything lies below the path");

  g_assert_true (g_str_has_suffix (peer_server_get_uri (server), "/some/app/"));
  assert_answer (server, "GET", "/some/app", 200, "application/json; charset=utf-8", NULL);
  assert_answer (server, "GET", "/some/app/", 200, "application/json; charset=utf-8", NULL);
  assert_answer (server, "GET", "/some/app/k/id", 200, "text/html; charset=utf-8", NULL);
  assert_answer (server, "GET", "/some/apple", 404, "text/html; charset=utf-8", NULL);
  assert_answer (server, "GET", "/", 404, "text/html; charset=utf-8", NULL);

  client = test_client_new (server, "/some/app/peerjs?key=peerjs&id=a&token=t");
  assert_next (client, "{\"type\":\"OPEN\"}");
  refused = test_client_new (server, "/peerjs?key=peerjs&id=b&token=t");
  g_assert_null (refused->websocket);
  g_assert_cmpuint (refused->status, ==, 400);

  g_clear_pointer (&client, test_client_free);
  test_server_end (server);
}

static void
test_discovery (void)
{
  PeerServer *server = test_server_new ("allow-discovery", TRUE, NULL);
  TestClient *quote = test_client_open (server, "%22b%22", "t");
  TestClient *other = test_client_open (server, "a", "t");

  g_test_summary ("The list of clients, when it is allowed");

  assert_answer (server, "GET", "/any/peers", 200, "application/json; charset=utf-8", "[\"\\\"b\\\"\",\"a\"]");

  test_client_free (quote);
  test_client_free (other);
  test_server_end (server);
}

static void
test_strict_key (void)
{
  PeerServer *server = test_server_new ("allow-discovery", TRUE, "strict-http-key", TRUE, "key", "mine", NULL);

  g_test_summary ("The key can be asked for over HTTP, too");

  assert_answer (server, "GET", "/mine/id", 200, "text/html; charset=utf-8", NULL);
  assert_answer (server, "GET", "/mine/peers", 200, "application/json; charset=utf-8", "[]");
  assert_answer (server, "GET", "/peerjs/id", 400, "text/plain; charset=utf-8", NULL);
  assert_answer (server, "GET", "/peerjs/peers", 401, "text/plain; charset=utf-8", NULL);

  test_server_end (server);
}

static void
test_cors (void)
{
  static const char *const none[] = { NULL };
  static const char *const listed[] = { "https://a.example", ORIGIN, NULL };
  static const char *const wildcard[] = { "https://a.example", "*", NULL };
  const struct
  {
    const char *const *origins;
    const char *allowed;
  } cases[] = { { NULL, ORIGIN }, { none, NULL }, { listed, ORIGIN }, { wildcard, ORIGIN } };
  PeerServer *server = test_server_new (NULL, NULL);

  g_test_summary ("Pages of allowed origins may read answers");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TestAnswer) answer = NULL;

      g_object_set (server, "cors-origins", cases[i].origins, NULL);
      answer = test_request (server, "GET", "/peerjs/id", "Origin", ORIGIN);
      g_assert_cmpuint (answer->status, ==, 200);
      g_assert_cmpstr (test_answer_get (answer, "Access-Control-Allow-Origin"), ==, cases[i].allowed);
      g_assert_cmpstr (test_answer_get (answer, "Vary"), ==, "Origin");
    }

  test_server_end (server);
}

static void
test_preflight (void)
{
  PeerServer *server = test_server_new (NULL, NULL);
  g_autoptr (TestAnswer) answer = test_request (server, "OPTIONS", "/peerjs/id", "Access-Control-Request-Headers", "x-one,x-two");

  g_test_summary ("A preflight is answered");

  g_assert_cmpuint (answer->status, ==, 204);
  g_assert_cmpstr (test_answer_get (answer, "Access-Control-Allow-Methods"), ==, "GET,HEAD,PUT,PATCH,POST,DELETE");
  g_assert_cmpstr (test_answer_get (answer, "Access-Control-Allow-Headers"), ==, "x-one,x-two");

  test_server_end (server);
}

static char *
generate_cb (PeerServer *server,
             guint *count)
{
  return g_strdup_printf ("guest-%u", (*count)++);
}

static void
test_generate_id (void)
{
  PeerServer *server = test_server_new (NULL, NULL);
  g_autoptr (TestClient) taken = test_client_open (server, "guest-0", "t");
  guint count = 0;

  g_test_summary ("The application can make ids; taken ones are asked for again");

  g_signal_connect (server, "generate-id", G_CALLBACK (generate_cb), &count);
  assert_answer (server, "GET", "/peerjs/id", 200, "text/html; charset=utf-8", "guest-1");

  g_clear_pointer (&taken, test_client_free);
  test_server_end (server);
}

static char *
stop_and_generate_cb (PeerServer *server)
{
  peer_server_stop (server);

  return NULL;
}

static void
test_stop_while_asked (void)
{
  PeerServer *server = test_server_new (NULL, NULL);
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autofree char *uri = g_strdup_printf ("http://127.0.0.1:%u/peerjs/id", peer_server_get_port (server));
  g_autoptr (SoupMessage) message = soup_message_new ("GET", uri);

  g_test_summary ("The server can be stopped from inside of a request");

  g_signal_connect (server, "generate-id", G_CALLBACK (stop_and_generate_cb), NULL);
  soup_session_send_and_read_async (session, message, G_PRIORITY_DEFAULT, NULL, NULL, NULL);
  WAIT_UNTIL (peer_server_get_uri (server) == NULL);

  test_server_end (server);
}

static void
test_idle_connection (void)
{
  PeerServer *server = test_server_new ("handshake-timeout", 100, NULL);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  GInputStream *input;
  char byte;

  g_test_summary ("A connection that asks for nothing is closed");

  connection = g_socket_client_connect_to_host (client, "127.0.0.1", peer_server_get_port (server), NULL, NULL);
  g_assert_nonnull (connection);
  input = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  WAIT_UNTIL (g_pollable_input_stream_is_readable (G_POLLABLE_INPUT_STREAM (input)));
  g_assert_cmpint (g_input_stream_read (input, &byte, 1, NULL, NULL), ==, 0);

  test_server_end (server);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/server-http/routes", test_routes);
  g_test_add_func ("/server-http/path", test_path);
  g_test_add_func ("/server-http/discovery", test_discovery);
  g_test_add_func ("/server-http/strict-key", test_strict_key);
  g_test_add_func ("/server-http/cors", test_cors);
  g_test_add_func ("/server-http/preflight", test_preflight);
  g_test_add_func ("/server-http/generate-id", test_generate_id);
  g_test_add_func ("/server-http/stop-while-asked", test_stop_while_asked);
  g_test_add_func ("/server-http/idle-connection", test_idle_connection);

  return g_test_run ();
}
