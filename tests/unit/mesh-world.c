/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "mesh-world.h"

#include "gated-signaling.h"
#include "peer-test-proxy.h"
#include "peer-test-util.h"

#include "libpeerglib/peer-room-private.h"

/* What one room goes through to the others. */
typedef struct
{
  PeerRoom *room;       /* weak */
  GatedSignaling *gate; /* one of the two */
  PeerTestProxy *proxy;
} Way;

typedef struct
{
  PeerSignaling *bus;

  PeerServer *server;
  PeerSignalingManager *manager;

  GPtrArray *ways;
} World;

static void
way_free (gpointer data)
{
  Way *way = data;

  g_clear_weak_pointer (&way->room);
  g_clear_object (&way->gate);
  g_clear_pointer (&way->proxy, peer_test_proxy_free);
  g_free (way);
}

static World *
world_new (void)
{
  World *self = g_new0 (World, 1);

  self->ways = g_ptr_array_new_with_free_func (way_free);

  return self;
}

static Way *
world_add_way (World *self)
{
  Way *way = g_new0 (Way, 1);

  g_ptr_array_add (self->ways, way);

  return way;
}

static PeerRoom *
way_take_room (Way *way,
               PeerRoom *room)
{
  PeerLinkSettings *links = peer_room_get_links (room);
  g_autoptr (GListStore) no_servers = g_list_store_new (PEER_TYPE_ICE_SERVER);

  links->transport_factory = peer_loopback_transport_new;
  links->certificate = g_bytes_new_static ("test", 4);
  peer_room_set_ice_servers (room, G_LIST_MODEL (no_servers));
  peer_room_set_reconnect_delay (room, 1);
  g_set_weak_pointer (&way->room, room);

  return room;
}

static Way *
world_find_way (World *self,
                PeerRoom *room)
{
  for (guint i = 0; i < self->ways->len; i++)
    {
      Way *way = g_ptr_array_index (self->ways, i);

      if (way->room == room)
        return way;
    }

  return NULL;
}

/* One end of a link finds out that it is lost. */
static void
lose_link (PeerRoom *room,
           const char *id)
{
  PeerRoomMember *member = peer_room_lookup_member (room, id);
  PeerDataConnection *connection = member != NULL ? peer_room_member_get_connection (member) : NULL;
  g_autoptr (GError) error = NULL;

  if (connection == NULL)
    return;

  error = g_error_new_literal (PEER_ERROR, PEER_ERROR_TIMED_OUT, "Nothing is heard any more");
  peer_loopback_transport_set_silent (peer_test_get_transport (connection), TRUE);
  peer_loopback_transport_fail (peer_test_get_transport (connection), error);
}

static void
lose_links (World *self,
            PeerRoom *room)
{
  for (guint i = 0; i < self->ways->len; i++)
    {
      Way *way = g_ptr_array_index (self->ways, i);

      if (way->room == NULL || way->room == room)
        continue;
      lose_link (way->room, peer_room_get_peer_id (room));
      lose_link (room, peer_room_get_peer_id (way->room));
    }
}

/* Over topics */

static gpointer
begin_signaling (void)
{
  World *self = world_new ();

  self->bus = peer_memory_signaling_new ();

  return self;
}

static PeerRoom *
make_signaling_room (gpointer world,
                     const char *name,
                     const char *peer_id)
{
  World *self = world;
  Way *way = world_add_way (self);

  way->gate = TEST_GATED_SIGNALING (gated_signaling_new (self->bus));

  return way_take_room (way,
                        g_object_new (PEER_TYPE_ROOM, "name", name, "signaling", way->gate, "service",
                                      PEER_ROOM_SERVICE_SIGNALING, "peer-id", peer_id, NULL));
}

static void
cut_signaling (gpointer world,
               PeerRoom *room)
{
  gated_signaling_set_open (world_find_way (world, room)->gate, FALSE);
  lose_links (world, room);
}

static void
mend_signaling (gpointer world,
                PeerRoom *room)
{
  gated_signaling_set_open (world_find_way (world, room)->gate, TRUE);
}

static void
end_signaling (gpointer world)
{
  World *self = world;

  g_ptr_array_unref (self->ways);
  g_object_unref (self->bus);
  g_free (self);
}

const RoomWorld mesh_world_signaling = {
  .begin = begin_signaling,
  .make_room = make_signaling_room,
  .cut = cut_signaling,
  .mend = mend_signaling,
  .end = end_signaling,
};

/* Over a signaling manager */

static World *
world_new_with_server (void)
{
  World *self = world_new ();
  g_autoptr (GError) error = NULL;

  self->server = g_object_new (PEER_TYPE_SERVER, "host", "127.0.0.1", "port", 0, "expire-timeout", 100, "cleanup-interval", 50, NULL);
  peer_server_listen (self->server, &error);
  g_assert_no_error (error);

  return self;
}

