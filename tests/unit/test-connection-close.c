/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-test-util.h"

static void
close_action (gpointer connection)
{
  peer_base_connection_close (connection);
}

static void
close_flush_action (gpointer connection)
{
  peer_data_connection_close_flush (connection);
}

static void
destroy_action (gpointer peer)
{
  peer_peer_destroy (peer);
}

static void
test_close (void)
{
  PeerTestPair pair;

  peer_test_pair_open (&pair, NULL);
  peer_base_connection_close (PEER_BASE_CONNECTION (pair.outgoing));
  peer_test_assert_events (pair.outgoing_events, "close");
  g_assert_false (peer_base_connection_get_is_open (PEER_BASE_CONNECTION (pair.outgoing)));
  peer_base_connection_close (PEER_BASE_CONNECTION (pair.outgoing));
  peer_data_connection_close_flush (pair.outgoing);
  peer_test_wait_events (pair.incoming_events, "close");
  g_assert_cmpuint (g_list_model_get_n_items (peer_peer_get_connections (pair.alice)), ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (peer_peer_get_connections (pair.bob)), ==, 0);
  peer_test_assert_events (pair.alice_events, "");
  g_assert_true (peer_base_connection_get_peer (PEER_BASE_CONNECTION (pair.outgoing)) == pair.alice);

  peer_test_pair_clear (&pair);
}

static void
test_close_incoming (void)
{
  PeerTestPair pair;

  peer_test_pair_open (&pair, NULL);
  peer_base_connection_close (PEER_BASE_CONNECTION (pair.incoming));
  peer_test_assert_events (pair.incoming_events, "close");
  peer_test_wait_events (pair.outgoing_events, "close");

  peer_test_pair_clear (&pair);
}

static void
test_close_both (void)
{
  PeerTestPair pair;

  peer_test_pair_open (&pair, NULL);
  peer_base_connection_close (PEER_BASE_CONNECTION (pair.outgoing));
  peer_base_connection_close (PEER_BASE_CONNECTION (pair.incoming));
  peer_test_settle ();
  peer_test_assert_events (pair.outgoing_events, "close");
  peer_test_assert_events (pair.incoming_events, "close");

  peer_test_pair_clear (&pair);
}

static void
test_close_at_once (void)
{
  PeerTestPair pair;

  peer_test_pair_init (&pair);
  pair.outgoing = g_object_ref (peer_peer_connect_to (pair.alice, "bob", NULL));
  pair.outgoing_events = peer_test_recorder_new (pair.outgoing);
  peer_base_connection_close (PEER_BASE_CONNECTION (pair.outgoing));
  peer_test_settle ();
  peer_test_assert_events (pair.outgoing_events, "close");

  peer_test_pair_clear (&pair);
}

static void
test_close_while_connecting (void)
{
  PeerTestPair pair;

  peer_test_pair_init (&pair);
  peer_test_pair_connect (&pair, NULL);
  peer_base_connection_close (PEER_BASE_CONNECTION (pair.outgoing));
  peer_test_assert_events (pair.outgoing_events, "close");
  peer_data_connection_close_flush (pair.incoming);
  peer_test_assert_events (pair.incoming_events, "close");
  peer_test_settle ();

  peer_test_pair_clear (&pair);
}

/* Each signal of a connection, and what its handler does. */
static void
check_in_handler (const char *signal,
                  PeerTestAction action,
                  gboolean is_of_peer)
{
  PeerTestPair pair;
  g_autoptr (GError) error = g_error_new_literal (PEER_ERROR, PEER_ERROR_WEBRTC, "Test");
  gpointer argument;

  peer_test_pair_init (&pair);
  peer_test_pair_connect (&pair, NULL);
  argument = is_of_peer ? (gpointer) pair.alice : pair.outgoing;
  peer_test_on (pair.outgoing, signal, action, argument);
  peer_test_wait (pair.outgoing_events->is_closed || peer_base_connection_get_is_open (PEER_BASE_CONNECTION (pair.outgoing)));
  if (!pair.outgoing_events->is_closed)
    {
      peer_test_wait (pair.incoming_events->is_closed || peer_base_connection_get_is_open (PEER_BASE_CONNECTION (pair.incoming)));
      peer_data_connection_send_text (pair.incoming, "one", NULL);
      peer_data_connection_send_text (pair.incoming, "two", NULL);
      peer_loopback_transport_set_stalled (peer_test_get_transport (pair.outgoing), TRUE);
      peer_data_connection_send_text (pair.outgoing, "three", NULL);
      peer_loopback_transport_set_stalled (peer_test_get_transport (pair.outgoing), FALSE);
      peer_test_settle ();
    }
  if (!pair.outgoing_events->is_closed)
    peer_loopback_transport_fail (peer_test_get_transport (pair.outgoing), error);

  peer_test_wait (pair.outgoing_events->is_closed);
  peer_test_wait (pair.incoming_events->is_closed || !peer_base_connection_get_is_open (PEER_BASE_CONNECTION (pair.incoming)));
  g_assert_cmpint (peer_peer_get_is_destroyed (pair.alice), ==, is_of_peer);

  peer_test_pair_clear (&pair);
}

