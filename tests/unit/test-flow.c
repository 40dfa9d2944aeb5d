/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <libpeerglib/peer.h>

#include "libpeerglib/peer-send-queue-private.h"
#include "libpeerglib/protocol/peer-chunk-private.h"
#include "peer-test-util.h"

#define BIG (1024 * 1024)

static void
test_limit (void)
{
  PeerTestPair pair;
  g_autoptr (GError) error = NULL;
  guint n_sent = 0;
  guint64 limit;

  g_test_summary ("What is over the limit is refused, and nothing of what was taken is lost");

  peer_test_pair_open_in (&pair, PEER_SERIALIZATION_BINARY);
  g_object_get (pair.outgoing, "max-buffered-amount", &limit, NULL);
  g_assert_cmpuint (limit, ==, 64 * BIG);
  g_object_set (pair.outgoing, "max-buffered-amount", (guint64) 2 * BIG, NULL);

  for (guint round = 1; round <= 2; round++)
    {
      peer_test_pair_stall (&pair, TRUE);
      while (peer_test_send_zeros (pair.outgoing, 100000, &error))
        n_sent++;
      g_assert_error (error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED);
      g_clear_error (&error);
      g_assert_cmpuint (peer_data_connection_get_buffered_amount (pair.outgoing), >=, 2 * BIG);
      g_assert_cmpuint (peer_data_connection_get_buffered_amount (pair.outgoing), <, 2 * BIG + 110000);
      peer_test_pair_stall (&pair, FALSE);
      peer_test_wait (pair.incoming_events->values->len == n_sent);
      peer_test_wait_events (pair.outgoing_events, round == 1 ? "drained" : "drained drained");
    }

  peer_test_pair_clear (&pair);
}

