/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "loopback-pair.h"

#include <string.h>

#define DEADLINE_SECONDS 120

static void
test_open (void)
{
  Pair pair;

  g_test_summary ("Descriptions and candidates of both sides come before the channel is open");

  pair_init (&pair);
  peer_transport_start (pair.answerer.transport);
  peer_transport_start (pair.offerer.transport);
  g_assert_cmpstr (pair.offerer.events->str, ==, "");

  settle ();

  g_assert_cmpstr (pair.offerer.events->str, ==, "DCCGIIO");
  g_assert_cmpstr (pair.answerer.events->str, ==, "DCCGIIO");

  pair_clear (&pair);
}

static void
test_messages (void)
{
  g_autoptr (GBytes) binary = g_bytes_new_static ("two", 3);
  g_autoptr (GBytes) empty = g_bytes_new (NULL, 0);
  Pair pair;

  g_test_summary ("Messages arrive in order, later, as the text or bytes they were");

  pair_open (&pair);
  g_assert_true (send_text (&pair.offerer, "one", NULL));
  g_assert_true (peer_transport_send (pair.offerer.transport, binary, FALSE, NULL));
  g_assert_true (peer_transport_send (pair.offerer.transport, empty, TRUE, NULL));
  g_assert_true (send_text (&pair.answerer, "back", NULL));
  g_assert_cmpstr (pair.answerer.received->str, ==, "");
  settle ();

  g_assert_cmpstr (pair.answerer.received->str, ==, "tone;btwo;t;");
  g_assert_cmpstr (pair.offerer.received->str, ==, "tback;");

  pair_clear (&pair);
}

static void
test_send_errors (void)
{
  g_autoptr (GError) early = NULL;
  g_autoptr (GError) big = NULL;
  g_autoptr (GError) late = NULL;
  Pair pair;

  g_test_summary ("What cannot be sent is refused with a named error");

  pair_init (&pair);
  g_assert_false (send_text (&pair.offerer, "x", &early));
  g_assert_error (early, PEER_ERROR, PEER_ERROR_NOT_OPEN_YET);
  pair_clear (&pair);

  pair_open (&pair);
  peer_loopback_transport_set_max_message_size (PEER_LOOPBACK_TRANSPORT (pair.offerer.transport), 4);
  g_assert_cmpuint (peer_transport_get_max_message_size (pair.offerer.transport), ==, 4);
  g_assert_true (send_text (&pair.offerer, "1234", NULL));
  g_assert_false (send_text (&pair.offerer, "12345", &big));
  g_assert_error (big, PEER_ERROR, PEER_ERROR_MESSAGE_TOO_BIG);

  peer_transport_close (pair.offerer.transport);
  g_assert_false (send_text (&pair.offerer, "x", &late));
  g_assert_error (late, PEER_ERROR, PEER_ERROR_CONNECTION_CLOSED);

  pair_clear (&pair);
}

static void
test_stalled (void)
{
  Pair pair;

  g_test_summary ("A stalled link buffers, and says so when it has caught up");

  pair_open (&pair);
  g_string_truncate (pair.offerer.events, 0);
  peer_loopback_transport_set_stalled (PEER_LOOPBACK_TRANSPORT (pair.offerer.transport), TRUE);
  for (int i = 0; i < 5; i++)
    g_assert_true (send_text (&pair.offerer, "123", NULL));
  settle ();
  g_assert_cmpuint (peer_transport_get_buffered_amount (pair.offerer.transport), ==, 15);
  g_assert_cmpstr (pair.answerer.received->str, ==, "");
  g_assert_cmpstr (pair.offerer.events->str, ==, "");

  peer_loopback_transport_set_stalled (PEER_LOOPBACK_TRANSPORT (pair.offerer.transport), FALSE);
  settle ();
  g_assert_cmpuint (peer_transport_get_buffered_amount (pair.offerer.transport), ==, 0);
  g_assert_cmpstr (pair.answerer.received->str, ==, "t123;t123;t123;t123;t123;");
  g_assert_cmpstr (pair.offerer.events->str, ==, "L");

  pair_clear (&pair);
}

