/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-test-reconnect.h"

static void
test_close (void)
{
  PeerTestPair pair;

  for (guint i = 0; i < 2; i++)
    {
      reconnect_pair_open (&pair);
      peer_base_connection_close (PEER_BASE_CONNECTION (i == 0 ? pair.outgoing : pair.incoming));
      peer_test_wait_events (pair.outgoing_events, "close");
      peer_test_wait_events (pair.incoming_events, "close");
      peer_test_pair_clear (&pair);
    }
}

static void
test_close_flush (void)
{
  PeerTestPair pair;

  reconnect_pair_open (&pair);
  for (guint i = 0; i < RECONNECT_N_MESSAGES; i++)
    reconnect_send_number (pair.outgoing, i);
  peer_data_connection_close_flush (pair.outgoing);
  peer_test_wait (pair.outgoing_events->is_closed && pair.incoming_events->is_closed);
  g_assert_cmpuint (pair.incoming_events->values->len, ==, RECONNECT_N_MESSAGES);

  peer_test_pair_clear (&pair);
}

static void
test_close_flush_while_reconnecting (void)
{
  PeerTestPair pair;

  reconnect_pair_open (&pair);
  peer_loopback_transport_set_stalled (peer_test_get_transport (pair.outgoing), TRUE);
  for (guint i = 0; i < RECONNECT_N_MESSAGES; i++)
    reconnect_send_number (pair.outgoing, i);
  reconnect_break_link (pair.outgoing);
  peer_data_connection_close_flush (pair.outgoing);
  peer_test_wait (pair.outgoing_events->is_closed && pair.incoming_events->is_closed);
  g_assert_cmpuint (pair.incoming_events->values->len, ==, RECONNECT_N_MESSAGES);
  g_assert_null (strstr (pair.incoming_events->events->str, "error"));

  peer_test_pair_clear (&pair);
}

/* The other side is told through the server. */
static void
test_close_while_reconnecting (void)
{
  PeerTestPair pair;

  for (guint i = 0; i < 2; i++)
    {
      reconnect_pair_open (&pair);
      pair.server->holds = TRUE;
      reconnect_break_link (pair.outgoing);
      reconnect_wait_broken (&pair);
      peer_base_connection_close (PEER_BASE_CONNECTION (i == 0 ? pair.outgoing : pair.incoming));
      g_assert_false (peer_data_connection_get_is_reconnecting (i == 0 ? pair.outgoing : pair.incoming));
      pair.server->holds = FALSE;
      peer_test_server_release (pair.server);
      peer_test_wait_events (pair.outgoing_events, "close");
      peer_test_wait_events (pair.incoming_events, "close");
      peer_test_assert_events (pair.alice_events, "");
      peer_test_pair_clear (&pair);
    }
}

/* It closed when nobody could be told. */
static void
test_closed_meanwhile (void)
{
  PeerTestPair pair;

  reconnect_pair_open (&pair);
  peer_loopback_transport_set_silent (peer_test_get_transport (pair.outgoing), TRUE);
  peer_base_connection_close (PEER_BASE_CONNECTION (pair.incoming));
  peer_test_settle ();
  peer_test_assert_events (pair.outgoing_events, "");
  peer_base_connection_set_disconnect_timeout (PEER_BASE_CONNECTION (pair.outgoing), 1);
  peer_test_wait_events (pair.outgoing_events, "close");
  /* No new connection came of it. */
  g_assert_cmpuint (pair.bob_events->connections->len, ==, 1);

  peer_test_pair_clear (&pair);
}

static void
test_destroyed (void)
{
  PeerTestPair pair;

  for (guint i = 0; i < 2; i++)
    {
      reconnect_pair_open (&pair);
      reconnect_break_link (pair.outgoing);
      reconnect_wait_broken (&pair);
      peer_peer_destroy (i == 0 ? pair.alice : pair.bob);
      g_assert_true ((i == 0 ? pair.outgoing_events : pair.incoming_events)->is_closed);
      peer_test_pair_clear (&pair);
    }
}

static void
close_in_notify (PeerDataConnection *connection)
{
  if (peer_data_connection_get_is_reconnecting (connection))
    peer_base_connection_close (PEER_BASE_CONNECTION (connection));
}

