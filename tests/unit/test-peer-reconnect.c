/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-test-util.h"

#define BYE "{\"type\":\"ERROR\"}"

static void
test_unreachable (void)
{
  g_autoptr (PeerTestServer) server = peer_test_server_new ();
  PeerPeer *peer = peer_test_peer_new (server, NULL);
  g_autoptr (PeerTestRecorder) events = peer_test_recorder_new (peer);

  peer_test_server_stop (server);
  peer_test_wait_events (events, "error:network disconnected");
  g_assert_true (peer_peer_get_is_disconnected (peer));
  g_assert_false (peer_peer_get_is_destroyed (peer));
  g_assert_null (peer->reconnect_source);

  peer_test_server_start (server);
  peer_peer_reconnect (peer);
  g_assert_false (peer_peer_get_is_disconnected (peer));
  peer_test_wait_events (events, "error:network disconnected open:from-the-server");

  peer_test_peer_finish (peer);
}

static void
test_websocket_refused (void)
{
  g_autoptr (PeerTestServer) server = peer_test_server_new ();
  PeerPeer *peer = peer_test_peer_new (server, "alice");
  g_autoptr (PeerTestRecorder) events = peer_test_recorder_new (peer);

  server->websocket_status = SOUP_STATUS_SERVICE_UNAVAILABLE;
  peer_test_wait_events (events, "error:socket-error disconnected:alice");

  server->websocket_status = 0;
  peer_peer_reconnect (peer);
  peer_test_wait_events (events, "error:socket-error disconnected:alice open:alice");

  peer_test_peer_finish (peer);
}

static void
check_lost (gushort close_code)
{
  g_autoptr (PeerTestServer) server = peer_test_server_new ();
  PeerPeer *peer = peer_test_peer_new (server, "alice");
  g_autoptr (PeerTestRecorder) events = peer_test_recorder_new (peer);

  peer_test_wait_events (events, "open:alice");
  peer_test_server_close_clients (server, close_code);
  peer_test_wait_events (events, "open:alice error:network disconnected:alice");
  peer_test_hurry (peer);
  peer_test_wait_events (events, "open:alice error:network disconnected:alice open:alice");
  g_assert_cmpuint (server->requests->len, ==, 2);
  g_assert_cmpstr (g_ptr_array_index (server->requests, 0), ==, g_ptr_array_index (server->requests, 1));

  peer_test_peer_finish (peer);
}

static void
test_lost_without_close_frame (void)
{
  check_lost (0);
}

static void
test_lost_with_close_frame (void)
{
  check_lost (SOUP_WEBSOCKET_CLOSE_GOING_AWAY);
}

static void
test_lost_for_long (void)
{
  g_autoptr (PeerTestServer) server = peer_test_server_new ();
  PeerPeer *peer = peer_test_peer_new (server, "alice");
  g_autoptr (PeerTestRecorder) events = peer_test_recorder_new (peer);

  peer_test_wait_events (events, "open:alice");
  peer_test_server_stop (server);
  for (guint attempt = 1; attempt < 5; attempt++)
    {
      peer_test_wait (peer->reconnect_attempt == attempt);
      peer_test_hurry (peer);
    }
  peer_test_wait (peer->reconnect_attempt == 5);
  peer_test_assert_events (events, "open:alice error:network disconnected:alice");

  peer_test_server_start (server);
  peer_test_hurry (peer);
  peer_test_wait_events (events, "open:alice error:network disconnected:alice open:alice");

  peer_test_peer_finish (peer);
}

static void
test_not_by_itself (void)
{
  g_autoptr (PeerTestServer) server = peer_test_server_new ();
  PeerPeer *peer = peer_test_peer_new (server, "alice");
  g_autoptr (PeerTestRecorder) events = peer_test_recorder_new (peer);

  peer_peer_set_auto_reconnect (peer, FALSE);
  peer_test_wait_events (events, "open:alice");
  peer_test_server_close_clients (server, 0);
  peer_test_wait_events (events, "open:alice error:network disconnected:alice");
  g_assert_null (peer->reconnect_source);
  g_assert_null (peer_peer_connect_to (peer, "bob", NULL));
  peer_test_assert_events (events, "open:alice error:network disconnected:alice error:disconnected");

  peer_test_peer_finish (peer);
}