static gpointer
begin_manager (void)
{
  World *self = world_new_with_server ();
  g_autoptr (GError) error = NULL;

  self->manager = peer_signaling_manager_new ();
  peer_signaling_manager_attach (self->manager, peer_server_get_soup_server (self->server), NULL, &error);
  g_assert_no_error (error);

  return self;
}

static PeerRoom *
world_make_room (World *self,
                 PeerRoomService service,
                 const char *path,
                 const char *name,
                 const char *peer_id)
{
  Way *way = world_add_way (self);
  g_autofree char *uri = NULL;

  way->proxy = peer_test_proxy_new (peer_server_get_port (self->server));
  uri = g_strdup_printf ("http://127.0.0.1:%u%s", way->proxy->port, path);

  return way_take_room (way,
                        g_object_new (PEER_TYPE_ROOM, "name", name, "uri", uri, "service", service, "peer-id", peer_id, NULL));
}

static PeerRoom *
make_manager_room (gpointer world,
                   const char *name,
                   const char *peer_id)
{
  return world_make_room (world, PEER_ROOM_SERVICE_MANAGER, "/webrtc", name, peer_id);
}

static void
cut_proxy (gpointer world,
           PeerRoom *room)
{
  PeerTestProxy *proxy = world_find_way (world, room)->proxy;

  g_socket_service_stop (proxy->service);
  peer_test_proxy_sever (proxy);
  lose_links (world, room);
}

static void
mend_proxy (gpointer world,
            PeerRoom *room)
{
  g_socket_service_start (world_find_way (world, room)->proxy->service);
}

static void
end_server (gpointer world)
{
  World *self = world;

  if (self->manager != NULL)
    peer_signaling_manager_stop (self->manager);
  peer_server_stop (self->server);
  g_clear_object (&self->manager);
  g_object_unref (self->server);
  g_ptr_array_unref (self->ways);
  g_free (self);
}

const RoomWorld mesh_world_manager = {
  .begin = begin_manager,
  .make_room = make_manager_room,
  .cut = cut_proxy,
  .mend = mend_proxy,
  .end = end_server,
};

/* Over a PeerJS server */

static gpointer
begin_peerjs (void)
{
  return world_new_with_server ();
}

static PeerRoom *
make_peerjs_room (gpointer world,
                  const char *name,
                  const char *peer_id)
{
  return world_make_room (world, PEER_ROOM_SERVICE_PEERJS, "/", name, peer_id);
}

const RoomWorld mesh_world_peerjs = {
  .begin = begin_peerjs,
  .make_room = make_peerjs_room,
  .cut = cut_proxy,
  .mend = mend_proxy,
  .end = end_server,
};

/* Over the topics of a server */

static gpointer
begin_websocket (void)
{
  World *self = world_new ();
  g_autoptr (GError) error = NULL;

  self->server = g_object_new (PEER_TYPE_SERVER, "host", "127.0.0.1", "port", 0, "signaling-path", "/signaling", NULL);
  peer_server_listen (self->server, &error);
  g_assert_no_error (error);

  return self;
}

static PeerSignaling *
way_connect (Way *way,
             PeerServer *server)
{
  g_autofree char *uri = NULL;

  way->proxy = peer_test_proxy_new (peer_server_get_port (server));
  uri = g_strdup_printf ("ws://127.0.0.1:%u/signaling", way->proxy->port);

  return g_object_new (PEER_TYPE_WEBSOCKET_SIGNALING, "uri", uri, "reconnect-delay", 1, NULL);
}

static PeerRoom *
make_websocket_room (gpointer world,
                     const char *name,
                     const char *peer_id)
{
  World *self = world;
  Way *way = world_add_way (self);
  g_autoptr (PeerSignaling) signaling = way_connect (way, self->server);

  return way_take_room (way,
                        g_object_new (PEER_TYPE_ROOM, "name", name, "signaling", signaling, "service",
                                      PEER_ROOM_SERVICE_SIGNALING, "peer-id", peer_id, NULL));
}

static PeerRoom *
make_encrypted_room (gpointer world,
                     const char *name,
                     const char *peer_id)
{
  World *self = world;
  Way *way = world_add_way (self);
  g_autoptr (PeerSignaling) carrier = way_connect (way, self->server);
  g_autoptr (PeerSignaling) signaling = g_object_new (PEER_TYPE_ENCRYPTED_SIGNALING, "signaling", carrier,
                                                      "password", "a long password", "iterations", 1000, NULL);

  return way_take_room (way,
                        g_object_new (PEER_TYPE_ROOM, "name", name, "signaling", signaling, "service",
                                      PEER_ROOM_SERVICE_SIGNALING, "peer-id", peer_id, NULL));
}

const RoomWorld mesh_world_websocket = {
  .begin = begin_websocket,
  .make_room = make_websocket_room,
  .cut = cut_proxy,
  .mend = mend_proxy,
  .end = end_server,
};

const RoomWorld mesh_world_encrypted = {
  .begin = begin_websocket,
  .make_room = make_encrypted_room,
  .cut = cut_proxy,
  .mend = mend_proxy,
  .end = end_server,
};
