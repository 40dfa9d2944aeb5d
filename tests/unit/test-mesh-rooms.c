/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "mesh-world.h"

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  room_scenarios_add ("/mesh-rooms/signaling", &mesh_world_signaling, 16);
  room_scenarios_add ("/mesh-rooms/manager", &mesh_world_manager, 16);
  room_scenarios_add ("/mesh-rooms/peerjs", &mesh_world_peerjs, 16);

  return g_test_run ();
}