static void
test_close (void)
{
  Pair pair;

  g_test_summary ("The other side sees a close after what was sent before, the closing side sees nothing more");

  pair_open (&pair);
  g_string_truncate (pair.offerer.events, 0);
  g_string_truncate (pair.answerer.events, 0);
  g_assert_true (send_text (&pair.answerer, "x", NULL));
  peer_loopback_transport_set_stalled (PEER_LOOPBACK_TRANSPORT (pair.offerer.transport), TRUE);
  g_assert_true (send_text (&pair.offerer, "last", NULL));
  peer_transport_close (pair.offerer.transport);
  peer_transport_close (pair.offerer.transport);
  settle ();

  g_assert_cmpstr (pair.offerer.events->str, ==, "");
  g_assert_cmpstr (pair.answerer.events->str, ==, "LMX");
  g_assert_cmpstr (pair.answerer.received->str, ==, "tlast;");

  pair_clear (&pair);
}

static void
test_unref (void)
{
  Pair pair;

  g_test_summary ("Dropping a transport closes it");

  pair_open (&pair);
  g_string_truncate (pair.answerer.events, 0);
  g_assert_finalize_object (g_steal_pointer (&pair.offerer.transport));
  settle ();
  g_assert_cmpstr (pair.answerer.events->str, ==, "X");

  pair_clear (&pair);
}

static void
test_close_in_handler (void)
{
  Pair pair;

  g_test_summary ("A transport that is closed while it emits emits nothing more");

  pair_open (&pair);
  pair.answerer.closes_on_message = TRUE;
  for (int i = 0; i < 3; i++)
    g_assert_true (send_text (&pair.offerer, "x", NULL));
  settle ();
  g_assert_cmpstr (pair.answerer.received->str, ==, "tx;");
  g_assert_true (g_str_has_suffix (pair.offerer.events->str, "X"));

  pair_clear (&pair);
}

static void
test_close_early (void)
{
  Pair pair;

  g_test_summary ("A transport can be closed before it is open");

  pair_init (&pair);
  peer_transport_close (pair.offerer.transport);
  peer_transport_start (pair.offerer.transport);
  settle ();
  g_assert_cmpstr (pair.offerer.events->str, ==, "");
  pair_clear (&pair);

  pair_init (&pair);
  pair.offerer.other = NULL;
  peer_transport_start (pair.offerer.transport);
  settle ();
  g_assert_cmpstr (pair.offerer.events->str, ==, "DCCG");
  pair_clear (&pair);
}

static void
test_fail (void)
{
  g_autoptr (GError) error = g_error_new_literal (PEER_ERROR, PEER_ERROR_NEGOTIATION_FAILED, "No way");
  Pair pair;

  g_test_summary ("The lever fails one side, and the other sees the link gone");

  pair_open (&pair);
  peer_loopback_transport_fail (PEER_LOOPBACK_TRANSPORT (pair.offerer.transport), error);
  settle ();
  g_assert_true (g_str_has_suffix (pair.offerer.events->str, "F"));
  g_assert_error (pair.offerer.error, PEER_ERROR, PEER_ERROR_NEGOTIATION_FAILED);
  g_assert_true (g_str_has_suffix (pair.answerer.events->str, "X"));

  pair_clear (&pair);
}

static void
test_bad_description (void)
{
  static const char *const descriptions[][2] = {
    { "offer", "" },
    { "offer", "v=0\r\na=x-loopback:987654\r\n" },
    { "answer", "v=0\r\na=x-loopback:1\r\n" },
    { "rollback", "" },
  };

  g_test_summary ("A description that is not one of a waiting offerer fails");

  for (gsize i = 0; i < G_N_ELEMENTS (descriptions); i++)
    {
      Pair pair;

      pair_init (&pair);
      peer_transport_set_remote_description (pair.answerer.transport, descriptions[i][0], descriptions[i][1]);
      settle ();
      g_assert_error (pair.answerer.error, PEER_ERROR, PEER_ERROR_WEBRTC);
      pair_clear (&pair);
    }
}

