/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "transport-pair.h"

#include "libpeerglib/transport/peer-webrtc-elements-private.h"
#include "libpeerglib/transport/peer-webrtc-link-private.h"

#include <string.h>

#define MAX_MESSAGE_SIZE 65536
#define BROWSER_MESSAGE_SIZE (256 * 1024)

static void
send (End *end,
      GBytes *bytes,
      gboolean is_text)
{
  g_autoptr (GError) error = NULL;

  peer_transport_send (end->transport, bytes, is_text, &error);
  g_assert_no_error (error);
}

static void
send_bytes (End *end,
            GBytes *bytes)
{
  send (end, bytes, FALSE);
}

static GBytes *
zeros (gsize size)
{
  return g_bytes_new_take (g_malloc0 (size), size);
}

static void
test_open (void)
{
  Pair pair;

  g_test_summary ("Two transports open a channel by their descriptions and candidates");

  pair_open (&pair);
  g_assert_nonnull (strstr (pair.offerer.sdp, "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"));
  g_assert_nonnull (strstr (pair.answerer.sdp, "a=max-message-size:65536\r\n"));
  g_assert_cmpuint (pair.offerer.ice_states->len, >=, 2);
  g_assert_cmpint (g_array_index (pair.offerer.ice_states, PeerIceConnectionState, 0), ==,
                   PEER_ICE_CONNECTION_STATE_CHECKING);
  pair_clear (&pair);
}

static void
test_check (void)
{
  static const PeerWebrtcElement elements[] = {
    { "webrtcbin", "gstreamer1.0-plugins-bad" },
    { "nosuchelement", "gstreamer1.0-nosuch" },
    { NULL, NULL },
  };
  g_autoptr (GError) error = NULL;

  g_test_summary ("A missing element is named with the package that has it");

  g_assert_true (peer_webrtc_transport_check (&error));
  g_assert_no_error (error);

  g_assert_false (peer_webrtc_elements_check_list (elements, &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_BROWSER_INCOMPATIBLE);
  g_assert_nonnull (strstr (error->message, "nosuchelement"));
  g_assert_nonnull (strstr (error->message, "gstreamer1.0-nosuch"));
}

static void
test_kinds (void)
{
  g_autoptr (GBytes) nothing = g_bytes_new (NULL, 0);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("\0\1\2", 3);
  /* Not followed by a null character. */
  g_autoptr (GBytes) text = g_bytes_new_static ("täxt!", 5);
  Pair pair;

  g_test_summary ("Text stays text and bytes stay bytes, empty or not");

  pair_open (&pair);
  send (&pair.offerer, text, TRUE);
  send (&pair.offerer, nothing, TRUE);
  send_bytes (&pair.offerer, nothing);
  send_bytes (&pair.offerer, bytes);
  wait_for_messages (&pair.answerer, 4);

  g_assert_cmpstr (pair.answerer.kinds->str, ==, "ttbb");
  g_assert_true (g_bytes_equal (pair.answerer.messages->pdata[0], text));
  g_assert_true (g_bytes_equal (pair.answerer.messages->pdata[1], nothing));
  g_assert_true (g_bytes_equal (pair.answerer.messages->pdata[2], nothing));
  g_assert_true (g_bytes_equal (pair.answerer.messages->pdata[3], bytes));

  pair_clear (&pair);
}

static void
test_bad_text (void)
{
  static const char *const texts[] = { "a\0b", "\xff\xfe\xfd" };
  Pair pair;

  g_test_summary ("Text that no text frame can hold is refused");

  pair_open (&pair);
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new_static (texts[i], 3);
      g_autoptr (GError) error = NULL;

      g_assert_false (peer_transport_send (pair.offerer.transport, bytes, TRUE, &error));
      g_assert_error (error, PEER_ERROR, PEER_ERROR_WEBRTC);
    }
  g_assert_cmpuint (peer_transport_get_buffered_amount (pair.offerer.transport), ==, 0);
  pair_clear (&pair);
}

#define N_ORDERED 5000

