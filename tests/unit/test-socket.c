/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "libpeerglib/signaling/peer-http-private.h"
#include "libpeerglib/signaling/peer-socket-private.h"
#include "peer-test-util.h"

typedef struct
{
  PeerTestServer *server;
  PeerSocket *socket;
  GString *events;
  GError *error;
  gboolean was_refused;
} Fixture;

static void
on_open (Fixture *fixture,
         const char *id)
{
  g_string_append_printf (fixture->events, "open:%s ", id);
}

static void
on_message (Fixture *fixture,
            const PeerEnvelope *envelope)
{
  g_string_append_printf (fixture->events, "%s:%.*s ", envelope->type_name,
                          (int) envelope->payload_length, envelope->payload != NULL ? envelope->payload : "");
}

static void
on_ended (Fixture *fixture,
          const GError *error,
          gboolean refused)
{
  g_string_append (fixture->events, "ended ");
  g_clear_error (&fixture->error);
  fixture->error = g_error_copy (error);
  fixture->was_refused = refused;
}

static void
fixture_connect (Fixture *fixture,
                 const char *text)
{
  g_autoptr (GUri) uri = g_uri_parse (text, SOUP_HTTP_URI_FLAGS, NULL);

  fixture->socket = peer_socket_new (uri, "peerjs", "secret", 0, NULL);
  fixture->events = g_string_new (NULL);
  g_signal_connect_swapped (fixture->socket, "open", G_CALLBACK (on_open), fixture);
  g_signal_connect_swapped (fixture->socket, "message", G_CALLBACK (on_message), fixture);
  g_signal_connect_swapped (fixture->socket, "ended", G_CALLBACK (on_ended), fixture);
}

static void
fixture_set_up (Fixture *fixture)
{
  *fixture = (Fixture){ .server = peer_test_server_new () };
  fixture_connect (fixture, fixture->server->uri);
}

static void
fixture_tear_down (Fixture *fixture)
{
  peer_socket_close (fixture->socket);
  peer_test_wait (G_OBJECT (fixture->socket)->ref_count == 1);
  g_assert_finalize_object (fixture->socket);
  g_string_free (fixture->events, TRUE);
  g_clear_error (&fixture->error);
  g_clear_pointer (&fixture->server, peer_test_server_free);
}

#define wait_events(fixture, expected) peer_test_wait (g_str_equal ((fixture)->events->str, expected))

static void
test_open (void)
{
  Fixture fixture;

  fixture_set_up (&fixture);
  peer_socket_open (fixture.socket, "alice");
  wait_events (&fixture, "open:alice ");
  peer_test_server_send_message (fixture.server, "OFFER", "bob", "alice", "[1]");
  peer_test_server_send_message (fixture.server, "LEAVE", "bob", "alice", NULL);
  wait_events (&fixture, "open:alice OFFER:[1] LEAVE: ");
  fixture_tear_down (&fixture);
}

static void
test_queue (void)
{
  Fixture fixture;

  fixture_set_up (&fixture);
  fixture.server->greeting = NULL;
  peer_socket_send (fixture.socket, "OFFER", "bob", "1");
  peer_socket_open (fixture.socket, "alice");
  peer_socket_send (fixture.socket, "OFFER", "bob", "2");
  peer_test_wait (peer_test_server_has_client (fixture.server, "alice"));
  peer_socket_send (fixture.socket, "OFFER", "bob", "3");
  peer_test_settle ();
  g_assert_cmpuint (fixture.server->messages->len, ==, 0);
  peer_test_server_send (fixture.server, "alice", "{\"type\":\"OPEN\"}");
  peer_test_wait (fixture.server->messages->len == 3);
  peer_socket_send (fixture.socket, "OFFER", "bob", NULL);
  peer_test_wait (fixture.server->messages->len == 4);
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *expected = g_strdup_printf ("{\"type\":\"OFFER\",\"dst\":\"bob\",\"payload\":%u}", i + 1);

      g_assert_cmpstr (g_ptr_array_index (fixture.server->messages, i), ==, expected);
    }
  g_assert_cmpstr (g_ptr_array_index (fixture.server->messages, 3), ==, "{\"type\":\"OFFER\",\"dst\":\"bob\"}");
  fixture_tear_down (&fixture);
}

