/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "libpeerglib/transport/peer-liveness-private.h"

#include <libpeerglib/peer.h>

#define TIMEOUT_MILLISECONDS 30000
#define SECOND G_USEC_PER_SEC
#define START ((gint64) 1000 * SECOND)

/* Wakes it when it asks for that until then, and says what it did at which
 * second: A asks, L lost, F found, D dead. */
static char *
run_until (PeerLiveness *liveness,
           gboolean is_listening,
           gint64 end)
{
  GString *log = g_string_new (NULL);

  while (liveness->wake_at >= 0 && liveness->wake_at <= end)
    {
      gint64 now = liveness->wake_at;
      PeerLivenessActions actions = peer_liveness_update (liveness, is_listening, now);
      int second = (int) ((now - START) / SECOND);

      if ((actions & PEER_LIVENESS_LOST) != 0)
        g_string_append_printf (log, "L%d ", second);
      if ((actions & PEER_LIVENESS_FOUND) != 0)
        g_string_append_printf (log, "F%d ", second);
      if ((actions & PEER_LIVENESS_ASK) != 0)
        g_string_append_printf (log, "A%d ", second);
      if ((actions & PEER_LIVENESS_DEAD) != 0)
        g_string_append_printf (log, "D%d ", second);
    }

  return g_string_free (log, FALSE);
}

static void
assert_run (PeerLiveness *liveness,
            gint64 end,
            const char *expected)
{
  g_autofree char *log = run_until (liveness, TRUE, end);

  g_assert_cmpstr (log, ==, expected);
}

static void
begin (PeerLiveness *liveness,
       guint milliseconds)
{
  peer_liveness_init (liveness);
  peer_liveness_set_timeout (liveness, milliseconds, START);
  peer_liveness_begin (liveness, START);
}

static void
test_dead (void)
{
  PeerLiveness liveness;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Silence is asked about, told after a third of the timeout, and ends with it");

  begin (&liveness, TIMEOUT_MILLISECONDS);
  assert_run (&liveness, START + 100 * SECOND, "A5 L10 A10 A15 A20 A25 D30 ");
  g_assert_cmpint (liveness.wake_at, ==, -1);

  error = peer_liveness_new_error (&liveness, START + 30 * SECOND);
  g_assert_error (error, PEER_ERROR, PEER_ERROR_TIMED_OUT);
  g_assert_nonnull (strstr (error->message, "30.0"));
}

static void
test_answers (void)
{
  PeerLiveness liveness;

  g_test_summary ("An idle side that answers is only asked");

  begin (&liveness, TIMEOUT_MILLISECONDS);
  assert_run (&liveness, START + 5 * SECOND, "A5 ");
  g_assert_false (peer_liveness_hear (&liveness, START + 5 * SECOND));
  assert_run (&liveness, START + 10 * SECOND, "A10 ");
  g_assert_false (peer_liveness_hear (&liveness, START + 12 * SECOND));
  assert_run (&liveness, START + 17 * SECOND, "A17 ");
}

static void
test_busy (void)
{
  PeerLiveness liveness;

  g_test_summary ("A side from which something comes all the time is not asked");

  begin (&liveness, TIMEOUT_MILLISECONDS);
  for (int second = 1; second < 100; second++)
    {
      peer_liveness_hear (&liveness, START + second * SECOND);
      assert_run (&liveness, START + second * SECOND, "");
    }
}

static void
test_found (void)
{
  PeerLiveness liveness;

  g_test_summary ("A side that is heard again is there again, and may be lost again");

  begin (&liveness, TIMEOUT_MILLISECONDS);
  assert_run (&liveness, START + 29 * SECOND, "A5 L10 A10 A15 A20 A25 ");
  g_assert_true (peer_liveness_hear (&liveness, START + 29 * SECOND));
  g_assert_cmpint (peer_liveness_update (&liveness, TRUE, START + 29 * SECOND), ==, PEER_LIVENESS_FOUND);
  assert_run (&liveness, START + 100 * SECOND, "A34 L39 A39 A44 A49 A54 D59 ");
}

static void
test_check (void)
{
  PeerLiveness liveness;

  g_test_summary ("A check asks at once and waits five seconds, this once");

  begin (&liveness, TIMEOUT_MILLISECONDS);
  peer_liveness_check (&liveness, START + SECOND);
  g_assert_cmpint (liveness.wake_at, ==, START + SECOND);
  assert_run (&liveness, START + SECOND, "A1 ");
  peer_liveness_hear (&liveness, START + 2 * SECOND);
  assert_run (&liveness, START + 13 * SECOND, "A7 L12 A12 ");

  peer_liveness_check (&liveness, START + 13 * SECOND);
  assert_run (&liveness, START + 100 * SECOND, "A13 A13 A14 A15 A16 A17 A17 D18 ");

  g_test_message ("It does not wait longer than without");
  begin (&liveness, TIMEOUT_MILLISECONDS);
  assert_run (&liveness, START + 28 * SECOND, "A5 L10 A10 A15 A20 A25 ");
  peer_liveness_check (&liveness, START + 28 * SECOND);
  assert_run (&liveness, START + 100 * SECOND, "A28 A28 A29 D30 ");
}

