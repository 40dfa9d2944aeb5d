/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-test-util.h"

/* send_async() lets one of these wait. */
#define BIG (1024 * 1024)

static void
check_refused (PeerTestPair *pair,
               GVariant *value,
               PeerError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (peer_data_connection_send (pair->outgoing, value, &error));
  g_assert_error (error, PEER_ERROR, (int) code);
  g_assert_cmpuint (peer_data_connection_get_buffered_amount (pair->outgoing), ==, 0);
}

/* Nothing of what was refused has arrived, and the connection goes on. */
static void
check_goes_on (PeerTestPair *pair)
{
  g_assert_true (peer_data_connection_send_text (pair->outgoing, "end", NULL));
  peer_test_wait_events (pair->incoming_events, "data:'end'");
  peer_test_assert_events (pair->outgoing_events, "");
}

static void
test_before_open (void)
{
  PeerTestPair pair;

  peer_test_pair_init (&pair);
  pair.outgoing = g_object_ref (peer_peer_connect_to (pair.alice, "bob", NULL));
  pair.outgoing_events = peer_test_recorder_new (pair.outgoing);
  check_refused (&pair, g_variant_new_string ("early"), PEER_ERROR_NOT_OPEN_YET);
  peer_test_wait (pair.bob_events->connections->len == 1);
  pair.incoming = g_object_ref (g_ptr_array_index (pair.bob_events->connections, 0));
  pair.incoming_events = peer_test_recorder_new (pair.incoming);
  peer_test_wait_events (pair.outgoing_events, "open");
  g_assert_true (peer_data_connection_send_text (pair.outgoing, "end", NULL));
  peer_test_wait_events (pair.incoming_events, "open data:'end'");

  peer_test_pair_clear (&pair);
}

static void
test_after_close (void)
{
  PeerTestPair pair;

  peer_test_pair_open_in (&pair, PEER_SERIALIZATION_BINARY);
  peer_base_connection_close (PEER_BASE_CONNECTION (pair.outgoing));
  check_refused (&pair, g_variant_new_string ("late"), PEER_ERROR_CONNECTION_CLOSED);
  peer_test_wait_events (pair.incoming_events, "close");

  peer_test_pair_clear (&pair);
}

/* The other side has closed, and this one has not heard of it. It does so on a turn of its own. */
static void
test_while_other_closes (void)
{
  PeerTestPair pair;

  peer_test_pair_open_in (&pair, PEER_SERIALIZATION_BINARY);
  peer_base_connection_close (PEER_BASE_CONNECTION (pair.incoming));
  check_refused (&pair, g_variant_new_string ("late"), PEER_ERROR_CONNECTION_CLOSED);
  check_refused (&pair, g_variant_new_string ("later"), PEER_ERROR_CONNECTION_CLOSED);
  peer_test_assert_events (pair.outgoing_events, "");
  peer_test_wait_events (pair.outgoing_events, "close");

  peer_test_pair_clear (&pair);
}

static void
test_too_big_for_json (void)
{
  PeerTestPair pair;
  g_autofree char *text = g_strnfill (16300, 'x');

  peer_test_pair_open_in (&pair, PEER_SERIALIZATION_JSON);
  check_refused (&pair, g_variant_new_string (text), PEER_ERROR_MESSAGE_TOO_BIG);
  check_goes_on (&pair);

  peer_test_pair_clear (&pair);
}

static void
test_unsupported_value (void)
{
  PeerTestPair pair;

  peer_test_pair_open_in (&pair, PEER_SERIALIZATION_NONE);
  check_refused (&pair, g_variant_new_boolean (TRUE), PEER_ERROR_UNSUPPORTED_VALUE);
  check_goes_on (&pair);

  peer_test_pair_clear (&pair);
}

static void
check_small_messages (PeerSerialization serialization,
                      gboolean is_split)
{
  PeerTestPair pair;
  g_autofree char *text = g_strnfill (50000, 'x');

  peer_test_pair_open_in (&pair, serialization);
  peer_loopback_transport_set_max_message_size (peer_test_get_transport (pair.outgoing), 1000);
  if (is_split)
    {
      g_autoptr (GVariant) expected = g_variant_ref_sink (g_variant_new_string (text));

      g_assert_true (peer_data_connection_send_text (pair.outgoing, text, NULL));
      peer_test_wait_events (pair.incoming_events, "data:s");
      g_assert_cmpvariant (g_ptr_array_index (pair.incoming_events->values, 0), expected);
    }
  else
    {
      text[2000] = '\0';
      check_refused (&pair, g_variant_new_string (text), PEER_ERROR_MESSAGE_TOO_BIG);
      check_goes_on (&pair);
    }

  peer_test_pair_clear (&pair);
}

static void
test_split_for_the_other_side (void)
{
  check_small_messages (PEER_SERIALIZATION_BINARY, TRUE);
  check_small_messages (PEER_SERIALIZATION_MSGPACK, TRUE);
}

static void
test_too_big_for_the_other_side (void)
{
  check_small_messages (PEER_SERIALIZATION_JSON, FALSE);
  check_small_messages (PEER_SERIALIZATION_NONE, FALSE);
}