static void
test_close_in_notify (void)
{
  PeerTestPair pair;

  reconnect_pair_open (&pair);
  g_signal_connect (pair.outgoing, "notify::is-reconnecting", G_CALLBACK (close_in_notify), NULL);
  reconnect_break_link (pair.outgoing);
  peer_test_wait_events (pair.outgoing_events, "close");
  peer_test_wait_events (pair.incoming_events, "close");

  peer_test_pair_clear (&pair);
}

static void
test_close_when_resumed (void)
{
  PeerTestPair pair;

  reconnect_pair_open (&pair);
  reconnect_break_link (pair.outgoing);
  reconnect_wait_broken (&pair);
  peer_test_on (pair.outgoing, "notify::is-reconnecting", (PeerTestAction) peer_base_connection_close, pair.outgoing);
  peer_test_wait_events (pair.outgoing_events, "close");
  peer_test_wait_events (pair.incoming_events, "close");

  peer_test_pair_clear (&pair);
}

static void
test_timeout (void)
{
  PeerTestPair pair;

  reconnect_pair_open (&pair);
  pair.server->holds = TRUE;
  g_object_set (pair.outgoing, "reconnect-timeout", 1, NULL);
  reconnect_break_link (pair.outgoing);
  reconnect_send_number (pair.outgoing, 0);
  peer_test_wait_events (pair.outgoing_events, "error:timed-out close");
  g_assert_cmpstr (pair.outgoing_events->error->message, ==,
                   "The connection to peer bob was lost and could not be made again within 1 second: the other peer did not answer");
  g_assert_false (peer_data_connection_get_is_reconnecting (pair.outgoing));
  /* The other side waits for longer, until it is told. */
  peer_test_assert_events (pair.incoming_events, "");
  pair.server->holds = FALSE;
  peer_test_server_release (pair.server);
  peer_test_wait_events (pair.incoming_events, "close");

  peer_test_pair_clear (&pair);
}

static void
test_no_timeout (void)
{
  PeerTestPair pair;

  reconnect_pair_open (&pair);
  pair.server->holds = TRUE;
  peer_data_connection_set_reconnect_timeout (pair.outgoing, 0);
  peer_data_connection_set_reconnect_timeout (pair.incoming, 0);
  reconnect_break_link (pair.outgoing);
  reconnect_wait_broken (&pair);
  peer_data_connection_set_reconnect_timeout (pair.outgoing, 1);
  peer_test_wait_events (pair.outgoing_events, "error:timed-out close");

  peer_test_pair_clear (&pair);
}

static void
test_leave_is_the_end (void)
{
  PeerTestPair pair;

  reconnect_pair_open (&pair);
  pair.server->holds = TRUE;
  reconnect_break_link (pair.outgoing);
  reconnect_wait_broken (&pair);
  peer_test_server_send_message (pair.server, "LEAVE", "bob", "alice", NULL);
  peer_test_wait_events (pair.outgoing_events, "close");

  peer_test_pair_clear (&pair);
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_summary ("The end of connections that outlive their link");
  g_test_add_func ("/reconnect-end/close", test_close);
  g_test_add_func ("/reconnect-end/close-flush", test_close_flush);
  g_test_add_func ("/reconnect-end/close-flush-while-reconnecting", test_close_flush_while_reconnecting);
  g_test_add_func ("/reconnect-end/close-while-reconnecting", test_close_while_reconnecting);
  g_test_add_func ("/reconnect-end/closed-meanwhile", test_closed_meanwhile);
  g_test_add_func ("/reconnect-end/destroyed", test_destroyed);
  g_test_add_func ("/reconnect-end/close-in-notify", test_close_in_notify);
  g_test_add_func ("/reconnect-end/close-when-resumed", test_close_when_resumed);
  g_test_add_func ("/reconnect-end/timeout", test_timeout);
  g_test_add_func ("/reconnect-end/no-timeout", test_no_timeout);
  g_test_add_func ("/reconnect-end/leave-is-the-end", test_leave_is_the_end);

  return reconnect_test_run ();
}
