/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "real-rooms.h"
#include "wait-until.h"
#include "webrtc-criticals.h"

static void
left_cb (PeerHub *hub,
         PeerRoom *room,
         PeerRoomMember *member,
         guint *n_left)
{
  (*n_left)++;
}

static void
test_killed (void)
{
  RealRooms *rooms = real_hub_rooms.begin ();
  GSubprocess *process = real_rooms_start_member (rooms, "carol");
  g_autoptr (GPtrArray) watches = g_ptr_array_new_with_free_func ((GDestroyNotify) room_watch_free);
  guint n_left = 0;
  RoomWatch *alice;
  RoomWatch *bob;

  g_test_summary ("The host's process dies: it has left once for everybody and the hub, and all agree on the next host");

  g_signal_connect (rooms->hub, "peer-left", G_CALLBACK (left_cb), &n_left);
  WAIT_UNTIL (peer_hub_get_n_peers (rooms->hub) == 1);
  alice = real_rooms_join (rooms, "alice");
  g_ptr_array_add (watches, alice);
  bob = real_rooms_join (rooms, "bob");
  g_ptr_array_add (watches, bob);
  g_assert_cmpstr (peer_room_get_host_id (bob->room), ==, "carol");

  real_rooms_kill_member (process);
  WAIT_UNTIL (alice->n_left == 1 && bob->n_left == 1);
  WAIT_UNTIL (room_watches_agree (watches));
  g_assert_true (peer_room_get_is_host (alice->room));
  g_assert_cmpuint (n_left, ==, 1);

  process = real_rooms_start_member (rooms, "carol");
  WAIT_UNTIL (alice->n_joined == 3 && bob->n_joined == 3);
  real_rooms_kill_member (process);
  g_signal_handlers_disconnect_by_data (rooms->hub, &n_left);
  g_ptr_array_set_size (watches, 0);
  real_hub_rooms.end (rooms);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  webrtc_criticals_forgive ();

  room_scenarios_add ("/hub-rooms", &real_hub_rooms, 16);
  g_test_add_func ("/hub-rooms/killed", test_killed);

  return g_test_run ();
}
