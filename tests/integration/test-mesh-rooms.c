/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "room-scenarios.h"
#include "wait-until.h"
#include "webrtc-criticals.h"

/* Members on real links, in this process but for those that are killed. */

typedef struct
{
  PeerRoomService service;
  PeerSignaling *bus;
  PeerServer *server;
  PeerSignalingManager *manager;
  char *uri;
} World;

static gpointer
begin_signaling (void)
{
  World *self = g_new0 (World, 1);

  self->service = PEER_ROOM_SERVICE_SIGNALING;
  self->bus = peer_memory_signaling_new ();

  return self;
}

static World *
world_new_with_server (PeerRoomService service)
{
  World *self = g_new0 (World, 1);
  g_autoptr (GError) error = NULL;

  self->service = service;
  self->server = g_object_new (PEER_TYPE_SERVER, "host", "127.0.0.1", "port", 0, NULL);
  peer_server_listen (self->server, &error);
  g_assert_no_error (error);

  return self;
}

static gpointer
begin_peerjs (void)
{
  World *self = world_new_with_server (PEER_ROOM_SERVICE_PEERJS);

  self->uri = g_strdup_printf ("http://127.0.0.1:%u/", peer_server_get_port (self->server));

  return self;
}

static gpointer
begin_manager (void)
{
  World *self = world_new_with_server (PEER_ROOM_SERVICE_MANAGER);
  g_autoptr (GError) error = NULL;

  self->manager = peer_signaling_manager_new ();
  peer_signaling_manager_attach (self->manager, peer_server_get_soup_server (self->server), NULL, &error);
  g_assert_no_error (error);
  self->uri = g_strdup_printf ("ws://127.0.0.1:%u/webrtc", peer_server_get_port (self->server));

  return self;
}

static PeerRoom *
make_room (gpointer world,
           const char *name,
           const char *peer_id)
{
  World *self = world;
  g_autoptr (GListStore) no_ice_servers = g_list_store_new (PEER_TYPE_ICE_SERVER);

  return g_object_new (PEER_TYPE_ROOM,
                       "service", self->service,
                       "signaling", self->bus,
                       "uri", self->uri,
                       "name", name,
                       "peer-id", peer_id,
                       "ice-servers", no_ice_servers,
                       NULL);
}

static void
end (gpointer world)
{
  World *self = world;

  if (self->manager != NULL)
    peer_signaling_manager_stop (self->manager);
  if (self->server != NULL)
    peer_server_stop (self->server);
  g_clear_object (&self->manager);
  g_clear_object (&self->server);
  g_clear_object (&self->bus);
  g_free (self->uri);
  g_free (self);
}

static const RoomWorld signaling_world = {
  .begin = begin_signaling,
  .make_room = make_room,
  .end = end,
};

static const RoomWorld manager_world = {
  .begin = begin_manager,
  .make_room = make_room,
  .end = end,
};

static const RoomWorld peerjs_world = {
  .begin = begin_peerjs,
  .make_room = make_room,
  .end = end,
};

/* Seconds; the usual half a minute would be a long time for a test. */
#define DISCONNECT_TIMEOUT 10

static void
on_peer_joined (PeerRoom *room,
                PeerRoomMember *member)
{
  PeerDataConnection *connection = peer_room_member_get_connection (member);

  peer_base_connection_set_disconnect_timeout (PEER_BASE_CONNECTION (connection), DISCONNECT_TIMEOUT);
}

static RoomWatch *
join (World *world,
      const char *id)
{
  RoomWatch *watch = room_watch_new (make_room (world, "lobby", id));

  g_signal_connect (watch->room, "peer-joined", G_CALLBACK (on_peer_joined), NULL);
  peer_room_join_async (watch->room, NULL, NULL, NULL);
  WAIT_UNTIL (watch->n_opened == 1);

  return watch;
}

static GSubprocess *
start_member (World *world,
              const char *id)
{
  g_autoptr (GError) error = NULL;
  const char *service = world->service == PEER_ROOM_SERVICE_PEERJS ? "peerjs" : "manager";
  GSubprocess *process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE, &error, g_getenv ("ROOM_MEMBER"), service, world->uri,
                                           "lobby", id, NULL);

  g_assert_no_error (error);

  return process;
}