static void
test_queue_bounded (void)
{
  Fixture fixture;

  fixture_set_up (&fixture);
  for (guint i = 0; i < 1030; i++)
    {
      g_autofree char *payload = g_strdup_printf ("%u", i);

      peer_socket_send (fixture.socket, "OFFER", "bob", payload);
    }
  peer_socket_open (fixture.socket, "alice");
  peer_test_wait (fixture.server->messages->len == 1024);
  g_assert_cmpstr (g_ptr_array_index (fixture.server->messages, 0), ==, "{\"type\":\"OFFER\",\"dst\":\"bob\",\"payload\":6}");
  fixture_tear_down (&fixture);
}

static gboolean
send_late_cb (gpointer user_data)
{
  peer_socket_send (user_data, "OFFER", "bob", "\"late\"");

  return G_SOURCE_REMOVE;
}

static gboolean
closing_hook (GSignalInvocationHint *hint,
              guint n_values,
              const GValue *values,
              gpointer user_data)
{
  SoupWebsocketConnection *connection = g_value_get_object (&values[0]);

  if (soup_websocket_connection_get_connection_type (connection) == SOUP_WEBSOCKET_CONNECTION_CLIENT)
    g_idle_add_full (G_PRIORITY_HIGH, send_late_cb, user_data, NULL);

  return TRUE;
}

/* The server says goodbye; what is sent then goes out when it is back. */
static void
test_send_while_closing (void)
{
  Fixture fixture;
  guint signal;
  gulong hook;

  fixture_set_up (&fixture);
  peer_socket_open (fixture.socket, "alice");
  wait_events (&fixture, "open:alice ");
  signal = g_signal_lookup ("closing", SOUP_TYPE_WEBSOCKET_CONNECTION);
  hook = g_signal_add_emission_hook (signal, 0, closing_hook, fixture.socket, NULL);
  peer_test_server_close_clients (fixture.server, SOUP_WEBSOCKET_CLOSE_GOING_AWAY);
  wait_events (&fixture, "open:alice ended ");
  g_signal_remove_emission_hook (signal, hook);
  g_assert_false (fixture.was_refused);
  g_assert_error (fixture.error, PEER_ERROR, PEER_ERROR_NETWORK);
  g_assert_cmpuint (fixture.server->messages->len, ==, 0);
  peer_socket_open (fixture.socket, "alice");
  peer_test_wait (fixture.server->messages->len == 1);
  fixture_tear_down (&fixture);
}

static void
test_close_in_every_state (void)
{
  for (guint n_turns = 0; n_turns < 20; n_turns++)
    {
      Fixture fixture;

      fixture_set_up (&fixture);
      peer_socket_open (fixture.socket, n_turns % 2 == 0 ? "alice" : NULL);
      for (guint i = 0; i < n_turns; i++)
        g_main_context_iteration (NULL, FALSE);
      peer_socket_close (fixture.socket);
      peer_socket_close (fixture.socket);
      g_string_truncate (fixture.events, 0);
      peer_test_settle ();
      g_assert_cmpstr (fixture.events->str, ==, "");
      fixture_tear_down (&fixture);
    }
}

static void
test_open_twice (void)
{
  Fixture fixture;

  fixture_set_up (&fixture);
  peer_socket_open (fixture.socket, "alice");
  peer_socket_open (fixture.socket, "bob");
  wait_events (&fixture, "open:bob ");
  peer_socket_open (fixture.socket, "carol");
  wait_events (&fixture, "open:bob open:carol ");
  peer_test_wait (fixture.server->clients->len == 1);
  fixture_tear_down (&fixture);
}

static void
test_message_too_big (void)
{
  Fixture fixture;
  g_autofree char *text = g_strnfill (2 * 1024 * 1024, ' ');

  fixture_set_up (&fixture);
  peer_socket_open (fixture.socket, "alice");
  wait_events (&fixture, "open:alice ");
  peer_test_server_send (fixture.server, "alice", text);
  wait_events (&fixture, "open:alice ended ");
  g_assert_error (fixture.error, PEER_ERROR, PEER_ERROR_SOCKET_ERROR);
  g_assert_false (fixture.was_refused);
  fixture_tear_down (&fixture);
}

/* What is no server at all. */
static void
check_stranger (const char *answer,
                const char *id,
                PeerError code)
{
  guint port;
  g_autoptr (GSocketService) stranger = peer_test_stranger_new (answer, &port);
  g_autofree char *uri = g_strdup_printf ("http://127.0.0.1:%u/", port);
  Fixture fixture = { 0 };

  fixture_connect (&fixture, uri);
  peer_socket_open (fixture.socket, id);
  wait_events (&fixture, "ended ");
  g_assert_error (fixture.error, PEER_ERROR, (int) code);
  fixture_tear_down (&fixture);
}