static const char *signals[] = { "open", "notify::is-open", "ice-state-changed", "data", "drained", "error", "close" };

static void
test_close_in_handler (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    check_in_handler (signals[i], close_action, FALSE);
}

static void
test_close_flush_in_handler (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    check_in_handler (signals[i], close_flush_action, FALSE);
}

static void
test_destroy_in_handler (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    check_in_handler (signals[i], destroy_action, TRUE);
}

static void
test_close_flush (void)
{
  PeerTestPair pair;
  g_autofree char *text = g_strnfill (3000000, 'x');

  peer_test_pair_open_in (&pair, PEER_SERIALIZATION_BINARY);
  peer_loopback_transport_set_stalled (peer_test_get_transport (pair.outgoing), TRUE);
  g_assert_true (peer_data_connection_send_text (pair.outgoing, text, NULL));
  g_assert_true (peer_data_connection_send_text (pair.outgoing, "last", NULL));
  peer_data_connection_close_flush (pair.outgoing);
  peer_data_connection_close_flush (pair.outgoing);
  g_assert_false (peer_data_connection_send_text (pair.outgoing, "late", NULL));
  peer_test_settle ();
  g_assert_true (peer_base_connection_get_is_open (PEER_BASE_CONNECTION (pair.outgoing)));
  peer_test_assert_events (pair.outgoing_events, "");

  peer_loopback_transport_set_stalled (peer_test_get_transport (pair.outgoing), FALSE);
  /* The connection has no order: what is short does not wait for what is long. */
  peer_test_wait_events (pair.incoming_events, "data:'last' data:s close");
  peer_test_wait (pair.outgoing_events->is_closed);

  peer_test_pair_clear (&pair);
}

static void
check_flush_closes (PeerSerialization serialization)
{
  PeerTestPair pair;

  peer_test_pair_open_in (&pair, serialization);
  g_assert_true (peer_data_connection_send_text (pair.outgoing, "last", NULL));
  peer_data_connection_close_flush (pair.outgoing);
  peer_test_wait_events (pair.incoming_events, "data:'last' close");
  peer_test_wait_events (pair.outgoing_events, "close");

  peer_test_pair_clear (&pair);
}

static void
test_close_flush_formats (void)
{
  check_flush_closes (PEER_SERIALIZATION_BINARY);
  check_flush_closes (PEER_SERIALIZATION_JSON);
  check_flush_closes (PEER_SERIALIZATION_MSGPACK);
}

/* There is no way to ask: it closes when everything is out. */
static void
test_close_flush_raw (void)
{
  PeerTestPair pair;

  check_flush_closes (PEER_SERIALIZATION_NONE);

  peer_test_pair_open_in (&pair, PEER_SERIALIZATION_NONE);
  peer_loopback_transport_set_stalled (peer_test_get_transport (pair.outgoing), TRUE);
  g_assert_true (peer_data_connection_send_text (pair.outgoing, "last", NULL));
  peer_data_connection_close_flush (pair.outgoing);
  peer_test_assert_events (pair.outgoing_events, "");
  peer_loopback_transport_set_stalled (peer_test_get_transport (pair.outgoing), FALSE);
  peer_test_wait_events (pair.incoming_events, "data:'last' close");
  peer_test_wait (pair.outgoing_events->is_closed);

  peer_test_pair_clear (&pair);
}

static void
test_close_flush_unanswered (void)
{
  PeerTestPair pair;

  peer_test_pair_open (&pair, NULL);
  /* The other side gets the request and does not know it. */
  g_signal_handlers_disconnect_by_data (PEER_BASE_CONNECTION (pair.incoming)->transport, pair.incoming);
  peer_data_connection_close_flush (pair.outgoing);
  g_assert_nonnull (pair.outgoing->flush_timer);
  g_source_set_ready_time (pair.outgoing->flush_timer, 0);
  peer_test_wait_events (pair.outgoing_events, "close");

  peer_test_pair_clear (&pair);
}

static void
test_close_flush_both (void)
{
  PeerTestPair pair;

  peer_test_pair_open (&pair, NULL);
  g_assert_true (peer_data_connection_send_text (pair.outgoing, "a", NULL));
  g_assert_true (peer_data_connection_send_text (pair.incoming, "b", NULL));
  peer_data_connection_close_flush (pair.outgoing);
  peer_data_connection_close_flush (pair.incoming);
  peer_test_wait_events (pair.outgoing_events, "data:'b' close");
  peer_test_wait_events (pair.incoming_events, "data:'a' close");

  peer_test_pair_clear (&pair);
}