static void
test_killed (gconstpointer data)
{
  const RoomWorld *kind = data;
  World *world = kind->begin ();
  g_autoptr (GPtrArray) watches = g_ptr_array_new_with_free_func ((GDestroyNotify) room_watch_free);
  g_autoptr (GSubprocess) process = start_member (world, "carol");
  RoomWatch *alice;
  RoomWatch *bob;

  g_test_summary ("A member whose process dies has left once, and is a new member when it comes back");

  alice = join (world, "alice");
  g_ptr_array_add (watches, alice);
  bob = join (world, "bob");
  g_ptr_array_add (watches, bob);
  WAIT_UNTIL (alice->n_joined == 2 && bob->n_joined == 2);

  g_subprocess_force_exit (process);
  g_subprocess_wait (process, NULL, NULL);
  WAIT_UNTIL (alice->n_left == 1 && bob->n_left == 1);
  WAIT_UNTIL (room_watches_agree (watches));

  g_clear_object (&process);
  process = start_member (world, "carol");
  WAIT_UNTIL (alice->n_joined == 3 && bob->n_joined == 3);
  g_assert_cmpuint (alice->n_left, ==, 1);
  g_assert_cmpuint (bob->n_left, ==, 1);

  g_subprocess_force_exit (process);
  g_subprocess_wait (process, NULL, NULL);
  g_ptr_array_set_size (watches, 0);
  end (world);
}

static void
test_killed_and_back_at_once (gconstpointer data)
{
  const RoomWorld *kind = data;
  World *world = kind->begin ();
  g_autoptr (GSubprocess) process = start_member (world, "carol");
  g_autoptr (RoomWatch) alice = NULL;

  g_test_summary ("A member whose process dies and is started again at once replaces what it was");

  alice = join (world, "alice");
  WAIT_UNTIL (alice->n_joined == 1);
  g_subprocess_force_exit (process);
  g_subprocess_wait (process, NULL, NULL);
  g_clear_object (&process);
  process = start_member (world, "carol");
  WAIT_UNTIL (alice->n_joined == 2);
  g_assert_cmpuint (alice->n_left, ==, 1);

  g_subprocess_force_exit (process);
  g_subprocess_wait (process, NULL, NULL);
  g_clear_pointer (&alice, room_watch_free);
  end (world);
}

/* The one who holds the room's name at the server is gone without a word: the
 * next one takes it, and newcomers find those who are there. */
static void
test_holder_killed (gconstpointer data)
{
  const RoomWorld *kind = data;
  World *world = kind->begin ();
  g_autoptr (GPtrArray) watches = g_ptr_array_new_with_free_func ((GDestroyNotify) room_watch_free);
  g_autoptr (GSubprocess) process = start_member (world, "alice");
  RoomWatch *bob;

  WAIT_UNTIL (peer_server_get_client (world->server, "lobby") != NULL);
  bob = join (world, "bob");
  g_ptr_array_add (watches, bob);
  g_assert_cmpstr (peer_room_get_host_id (bob->room), ==, "alice");

  g_subprocess_force_exit (process);
  g_subprocess_wait (process, NULL, NULL);
  g_ptr_array_add (watches, join (world, "carol"));
  WAIT_UNTIL (room_watches_agree (watches));
  g_assert_true (peer_room_get_is_host (bob->room));
  g_assert_cmpuint (bob->n_left, ==, 1);

  g_ptr_array_set_size (watches, 0);
  kind->end (world);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  webrtc_criticals_forgive ();

  room_scenarios_add ("/mesh-rooms/signaling", &signaling_world, 16);
  room_scenarios_add ("/mesh-rooms/manager", &manager_world, 16);
  room_scenarios_add ("/mesh-rooms/peerjs", &peerjs_world, 16);
  g_test_add_data_func ("/mesh-rooms/manager/killed", &manager_world, test_killed);
  g_test_add_data_func ("/mesh-rooms/manager/killed-and-back-at-once", &manager_world, test_killed_and_back_at_once);
  g_test_add_data_func ("/mesh-rooms/peerjs/killed", &peerjs_world, test_killed);
  g_test_add_data_func ("/mesh-rooms/peerjs/killed-and-back-at-once", &peerjs_world, test_killed_and_back_at_once);
  g_test_add_data_func ("/mesh-rooms/peerjs/holder-killed", &peerjs_world, test_holder_killed);

  return g_test_run ();
}