static void
test_connections_survive (void)
{
  PeerTestPair pair;

  peer_test_pair_open (&pair, NULL);
  peer_test_server_stop (pair.server);
  peer_test_wait (peer_peer_get_is_disconnected (pair.alice) && peer_peer_get_is_disconnected (pair.bob));
  g_assert_true (peer_data_connection_send_text (pair.outgoing, "hello", NULL));
  g_assert_true (peer_data_connection_send_text (pair.incoming, "world", NULL));
  peer_test_wait_events (pair.incoming_events, "data:'hello'");
  peer_test_wait_events (pair.outgoing_events, "data:'world'");

  peer_test_server_start (pair.server);
  peer_test_hurry (pair.alice);
  peer_test_hurry (pair.bob);
  peer_test_peer_wait_open (pair.alice);
  peer_test_peer_wait_open (pair.bob);
  g_assert_true (peer_data_connection_send_text (pair.outgoing, "again", NULL));
  peer_test_wait_events (pair.incoming_events, "data:'hello' data:'again'");

  peer_test_pair_clear (&pair);
}

static void
lose_server_action (gpointer user_data)
{
  PeerTestPair *pair = user_data;

  peer_test_server_close_clients (pair->server, 0);
  peer_peer_disconnect_from_server (pair->bob);
}

/* The server goes when the offer is there. */
static void
test_negotiation_completed (void)
{
  PeerTestPair pair;

  peer_test_pair_init (&pair);
  pair.server->holds = TRUE;
  pair.outgoing = g_object_ref (peer_peer_connect_to (pair.alice, "bob", NULL));
  pair.outgoing_events = peer_test_recorder_new (pair.outgoing);
  peer_test_wait (peer_test_server_count (pair.server, "CANDIDATE") == 2);
  peer_test_on (pair.bob, "connection", lose_server_action, &pair);
  peer_test_server_release (pair.server);
  peer_test_wait (pair.bob_events->connections->len == 1 && peer_peer_get_is_disconnected (pair.alice));

  pair.incoming = g_object_ref (g_ptr_array_index (pair.bob_events->connections, 0));
  pair.incoming_events = peer_test_recorder_new (pair.incoming);
  pair.server->holds = FALSE;
  peer_test_hurry (pair.alice);
  peer_peer_reconnect (pair.bob);
  peer_test_wait_events (pair.outgoing_events, "open");
  peer_test_wait_events (pair.incoming_events, "open");

  peer_test_pair_clear (&pair);
}

static void
test_connect_to_while_away (void)
{
  PeerTestPair pair;

  peer_test_pair_init (&pair);
  peer_test_server_close_clients (pair.server, 0);
  peer_test_wait (peer_peer_get_is_disconnected (pair.alice) && peer_peer_get_is_disconnected (pair.bob));
  peer_test_hurry (pair.bob);
  pair.outgoing = g_object_ref (peer_peer_connect_to (pair.alice, "bob", NULL));
  pair.outgoing_events = peer_test_recorder_new (pair.outgoing);
  peer_test_settle ();
  peer_test_assert_events (pair.outgoing_events, "");
  peer_test_hurry (pair.alice);
  peer_test_wait_events (pair.outgoing_events, "open");

  peer_test_pair_clear (&pair);
}

static void
test_disconnect_and_reconnect (void)
{
  PeerTestPair pair;

  peer_test_pair_open (&pair, NULL);
  peer_peer_disconnect_from_server (pair.alice);
  peer_peer_disconnect_from_server (pair.alice);
  peer_test_assert_events (pair.alice_events, "disconnected:alice");
  peer_test_wait (!peer_test_server_has_client (pair.server, "alice"));
  g_assert_null (pair.alice->reconnect_source);
  g_assert_cmpstr (peer_peer_get_id (pair.alice), ==, "alice");
  g_assert_null (peer_peer_connect_to (pair.alice, "bob", NULL));
  peer_test_assert_events (pair.alice_events, "disconnected:alice error:disconnected");
  g_assert_true (peer_data_connection_send_text (pair.outgoing, "hello", NULL));
  peer_test_wait_events (pair.incoming_events, "data:'hello'");

  peer_peer_reconnect (pair.alice);
  peer_peer_reconnect (pair.alice);
  peer_test_wait_events (pair.alice_events, "disconnected:alice error:disconnected open:alice");
  peer_peer_reconnect (pair.alice);
  g_assert_cmpuint (pair.server->n_websockets, ==, 3);

  peer_test_pair_clear (&pair);
}

static void
test_disconnect_before_start (void)
{
  g_autoptr (PeerTestServer) server = peer_test_server_new ();
  PeerPeer *peer = peer_test_peer_new (server, "alice");
  g_autoptr (PeerTestRecorder) events = peer_test_recorder_new (peer);

  peer_peer_disconnect_from_server (peer);
  peer_test_assert_events (events, "disconnected:alice");
  peer_test_settle ();
  g_assert_cmpuint (server->requests->len, ==, 0);
  peer_peer_reconnect (peer);
  peer_test_wait_events (events, "disconnected:alice open:alice");

  peer_test_peer_finish (peer);
}

