/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <libpeerglib/peer.h>

#include "libpeerglib/protocol/peer-resumption-private.h"

static void
push (PeerResumption *resumption,
      const char *text)
{
  g_autoptr (GBytes) message = g_bytes_new (text, strlen (text));

  peer_resumption_push (resumption, message, FALSE);
}

static void
assert_next (PeerResumption *resumption,
             const char *text)
{
  g_autoptr (GBytes) message = peer_resumption_next (resumption);
  g_autofree char *expected = g_strconcat ("x", text, NULL);

  g_assert_nonnull (message);
  expected[0] = PEER_RESUMPTION_BINARY;
  g_assert_cmpmem (g_bytes_get_data (message, NULL), g_bytes_get_size (message), expected, strlen (text) + 1);
}

static GBytes *
count_message (PeerResumptionKind kind,
               guint64 count)
{
  guint8 data[9] = { kind };

  for (guint i = 0; i < 8; i++)
    data[1 + i] = (guint8) (count >> (56 - 8 * i));

  return g_bytes_new (data, sizeof data);
}

static gboolean
receive_count (PeerResumption *resumption,
               PeerResumptionKind kind,
               guint64 count,
               GError **error)
{
  g_autoptr (GBytes) message = count_message (kind, count);
  g_autoptr (GBytes) payload = NULL;
  PeerResumptionKind received;

  return peer_resumption_receive (resumption, message, FALSE, &received, &payload, error);
}

static void
assert_count (GBytes *taken,
              PeerResumptionKind kind,
              guint64 count)
{
  g_autoptr (GBytes) message = taken;
  g_autoptr (GBytes) expected = count_message (kind, count);

  g_assert_true (g_bytes_equal (message, expected));
}

static void
receive_data (PeerResumption *resumption,
              gsize size,
              PeerResumptionKind kind)
{
  g_autofree guint8 *data = g_malloc0 (size + 1);
  g_autoptr (GBytes) message = NULL;
  g_autoptr (GBytes) payload = NULL;
  g_autoptr (GError) error = NULL;
  PeerResumptionKind received;

  data[0] = kind;
  message = g_bytes_new (data, size + 1);
  g_assert_true (peer_resumption_receive (resumption, message, FALSE, &received, &payload, &error));
  g_assert_no_error (error);
  g_assert_cmpint (received, ==, kind);
  g_assert_cmpuint (g_bytes_get_size (payload), ==, size);
}

static void
test_sizes (void)
{
  g_autoptr (PeerResumption) resumption = peer_resumption_new ();

  g_assert_null (peer_resumption_next (resumption));
  push (resumption, "one");
  push (resumption, "");
  g_assert_cmpuint (peer_resumption_get_unsent_size (resumption), ==, 5);
  g_assert_cmpuint (peer_resumption_get_unacknowledged_size (resumption), ==, 5);
  assert_next (resumption, "one");
  g_assert_cmpuint (peer_resumption_get_unsent_size (resumption), ==, 1);
  assert_next (resumption, "");
  g_assert_null (peer_resumption_next (resumption));
  g_assert_cmpuint (peer_resumption_get_unsent_size (resumption), ==, 0);
  g_assert_cmpuint (peer_resumption_get_unacknowledged_size (resumption), ==, 5);
  g_assert_true (receive_count (resumption, PEER_RESUMPTION_ACKNOWLEDGEMENT, 1, NULL));
  g_assert_cmpuint (peer_resumption_get_unacknowledged_size (resumption), ==, 1);
  push (resumption, "two");
  assert_next (resumption, "two");
}

static void
test_acknowledges (void)
{
  g_autoptr (PeerResumption) resumption = peer_resumption_new ();

  g_assert_cmpint (peer_resumption_get_due (resumption), ==, PEER_RESUMPTION_NOT_DUE);
  receive_data (resumption, 3, PEER_RESUMPTION_TEXT);
  g_assert_cmpint (peer_resumption_get_due (resumption), ==, PEER_RESUMPTION_DUE_SOON);
  assert_count (peer_resumption_acknowledge (resumption), PEER_RESUMPTION_ACKNOWLEDGEMENT, 1);
  g_assert_cmpint (peer_resumption_get_due (resumption), ==, PEER_RESUMPTION_NOT_DUE);

  for (guint i = 0; i < 31; i++)
    receive_data (resumption, 0, PEER_RESUMPTION_BINARY);
  g_assert_cmpint (peer_resumption_get_due (resumption), ==, PEER_RESUMPTION_DUE_SOON);
  receive_data (resumption, 0, PEER_RESUMPTION_BINARY);
  g_assert_cmpint (peer_resumption_get_due (resumption), ==, PEER_RESUMPTION_DUE_NOW);
  assert_count (peer_resumption_acknowledge (resumption), PEER_RESUMPTION_ACKNOWLEDGEMENT, 33);

  receive_data (resumption, 64 * 1024 - 1, PEER_RESUMPTION_BINARY);
  g_assert_cmpint (peer_resumption_get_due (resumption), ==, PEER_RESUMPTION_DUE_SOON);
  receive_data (resumption, 1, PEER_RESUMPTION_BINARY);
  g_assert_cmpint (peer_resumption_get_due (resumption), ==, PEER_RESUMPTION_DUE_NOW);
  assert_count (peer_resumption_acknowledge (resumption), PEER_RESUMPTION_ACKNOWLEDGEMENT, 35);
}

