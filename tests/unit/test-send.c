/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-test-util.h"

/* send_async() lets four of these wait. */
#define BIG (1024 * 1024)

static void
pair_open (PeerTestPair *pair,
           PeerSerialization serialization)
{
  g_autoptr (PeerConnectOptions) options = g_object_new (PEER_TYPE_CONNECT_OPTIONS, "serialization", serialization, NULL);

  peer_test_pair_open (pair, options);
}

static void
stall (PeerTestPair *pair,
       gboolean is_stalled)
{
  peer_loopback_transport_set_stalled (peer_test_get_transport (pair->outgoing), is_stalled);
}

static gboolean
send_big (PeerDataConnection *connection,
          gsize size,
          GError **error)
{
  g_autofree guint8 *data = g_malloc0 (size);
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);

  return peer_data_connection_send_bytes (connection, bytes, error);
}

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

  pair_open (&pair, PEER_SERIALIZATION_BINARY);
  peer_base_connection_close (PEER_BASE_CONNECTION (pair.outgoing));
  check_refused (&pair, g_variant_new_string ("late"), PEER_ERROR_CONNECTION_CLOSED);
  peer_test_wait_events (pair.incoming_events, "close");

  peer_test_pair_clear (&pair);
}

/* The other side has closed, and this one has not heard of it. */
static void
test_while_other_closes (void)
{
  PeerTestPair pair;

  pair_open (&pair, PEER_SERIALIZATION_BINARY);
  peer_base_connection_close (PEER_BASE_CONNECTION (pair.incoming));
  check_refused (&pair, g_variant_new_string ("late"), PEER_ERROR_CONNECTION_CLOSED);
  peer_test_wait_events (pair.outgoing_events, "close");

  peer_test_pair_clear (&pair);
}

static void
test_too_big_for_json (void)
{
  PeerTestPair pair;
  g_autofree char *text = g_strnfill (16300, 'x');

  pair_open (&pair, PEER_SERIALIZATION_JSON);
  check_refused (&pair, g_variant_new_string (text), PEER_ERROR_MESSAGE_TOO_BIG);
  check_goes_on (&pair);

  peer_test_pair_clear (&pair);
}

static void
test_unsupported_value (void)
{
  PeerTestPair pair;

  pair_open (&pair, PEER_SERIALIZATION_NONE);
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

  pair_open (&pair, serialization);
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

  pair_open (&pair, PEER_SERIALIZATION_BINARY);
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

  pair_open (&pair, PEER_SERIALIZATION_NONE);
  g_assert_cmpuint (peer_data_connection_get_buffered_amount (pair.outgoing), ==, 0);
  stall (&pair, TRUE);
  for (guint i = 1; i <= 40; i++)
    {
      g_assert_true (send_big (pair.outgoing, 100000, NULL));
      g_object_get (pair.outgoing, "buffered-amount", &amount, NULL);
      g_assert_cmpuint (amount, ==, i * 100000);
    }
  /* The transport has only what it needs. */
  g_assert_cmpuint (peer_transport_get_buffered_amount (PEER_BASE_CONNECTION (pair.outgoing)->transport), <, 2 * BIG);
  peer_test_settle ();
  peer_test_assert_events (pair.outgoing_events, "");

  stall (&pair, FALSE);
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

  pair_open (&pair, PEER_SERIALIZATION_NONE);
  g_signal_connect_swapped (pair.outgoing, "notify::buffered-amount-low-threshold", G_CALLBACK (g_atomic_int_inc), &n_notified);
  peer_data_connection_set_buffered_amount_low_threshold (pair.outgoing, 150000);
  peer_data_connection_set_buffered_amount_low_threshold (pair.outgoing, 150000);
  g_assert_cmpuint (n_notified, ==, 1);
  g_assert_cmpuint (peer_data_connection_get_buffered_amount_low_threshold (pair.outgoing), ==, 150000);

  /* Never above, never drained. */
  stall (&pair, TRUE);
  g_assert_true (send_big (pair.outgoing, 100000, NULL));
  stall (&pair, FALSE);
  peer_test_wait (pair.incoming_events->values->len == 1);
  peer_test_settle ();
  peer_test_assert_events (pair.outgoing_events, "");

  stall (&pair, TRUE);
  g_assert_true (send_big (pair.outgoing, 100000, NULL));
  g_assert_true (send_big (pair.outgoing, 100000, NULL));
  stall (&pair, FALSE);
  peer_test_wait_events (pair.outgoing_events, "drained");

  peer_test_pair_clear (&pair);
}