/* An offer made before the peer was disconnected goes out when it is back. */
static void
test_offer_waits_for_reconnect (void)
{
  g_autoptr (PeerTestServer) server = peer_test_server_new ();
  PeerPeer *peer = peer_test_peer_new (server, "alice");

  g_assert_nonnull (peer_peer_connect_to (peer, "bob", NULL));
  peer_peer_disconnect_from_server (peer);
  peer_test_settle ();
  peer_peer_reconnect (peer);
  peer_test_wait (peer_test_server_count (server, "OFFER") == 1);

  peer_test_peer_finish (peer);
}

static void
test_reconnect_while_waiting (void)
{
  g_autoptr (PeerTestServer) server = peer_test_server_new ();
  PeerPeer *peer = peer_test_peer_new (server, "alice");
  g_autoptr (PeerTestRecorder) events = peer_test_recorder_new (peer);

  peer_test_wait_events (events, "open:alice");
  peer_test_server_close_clients (server, 0);
  peer_test_wait (peer->reconnect_source != NULL);
  peer_peer_reconnect (peer);
  g_assert_null (peer->reconnect_source);
  peer_test_wait_events (events, "open:alice error:network disconnected:alice open:alice");

  peer_test_peer_finish (peer);
}

static void
test_disconnect_while_waiting (void)
{
  g_autoptr (PeerTestServer) server = peer_test_server_new ();
  PeerPeer *peer = peer_test_peer_new (server, "alice");
  g_autoptr (PeerTestRecorder) events = peer_test_recorder_new (peer);

  peer_test_wait_events (events, "open:alice");
  peer_test_server_close_clients (server, 0);
  peer_test_wait (peer->reconnect_source != NULL);
  peer_peer_disconnect_from_server (peer);
  g_assert_null (peer->reconnect_source);
  g_assert_null (peer_peer_connect_to (peer, "bob", NULL));
  peer_test_assert_events (events, "open:alice error:network disconnected:alice error:disconnected");

  peer_test_peer_finish (peer);
}

static void
test_set_auto_reconnect_while_waiting (void)
{
  g_autoptr (PeerTestServer) server = peer_test_server_new ();
  PeerPeer *peer = peer_test_peer_new (server, "alice");
  g_autoptr (PeerTestRecorder) events = peer_test_recorder_new (peer);

  peer_test_wait_events (events, "open:alice");
  peer_test_server_stop (server);
  peer_test_wait (peer->reconnect_source != NULL);
  peer_peer_set_auto_reconnect (peer, FALSE);
  peer_test_hurry (peer);
  peer_test_wait (!peer->is_reconnecting);
  g_assert_null (peer->reconnect_source);
  g_assert_null (peer_peer_connect_to (peer, "bob", NULL));

  peer_test_peer_finish (peer);
}

static void
disconnect_action (gpointer peer)
{
  peer_peer_disconnect_from_server (peer);
}

static void
reconnect_action (gpointer peer)
{
  peer_peer_reconnect (peer);
}

static void
disconnect_and_reconnect_action (gpointer peer)
{
  peer_peer_disconnect_from_server (peer);
  peer_peer_reconnect (peer);
}

/* Loses the server and does something in the handler of a signal. */
static void
check_in_handler (const char *signal,
                  PeerTestAction action,
                  const char *expected)
{
  g_autoptr (PeerTestServer) server = peer_test_server_new ();
  PeerPeer *peer = peer_test_peer_new (server, "alice");
  g_autoptr (PeerTestRecorder) events = peer_test_recorder_new (peer);

  peer_test_wait_events (events, "open:alice");
  peer_test_on (peer, signal, action, peer);
  peer_test_server_close_clients (server, 0);
  peer_test_wait_events (events, expected);
  peer_test_settle ();
  peer_test_assert_events (events, expected);
  g_assert_null (peer->reconnect_source);
  g_assert_cmpint (peer_peer_get_is_open (peer), ==, g_str_has_suffix (expected, "open:alice"));

  peer_test_peer_finish (peer);
}

static void
test_disconnect_in_error (void)
{
  check_in_handler ("error", disconnect_action, "open:alice error:network disconnected:alice");
}

static void
test_disconnect_in_disconnected (void)
{
  check_in_handler ("disconnected", disconnect_action, "open:alice error:network disconnected:alice");
}

