/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fake-room-network.h"
#include "tests/integration/room-scenarios.h"
#include "tests/integration/wait-until.h"

static PeerRoom *
make_room (gpointer world,
           const char *name,
           const char *peer_id)
{
  return fake_place_make_room (world, name, peer_id);
}

static void
cut (gpointer world,
     PeerRoom *room)
{
  fake_place_cut (world, peer_room_get_peer_id (room));
}

static void
mend (gpointer world,
      PeerRoom *room)
{
  fake_place_mend (world, peer_room_get_peer_id (room));
}

static const RoomWorld fake_world = {
  .begin = (gpointer (*) (void)) fake_place_new,
  .make_room = make_room,
  .cut = cut,
  .mend = mend,
  .end = (void (*) (gpointer)) fake_place_free,
};

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  room_scenarios_add ("/room", &fake_world, 16);

  return g_test_run ();
}
