/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "transport-pair.h"
#include "udp-relay.h"

#include <string.h>

/* Long enough for a busy machine, short enough for a test. */
#define TIMEOUT_MILLISECONDS 6000

/* Nothing ends by itself within a test. */
#define LONG_TIMEOUT_MILLISECONDS (60 * 60 * 1000)

#define MESSAGE_SIZE 65536

static void
set_timeouts (Pair *pair,
              guint milliseconds)
{
  peer_transport_set_disconnect_timeout (pair->offerer.transport, milliseconds);
  peer_transport_set_disconnect_timeout (pair->answerer.transport, milliseconds);
}

static UdpRelay *
pair_open_over_relay (Pair *pair)
{
  g_autoptr (PeerTransportConfig) config = pair_config_new ();
  UdpRelay *relay;

  pair_init (pair, config);
  relay = udp_relay_new (pair);
  pair_start (pair);
  wait_for (&pair->offerer.is_open);
  wait_for (&pair->answerer.is_open);

  return relay;
}

static gboolean
has_seen (const End *end,
          PeerIceConnectionState state)
{
  for (guint i = 0; i < end->ice_states->len; i++)
    {
      if (g_array_index (end->ice_states, PeerIceConnectionState, i) == state)
        return TRUE;
    }

  return FALSE;
}

static gboolean
is_disconnected (gpointer user_data)
{
  const End *end = user_data;

  return has_seen (end, PEER_ICE_CONNECTION_STATE_DISCONNECTED);
}