static void
test_order (void)
{
  Pair pair;

  g_test_summary ("Thousands of messages arrive in order in both directions");

  pair_open (&pair);
  for (guint i = 0; i < N_ORDERED; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u", i);

      g_assert_true (end_send_text (&pair.offerer, text));
      g_assert_true (end_send_text (&pair.answerer, text));
    }
  wait_for_messages (&pair.offerer, N_ORDERED);
  wait_for_messages (&pair.answerer, N_ORDERED);

  for (guint i = 0; i < N_ORDERED; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u", i);
      g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

      g_assert_true (g_bytes_equal (pair.offerer.messages->pdata[i], bytes));
      g_assert_true (g_bytes_equal (pair.answerer.messages->pdata[i], bytes));
    }
  pair_clear (&pair);
}

static void
test_sizes (void)
{
  g_autoptr (GBytes) largest = zeros (MAX_MESSAGE_SIZE);
  g_autoptr (GBytes) too_large = zeros (MAX_MESSAGE_SIZE + 1);
  g_autoptr (GError) error = NULL;
  Pair pair;

  g_test_summary ("The largest message that is announced passes in one piece, one byte more does not");

  pair_open (&pair);
  g_assert_cmpuint (peer_transport_get_max_message_size (pair.offerer.transport), ==, MAX_MESSAGE_SIZE);
  send_bytes (&pair.offerer, largest);
  send_bytes (&pair.offerer, largest);
  g_assert_false (peer_transport_send (pair.offerer.transport, too_large, FALSE, &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_MESSAGE_TOO_BIG);
  wait_for_messages (&pair.answerer, 2);
  g_assert_true (g_bytes_equal (pair.answerer.messages->pdata[0], largest));
  g_assert_true (g_bytes_equal (pair.answerer.messages->pdata[1], largest));
  pair_clear (&pair);
}

static void
test_announced_size (void)
{
  static const struct
  {
    const char *line;
    gsize size;
  } cases[] = {
    { "", 65536 },
    { "a=max-message-size:1000\r\n", 1000 },
    { "a=max-message-size:0\r\n", BROWSER_MESSAGE_SIZE },
    { "a=max-message-size:1000000\r\n", BROWSER_MESSAGE_SIZE },
    { "a=max-message-size:100000\r\n", 100000 },
  };

  g_test_summary ("What the other side announces is what can be sent to it");

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (PeerTransportConfig) config = pair_config_new ();
      g_autoptr (GBytes) largest = zeros (cases[i].size);
      g_autoptr (GBytes) too_large = zeros (cases[i].size + 1);
      Pair pair;

      pair_init (&pair, config);
      pair.answerer.replaces = "a=max-message-size:65536\r\n";
      pair.answerer.replacement = cases[i].line;
      pair_start (&pair);
      wait_for (&pair.offerer.is_open);
      wait_for (&pair.answerer.is_open);
      g_assert_cmpuint (peer_transport_get_max_message_size (pair.offerer.transport), ==, cases[i].size);
      g_assert_false (peer_transport_send (pair.offerer.transport, too_large, FALSE, NULL));
      send_bytes (&pair.offerer, largest);
      pair_clear (&pair);
    }
}

static void
test_unreliable (void)
{
  static const struct
  {
    gboolean ordered;
    int max_retransmits;
    int max_packet_life_time;
  } cases[] = { { FALSE, -1, -1 }, { TRUE, 0, -1 }, { FALSE, 3, -1 }, { FALSE, -1, 500 }, { TRUE, 1, 1 } };

  g_test_summary ("Channels of every reliability open and carry messages");

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (PeerTransportConfig) config = pair_config_new ();
      Pair pair;

      config->ordered = cases[i].ordered;
      config->max_retransmits = cases[i].max_retransmits;
      config->max_packet_life_time = cases[i].max_packet_life_time;
      pair_init (&pair, config);
      pair_start (&pair);
      wait_for (&pair.offerer.is_open);
      wait_for (&pair.answerer.is_open);
      g_assert_true (end_send_text (&pair.offerer, "there"));
      g_assert_true (end_send_text (&pair.answerer, "back"));
      wait_for_messages (&pair.answerer, 1);
      wait_for_messages (&pair.offerer, 1);
      pair_clear (&pair);
    }
}

