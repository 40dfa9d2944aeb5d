/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "mesh-world.h"

#define MAX_MEMBERS 5

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  room_scenarios_add ("/websocket-rooms/plain", &mesh_world_websocket, MAX_MEMBERS);
  room_scenarios_add ("/websocket-rooms/encrypted", &mesh_world_encrypted, MAX_MEMBERS);

  return g_test_run ();
}
