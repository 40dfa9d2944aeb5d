/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-test-util.h"

/* Sends bob a message in alice's name. */
static void
send_to_bob (PeerTestServer *server,
             const char *type,
             const char *payload)
{
  peer_test_server_send_message (server, type, "alice", "bob", payload);
}

/* What bob was sent before this has been looked at. */
static void
settle_bob (PeerTestPair *pair)
{
  g_autoptr (PeerDataConnection) connection = g_object_ref (peer_peer_connect_to (pair->bob, "nobody", NULL));

  peer_test_server_send_message (pair->server, "LEAVE", "nobody", "bob", NULL);
  peer_test_wait (PEER_BASE_CONNECTION (connection)->state == PEER_CONNECTION_STATE_CLOSED);
}

static void
test_expire (void)
{
  PeerTestPair pair;

  peer_test_pair_init (&pair);
  pair.outgoing = g_object_ref (peer_peer_connect_to (pair.alice, "nobody", NULL));
  pair.outgoing_events = peer_test_recorder_new (pair.outgoing);
  peer_test_wait (peer_test_server_count (pair.server, "OFFER") == 1);
  peer_test_server_send_message (pair.server, "EXPIRE", "nobody", "alice", NULL);
  peer_test_server_send_message (pair.server, "EXPIRE", "nobody", "alice", NULL);
  peer_test_server_send (pair.server, "alice", "{\"type\":\"ERROR\"}");
  peer_test_wait_events (pair.alice_events, "error:peer-unavailable error:server-error disconnected:alice");
  peer_test_assert_events (pair.outgoing_events, "error:peer-unavailable close");
  g_assert_cmpstr (pair.outgoing_events->error->message, ==, "Could not connect to peer nobody");

  peer_test_pair_clear (&pair);
}

/* One message from the server is one error of the peer, however many wait. */
static void
test_expire_of_several (void)
{
  PeerTestPair pair;
  g_autoptr (PeerTestRecorder) first = NULL;
  g_autoptr (PeerTestRecorder) second = NULL;

  peer_test_pair_init (&pair);
  first = peer_test_recorder_new (peer_peer_connect_to (pair.alice, "nobody", NULL));
  second = peer_test_recorder_new (peer_peer_connect_to (pair.alice, "nobody", NULL));
  peer_test_wait (peer_test_server_count (pair.server, "OFFER") == 2);
  peer_test_server_send_message (pair.server, "EXPIRE", "nobody", "alice", NULL);
  peer_test_wait_events (first, "error:peer-unavailable close");
  peer_test_wait_events (second, "error:peer-unavailable close");
  peer_test_assert_events (pair.alice_events, "error:peer-unavailable");

  peer_test_pair_clear (&pair);
}

static void
test_expire_leaves_open_alone (void)
{
  PeerTestPair pair;

  peer_test_pair_open (&pair, NULL);
  peer_test_server_send_message (pair.server, "EXPIRE", "bob", "alice", NULL);
  send_to_bob (pair.server, "EXPIRE", NULL);
  settle_bob (&pair);
  peer_test_assert_events (pair.outgoing_events, "");
  peer_test_assert_events (pair.incoming_events, "");

  peer_test_pair_clear (&pair);
}

static void
test_leave (void)
{
  PeerTestPair pair;
  PeerTestRecorder *events[3];

  peer_test_pair_open (&pair, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (events); i++)
    events[i] = peer_test_recorder_new (peer_peer_connect_to (pair.alice, i < 2 ? "bob" : "carol", NULL));
  peer_test_wait_events (events[0], "open");
  peer_test_wait_events (events[1], "open");
  peer_test_server_send_message (pair.server, "LEAVE", "bob", "alice", NULL);
  peer_test_wait_events (events[0], "open close");
  peer_test_wait_events (events[1], "open close");
  peer_test_wait_events (pair.outgoing_events, "close");
  peer_test_assert_events (events[2], "");
  g_assert_cmpuint (g_list_model_get_n_items (peer_peer_get_connections (pair.alice)), ==, 1);
  for (guint i = 0; i < G_N_ELEMENTS (events); i++)
    peer_test_recorder_free (events[i]);

  peer_test_pair_clear (&pair);
}

#define EARLY "{\"candidate\":{\"candidate\":\"candidate:9 1 UDP 1 127.0.0.1 9 typ host\",\"sdpMid\":\"0\"},\"type\":\"data\",\"connectionId\":\"dc_early\"}"

