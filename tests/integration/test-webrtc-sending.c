/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "transport-pair.h"

/* A small message takes another way when nothing else is under way. */

#define N_ROUNDS 20
#define LARGE_SIZE 60000

static gboolean
is_acknowledged (gpointer transport)
{
  return peer_transport_get_unacknowledged_amount (transport) == 0;
}

static void
send_bytes (End *end,
            gsize size,
            guint8 content)
{
  g_autofree guint8 *data = g_malloc (size);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  memset (data, content, size);
  bytes = g_bytes_new (data, size);
  peer_transport_send (end->transport, bytes, FALSE, &error);
  g_assert_no_error (error);
}

static void
assert_message (const End *end,
                guint index,
                gsize size,
                guint8 content)
{
  GBytes *bytes = g_ptr_array_index (end->messages, index);
  const guint8 *data = g_bytes_get_data (bytes, NULL);

  g_assert_cmpuint (g_bytes_get_size (bytes), ==, size);
  g_assert_cmpuint (data[0], ==, content);
  g_assert_cmpuint (data[size - 1], ==, content);
}

/* A pair over which something has gone already. */
static void
open_and_use (Pair *pair)
{
  pair_open (pair);
  g_assert_true (end_send_text (&pair->offerer, "first"));
  wait_for_messages (&pair->answerer, 1);
  wait_until (is_acknowledged, pair->offerer.transport);
  g_ptr_array_set_size (pair->answerer.messages, 0);
  g_string_truncate (pair->answerer.kinds, 0);
}

static void
test_order (void)
{
  Pair pair;

  g_test_summary ("Small messages keep their place among large ones");

  open_and_use (&pair);
  for (guint8 i = 0; i < N_ROUNDS; i++)
    {
      wait_until (is_acknowledged, pair.offerer.transport);
      send_bytes (&pair.offerer, 1, i);
      send_bytes (&pair.offerer, LARGE_SIZE, i);
      send_bytes (&pair.offerer, 2, i);
    }
  wait_for_messages (&pair.answerer, 1 + 3 * N_ROUNDS);

  for (guint8 i = 0; i < N_ROUNDS; i++)
    {
      assert_message (&pair.answerer, 3 * i, 1, i);
      assert_message (&pair.answerer, 3 * i + 1, LARGE_SIZE, i);
      assert_message (&pair.answerer, 3 * i + 2, 2, i);
    }
  pair_clear (&pair);
}

static void
test_kinds (void)
{
  g_autoptr (GBytes) text = g_bytes_new_static ("schön", strlen ("schön"));
  Pair pair;

  g_test_summary ("A small message stays text or bytes");

  open_and_use (&pair);
  for (guint i = 0; i < N_ROUNDS; i++)
    {
      wait_until (is_acknowledged, pair.offerer.transport);
      if (i % 2 == 0)
        g_assert_true (end_send_text (&pair.offerer, "schön"));
      else
        send_bytes (&pair.offerer, 3, 0xff);
    }
  wait_for_messages (&pair.answerer, 1 + N_ROUNDS);

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      g_assert_cmpint (pair.answerer.kinds->str[i], ==, i % 2 == 0 ? 't' : 'b');
      if (i % 2 == 0)
        g_assert_true (g_bytes_equal (g_ptr_array_index (pair.answerer.messages, i), text));
      else
        assert_message (&pair.answerer, i, 3, 0xff);
    }
  pair_clear (&pair);
}

static gboolean
has_been_low (gpointer end)
{
  return ((End *) end)->n_low > 0;
}

static void
test_low (void)
{
  Pair pair;

  g_test_summary ("A small message is told to have gone as any other is");

  open_and_use (&pair);
  for (guint i = 0; i < N_ROUNDS; i++)
    {
      wait_until (is_acknowledged, pair.offerer.transport);
      while (g_main_context_iteration (NULL, FALSE))
        ;
      pair.offerer.n_low = 0;
      send_bytes (&pair.offerer, 10, 1);
      g_assert_cmpuint (pair.offerer.n_low, ==, 0);
      wait_until (has_been_low, &pair.offerer);
    }
  pair_clear (&pair);
}

static void
test_close (void)
{
  Pair pair;

  g_test_summary ("A small message arrives although its channel is closed at once");

  open_and_use (&pair);
  send_bytes (&pair.offerer, 10, 7);
  peer_transport_close (pair.offerer.transport);
  wait_for (&pair.answerer.is_closed);
  g_assert_cmpuint (pair.answerer.messages->len, ==, 1);
  assert_message (&pair.answerer, 0, 10, 7);
  pair_clear (&pair);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/webrtc-sending/order", test_order);
  g_test_add_func ("/webrtc-sending/kinds", test_kinds);
  g_test_add_func ("/webrtc-sending/low", test_low);
  g_test_add_func ("/webrtc-sending/close", test_close);

  return g_test_run ();
}
