/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-test-reconnect.h"

/* Both sides offer the same link before they hear of each other. */
static void
test_offers_cross (void)
{
  PeerTestPair pair;

  reconnect_pair_open (&pair);
  pair.server->holds = TRUE;
  reconnect_break_link (pair.outgoing);
  peer_test_wait (reconnect_count_waiting (&pair, "\"OFFER\"") == 2);
  reconnect_send_number (pair.outgoing, 0);
  reconnect_send_number (pair.incoming, 0);
  pair.server->holds = FALSE;
  peer_test_server_release (pair.server);
  reconnect_wait_numbers (pair.incoming_events, 1);
  reconnect_wait_numbers (pair.outgoing_events, 1);
  reconnect_check_alive (&pair);
  /* The offer of the side that made the connection was answered. */
  g_assert_nonnull (strstr (peer_test_server_get_last (pair.server, "ANSWER"), "\"dst\":\"alice\""));
  g_assert_cmpuint (peer_test_server_count (pair.server, "ANSWER"), ==, 2);

  peer_test_pair_clear (&pair);
}

/* An offer comes twice, and an answer. */
static void
test_repeated_messages (void)
{
  PeerTestPair pair;

  reconnect_pair_open (&pair);
  reconnect_break_link (pair.outgoing);
  reconnect_wait_broken (&pair);
  peer_test_wait (reconnect_is_whole (&pair));
  for (guint i = 0; i < pair.server->messages->len; i++)
    {
      const char *message = g_ptr_array_index (pair.server->messages, i);
      gboolean is_to_bob = strstr (message, "\"dst\":\"bob\"") != NULL;
      g_autofree char *text = NULL;

      if (strstr (message, "\"attempt\":1") == NULL)
        continue;
      text = g_strdup_printf ("%.*s,\"src\":\"%s\"}", (int) strlen (message) - 1, message, is_to_bob ? "alice" : "bob");
      peer_test_server_send (pair.server, is_to_bob ? "bob" : "alice", text);
    }
  reconnect_check_works (&pair);

  peer_test_pair_clear (&pair);
}

/* The first offer comes again, as a new one. */
static void
test_repeated_offer (void)
{
  PeerTestPair pair;
  const char *offer;
  g_autofree char *text = NULL;

  reconnect_pair_open (&pair);
  offer = peer_test_server_get_last (pair.server, "OFFER");
  text = g_strdup_printf ("%.*s,\"src\":\"alice\"}", (int) strlen (offer) - 1, offer);
  peer_test_server_send (pair.server, "bob", text);
  reconnect_send_number (pair.outgoing, 0);
  reconnect_wait_numbers (pair.incoming_events, 1);
  reconnect_check_alive (&pair);

  peer_test_pair_clear (&pair);
}

static PeerTransport *
stalled_factory (const PeerTransportConfig *config)
{
  PeerTransport *transport = peer_loopback_transport_new (config);

  peer_loopback_transport_set_stalled (PEER_LOOPBACK_TRANSPORT (transport), TRUE);

  return transport;
}

/* A new link is there, and the other side does not say where it stands. */
static void
test_no_greeting (void)
{
  PeerTestPair pair;
  PeerReconnection *reconnection;
  PeerLoopbackTransport *link;

  reconnect_pair_open (&pair);
  reconnection = PEER_BASE_CONNECTION (pair.outgoing)->reconnection;
  peer_peer_set_transport_factory (pair.bob, stalled_factory);
  reconnect_break_link (pair.outgoing);
  reconnect_wait_broken (&pair);
  reconnect_send_number (pair.outgoing, 0);
  peer_test_wait ((link = peer_test_get_transport (pair.outgoing)) != NULL);
  peer_test_settle ();
  g_assert_true (peer_data_connection_get_is_reconnecting (pair.outgoing));
  g_assert_nonnull (reconnection->attempt_source);
  peer_peer_set_transport_factory (pair.bob, peer_loopback_transport_new);
  g_source_set_ready_time (reconnection->attempt_source, 0);
  reconnect_send_number (pair.incoming, 0);
  reconnect_wait_numbers (pair.incoming_events, 1);
  reconnect_wait_numbers (pair.outgoing_events, 1);
  reconnect_check_alive (&pair);

  peer_test_pair_clear (&pair);
}

/* The new link does not come about in time, on either side. */
static void
test_attempt_timeout (void)
{
  PeerTestPair pair;
  PeerReconnection *reconnection;

  reconnect_pair_open (&pair);
  pair.server->holds = TRUE;
  reconnect_break_link (pair.outgoing);
  peer_test_wait (reconnect_count_waiting (&pair, "\"OFFER\"") == 2);
  g_ptr_array_set_size (pair.server->waiting, 0);
  pair.server->holds = FALSE;
  for (guint i = 0; i < 2; i++)
    {
      reconnection = PEER_BASE_CONNECTION (i == 0 ? pair.outgoing : pair.incoming)->reconnection;
      g_source_set_ready_time (reconnection->attempt_source, 0);
    }
  reconnect_check_works (&pair);

  peer_test_pair_clear (&pair);
}

