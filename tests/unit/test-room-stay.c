/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "peer-test-util.h"
#include "room-fixture.h"

static void
ready_cb (GObject *object,
          GAsyncResult *result,
          gpointer user_data)
{
  g_set_object ((GAsyncResult **) user_data, result);
}

static void
rejoin (RoomWatch *watch)
{
  watch->n_closed = 0;
  g_ptr_array_set_size (watch->present, 0);
  room_fixture_join (watch);
}

static void
test_joining (RoomFixture *fixture,
              gconstpointer user_data)
{
  PeerRoom *room = fixture->carol->room;
  g_autoptr (GAsyncResult) first = NULL;
  g_autoptr (GAsyncResult) second = NULL;

  g_assert_false (peer_room_get_connected (room));
  g_assert_null (peer_room_get_host_id (room));
  g_assert_cmpuint (peer_room_get_n_peers (room), ==, 0);

  peer_room_join_async (room, NULL, ready_cb, &first);
  peer_room_join_async (room, NULL, ready_cb, &second);
  WAIT_UNTIL (first != NULL && second != NULL);
  g_assert_true (peer_room_join_finish (room, first, NULL));
  g_assert_true (peer_room_join_finish (room, second, NULL));
  room_fixture_join (fixture->carol);
  g_assert_cmpuint (fixture->carol->n_opened, ==, 1);

  g_assert_true (peer_room_get_connected (room));
  g_assert_cmpuint (peer_room_get_n_peers (room), ==, 3);
  g_assert_cmpstr (peer_room_get_host_id (room), ==, "alice");
  g_assert_false (peer_room_get_is_host (room));
  g_assert_true (peer_room_get_is_host (fixture->alice->room));
  g_assert_true (peer_room_member_get_is_self (peer_room_lookup_member (room, "carol")));
  g_assert_false (peer_room_member_get_is_self (peer_room_lookup_member (room, "alice")));
  g_assert_cmpuint (fixture->carol->n_joined, ==, 2);
  g_assert_cmpuint (fixture->alice->n_joined, ==, 2);
  g_assert_true (g_type_is_a (g_list_model_get_item_type (G_LIST_MODEL (room)), PEER_TYPE_ROOM_MEMBER));
}