static gboolean
is_back (gpointer user_data)
{
  const End *end = user_data;

  return end->ice_states->len > 0 &&
         g_array_index (end->ice_states, PeerIceConnectionState, end->ice_states->len - 1) == PEER_ICE_CONNECTION_STATE_CONNECTED;
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
has_stats (gpointer user_data)
{
  return *(GVariant **) user_data != NULL;
}

static GVariant *
get_stats (End *end)
{
  GVariant *stats = NULL;

  peer_transport_get_stats_async (end->transport, NULL, on_stats, &stats);
  wait_until (has_stats, &stats);

  return stats;
}

static void
test_stats (void)
{
  Pair pair;
  g_autoptr (GVariant) stats = NULL;
  g_autofree char *fingerprint = NULL;
  const char *text;
  gboolean is_relayed;
  double seconds;

  g_test_summary ("The figures have the round trip time and the pair of candidates in use");

  pair_open (&pair);
  stats = get_stats (&pair.offerer);
  g_assert_true (g_variant_lookup (stats, "round-trip-time", "d", &seconds));
  g_assert_cmpfloat (seconds, >=, 0);
  g_assert_cmpfloat (seconds, <, 60);
  g_assert_true (g_variant_lookup (stats, "silence", "d", &seconds));
  g_assert_cmpfloat (seconds, >=, 0);
  g_assert_true (g_variant_lookup (stats, "is-relayed", "b", &is_relayed));
  g_assert_false (is_relayed);
  g_assert_true (g_variant_lookup (stats, "local-candidate-type", "&s", &text));
  g_assert_cmpstr (text, ==, "host");
  g_assert_true (g_variant_lookup (stats, "protocol", "&s", &text));
  g_assert_cmpstr (text, ==, "udp");
  g_assert_true (g_variant_lookup (stats, "local-address", "&s", &text));
  g_assert_nonnull (strrchr (text, ':'));

  fingerprint = peer_transport_dup_remote_fingerprint (pair.offerer.transport);
  g_assert_nonnull (fingerprint);
  g_assert_nonnull (strstr (pair.answerer.sdp, fingerprint));

  pair_clear (&pair);
}

static void
assert_given_up (const End *end)
{
  g_assert_error (end->error, PEER_ERROR, PEER_ERROR_TIMED_OUT);
  g_assert_false (end->is_closed);
  g_assert_true (has_seen (end, PEER_ICE_CONNECTION_STATE_DISCONNECTED));
}

static void
test_vanished (void)
{
  Pair pair;
  g_autoptr (UdpRelay) relay = pair_open_over_relay (&pair);

  g_test_summary ("Both sides give up when nothing comes from the other for the disconnect timeout");

  set_timeouts (&pair, TIMEOUT_MILLISECONDS);
  udp_relay_set_silent (relay, TRUE);
  wait_for_error (&pair.offerer);
  wait_for_error (&pair.answerer);
  assert_given_up (&pair.offerer);
  assert_given_up (&pair.answerer);

  g_clear_pointer (&relay, udp_relay_free);
  pair_clear (&pair);
}

static void
test_back (void)
{
  Pair pair;
  g_autoptr (UdpRelay) relay = pair_open_over_relay (&pair);

  g_test_summary ("A network that comes back in time leaves the connection as it was");

  set_timeouts (&pair, 10 * TIMEOUT_MILLISECONDS);
  udp_relay_set_silent (relay, TRUE);
  g_assert_true (end_send_text (&pair.offerer, "meanwhile"));
  wait_until (is_disconnected, &pair.offerer);
  wait_until (is_disconnected, &pair.answerer);

  udp_relay_set_silent (relay, FALSE);
  wait_until (is_back, &pair.offerer);
  wait_until (is_back, &pair.answerer);
  g_assert_true (end_send_text (&pair.answerer, "answer"));
  wait_for_messages (&pair.offerer, 1);
  wait_for_messages (&pair.answerer, 1);
  g_assert_no_error (pair.offerer.error);
  g_assert_no_error (pair.answerer.error);

  g_clear_pointer (&relay, udp_relay_free);
  pair_clear (&pair);
}

static void
test_check (void)
{
  Pair pair;
  g_autoptr (UdpRelay) relay = pair_open_over_relay (&pair);

  g_test_summary ("A check does not wait for the disconnect timeout");

  set_timeouts (&pair, LONG_TIMEOUT_MILLISECONDS);
  udp_relay_set_silent (relay, TRUE);
  peer_transport_check (pair.offerer.transport);
  wait_for_error (&pair.offerer);
  g_assert_error (pair.offerer.error, PEER_ERROR, PEER_ERROR_TIMED_OUT);

  g_clear_pointer (&relay, udp_relay_free);
  pair_clear (&pair);
}

static gboolean
has_passed (gpointer user_data)
{
  return g_get_monotonic_time () >= *(gint64 *) user_data;
}

static void
test_idle (void)
{
  gint64 end = g_get_monotonic_time () + 2 * TIMEOUT_MILLISECONDS * 1000;
  Pair pair;
  g_autoptr (GVariant) stats = NULL;
  double silence;

  g_test_summary ("A connection without messages stays open, as both sides answer");

  pair_open (&pair);
  set_timeouts (&pair, TIMEOUT_MILLISECONDS);
  wait_until (has_passed, &end);
  g_assert_no_error (pair.offerer.error);
  g_assert_no_error (pair.answerer.error);
  stats = get_stats (&pair.offerer);
  g_assert_true (g_variant_lookup (stats, "silence", "d", &silence));
  g_assert_cmpfloat (silence, <, TIMEOUT_MILLISECONDS / 1000.0);
  pair_clear (&pair);
}

static gboolean
is_acknowledged (gpointer user_data)
{
  End *end = user_data;

  return peer_transport_get_unacknowledged_amount (end->transport) == 0;
}

static void
test_blocked (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_malloc0 (MESSAGE_SIZE), MESSAGE_SIZE);
  guint n_messages = 400;
  Pair pair;

  g_test_summary ("A side that does not keep up with the messages takes the other for dead as little as it is taken for it");

  pair_open (&pair);
  set_timeouts (&pair, TIMEOUT_MILLISECONDS);
  for (guint i = 0; i < n_messages; i++)
    g_assert_true (peer_transport_send (pair.offerer.transport, bytes, FALSE, NULL));
  g_usleep (2 * TIMEOUT_MILLISECONDS * 1000);
  g_assert_cmpuint (peer_transport_get_unacknowledged_amount (pair.offerer.transport), >, 0);

  wait_for_messages (&pair.answerer, n_messages);
  wait_until (is_acknowledged, &pair.offerer);
  g_assert_no_error (pair.offerer.error);
  g_assert_no_error (pair.answerer.error);
  pair_clear (&pair);
}