static void
test_lose (void)
{
  PeerLiveness liveness;

  g_test_summary ("A side that ICE has given up has five seconds to be heard");

  begin (&liveness, TIMEOUT_MILLISECONDS);
  g_assert_true (peer_liveness_lose (&liveness, START + SECOND));
  assert_run (&liveness, START + 2 * SECOND, "A1 A1 ");
  g_assert_true (peer_liveness_hear (&liveness, START + 2 * SECOND));
  g_assert_cmpint (peer_liveness_update (&liveness, TRUE, START + 2 * SECOND), ==, PEER_LIVENESS_FOUND);

  g_assert_true (peer_liveness_lose (&liveness, START + 3 * SECOND));
  assert_run (&liveness, START + 100 * SECOND, "A3 A3 A4 A5 A6 A7 A7 D8 ");

  begin (&liveness, 0);
  g_assert_false (peer_liveness_lose (&liveness, START + SECOND));
}

static void
test_never (void)
{
  PeerLiveness liveness;

  g_test_summary ("Without a timeout nothing is asked and nobody is given up");

  begin (&liveness, 0);
  g_assert_cmpint (liveness.wake_at, ==, -1);
  peer_liveness_check (&liveness, START + SECOND);
  g_assert_cmpint (liveness.wake_at, ==, -1);

  g_test_message ("The silence before there was one does not count");
  peer_liveness_set_timeout (&liveness, TIMEOUT_MILLISECONDS, START + 100 * SECOND);
  assert_run (&liveness, START + 112 * SECOND, "A105 L110 A110 ");

  peer_liveness_set_timeout (&liveness, 0, START + 112 * SECOND);
  g_assert_cmpint (peer_liveness_update (&liveness, TRUE, START + 112 * SECOND), ==, PEER_LIVENESS_FOUND);
  g_assert_cmpint (liveness.wake_at, ==, -1);
}

static void
test_delay (void)
{
  PeerLiveness liveness;

  g_test_summary ("A process that did not run could hear nothing");

  begin (&liveness, TIMEOUT_MILLISECONDS);
  g_assert_cmpint (peer_liveness_update (&liveness, TRUE, 2 * START), ==, PEER_LIVENESS_ASK);
  assert_run (&liveness, 3 * START, "L1005 A1005 A1010 A1015 A1020 D1025 ");
}

static void
test_deaf (void)
{
  PeerLiveness liveness;
  g_autofree char *log = NULL;

  g_test_summary ("A side that does not listen shows that it is there, and waits");

  begin (&liveness, TIMEOUT_MILLISECONDS);
  log = run_until (&liveness, FALSE, START + 40 * SECOND);
  g_assert_cmpstr (log, ==, "A5 A10 A15 A20 A25 A30 A35 A40 ");
  assert_run (&liveness, START + 52 * SECOND, "A45 L50 A50 ");
}

static void
test_short (void)
{
  PeerLiveness liveness;

  g_test_summary ("Questions go out before a short timeout is over as well");

  begin (&liveness, 600);
  g_assert_cmpint (liveness.wake_at, ==, START + SECOND / 10);
}

static void
test_round_trip_time (void)
{
  PeerLiveness liveness;

  g_test_summary ("The round trip time is smoothed as RFC 6298 has it");

  begin (&liveness, TIMEOUT_MILLISECONDS);
  g_assert_cmpint (liveness.round_trip_time, ==, -1);
  peer_liveness_measure (&liveness, START, START + 800);
  g_assert_cmpint (liveness.round_trip_time, ==, 800);
  peer_liveness_measure (&liveness, START, START + 1600);
  g_assert_cmpint (liveness.round_trip_time, ==, 900);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/liveness/dead", test_dead);
  g_test_add_func ("/liveness/answers", test_answers);
  g_test_add_func ("/liveness/busy", test_busy);
  g_test_add_func ("/liveness/found", test_found);
  g_test_add_func ("/liveness/check", test_check);
  g_test_add_func ("/liveness/lose", test_lose);
  g_test_add_func ("/liveness/never", test_never);
  g_test_add_func ("/liveness/delay", test_delay);
  g_test_add_func ("/liveness/deaf", test_deaf);
  g_test_add_func ("/liveness/short", test_short);
  g_test_add_func ("/liveness/round-trip-time", test_round_trip_time);

  return g_test_run ();
}
