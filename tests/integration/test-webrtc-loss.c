/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "transport-pair.h"

#include <gst/gst.h>
#include <string.h>

#include "libpeerglib/transport/peer-webrtc-elements-private.h"

/* A network that loses what a test says, the same in each run: packets are
 * dropped by what is in them, on their way from sctpenc to the encryption. */

#define N_MESSAGES 50
#define LOST_EVERY 5
#define N_LOST (N_MESSAGES / LOST_EVERY)

/* So large that no two of them share a packet. */
#define MESSAGE_SIZE 1000

/* What a message begins with; then its sender and its number. */
#define MARK "loss"
#define MARK_SIZE 4

/* RFC 9260, 3 and 3.3.1 */
#define COMMON_HEADER_SIZE 12
#define DATA_HEADER_SIZE 16
#define CHUNK_DATA 0

typedef enum
{
  LOSE_NOTHING,
  LOSE_FIRST_COPY, /* of every fifth message */
  LOSE_ALL_COPIES, /* of the first message */
} Loss;

static GMutex lock;
static Loss loss;
static guint n_copies[2][N_MESSAGES];

static void
set_loss (Loss wanted)
{
  g_mutex_lock (&lock);
  loss = wanted;
  memset (n_copies, 0, sizeof n_copies);
  g_mutex_unlock (&lock);
}

static guint
get_n_copies (guint sender,
              guint n)
{
  guint result;

  g_mutex_lock (&lock);
  result = n_copies[sender][n];
  g_mutex_unlock (&lock);

  return result;
}

static gboolean
is_lost (const guint8 *data)
{
  guint sender = data[MARK_SIZE];
  guint n = data[MARK_SIZE + 1];
  guint copy;

  g_assert_cmpuint (sender, <, 2);
  g_assert_cmpuint (n, <, N_MESSAGES);

  copy = n_copies[sender][n]++;

  return (loss == LOSE_ALL_COPIES && n == 0) ||
         (loss == LOSE_FIRST_COPY && n % LOST_EVERY == 0 && copy == 0);
}

static GstPadProbeReturn
on_packet (GstPad *pad,
           GstPadProbeInfo *info,
           gpointer user_data)
{
  GstMapInfo map;
  gboolean lost = FALSE;
  gsize offset = COMMON_HEADER_SIZE;

  g_assert_true (gst_buffer_map (GST_PAD_PROBE_INFO_BUFFER (info), &map, GST_MAP_READ));
  g_mutex_lock (&lock);
  while (offset + DATA_HEADER_SIZE <= map.size)
    {
      const guint8 *chunk = map.data + offset;
      gsize length = MAX (GST_READ_UINT16_BE (chunk + 2), 4);

      if (chunk[0] == CHUNK_DATA && length == DATA_HEADER_SIZE + MESSAGE_SIZE &&
          memcmp (chunk + DATA_HEADER_SIZE, MARK, MARK_SIZE) == 0)
        lost |= is_lost (chunk + DATA_HEADER_SIZE);
      offset += GST_ROUND_UP_4 (length);
    }
  g_mutex_unlock (&lock);
  gst_buffer_unmap (GST_PAD_PROBE_INFO_BUFFER (info), &map);

  return lost ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
}

static gboolean
on_element_added (GSignalInvocationHint *hint,
                  guint n_values,
                  const GValue *values,
                  gpointer user_data)
{
  GstElement *element = g_value_get_object (&values[2]);

  if (peer_webrtc_element_is (element, "sctpenc"))
    {
      g_autoptr (GstPad) pad = gst_element_get_static_pad (element, "src");

      /* Every bin above it emits the signal. */
      if (g_object_get_data (G_OBJECT (pad), MARK) == NULL)
        gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_packet, NULL, NULL);
      g_object_set_data (G_OBJECT (pad), MARK, pad);
    }

  return TRUE;
}

static void
send_all (End *end,
          guint sender)
{
  for (guint8 n = 0; n < N_MESSAGES; n++)
    {
      guint8 *data = g_malloc0 (MESSAGE_SIZE);
      g_autoptr (GBytes) bytes = g_bytes_new_take (data, MESSAGE_SIZE);

      memcpy (data, MARK, MARK_SIZE);
      data[MARK_SIZE] = (guint8) sender;
      data[MARK_SIZE + 1] = n;
      g_assert_true (peer_transport_send (end->transport, bytes, FALSE, NULL));
    }
}

static guint
get_number (End *end,
            guint i)
{
  const guint8 *data = g_bytes_get_data (g_ptr_array_index (end->messages, i), NULL);

  return data[MARK_SIZE + 1];
}

static void
pair_open_with (Pair *pair,
                gboolean is_ordered,
                int max_retransmits,
                int max_packet_life_time)
{
  g_autoptr (PeerTransportConfig) config = pair_config_new ();

  config->ordered = is_ordered;
  config->max_retransmits = max_retransmits;
  config->max_packet_life_time = max_packet_life_time;
  pair_init (pair, config);
  pair_start (pair);
  wait_for (&pair->offerer.is_open);
  wait_for (&pair->answerer.is_open);
}