static void
test_types (void)
{
  PeerTestPair pair;
  g_autoptr (GBytes) bytes = g_bytes_new ("\0\1", 2);
  g_autoptr (GVariant) owned = g_variant_ref_sink (g_variant_new ("(si)", "a", 7));

  peer_test_pair_open_in (&pair, PEER_SERIALIZATION_BINARY);
  g_assert_true (peer_data_connection_send_bytes (pair.outgoing, bytes, NULL));
  g_assert_true (peer_data_connection_send (pair.outgoing, owned, NULL));
  g_assert_true (peer_data_connection_send (pair.outgoing, g_variant_new_int32 (-1), NULL));
  peer_test_wait_events (pair.incoming_events, "data:[0x00, 0x01] data:[<'a'>, <int64 7>] data:-1");

  peer_test_pair_clear (&pair);
}

static void
test_buffered_amount (void)
{
  PeerTestPair pair;
  guint64 amount;

  peer_test_pair_open_in (&pair, PEER_SERIALIZATION_NONE);
  g_assert_cmpuint (peer_data_connection_get_buffered_amount (pair.outgoing), ==, 0);
  peer_test_pair_stall (&pair, TRUE);
  for (guint i = 1; i <= 40; i++)
    {
      g_assert_true (peer_test_send_zeros (pair.outgoing, 100000, NULL));
      g_object_get (pair.outgoing, "buffered-amount", &amount, NULL);
      g_assert_cmpuint (amount, ==, i * 100000);
    }
  /* The transport has only what it needs. */
  g_assert_cmpuint (peer_transport_get_buffered_amount (PEER_BASE_CONNECTION (pair.outgoing)->transport), <, 2 * BIG);
  peer_test_settle ();
  peer_test_assert_events (pair.outgoing_events, "");

  peer_test_pair_stall (&pair, FALSE);
  peer_test_wait_events (pair.outgoing_events, "drained");
  g_assert_cmpuint (peer_data_connection_get_buffered_amount (pair.outgoing), ==, 0);
  peer_test_wait (pair.incoming_events->values->len == 40);

  peer_test_pair_clear (&pair);
}

static void
test_threshold (void)
{
  PeerTestPair pair;
  guint n_notified = 0;

  peer_test_pair_open_in (&pair, PEER_SERIALIZATION_NONE);
  g_signal_connect_swapped (pair.outgoing, "notify::buffered-amount-low-threshold", G_CALLBACK (g_atomic_int_inc), &n_notified);
  peer_data_connection_set_buffered_amount_low_threshold (pair.outgoing, 150000);
  peer_data_connection_set_buffered_amount_low_threshold (pair.outgoing, 150000);
  g_assert_cmpuint (n_notified, ==, 1);
  g_assert_cmpuint (peer_data_connection_get_buffered_amount_low_threshold (pair.outgoing), ==, 150000);

  /* Never above, never drained. */
  peer_test_pair_stall (&pair, TRUE);
  g_assert_true (peer_test_send_zeros (pair.outgoing, 100000, NULL));
  peer_test_pair_stall (&pair, FALSE);
  peer_test_wait (pair.incoming_events->values->len == 1);
  peer_test_settle ();
  peer_test_assert_events (pair.outgoing_events, "");

  peer_test_pair_stall (&pair, TRUE);
  g_assert_true (peer_test_send_zeros (pair.outgoing, 100000, NULL));
  g_assert_true (peer_test_send_zeros (pair.outgoing, 100000, NULL));
  peer_test_pair_stall (&pair, FALSE);
  peer_test_wait_events (pair.outgoing_events, "drained");

  peer_test_pair_clear (&pair);
}

static void
send_more_action (gpointer user_data)
{
  PeerTestPair *pair = user_data;

  if (pair->outgoing_events->events->len < strlen ("drained drained drained"))
    {
      peer_test_pair_stall (pair, TRUE);
      g_assert_true (peer_test_send_zeros (pair->outgoing, 1000, NULL));
      peer_test_pair_stall (pair, FALSE);
    }
}

static void
test_send_in_drained (void)
{
  PeerTestPair pair;

  peer_test_pair_open_in (&pair, PEER_SERIALIZATION_NONE);
  peer_test_on (pair.outgoing, "drained", send_more_action, &pair);
  send_more_action (&pair);
  peer_test_wait_events (pair.outgoing_events, "drained drained drained");
  peer_test_wait (pair.incoming_events->values->len == 3);

  peer_test_pair_clear (&pair);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_summary ("Sending values");

  g_test_add_func ("/send/before-open", test_before_open);
  g_test_add_func ("/send/after-close", test_after_close);
  g_test_add_func ("/send/while-other-closes", test_while_other_closes);
  g_test_add_func ("/send/too-big-for-json", test_too_big_for_json);
  g_test_add_func ("/send/unsupported-value", test_unsupported_value);
  g_test_add_func ("/send/split-for-the-other-side", test_split_for_the_other_side);
  g_test_add_func ("/send/too-big-for-the-other-side", test_too_big_for_the_other_side);
  g_test_add_func ("/send/types", test_types);
  g_test_add_func ("/send/buffered-amount", test_buffered_amount);
  g_test_add_func ("/send/threshold", test_threshold);
  g_test_add_func ("/send/send-in-drained", test_send_in_drained);

  return g_test_run ();
}