static void
test_close_flush_then_close (void)
{
  PeerTestPair pair;

  peer_test_pair_open (&pair, NULL);
  peer_data_connection_close_flush (pair.outgoing);
  peer_base_connection_close (PEER_BASE_CONNECTION (pair.outgoing));
  peer_test_assert_events (pair.outgoing_events, "close");
  g_assert_null (pair.outgoing->flush_timer);
  peer_test_wait_events (pair.incoming_events, "close");

  peer_test_pair_clear (&pair);
}

static void
test_connect_timeout (void)
{
  PeerTestPair pair;
  PeerBaseConnection *base;

  peer_test_pair_init (&pair);
  pair.outgoing = g_object_ref (peer_peer_connect_to (pair.alice, "nobody", NULL));
  pair.outgoing_events = peer_test_recorder_new (pair.outgoing);
  base = PEER_BASE_CONNECTION (pair.outgoing);
  g_assert_nonnull (base->connect_timer);
  peer_base_connection_set_connect_timeout (base, 0);
  g_assert_null (base->connect_timer);
  peer_base_connection_set_connect_timeout (base, G_MAXUINT);
  g_assert_cmpuint (peer_base_connection_get_connect_timeout (base), ==, G_MAXUINT);
  g_source_set_ready_time (base->connect_timer, 0);
  peer_test_wait_events (pair.outgoing_events, "error:timed-out close");
  peer_test_assert_events (pair.alice_events, "");

  peer_test_pair_clear (&pair);
}

static void
test_connect_timeout_ends (void)
{
  PeerTestPair pair;

  peer_test_pair_open (&pair, NULL);
  g_assert_null (PEER_BASE_CONNECTION (pair.outgoing)->connect_timer);
  g_assert_null (PEER_BASE_CONNECTION (pair.incoming)->connect_timer);
  peer_base_connection_set_connect_timeout (PEER_BASE_CONNECTION (pair.outgoing), 1);
  g_assert_null (PEER_BASE_CONNECTION (pair.outgoing)->connect_timer);

  peer_test_pair_clear (&pair);
}

static void
check_failure (PeerError code,
               const char *expected,
               const char *expected_of_peer)
{
  PeerTestPair pair;
  g_autoptr (GError) error = g_error_new_literal (PEER_ERROR, (int) code, "Test");

  peer_test_pair_open (&pair, NULL);
  peer_loopback_transport_fail (peer_test_get_transport (pair.outgoing), error);
  peer_test_wait_events (pair.outgoing_events, expected);
  peer_test_assert_events (pair.alice_events, expected_of_peer);
  peer_test_wait_events (pair.incoming_events, "close");

  peer_test_pair_clear (&pair);
}

static void
test_failure (void)
{
  check_failure (PEER_ERROR_NEGOTIATION_FAILED, "error:negotiation-failed close", "");
}

static void
test_failure_told_by_peer (void)
{
  check_failure (PEER_ERROR_WEBRTC, "error:webrtc close", "error:webrtc");
  check_failure (PEER_ERROR_BROWSER_INCOMPATIBLE, "error:browser-incompatible close", "error:browser-incompatible");
}

/* Destroys the peer in each of its own signals. */
static void
test_destroy_in_handler_of_peer (void)
{
  const char *peer_signals[] = { "open", "connection", "disconnected", "error", "close",
                                 "notify::is-open", "notify::is-disconnected", "notify::is-destroyed", "notify::id" };

  for (guint i = 0; i < G_N_ELEMENTS (peer_signals); i++)
    {
      g_autoptr (PeerTestServer) server = peer_test_server_new ();
      PeerPeer *alice = peer_test_peer_new (server, NULL);
      PeerPeer *bob = peer_test_peer_new (server, "bob");
      g_autoptr (PeerTestRecorder) events = peer_test_recorder_new (alice);

      peer_test_on (alice, peer_signals[i], destroy_action, alice);
      peer_test_peer_wait_open (bob);
      peer_test_wait (peer_peer_get_is_open (alice) || peer_peer_get_is_destroyed (alice));
      peer_test_settle ();
      g_assert_nonnull (peer_peer_connect_to (bob, "from-the-server", NULL));
      peer_test_wait (events->connections->len == 1 || peer_peer_get_is_destroyed (alice));
      if (!peer_peer_get_is_destroyed (alice))
        peer_test_server_send (server, "from-the-server", "{\"type\":\"ERROR\"}");
      peer_test_wait (peer_peer_get_is_disconnected (alice));
      peer_peer_destroy (alice);
      g_assert_true (g_str_has_suffix (events->events->str, "close"));
      g_assert_false (peer_peer_get_is_open (alice));
      g_assert_true (peer_peer_get_is_disconnected (alice));
      g_assert_cmpuint (g_list_model_get_n_items (peer_peer_get_connections (alice)), ==, 0);
      g_ptr_array_set_size (events->connections, 0);

      peer_test_peer_finish (alice);
      peer_test_peer_finish (bob);
    }
}