static void
test_strangers (void)
{
  check_stranger ("", "alice", PEER_ERROR_NETWORK);
  check_stranger ("", NULL, PEER_ERROR_NETWORK);
  check_stranger ("SSH-2.0-OpenSSH_9.2\r\n", "alice", PEER_ERROR_NETWORK);
  check_stranger ("SSH-2.0-OpenSSH_9.2\r\n", NULL, PEER_ERROR_NETWORK);
  check_stranger ("HTTP/1.1 101 Switching Protocols\r\n\r\n", "alice", PEER_ERROR_SOCKET_ERROR);
  check_stranger ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "alice", PEER_ERROR_SOCKET_ERROR);
  check_stranger ("HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\nhi", NULL, PEER_ERROR_NETWORK);
}

static void
test_silent_stranger (void)
{
  guint port;
  g_autoptr (GSocketService) stranger = peer_test_stranger_new (NULL, &port);
  g_autofree char *uri = g_strdup_printf ("http://127.0.0.1:%u/", port);

  for (guint i = 0; i < 2; i++)
    {
      Fixture fixture = { 0 };

      fixture_connect (&fixture, uri);
      peer_socket_set_answer_timeout (fixture.socket, 1);
      peer_socket_open (fixture.socket, i == 0 ? "alice" : NULL);
      wait_events (&fixture, "ended ");
      g_assert_error (fixture.error, PEER_ERROR, PEER_ERROR_NETWORK);
      fixture_tear_down (&fixture);
    }
}

typedef struct
{
  GBytes *body;
  GError *error;
  gboolean is_done;
} HttpResult;

static void
got_cb (GObject *object,
        GAsyncResult *result,
        gpointer user_data)
{
  HttpResult *data = user_data;

  data->body = peer_http_get_finish (SOUP_SESSION (object), result, &data->error);
  data->is_done = TRUE;
}

static void
check_get (guint status,
           const char *body,
           gsize max_size,
           const char *message)
{
  g_autoptr (PeerTestServer) server = peer_test_server_new ();
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autofree char *uri = g_strconcat (server->uri, "peerjs/peers", NULL);
  g_autoptr (SoupMessage) request = soup_message_new (SOUP_METHOD_GET, uri);
  HttpResult result = { 0 };

  server->peers = body;
  server->status = status;
  peer_http_get_async (session, request, max_size, NULL, got_cb, &result);
  peer_test_wait (result.is_done);
  if (message == NULL)
    {
      g_assert_no_error (result.error);
      g_assert_cmpmem (g_bytes_get_data (result.body, NULL), g_bytes_get_size (result.body), body, strlen (body));
      g_bytes_unref (result.body);
    }
  else
    {
      g_assert_error (result.error, PEER_ERROR, PEER_ERROR_SERVER_ERROR);
      g_assert_cmpstr (result.error->message, ==, message);
      g_error_free (result.error);
    }
}

static void
test_http_get (void)
{
  g_autofree char *long_body = g_strnfill (100000, 'x');

  check_get (SOUP_STATUS_OK, "", 4, NULL);
  check_get (SOUP_STATUS_OK, "four", 4, NULL);
  check_get (SOUP_STATUS_OK, "five!", 4, "The server's answer is larger than 4 bytes");
  check_get (SOUP_STATUS_OK, long_body, 100000, NULL);
  check_get (SOUP_STATUS_OK, long_body, 99999, "The server's answer is larger than 99999 bytes");
  check_get (SOUP_STATUS_NOT_FOUND, "", 4, "The server answered 404 Not Found");
  check_get (SOUP_STATUS_NOT_FOUND, long_body, 4, "The server answered 404 Not Found");
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_summary ("The line to a server");

  g_test_add_func ("/socket/open", test_open);
  g_test_add_func ("/socket/queue", test_queue);
  g_test_add_func ("/socket/queue-bounded", test_queue_bounded);
  g_test_add_func ("/socket/send-while-closing", test_send_while_closing);
  g_test_add_func ("/socket/close-in-every-state", test_close_in_every_state);
  g_test_add_func ("/socket/open-twice", test_open_twice);
  g_test_add_func ("/socket/message-too-big", test_message_too_big);
  g_test_add_func ("/socket/strangers", test_strangers);
  g_test_add_func ("/socket/silent-stranger", test_silent_stranger);
  g_test_add_func ("/socket/http-get", test_http_get);

  return g_test_run ();
}