static void
test_candidates_before_offer (void)
{
  PeerTestPair pair;
  gpointer offer;

  peer_test_pair_init (&pair);
  pair.server->holds = TRUE;
  g_assert_nonnull (peer_peer_connect_to (pair.alice, "bob", NULL));
  peer_test_wait (peer_test_server_count (pair.server, "CANDIDATE") == 2);
  offer = g_ptr_array_steal_index (pair.server->waiting, 0);
  peer_test_server_release (pair.server);
  peer_test_wait (peer_early_candidates_get_n_connections (pair.bob->early_candidates) == 1);
  g_ptr_array_add (pair.server->waiting, offer);
  pair.server->holds = FALSE;
  peer_test_server_release (pair.server);
  peer_test_wait_events (pair.bob_events, "connection");
  g_assert_cmpuint (peer_early_candidates_get_n_connections (pair.bob->early_candidates), ==, 0);
  pair.incoming = g_object_ref (g_ptr_array_index (pair.bob_events->connections, 0));
  pair.incoming_events = peer_test_recorder_new (pair.incoming);
  peer_test_wait (peer_base_connection_get_is_open (PEER_BASE_CONNECTION (pair.incoming)));

  peer_test_pair_clear (&pair);
}

/* Nobody may use the candidates of another. */
static void
test_candidates_before_offer_bounded (void)
{
  PeerTestPair pair;
  g_autoptr (GPtrArray) payloads = NULL;
  g_autofree char *long_text = g_strnfill (100000, 'x');
  g_autofree char *long_payload = g_strdup_printf ("{\"connectionId\":\"dc_long\",\"candidate\":{\"candidate\":\"%s\"}}", long_text);

  peer_test_pair_init (&pair);
  for (guint i = 0; i < PEER_EARLY_CANDIDATES_MAX + 5; i++)
    send_to_bob (pair.server, "CANDIDATE", EARLY);
  send_to_bob (pair.server, "CANDIDATE", long_payload);
  peer_test_server_send_message (pair.server, "CANDIDATE", "carol", "bob", EARLY);
  settle_bob (&pair);
  g_assert_cmpuint (peer_early_candidates_get_n_connections (pair.bob->early_candidates), ==, 2);
  payloads = peer_early_candidates_take (pair.bob->early_candidates, "alice", "dc_early");
  g_assert_cmpuint (payloads->len, ==, PEER_EARLY_CANDIDATES_MAX);

  peer_test_pair_clear (&pair);
}

static void
test_candidates_before_answer (void)
{
  PeerTestPair pair;
  gpointer answer;

  peer_test_pair_init (&pair);
  pair.outgoing = g_object_ref (peer_peer_connect_to (pair.alice, "bob", NULL));
  pair.outgoing_events = peer_test_recorder_new (pair.outgoing);
  pair.server->holds = TRUE;
  peer_test_wait (pair.server->waiting->len == 3);
  peer_test_server_release (pair.server);
  peer_test_wait (pair.server->waiting->len == 3);
  answer = g_ptr_array_steal_index (pair.server->waiting, 0);
  peer_test_server_release (pair.server);
  peer_test_wait (PEER_BASE_CONNECTION (pair.outgoing)->early_candidates->len == 2);
  peer_test_assert_events (pair.outgoing_events, "");
  g_ptr_array_add (pair.server->waiting, answer);
  peer_test_server_release (pair.server);
  peer_test_wait_events (pair.outgoing_events, "open");
  g_assert_cmpuint (PEER_BASE_CONNECTION (pair.outgoing)->early_candidates->len, ==, 0);

  peer_test_pair_clear (&pair);
}

static void
test_second_answer_ignored (void)
{
  PeerTestPair pair;
  g_autofree char *payload = NULL;

  peer_test_pair_open (&pair, NULL);
  payload = g_strdup_printf ("{\"connectionId\":\"%s\",\"type\":\"data\",\"sdp\":{\"type\":\"answer\",\"sdp\":\"nonsense\"}}",
                             peer_base_connection_get_connection_id (PEER_BASE_CONNECTION (pair.incoming)));
  send_to_bob (pair.server, "ANSWER", payload);
  settle_bob (&pair);
  peer_test_assert_events (pair.incoming_events, "");

  peer_test_pair_clear (&pair);
}

static void
test_answer_nonsense (void)
{
  PeerTestPair pair;
  g_autofree char *payload = NULL;

  peer_test_pair_init (&pair);
  pair.outgoing = g_object_ref (peer_peer_connect_to (pair.alice, "carol", NULL));
  pair.outgoing_events = peer_test_recorder_new (pair.outgoing);
  payload = g_strdup_printf ("{\"connectionId\":\"%s\",\"type\":\"data\",\"sdp\":{\"type\":\"answer\",\"sdp\":\"nonsense\"}}",
                             peer_base_connection_get_connection_id (PEER_BASE_CONNECTION (pair.outgoing)));
  peer_test_wait (peer_test_server_count (pair.server, "OFFER") == 1);
  peer_test_server_send_message (pair.server, "ANSWER", "carol", "alice", payload);
  peer_test_wait_events (pair.outgoing_events, "error:webrtc close");
  peer_test_assert_events (pair.alice_events, "error:webrtc");

  peer_test_pair_clear (&pair);
}

