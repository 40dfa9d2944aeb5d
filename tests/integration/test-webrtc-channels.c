/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "transport-pair.h"

static void
on_candidate (PeerTransport *transport,
              const PeerIceCandidate *candidate,
              GPtrArray *candidates)
{
  g_ptr_array_add (candidates, g_strdup (candidate->candidate));
}

static void
test_gathered (void)
{
  g_autoptr (PeerTransportConfig) config = pair_config_new ();
  g_autoptr (GPtrArray) candidates = g_ptr_array_new_with_free_func (g_free);
  Pair pair;

  g_test_summary ("Candidates that are collected until there are no more make a connection");

  pair_init (&pair, config);
  pair.offerer.keeps_candidates = TRUE;
  pair.answerer.keeps_candidates = TRUE;
  g_signal_connect (pair.answerer.transport, "candidate", G_CALLBACK (on_candidate), candidates);
  pair_start (&pair);
  wait_for (&pair.offerer.has_gathered);
  wait_for (&pair.answerer.has_gathered);
  g_assert_cmpuint (candidates->len, >, 0);
  g_assert_false (pair.offerer.is_open);

  for (guint i = 0; i < candidates->len; i++)
    {
      const PeerIceCandidate candidate = { candidates->pdata[i], NULL, 0, NULL };

      peer_transport_add_remote_candidate (pair.offerer.transport, &candidate);
    }
  wait_for (&pair.offerer.is_open);
  wait_for (&pair.answerer.is_open);
  pair_clear (&pair);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/webrtc-channels/gathered", test_gathered);

  return g_test_run ();
}
