/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "manager-fixture.h"
#include "raw-client.h"

static void
keep_error_cb (PeerSignalingManager *manager,
               GError *error,
               GError **kept)
{
  g_clear_error (kept);
  *kept = g_error_copy (error);
}

static void
fixture_init (ManagerFixture *fixture,
              const char *name,
              guint value)
{
  PeerSignalingManager *manager = peer_signaling_manager_new ();

  g_object_set (manager, name, value, NULL);
  manager_fixture_init (fixture, manager);
}

static void
test_room_size (void)
{
  ManagerFixture fixture;
  TestClient *first;
  TestClient *second;

  g_test_summary ("A full room takes nobody, and a place that is left is free again");

  fixture_init (&fixture, "max-room-size", 1);
  first = manager_fixture_join (&fixture, "r", "first");
  second = manager_fixture_connect (&fixture);
  test_client_send (second, JOIN ("r", "second"));
  assert_error (second, "limit-exceeded");
  test_client_free (first);
  WAIT_UNTIL (!peer_signaling_manager_room_exists (fixture.manager, "r"));
  test_client_send (second, JOIN ("r", "second"));
  assert_next (second, PEERS_LIST ("r", "second", ""));

  test_client_free (second);
  manager_fixture_clear (&fixture);
}

static void
test_rooms (void)
{
  ManagerFixture fixture;
  TestClient *first;
  TestClient *second;

  g_test_summary ("There are no more rooms than the limit allows");

  fixture_init (&fixture, "max-rooms", 1);
  first = manager_fixture_join (&fixture, "r", "first");
  second = manager_fixture_connect (&fixture);
  test_client_send (second, JOIN ("s", "second"));
  assert_error (second, "limit-exceeded");
  test_client_send (second, JOIN ("r", "second"));
  assert_next (second, PEERS_LIST ("r", "second", "\"first\""));

  test_client_free (first);
  test_client_free (second);
  manager_fixture_clear (&fixture);
}

static void
test_sockets (void)
{
  static const char *const names[] = { "max-sessions", "sessions-per-address" };

  g_test_summary ("One WebSocket too many is told so and closed, the others are not");

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GError) error = NULL;
      ManagerFixture fixture;
      TestClient *first;
      TestClient *second;

      fixture_init (&fixture, names[i], 1);
      g_signal_connect (fixture.manager, "error", G_CALLBACK (keep_error_cb), &error);
      first = manager_fixture_join (&fixture, "r", "first");
      second = manager_fixture_connect (&fixture);
      assert_error (second, "limit-exceeded");
      g_assert_cmpuint (test_client_read_close (second), ==, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION);
      g_assert_error (error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED);
      g_assert_false (first->is_closed);
      test_client_free (first);
      test_client_free (second);

      WAIT_UNTIL (peer_signaling_manager_get_n_sessions (fixture.manager) == 0);
      test_client_free (manager_fixture_join (&fixture, "r", "third"));
      manager_fixture_clear (&fixture);
    }
}

static void
test_message_size (void)
{
  g_autoptr (GError) error = NULL;
  ManagerFixture fixture;
  TestClient *alice;
  TestClient *bob;
  g_autofree char *filler = g_strnfill (5000, 'x');

  g_test_summary ("A message that is too big ends its sender with 1009, who has left then");

  fixture_init (&fixture, "max-message-size", 4096);
  g_signal_connect (fixture.manager, "error", G_CALLBACK (keep_error_cb), &error);
  alice = manager_fixture_join (&fixture, "r", "alice");
  bob = manager_fixture_join (&fixture, "r", "bob");
  assert_next (alice, PEER_JOINED ("bob", "\"alice\",\"bob\""));
  test_client_send (bob, filler);
  g_assert_cmpuint (test_client_read_close (bob), ==, SOUP_WEBSOCKET_CLOSE_TOO_BIG);
  g_assert_error (error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED);
  assert_next (alice, PEER_LEFT ("bob"));

  test_client_free (alice);
  test_client_free (bob);
  manager_fixture_clear (&fixture);
}

static void
test_depth (void)
{
  ManagerFixture fixture;
  TestClient *client;

  g_test_summary ("What is too deep is an error, in the message and in its payload");

  fixture_init (&fixture, "max-depth", 4);
  client = manager_fixture_join (&fixture, "r", "s");
  test_client_send (client, "{\"a\":[[[[[1]]]]]}");
  assert_error (client, "limit-exceeded");
  test_client_send (client, "{\"type\":\"webrtc_offer\",\"payload\":\"[[[[[1]]]]]\"}");
  assert_error (client, "limit-exceeded");

  test_client_free (client);
  manager_fixture_clear (&fixture);
}

