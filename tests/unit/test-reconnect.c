/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-test-util.h"

#include "libpeerglib/transport/peer-certificate-private.h"

#define N_MESSAGES 50

/* Made once: it takes longer than the rest. */
static GBytes *certificates[2];
static GBytes *foreign_certificate;

static void
use_certificate (PeerPeer *peer,
                 GBytes *certificate)
{
  g_bytes_unref (peer->certificate);
  peer->certificate = g_bytes_ref (certificate);
}

static void
pair_init (PeerTestPair *pair)
{
  peer_test_pair_init (pair);
  use_certificate (pair->alice, certificates[0]);
  use_certificate (pair->bob, certificates[1]);
}

static void
forget_events (PeerTestPair *pair)
{
  g_string_truncate (pair->outgoing_events->events, 0);
  g_string_truncate (pair->incoming_events->events, 0);
}

static void
pair_open_as (PeerTestPair *pair,
              PeerSerialization serialization)
{
  g_autoptr (PeerConnectOptions) options = g_object_new (PEER_TYPE_CONNECT_OPTIONS,
                                                         "reconnect", TRUE,
                                                         "serialization", serialization,
                                                         NULL);

  pair_init (pair);
  peer_test_pair_connect (pair, options);
  peer_test_wait (peer_base_connection_get_is_open (PEER_BASE_CONNECTION (pair->outgoing)));
  peer_test_wait (peer_base_connection_get_is_open (PEER_BASE_CONNECTION (pair->incoming)));
  forget_events (pair);
}

static void
pair_open (PeerTestPair *pair)
{
  pair_open_as (pair, PEER_SERIALIZATION_BINARY);
}

/* The link of a side fails; the other side sees it end. */
static void
break_link (PeerDataConnection *connection)
{
  g_autoptr (GError) error = g_error_new_literal (PEER_ERROR, PEER_ERROR_TIMED_OUT, "Test");

  peer_loopback_transport_fail (peer_test_get_transport (connection), error);
}

static gboolean
is_whole (PeerTestPair *pair)
{
  return !peer_data_connection_get_is_reconnecting (pair->outgoing) &&
         !peer_data_connection_get_is_reconnecting (pair->incoming);
}

static void
wait_broken (PeerTestPair *pair)
{
  peer_test_wait (peer_data_connection_get_is_reconnecting (pair->outgoing) &&
                  peer_data_connection_get_is_reconnecting (pair->incoming));
}

static void
send_number (PeerDataConnection *connection,
             guint number)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (peer_data_connection_send (connection, g_variant_new_int64 (number), &error));
  g_assert_no_error (error);
}

/* All numbers below this one, each once, in order. */
static void
wait_numbers (PeerTestRecorder *events,
              guint n_numbers)
{
  peer_test_wait (events->values->len >= n_numbers || events->is_closed);
  peer_test_settle ();
  g_assert_cmpuint (events->values->len, ==, n_numbers);
  for (guint i = 0; i < n_numbers; i++)
    g_assert_cmpint (g_variant_get_int64 (g_ptr_array_index (events->values, i)), ==, i);
}

static void
check_alive (PeerTestPair *pair)
{
  PeerBaseConnection *connections[] = { PEER_BASE_CONNECTION (pair->outgoing), PEER_BASE_CONNECTION (pair->incoming) };

  peer_test_wait (is_whole (pair));
  for (guint i = 0; i < G_N_ELEMENTS (connections); i++)
    {
      g_assert_true (peer_base_connection_get_is_open (connections[i]));
      g_assert_null (strstr ((i == 0 ? pair->outgoing_events : pair->incoming_events)->events->str, "open"));
      g_assert_null (strstr ((i == 0 ? pair->outgoing_events : pair->incoming_events)->events->str, "error"));
    }
  peer_test_assert_events (pair->alice_events, "");
  g_assert_cmpuint (g_list_model_get_n_items (peer_peer_get_connections (pair->bob)), ==, 1);
}