typedef struct
{
  PeerTestPair pair;
  PeerDataConnection *connections[2];
  guint n_sent[2];
} Storm;

/* The next attempt is made at once. */
static void
hurry (PeerDataConnection *connection)
{
  PeerReconnection *reconnection = PEER_BASE_CONNECTION (connection)->reconnection;

  if (reconnection->retry_source != NULL)
    g_source_set_ready_time (reconnection->retry_source, 0);
}

static void
storm_step (Storm *self,
            GRand *random)
{
  guint side = (guint) g_rand_boolean (random);
  PeerDataConnection *connection = self->connections[side];
  PeerLoopbackTransport *link = peer_test_get_transport (connection);

  switch (g_rand_int_range (random, 0, 8))
    {
    case 0:
      if (link != NULL)
        reconnect_break_link (connection);
      break;

    case 1:
      if (link != NULL)
        peer_loopback_transport_set_stalled (link, g_rand_boolean (random));
      break;

    case 2:
      self->pair.server->holds = g_rand_boolean (random);
      if (!self->pair.server->holds)
        peer_test_server_release (self->pair.server);
      break;

    case 3:
      hurry (connection);
      break;

    case 4:
      for (guint i = (guint) g_rand_int_range (random, 0, 20); i > 0; i--)
        g_main_context_iteration (NULL, FALSE);
      break;

    default:
      reconnect_send_number (connection, self->n_sent[side]++);
    }
}

static void
storm_calm (Storm *self)
{
  for (guint side = 0; side < 2; side++)
    {
      PeerLoopbackTransport *link = peer_test_get_transport (self->connections[side]);

      if (link != NULL)
        peer_loopback_transport_set_stalled (link, FALSE);
      hurry (self->connections[side]);
    }
}

/* Whatever happens to links and messages of the server, in any order. */
static void
check_storm (guint32 seed)
{
  gint64 deadline = g_get_monotonic_time () + PEER_TEST_DEADLINE;
  Storm storm = { 0 };
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);

  reconnect_pair_open (&storm.pair);
  storm.connections[0] = storm.pair.outgoing;
  storm.connections[1] = storm.pair.incoming;
  for (guint step = 0; step < 60; step++)
    storm_step (&storm, random);

  storm.pair.server->holds = FALSE;
  peer_test_server_release (storm.pair.server);
  while (storm.pair.incoming_events->values->len < storm.n_sent[0] || storm.pair.outgoing_events->values->len < storm.n_sent[1])
    {
      g_assert_false (storm.pair.incoming_events->is_closed || storm.pair.outgoing_events->is_closed);
      storm_calm (&storm);
      peer_test_iterate (g_main_context_get_thread_default (), deadline, "all messages arrived", G_STRLOC);
    }
  reconnect_wait_numbers (storm.pair.incoming_events, storm.n_sent[0]);
  reconnect_wait_numbers (storm.pair.outgoing_events, storm.n_sent[1]);

  peer_test_pair_clear (&storm.pair);
}

/* PEER_TEST_SEEDS says how many there are. */
static void
test_storm (void)
{
  const char *seeds = g_getenv ("PEER_TEST_SEEDS");
  guint n_seeds = seeds != NULL ? (guint) g_ascii_strtoull (seeds, NULL, 10) : 20;

  for (guint seed = 0; seed < n_seeds; seed++)
    {
      g_test_message ("seed %u", seed);
      check_storm (seed);
    }
}

/* Somebody else has the other side's id and answers in its place. */
static void
test_foreign_answer (void)
{
  PeerTestPair pair;

  reconnect_pair_open (&pair);
  reconnect_send_number (pair.outgoing, 0);
  reconnect_wait_numbers (pair.incoming_events, 1);
  reconnect_use_certificate (pair.bob, reconnect_foreign_certificate);
  peer_data_connection_set_reconnect_timeout (pair.outgoing, 5);
  reconnect_break_link (pair.outgoing);
  reconnect_wait_broken (&pair);
  reconnect_send_number (pair.outgoing, 1);
  peer_test_wait_events (pair.outgoing_events, "error:timed-out close");
  g_assert_nonnull (strstr (pair.outgoing_events->error->message, "not the one that the connection was made with"));
  g_assert_cmpuint (pair.incoming_events->values->len, ==, 1);
  peer_test_wait (pair.incoming_events->is_closed);

  peer_test_pair_clear (&pair);
}

