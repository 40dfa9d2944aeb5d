/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-test-util.h"

/* send_async() lets one of these wait. */
#define BIG (1024 * 1024)

/* Nothing of what was refused has arrived, and the connection goes on. */
static void
check_goes_on (PeerTestPair *pair)
{
  g_assert_true (peer_data_connection_send_text (pair->outgoing, "end", NULL));
  peer_test_wait_events (pair->incoming_events, "data:'end'");
  peer_test_assert_events (pair->outgoing_events, "");
}

static void
wait_for_text (PeerTestPair *pair,
               const char *text)
{
  peer_test_wait (peer_test_find_text (pair->incoming_events, text) >= 0);
}

static void
assert_follow (PeerTestPair *pair,
               const char *first,
               const char *second)
{
  g_assert_cmpint (peer_test_find_text (pair->incoming_events, first), >=, 0);
  g_assert_cmpint (peer_test_find_text (pair->incoming_events, first), <, peer_test_find_text (pair->incoming_events, second));
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
  peer_test_pair_stall (pair, TRUE);
  while (peer_data_connection_get_buffered_amount (pair->outgoing) <= BIG)
    g_assert_true (peer_test_send_zeros (pair->outgoing, 200000, NULL));
}

static void
test_async_with_room (void)
{
  PeerTestPair pair;
  Result result = { 0 };

  peer_test_pair_open_in (&pair, PEER_SERIALIZATION_BINARY);
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

  peer_test_pair_open_in (&pair, PEER_SERIALIZATION_NONE);
  fill (&pair);
  peer_data_connection_send_async (pair.outgoing, g_variant_new_string ("last"), NULL, sent_cb, &result);
  peer_data_connection_send_async (pair.outgoing, g_variant_new_string ("very last"), NULL, sent_cb, &second);
  peer_test_settle ();
  g_assert_cmpuint (result.n_done, ==, 0);
  peer_test_pair_stall (&pair, FALSE);
  peer_test_wait (result.n_done == 1 && second.n_done == 1);
  g_assert_no_error (result.error);
  g_assert_no_error (second.error);
  wait_for_text (&pair, "very last");
  assert_follow (&pair, "last", "very last");

  peer_test_pair_clear (&pair);
}

/* send() does not wait, and so overtakes what waits. */
static void
test_async_overtaken (void)
{
  PeerTestPair pair;
  Result result = { 0 };

  peer_test_pair_open_in (&pair, PEER_SERIALIZATION_NONE);
  fill (&pair);
  peer_data_connection_send_async (pair.outgoing, g_variant_new_string ("waits"), NULL, sent_cb, &result);
  g_assert_true (peer_data_connection_send_text (pair.outgoing, "does not", NULL));
  peer_test_pair_stall (&pair, FALSE);
  peer_test_wait (result.n_done == 1);
  g_assert_no_error (result.error);
  wait_for_text (&pair, "waits");
  assert_follow (&pair, "does not", "waits");

  peer_test_pair_clear (&pair);
}

/* It waits for as little as the limit allows. */
static void
test_async_below_limit (void)
{
  PeerTestPair pair;
  Result result = { 0 };

  peer_test_pair_open_in (&pair, PEER_SERIALIZATION_NONE);
  peer_data_connection_set_max_buffered_amount (pair.outgoing, 1000);
  peer_test_pair_stall (&pair, TRUE);
  g_assert_true (peer_test_send_zeros (pair.outgoing, 1000, NULL));
  peer_data_connection_send_async (pair.outgoing, g_variant_new_string ("waits"), NULL, sent_cb, &result);
  peer_test_settle ();
  g_assert_cmpuint (result.n_done, ==, 0);
  peer_data_connection_set_max_buffered_amount (pair.outgoing, 0);
  peer_test_wait (result.n_done == 1);
  g_assert_no_error (result.error);
  peer_test_pair_stall (&pair, FALSE);
  wait_for_text (&pair, "waits");

  peer_test_pair_clear (&pair);
}

