/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-test-reconnect.h"

static void
test_agreed (void)
{
  PeerTestPair pair;

  reconnect_pair_open (&pair);
  g_assert_true (peer_data_connection_get_reconnect (pair.outgoing));
  g_assert_true (peer_data_connection_get_reconnect (pair.incoming));
  g_assert_true (peer_data_connection_get_reliable (pair.outgoing));
  g_assert_true (peer_data_connection_get_reliable (pair.incoming));
  g_assert_cmpuint (peer_data_connection_get_reconnect_timeout (pair.outgoing), ==, 60);
  g_assert_nonnull (strstr (peer_test_server_get_last (pair.server, "OFFER"), "\"resume\":{\"attempt\":0}"));
  g_assert_nonnull (strstr (peer_test_server_get_last (pair.server, "ANSWER"), "\"resume\":{\"attempt\":0}"));
  for (guint i = 0; i < RECONNECT_N_MESSAGES; i++)
    {
      reconnect_send_number (pair.outgoing, i);
      reconnect_send_number (pair.incoming, i);
    }
  reconnect_wait_numbers (pair.incoming_events, RECONNECT_N_MESSAGES);
  reconnect_wait_numbers (pair.outgoing_events, RECONNECT_N_MESSAGES);

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
  reconnect_break_link (pair.outgoing);
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

  reconnect_pair_init (&pair);
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
  reconnect_forget_events (&pair);
  reconnect_send_number (pair.outgoing, 0);
  reconnect_send_number (pair.incoming, 0);
  reconnect_wait_numbers (pair.incoming_events, 1);
  reconnect_wait_numbers (pair.outgoing_events, 1);
  reconnect_forget_events (&pair);
  reconnect_break_link (pair.outgoing);
  peer_test_wait_events (pair.outgoing_events, "error:timed-out close");
  peer_test_wait_events (pair.incoming_events, "close");

  peer_test_pair_clear (&pair);
}

/* Messages are under way both ways when the link breaks at either side. */
static void
check_in_flight (gboolean breaks_outgoing)
{
  PeerTestPair pair;

  reconnect_pair_open (&pair);
  for (guint i = 0; i < RECONNECT_N_MESSAGES; i++)
    {
      if (i == RECONNECT_N_MESSAGES / 3)
        {
          peer_loopback_transport_set_stalled (peer_test_get_transport (pair.outgoing), TRUE);
          peer_loopback_transport_set_stalled (peer_test_get_transport (pair.incoming), TRUE);
        }
      reconnect_send_number (pair.outgoing, i);
      reconnect_send_number (pair.incoming, i);
    }
  reconnect_break_link (breaks_outgoing ? pair.outgoing : pair.incoming);
  reconnect_wait_broken (&pair);
  /* What is sent meanwhile waits. */
  for (guint i = RECONNECT_N_MESSAGES; i < 2 * RECONNECT_N_MESSAGES; i++)
    {
      reconnect_send_number (pair.outgoing, i);
      reconnect_send_number (pair.incoming, i);
    }
  g_assert_cmpuint (peer_data_connection_get_buffered_amount (pair.outgoing), >, 0);
  reconnect_wait_numbers (pair.incoming_events, 2 * RECONNECT_N_MESSAGES);
  reconnect_wait_numbers (pair.outgoing_events, 2 * RECONNECT_N_MESSAGES);
  reconnect_check_alive (&pair);

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

  reconnect_pair_open (&pair);
  for (guint round = 0; round < 3; round++)
    {
      peer_loopback_transport_set_stalled (peer_test_get_transport (round == 1 ? pair.incoming : pair.outgoing), TRUE);
      for (guint i = 0; i < RECONNECT_N_MESSAGES; i++)
        {
          reconnect_send_number (pair.outgoing, round * RECONNECT_N_MESSAGES + i);
          reconnect_send_number (pair.incoming, round * RECONNECT_N_MESSAGES + i);
        }
      reconnect_break_link (round == 1 ? pair.incoming : pair.outgoing);
      reconnect_wait_broken (&pair);
      peer_test_wait (reconnect_is_whole (&pair));
    }
  reconnect_wait_numbers (pair.incoming_events, 3 * RECONNECT_N_MESSAGES);
  reconnect_wait_numbers (pair.outgoing_events, 3 * RECONNECT_N_MESSAGES);
  reconnect_check_alive (&pair);

  peer_test_pair_clear (&pair);
}