static void
test_agreed (void)
{
  PeerTestPair pair;

  pair_open (&pair);
  g_assert_true (peer_data_connection_get_reconnect (pair.outgoing));
  g_assert_true (peer_data_connection_get_reconnect (pair.incoming));
  g_assert_true (peer_data_connection_get_reliable (pair.outgoing));
  g_assert_true (peer_data_connection_get_reliable (pair.incoming));
  g_assert_cmpuint (peer_data_connection_get_reconnect_timeout (pair.outgoing), ==, 60);
  g_assert_nonnull (strstr (peer_test_server_get_last (pair.server, "OFFER"), "\"resume\":{\"attempt\":0}"));
  g_assert_nonnull (strstr (peer_test_server_get_last (pair.server, "ANSWER"), "\"resume\":{\"attempt\":0}"));
  for (guint i = 0; i < N_MESSAGES; i++)
    {
      send_number (pair.outgoing, i);
      send_number (pair.incoming, i);
    }
  wait_numbers (pair.incoming_events, N_MESSAGES);
  wait_numbers (pair.outgoing_events, N_MESSAGES);

  /* All of it is acknowledged after a while. */
  peer_test_wait (peer_transport_get_unacknowledged_amount (PEER_BASE_CONNECTION (pair.outgoing)->transport) == 0);
  peer_test_wait (peer_transport_get_unacknowledged_amount (PEER_BASE_CONNECTION (pair.incoming)->transport) == 0);

  peer_test_pair_clear (&pair);
}

static void
test_not_asked_for (void)
{
  PeerTestPair pair;
  g_autoptr (PeerConnectOptions) options = g_object_new (PEER_TYPE_CONNECT_OPTIONS, "reliable", TRUE, NULL);

  peer_test_pair_open (&pair, options);
  g_assert_false (peer_data_connection_get_reconnect (pair.outgoing));
  g_assert_false (peer_data_connection_get_reconnect (pair.incoming));
  g_assert_null (strstr (peer_test_server_get_last (pair.server, "OFFER"), "resume"));
  g_assert_null (strstr (peer_test_server_get_last (pair.server, "ANSWER"), "resume"));
  break_link (pair.outgoing);
  peer_test_wait_events (pair.outgoing_events, "error:timed-out close");
  peer_test_wait_events (pair.incoming_events, "close");

  peer_test_pair_clear (&pair);
}

/* Takes what is about resuming out of the messages, as for a peer that does
 * not know it. */
static void
remove_resume (PeerTestPair *pair)
{
  const char *resume = ",\"resume\":{\"attempt\":0}";

  for (guint i = 0; i < pair->server->waiting->len; i++)
    {
      PeerTestWaiting *waiting = g_ptr_array_index (pair->server->waiting, i);
      gsize size;
      const char *data = g_bytes_get_data (waiting->message, &size);
      GString *text = g_string_new_len (data, (gssize) size);

      g_string_replace (text, resume, "", 0);
      g_bytes_unref (waiting->message);
      waiting->message = g_string_free_to_bytes (text);
    }
}

