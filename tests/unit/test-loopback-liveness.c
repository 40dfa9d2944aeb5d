/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "loopback-pair.h"

#include "libpeerglib/transport/peer-certificate-private.h"

#include <string.h>

#define DEADLINE_SECONDS 120

/* A third of it is bearable, and all of it outlasts the mending. */
#define LONG_MILLISECONDS 6000

static void
wait_for_events (End *end,
                 const char *events)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE_SECONDS * G_USEC_PER_SEC;

  while (strcmp (end->events->str, events) != 0 && g_get_monotonic_time () < deadline)
    {
      if (!g_main_context_iteration (NULL, FALSE))
        g_usleep (1000);
    }
  g_assert_cmpstr (end->events->str, ==, events);
}

static void
pair_open_and_forget (Pair *pair)
{
  pair_open (pair);
  g_string_truncate (pair->offerer.events, 0);
  g_string_truncate (pair->answerer.events, 0);
}

static void
test_silent (void)
{
  Pair pair;

  g_test_summary ("A link that is cut is noticed by both sides, and goes on when it is mended");

  pair_open_and_forget (&pair);
  peer_transport_set_disconnect_timeout (pair.offerer.transport, LONG_MILLISECONDS);
  peer_transport_set_disconnect_timeout (pair.answerer.transport, 30);
  peer_loopback_transport_set_silent (PEER_LOOPBACK_TRANSPORT (pair.offerer.transport), TRUE);
  g_assert_true (send_text (&pair.offerer, "x", NULL));
  g_assert_cmpuint (peer_transport_get_unacknowledged_amount (pair.offerer.transport), ==, 1);
  wait_for_events (&pair.answerer, "IF");
  g_assert_error (pair.answerer.error, PEER_ERROR, PEER_ERROR_TIMED_OUT);
  g_assert_cmpstr (pair.offerer.events->str, ==, "");
  pair_clear (&pair);

  pair_open_and_forget (&pair);
  peer_transport_set_disconnect_timeout (pair.offerer.transport, LONG_MILLISECONDS);
  peer_loopback_transport_set_silent (PEER_LOOPBACK_TRANSPORT (pair.answerer.transport), TRUE);
  g_assert_true (send_text (&pair.offerer, "12345", NULL));
  wait_for_events (&pair.offerer, "I");
  peer_loopback_transport_set_silent (PEER_LOOPBACK_TRANSPORT (pair.answerer.transport), FALSE);
  wait_for_events (&pair.offerer, "IIL");
  g_assert_cmpstr (pair.answerer.received->str, ==, "t12345;");
  g_assert_cmpuint (peer_transport_get_unacknowledged_amount (pair.offerer.transport), ==, 0);
  pair_clear (&pair);
}

static void
test_vanished (void)
{
  Pair pair;

  g_test_summary ("A side that vanishes says nothing, and is missed");

  pair_open_and_forget (&pair);
  peer_loopback_transport_set_silent (PEER_LOOPBACK_TRANSPORT (pair.answerer.transport), TRUE);
  peer_transport_close (pair.answerer.transport);
  settle ();
  g_assert_cmpstr (pair.offerer.events->str, ==, "");
  peer_transport_set_disconnect_timeout (pair.offerer.transport, 30);
  wait_for_events (&pair.offerer, "IF");
  g_assert_error (pair.offerer.error, PEER_ERROR, PEER_ERROR_TIMED_OUT);
  pair_clear (&pair);

  g_test_message ("A check does not wait long");
  pair_open_and_forget (&pair);
  peer_transport_set_disconnect_timeout (pair.offerer.transport, G_MAXINT);
  peer_transport_check (pair.offerer.transport);
  peer_loopback_transport_set_silent (PEER_LOOPBACK_TRANSPORT (pair.offerer.transport), TRUE);
  peer_transport_check (pair.offerer.transport);
  wait_for_events (&pair.offerer, "IF");
  pair_clear (&pair);
}

static void
test_phases (void)
{
  g_autoptr (GBytes) certificate = peer_certificate_new (NULL);
  g_autoptr (PeerTransportConfig) config = peer_transport_config_new ();
  g_autofree char *fingerprint = NULL;
  gsize size;
  const char *pem = g_bytes_get_data (certificate, &size);
  g_autofree char *expected = peer_certificate_get_fingerprint (pem, (gssize) size, "sha-256");
  Pair pair = { 0 };

  g_test_summary ("A transport says how far it is, who the other side is and whether order is kept");

  config->certificate = g_bytes_ref (certificate);
  config->is_offerer = TRUE;
  end_init (&pair.offerer, config);
  config->is_offerer = FALSE;
  config->ordered = TRUE;
  end_init (&pair.answerer, config);
  g_assert_cmpint (peer_transport_get_phase (pair.offerer.transport), ==, PEER_TRANSPORT_PHASE_SIGNALING);
  g_assert_null (peer_transport_dup_remote_fingerprint (pair.offerer.transport));

  pair.offerer.other = &pair.answerer;
  peer_transport_start (pair.answerer.transport);
  peer_transport_start (pair.offerer.transport);
  settle ();
  g_assert_cmpint (peer_transport_get_phase (pair.answerer.transport), ==, PEER_TRANSPORT_PHASE_ICE);
  pair_clear (&pair);

  pair = (Pair){ 0 };
  config->is_offerer = TRUE;
  config->ordered = FALSE;
  end_init (&pair.offerer, config);
  config->is_offerer = FALSE;
  config->ordered = TRUE;
  end_init (&pair.answerer, config);
  pair.offerer.other = &pair.answerer;
  pair.answerer.other = &pair.offerer;
  peer_transport_start (pair.answerer.transport);
  peer_transport_start (pair.offerer.transport);
  settle ();
  g_assert_cmpint (peer_transport_get_phase (pair.offerer.transport), ==, PEER_TRANSPORT_PHASE_OPEN);
  g_assert_false (peer_transport_is_ordered (pair.answerer.transport));
  fingerprint = peer_transport_dup_remote_fingerprint (pair.offerer.transport);
  g_assert_cmpstr (fingerprint, ==, expected);
  pair_clear (&pair);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/loopback-liveness/silent", test_silent);
  g_test_add_func ("/loopback-liveness/vanished", test_vanished);
  g_test_add_func ("/loopback-liveness/phases", test_phases);

  return g_test_run ();
}