/* Somebody else has the other side's id and offers a new link while the old
 * one is alive: that stays. */
static void
test_foreign_offer (void)
{
  PeerTestPair pair;
  PeerLoopbackTransport *link;

  reconnect_pair_open (&pair);
  link = peer_test_get_transport (pair.incoming);
  reconnect_use_certificate (pair.alice, reconnect_foreign_certificate);
  peer_loopback_transport_set_silent (link, TRUE);
  reconnect_break_link (pair.outgoing);
  reconnect_send_number (pair.outgoing, 0);
  peer_test_wait (peer_test_server_count (pair.server, "ANSWER") >= 3);
  peer_test_settle ();
  g_assert_true (peer_test_get_transport (pair.incoming) == link);
  g_assert_false (peer_data_connection_get_is_reconnecting (pair.incoming));
  g_assert_true (peer_data_connection_get_is_reconnecting (pair.outgoing));
  peer_test_assert_events (pair.incoming_events, "");

  peer_test_pair_clear (&pair);
}

static void
check_hostile (const char *bytes,
               gsize size)
{
  PeerTestPair pair;
  g_autoptr (GBytes) message = g_bytes_new (bytes, size);

  reconnect_pair_open (&pair);
  reconnect_send_number (pair.incoming, 0);
  peer_transport_send (PEER_TRANSPORT (peer_test_get_transport (pair.outgoing)), message, FALSE, NULL);
  peer_test_wait_events (pair.incoming_events, "error:invalid-data close");
  peer_test_wait (pair.outgoing_events->is_closed);

  peer_test_pair_clear (&pair);
}

static void
test_hostile_messages (void)
{
  check_hostile ("\2\0\0\0\0\0\0\0\2", 9);
  check_hostile ("\2\377\377\377\377\377\377\377\377", 9);
  check_hostile ("\3\0\0\0\0\0\0\0\0", 9);
  check_hostile ("\2", 1);
  check_hostile ("\177", 1);
}

/* The other peer is not at the server when it is asked first. */
static void
test_expire_is_not_the_end (void)
{
  PeerTestPair pair;

  reconnect_pair_open (&pair);
  pair.server->holds = TRUE;
  reconnect_break_link (pair.outgoing);
  peer_test_wait (reconnect_count_waiting (&pair, "\"OFFER\"") > 0);
  g_ptr_array_set_size (pair.server->waiting, 0);
  peer_test_server_send_message (pair.server, "EXPIRE", "bob", "alice", NULL);
  peer_test_server_send_message (pair.server, "EXPIRE", "alice", "bob", NULL);
  peer_test_settle ();
  pair.server->holds = FALSE;
  reconnect_check_works (&pair);

  peer_test_pair_clear (&pair);
}

/* The page with PeerJS that has the id now makes a new connection of it. */
static void
test_answer_of_a_stranger (void)
{
  PeerTestPair pair;
  g_autofree char *payload = NULL;

  reconnect_pair_open (&pair);
  pair.server->holds = TRUE;
  reconnect_break_link (pair.outgoing);
  peer_test_wait (reconnect_count_waiting (&pair, "\"OFFER\"") > 0);
  payload = g_strdup_printf ("{\"sdp\":{\"sdp\":\"v=0\",\"type\":\"answer\"},\"type\":\"data\",\"connectionId\":\"%s\"}",
                             peer_base_connection_get_connection_id (PEER_BASE_CONNECTION (pair.outgoing)));
  peer_test_server_send_message (pair.server, "ANSWER", "bob", "alice", payload);
  peer_test_wait_events (pair.outgoing_events, "error:connection-closed close");

  peer_test_pair_clear (&pair);
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_summary ("What the other side and the server may do to a connection that gets a new link");
  g_test_add_func ("/reconnect-offers/offers-cross", test_offers_cross);
  g_test_add_func ("/reconnect-offers/repeated-messages", test_repeated_messages);
  g_test_add_func ("/reconnect-offers/repeated-offer", test_repeated_offer);
  g_test_add_func ("/reconnect-offers/no-greeting", test_no_greeting);
  g_test_add_func ("/reconnect-offers/attempt-timeout", test_attempt_timeout);
  g_test_add_func ("/reconnect-offers/storm", test_storm);
  g_test_add_func ("/reconnect-offers/foreign-answer", test_foreign_answer);
  g_test_add_func ("/reconnect-offers/foreign-offer", test_foreign_offer);
  g_test_add_func ("/reconnect-offers/answer-of-a-stranger", test_answer_of_a_stranger);
  g_test_add_func ("/reconnect-offers/expire-is-not-the-end", test_expire_is_not_the_end);
  g_test_add_func ("/reconnect-offers/hostile-messages", test_hostile_messages);

  return reconnect_test_run ();
}