static void
test_unknown_to_other_side (void)
{
  PeerTestPair pair;
  g_autoptr (PeerConnectOptions) options = g_object_new (PEER_TYPE_CONNECT_OPTIONS, "reconnect", TRUE, NULL);

  pair_init (&pair);
  pair.server->holds = TRUE;
  pair.outgoing = g_object_ref (peer_peer_connect_to (pair.alice, "bob", options));
  pair.outgoing_events = peer_test_recorder_new (pair.outgoing);
  peer_test_wait (pair.server->waiting->len == 3);
  remove_resume (&pair);
  pair.server->holds = FALSE;
  peer_test_server_release (pair.server);
  peer_test_wait (pair.bob_events->connections->len == 1);
  pair.incoming = g_object_ref (g_ptr_array_index (pair.bob_events->connections, 0));
  pair.incoming_events = peer_test_recorder_new (pair.incoming);
  peer_test_wait_events (pair.outgoing_events, "open");
  peer_test_wait_events (pair.incoming_events, "open");
  g_assert_false (peer_data_connection_get_reconnect (pair.outgoing));
  g_assert_false (peer_data_connection_get_reconnect (pair.incoming));
  g_assert_null (strstr (peer_test_server_get_last (pair.server, "ANSWER"), "resume"));

  /* It works, and it ends as any other. */
  forget_events (&pair);
  send_number (pair.outgoing, 0);
  send_number (pair.incoming, 0);
  wait_numbers (pair.incoming_events, 1);
  wait_numbers (pair.outgoing_events, 1);
  forget_events (&pair);
  break_link (pair.outgoing);
  peer_test_wait_events (pair.outgoing_events, "error:timed-out close");
  peer_test_wait_events (pair.incoming_events, "close");

  peer_test_pair_clear (&pair);
}

/* Messages are under way both ways when the link breaks at either side. */
static void
check_in_flight (gboolean breaks_outgoing)
{
  PeerTestPair pair;

  pair_open (&pair);
  for (guint i = 0; i < N_MESSAGES; i++)
    {
      if (i == N_MESSAGES / 3)
        {
          peer_loopback_transport_set_stalled (peer_test_get_transport (pair.outgoing), TRUE);
          peer_loopback_transport_set_stalled (peer_test_get_transport (pair.incoming), TRUE);
        }
      send_number (pair.outgoing, i);
      send_number (pair.incoming, i);
    }
  break_link (breaks_outgoing ? pair.outgoing : pair.incoming);
  wait_broken (&pair);
  /* What is sent meanwhile waits. */
  for (guint i = N_MESSAGES; i < 2 * N_MESSAGES; i++)
    {
      send_number (pair.outgoing, i);
      send_number (pair.incoming, i);
    }
  g_assert_cmpuint (peer_data_connection_get_buffered_amount (pair.outgoing), >, 0);
  wait_numbers (pair.incoming_events, 2 * N_MESSAGES);
  wait_numbers (pair.outgoing_events, 2 * N_MESSAGES);
  check_alive (&pair);

  peer_test_pair_clear (&pair);
}

static void
test_in_flight (void)
{
  check_in_flight (TRUE);
  check_in_flight (FALSE);
}

static void
test_three_times (void)
{
  PeerTestPair pair;

  pair_open (&pair);
  for (guint round = 0; round < 3; round++)
    {
      peer_loopback_transport_set_stalled (peer_test_get_transport (round == 1 ? pair.incoming : pair.outgoing), TRUE);
      for (guint i = 0; i < N_MESSAGES; i++)
        {
          send_number (pair.outgoing, round * N_MESSAGES + i);
          send_number (pair.incoming, round * N_MESSAGES + i);
        }
      break_link (round == 1 ? pair.incoming : pair.outgoing);
      wait_broken (&pair);
      peer_test_wait (is_whole (&pair));
    }
  wait_numbers (pair.incoming_events, 3 * N_MESSAGES);
  wait_numbers (pair.outgoing_events, 3 * N_MESSAGES);
  check_alive (&pair);

  peer_test_pair_clear (&pair);
}

/* One side hears nothing any more; the other does not know. */
static void
test_noticed_by_one (void)
{
  PeerTestPair pair;

  for (guint i = 0; i < 2; i++)
    {
      pair_open (&pair);
      peer_base_connection_set_disconnect_timeout (PEER_BASE_CONNECTION (i == 0 ? pair.outgoing : pair.incoming), 1);
      peer_loopback_transport_set_silent (peer_test_get_transport (pair.outgoing), TRUE);
      send_number (pair.outgoing, 0);
      send_number (pair.incoming, 0);
      wait_numbers (pair.incoming_events, 1);
      wait_numbers (pair.outgoing_events, 1);
      check_alive (&pair);

      peer_test_pair_clear (&pair);
    }
}