static void
test_cancelled (RoomFixture *fixture,
                gconstpointer user_data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  peer_room_join_async (fixture->carol->room, cancellable, ready_cb, &result);
  g_cancellable_cancel (cancellable);
  WAIT_UNTIL (result != NULL);
  g_assert_false (peer_room_join_finish (fixture->carol->room, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  WAIT_UNTIL (fixture->carol->n_opened == 1);
}

static void
test_left_while_joining (RoomFixture *fixture,
                         gconstpointer user_data)
{
  PeerRoom *room = fixture->carol->room;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GAsyncResult) again = NULL;
  g_autoptr (GError) error = NULL;

  peer_room_join_async (room, NULL, ready_cb, &result);
  peer_room_leave_async (room, NULL, NULL, NULL);
  g_assert_null (result);
  WAIT_UNTIL (result != NULL);
  g_assert_false (peer_room_join_finish (room, result, &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_CONNECTION_CLOSED);
  g_assert_cmpuint (fixture->carol->n_opened, ==, 0);
  g_assert_cmpuint (fixture->carol->n_closed, ==, 1);
  g_assert_cmpuint (fixture->alice->n_joined, ==, 1);

  /* At once again. */
  fixture->carol->n_closed = 0;
  room_fixture_join (fixture->carol);
  peer_room_leave_async (room, NULL, NULL, NULL);
  peer_room_join_async (room, NULL, ready_cb, &again);
  g_signal_handlers_disconnect_by_data (room, fixture->carol);
  WAIT_UNTIL (again != NULL);
  g_assert_true (peer_room_join_finish (room, again, NULL));
}

static void
test_left_twice (RoomFixture *fixture,
                 gconstpointer user_data)
{
  PeerRoom *room = fixture->bob->room;
  g_autoptr (GAsyncResult) first = NULL;
  g_autoptr (GAsyncResult) second = NULL;
  g_autoptr (GAsyncResult) third = NULL;

  peer_room_leave_async (room, NULL, ready_cb, &first);
  peer_room_leave_async (room, NULL, ready_cb, &second);
  g_assert_cmpuint (fixture->bob->n_closed, ==, 0);
  g_assert_false (peer_room_get_connected (room));
  WAIT_UNTIL (first != NULL && second != NULL);
  peer_room_leave_async (room, NULL, ready_cb, &third);
  WAIT_UNTIL (third != NULL);
  g_assert_true (peer_room_leave_finish (room, third, NULL));
  g_assert_cmpuint (fixture->bob->n_closed, ==, 1);
  g_assert_cmpuint (fixture->bob->n_left, ==, 0);
  g_assert_cmpuint (peer_room_get_n_peers (room), ==, 0);
  WAIT_UNTIL (fixture->alice->n_left == 1);
  rejoin (fixture->bob);
  g_assert_cmpuint (fixture->alice->n_joined, ==, 2);
}

/* Of signals with and without a return value. */
static gboolean
leave_cb (PeerRoom *room)
{
  peer_room_leave_async (room, NULL, NULL, NULL);
  peer_room_leave_async (room, NULL, NULL, NULL);

  return FALSE;
}

/* Whatever a room tells, it may be left in the middle of it. */
static void
test_left_in_handlers (void)
{
  static const char *const told[] = {
    "open", "peer-joined", "peer-left", "room-updated", "status-changed", "message", "event", "any-event", "items-changed",
    "notify::host-id", "notify::is-host", "notify::connected", "notify::n-peers", "notify::shared-state", "notify::status",
    "authorize"
  };

  for (gsize i = 0; i < G_N_ELEMENTS (told); i++)
    {
      g_autoptr (FakePlace) place = fake_place_new ();
      g_autoptr (RoomWatch) alice = room_watch_new (fake_place_make_room (place, "lobby", "alice"));
      g_autoptr (RoomWatch) bob = room_watch_new (fake_place_make_room (place, "lobby", "bob"));

      g_test_message ("%s", told[i]);
      if (!g_str_equal (told[i], "peer-left"))
        g_signal_connect_swapped (bob->room, told[i], G_CALLBACK (leave_cb), bob->room);
      peer_room_sync_shared (alice->room, g_variant_new_parsed ("{'a': <1>}"), PEER_SYNC_MODE_MERGE, NULL);
      peer_room_join_async (bob->room, NULL, NULL, NULL);
      if (g_str_equal (told[i], "authorize"))
        WAIT_UNTIL (bob->n_opened == 1);
      room_fixture_join (alice);
      peer_room_send_message (alice->room, g_variant_new_int32 (1), NULL);
      peer_room_emit_event (alice->room, "move", NULL, NULL);
      if (g_str_equal (told[i], "peer-left"))
        {
          WAIT_UNTIL (bob->n_joined == 1);
          g_signal_connect_swapped (bob->room, told[i], G_CALLBACK (leave_cb), bob->room);
          peer_room_leave_async (alice->room, NULL, NULL, NULL);
        }
      WAIT_UNTIL (bob->n_closed == 1);
      g_assert_cmpuint (peer_room_get_n_peers (bob->room), ==, 0);
      g_signal_handlers_disconnect_by_func (bob->room, leave_cb, bob->room);
    }
}

/* Its network says goodbye. */
static void
test_dropped (RoomFixture *fixture,
              gconstpointer user_data)
{
  g_autoptr (PeerRoom) room = fake_place_make_room (fixture->place, "lobby", NULL);

  g_assert_true (g_uuid_string_is_valid (peer_room_get_peer_id (room)));
  peer_room_join_async (room, NULL, NULL, NULL);
  WAIT_UNTIL (peer_room_get_connected (room));
  g_clear_object (&room);
  WAIT_UNTIL (fixture->alice->n_left == 1 && fixture->bob->n_left == 1);
}

static void
test_first_joining_fails (RoomFixture *fixture,
                          gconstpointer user_data)
{
  fake_place_cut (fixture->place, "carol");
  room_fixture_join_fails (fixture->carol, PEER_ERROR_NETWORK);
  g_assert_error (fixture->carol->error, PEER_ERROR, PEER_ERROR_NETWORK);
  WAIT_UNTIL (fixture->carol->n_closed == 1);
  fake_place_mend (fixture->place, "carol");
  rejoin (fixture->carol);
  g_assert_cmpuint (fixture->carol->n_opened, ==, 1);
}

static void
status_cb (PeerRoom *room,
           const char *status,
           GString *log)
{
  g_string_append_printf (log, "%s|", status);
}

static void
test_reconnects (RoomFixture *fixture,
                 gconstpointer user_data)
{
  g_autoptr (GString) log = g_string_new (NULL);
  guint n_made = fixture->place->n_made;

  g_signal_connect (fixture->bob->room, "status-changed", G_CALLBACK (status_cb), log);
  peer_room_set_max_reconnect_attempts (fixture->bob->room, 1000);
  fake_place_cut (fixture->place, "bob");
  WAIT_UNTIL (fixture->place->n_made >= n_made + 3);
  g_assert_false (peer_room_get_connected (fixture->bob->room));
  g_assert_null (peer_room_get_host_id (fixture->bob->room));
  g_assert_cmpuint (fixture->bob->n_left, ==, 1);
  g_assert_true (peer_room_send_message (fixture->bob->room, g_variant_new_string ("meanwhile"), NULL));
  fake_place_mend (fixture->place, "bob");
  WAIT_UNTIL (fixture->bob->n_opened == 2);

  g_assert_cmpuint (fixture->bob->n_joined, ==, 2);
  g_assert_cmpuint (fixture->alice->n_joined, ==, 2);
  g_assert_cmpuint (fixture->alice->n_left, ==, 1);
  g_assert_true (g_str_has_prefix (log->str, "Reconnecting: attempt 1|Asking|Reconnecting: attempt 2|") ||
                 g_str_has_prefix (log->str, "Reconnecting: attempt 1|Reconnecting: attempt 2|"));
  g_assert_true (g_str_has_suffix (log->str, "|Open|"));
  WAIT_UNTIL (room_watch_count (fixture->alice, "bob: 'meanwhile'") == 1);
  g_signal_handlers_disconnect_by_data (fixture->bob->room, log);
}

static void
test_gives_up (RoomFixture *fixture,
               gconstpointer user_data)
{
  guint n_made = fixture->place->n_made;

  peer_room_set_max_reconnect_attempts (fixture->bob->room, 3);
  fake_place_cut (fixture->place, "bob");
  WAIT_UNTIL (fixture->bob->n_closed == 1);
  g_assert_cmpuint (fixture->place->n_made, ==, n_made + 3);
  g_assert_error (fixture->bob->error, PEER_ERROR, PEER_ERROR_NETWORK);
  g_assert_cmpuint (fixture->bob->n_left, ==, 1);
  fake_place_mend (fixture->place, "bob");
  rejoin (fixture->bob);
}

static void
test_left_while_reconnecting (RoomFixture *fixture,
                              gconstpointer user_data)
{
  guint n_made;

  peer_room_set_reconnect_delay (fixture->bob->room, 60000);
  fake_place_cut (fixture->place, "bob");
  WAIT_UNTIL (fixture->bob->n_left == 1);
  n_made = fixture->place->n_made;
  peer_room_leave_async (fixture->bob->room, NULL, NULL, NULL);
  WAIT_UNTIL (fixture->bob->n_closed == 1);
  g_assert_cmpuint (fixture->place->n_made, ==, n_made);
}

static gboolean
refuse_cb (PeerRoom *room,
           PeerJoinRequest *request,
           gpointer user_data)
{
  peer_join_request_refuse (request, "Not you");

  return TRUE;
}

static gboolean
keep_cb (PeerRoom *room,
         PeerJoinRequest *request,
         PeerJoinRequest **kept)
{
  g_assert_cmpstr (peer_join_request_get_room (request), ==, "lobby");
  g_set_object (kept, request);

  return TRUE;
}

static void
test_refused (RoomFixture *fixture,
              gconstpointer user_data)
{
  g_signal_connect (fixture->bob->room, "authorize", G_CALLBACK (refuse_cb), NULL);
  room_fixture_join_fails (fixture->carol, PEER_ERROR_REFUSED);
  g_assert_cmpstr (fixture->carol->error->message, ==, "Not you");
  g_assert_cmpuint (fixture->alice->n_joined, ==, 1);
  g_assert_cmpuint (fixture->bob->n_joined, ==, 1);
}

static void
test_decided_later (RoomFixture *fixture,
                    gconstpointer user_data)
{
  g_autoptr (PeerJoinRequest) kept = NULL;
  const char *secret = NULL;

  g_signal_connect (fixture->bob->room, "authorize", G_CALLBACK (keep_cb), &kept);
  peer_room_set_credentials (fixture->carol->room, g_variant_new_string ("secret"));
  peer_room_join_async (fixture->carol->room, NULL, NULL, NULL);
  WAIT_UNTIL (kept != NULL);
  g_assert_cmpstr (peer_join_request_get_peer_id (kept), ==, "carol");
  g_variant_get (peer_join_request_get_credentials (kept), "&s", &secret);
  g_assert_cmpstr (secret, ==, "secret");
  g_assert_cmpuint (fixture->carol->n_opened, ==, 0);
  peer_join_request_accept (kept);
  WAIT_UNTIL (fixture->carol->n_opened == 1);
}

static void
test_undecided (RoomFixture *fixture,
                gconstpointer user_data)
{
  PeerJoinRequest *kept = NULL;

  g_signal_connect (fixture->bob->room, "authorize", G_CALLBACK (keep_cb), &kept);
  peer_room_join_async (fixture->carol->room, NULL, NULL, NULL);
  WAIT_UNTIL (kept != NULL);
  g_clear_object (&kept);
  WAIT_UNTIL (fixture->carol->n_closed == 1);
  g_assert_error (fixture->carol->error, PEER_ERROR, PEER_ERROR_REFUSED);
}

/* The one that was asked has left in the meantime. */
static void
test_decided_too_late (RoomFixture *fixture,
                       gconstpointer user_data)
{
  g_autoptr (PeerJoinRequest) kept = NULL;

  g_signal_connect (fixture->bob->room, "authorize", G_CALLBACK (keep_cb), &kept);
  peer_room_join_async (fixture->carol->room, NULL, NULL, NULL);
  WAIT_UNTIL (kept != NULL);
  g_clear_pointer (&fixture->bob, room_watch_free);
  peer_join_request_accept (kept);
  WAIT_UNTIL (fixture->carol->n_opened == 1);
}

static void
test_full (RoomFixture *fixture,
           gconstpointer user_data)
{
  peer_room_set_max_members (fixture->alice->room, 2);
  room_fixture_join_fails (fixture->carol, PEER_ERROR_REFUSED);
  WAIT_UNTIL (fixture->carol->n_closed == 1);
  peer_room_set_max_members (fixture->alice->room, 3);
  rejoin (fixture->carol);
}

/* Requests that nobody decides cannot pile up. */
static void
test_storm (RoomFixture *fixture,
            gconstpointer user_data)
{
  g_autoptr (GPtrArray) kept = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) rooms = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (PeerJoinRequest) last = NULL;

  peer_room_set_max_members (fixture->alice->room, G_MAXUINT);
  peer_room_set_max_members (fixture->bob->room, G_MAXUINT);
  g_signal_connect (fixture->bob->room, "authorize", G_CALLBACK (keep_cb), &last);
  for (guint i = 0; i < 256; i++)
    {
      PeerRoom *room = fake_place_make_room (fixture->place, "lobby", NULL);

      g_ptr_array_add (rooms, room);
      peer_room_join_async (room, NULL, NULL, NULL);
      WAIT_UNTIL (last != NULL);
      g_ptr_array_add (kept, g_steal_pointer (&last));
    }
  room_fixture_join_fails (fixture->carol, PEER_ERROR_REFUSED);
  g_assert_null (last);

  WAIT_UNTIL (fixture->carol->n_closed == 1);
  peer_join_request_refuse (g_ptr_array_index (kept, 0), NULL);
  fixture->carol->n_closed = 0;
  peer_room_join_async (fixture->carol->room, NULL, NULL, NULL);
  WAIT_UNTIL (last != NULL);
  peer_join_request_accept (last);
  WAIT_UNTIL (fixture->carol->n_opened == 1);
  g_ptr_array_set_size (kept, 0);
}

static void
assert_invalid_id (const char *id)
{
  g_autoptr (FakePlace) place = fake_place_new ();
  g_autoptr (RoomWatch) watch = room_watch_new (fake_place_make_room (place, "lobby", id));

  room_fixture_join_fails (watch, PEER_ERROR_INVALID_ID);
  g_assert_cmpuint (place->n_made, ==, 0);
}

static void
test_ids (void)
{
  g_autofree char *long_id = g_strnfill (129, 'a');

  assert_invalid_id ("");
  assert_invalid_id ("server");
  assert_invalid_id (long_id);
}

/* A hub is heard, and is nobody in the list. */
static void
test_star (void)
{
  g_autoptr (FakePlace) place = fake_place_new ();
  PeerRoomSelf *description = peer_room_self_new ("lobby", PEER_ROOM_SERVER_ID);
  g_autoptr (PeerRoomNetwork) network = fake_network_new (place, description);
  g_autoptr (PeerRoom) hub = peer_room_new_served (network);
  PeerRoom *room = g_object_new (PEER_TYPE_ROOM, "name", "lobby", "peer-id", "alice", "service", PEER_ROOM_SERVICE_HUB, NULL);
  g_autoptr (RoomWatch) alice = room_watch_new (room);

  peer_room_self_unref (description);
  peer_room_set_network_factory (room, fake_network_make, place);
  g_assert_cmpint (peer_room_get_topology (hub), ==, PEER_TOPOLOGY_STAR);
  g_assert_true (peer_room_send_message (hub, g_variant_new_string ("waits"), NULL));
  WAIT_UNTIL (peer_room_get_connected (hub));
  g_assert_cmpuint (peer_room_get_n_peers (hub), ==, 0);
  g_assert_null (peer_room_get_host_id (hub));

  room_fixture_join (alice);
  WAIT_UNTIL (peer_room_get_n_peers (hub) == 1);
  g_assert_cmpstr (peer_room_get_host_id (hub), ==, "alice");
  g_assert_false (peer_room_get_is_host (hub));

  peer_room_leave_async (hub, NULL, NULL, NULL);
  WAIT_UNTIL (!peer_room_get_connected (hub));
}

static void
server_cb (PeerRoom *room,
           PeerRoomMember *sender,
           GVariant *message,
           char **log)
{
  g_assert_null (peer_room_lookup_member (room, peer_room_member_get_id (sender)));
  g_free (*log);
  *log = g_strdup_printf ("%s: %s", peer_room_member_get_id (sender), g_variant_get_string (message, NULL));
}

static void
test_server_speaks (void)
{
  g_autoptr (FakePlace) place = fake_place_new ();
  g_autoptr (PeerRoom) room = g_object_new (PEER_TYPE_ROOM, "name", "lobby", "peer-id", "alice", "service",
                                            PEER_ROOM_SERVICE_HUB, NULL);
  g_autoptr (PeerRoomFrame) frame = peer_room_frame_new (PEER_ROOM_FRAME_MESSAGE, "server", NULL, NULL,
                                                         g_variant_new_string ("hello"));
  g_autofree char *log = NULL;

  peer_room_set_network_factory (room, fake_network_make, place);
  peer_room_join_async (room, NULL, NULL, NULL);
  WAIT_UNTIL (peer_room_get_connected (room));
  g_signal_connect (room, "message", G_CALLBACK (server_cb), &log);
  peer_room_network_emit_frame (room->network, PEER_ROOM_SERVER_ID, frame);
  g_assert_cmpstr (log, ==, "server: hello");
  g_assert_cmpuint (peer_room_get_n_peers (room), ==, 1);
  g_clear_object (&room);
}

static PeerRoom *
new_real_room (PeerSignaling *signaling,
               const char *id)
{
  PeerRoom *room = g_object_new (PEER_TYPE_ROOM, "name", "lobby", "peer-id", id, "signaling", signaling, NULL);

  peer_room_get_links (room)->transport_factory = peer_loopback_transport_new;

  return room;
}

static void
check_context_cb (PeerRoom *room,
                  PeerRoomMember *sender,
                  GVariant *message,
                  guint *n_heard)
{
  g_assert_false (g_main_context_is_owner (NULL));
  ++*n_heard;
}

/* Everything runs on the context that was the thread default when the room was made. */
static void
test_own_context (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (PeerSignaling) signaling = NULL;
  g_autoptr (PeerRoom) alice = NULL;
  g_autoptr (PeerRoom) bob = NULL;
  guint n_heard = 0;

  g_main_context_push_thread_default (context);
  signaling = peer_memory_signaling_new ();
  alice = new_real_room (signaling, "alice");
  bob = new_real_room (signaling, "bob");
  g_signal_connect (bob, "message", G_CALLBACK (check_context_cb), &n_heard);
  peer_room_join_async (alice, NULL, NULL, NULL);
  peer_room_join_async (bob, NULL, NULL, NULL);
  peer_test_wait (peer_room_get_n_peers (alice) == 2 && peer_room_get_n_peers (bob) == 2);
  g_assert_true (peer_room_send_message (alice, g_variant_new_int32 (1), NULL));
  peer_test_wait (n_heard == 1);
  peer_room_leave_async (alice, NULL, NULL, NULL);
  peer_room_leave_async (bob, NULL, NULL, NULL);
  g_object_add_weak_pointer (G_OBJECT (alice), (gpointer *) &alice);
  g_object_unref (alice);
  peer_test_wait (alice == NULL && !peer_room_get_connected (bob));
  g_object_add_weak_pointer (G_OBJECT (bob), (gpointer *) &bob);
  g_object_unref (bob);
  peer_test_wait (bob == NULL);
  peer_test_settle ();
  g_main_context_pop_thread_default (context);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ROOM_TEST_ADD ("/room-stay/joining", test_joining);
  ROOM_TEST_ADD ("/room-stay/cancelled", test_cancelled);
  ROOM_TEST_ADD ("/room-stay/left-while-joining", test_left_while_joining);
  ROOM_TEST_ADD ("/room-stay/left-twice", test_left_twice);
  g_test_add_func ("/room-stay/left-in-handlers", test_left_in_handlers);
  ROOM_TEST_ADD ("/room-stay/dropped", test_dropped);
  ROOM_TEST_ADD ("/room-stay/first-joining-fails", test_first_joining_fails);
  ROOM_TEST_ADD ("/room-stay/reconnects", test_reconnects);
  ROOM_TEST_ADD ("/room-stay/gives-up", test_gives_up);
  ROOM_TEST_ADD ("/room-stay/left-while-reconnecting", test_left_while_reconnecting);
  ROOM_TEST_ADD ("/room-stay/refused", test_refused);
  ROOM_TEST_ADD ("/room-stay/decided-later", test_decided_later);
  ROOM_TEST_ADD ("/room-stay/undecided", test_undecided);
  ROOM_TEST_ADD ("/room-stay/decided-too-late", test_decided_too_late);
  ROOM_TEST_ADD ("/room-stay/full", test_full);
  ROOM_TEST_ADD ("/room-stay/storm", test_storm);
  g_test_add_func ("/room-stay/ids", test_ids);
  g_test_add_func ("/room-stay/star", test_star);
  g_test_add_func ("/room-stay/server-speaks", test_server_speaks);
  g_test_add_func ("/room-stay/own-context", test_own_context);

  return g_test_run ();
}