/* One side hears nothing any more; the other does not know. */
static void
test_noticed_by_one (void)
{
  PeerTestPair pair;

  for (guint i = 0; i < 2; i++)
    {
      reconnect_pair_open (&pair);
      peer_base_connection_set_disconnect_timeout (PEER_BASE_CONNECTION (i == 0 ? pair.outgoing : pair.incoming), 1);
      peer_loopback_transport_set_silent (peer_test_get_transport (pair.outgoing), TRUE);
      reconnect_check_works (&pair);

      peer_test_pair_clear (&pair);
    }
}

static void
check_value (PeerSerialization serialization,
             GVariant *value)
{
  PeerTestPair pair;
  g_autoptr (GVariant) owned = g_variant_ref_sink (value);

  reconnect_pair_open_as (&pair, serialization);
  /* Some of its messages arrive, some are lost. */
  g_assert_true (peer_data_connection_send (pair.outgoing, owned, NULL));
  peer_loopback_transport_set_stalled (peer_test_get_transport (pair.outgoing), TRUE);
  g_assert_true (peer_data_connection_send (pair.outgoing, owned, NULL));
  reconnect_break_link (pair.outgoing);
  reconnect_wait_broken (&pair);
  g_assert_true (peer_data_connection_send (pair.outgoing, owned, NULL));
  peer_test_wait (pair.incoming_events->values->len == 3);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpvariant (g_ptr_array_index (pair.incoming_events->values, i), owned);
  reconnect_check_alive (&pair);

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

  reconnect_pair_open (&pair);
  transport = PEER_BASE_CONNECTION (pair.outgoing)->transport;
  g_assert_true (peer_data_connection_send (pair.outgoing, value, NULL));
  /* The first messages wait to be handed over when the link ends. */
  peer_test_wait (peer_transport_get_unacknowledged_amount (transport) < 200000);
  g_assert_cmpuint (peer_transport_get_unacknowledged_amount (transport), >, 0);
  reconnect_break_link (pair.outgoing);
  reconnect_wait_broken (&pair);
  peer_test_wait (pair.incoming_events->values->len == 1);
  g_assert_cmpvariant (g_ptr_array_index (pair.incoming_events->values, 0), value);
  reconnect_check_alive (&pair);

  peer_test_pair_clear (&pair);
}

/* Link and server go away together, and the server comes back. */
static void
test_server_away (void)
{
  PeerTestPair pair;

  reconnect_pair_open (&pair);
  peer_test_server_stop (pair.server);
  peer_test_wait (!peer_peer_get_is_open (pair.alice) && !peer_peer_get_is_open (pair.bob));
  reconnect_break_link (pair.outgoing);
  reconnect_wait_broken (&pair);
  reconnect_send_number (pair.outgoing, 0);
  reconnect_send_number (pair.incoming, 0);
  peer_test_settle ();
  g_assert_cmpuint (peer_test_server_count (pair.server, "OFFER"), ==, 1);
  peer_test_server_start (pair.server);
  reconnect_wait_numbers (pair.incoming_events, 1);
  reconnect_wait_numbers (pair.outgoing_events, 1);
  peer_test_wait (reconnect_is_whole (&pair));
  g_assert_true (peer_base_connection_get_is_open (PEER_BASE_CONNECTION (pair.outgoing)));

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

  reconnect_pair_open (&pair);
  pair.server->holds = TRUE;
  reconnect_break_link (pair.outgoing);
  reconnect_wait_broken (&pair);
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
  g_test_init (&argc, &argv, NULL);

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
  g_test_add_func ("/reconnect/server-away", test_server_away);
  g_test_add_func ("/reconnect/stats-while-reconnecting", test_stats_while_reconnecting);

  return reconnect_test_run ();
}
