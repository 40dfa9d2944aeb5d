/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "libpeerglib/server/peer-byte-queue-private.h"
#include "libpeerglib/server/peer-histogram-private.h"
#include "libpeerglib/server/peer-http-api-private.h"
#include "libpeerglib/server/peer-timeout-queue-private.h"
#include "libpeerglib/server/peer-token-bucket-private.h"

typedef struct
{
  PeerTimeout timeout;
  const char *name;
} Item;

static void
log_cb (gpointer item,
        gpointer user_data)
{
  g_string_append (user_data, ((Item *) item)->name);
}

static void
wait_for (GString *log,
          gsize length)
{
  while (log->len < length)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_timeouts (void)
{
  g_autoptr (GString) log = g_string_new (NULL);
  g_autoptr (PeerTimeoutQueue) queue = peer_timeout_queue_new (NULL, "test", log_cb, log);
  Item items[] = { { .name = "a" }, { .name = "b" }, { .name = "c" } };

  g_test_summary ("Timeouts expire in the order in which they were armed or renewed last");

  peer_timeout_queue_set_interval (queue, 20);
  for (guint i = 0; i < G_N_ELEMENTS (items); i++)
    peer_timeout_queue_arm (queue, &items[i].timeout, &items[i]);
  peer_timeout_queue_arm (queue, &items[0].timeout, &items[0]);
  peer_timeout_queue_cancel (queue, &items[1].timeout);
  peer_timeout_queue_cancel (queue, &items[1].timeout);
  wait_for (log, 2);
  g_assert_cmpstr (log->str, ==, "ca");

  peer_timeout_queue_arm (queue, &items[1].timeout, &items[1]);
  wait_for (log, 3);
  g_assert_cmpstr (log->str, ==, "cab");
}

static void
test_timeout_interval (void)
{
  g_autoptr (GString) log = g_string_new (NULL);
  g_autoptr (PeerTimeoutQueue) queue = peer_timeout_queue_new (NULL, "test", log_cb, log);
  Item item = { .name = "a" };

  g_test_summary ("No interval is for ever; a new one counts for what is armed already");

  peer_timeout_queue_arm (queue, &item.timeout, &item);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpstr (log->str, ==, "");
  peer_timeout_queue_set_interval (queue, G_MAXUINT);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpstr (log->str, ==, "");
  peer_timeout_queue_set_interval (queue, 1);
  wait_for (log, 1);
}

static void
free_queue_cb (gpointer item,
               gpointer user_data)
{
  PeerTimeoutQueue **queue = user_data;

  g_clear_pointer (queue, peer_timeout_queue_free);
}

static void
test_timeout_free (void)
{
  PeerTimeoutQueue *queue;
  Item items[] = { { .name = "a" }, { .name = "b" } };

  g_test_summary ("A queue may be freed by what it calls");

  queue = peer_timeout_queue_new (NULL, "test", free_queue_cb, &queue);
  peer_timeout_queue_set_interval (queue, 1);
  for (guint i = 0; i < G_N_ELEMENTS (items); i++)
    peer_timeout_queue_arm (queue, &items[i].timeout, &items[i]);
  while (queue != NULL)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_token_bucket (void)
{
  PeerTokenBucket bucket = { 0 };
  gint64 now = G_TIME_SPAN_DAY;

  g_test_summary ("A bucket allows its burst and then its rate; a debt takes time");

  g_assert_true (peer_token_bucket_fill (&bucket, 10, 3, now));
  peer_token_bucket_take (&bucket, 3);
  g_assert_false (peer_token_bucket_fill (&bucket, 10, 3, now));
  g_assert_true (peer_token_bucket_fill (&bucket, 10, 3, now += G_TIME_SPAN_SECOND / 10));
  peer_token_bucket_take (&bucket, 11);
  g_assert_false (peer_token_bucket_fill (&bucket, 10, 3, now += G_TIME_SPAN_SECOND));
  g_assert_true (peer_token_bucket_fill (&bucket, 10, 3, now += G_TIME_SPAN_SECOND / 10));
  g_assert_true (peer_token_bucket_fill (&bucket, 10, 3, now += G_TIME_SPAN_DAY));
  peer_token_bucket_take (&bucket, 3);
  g_assert_false (peer_token_bucket_fill (&bucket, 10, 3, now));
}

static void
test_byte_queue (void)
{
  PeerByteQueue queue = { 0 };
  g_autoptr (GString) expected = g_string_new (NULL);
  GRand *rand = g_rand_new_with_seed (1);

  g_test_summary ("Bytes come out as they went in");

  g_assert_cmpuint (peer_byte_queue_get_size (&queue), ==, 0);
  peer_byte_queue_drop (&queue, 0);
  for (guint i = 0; i < 1000; i++)
    {
      char piece[20];
      gsize length = g_rand_int_range (rand, 0, sizeof piece);
      gsize dropped;

      memset (piece, 'a' + i % 26, length);
      if (length > 0)
        memcpy (peer_byte_queue_grow (&queue, length), piece, length);
      g_string_append_len (expected, piece, length);
      g_assert_cmpmem (peer_byte_queue_peek (&queue), peer_byte_queue_get_size (&queue), expected->str, expected->len);

      dropped = g_rand_int_range (rand, 0, sizeof piece);
      dropped = MIN (dropped, expected->len);
      peer_byte_queue_drop (&queue, dropped);
      g_string_erase (expected, 0, dropped);
    }

  peer_byte_queue_drop (&queue, peer_byte_queue_get_size (&queue));
  g_assert_null (queue.bytes);
  g_rand_free (rand);
}

static void
test_paths (void)
{
  static const struct
  {
    const char *path;
    const char *normalized;
  } cases[] = {
    { "/", "" },
    { "//", "" },
    { "/app", "/app" },
    { "/some/app/", "/some/app" },
    { "", NULL },
    { "app", NULL },
    { NULL, NULL },
  };

  g_test_summary ("Paths are taken with and without a slash at the end");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *normalized = peer_http_api_normalize_path (cases[i].path);

      g_assert_cmpstr (normalized, ==, cases[i].normalized);
    }
}

static void
test_histogram (void)
{
  PeerHistogram histogram = { 0 };

  g_test_summary ("A duration is counted where its bound is, whatever the clock says");

  peer_histogram_add (&histogram, 10);
  peer_histogram_add (&histogram, 11);
  peer_histogram_add (&histogram, -5);
  peer_histogram_add (&histogram, 1000 * 1000 + 1);
  peer_histogram_add (&histogram, G_MAXINT32);

  g_assert_cmpuint (histogram.counts[0], ==, 2);
  g_assert_cmpuint (histogram.counts[1], ==, 1);
  g_assert_cmpuint (histogram.counts[PEER_HISTOGRAM_SIZE - 1], ==, 2);
  g_assert_cmpuint (histogram.sum, ==, 10 + 11 + 1000 * 1000 + 1 + (guint64) G_MAXINT32);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/server-parts/timeouts", test_timeouts);
  g_test_add_func ("/server-parts/timeout-interval", test_timeout_interval);
  g_test_add_func ("/server-parts/timeout-free", test_timeout_free);
  g_test_add_func ("/server-parts/token-bucket", test_token_bucket);
  g_test_add_func ("/server-parts/byte-queue", test_byte_queue);
  g_test_add_func ("/server-parts/paths", test_paths);
  g_test_add_func ("/server-parts/histogram", test_histogram);

  return g_test_run ();
}