static void
send_more_action (gpointer user_data)
{
  PeerTestPair *pair = user_data;

  if (pair->outgoing_events->events->len < strlen ("drained drained drained"))
    {
      stall (pair, TRUE);
      g_assert_true (send_big (pair->outgoing, 1000, NULL));
      stall (pair, FALSE);
    }
}

static void
test_send_in_drained (void)
{
  PeerTestPair pair;

  pair_open (&pair, PEER_SERIALIZATION_NONE);
  peer_test_on (pair.outgoing, "drained", send_more_action, &pair);
  send_more_action (&pair);
  peer_test_wait_events (pair.outgoing_events, "drained drained drained");
  peer_test_wait (pair.incoming_events->values->len == 3);

  peer_test_pair_clear (&pair);
}

typedef struct
{
  GError *error;
  guint n_done;
  PeerTestAction action; /* nullable: inside the callback */
  gpointer action_data;
} Result;

static void
sent_cb (GObject *object,
         GAsyncResult *result,
         gpointer user_data)
{
  Result *data = user_data;

  data->n_done++;
  g_clear_error (&data->error);
  peer_data_connection_send_finish (PEER_DATA_CONNECTION (object), result, &data->error);
  if (data->action != NULL)
    data->action (data->action_data);
}

static GVariant *
big_value (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_malloc0 (200000), 200000);

  return g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE);
}

/* Fills what may wait before send_async() waits. */
static void
fill (PeerTestPair *pair)
{
  stall (pair, TRUE);
  while (peer_data_connection_get_buffered_amount (pair->outgoing) <= 4 * BIG)
    g_assert_true (send_big (pair->outgoing, 200000, NULL));
}

static void
test_async_with_room (void)
{
  PeerTestPair pair;
  Result result = { 0 };

  pair_open (&pair, PEER_SERIALIZATION_BINARY);
  peer_data_connection_send_async (pair.outgoing, g_variant_new_string ("hello"), NULL, sent_cb, &result);
  peer_test_wait (result.n_done == 1);
  g_assert_no_error (result.error);
  peer_test_wait_events (pair.incoming_events, "data:'hello'");

  peer_test_pair_clear (&pair);
}

static void
test_async_waits_for_room (void)
{
  PeerTestPair pair;
  Result result = { 0 };
  Result second = { 0 };

  pair_open (&pair, PEER_SERIALIZATION_NONE);
  fill (&pair);
  peer_data_connection_send_async (pair.outgoing, g_variant_new_string ("last"), NULL, sent_cb, &result);
  peer_data_connection_send_async (pair.outgoing, g_variant_new_string ("very last"), NULL, sent_cb, &second);
  peer_test_settle ();
  g_assert_cmpuint (result.n_done, ==, 0);
  stall (&pair, FALSE);
  peer_test_wait (result.n_done == 1 && second.n_done == 1);
  g_assert_no_error (result.error);
  g_assert_no_error (second.error);

  peer_test_pair_clear (&pair);
}

static void
test_async_refused (void)
{
  PeerTestPair pair;
  Result result = { 0 };

  pair_open (&pair, PEER_SERIALIZATION_NONE);
  peer_data_connection_send_async (pair.outgoing, g_variant_new_boolean (TRUE), NULL, sent_cb, &result);
  peer_test_wait (result.n_done == 1);
  g_assert_error (result.error, PEER_ERROR, PEER_ERROR_UNSUPPORTED_VALUE);
  g_clear_error (&result.error);

  peer_test_pair_clear (&pair);
}