static void
test_not_open (void)
{
  g_autoptr (PeerTransportConfig) config = pair_config_new ();
  g_autoptr (GBytes) bytes = g_bytes_new_static ("x", 1);
  g_autoptr (GError) early = NULL;
  g_autoptr (GError) late = NULL;
  Pair pair;

  g_test_summary ("Sending before open and after close has its errors");

  pair_init (&pair, config);
  g_assert_false (peer_transport_send (pair.offerer.transport, bytes, FALSE, &early));
  g_assert_error (early, PEER_ERROR, PEER_ERROR_NOT_OPEN_YET);
  pair_start (&pair);
  wait_for (&pair.offerer.is_open);
  peer_transport_close (pair.offerer.transport);
  g_assert_false (peer_transport_send (pair.offerer.transport, bytes, FALSE, &late));
  g_assert_error (late, PEER_ERROR, PEER_ERROR_CONNECTION_CLOSED);
  pair_clear (&pair);
}

static gboolean
has_low (gpointer user_data)
{
  return ((const End *) user_data)->n_low > 0;
}

static void
test_buffered_amount (void)
{
  g_autoptr (PeerTransportConfig) config = pair_config_new ();
  g_autoptr (GBytes) bytes = zeros (MAX_MESSAGE_SIZE);
  Pair pair;

  g_test_summary ("The buffered amount rises with send() and says when it has fallen");

  config->buffered_amount_low_threshold = 1024 * 1024;
  pair_init (&pair, config);
  pair_start (&pair);
  wait_for (&pair.offerer.is_open);
  wait_for (&pair.answerer.is_open);

  /* Which would be told in the same way. */
  peer_transport_set_unacknowledged_threshold (pair.offerer.transport, G_MAXSIZE);
  send_bytes (&pair.offerer, bytes);
  wait_for_messages (&pair.answerer, 1);
  g_assert_cmpuint (peer_transport_get_buffered_amount (pair.offerer.transport), ==, 0);
  g_assert_cmpuint (pair.offerer.n_low, ==, 0);

  for (int i = 0; i < 160; i++)
    send_bytes (&pair.offerer, bytes);
  g_assert_cmpuint (peer_transport_get_buffered_amount (pair.offerer.transport), >, 1024 * 1024);
  wait_until (has_low, &pair.offerer);
  g_assert_cmpuint (peer_transport_get_buffered_amount (pair.offerer.transport), <=, 1024 * 1024);
  wait_for_messages (&pair.answerer, 161);
  g_assert_cmpuint (peer_transport_get_buffered_amount (pair.offerer.transport), ==, 0);
  g_assert_cmpuint (pair.offerer.n_low, ==, 1);

  pair_clear (&pair);
}

static void
test_close (gconstpointer user_data)
{
  gboolean offerer_closes = GPOINTER_TO_INT (user_data);
  Pair pair;
  End *closing, *seeing;

  g_test_summary ("A close is seen by the other side, and by nobody on the closing one");

  pair_open (&pair);
  closing = offerer_closes ? &pair.offerer : &pair.answerer;
  seeing = closing->other;
  peer_transport_close (closing->transport);
  peer_transport_close (closing->transport);
  wait_for (&seeing->is_closed);
  g_assert_false (closing->is_closed);
  g_assert_no_error (closing->error);
  g_assert_no_error (seeing->error);
  g_assert_false (end_send_text (seeing, "x"));
  pair_clear (&pair);
}

static void
test_flush (gconstpointer user_data)
{
  gboolean is_dropped = GPOINTER_TO_INT (user_data);
  g_autoptr (GBytes) bytes = zeros (MAX_MESSAGE_SIZE);
  Pair pair;

  g_test_summary ("What was sent before a close, or before the last unref, arrives");

  for (int round = 0; round < 3; round++)
    {
      pair_open (&pair);
      for (int i = 0; i < 160; i++)
        send_bytes (&pair.offerer, bytes);
      g_assert_true (end_send_text (&pair.offerer, "last"));
      if (is_dropped)
        g_assert_finalize_object (g_steal_pointer (&pair.offerer.transport));
      else
        peer_transport_close (pair.offerer.transport);
      wait_for (&pair.answerer.is_closed);
      g_assert_cmpuint (pair.answerer.n_messages, ==, 161);
      pair_clear (&pair);
    }
}

typedef enum
{
  CLOSE_BEFORE_START,
  CLOSE_AFTER_START,
  CLOSE_AFTER_OFFER,
  CLOSE_DURING_NEGOTIATION,
  N_CLOSES,
} CloseTime;

