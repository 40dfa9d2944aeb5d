/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "room-scenarios.h"
#include "wait-until.h"
#include "webrtc-criticals.h"

/* Members of a hub's rooms on real links, in this process but for those that
 * are killed. */

typedef struct
{
  PeerServer *server;
  PeerHub *hub;
  char *uri;
} World;

static GListModel *
make_no_ice_servers (void)
{
  return G_LIST_MODEL (g_list_store_new (PEER_TYPE_ICE_SERVER));
}

static gpointer
begin (void)
{
  World *self = g_new0 (World, 1);
  g_autoptr (GListModel) ice_servers = make_no_ice_servers ();
  g_autoptr (GError) error = NULL;

  self->server = g_object_new (PEER_TYPE_SERVER, "host", "127.0.0.1", "port", 0, NULL);
  peer_server_listen (self->server, &error);
  g_assert_no_error (error);
  self->hub = g_object_new (PEER_TYPE_HUB, "ice-servers", ice_servers, NULL);
  peer_hub_attach (self->hub, peer_server_get_soup_server (self->server), "/hub", &error);
  g_assert_no_error (error);
  self->uri = g_strdup_printf ("http://127.0.0.1:%u/hub", peer_server_get_port (self->server));

  return self;
}

static PeerRoom *
make_room (gpointer world,
           const char *name,
           const char *peer_id)
{
  World *self = world;
  g_autoptr (GListModel) ice_servers = make_no_ice_servers ();

  return g_object_new (PEER_TYPE_ROOM,
                       "service", PEER_ROOM_SERVICE_HUB,
                       "uri", self->uri,
                       "name", name,
                       "peer-id", peer_id,
                       "ice-servers", ice_servers,
                       NULL);
}

static void
end (gpointer world)
{
  World *self = world;

  peer_hub_stop (self->hub);
  peer_server_stop (self->server);
  g_object_unref (self->hub);
  g_object_unref (self->server);
  g_free (self->uri);
  g_free (self);
}

static const RoomWorld hub_world = {
  .begin = begin,
  .make_room = make_room,
  .end = end,
};

static RoomWatch *
join (World *world,
      const char *id)
{
  RoomWatch *watch = room_watch_new (make_room (world, "lobby", id));

  peer_room_join_async (watch->room, NULL, NULL, NULL);
  WAIT_UNTIL (watch->n_opened == 1);

  return watch;
}

static GSubprocess *
start_member (World *world,
              const char *id)
{
  g_autoptr (GError) error = NULL;
  GSubprocess *process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE, &error, g_getenv ("ROOM_MEMBER"), "hub", world->uri,
                                           "lobby", id, NULL);

  g_assert_no_error (error);

  return process;
}

static void
kill_member (GSubprocess *process)
{
  g_subprocess_force_exit (process);
  g_subprocess_wait (process, NULL, NULL);
  g_object_unref (process);
}

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
  World *world = begin ();
  GSubprocess *process = start_member (world, "carol");
  g_autoptr (GPtrArray) watches = g_ptr_array_new_with_free_func ((GDestroyNotify) room_watch_free);
  guint n_left = 0;
  RoomWatch *alice;
  RoomWatch *bob;

  g_test_summary ("The host's process dies: it has left once for everybody and the hub, and all agree on the next host");

  g_signal_connect (world->hub, "peer-left", G_CALLBACK (left_cb), &n_left);
  WAIT_UNTIL (peer_hub_get_n_peers (world->hub) == 1);
  alice = join (world, "alice");
  g_ptr_array_add (watches, alice);
  bob = join (world, "bob");
  g_ptr_array_add (watches, bob);
  g_assert_cmpstr (peer_room_get_host_id (bob->room), ==, "carol");

  kill_member (process);
  WAIT_UNTIL (alice->n_left == 1 && bob->n_left == 1);
  WAIT_UNTIL (room_watches_agree (watches));
  g_assert_true (peer_room_get_is_host (alice->room));
  g_assert_cmpuint (n_left, ==, 1);

  process = start_member (world, "carol");
  WAIT_UNTIL (alice->n_joined == 3 && bob->n_joined == 3);
  kill_member (process);
  g_signal_handlers_disconnect_by_data (world->hub, &n_left);
  g_ptr_array_set_size (watches, 0);
  end (world);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  webrtc_criticals_forgive ();

  room_scenarios_add ("/hub-rooms", &hub_world, 16);
  g_test_add_func ("/hub-rooms/killed", test_killed);

  return g_test_run ();
}