/* The offer of the connection that is open, once more. */
static void
test_offer_again_closes_the_old (void)
{
  PeerTestPair pair;
  const char *id;

  peer_test_pair_open (&pair, NULL);
  id = peer_base_connection_get_connection_id (PEER_BASE_CONNECTION (pair.incoming));
  {
    g_autofree char *payload = g_strdup_printf ("{\"connectionId\":\"%s\",\"type\":\"data\",\"sdp\":{\"type\":\"offer\",\"sdp\":\"v=0\"}}", id);

    send_to_bob (pair.server, "OFFER", payload);
  }
  peer_test_wait_events (pair.incoming_events, "close");
  peer_test_wait (pair.bob_events->connections->len == 2);
  g_assert_true (g_ptr_array_index (pair.bob_events->connections, 1) != (gpointer) pair.incoming);

  peer_test_pair_clear (&pair);
}

/* What nothing can be made of takes nothing away. */
static void
test_offer_again_ignored (void)
{
  PeerTestPair pair;
  const char *const rests[] = { "", ",\"type\":\"data\"", ",\"type\":\"data\",\"serialization\":\"unheard-of\",\"sdp\":{\"sdp\":\"v=0\"}" };

  peer_test_pair_open (&pair, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rests); i++)
    {
      g_autofree char *payload = g_strdup_printf ("{\"connectionId\":\"%s\"%s}",
                                                  peer_base_connection_get_connection_id (PEER_BASE_CONNECTION (pair.incoming)),
                                                  rests[i]);

      send_to_bob (pair.server, "OFFER", payload);
    }
  settle_bob (&pair);
  peer_test_assert_events (pair.incoming_events, "");

  peer_test_pair_clear (&pair);
}

static void
check_offer (const char *payload,
             gboolean is_accepted)
{
  PeerTestPair pair;

  peer_test_pair_init (&pair);
  send_to_bob (pair.server, "OFFER", payload);
  settle_bob (&pair);
  peer_test_assert_events (pair.bob_events, is_accepted ? "connection" : "");

  peer_test_pair_clear (&pair);
}

#define SDP "\"sdp\":{\"type\":\"offer\",\"sdp\":\"v=0\"}"