static void
on_stats (GObject *object,
          GAsyncResult *result,
          gpointer user_data)
{
  *(GVariant **) user_data = peer_transport_get_stats_finish (PEER_TRANSPORT (object), result, NULL);
}

static void
test_stats (void)
{
  g_autoptr (GVariant) stats = NULL;
  guint64 sent, received;
  Pair pair;

  g_test_summary ("Bytes and messages are counted both ways");

  pair_open (&pair);
  g_assert_true (send_text (&pair.offerer, "four", NULL));
  g_assert_true (send_text (&pair.answerer, "two", NULL));
  peer_transport_get_stats_async (pair.offerer.transport, NULL, on_stats, &stats);
  settle ();
  g_assert_true (g_variant_lookup (stats, "bytes-sent", "t", &sent));
  g_assert_true (g_variant_lookup (stats, "bytes-received", "t", &received));
  g_assert_cmpuint (sent, ==, 4);
  g_assert_cmpuint (received, ==, 3);
  g_assert_true (g_variant_lookup (stats, "messages-sent", "t", &sent));
  g_assert_true (g_variant_lookup (stats, "messages-received", "t", &received));
  g_assert_cmpuint (sent, ==, 1);
  g_assert_cmpuint (received, ==, 1);

  pair_clear (&pair);
}

#define N_THREADED_MESSAGES 2000

typedef struct
{
  Pair pair;
  gint answerer_is_ready;
  gint is_done;
} Threaded;

static gpointer
run_answerer (gpointer user_data)
{
  Threaded *threaded = user_data;
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GMainContextPusher) pusher = g_main_context_pusher_new (context);
  g_autoptr (PeerTransportConfig) config = peer_transport_config_new ();
  End *end = &threaded->pair.answerer;

  end_init (end, config);
  g_atomic_int_set (&threaded->answerer_is_ready, TRUE);

  while (strchr (end->events->str, 'X') == NULL)
    g_main_context_iteration (context, TRUE);

  g_assert_cmpuint (end->received->len, ==, N_THREADED_MESSAGES * strlen ("t1;"));
  g_atomic_int_set (&threaded->is_done, TRUE);

  return NULL;
}

static void
test_threads (void)
{
  Threaded threaded = { 0 };
  g_autoptr (PeerTransportConfig) config = peer_transport_config_new ();
  gint64 deadline = g_get_monotonic_time () + DEADLINE_SECONDS * G_USEC_PER_SEC;
  GThread *thread;
  End *end = &threaded.pair.offerer;

  g_test_summary ("The two ends may belong to different threads");

  thread = g_thread_new ("answerer", run_answerer, &threaded);
  while (!g_atomic_int_get (&threaded.answerer_is_ready))
    g_thread_yield ();
  config->is_offerer = TRUE;
  end_init (end, config);
  end->other = &threaded.pair.answerer;
  threaded.pair.answerer.other = end;
  peer_transport_start (end->transport);
  while (strchr (end->events->str, 'O') == NULL)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_main_context_iteration (NULL, FALSE);
    }

  for (int i = 0; i < N_THREADED_MESSAGES; i++)
    g_assert_true (send_text (end, "1", NULL));
  peer_transport_close (end->transport);
  g_thread_join (thread);
  g_assert_true (g_atomic_int_get (&threaded.is_done));

  pair_clear (&threaded.pair);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/loopback-transport/open", test_open);
  g_test_add_func ("/loopback-transport/messages", test_messages);
  g_test_add_func ("/loopback-transport/send-errors", test_send_errors);
  g_test_add_func ("/loopback-transport/stalled", test_stalled);
  g_test_add_func ("/loopback-transport/close", test_close);
  g_test_add_func ("/loopback-transport/unref", test_unref);
  g_test_add_func ("/loopback-transport/close-in-handler", test_close_in_handler);
  g_test_add_func ("/loopback-transport/close-early", test_close_early);
  g_test_add_func ("/loopback-transport/fail", test_fail);
  g_test_add_func ("/loopback-transport/bad-description", test_bad_description);
  g_test_add_func ("/loopback-transport/stats", test_stats);
  g_test_add_func ("/loopback-transport/threads", test_threads);

  return g_test_run ();
}
