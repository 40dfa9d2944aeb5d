/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-test-hub.h"

#include "../integration/room-scenarios.h"
#include "../integration/wait-until.h"
#include "libpeerglib/peer-room-hub-star-private.h"

/* Rooms whose members meet at a hub. */

/* Each reaches the hub below a path of its own, so that it can be cut off. */
static gpointer
world_begin (void)
{
  return peer_test_hub_new ();
}

static void
world_attach (PeerTestHub *hub,
              const char *peer_id)
{
  g_autofree char *path = g_strconcat ("/", peer_id, NULL);
  g_autoptr (GError) error = NULL;
  PeerHubHttp *http;

  g_assert_true (peer_hub_attach (hub->hub, hub->server, path, &error));
  g_assert_no_error (error);
  http = g_ptr_array_index (hub->hub->attachments, hub->hub->attachments->len - 1);
  g_object_set_data_full (G_OBJECT (hub->server), peer_id, http, NULL);
}

static PeerRoom *
world_make_room (gpointer world,
                 const char *name,
                 const char *peer_id)
{
  PeerTestHub *hub = world;
  g_autofree char *uri = g_strconcat (hub->text, peer_id, NULL);
  PeerRoom *room = g_object_new (PEER_TYPE_ROOM, "name", name, "service", PEER_ROOM_SERVICE_HUB, "uri", uri,
                                 "peer-id", peer_id, "reconnect-delay", 50, NULL);

  if (g_object_get_data (G_OBJECT (hub->server), peer_id) == NULL)
    world_attach (hub, peer_id);
  peer_room_get_links (room)->transport_factory = peer_loopback_transport_new;

  return room;
}

static PeerDataConnection *
get_link (PeerRoom *room)
{
  return PEER_ROOM_HUB_STAR (room->network)->connection;
}

/* Neither side hears of the other, and both notice soon. */
static void
world_cut (gpointer world,
           PeerRoom *room)
{
  PeerTestHub *hub = world;
  const char *id = peer_room_get_peer_id (room);
  PeerHubRoom *hub_room = peer_hub_lookup (hub->hub, peer_room_get_name (room));
  PeerHubClient *client = peer_hub_network_lookup (hub_room->network, id);

  g_ptr_array_remove (hub->hub->attachments, g_object_get_data (G_OBJECT (hub->server), id));
  g_object_set (client->connection, "disconnect-timeout", 1, NULL);
  g_object_set (get_link (room), "disconnect-timeout", 1, NULL);
  peer_loopback_transport_set_silent (peer_test_get_transport (get_link (room)), TRUE);
}

static void
world_mend (gpointer world,
            PeerRoom *room)
{
  world_attach (world, peer_room_get_peer_id (room));
}

static void
world_end (gpointer world)
{
  peer_test_hub_free (world);
}

static const RoomWorld world = { world_begin, world_make_room, world_cut, world_mend, world_end };

static RoomWatch *
join (PeerTestHub *hub,
      const char *id)
{
  RoomWatch *watch = room_watch_new (world_make_room (hub, "lobby", id));

  peer_room_join_async (watch->room, NULL, NULL, NULL);

  return watch;
}