static void
test_reconnect_in_disconnected (void)
{
  check_in_handler ("disconnected", reconnect_action, "open:alice error:network disconnected:alice open:alice");
}

static void
test_disconnect_and_reconnect_in_error (void)
{
  check_in_handler ("error", disconnect_and_reconnect_action, "open:alice error:network disconnected:alice open:alice");
}

static void
test_reconnect_in_notify (void)
{
  check_in_handler ("notify::is-disconnected", reconnect_action, "open:alice error:network open:alice");
}

/* The server refuses an open peer, which comes back at once. */
static void
test_disconnect_and_reconnect_in_refusal (void)
{
  g_autoptr (PeerTestServer) server = peer_test_server_new ();
  PeerPeer *peer = peer_test_peer_new (server, "alice");
  g_autoptr (PeerTestRecorder) events = peer_test_recorder_new (peer);

  peer_test_wait_events (events, "open:alice");
  peer_test_on (peer, "error", disconnect_and_reconnect_action, peer);
  peer_test_server_send (server, "alice", BYE);
  peer_test_wait_events (events, "open:alice error:server-error disconnected:alice open:alice");

  peer_test_peer_finish (peer);
}

/* destroy() is for good, whatever its signals lead to. */
static void
test_reconnect_while_destroyed (void)
{
  const char *signals[] = { "disconnected", "notify::is-open", "notify::is-disconnected", "notify::is-destroyed", "close" };

  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      g_autoptr (PeerTestServer) server = peer_test_server_new ();
      PeerPeer *peer = peer_test_peer_new (server, "alice");
      g_autoptr (PeerTestRecorder) events = peer_test_recorder_new (peer);

      peer_test_wait_events (events, "open:alice");
      peer_test_on (peer, signals[i], reconnect_action, peer);
      peer_peer_destroy (peer);
      g_assert_true (peer_peer_get_is_destroyed (peer));
      g_assert_true (peer_peer_get_is_disconnected (peer));
      peer_test_wait (!peer_test_server_has_client (server, "alice"));
      peer_test_settle ();
      g_assert_cmpuint (server->n_websockets, ==, 1);

      peer_test_peer_finish (peer);
    }
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_summary ("Losing the server and finding it again");

  g_test_add_func ("/peer-reconnect/unreachable", test_unreachable);
  g_test_add_func ("/peer-reconnect/websocket-refused", test_websocket_refused);
  g_test_add_func ("/peer-reconnect/lost-without-close-frame", test_lost_without_close_frame);
  g_test_add_func ("/peer-reconnect/lost-with-close-frame", test_lost_with_close_frame);
  g_test_add_func ("/peer-reconnect/lost-for-long", test_lost_for_long);
  g_test_add_func ("/peer-reconnect/not-by-itself", test_not_by_itself);
  g_test_add_func ("/peer-reconnect/connections-survive", test_connections_survive);
  g_test_add_func ("/peer-reconnect/negotiation-completed", test_negotiation_completed);
  g_test_add_func ("/peer-reconnect/connect-to-while-away", test_connect_to_while_away);
  g_test_add_func ("/peer-reconnect/disconnect-and-reconnect", test_disconnect_and_reconnect);
  g_test_add_func ("/peer-reconnect/disconnect-before-start", test_disconnect_before_start);
  g_test_add_func ("/peer-reconnect/offer-waits-for-reconnect", test_offer_waits_for_reconnect);
  g_test_add_func ("/peer-reconnect/reconnect-while-waiting", test_reconnect_while_waiting);
  g_test_add_func ("/peer-reconnect/disconnect-while-waiting", test_disconnect_while_waiting);
  g_test_add_func ("/peer-reconnect/set-auto-reconnect-while-waiting", test_set_auto_reconnect_while_waiting);
  g_test_add_func ("/peer-reconnect/disconnect-in-error", test_disconnect_in_error);
  g_test_add_func ("/peer-reconnect/disconnect-in-disconnected", test_disconnect_in_disconnected);
  g_test_add_func ("/peer-reconnect/reconnect-in-disconnected", test_reconnect_in_disconnected);
  g_test_add_func ("/peer-reconnect/disconnect-and-reconnect-in-error", test_disconnect_and_reconnect_in_error);
  g_test_add_func ("/peer-reconnect/reconnect-in-notify", test_reconnect_in_notify);
  g_test_add_func ("/peer-reconnect/disconnect-and-reconnect-in-refusal", test_disconnect_and_reconnect_in_refusal);
  g_test_add_func ("/peer-reconnect/reconnect-while-destroyed", test_reconnect_while_destroyed);

  return g_test_run ();
}