/* Too late to cancel: what is said is what happened. */
static void
test_async_cancelled_after (void)
{
  PeerTestPair pair;
  Result result = { 0 };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  peer_test_pair_open_in (&pair, PEER_SERIALIZATION_NONE);
  peer_data_connection_send_async (pair.outgoing, g_variant_new_string ("sent"), cancellable, sent_cb, &result);
  g_cancellable_cancel (cancellable);
  peer_test_wait (result.n_done == 1);
  g_assert_no_error (result.error);
  wait_for_text (&pair, "sent");

  peer_test_pair_clear (&pair);
}

/* What waited when close_flush() was called goes out before the close. */
static void
test_async_flushed (void)
{
  PeerTestPair pair;
  Result result = { 0 };

  peer_test_pair_open_in (&pair, PEER_SERIALIZATION_NONE);
  fill (&pair);
  peer_data_connection_send_async (pair.outgoing, g_variant_new_string ("waits"), NULL, sent_cb, &result);
  peer_data_connection_close_flush (pair.outgoing);
  peer_test_pair_stall (&pair, FALSE);
  peer_test_wait (result.n_done == 1 && pair.incoming_events->is_closed);
  g_assert_no_error (result.error);
  g_assert_cmpint (peer_test_find_text (pair.incoming_events, "waits"), >=, 0);

  peer_test_pair_clear (&pair);
}

static void
test_async_refused (void)
{
  PeerTestPair pair;
  Result result = { 0 };

  peer_test_pair_open_in (&pair, PEER_SERIALIZATION_NONE);
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

  peer_test_pair_open_in (&pair, PEER_SERIALIZATION_BINARY);
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

  peer_test_pair_open_in (&pair, PEER_SERIALIZATION_NONE);
  fill (&pair);
  peer_data_connection_send_async (pair.outgoing, g_variant_new_string ("a"), cancellable, sent_cb, &cancelled);
  peer_data_connection_send_async (pair.outgoing, g_variant_new_string ("b"), NULL, sent_cb, &other);
  g_cancellable_cancel (cancellable);
  peer_test_wait (cancelled.n_done == 1);
  g_assert_error (cancelled.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&cancelled.error);
  g_assert_cmpuint (other.n_done, ==, 0);
  peer_test_pair_stall (&pair, FALSE);
  peer_test_wait (other.n_done == 1);
  g_assert_no_error (other.error);
  g_assert_cmpuint (cancelled.n_done, ==, 1);
  wait_for_text (&pair, "b");
  g_assert_cmpint (peer_test_find_text (pair.incoming_events, "a"), ==, -1);

  peer_test_pair_clear (&pair);
}

static void
test_async_closed_meanwhile (void)
{
  PeerTestPair pair;
  Result result = { 0 };
  Result after = { 0 };

  peer_test_pair_open_in (&pair, PEER_SERIALIZATION_NONE);
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

  peer_test_pair_open_in (&pair, PEER_SERIALIZATION_NONE);
  fill (&pair);
  first.action = close_action;
  first.action_data = pair.outgoing;
  peer_data_connection_send_async (pair.outgoing, big_value (), NULL, sent_cb, &first);
  peer_data_connection_send_async (pair.outgoing, big_value (), NULL, sent_cb, &second);
  peer_test_settle ();
  peer_test_pair_stall (&pair, FALSE);
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
  g_test_summary ("Sending values as fast as they are taken");

  g_test_add_func ("/send-async/with-room", test_async_with_room);
  g_test_add_func ("/send-async/waits-for-room", test_async_waits_for_room);
  g_test_add_func ("/send-async/overtaken", test_async_overtaken);
  g_test_add_func ("/send-async/below-limit", test_async_below_limit);
  g_test_add_func ("/send-async/cancelled-after", test_async_cancelled_after);
  g_test_add_func ("/send-async/flushed", test_async_flushed);
  g_test_add_func ("/send-async/refused", test_async_refused);
  g_test_add_func ("/send-async/cancelled-before", test_async_cancelled_before);
  g_test_add_func ("/send-async/cancelled-during", test_async_cancelled_during);
  g_test_add_func ("/send-async/closed-meanwhile", test_async_closed_meanwhile);
  g_test_add_func ("/send-async/closed-in-callback", test_async_closed_in_callback);

  return g_test_run ();
}