static void
test_destroy_with_connections (void)
{
  PeerTestPair pair;

  peer_test_pair_open (&pair, NULL);
  peer_peer_destroy (pair.alice);
  peer_test_assert_events (pair.alice_events, "disconnected:alice close");
  peer_test_assert_events (pair.outgoing_events, "close");
  peer_peer_destroy (pair.alice);
  peer_peer_disconnect_from_server (pair.alice);
  peer_peer_reconnect (pair.alice);
  g_assert_null (peer_peer_connect_to (pair.alice, "bob", NULL));
  peer_test_wait_events (pair.incoming_events, "close");

  peer_test_pair_clear (&pair);
}

static void
test_destroy_at_once (void)
{
  PeerPeer *peer = peer_peer_new ("alice");
  g_autoptr (PeerTestRecorder) events = peer_test_recorder_new (peer);

  peer_peer_destroy (peer);
  peer_test_assert_events (events, "disconnected:alice close");
  peer_test_settle ();
  peer_test_peer_finish (peer);
}

/* Nobody is told anything after the last unref, but the connections are. */
static void
test_unref_without_destroy (void)
{
  PeerTestPair pair;

  peer_test_pair_open (&pair, NULL);
  g_clear_pointer (&pair.alice_events->connections, g_ptr_array_unref);
  pair.alice_events->connections = g_ptr_array_new ();
  g_assert_finalize_object (pair.alice);
  peer_test_assert_events (pair.alice_events, "");
  peer_test_assert_events (pair.outgoing_events, "close");
  g_assert_null (peer_base_connection_get_peer (PEER_BASE_CONNECTION (pair.outgoing)));
  peer_test_wait_events (pair.incoming_events, "close");
  peer_test_wait (!peer_test_server_has_client (pair.server, "alice"));

  pair.alice = peer_test_peer_new (pair.server, "alice");
  peer_test_pair_clear (&pair);
}

static void
test_unref_in_every_state (void)
{
  for (guint n_turns = 0; n_turns < 20; n_turns++)
    {
      g_autoptr (PeerTestServer) server = peer_test_server_new ();
      PeerPeer *peer = peer_test_peer_new (server, NULL);

      g_assert_nonnull (peer_peer_connect_to (peer, "from-the-server", NULL));
      for (guint i = 0; i < n_turns; i++)
        g_main_context_iteration (NULL, FALSE);
      g_assert_finalize_object (peer);
      peer_test_settle ();
    }
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_summary ("The end of connections and peers");

  g_test_add_func ("/connection-close/close", test_close);
  g_test_add_func ("/connection-close/close-incoming", test_close_incoming);
  g_test_add_func ("/connection-close/close-both", test_close_both);
  g_test_add_func ("/connection-close/close-at-once", test_close_at_once);
  g_test_add_func ("/connection-close/close-while-connecting", test_close_while_connecting);
  g_test_add_func ("/connection-close/close-in-handler", test_close_in_handler);
  g_test_add_func ("/connection-close/close-flush-in-handler", test_close_flush_in_handler);
  g_test_add_func ("/connection-close/destroy-in-handler", test_destroy_in_handler);
  g_test_add_func ("/connection-close/close-flush", test_close_flush);
  g_test_add_func ("/connection-close/close-flush-formats", test_close_flush_formats);
  g_test_add_func ("/connection-close/close-flush-raw", test_close_flush_raw);
  g_test_add_func ("/connection-close/close-flush-unanswered", test_close_flush_unanswered);
  g_test_add_func ("/connection-close/close-flush-both", test_close_flush_both);
  g_test_add_func ("/connection-close/close-flush-then-close", test_close_flush_then_close);
  g_test_add_func ("/connection-close/connect-timeout", test_connect_timeout);
  g_test_add_func ("/connection-close/connect-timeout-ends", test_connect_timeout_ends);
  g_test_add_func ("/connection-close/failure", test_failure);
  g_test_add_func ("/connection-close/failure-told-by-peer", test_failure_told_by_peer);
  g_test_add_func ("/connection-close/destroy-in-handler-of-peer", test_destroy_in_handler_of_peer);
  g_test_add_func ("/connection-close/destroy-with-connections", test_destroy_with_connections);
  g_test_add_func ("/connection-close/destroy-at-once", test_destroy_at_once);
  g_test_add_func ("/connection-close/unref-without-destroy", test_unref_without_destroy);
  g_test_add_func ("/connection-close/unref-in-every-state", test_unref_in_every_state);

  return g_test_run ();
}
