/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "libpeerglib/server/peer-message-store-private.h"

static gboolean
add (PeerMessageStore *store,
     const char *src,
     const char *dst,
     const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  return peer_message_store_add (store, src, dst, bytes);
}

static void
log_cb (const char *src,
        const char *dst,
        gpointer user_data)
{
  g_string_append_printf (user_data, "%s>%s;", src, dst);
}

static void
test_take (void)
{
  g_autoptr (PeerMessageStore) store = peer_message_store_new ();
  g_autoptr (GPtrArray) texts = NULL;
  g_autoptr (GString) log = g_string_new (NULL);

  g_test_summary ("The messages of a destination come out once, in order");

  g_assert_true (add (store, "a", "x", "one"));
  g_assert_true (add (store, "b", "y", "other"));
  g_assert_true (add (store, "a", "x", "two"));
  g_assert_cmpuint (peer_message_store_get_n_messages (store), ==, 3);
  g_assert_cmpuint (peer_message_store_get_n_bytes (store), ==, 11);

  texts = peer_message_store_take (store, "x");
  g_assert_cmpuint (texts->len, ==, 2);
  g_assert_cmpmem (g_bytes_get_data (texts->pdata[0], NULL), 3, "one", 3);
  g_assert_cmpmem (g_bytes_get_data (texts->pdata[1], NULL), 3, "two", 3);
  g_assert_null (peer_message_store_take (store, "x"));
  g_assert_cmpuint (peer_message_store_get_n_messages (store), ==, 1);
  g_assert_cmpuint (peer_message_store_get_n_bytes (store), ==, 5);

  peer_message_store_expire (store, G_MAXINT64, log_cb, log);
  g_assert_cmpstr (log->str, ==, "b>y;");
}

static void
test_expire (void)
{
  g_autoptr (PeerMessageStore) store = peer_message_store_new ();
  g_autoptr (GString) log = g_string_new (NULL);

  g_test_summary ("Queues expire whole, counted from their first message, once for each pair");

  add (store, "a", "x", "1");
  add (store, "b", "x", "2");
  add (store, "a", "x", "3");
  add (store, "a", "y", "4");

  peer_message_store_expire (store, g_get_monotonic_time () - G_TIME_SPAN_HOUR, log_cb, log);
  g_assert_cmpstr (log->str, ==, "");
  peer_message_store_expire (store, g_get_monotonic_time (), log_cb, log);
  g_assert_cmpstr (log->str, ==, "a>x;b>x;a>y;");
  g_assert_cmpuint (peer_message_store_get_n_messages (store), ==, 0);
  g_assert_cmpuint (peer_message_store_get_n_bytes (store), ==, 0);
}

static void
add_again_cb (const char *src,
              const char *dst,
              gpointer user_data)
{
  g_assert_true (add (user_data, src, dst, "again"));
}

static void
test_change_while_expiring (void)
{
  g_autoptr (PeerMessageStore) store = peer_message_store_new ();

  g_test_summary ("The store may be used while it expires");

  add (store, "a", "x", "1");
  add (store, "b", "x", "2");
  peer_message_store_expire (store, g_get_monotonic_time (), add_again_cb, store);
  g_assert_cmpuint (peer_message_store_get_n_messages (store), ==, 2);
}

static void
test_limits (void)
{
  g_autoptr (PeerMessageStore) store = peer_message_store_new ();
  PeerMessageStoreLimits *limits = peer_message_store_get_limits (store);

  g_test_summary ("Each limit keeps out what is too much");

  limits->max_queue_length = 2;
  g_assert_true (add (store, "a", "x", "1"));
  g_assert_true (add (store, "a", "x", "2"));
  g_assert_false (add (store, "a", "x", "3"));
  limits->max_messages = 3;
  g_assert_true (add (store, "b", "y", "4"));
  g_assert_false (add (store, "c", "z", "5"));
  limits->max_messages = 0;
  limits->max_bytes = 5;
  g_assert_false (add (store, "c", "z", "666"));
  g_assert_true (add (store, "c", "z", "77"));
  limits->max_bytes = 1;
  g_assert_false (add (store, "a", "z", ""));
}

static void
test_fairness (void)
{
  g_autoptr (PeerMessageStore) store = peer_message_store_new ();
  PeerMessageStoreLimits *limits = peer_message_store_get_limits (store);
  guint n_added = 0;

  g_test_summary ("Nobody, and no two, fill the store for one who comes later");

  limits->max_messages = 12;
  while (add (store, "greedy", "x", "1"))
    n_added++;
  g_assert_cmpuint (n_added, ==, 6);
  while (add (store, "as greedy", "x", "1"))
    n_added++;
  g_assert_cmpuint (n_added, ==, 9);
  g_assert_true (add (store, "modest", "y", "1"));

  limits->max_messages = 0;
  limits->max_bytes = 100;
  g_assert_true (add (store, "modest", "z", "0123456789012345678901234567890123456789"));
  g_assert_false (add (store, "modest", "z", "0123456789"));
  g_assert_true (add (store, "greedy", "x", "0123456789"));

  /* What is gone counts no more. */
  g_ptr_array_unref (peer_message_store_take (store, "z"));
  g_assert_true (add (store, "modest", "z", "0123456789"));
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/message-store/take", test_take);
  g_test_add_func ("/message-store/expire", test_expire);
  g_test_add_func ("/message-store/change-while-expiring", test_change_while_expiring);
  g_test_add_func ("/message-store/limits", test_limits);
  g_test_add_func ("/message-store/fairness", test_fairness);

  return g_test_run ();
}