static gboolean
has_description (gpointer user_data)
{
  return ((const End *) user_data)->sdp != NULL;
}

static void
test_close_early (gconstpointer user_data)
{
  gboolean is_dropped = GPOINTER_TO_INT (user_data);

  g_test_summary ("A transport can be closed and dropped at any moment");

  for (CloseTime when = CLOSE_BEFORE_START; when < N_CLOSES; when++)
    {
      g_autoptr (PeerTransportConfig) config = pair_config_new ();
      Pair pair;

      pair_init (&pair, config);
      pair.offerer.keeps_description = when == CLOSE_AFTER_OFFER;
      pair.offerer.keeps_candidates = when == CLOSE_AFTER_OFFER;
      if (when != CLOSE_BEFORE_START)
        pair_start (&pair);
      if (when >= CLOSE_AFTER_OFFER)
        wait_until (has_description, when == CLOSE_AFTER_OFFER ? &pair.offerer : &pair.answerer);
      if (!is_dropped)
        {
          peer_transport_close (pair.offerer.transport);
          peer_transport_close (pair.answerer.transport);
          peer_transport_start (pair.offerer.transport);
        }
      pair_clear (&pair);
    }
}

static void
on_stats (GObject *object,
          GAsyncResult *result,
          gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  *(GVariant **) user_data = peer_transport_get_stats_finish (PEER_TRANSPORT (object), result, &error);
  g_assert_no_error (error);
}

static gboolean
is_not_null (gpointer user_data)
{
  return *(gpointer *) user_data != NULL;
}

static void
test_stats (void)
{
  g_autoptr (GVariant) stats = NULL;
  g_autoptr (GVariant) closed_stats = NULL;
  const char *type = NULL;
  guint64 value;
  Pair pair;

  g_test_summary ("Statistics count the messages, and still do after close");

  pair_open (&pair);
  g_assert_true (end_send_text (&pair.offerer, "four"));
  g_assert_true (end_send_text (&pair.answerer, "two"));
  wait_for_messages (&pair.offerer, 1);
  peer_transport_get_stats_async (pair.offerer.transport, NULL, on_stats, &stats);
  wait_until (is_not_null, &stats);
  g_assert_true (g_variant_lookup (stats, "bytes-sent", "t", &value));
  g_assert_cmpuint (value, ==, 4);
  g_assert_true (g_variant_lookup (stats, "bytes-received", "t", &value));
  g_assert_cmpuint (value, ==, 3);
  g_assert_true (g_variant_lookup (stats, "messages-sent", "t", &value));
  g_assert_cmpuint (value, ==, 1);
  g_assert_true (g_variant_lookup (stats, "buffered-amount", "t", &value));
  g_assert_true (g_variant_lookup (stats, "local-candidate-type", "&s", &type));
  g_assert_cmpstr (type, ==, "host");

  peer_transport_close (pair.offerer.transport);
  wait_for (&pair.answerer.is_closed);
  peer_transport_get_stats_async (pair.offerer.transport, NULL, on_stats, &closed_stats);
  wait_until (is_not_null, &closed_stats);
  g_assert_true (g_variant_lookup (closed_stats, "messages-received", "t", &value));
  g_assert_cmpuint (value, ==, 1);

  pair_clear (&pair);
}

static gpointer
run_pair (gpointer user_data)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GMainContextPusher) pusher = g_main_context_pusher_new (context);
  Pair pair;

  pair_open (&pair);
  g_assert_true (end_send_text (&pair.offerer, "text"));
  wait_for_messages (&pair.answerer, 1);
  peer_transport_close (pair.offerer.transport);
  wait_for (&pair.answerer.is_closed);
  pair_clear (&pair);

  return NULL;
}

