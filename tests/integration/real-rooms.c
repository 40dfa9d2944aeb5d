/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "real-rooms.h"

#include "wait-until.h"

/* Seconds; the usual half a minute would be a long time for a test. */
#define DISCONNECT_TIMEOUT 10

static gpointer
begin_signaling (void)
{
  RealRooms *self = g_new0 (RealRooms, 1);

  self->service = PEER_ROOM_SERVICE_SIGNALING;
  self->bus = peer_memory_signaling_new ();

  return self;
}

static RealRooms *
begin_with_server (PeerRoomService service,
                   const char *scheme,
                   const char *path)
{
  RealRooms *self = g_new0 (RealRooms, 1);
  g_autoptr (GError) error = NULL;

  self->service = service;
  self->server = g_object_new (PEER_TYPE_SERVER, "host", "127.0.0.1", "port", 0, NULL);
  peer_server_listen (self->server, &error);
  g_assert_no_error (error);
  self->uri = g_strdup_printf ("%s://127.0.0.1:%u%s", scheme, peer_server_get_port (self->server), path);

  return self;
}

static gpointer
begin_peerjs (void)
{
  return begin_with_server (PEER_ROOM_SERVICE_PEERJS, "http", "/");
}

static gpointer
begin_manager (void)
{
  RealRooms *self = begin_with_server (PEER_ROOM_SERVICE_MANAGER, "ws", "/webrtc");
  g_autoptr (GError) error = NULL;

  self->manager = peer_signaling_manager_new ();
  peer_signaling_manager_attach (self->manager, peer_server_get_soup_server (self->server), NULL, &error);
  g_assert_no_error (error);

  return self;
}

static gpointer
begin_hub (void)
{
  RealRooms *self = begin_with_server (PEER_ROOM_SERVICE_HUB, "http", "/hub");
  g_autoptr (GListStore) no_ice_servers = g_list_store_new (PEER_TYPE_ICE_SERVER);
  g_autoptr (GError) error = NULL;

  self->hub = g_object_new (PEER_TYPE_HUB, "ice-servers", no_ice_servers, NULL);
  peer_hub_attach (self->hub, peer_server_get_soup_server (self->server), "/hub", &error);
  g_assert_no_error (error);

  return self;
}

static PeerRoom *
make_room (gpointer world,
           const char *name,
           const char *peer_id)
{
  RealRooms *self = world;
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
  RealRooms *self = world;

  if (self->hub != NULL)
    peer_hub_stop (self->hub);
  if (self->manager != NULL)
    peer_signaling_manager_stop (self->manager);
  if (self->server != NULL)
    peer_server_stop (self->server);
  g_clear_object (&self->hub);
  g_clear_object (&self->manager);
  g_clear_object (&self->server);
  g_clear_object (&self->bus);
  g_free (self->uri);
  g_free (self);
}

const RoomWorld real_hub_rooms = {
  .begin = begin_hub,
  .make_room = make_room,
  .end = end,
};

const RoomWorld real_manager_rooms = {
  .begin = begin_manager,
  .make_room = make_room,
  .end = end,
};

const RoomWorld real_peerjs_rooms = {
  .begin = begin_peerjs,
  .make_room = make_room,
  .end = end,
};

const RoomWorld real_signaling_rooms = {
  .begin = begin_signaling,
  .make_room = make_room,
  .end = end,
};

static void
on_peer_joined (PeerRoom *room,
                PeerRoomMember *member)
{
  PeerDataConnection *connection = peer_room_member_get_connection (member);

  /* In a hub's room there is none. */
  if (connection != NULL)
    peer_base_connection_set_disconnect_timeout (PEER_BASE_CONNECTION (connection), DISCONNECT_TIMEOUT);
}

RoomWatch *
real_rooms_join (RealRooms *self,
                 const char *id)
{
  RoomWatch *watch = room_watch_new (make_room (self, "lobby", id));

  g_signal_connect (watch->room, "peer-joined", G_CALLBACK (on_peer_joined), NULL);
  peer_room_join_async (watch->room, NULL, NULL, NULL);
  WAIT_UNTIL (watch->n_opened == 1);

  return watch;
}

GSubprocess *
real_rooms_start_member (RealRooms *self,
                         const char *id)
{
  g_autoptr (GEnumClass) services = g_type_class_ref (PEER_TYPE_ROOM_SERVICE);
  const char *service = g_enum_get_value (services, self->service)->value_nick;
  g_autoptr (GError) error = NULL;
  GSubprocess *process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE, &error, g_getenv ("ROOM_MEMBER"), service, self->uri,
                                           "lobby", id, NULL);

  g_assert_no_error (error);

  return process;
}

void
real_rooms_kill_member (GSubprocess *process)
{
  g_subprocess_force_exit (process);
  g_subprocess_wait (process, NULL, NULL);
  g_object_unref (process);
}