static void
test_offer_ignored (void)
{
  const char *payloads[] = {
    "{}",
    "[]",
    "null",
    "7",
    "{\"type\":\"data\"," SDP "}",
    "{\"connectionId\":7,\"type\":\"data\"," SDP "}",
    "{\"connectionId\":\"c\"," SDP "}",
    "{\"connectionId\":\"c\",\"type\":7," SDP "}",
    "{\"connectionId\":\"c\",\"type\":\"media\"," SDP "}",
    "{\"connectionId\":\"c\",\"type\":\"other\"," SDP "}",
    "{\"connectionId\":\"c\",\"type\":\"data\"}",
    "{\"connectionId\":\"c\",\"type\":\"data\",\"sdp\":\"v=0\"}",
    "{\"connectionId\":\"c\",\"type\":\"data\",\"sdp\":{\"sdp\":7}}",
    "{\"connectionId\":\"c\",\"type\":\"data\",\"serialization\":\"Cbor\"," SDP "}",
    "{\"connectionId\":\"c\",\"type\":\"data\",\"serialization\":\"\"," SDP "}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (payloads); i++)
    check_offer (payloads[i], FALSE);
}

static void
test_offer_tolerated (void)
{
  /* As PeerJS 1.4 and older say it, and with members of other types. */
  check_offer ("{\"connectionId\":\"c\",\"type\":\"data\",\"browser\":\"chrome\",\"serialization\":\"binary-utf8\",\"label\":\"c\",\"reliable\":false," SDP "}", TRUE);
  check_offer ("{\"connectionId\":\"c\",\"type\":\"data\"," SDP "}", TRUE);
  check_offer ("{\"connectionId\":\"c\",\"type\":\"data\",\"label\":7,\"reliable\":\"yes\",\"serialization\":7,\"metadata\":null," SDP "}", TRUE);
}

static void
test_offer_nonsense_fails (void)
{
  PeerTestPair pair;

  peer_test_pair_init (&pair);
  send_to_bob (pair.server, "OFFER", "{\"connectionId\":\"c\",\"type\":\"data\"," SDP "}");
  peer_test_wait_events (pair.bob_events, "connection error:webrtc");
  g_assert_cmpuint (g_list_model_get_n_items (peer_peer_get_connections (pair.bob)), ==, 0);

  peer_test_pair_clear (&pair);
}

static void
test_metadata_without_form (void)
{
  PeerTestPair pair;
  g_autoptr (PeerConnectOptions) options = peer_connect_options_new ();
  double nothing = 0;

  peer_test_pair_init (&pair);
  peer_connect_options_set_metadata (options, g_variant_new_double (1 / nothing));
  pair.outgoing = g_object_ref (peer_peer_connect_to (pair.alice, "bob", options));
  pair.outgoing_events = peer_test_recorder_new (pair.outgoing);
  peer_test_wait_events (pair.outgoing_events, "error:unsupported-value close");
  g_assert_cmpuint (peer_test_server_count (pair.server, "OFFER"), ==, 0);

  peer_test_pair_clear (&pair);
}

static void
refuse_cb (PeerPeer *peer,
           PeerBaseConnection *connection)
{
  peer_base_connection_close (connection);
}

static void
test_refused_in_handler (void)
{
  PeerTestPair pair;

  peer_test_pair_init (&pair);
  g_signal_connect (pair.bob, "connection", G_CALLBACK (refuse_cb), NULL);
  g_assert_nonnull (peer_peer_connect_to (pair.alice, "bob", NULL));
  peer_test_wait_events (pair.bob_events, "connection");
  settle_bob (&pair);
  g_assert_cmpuint (peer_test_server_count (pair.server, "ANSWER"), ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (peer_peer_get_connections (pair.bob)), ==, 0);

  peer_test_pair_clear (&pair);
}

static void
stop_failed_cb (PeerTransport *transport)
{
  g_signal_stop_emission_by_name (transport, "failed");
}

/* Makes transports that never get anywhere. */
static PeerTransport *
idle_factory (const PeerTransportConfig *config)
{
  PeerTransport *transport = peer_loopback_transport_new (config);

  g_signal_connect (transport, "failed", G_CALLBACK (stop_failed_cb), NULL);

  return transport;
}

/* Somebody who floods us with offers gets no more than a number of them. */
static void
test_offers_bounded (void)
{
  PeerTestPair pair;

  peer_test_pair_init (&pair);
  peer_peer_set_transport_factory (pair.bob, idle_factory);
  for (guint i = 0; i < 300; i++)
    {
      g_autofree char *payload = g_strdup_printf ("{\"connectionId\":\"c%u\",\"type\":\"data\"," SDP "}", i);

      send_to_bob (pair.server, "OFFER", payload);
    }
  settle_bob (&pair);
  g_assert_cmpuint (g_list_model_get_n_items (peer_peer_get_connections (pair.bob)), ==, 64);

  /* Somebody else still gets in. */
  peer_test_server_send_message (pair.server, "OFFER", "carol", "bob", "{\"connectionId\":\"c\",\"type\":\"data\"," SDP "}");
  settle_bob (&pair);
  g_assert_cmpuint (g_list_model_get_n_items (peer_peer_get_connections (pair.bob)), ==, 65);

  peer_test_pair_clear (&pair);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_summary ("Messages between peers that make a connection");

  g_test_add_func ("/negotiation/expire", test_expire);
  g_test_add_func ("/negotiation/expire-of-several", test_expire_of_several);
  g_test_add_func ("/negotiation/expire-leaves-open-alone", test_expire_leaves_open_alone);
  g_test_add_func ("/negotiation/leave", test_leave);
  g_test_add_func ("/negotiation/candidates-before-offer", test_candidates_before_offer);
  g_test_add_func ("/negotiation/candidates-before-offer-bounded", test_candidates_before_offer_bounded);
  g_test_add_func ("/negotiation/candidates-before-answer", test_candidates_before_answer);
  g_test_add_func ("/negotiation/second-answer-ignored", test_second_answer_ignored);
  g_test_add_func ("/negotiation/answer-nonsense", test_answer_nonsense);
  g_test_add_func ("/negotiation/offer-again-closes-the-old", test_offer_again_closes_the_old);
  g_test_add_func ("/negotiation/offer-again-ignored", test_offer_again_ignored);
  g_test_add_func ("/negotiation/offer-ignored", test_offer_ignored);
  g_test_add_func ("/negotiation/offer-tolerated", test_offer_tolerated);
  g_test_add_func ("/negotiation/offer-nonsense-fails", test_offer_nonsense_fails);
  g_test_add_func ("/negotiation/metadata-without-form", test_metadata_without_form);
  g_test_add_func ("/negotiation/refused-in-handler", test_refused_in_handler);
  g_test_add_func ("/negotiation/offers-bounded", test_offers_bounded);

  return g_test_run ();
}