/* Those that arrived, each once, in order if that is so. */
static void
check_arrived (End *end,
               guint n_expected,
               gboolean is_ordered)
{
  gboolean has_arrived[N_MESSAGES] = { FALSE };

  g_assert_cmpuint (end->messages->len, ==, n_expected);
  for (guint i = 0; i < end->messages->len; i++)
    {
      guint n = get_number (end, i);

      g_assert_false (has_arrived[n]);
      has_arrived[n] = TRUE;
      if (is_ordered && i > 0)
        g_assert_cmpuint (n, >, get_number (end, i - 1));
      if (n_expected == N_MESSAGES - N_LOST)
        g_assert_cmpuint (n % LOST_EVERY, !=, 0);
      else if (n_expected == N_MESSAGES - 1)
        g_assert_cmpuint (n, !=, 0);
    }
}

/* Both directions: the answerer knows from the channel's opening message what
 * kind it is. */
static void
exchange (Loss wanted,
          gboolean is_ordered,
          int max_retransmits,
          int max_packet_life_time,
          guint n_expected)
{
  Pair pair;

  pair_open_with (&pair, is_ordered, max_retransmits, max_packet_life_time);
  g_assert_true (peer_transport_is_ordered (pair.offerer.transport) == is_ordered);
  g_assert_true (peer_transport_is_ordered (pair.answerer.transport) == is_ordered);
  set_loss (wanted);
  send_all (&pair.offerer, 0);
  send_all (&pair.answerer, 1);
  wait_for_messages (&pair.offerer, n_expected);
  wait_for_messages (&pair.answerer, n_expected);
  check_arrived (&pair.offerer, n_expected, is_ordered);
  check_arrived (&pair.answerer, n_expected, is_ordered);

  /* Nothing stalls: the channel still carries what comes then. */
  set_loss (LOSE_NOTHING);
  g_assert_true (end_send_text (&pair.offerer, "end"));
  g_assert_true (end_send_text (&pair.answerer, "end"));
  wait_for_messages (&pair.offerer, n_expected + 1);
  wait_for_messages (&pair.answerer, n_expected + 1);
  pair_clear (&pair);
}

static void
test_reliable (void)
{
  g_test_summary ("A reliable channel delivers everything, ordered or not");

  for (guint is_ordered = 0; is_ordered <= 1; is_ordered++)
    exchange (LOSE_FIRST_COPY, is_ordered, -1, -1, N_MESSAGES);
}

static void
test_no_retransmits (void)
{
  g_test_summary ("Without retransmissions what is lost is lost, on both ways, and nothing waits for it");

  for (guint is_ordered = 0; is_ordered <= 1; is_ordered++)
    exchange (LOSE_FIRST_COPY, is_ordered, 0, -1, N_MESSAGES - N_LOST);
}

static void
test_retransmits (void)
{
  g_test_summary ("A message that may be sent again arrives when its first copy is lost");

  for (guint is_ordered = 0; is_ordered <= 1; is_ordered++)
    exchange (LOSE_FIRST_COPY, is_ordered, 3, -1, N_MESSAGES);
}

static void
test_few_retransmits (void)
{
  Pair pair;

  g_test_summary ("No message is sent more often than it may be");

  pair_open_with (&pair, TRUE, 2, -1);
  set_loss (LOSE_ALL_COPIES);
  send_all (&pair.offerer, 0);
  wait_for_messages (&pair.answerer, N_MESSAGES - 1);
  check_arrived (&pair.answerer, N_MESSAGES - 1, TRUE);
  g_assert_cmpuint (get_n_copies (0, 0), ==, 1 + 2);
  pair_clear (&pair);
}

static void
test_life_time (void)
{
  g_test_summary ("When its time is over a message is given up, and nothing waits for it");

  for (guint is_ordered = 0; is_ordered <= 1; is_ordered++)
    exchange (LOSE_ALL_COPIES, is_ordered, -1, 100, N_MESSAGES - 1);
}

static void
test_around_a_gap (void)
{
  Pair pair;

  g_test_summary ("Where order does not matter, what follows a lost message does not wait for it");

  pair_open_with (&pair, FALSE, -1, -1);
  set_loss (LOSE_ALL_COPIES);
  send_all (&pair.offerer, 0);
  wait_for_messages (&pair.answerer, N_MESSAGES - 1);
  for (guint i = 0; i < N_MESSAGES - 1; i++)
    g_assert_cmpuint (get_number (&pair.answerer, i), !=, 0);

  set_loss (LOSE_NOTHING);
  wait_for_messages (&pair.answerer, N_MESSAGES);
  g_assert_cmpuint (get_number (&pair.answerer, N_MESSAGES - 1), ==, 0);
  pair_clear (&pair);
}

int
main (int argc,
      char *argv[])
{
  gpointer bin_class;
  int result;

  g_test_init (&argc, &argv, NULL);
  gst_init (NULL, NULL);

  bin_class = g_type_class_ref (GST_TYPE_BIN);
  g_signal_add_emission_hook (g_signal_lookup ("deep-element-added", GST_TYPE_BIN), 0, on_element_added, NULL, NULL);

  g_test_add_func ("/webrtc-loss/reliable", test_reliable);
  g_test_add_func ("/webrtc-loss/no-retransmits", test_no_retransmits);
  g_test_add_func ("/webrtc-loss/retransmits", test_retransmits);
  g_test_add_func ("/webrtc-loss/few-retransmits", test_few_retransmits);
  g_test_add_func ("/webrtc-loss/life-time", test_life_time);
  g_test_add_func ("/webrtc-loss/around-a-gap", test_around_a_gap);

  result = g_test_run ();
  g_type_class_unref (bin_class);

  return result;
}