static void
test_threads (void)
{
  GThread *threads[4];

  g_test_summary ("Transports belong to the thread that makes them, several at a time");

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("owner", run_pair, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

#define N_BACKLOG 640

/* Until it has not changed for a while, which shows nothing when the machine
 * is slow, but never fails for it. */
static gboolean
has_settled (gpointer user_data)
{
  static gsize last_amount;
  static guint n_same;
  gsize amount = peer_transport_get_buffered_amount (((const End *) user_data)->transport);

  n_same = amount == last_amount ? n_same + 1 : 0;
  last_amount = amount;

  return n_same >= 30;
}

static void
test_slow_owner (void)
{
  g_autoptr (PeerTransportConfig) config = pair_config_new ();
  g_autoptr (GMainContext) slow = g_main_context_new ();
  g_autoptr (GBytes) bytes = zeros (MAX_MESSAGE_SIZE);
  Pair pair;

  g_test_summary ("An owner that does not keep up holds the sender back, and loses nothing");

  pair_init (&pair, config);
  end_clear (&pair.answerer);
  {
    g_autoptr (GMainContextPusher) pusher = g_main_context_pusher_new (slow);

    end_init (&pair.answerer, config);
  }
  pair.answerer.other = &pair.offerer;
  pair_start (&pair);
  while (!pair.offerer.is_open || !pair.answerer.is_open)
    {
      g_main_context_iteration (NULL, FALSE);
      g_main_context_iteration (slow, FALSE);
    }

  for (int i = 0; i < N_BACKLOG; i++)
    send_bytes (&pair.offerer, bytes);
  wait_until (has_settled, &pair.offerer);
  g_assert_cmpuint (peer_transport_get_buffered_amount (pair.offerer.transport), >,
                    (N_BACKLOG - 256) * MAX_MESSAGE_SIZE);

  while (pair.answerer.n_messages < N_BACKLOG)
    g_main_context_iteration (slow, TRUE);

  pair_clear (&pair);
}

static gboolean
has_no_links (gpointer user_data)
{
  return peer_webrtc_link_get_n_links () == 0;
}

static void
test_close_while_blocked (void)
{
  g_autoptr (GBytes) bytes = zeros (MAX_MESSAGE_SIZE);

  g_test_summary ("A transport whose owner is far behind can be closed, and nothing of the link stays");

  for (int round = 0; round < 3; round++)
    {
      Pair pair;

      pair_open (&pair);
      for (int i = 0; i < N_BACKLOG; i++)
        send_bytes (&pair.offerer, bytes);
      while (peer_transport_get_buffered_amount (pair.offerer.transport) > (N_BACKLOG - 128) * MAX_MESSAGE_SIZE)
        g_thread_yield ();
      peer_transport_close (pair.answerer.transport);
      wait_for (&pair.offerer.is_closed);
      pair_clear (&pair);
      wait_until (has_no_links, NULL);
    }
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  peer_webrtc_transport_warm_up ();

  g_test_add_func ("/webrtc-transport/open", test_open);
  g_test_add_func ("/webrtc-transport/check", test_check);
  g_test_add_func ("/webrtc-transport/kinds", test_kinds);
  g_test_add_func ("/webrtc-transport/bad-text", test_bad_text);
  g_test_add_func ("/webrtc-transport/order", test_order);
  g_test_add_func ("/webrtc-transport/sizes", test_sizes);
  g_test_add_func ("/webrtc-transport/announced-size", test_announced_size);
  g_test_add_func ("/webrtc-transport/unreliable", test_unreliable);
  g_test_add_func ("/webrtc-transport/not-open", test_not_open);
  g_test_add_func ("/webrtc-transport/buffered-amount", test_buffered_amount);
  g_test_add_data_func ("/webrtc-transport/close/offerer", GINT_TO_POINTER (TRUE), test_close);
  g_test_add_data_func ("/webrtc-transport/close/answerer", GINT_TO_POINTER (FALSE), test_close);
  g_test_add_data_func ("/webrtc-transport/flush/close", GINT_TO_POINTER (FALSE), test_flush);
  g_test_add_data_func ("/webrtc-transport/flush/unref", GINT_TO_POINTER (TRUE), test_flush);
  g_test_add_data_func ("/webrtc-transport/close-early/close", GINT_TO_POINTER (FALSE), test_close_early);
  g_test_add_data_func ("/webrtc-transport/close-early/unref", GINT_TO_POINTER (TRUE), test_close_early);
  g_test_add_func ("/webrtc-transport/stats", test_stats);
  g_test_add_func ("/webrtc-transport/threads", test_threads);
  g_test_add_func ("/webrtc-transport/slow-owner", test_slow_owner);
  g_test_add_func ("/webrtc-transport/close-while-blocked", test_close_while_blocked);

  return g_test_run ();
}
