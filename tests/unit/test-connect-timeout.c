/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-test-util.h"

/* A transport that comes so far and no further. */
#define STUCK_TYPE_TRANSPORT (stuck_transport_get_type ())
G_DECLARE_FINAL_TYPE (StuckTransport, stuck_transport, STUCK, TRANSPORT, PeerTransport)

struct _StuckTransport
{
  PeerTransport parent_instance;
};

G_DEFINE_FINAL_TYPE (StuckTransport, stuck_transport, PEER_TYPE_TRANSPORT)

static PeerTransportPhase stuck_phase;
static guint stuck_disconnect_timeout;
static guint stuck_n_checks;

static void
stuck_transport_ignore (PeerTransport *transport)
{
}

static void
stuck_transport_ignore_description (PeerTransport *transport,
                                    const char *type,
                                    const char *sdp)
{
}

static void
stuck_transport_ignore_candidate (PeerTransport *transport,
                                  const PeerIceCandidate *candidate)
{
}

static PeerTransportPhase
stuck_transport_get_phase (PeerTransport *transport)
{
  return stuck_phase;
}

static char *
stuck_transport_describe_attempt (PeerTransport *transport)
{
  return g_strdup ("local candidates: host 1");
}

static void
stuck_transport_set_disconnect_timeout (PeerTransport *transport,
                                        guint milliseconds)
{
  stuck_disconnect_timeout = milliseconds;
}

static void
stuck_transport_check (PeerTransport *transport)
{
  stuck_n_checks++;
}

static void
stuck_transport_class_init (StuckTransportClass *klass)
{
  PeerTransportClass *transport_class = PEER_TRANSPORT_CLASS (klass);

  transport_class->start = stuck_transport_ignore;
  transport_class->set_remote_description = stuck_transport_ignore_description;
  transport_class->add_remote_candidate = stuck_transport_ignore_candidate;
  transport_class->close = stuck_transport_ignore;
  transport_class->get_phase = stuck_transport_get_phase;
  transport_class->describe_attempt = stuck_transport_describe_attempt;
  transport_class->set_disconnect_timeout = stuck_transport_set_disconnect_timeout;
  transport_class->check = stuck_transport_check;
}

static void
stuck_transport_init (StuckTransport *self)
{
}

static PeerTransport *
stuck_transport_new (const PeerTransportConfig *config)
{
  return g_object_new (STUCK_TYPE_TRANSPORT, NULL);
}

static void
check_phase (PeerTransportPhase phase,
             const char *ice_server,
             const char *message)
{
  g_autoptr (PeerTestServer) server = peer_test_server_new ();
  PeerPeer *alice = peer_test_peer_new (server, "alice");
  GListStore *ice_servers = G_LIST_STORE (peer_peer_get_ice_servers (alice));
  g_autoptr (PeerIceServer) ice = peer_ice_server_new (ice_server, "user", "password");
  PeerDataConnection *connection;
  g_autoptr (PeerTestRecorder) events = NULL;
  g_autoptr (PeerTestRecorder) alice_events = NULL;

  g_list_store_remove_all (ice_servers);
  g_list_store_append (ice_servers, ice);
  peer_peer_set_transport_factory (alice, stuck_transport_new);
  peer_test_peer_wait_open (alice);
  alice_events = peer_test_recorder_new (alice);
  stuck_phase = phase;
  connection = peer_peer_connect_to (alice, "bob", NULL);
  events = peer_test_recorder_new (connection);
  peer_base_connection_set_connect_timeout (PEER_BASE_CONNECTION (connection), 1);
  peer_test_wait_events (events, "error:timed-out close");
  g_assert_error (events->error, PEER_ERROR, PEER_ERROR_TIMED_OUT);
  g_assert_cmpstr (events->error->message, ==, message);
  /* Which peer was not reached is the connection's business. */
  peer_test_assert_events (alice_events, "");

  peer_test_peer_finish (alice);
}

static void
test_signaling (void)
{
  check_phase (PEER_TRANSPORT_PHASE_SIGNALING, "turn:turn.example",
               "No connection to peer bob after 1 second: the other peer did not answer");
}

static void
test_ice (void)
{
  check_phase (PEER_TRANSPORT_PHASE_ICE, "turn:turn.example",
               "No connection to peer bob after 1 second: no path through the network was found (local candidates: host 1)");
}

static void
test_ice_without_turn (void)
{
  check_phase (PEER_TRANSPORT_PHASE_ICE, "stun:stun.example",
               "No connection to peer bob after 1 second: no path through the network was found (local candidates: host 1); no TURN server is set");
}