static void
test_id_length (void)
{
  ManagerFixture fixture;
  TestClient *client;

  g_test_summary ("Names and ids have a length");

  fixture_init (&fixture, "max-id-length", 4);
  client = manager_fixture_connect (&fixture);
  test_client_send (client, JOIN ("rooms", "s"));
  assert_error (client, "invalid-id");
  test_client_send (client, JOIN ("room", "session"));
  assert_error (client, "invalid-id");
  test_client_send (client, JOIN ("room", "user"));
  assert_next (client, PEERS_LIST ("room", "user", ""));

  test_client_free (client);
  manager_fixture_clear (&fixture);
}

static void
test_rate (void)
{
  ManagerFixture fixture;
  TestClient *flooder;
  TestClient *other;

  g_test_summary ("Who floods is read slowly, and nobody else");

  fixture_init (&fixture, "messages-per-second", 10);
  g_object_set (fixture.manager, "message-burst", 20, NULL);
  flooder = manager_fixture_join (&fixture, "r", "flooder");
  for (guint i = 0; i < 200; i++)
    test_client_send (flooder, "{}");
  other = manager_fixture_join (&fixture, "s", "other");
  g_assert_cmpuint (flooder->messages->len, <, 150);

  peer_signaling_manager_stop (fixture.manager);
  WAIT_UNTIL (flooder->is_closed && other->is_closed);
  test_client_free (flooder);
  test_client_free (other);
  manager_fixture_clear (&fixture);
}

static void
test_fan_out (void)
{
  const guint n_members = 10;
  g_autoptr (GPtrArray) members = g_ptr_array_new ();
  ManagerFixture fixture;
  TestClient *flooder;
  TestClient *witness;

  g_test_summary ("What goes to a whole room counts as many messages as it makes");

  fixture_init (&fixture, "messages-per-second", 10);
  g_object_set (fixture.manager, "message-burst", 40, NULL);
  for (guint i = 0; i < n_members; i++)
    {
      g_autofree char *id = g_strdup_printf ("m%u", i);

      g_ptr_array_add (members, manager_fixture_join (&fixture, "r", id));
    }
  witness = g_ptr_array_index (members, 0);
  flooder = manager_fixture_join (&fixture, "r", "flooder");
  for (guint i = 0; i < 30; i++)
    test_client_send (flooder, "{\"type\":\"webrtc_answer\",\"payload\":\"{}\"}");
  test_client_free (manager_fixture_join (&fixture, "s", "other"));
  g_assert_cmpuint (witness->messages->len, <, n_members + 20);

  peer_signaling_manager_stop (fixture.manager);
  WAIT_UNTIL (flooder->is_closed);
  test_client_free (flooder);
  for (guint i = 0; i < members->len; i++)
    test_client_free (g_ptr_array_index (members, i));
  manager_fixture_clear (&fixture);
}

/* Opens a WebSocket that answers nothing. */
static void
open_raw (RawClient *client,
          ManagerFixture *fixture)
{
  raw_client_connect (client, fixture->server);
  raw_client_write_text (client, "GET /webrtc HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                                 "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n");
  g_free (raw_client_read_head (client));
}

static void
test_silence (void)
{
  const char *text = JOIN ("r", "raw");
  ManagerFixture fixture;
  TestClient *alice;
  RawClient raw = { 0 };

  g_test_summary ("A connection that answers no ping is lost; one that does may be idle as long as it likes");

  fixture_init (&fixture, "session-timeout", 2000);
  alice = manager_fixture_join (&fixture, "r", "alice");
  open_raw (&raw, &fixture);
  raw_client_write_frame (&raw, 0x81, text, strlen (text));
  assert_next (alice, PEER_JOINED ("raw", "\"alice\",\"raw\""));
  assert_next (alice, PEER_LEFT ("raw"));
  g_assert_false (alice->is_closed);

  raw_client_clear (&raw);
  test_client_free (alice);
  manager_fixture_clear (&fixture);
}

static void
test_no_join (void)
{
  ManagerFixture fixture;
  TestClient *idle;
  TestClient *member;

  g_test_summary ("Who joins no room is closed after a while, with 1008; and so is who has left one");

  fixture_init (&fixture, "join-timeout", 3000);
  member = manager_fixture_join (&fixture, "r", "member");
  idle = manager_fixture_connect (&fixture);
  g_assert_cmpuint (test_client_read_close (idle), ==, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION);
  g_assert_false (member->is_closed);
  test_client_send (member, "{\"type\":\"leave_room\"}");
  g_assert_cmpuint (test_client_read_close (member), ==, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION);

  test_client_free (idle);
  test_client_free (member);
  manager_fixture_clear (&fixture);
}

static void
test_slow_reader (void)
{
  const char *text = JOIN ("r", "raw");
  g_autofree char *filler = g_strnfill (60 * 1000, 'x');
  g_autofree char *offer = g_strdup_printf ("{\"type\":\"webrtc_offer\",\"payload\":{\"sdp\":\"%s\",\"targetPeerId\":\"raw\"}}", filler);
  g_autoptr (GError) error = NULL;
  ManagerFixture fixture;
  TestClient *alice;
  RawClient raw = { 0 };

  g_test_summary ("Who does not read is disconnected when too much has piled up");

  fixture_init (&fixture, "send-buffer-size", 256 * 1024);
  g_object_set (fixture.manager, "messages-per-second", 0, NULL);
  g_signal_connect (fixture.manager, "error", G_CALLBACK (keep_error_cb), &error);
  alice = manager_fixture_join (&fixture, "r", "alice");
  open_raw (&raw, &fixture);
  raw_client_write_frame (&raw, 0x81, text, strlen (text));
  assert_next (alice, PEER_JOINED ("raw", "\"alice\",\"raw\""));

  while (alice->messages->len == alice->n_read)
    {
      test_client_send (alice, offer);
      g_main_context_iteration (NULL, TRUE);
    }
  assert_next (alice, PEER_LEFT ("raw"));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED);

  raw_client_clear (&raw);
  test_client_free (alice);
  manager_fixture_clear (&fixture);
}