static void
test_unacknowledged (void)
{
  Pair pair;
  g_autoptr (UdpRelay) relay = pair_open_over_relay (&pair);
  guint n_low;

  g_test_summary ("What was sent counts until the other side has acknowledged it");

  g_assert_true (end_send_text (&pair.answerer, "1234"));
  wait_until (is_acknowledged, &pair.answerer);
  wait_for_messages (&pair.offerer, 1);

  udp_relay_set_silent (relay, TRUE);
  n_low = pair.answerer.n_low;
  g_assert_true (end_send_text (&pair.answerer, "12345"));
  g_assert_true (end_send_text (&pair.answerer, ""));
  g_assert_cmpuint (peer_transport_get_unacknowledged_amount (pair.answerer.transport), ==, 5);
  udp_relay_set_silent (relay, FALSE);
  wait_until (is_acknowledged, &pair.answerer);
  wait_for_messages (&pair.offerer, 3);
  g_assert_cmpuint (pair.answerer.n_low, >, n_low);

  g_clear_pointer (&relay, udp_relay_free);
  pair_clear (&pair);
}

static gboolean
is_open_in_order (gpointer user_data)
{
  static PeerTransportPhase last = PEER_TRANSPORT_PHASE_SIGNALING;
  PeerTransportPhase phase = peer_transport_get_phase (((End *) user_data)->transport);

  g_assert_cmpint (phase, >=, last);
  last = phase;

  return phase == PEER_TRANSPORT_PHASE_OPEN;
}

static gboolean
is_in_ice (gpointer user_data)
{
  return peer_transport_get_phase (((End *) user_data)->transport) == PEER_TRANSPORT_PHASE_ICE;
}

static gboolean
has_candidates (gpointer user_data)
{
  return ((End *) user_data)->n_candidates > 0;
}

static void
test_phases (void)
{
  g_autoptr (PeerTransportConfig) config = pair_config_new ();
  g_autofree char *attempt = NULL;
  g_autofree char *other_attempt = NULL;
  Pair pair;

  g_test_summary ("A transport says how far it came and what it tried");

  pair_init (&pair, config);
  pair.offerer.keeps_candidates = TRUE;
  pair.answerer.keeps_candidates = TRUE;
  pair.answerer.keeps_description = TRUE;
  g_assert_null (peer_transport_describe_attempt (pair.offerer.transport));
  pair_start (&pair);
  wait_until (is_in_ice, &pair.answerer);
  wait_until (has_candidates, &pair.offerer);
  g_assert_cmpint (peer_transport_get_phase (pair.offerer.transport), ==, PEER_TRANSPORT_PHASE_SIGNALING);
  attempt = peer_transport_describe_attempt (pair.offerer.transport);
  g_assert_nonnull (strstr (attempt, "local candidates: host "));
  g_assert_nonnull (strstr (attempt, "remote candidates: none; 0 pairs"));
  pair_clear (&pair);

  pair_init (&pair, config);
  pair_start (&pair);
  wait_until (is_open_in_order, &pair.offerer);
  other_attempt = peer_transport_describe_attempt (pair.offerer.transport);
  g_assert_nonnull (strstr (other_attempt, "remote candidates: host "));
  wait_for (&pair.answerer.is_open);
  pair_clear (&pair);
}

static void
test_unordered (void)
{
  g_autoptr (PeerTransportConfig) config = pair_config_new ();
  Pair pair;

  g_test_summary ("Both sides know whether messages keep their order");

  config->ordered = FALSE;
  config->max_retransmits = 0;
  pair_init (&pair, config);
  pair_start (&pair);
  wait_for (&pair.offerer.is_open);
  wait_for (&pair.answerer.is_open);
  g_assert_false (peer_transport_is_ordered (pair.offerer.transport));
  g_assert_false (peer_transport_is_ordered (pair.answerer.transport));
  g_assert_true (end_send_text (&pair.answerer, "lost or not"));
  wait_until (is_acknowledged, &pair.answerer);
  pair_clear (&pair);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (peer_webrtc_transport_check (NULL));

  g_test_add_func ("/webrtc-liveness/stats", test_stats);
  g_test_add_func ("/webrtc-liveness/vanished", test_vanished);
  g_test_add_func ("/webrtc-liveness/back", test_back);
  g_test_add_func ("/webrtc-liveness/check", test_check);
  g_test_add_func ("/webrtc-liveness/idle", test_idle);
  g_test_add_func ("/webrtc-liveness/blocked", test_blocked);
  g_test_add_func ("/webrtc-liveness/unacknowledged", test_unacknowledged);
  g_test_add_func ("/webrtc-liveness/phases", test_phases);
  g_test_add_func ("/webrtc-liveness/unordered", test_unordered);

  return g_test_run ();
}
