/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "real-rooms.h"
#include "wait-until.h"
#include "webrtc-criticals.h"

static void
test_killed (gconstpointer data)
{
  const RoomWorld *world = data;
  RealRooms *rooms = world->begin ();
  g_autoptr (GPtrArray) watches = g_ptr_array_new_with_free_func ((GDestroyNotify) room_watch_free);
  GSubprocess *process = real_rooms_start_member (rooms, "carol");
  RoomWatch *alice;
  RoomWatch *bob;

  g_test_summary ("A member whose process dies has left once, and is a new member when it comes back");

  alice = real_rooms_join (rooms, "alice");
  g_ptr_array_add (watches, alice);
  bob = real_rooms_join (rooms, "bob");
  g_ptr_array_add (watches, bob);
  WAIT_UNTIL (alice->n_joined == 2 && bob->n_joined == 2);

  real_rooms_kill_member (process);
  WAIT_UNTIL (alice->n_left == 1 && bob->n_left == 1);
  WAIT_UNTIL (room_watches_agree (watches));

  process = real_rooms_start_member (rooms, "carol");
  WAIT_UNTIL (alice->n_joined == 3 && bob->n_joined == 3);
  g_assert_cmpuint (alice->n_left, ==, 1);
  g_assert_cmpuint (bob->n_left, ==, 1);

  real_rooms_kill_member (process);
  g_ptr_array_set_size (watches, 0);
  world->end (rooms);
}

static void
test_killed_and_back_at_once (gconstpointer data)
{
  const RoomWorld *world = data;
  RealRooms *rooms = world->begin ();
  GSubprocess *process = real_rooms_start_member (rooms, "carol");
  g_autoptr (RoomWatch) alice = NULL;

  g_test_summary ("A member whose process dies and is started again at once replaces what it was");

  alice = real_rooms_join (rooms, "alice");
  WAIT_UNTIL (alice->n_joined == 1);
  real_rooms_kill_member (process);
  process = real_rooms_start_member (rooms, "carol");
  WAIT_UNTIL (alice->n_joined == 2);
  g_assert_cmpuint (alice->n_left, ==, 1);

  real_rooms_kill_member (process);
  g_clear_pointer (&alice, room_watch_free);
  world->end (rooms);
}

/* The one who holds the room's name at the server is gone without a word: the
 * next one takes it, and newcomers find those who are there. */
static void
test_holder_killed (gconstpointer data)
{
  const RoomWorld *world = data;
  RealRooms *rooms = world->begin ();
  g_autoptr (GPtrArray) watches = g_ptr_array_new_with_free_func ((GDestroyNotify) room_watch_free);
  GSubprocess *process = real_rooms_start_member (rooms, "alice");
  RoomWatch *bob;

  WAIT_UNTIL (peer_server_get_client (rooms->server, "lobby") != NULL);
  bob = real_rooms_join (rooms, "bob");
  g_ptr_array_add (watches, bob);
  g_assert_cmpstr (peer_room_get_host_id (bob->room), ==, "alice");

  real_rooms_kill_member (process);
  g_ptr_array_add (watches, real_rooms_join (rooms, "carol"));
  WAIT_UNTIL (room_watches_agree (watches));
  g_assert_true (peer_room_get_is_host (bob->room));
  g_assert_cmpuint (bob->n_left, ==, 1);

  g_ptr_array_set_size (watches, 0);
  world->end (rooms);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  webrtc_criticals_forgive ();

  room_scenarios_add ("/mesh-rooms/signaling", &real_signaling_rooms, 16);
  room_scenarios_add ("/mesh-rooms/manager", &real_manager_rooms, 16);
  room_scenarios_add ("/mesh-rooms/peerjs", &real_peerjs_rooms, 16);
  g_test_add_data_func ("/mesh-rooms/manager/killed", &real_manager_rooms, test_killed);
  g_test_add_data_func ("/mesh-rooms/manager/killed-and-back-at-once", &real_manager_rooms, test_killed_and_back_at_once);
  g_test_add_data_func ("/mesh-rooms/peerjs/killed", &real_peerjs_rooms, test_killed);
  g_test_add_data_func ("/mesh-rooms/peerjs/killed-and-back-at-once", &real_peerjs_rooms, test_killed_and_back_at_once);
  g_test_add_data_func ("/mesh-rooms/peerjs/holder-killed", &real_peerjs_rooms, test_holder_killed);

  return g_test_run ();
}