static void
test_origin (void)
{
  const char *const origins[] = { "https://good.example", NULL };
  ManagerFixture fixture;
  RawClient raw = { 0 };
  g_autofree char *head = NULL;

  g_test_summary ("A page of a foreign origin gets no WebSocket");

  manager_fixture_init (&fixture, NULL);
  g_object_set (fixture.manager, "allowed-origins", origins, NULL);
  raw_client_connect (&raw, fixture.server);
  raw_client_write_text (&raw, "GET /webrtc HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                               "Origin: https://evil.example\r\n"
                               "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n");
  head = raw_client_read_head (&raw);
  g_assert_true (g_str_has_prefix (head, "HTTP/1.1 403"));
  raw_client_clear (&raw);

  test_client_free (manager_fixture_join (&fixture, "r", "no page"));
  manager_fixture_clear (&fixture);
}

static gboolean
over_cb (gpointer is_over)
{
  *(gboolean *) is_over = TRUE;

  return G_SOURCE_REMOVE;
}

/* The server ends connections that ask for nothing; this one has asked. */
static void
test_handshake_timeout (void)
{
  ManagerFixture fixture;
  TestClient *alice;
  TestClient *bob;
  gboolean is_over = FALSE;

  g_test_summary ("The time limit of the server for requests is none for a WebSocket of the manager");

  manager_fixture_init (&fixture, NULL);
  peer_server_stop (fixture.server);
  g_object_set (fixture.server, "handshake-timeout", 1000, NULL);
  g_assert_true (peer_server_listen (fixture.server, NULL));
  peer_signaling_manager_attach (fixture.manager, peer_server_get_soup_server (fixture.server), NULL, NULL);
  alice = manager_fixture_join (&fixture, "r", "alice");
  g_timeout_add (2500, over_cb, &is_over);
  WAIT_UNTIL (is_over);
  bob = manager_fixture_join (&fixture, "r", "bob");
  assert_next (alice, PEER_JOINED ("bob", "\"alice\",\"bob\""));

  test_client_free (alice);
  test_client_free (bob);
  manager_fixture_clear (&fixture);
}

static void
test_stop_any_time (void)
{
  const char *text = JOIN ("r", "raw");

  g_test_summary ("A manager may stop at any moment of a handshake or a join, and so may its server");

  for (guint n_turns = 0; n_turns < 24; n_turns++)
    {
      ManagerFixture fixture;
      RawClient raw = { 0 };

      manager_fixture_init (&fixture, NULL);
      raw_client_connect (&raw, fixture.server);
      raw_client_write_text (&raw, "GET /webrtc HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                                   "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n");
      raw_client_write_frame (&raw, 0x81, text, strlen (text));
      for (guint i = 0; i < n_turns; i++)
        g_main_context_iteration (NULL, FALSE);

      if (n_turns % 2 == 0)
        peer_server_stop (fixture.server);
      peer_signaling_manager_stop (fixture.manager);
      raw_client_clear (&raw);
      manager_fixture_clear (&fixture);
    }
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/signaling-manager-limits/room-size", test_room_size);
  g_test_add_func ("/signaling-manager-limits/rooms", test_rooms);
  g_test_add_func ("/signaling-manager-limits/sockets", test_sockets);
  g_test_add_func ("/signaling-manager-limits/message-size", test_message_size);
  g_test_add_func ("/signaling-manager-limits/depth", test_depth);
  g_test_add_func ("/signaling-manager-limits/id-length", test_id_length);
  g_test_add_func ("/signaling-manager-limits/rate", test_rate);
  g_test_add_func ("/signaling-manager-limits/fan-out", test_fan_out);
  g_test_add_func ("/signaling-manager-limits/silence", test_silence);
  g_test_add_func ("/signaling-manager-limits/no-join", test_no_join);
  g_test_add_func ("/signaling-manager-limits/slow-reader", test_slow_reader);
  g_test_add_func ("/signaling-manager-limits/origin", test_origin);
  g_test_add_func ("/signaling-manager-limits/handshake-timeout", test_handshake_timeout);
  g_test_add_func ("/signaling-manager-limits/stop-any-time", test_stop_any_time);

  return g_test_run ();
}