static void
test_limit_and_large_values (void)
{
  PeerTestPair pair;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A value larger than the limit is taken while nothing waits; without a limit everything is");

  peer_test_pair_open_in (&pair, PEER_SERIALIZATION_BINARY);
  peer_data_connection_set_max_buffered_amount (pair.outgoing, 1000);
  peer_test_pair_stall (&pair, TRUE);
  g_assert_true (peer_test_send_zeros (pair.outgoing, BIG, NULL));
  g_assert_false (peer_data_connection_send_text (pair.outgoing, "small", &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED);
  peer_data_connection_set_max_buffered_amount (pair.outgoing, 0);
  for (guint i = 0; i < 70; i++)
    g_assert_true (peer_test_send_zeros (pair.outgoing, BIG, NULL));
  peer_test_pair_stall (&pair, FALSE);
  peer_test_wait (pair.incoming_events->values->len == 71);

  peer_test_pair_clear (&pair);
}

static void
pair_open_ordered (PeerTestPair *pair,
                   gboolean is_ordered)
{
  g_autoptr (PeerConnectOptions) options = g_object_new (PEER_TYPE_CONNECT_OPTIONS, "reliable", is_ordered, NULL);

  peer_test_pair_open (pair, options);
}

/* What passes between the two, seen where it arrives. */
typedef struct
{
  guint n_messages;
  guint n_before_small;  /* messages before the first that is not a chunk */
  guint max_under_way;   /* values of which a part was there */
  GHashTable *n_missing; /* chunks of each of them */
} Traffic;

static void
on_message (PeerTransport *transport,
            GBytes *bytes,
            gboolean is_text,
            Traffic *traffic)
{
  PeerChunk chunk;
  gpointer key;
  guint n_missing;

  traffic->n_messages++;
  if (!peer_chunk_read (&chunk, bytes))
    {
      if (traffic->n_before_small == 0)
        traffic->n_before_small = traffic->n_messages - 1;
      return;
    }

  key = GSIZE_TO_POINTER ((gsize) chunk.id);
  if (!g_hash_table_contains (traffic->n_missing, key))
    g_hash_table_insert (traffic->n_missing, key, GSIZE_TO_POINTER ((gsize) chunk.total));
  traffic->max_under_way = MAX (traffic->max_under_way, g_hash_table_size (traffic->n_missing));
  n_missing = GPOINTER_TO_UINT (g_hash_table_lookup (traffic->n_missing, key)) - 1;
  if (n_missing == 0)
    g_hash_table_remove (traffic->n_missing, key);
  else
    g_hash_table_insert (traffic->n_missing, key, GUINT_TO_POINTER (n_missing));
}

static void
traffic_watch (Traffic *traffic,
               PeerTestPair *pair)
{
  *traffic = (Traffic){ .n_missing = g_hash_table_new (NULL, NULL) };
  g_signal_connect (peer_test_get_transport (pair->incoming), "message", G_CALLBACK (on_message), traffic);
}

static void
traffic_clear (Traffic *traffic)
{
  g_clear_pointer (&traffic->n_missing, g_hash_table_unref);
}

/* Chunks that the transport holds when the small value is sent. */
#define N_CHUNKS_AHEAD (256 * 1024 / PEER_CHUNK_MAX_PAYLOAD + 1)

static void
test_small_overtakes_large (void)
{
  PeerTestPair pair;
  Traffic traffic;

  g_test_summary ("Where order does not matter, a small value waits for a few chunks of a large one, not for all");

  pair_open_ordered (&pair, FALSE);
  traffic_watch (&traffic, &pair);
  peer_test_pair_stall (&pair, TRUE);
  for (guint i = 0; i < 3; i++)
    g_assert_true (peer_test_send_zeros (pair.outgoing, 8 * BIG, NULL));
  g_assert_true (peer_data_connection_send_text (pair.outgoing, "small", NULL));
  peer_test_pair_stall (&pair, FALSE);
  peer_test_wait (pair.incoming_events->values->len == 4);
  g_assert_cmpint (peer_test_find_text (pair.incoming_events, "small"), ==, 0);
  g_assert_cmpuint (traffic.n_before_small, <=, N_CHUNKS_AHEAD + 3);

  peer_test_pair_clear (&pair);
  traffic_clear (&traffic);
}

static void
test_order_is_kept (void)
{
  PeerTestPair pair;
  Traffic traffic;

  g_test_summary ("Where order matters, values arrive in it however large they are");

  pair_open_ordered (&pair, TRUE);
  traffic_watch (&traffic, &pair);
  peer_test_pair_stall (&pair, TRUE);
  g_assert_true (peer_test_send_zeros (pair.outgoing, 4 * BIG, NULL));
  g_assert_true (peer_data_connection_send_text (pair.outgoing, "small", NULL));
  g_assert_true (peer_test_send_zeros (pair.outgoing, BIG, NULL));
  peer_test_pair_stall (&pair, FALSE);
  peer_test_wait (pair.incoming_events->values->len == 3);
  g_assert_cmpint (peer_test_find_text (pair.incoming_events, "small"), ==, 1);
  g_assert_cmpuint (traffic.max_under_way, ==, 1);

  peer_test_pair_clear (&pair);
  traffic_clear (&traffic);
}

static void
test_large_values_take_turns (void)
{
  PeerTestPair pair;
  Traffic traffic;

  g_test_summary ("No more large values are under way at once than a receiver keeps, and all arrive");

  pair_open_ordered (&pair, FALSE);
  traffic_watch (&traffic, &pair);
  peer_test_pair_stall (&pair, TRUE);
  for (guint i = 0; i < 100; i++)
    g_assert_true (peer_test_send_zeros (pair.outgoing, 100000 + i, NULL));
  peer_test_pair_stall (&pair, FALSE);
  peer_test_wait (pair.incoming_events->values->len == 100);
  g_assert_cmpuint (traffic.max_under_way, ==, PEER_SEND_QUEUE_MAX_INTERLEAVED);
  peer_test_assert_events (pair.outgoing_events, "drained");

  peer_test_pair_clear (&pair);
  traffic_clear (&traffic);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_summary ("What waits to be sent, and in which order it goes");

  g_test_add_func ("/flow/limit", test_limit);
  g_test_add_func ("/flow/limit-and-large-values", test_limit_and_large_values);
  g_test_add_func ("/flow/small-overtakes-large", test_small_overtakes_large);
  g_test_add_func ("/flow/order-is-kept", test_order_is_kept);
  g_test_add_func ("/flow/large-values-take-turns", test_large_values_take_turns);

  return g_test_run ();
}