static void
test_dtls (void)
{
  check_phase (PEER_TRANSPORT_PHASE_DTLS, "stun:stun.example",
               "No connection to peer bob after 1 second: a path was found, but no secure session came about over it (local candidates: host 1)");
}

static void
test_channel (void)
{
  check_phase (PEER_TRANSPORT_PHASE_CHANNEL, "stun:stun.example",
               "No connection to peer bob after 1 second: the path is there and secure, but the data channel did not open (local candidates: host 1)");
}

/* connect_to() before the peer is open, and the server never lets it be. */
static void
test_without_server (void)
{
  g_autoptr (PeerTestServer) server = peer_test_server_new ();
  PeerPeer *alice = peer_test_peer_new (server, "alice");
  PeerDataConnection *connection;
  g_autoptr (PeerTestRecorder) events = NULL;

  server->greeting = NULL;
  connection = peer_peer_connect_to (alice, "bob", NULL);
  events = peer_test_recorder_new (connection);
  peer_base_connection_set_connect_timeout (PEER_BASE_CONNECTION (connection), 1);
  peer_test_wait_events (events, "error:timed-out close");
  g_assert_cmpstr (events->error->message, ==, "No connection to peer bob after 1 second: this peer is not connected to its server");

  peer_test_peer_finish (alice);
}

static void
test_disconnect_timeout_reaches_transport (void)
{
  g_autoptr (PeerTestServer) server = peer_test_server_new ();
  PeerPeer *alice = peer_test_peer_new (server, "alice");
  g_autoptr (PeerBaseConnection) connection = NULL;
  guint seconds;

  peer_peer_set_transport_factory (alice, stuck_transport_new);
  peer_test_peer_wait_open (alice);
  connection = g_object_ref (PEER_BASE_CONNECTION (peer_peer_connect_to (alice, "bob", NULL)));
  g_assert_cmpuint (peer_base_connection_get_disconnect_timeout (connection), ==, 30);
  g_assert_cmpuint (stuck_disconnect_timeout, ==, 30000);
  g_object_set (connection, "disconnect-timeout", 7, NULL);
  g_assert_cmpuint (stuck_disconnect_timeout, ==, 7000);
  peer_base_connection_set_disconnect_timeout (connection, G_MAXUINT);
  g_assert_cmpuint (stuck_disconnect_timeout, ==, G_MAXUINT / 1000 * 1000);
  peer_base_connection_set_disconnect_timeout (connection, 0);
  g_assert_cmpuint (stuck_disconnect_timeout, ==, 0);

  stuck_n_checks = 0;
  peer_base_connection_check (connection);
  g_assert_cmpuint (stuck_n_checks, ==, 1);
  peer_base_connection_close (connection);
  peer_base_connection_check (connection);
  g_assert_cmpuint (stuck_n_checks, ==, 1);
  peer_base_connection_set_disconnect_timeout (connection, 5);
  g_object_get (connection, "disconnect-timeout", &seconds, NULL);
  g_assert_cmpuint (seconds, ==, 5);
  g_assert_cmpuint (stuck_disconnect_timeout, ==, 0);

  peer_test_peer_finish (alice);
}

/* The link is cut without a word; both sides notice by themselves. */
static void
test_vanished (void)
{
  PeerTestPair pair;

  peer_test_pair_open (&pair, NULL);
  peer_base_connection_set_disconnect_timeout (PEER_BASE_CONNECTION (pair.outgoing), 1);
  peer_base_connection_set_disconnect_timeout (PEER_BASE_CONNECTION (pair.incoming), 1);
  peer_loopback_transport_set_silent (peer_test_get_transport (pair.outgoing), TRUE);
  peer_test_wait_events (pair.outgoing_events, "error:timed-out close");
  peer_test_wait_events (pair.incoming_events, "error:timed-out close");
  peer_test_assert_events (pair.alice_events, "");

  peer_test_pair_clear (&pair);
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/connect-timeout/signaling", test_signaling);
  g_test_add_func ("/connect-timeout/ice", test_ice);
  g_test_add_func ("/connect-timeout/ice-without-turn", test_ice_without_turn);
  g_test_add_func ("/connect-timeout/dtls", test_dtls);
  g_test_add_func ("/connect-timeout/channel", test_channel);
  g_test_add_func ("/connect-timeout/without-server", test_without_server);
  g_test_add_func ("/connect-timeout/disconnect-timeout-reaches-transport", test_disconnect_timeout_reaches_transport);
  g_test_add_func ("/connect-timeout/vanished", test_vanished);

  return g_test_run ();
}