static void
test_resumes (void)
{
  g_autoptr (PeerResumption) resumption = peer_resumption_new ();

  push (resumption, "one");
  push (resumption, "two");
  push (resumption, "three");
  assert_next (resumption, "one");
  assert_next (resumption, "two");
  g_assert_true (receive_count (resumption, PEER_RESUMPTION_ACKNOWLEDGEMENT, 1, NULL));
  receive_data (resumption, 1, PEER_RESUMPTION_BINARY);

  assert_count (peer_resumption_begin (resumption), PEER_RESUMPTION_GREETING, 1);
  g_assert_cmpint (peer_resumption_get_due (resumption), ==, PEER_RESUMPTION_NOT_DUE);
  g_assert_null (peer_resumption_next (resumption));
  g_assert_true (receive_count (resumption, PEER_RESUMPTION_GREETING, 1, NULL));
  g_assert_cmpuint (peer_resumption_get_unsent_size (resumption), ==, 10);
  assert_next (resumption, "two");

  /* The link dies again; "two" arrived this time. */
  assert_count (peer_resumption_begin (resumption), PEER_RESUMPTION_GREETING, 1);
  g_assert_true (receive_count (resumption, PEER_RESUMPTION_GREETING, 2, NULL));
  assert_next (resumption, "three");
  g_assert_null (peer_resumption_next (resumption));
}

static void
test_pushes_between_links (void)
{
  g_autoptr (PeerResumption) resumption = peer_resumption_new ();

  push (resumption, "one");
  assert_next (resumption, "one");
  g_bytes_unref (peer_resumption_begin (resumption));
  push (resumption, "two");
  g_assert_null (peer_resumption_next (resumption));
  g_assert_true (receive_count (resumption, PEER_RESUMPTION_GREETING, 1, NULL));
  assert_next (resumption, "two");
}

static void
test_hostile_counts (void)
{
  const struct
  {
    PeerResumptionKind kind;
    guint64 count;
  } cases[] = {
    { PEER_RESUMPTION_ACKNOWLEDGEMENT, 0 },
    { PEER_RESUMPTION_ACKNOWLEDGEMENT, 3 },
    { PEER_RESUMPTION_ACKNOWLEDGEMENT, G_MAXUINT64 },
    { PEER_RESUMPTION_GREETING, 0 },
    { PEER_RESUMPTION_GREETING, 3 },
    { PEER_RESUMPTION_GREETING, G_MAXUINT64 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (PeerResumption) resumption = peer_resumption_new ();
      g_autoptr (GError) error = NULL;

      push (resumption, "one");
      push (resumption, "two");
      push (resumption, "three");
      assert_next (resumption, "one");
      assert_next (resumption, "two");
      g_assert_true (receive_count (resumption, PEER_RESUMPTION_ACKNOWLEDGEMENT, 1, NULL));
      if (cases[i].kind == PEER_RESUMPTION_GREETING)
        g_bytes_unref (peer_resumption_begin (resumption));

      g_assert_false (receive_count (resumption, cases[i].kind, cases[i].count, &error));
      g_assert_error (error, PEER_ERROR, PEER_ERROR_INVALID_DATA);
      g_assert_cmpuint (peer_resumption_get_unacknowledged_size (resumption), ==, 10);
    }
}

static void
test_malformed (void)
{
  const struct
  {
    const char *data;
    gsize size;
    gboolean is_text;
    gboolean is_resumed;
  } cases[] = {
    { "", 0, FALSE, FALSE },
    { "\0text", 5, TRUE, FALSE },
    { "\5", 1, FALSE, FALSE },
    { "\377", 1, FALSE, FALSE },
    { "\2\0\0\0\0\0\0\0", 8, FALSE, FALSE },
    { "\2\0\0\0\0\0\0\0\0\0", 10, FALSE, FALSE },
    { "\4x", 2, FALSE, FALSE },
    { "\3\0\0\0\0\0\0\0\0", 9, FALSE, FALSE },
    { "\2\0\0\0\0\0\0\0\0", 9, FALSE, TRUE },
    { "\0data", 5, FALSE, TRUE },
    { "\1text", 5, FALSE, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (PeerResumption) resumption = peer_resumption_new ();
      g_autoptr (GBytes) message = g_bytes_new (cases[i].data, cases[i].size);
      g_autoptr (GBytes) payload = NULL;
      g_autoptr (GError) error = NULL;
      PeerResumptionKind kind;

      if (cases[i].is_resumed)
        g_bytes_unref (peer_resumption_begin (resumption));
      g_assert_false (peer_resumption_receive (resumption, message, cases[i].is_text, &kind, &payload, &error));
      g_assert_error (error, PEER_ERROR, PEER_ERROR_INVALID_DATA);
      g_assert_null (payload);
    }
}

static void
test_close (void)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (PeerResumption) resumption = peer_resumption_new ();
      g_autoptr (GBytes) message = peer_resumption_close ();
      g_autoptr (GBytes) payload = NULL;
      PeerResumptionKind kind;

      if (i == 1)
        g_bytes_unref (peer_resumption_begin (resumption));
      g_assert_true (peer_resumption_receive (resumption, message, FALSE, &kind, &payload, NULL));
      g_assert_cmpint (kind, ==, PEER_RESUMPTION_CLOSE);
      g_assert_null (payload);
    }
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/resumption/sizes", test_sizes);
  g_test_add_func ("/resumption/acknowledges", test_acknowledges);
  g_test_add_func ("/resumption/resumes", test_resumes);
  g_test_add_func ("/resumption/pushes-between-links", test_pushes_between_links);
  g_test_add_func ("/resumption/hostile-counts", test_hostile_counts);
  g_test_add_func ("/resumption/malformed", test_malformed);
  g_test_add_func ("/resumption/close", test_close);

  return g_test_run ();
}
