/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "../integration/webrtc-criticals.h"
#include "fault-world.h"
#include "libpeerglib/transport/peer-webrtc-link-private.h"
#include "libpeerglib/transport/peer-webrtc-transport-private.h"

static void
test_seeds (void)
{
  const FaultWorlds worlds = {
    .factory = peer_webrtc_transport_new,
    .quiet = 3000,
    .n_seeds = g_getenv ("PEER_TEST_LONG") != NULL ? 200 : 20,
    .n_at_once = 10,
  };

  g_test_summary ("The same faults over WebRTC: a connection works or ends with one error");

  fault_worlds_run (&worlds);
  while (peer_webrtc_link_get_n_links () > 0)
    g_main_context_iteration (NULL, FALSE);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  webrtc_criticals_forgive ();

  g_test_add_func ("/webrtc-faults/seeds", test_seeds);

  return g_test_run ();
}