static void
check_value (PeerSerialization serialization,
             GVariant *value)
{
  PeerTestPair pair;
  g_autoptr (GVariant) owned = g_variant_ref_sink (value);

  pair_open_as (&pair, serialization);
  /* Some of its messages arrive, some are lost. */
  g_assert_true (peer_data_connection_send (pair.outgoing, owned, NULL));
  peer_loopback_transport_set_stalled (peer_test_get_transport (pair.outgoing), TRUE);
  g_assert_true (peer_data_connection_send (pair.outgoing, owned, NULL));
  break_link (pair.outgoing);
  wait_broken (&pair);
  g_assert_true (peer_data_connection_send (pair.outgoing, owned, NULL));
  peer_test_wait (pair.incoming_events->values->len == 3);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpvariant (g_ptr_array_index (pair.incoming_events->values, i), owned);
  check_alive (&pair);

  peer_test_pair_clear (&pair);
}

static GVariant *
bytes_value (gsize size)
{
  guint8 *data = g_malloc (size);

  for (gsize i = 0; i < size; i++)
    data[i] = (guint8) (i * 7);

  return g_variant_new_from_data (G_VARIANT_TYPE_BYTESTRING, data, size, TRUE, g_free, data);
}

static void
test_chunks (void)
{
  check_value (PEER_SERIALIZATION_BINARY, bytes_value (3 * 1024 * 1024));
}

static void
test_msgpack (void)
{
  check_value (PEER_SERIALIZATION_MSGPACK, g_variant_new_parsed ("[<'text'>, <int64 7>]"));
}

static void
test_json (void)
{
  check_value (PEER_SERIALIZATION_JSON, g_variant_new_parsed ("{'a': <'text'>}"));
}

/* In raw mode text travels as a message of text. */
static void
test_text (void)
{
  check_value (PEER_SERIALIZATION_NONE, g_variant_new_string ("text"));
  check_value (PEER_SERIALIZATION_NONE, bytes_value (0));
  check_value (PEER_SERIALIZATION_NONE, g_variant_new_string (""));
}

/* A value of several messages is cut in the middle. */
static void
test_cut_value (void)
{
  PeerTestPair pair;
  g_autoptr (GVariant) value = g_variant_ref_sink (bytes_value (200000));
  PeerTransport *transport;

  pair_open (&pair);
  transport = PEER_BASE_CONNECTION (pair.outgoing)->transport;
  g_assert_true (peer_data_connection_send (pair.outgoing, value, NULL));
  /* The first messages wait to be handed over when the link ends. */
  peer_test_wait (peer_transport_get_unacknowledged_amount (transport) < 200000);
  g_assert_cmpuint (peer_transport_get_unacknowledged_amount (transport), >, 0);
  break_link (pair.outgoing);
  wait_broken (&pair);
  peer_test_wait (pair.incoming_events->values->len == 1);
  g_assert_cmpvariant (g_ptr_array_index (pair.incoming_events->values, 0), value);
  check_alive (&pair);

  peer_test_pair_clear (&pair);
}

static guint
count_waiting (PeerTestPair *pair,
               const char *type)
{
  guint n_messages = 0;

  for (guint i = 0; i < pair->server->waiting->len; i++)
    {
      PeerTestWaiting *waiting = g_ptr_array_index (pair->server->waiting, i);
      gsize size;
      const char *data = g_bytes_get_data (waiting->message, &size);

      if (g_strstr_len (data, (gssize) size, type) != NULL)
        n_messages++;
    }

  return n_messages;
}

