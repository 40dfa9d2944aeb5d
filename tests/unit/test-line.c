/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "libpeerglib/signaling/peer-line-private.h"
#include "peer-test-util.h"

typedef struct
{
  PeerTestServer *server;
  PeerLine *line;
  GString *events;
} Fixture;

static void
on_open (Fixture *fixture)
{
  g_string_append (fixture->events, "open ");
}

static void
on_message (Fixture *fixture,
            GBytes *text)
{
  gsize length;
  const char *data = g_bytes_get_data (text, &length);

  g_string_append_printf (fixture->events, "%.*s ", (int) length, data);
}

static void
on_lost (Fixture *fixture,
         const GError *error)
{
  g_assert_cmpint (error->domain, ==, PEER_ERROR);
  g_string_append_printf (fixture->events, "lost:%d ", error->code);
}

static void
fixture_set_up (Fixture *fixture)
{
  g_autofree char *text = NULL;
  g_autoptr (GUri) uri = NULL;

  *fixture = (Fixture){ .server = peer_test_server_new (), .events = g_string_new (NULL) };
  fixture->server->greeting = "hello";
  text = g_strdup_printf ("ws://127.0.0.1:%u/peerjs?id=alice&token=a&key=peerjs", fixture->server->port);
  uri = g_uri_parse (text, SOUP_HTTP_URI_FLAGS, NULL);
  fixture->line = peer_line_new (uri);
  peer_line_set_reconnect_delay (fixture->line, 1);
  g_signal_connect_swapped (fixture->line, "open", G_CALLBACK (on_open), fixture);
  g_signal_connect_swapped (fixture->line, "message", G_CALLBACK (on_message), fixture);
  g_signal_connect_swapped (fixture->line, "lost", G_CALLBACK (on_lost), fixture);
}

static void
fixture_tear_down (Fixture *fixture)
{
  peer_line_close (fixture->line);
  peer_test_wait (G_OBJECT (fixture->line)->ref_count == 1);
  g_assert_finalize_object (fixture->line);
  g_string_free (fixture->events, TRUE);
  peer_test_server_free (fixture->server);
}

#define wait_events(fixture, expected) peer_test_wait (g_str_equal ((fixture)->events->str, expected))

static void
test_talk (void)
{
  Fixture fixture;

  g_test_summary ("Text goes both ways; before it is open nothing is sent");

  fixture_set_up (&fixture);
  g_assert_false (peer_line_send (fixture.line, "early", 5));
  peer_line_open (fixture.line);
  wait_events (&fixture, "open hello ");
  g_assert_true (peer_line_is_open (fixture.line));
  g_assert_true (peer_line_send (fixture.line, "{\"type\":\"X\"}", 12));
  peer_test_wait (fixture.server->messages->len == 1);
  g_assert_cmpstr (g_ptr_array_index (fixture.server->messages, 0), ==, "{\"type\":\"X\"}");
  fixture_tear_down (&fixture);
}

static void
test_return (void)
{
  Fixture fixture;
  g_autofree char *lost = g_strdup_printf ("open hello lost:%d open hello ", PEER_ERROR_NETWORK);

  g_test_summary ("What is lost is opened again");

  fixture_set_up (&fixture);
  peer_line_open (fixture.line);
  wait_events (&fixture, "open hello ");
  peer_test_server_close_clients (fixture.server, 0);
  wait_events (&fixture, lost);
  fixture_tear_down (&fixture);
}

static void
test_server_comes_later (void)
{
  Fixture fixture;

  g_test_summary ("Attempts fail until there is a server");

  fixture_set_up (&fixture);
  peer_test_server_stop (fixture.server);
  peer_line_open (fixture.line);
  peer_test_wait (g_str_has_prefix (fixture.events->str, "lost:"));
  peer_test_server_start (fixture.server);
  peer_test_wait (g_str_has_suffix (fixture.events->str, "open hello "));
  fixture_tear_down (&fixture);
}

static void
close_line (gpointer line)
{
  peer_line_close (line);
}

static void
test_close_inside (void)
{
  Fixture fixture;

  g_test_summary ("Closed in a handler it stays closed");

  fixture_set_up (&fixture);
  peer_line_set_reconnect_delay (fixture.line, 0);
  peer_test_on (fixture.line, "lost", close_line, fixture.line);
  fixture.server->websocket_status = 503;
  peer_line_open (fixture.line);
  peer_test_wait (fixture.events->len > 0);
  peer_test_settle ();
  g_assert_cmpuint (fixture.server->requests->len, ==, 1);
  g_assert_false (peer_line_is_open (fixture.line));
  fixture_tear_down (&fixture);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/line/talk", test_talk);
  g_test_add_func ("/line/return", test_return);
  g_test_add_func ("/line/server-comes-later", test_server_comes_later);
  g_test_add_func ("/line/close-inside", test_close_inside);

  return g_test_run ();
}