/* A page of the original and one of us. */
static void
test_page (void)
{
  PeerTestHub *hub = peer_test_hub_new ();
  PeerTestPage *page = peer_test_page_join (hub, "lobby", "page");
  RoomWatch *native = join (hub, "native");
  GError *error = NULL;

  WAIT_UNTIL (peer_room_get_n_peers (native->room) == 2 && peer_room_get_connected (native->room));
  g_assert_cmpstr (peer_room_get_host_id (native->room), ==, "page");
  g_assert_true (peer_test_page_has (page, "PEER_JOIN", "\"peer_id\":\"native\""));

  peer_test_page_send (page, "{\"peer_id\":\"page\",\"message\":\"hi\"}");
  peer_test_page_send (page, "{\"type\":\"SYSTEM\",\"action\":\"EVENT\",\"payload\":{\"event\":\"draw\",\"data\":{\"x\":1}},\"peer_id\":\"page\"}");
  WAIT_UNTIL (room_watch_count (native, "page: 'hi'") == 1 && room_watch_count (native, "page draw {'x': <int64 1>}") == 1);

  peer_room_send_message (native->room, g_variant_new_string ("ho"), &error);
  g_assert_no_error (error);
  peer_room_emit_event (native->room, "clear", g_variant_new_int64 (2), &error);
  g_assert_no_error (error);
  WAIT_UNTIL (peer_test_page_has (page, "\"message\":\"ho\"", "\"peer_id\":\"native\""));
  WAIT_UNTIL (peer_test_page_has (page, "\"event\":\"clear\"", "\"data\":2"));

  /* Bytes have no form in such a frame. */
  g_assert_false (peer_room_send_message (native->room, g_variant_new_bytestring ("x"), &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_UNSUPPORTED_VALUE);
  g_clear_error (&error);

  peer_test_page_free (page);
  WAIT_UNTIL (peer_room_get_is_host (native->room));
  room_watch_free (native);
  peer_test_hub_free (hub);
}

/* What the hub itself says is not from a member. */
static void
server_message_cb (PeerRoom *room,
                   PeerRoomMember *sender,
                   GVariant *message,
                   char **heard)
{
  g_assert_null (peer_room_lookup_member (room, peer_room_member_get_id (sender)));
  *heard = g_strdup_printf ("%s: %s", peer_room_member_get_id (sender), g_variant_get_string (message, NULL));
}

static void
test_server (void)
{
  PeerTestHub *hub = peer_test_hub_new ();
  g_autoptr (PeerRoom) room = world_make_room (hub, "lobby", "native");
  g_autofree char *heard = NULL;
  g_autoptr (GError) error = NULL;

  g_signal_connect (room, "message", G_CALLBACK (server_message_cb), &heard);
  peer_room_join_async (room, NULL, NULL, NULL);
  WAIT_UNTIL (peer_room_get_connected (room));
  g_assert_true (peer_hub_broadcast (hub->hub, "lobby", g_variant_new_string ("hello"), &error));
  g_assert_no_error (error);
  WAIT_UNTIL (heard != NULL);
  g_assert_cmpstr (heard, ==, "server: hello");
  g_assert_cmpuint (peer_room_get_n_peers (room), ==, 1);

  peer_room_leave_async (room, NULL, NULL, NULL);
  WAIT_UNTIL (peer_hub_get_n_peers (hub->hub) == 0);
  g_assert_cmpstr (hub->events->str, ==, "joined:lobby/native left:lobby/native");
  peer_test_hub_free (hub);
}

static void
left_cb (GObject *object,
         GAsyncResult *result,
         gpointer user_data)
{
  g_assert_true (peer_room_leave_finish (PEER_ROOM (object), result, NULL));
  *(gboolean *) user_data = TRUE;
}

/* What was said last arrives, and leaving is over only then. */
static void
test_last_words (void)
{
  PeerTestHub *hub = peer_test_hub_new ();
  PeerTestPage *page = peer_test_page_join (hub, "lobby", "page");
  g_autoptr (PeerRoom) room = world_make_room (hub, "lobby", "native");
  gboolean has_left = FALSE;
  g_autoptr (GError) error = NULL;

  peer_room_join_async (room, NULL, NULL, NULL);
  WAIT_UNTIL (peer_room_get_connected (room));
  for (guint i = 0; i < 200; i++)
    {
      peer_room_send_message (room, g_variant_new_int64 (i), &error);
      g_assert_no_error (error);
    }
  peer_room_leave_async (room, NULL, left_cb, &has_left);
  WAIT_UNTIL (has_left);
  WAIT_UNTIL (peer_test_page_has (page, "PEER_LEAVE", "\"peer_id\":\"native\""));
  g_assert_true (peer_test_page_has (page, "\"message\":199", ""));

  peer_test_page_free (page);
  peer_test_hub_free (hub);
}

static gboolean
refuse_cb (PeerHub *hub,
           PeerJoinRequest *request,
           GVariant **credentials)
{
  *credentials = g_variant_ref (peer_join_request_get_credentials (request));
  peer_join_request_refuse (request, "not you");

  return TRUE;
}

static void
test_refused (void)
{
  PeerTestHub *hub = peer_test_hub_new ();
  PeerRoom *room = world_make_room (hub, "lobby", "native");
  RoomWatch *watch = room_watch_new (room);
  g_autoptr (GVariant) credentials = NULL;

  g_signal_connect (hub->hub, "authorize", G_CALLBACK (refuse_cb), &credentials);
  peer_room_set_credentials (room, g_variant_new_string ("secret"));
  peer_room_join_async (room, NULL, NULL, NULL);
  WAIT_UNTIL (watch->error != NULL && watch->n_closed == 1);
  g_assert_error (watch->error, PEER_ERROR, PEER_ERROR_REFUSED);
  g_assert_nonnull (strstr (watch->error->message, "not you"));
  g_assert_cmpstr (g_variant_get_string (credentials, NULL), ==, "secret");
  room_watch_free (watch);
  peer_test_hub_free (hub);
}

static void
test_taken_id (void)
{
  PeerTestHub *hub = peer_test_hub_new ();
  RoomWatch *first = join (hub, "alice");
  RoomWatch *second;

  WAIT_UNTIL (peer_room_get_connected (first->room));
  second = join (hub, "alice");
  WAIT_UNTIL (second->error != NULL);
  g_assert_error (second->error, PEER_ERROR, PEER_ERROR_UNAVAILABLE_ID);
  g_assert_true (peer_room_get_connected (first->room));
  room_watch_free (second);
  room_watch_free (first);
  peer_test_hub_free (hub);
}

/* The hub goes away and comes back. */
static void
test_outage (void)
{
  PeerTestHub *hub = peer_test_hub_new ();
  RoomWatch *alice = join (hub, "alice");
  RoomWatch *bob = join (hub, "bob");
  g_autoptr (GPtrArray) watches = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (watches, alice);
  g_ptr_array_add (watches, bob);
  WAIT_UNTIL (room_watches_agree (watches));
  peer_hub_stop (hub->hub);
  WAIT_UNTIL (!peer_room_get_connected (alice->room) && !peer_room_get_connected (bob->room));
  world_attach (hub, "alice");
  world_attach (hub, "bob");
  WAIT_UNTIL (room_watches_agree (watches));
  peer_room_send_message (alice->room, g_variant_new_string ("again"), &error);
  g_assert_no_error (error);
  WAIT_UNTIL (room_watch_count (bob, "alice: 'again'") == 1);

  room_watch_free (alice);
  room_watch_free (bob);
  peer_test_hub_free (hub);
}

static void
test_bad_uri (void)
{
  static const char *const uris[] = { "ftp://127.0.0.1/", "nonsense", "http://" };

  for (gsize i = 0; i < G_N_ELEMENTS (uris); i++)
    {
      RoomWatch *watch = room_watch_new (peer_room_new_for_hub ("lobby", uris[i]));

      peer_room_join_async (watch->room, NULL, NULL, NULL);
      WAIT_UNTIL (watch->error != NULL);
      g_assert_error (watch->error, PEER_ERROR, PEER_ERROR_SERVER_ERROR);
      room_watch_free (watch);
    }
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  room_scenarios_add ("/hub-room", &world, 16);
  g_test_add_func ("/hub-room/page", test_page);
  g_test_add_func ("/hub-room/server", test_server);
  g_test_add_func ("/hub-room/last-words", test_last_words);
  g_test_add_func ("/hub-room/refused", test_refused);
  g_test_add_func ("/hub-room/taken-id", test_taken_id);
  g_test_add_func ("/hub-room/outage", test_outage);
  g_test_add_func ("/hub-room/bad-uri", test_bad_uri);

  return g_test_run ();
}