static void
test_async_cancelled_before (void)
{
  PeerTestPair pair;
  Result result = { 0 };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GVariant) owned = g_variant_ref_sink (g_variant_new_string ("owned"));

  pair_open (&pair, PEER_SERIALIZATION_BINARY);
  g_cancellable_cancel (cancellable);
  peer_data_connection_send_async (pair.outgoing, g_variant_new_string ("never"), cancellable, sent_cb, &result);
  peer_data_connection_send_async (pair.outgoing, owned, cancellable, sent_cb, &result);
  peer_test_wait (result.n_done == 2);
  g_assert_error (result.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&result.error);
  check_goes_on (&pair);

  peer_test_pair_clear (&pair);
}

static void
test_async_cancelled_during (void)
{
  PeerTestPair pair;
  Result cancelled = { 0 };
  Result other = { 0 };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  pair_open (&pair, PEER_SERIALIZATION_NONE);
  fill (&pair);
  peer_data_connection_send_async (pair.outgoing, g_variant_new_string ("a"), cancellable, sent_cb, &cancelled);
  peer_data_connection_send_async (pair.outgoing, g_variant_new_string ("b"), NULL, sent_cb, &other);
  g_cancellable_cancel (cancellable);
  peer_test_wait (cancelled.n_done == 1);
  g_assert_error (cancelled.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&cancelled.error);
  g_assert_cmpuint (other.n_done, ==, 0);
  stall (&pair, FALSE);
  peer_test_wait (other.n_done == 1);
  g_assert_no_error (other.error);
  g_assert_cmpuint (cancelled.n_done, ==, 1);

  peer_test_pair_clear (&pair);
}

static void
test_async_closed_meanwhile (void)
{
  PeerTestPair pair;
  Result result = { 0 };
  Result after = { 0 };

  pair_open (&pair, PEER_SERIALIZATION_NONE);
  fill (&pair);
  peer_data_connection_send_async (pair.outgoing, g_variant_new_string ("a"), NULL, sent_cb, &result);
  peer_base_connection_close (PEER_BASE_CONNECTION (pair.outgoing));
  peer_data_connection_send_async (pair.outgoing, g_variant_new_string ("b"), NULL, sent_cb, &after);
  peer_test_wait (result.n_done == 1 && after.n_done == 1);
  g_assert_error (result.error, PEER_ERROR, PEER_ERROR_CONNECTION_CLOSED);
  g_assert_error (after.error, PEER_ERROR, PEER_ERROR_CONNECTION_CLOSED);
  g_clear_error (&result.error);
  g_clear_error (&after.error);

  peer_test_pair_clear (&pair);
}

static void
close_action (gpointer connection)
{
  peer_base_connection_close (connection);
}

/* The first who waited closes when it is let go on. */
static void
test_async_closed_in_callback (void)
{
  PeerTestPair pair;
  Result first = { 0 };
  Result second = { 0 };

  pair_open (&pair, PEER_SERIALIZATION_NONE);
  fill (&pair);
  first.action = close_action;
  first.action_data = pair.outgoing;
  peer_data_connection_send_async (pair.outgoing, big_value (), NULL, sent_cb, &first);
  peer_data_connection_send_async (pair.outgoing, big_value (), NULL, sent_cb, &second);
  peer_test_settle ();
  stall (&pair, FALSE);
  peer_test_wait (first.n_done == 1 && second.n_done == 1);
  g_assert_no_error (first.error);
  g_clear_error (&second.error);
  peer_test_assert_events (pair.outgoing_events, "close");

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
  g_test_add_func ("/send/async-with-room", test_async_with_room);
  g_test_add_func ("/send/async-waits-for-room", test_async_waits_for_room);
  g_test_add_func ("/send/async-refused", test_async_refused);
  g_test_add_func ("/send/async-cancelled-before", test_async_cancelled_before);
  g_test_add_func ("/send/async-cancelled-during", test_async_cancelled_during);
  g_test_add_func ("/send/async-closed-meanwhile", test_async_closed_meanwhile);
  g_test_add_func ("/send/async-closed-in-callback", test_async_closed_in_callback);

  return g_test_run ();
}
