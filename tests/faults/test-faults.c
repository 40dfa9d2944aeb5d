/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fault-world.h"
#include "libpeerglib/transport/peer-loopback-transport-private.h"

static void
test_seeds (void)
{
  const FaultWorlds worlds = {
    .factory = peer_loopback_transport_new,
    .quiet = 1000,
    .n_seeds = g_getenv ("PEER_TEST_LONG") != NULL ? 1000 : 200,
    .n_at_once = 100,
  };

  g_test_summary ("Whatever happens to signaling and transports, a connection works or ends with one error");

  fault_worlds_run (&worlds);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/faults/seeds", test_seeds);

  return g_test_run ();
}