/* Both sides offer the same link before they hear of each other. */
static void
test_offers_cross (void)
{
  PeerTestPair pair;

  pair_open (&pair);
  pair.server->holds = TRUE;
  break_link (pair.outgoing);
  peer_test_wait (count_waiting (&pair, "\"OFFER\"") == 2);
  send_number (pair.outgoing, 0);
  send_number (pair.incoming, 0);
  pair.server->holds = FALSE;
  peer_test_server_release (pair.server);
  wait_numbers (pair.incoming_events, 1);
  wait_numbers (pair.outgoing_events, 1);
  check_alive (&pair);
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

  pair_open (&pair);
  break_link (pair.outgoing);
  wait_broken (&pair);
  peer_test_wait (is_whole (&pair));
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
  send_number (pair.outgoing, 0);
  send_number (pair.incoming, 0);
  wait_numbers (pair.incoming_events, 1);
  wait_numbers (pair.outgoing_events, 1);
  check_alive (&pair);

  peer_test_pair_clear (&pair);
}

/* Somebody else has the other side's id and answers in its place. */
static void
test_foreign_answer (void)
{
  PeerTestPair pair;

  pair_open (&pair);
  send_number (pair.outgoing, 0);
  wait_numbers (pair.incoming_events, 1);
  use_certificate (pair.bob, foreign_certificate);
  peer_data_connection_set_reconnect_timeout (pair.outgoing, 2);
  break_link (pair.outgoing);
  wait_broken (&pair);
  send_number (pair.outgoing, 1);
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

  pair_open (&pair);
  link = peer_test_get_transport (pair.incoming);
  use_certificate (pair.alice, foreign_certificate);
  peer_loopback_transport_set_silent (link, TRUE);
  break_link (pair.outgoing);
  send_number (pair.outgoing, 0);
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

  pair_open (&pair);
  send_number (pair.incoming, 0);
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

static void
test_close (void)
{
  PeerTestPair pair;

  for (guint i = 0; i < 2; i++)
    {
      pair_open (&pair);
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

  pair_open (&pair);
  for (guint i = 0; i < N_MESSAGES; i++)
    send_number (pair.outgoing, i);
  peer_data_connection_close_flush (pair.outgoing);
  peer_test_wait (pair.outgoing_events->is_closed && pair.incoming_events->is_closed);
  g_assert_cmpuint (pair.incoming_events->values->len, ==, N_MESSAGES);

  peer_test_pair_clear (&pair);
}

static void
test_close_flush_while_reconnecting (void)
{
  PeerTestPair pair;

  pair_open (&pair);
  peer_loopback_transport_set_stalled (peer_test_get_transport (pair.outgoing), TRUE);
  for (guint i = 0; i < N_MESSAGES; i++)
    send_number (pair.outgoing, i);
  break_link (pair.outgoing);
  peer_data_connection_close_flush (pair.outgoing);
  peer_test_wait (pair.outgoing_events->is_closed && pair.incoming_events->is_closed);
  g_assert_cmpuint (pair.incoming_events->values->len, ==, N_MESSAGES);
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
      pair_open (&pair);
      pair.server->holds = TRUE;
      break_link (pair.outgoing);
      wait_broken (&pair);
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

  pair_open (&pair);
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
      pair_open (&pair);
      break_link (pair.outgoing);
      wait_broken (&pair);
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

  pair_open (&pair);
  g_signal_connect (pair.outgoing, "notify::is-reconnecting", G_CALLBACK (close_in_notify), NULL);
  break_link (pair.outgoing);
  peer_test_wait_events (pair.outgoing_events, "close");
  peer_test_wait_events (pair.incoming_events, "close");

  peer_test_pair_clear (&pair);
}

static void
test_close_when_resumed (void)
{
  PeerTestPair pair;

  pair_open (&pair);
  break_link (pair.outgoing);
  wait_broken (&pair);
  peer_test_on (pair.outgoing, "notify::is-reconnecting", (PeerTestAction) peer_base_connection_close, pair.outgoing);
  peer_test_wait_events (pair.outgoing_events, "close");
  peer_test_wait_events (pair.incoming_events, "close");

  peer_test_pair_clear (&pair);
}

static void
test_timeout (void)
{
  PeerTestPair pair;

  pair_open (&pair);
  pair.server->holds = TRUE;
  g_object_set (pair.outgoing, "reconnect-timeout", 1, NULL);
  break_link (pair.outgoing);
  send_number (pair.outgoing, 0);
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

  pair_open (&pair);
  pair.server->holds = TRUE;
  peer_data_connection_set_reconnect_timeout (pair.outgoing, 0);
  peer_data_connection_set_reconnect_timeout (pair.incoming, 0);
  break_link (pair.outgoing);
  wait_broken (&pair);
  peer_data_connection_set_reconnect_timeout (pair.outgoing, 1);
  peer_test_wait_events (pair.outgoing_events, "error:timed-out close");

  peer_test_pair_clear (&pair);
}

/* The other peer is not at the server when it is asked first. */
static void
test_expire_is_not_the_end (void)
{
  PeerTestPair pair;

  pair_open (&pair);
  pair.server->holds = TRUE;
  break_link (pair.outgoing);
  peer_test_wait (count_waiting (&pair, "\"OFFER\"") > 0);
  g_ptr_array_set_size (pair.server->waiting, 0);
  peer_test_server_send_message (pair.server, "EXPIRE", "bob", "alice", NULL);
  peer_test_server_send_message (pair.server, "EXPIRE", "alice", "bob", NULL);
  peer_test_settle ();
  pair.server->holds = FALSE;
  send_number (pair.outgoing, 0);
  send_number (pair.incoming, 0);
  wait_numbers (pair.incoming_events, 1);
  wait_numbers (pair.outgoing_events, 1);
  check_alive (&pair);

  peer_test_pair_clear (&pair);
}

static void
test_leave_is_the_end (void)
{
  PeerTestPair pair;

  pair_open (&pair);
  pair.server->holds = TRUE;
  break_link (pair.outgoing);
  wait_broken (&pair);
  peer_test_server_send_message (pair.server, "LEAVE", "bob", "alice", NULL);
  peer_test_wait_events (pair.outgoing_events, "close");

  peer_test_pair_clear (&pair);
}

/* Link and server go away together, and the server comes back. */
static void
test_server_away (void)
{
  PeerTestPair pair;

  pair_open (&pair);
  peer_test_server_stop (pair.server);
  peer_test_wait (!peer_peer_get_is_open (pair.alice) && !peer_peer_get_is_open (pair.bob));
  break_link (pair.outgoing);
  wait_broken (&pair);
  send_number (pair.outgoing, 0);
  send_number (pair.incoming, 0);
  peer_test_settle ();
  g_assert_cmpuint (peer_test_server_count (pair.server, "OFFER"), ==, 1);
  peer_test_server_start (pair.server);
  wait_numbers (pair.incoming_events, 1);
  wait_numbers (pair.outgoing_events, 1);
  peer_test_wait (is_whole (&pair));
  g_assert_true (peer_base_connection_get_is_open (PEER_BASE_CONNECTION (pair.outgoing)));

  peer_test_pair_clear (&pair);
}

/* The page with PeerJS that has the id now makes a new connection of it. */
static void
test_answer_of_a_stranger (void)
{
  PeerTestPair pair;
  g_autofree char *payload = NULL;

  pair_open (&pair);
  pair.server->holds = TRUE;
  break_link (pair.outgoing);
  peer_test_wait (count_waiting (&pair, "\"OFFER\"") > 0);
  payload = g_strdup_printf ("{\"sdp\":{\"sdp\":\"v=0\",\"type\":\"answer\"},\"type\":\"data\",\"connectionId\":\"%s\"}",
                             peer_base_connection_get_connection_id (PEER_BASE_CONNECTION (pair.outgoing)));
  peer_test_server_send_message (pair.server, "ANSWER", "bob", "alice", payload);
  peer_test_wait_events (pair.outgoing_events, "error:connection-closed close");

  peer_test_pair_clear (&pair);
}

static void
store_result (GObject *object,
              GAsyncResult *result,
              gpointer user_data)
{
  GAsyncResult **kept = user_data;

  *kept = g_object_ref (result);
}

static void
test_stats_while_reconnecting (void)
{
  PeerTestPair pair;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  pair_open (&pair);
  pair.server->holds = TRUE;
  break_link (pair.outgoing);
  wait_broken (&pair);
  peer_base_connection_get_stats_async (PEER_BASE_CONNECTION (pair.outgoing), NULL, store_result, &result);
  peer_test_wait (result != NULL);
  g_assert_null (peer_base_connection_get_stats_finish (PEER_BASE_CONNECTION (pair.outgoing), result, &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_NOT_OPEN_YET);
  g_clear_object (&result);

  peer_test_pair_clear (&pair);
}

int
main (int argc,
      char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (certificates); i++)
    certificates[i] = peer_certificate_new (NULL);
  foreign_certificate = peer_certificate_new (NULL);

  g_test_summary ("Connections that outlive their link");
  g_test_add_func ("/reconnect/agreed", test_agreed);
  g_test_add_func ("/reconnect/not-asked-for", test_not_asked_for);
  g_test_add_func ("/reconnect/unknown-to-other-side", test_unknown_to_other_side);
  g_test_add_func ("/reconnect/in-flight", test_in_flight);
  g_test_add_func ("/reconnect/three-times", test_three_times);
  g_test_add_func ("/reconnect/noticed-by-one", test_noticed_by_one);
  g_test_add_func ("/reconnect/chunks", test_chunks);
  g_test_add_func ("/reconnect/msgpack", test_msgpack);
  g_test_add_func ("/reconnect/json", test_json);
  g_test_add_func ("/reconnect/text", test_text);
  g_test_add_func ("/reconnect/cut-value", test_cut_value);
  g_test_add_func ("/reconnect/offers-cross", test_offers_cross);
  g_test_add_func ("/reconnect/repeated-messages", test_repeated_messages);
  g_test_add_func ("/reconnect/foreign-answer", test_foreign_answer);
  g_test_add_func ("/reconnect/foreign-offer", test_foreign_offer);
  g_test_add_func ("/reconnect/hostile-messages", test_hostile_messages);
  g_test_add_func ("/reconnect/close", test_close);
  g_test_add_func ("/reconnect/close-flush", test_close_flush);
  g_test_add_func ("/reconnect/close-flush-while-reconnecting", test_close_flush_while_reconnecting);
  g_test_add_func ("/reconnect/close-while-reconnecting", test_close_while_reconnecting);
  g_test_add_func ("/reconnect/closed-meanwhile", test_closed_meanwhile);
  g_test_add_func ("/reconnect/destroyed", test_destroyed);
  g_test_add_func ("/reconnect/close-in-notify", test_close_in_notify);
  g_test_add_func ("/reconnect/close-when-resumed", test_close_when_resumed);
  g_test_add_func ("/reconnect/timeout", test_timeout);
  g_test_add_func ("/reconnect/no-timeout", test_no_timeout);
  g_test_add_func ("/reconnect/expire-is-not-the-end", test_expire_is_not_the_end);
  g_test_add_func ("/reconnect/leave-is-the-end", test_leave_is_the_end);
  g_test_add_func ("/reconnect/server-away", test_server_away);
  g_test_add_func ("/reconnect/answer-of-a-stranger", test_answer_of_a_stranger);
  g_test_add_func ("/reconnect/stats-while-reconnecting", test_stats_while_reconnecting);
  status = g_test_run ();

  for (guint i = 0; i < G_N_ELEMENTS (certificates); i++)
    g_bytes_unref (certificates[i]);
  g_bytes_unref (foreign_certificate);

  return status;
}
