/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fake-room-network.h"
#include "libpeerglib/peer-room-manager-private.h"
#include "tests/integration/room-scenarios.h"
#include "tests/integration/wait-until.h"

typedef struct
{
  FakePlace *places[3]; /* of the rooms "lobby", "game" and "closed", to which nobody gets */
  PeerRoomManager *manager;
  GString *log;
  RoomWatch *others[2];
  GAsyncResult *result;
} Fixture;

static const char *const names[] = { "lobby", "game", "closed", NULL };

static FakePlace *
find_place (Fixture *fixture,
            const char *name)
{
  for (guint i = 0; names[i] != NULL; i++)
    {
      if (g_str_equal (names[i], name))
        return fixture->places[i];
    }

  g_assert_not_reached ();
}

static void
room_added_cb (PeerRoomManager *manager,
               PeerRoom *room,
               Fixture *fixture)
{
  peer_room_set_network_factory (room, fake_network_make, find_place (fixture, peer_room_get_name (room)));
}

static void
room_joined_cb (PeerRoomManager *manager,
                PeerRoom *room,
                Fixture *fixture)
{
  g_string_append_printf (fixture->log, "joined:%s ", peer_room_get_name (room));
}

static void
room_left_cb (PeerRoomManager *manager,
              PeerRoom *room,
              Fixture *fixture)
{
  g_string_append_printf (fixture->log, "left:%s ", peer_room_get_name (room));
}

static void
chat_cb (PeerRoomManager *manager,
         PeerRoom *room,
         PeerRoomMember *sender,
         GVariant *value,
         Fixture *fixture)
{
  g_string_append_printf (fixture->log, "chat:%s:%s:%s ", peer_room_get_name (room), peer_room_member_get_id (sender),
                          g_variant_get_string (value, NULL));
}

static void
message_cb (PeerRoomManager *manager,
            PeerRoom *room,
            PeerRoomMember *sender,
            GVariant *value,
            Fixture *fixture)
{
  g_string_append_printf (fixture->log, "message:%s:%s ", peer_room_get_name (room), g_variant_get_string (value, NULL));
}

static void
ready_cb (GObject *object,
          GAsyncResult *result,
          gpointer user_data)
{
  g_set_object ((GAsyncResult **) user_data, result);
}

static void
set_up (Fixture *fixture,
        gconstpointer user_data)
{
  g_autoptr (PeerSignaling) signaling = peer_memory_signaling_new ();

  for (guint i = 0; names[i] != NULL; i++)
    fixture->places[i] = fake_place_new ();
  fake_place_cut (fixture->places[2], "alice");
  fixture->log = g_string_new (NULL);
  fixture->manager = peer_room_manager_new ("alice", signaling);
  g_signal_connect (fixture->manager, "room-added", G_CALLBACK (room_added_cb), fixture);
  g_signal_connect (fixture->manager, "room-joined", G_CALLBACK (room_joined_cb), fixture);
  g_signal_connect (fixture->manager, "room-left", G_CALLBACK (room_left_cb), fixture);
  g_signal_connect (fixture->manager, "event::chat", G_CALLBACK (chat_cb), fixture);
  g_signal_connect (fixture->manager, "message", G_CALLBACK (message_cb), fixture);

  for (guint i = 0; i < G_N_ELEMENTS (fixture->others); i++)
    {
      fixture->others[i] = room_watch_new (fake_place_make_room (fixture->places[i], names[i], "bob"));
      peer_room_join_async (fixture->others[i]->room, NULL, NULL, NULL);
      WAIT_UNTIL (fixture->others[i]->n_opened == 1);
    }
}

static void
leave_all (Fixture *fixture)
{
  g_clear_object (&fixture->result);
  peer_room_manager_leave_all_rooms_async (fixture->manager, NULL, ready_cb, &fixture->result);
  WAIT_UNTIL (fixture->result != NULL);
  g_assert_true (peer_room_manager_leave_all_rooms_finish (fixture->manager, fixture->result, NULL));
}

static void
tear_down (Fixture *fixture,
           gconstpointer user_data)
{
  leave_all (fixture);
  g_assert_cmpuint (g_list_model_get_n_items (peer_room_manager_get_rooms (fixture->manager)), ==, 0);
  g_clear_object (&fixture->result);
  g_assert_finalize_object (fixture->manager);
  for (guint i = 0; i < G_N_ELEMENTS (fixture->others); i++)
    room_watch_free (fixture->others[i]);
  for (guint i = 0; names[i] != NULL; i++)
    fake_place_free (fixture->places[i]);
  g_string_free (fixture->log, TRUE);
}

static PeerRoomJoinResult *
get_result (GListModel *results,
            guint index)
{
  g_autoptr (PeerRoomJoinResult) result = g_list_model_get_item (results, index);

  return result;
}

static void
join_rooms (Fixture *fixture)
{
  g_autoptr (GListModel) results = NULL;

  g_clear_object (&fixture->result);
  peer_room_manager_join_rooms_async (fixture->manager, names, NULL, ready_cb, &fixture->result);
  WAIT_UNTIL (fixture->result != NULL);
  results = peer_room_manager_join_rooms_finish (fixture->manager, fixture->result, NULL);

  g_assert_cmpuint (g_list_model_get_n_items (results), ==, 3);
  for (guint i = 0; names[i] != NULL; i++)
    {
      PeerRoomJoinResult *result = get_result (results, i);

      g_assert_cmpstr (peer_room_get_name (peer_room_join_result_get_room (result)), ==, names[i]);
      g_assert_true (peer_room_join_result_get_success (result) == (i < 2));
      if (i < 2)
        g_assert_null (peer_room_join_result_get_error (result));
      else
        g_assert_error (peer_room_join_result_get_error (result), PEER_ERROR, PEER_ERROR_NETWORK);
    }
  WAIT_UNTIL (strstr (fixture->log->str, "left:closed ") != NULL);
}

static void
test_results (Fixture *fixture,
              gconstpointer user_data)
{
  join_rooms (fixture);
  g_assert_true (peer_room_manager_is_connected_to (fixture->manager, "lobby"));
  g_assert_true (peer_room_manager_is_connected_to (fixture->manager, "game"));
  g_assert_false (peer_room_manager_is_connected_to (fixture->manager, "closed"));
  g_assert_false (peer_room_manager_is_connected_to (fixture->manager, "other"));
  g_assert_cmpuint (g_list_model_get_n_items (peer_room_manager_get_rooms (fixture->manager)), ==, 3);

  /* The same object is joined anew. */
  fake_place_mend (fixture->places[2], "alice");
  g_clear_object (&fixture->result);
  peer_room_manager_join_room_async (fixture->manager, "closed", NULL, ready_cb, &fixture->result);
  WAIT_UNTIL (fixture->result != NULL);
  {
    g_autoptr (PeerRoom) room = peer_room_manager_join_room_finish (fixture->manager, fixture->result, NULL);

    g_assert_true (room == peer_room_manager_lookup_room (fixture->manager, "closed"));
  }
  g_assert_cmpuint (g_list_model_get_n_items (peer_room_manager_get_rooms (fixture->manager)), ==, 3);
}

static void
test_no_rooms (Fixture *fixture,
               gconstpointer user_data)
{
  const char *const none[] = { NULL };
  g_autoptr (GListModel) results = NULL;

  peer_room_manager_join_rooms_async (fixture->manager, none, NULL, ready_cb, &fixture->result);
  WAIT_UNTIL (fixture->result != NULL);
  results = peer_room_manager_join_rooms_finish (fixture->manager, fixture->result, NULL);
  g_assert_cmpuint (g_list_model_get_n_items (results), ==, 0);
}

static void
own_cb (PeerRoom *room,
        PeerRoomMember *sender,
        GVariant *value,
        Fixture *fixture)
{
  g_string_append_printf (fixture->log, "own:%s ", g_variant_get_string (value, NULL));
}

/* Handlers of the manager hear all rooms, those of a room that was not joined yet hear it. */
static void
test_handlers (Fixture *fixture,
               gconstpointer user_data)
{
  PeerRoom *lobby = peer_room_manager_ensure_room (fixture->manager, "lobby");

  g_assert_true (lobby == peer_room_manager_ensure_room (fixture->manager, "lobby"));
  g_signal_connect (lobby, "event::chat", G_CALLBACK (own_cb), fixture);
  join_rooms (fixture);
  g_string_truncate (fixture->log, 0);

  peer_room_emit_event (fixture->others[0]->room, "chat", g_variant_new_string ("one"), NULL);
  peer_room_emit_event (fixture->others[0]->room, "other", g_variant_new_string ("none"), NULL);
  WAIT_UNTIL (strstr (fixture->log->str, "own:one") != NULL);
  peer_room_emit_event (fixture->others[1]->room, "chat", g_variant_new_string ("two"), NULL);
  WAIT_UNTIL (strstr (fixture->log->str, ":two") != NULL);
  peer_room_send_message (fixture->others[1]->room, g_variant_new_string ("three"), NULL);
  WAIT_UNTIL (strstr (fixture->log->str, ":three") != NULL);
  g_assert_cmpstr (fixture->log->str, ==, "chat:lobby:bob:one own:one chat:game:bob:two message:game:three ");
}

static void
test_sending (Fixture *fixture,
              gconstpointer user_data)
{
  GError *error = NULL;

  g_assert_false (peer_room_manager_emit_event (fixture->manager, "lobby", "chat", NULL, &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_NOT_OPEN_YET);
  g_clear_error (&error);
  g_assert_false (peer_room_manager_send_message (fixture->manager, "lobby", g_variant_new_string ("a"), &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_NOT_OPEN_YET);
  g_clear_error (&error);

  join_rooms (fixture);
  g_assert_true (peer_room_manager_emit_event (fixture->manager, "lobby", "chat", g_variant_new_string ("a"), NULL));
  g_assert_true (peer_room_manager_send_message (fixture->manager, "game", g_variant_new_string ("b"), NULL));
  g_assert_cmpuint (peer_room_manager_broadcast_to_all (fixture->manager, "news", g_variant_new_string ("c")), ==, 2);
  WAIT_UNTIL (fixture->others[0]->heard->len == 2 && fixture->others[1]->heard->len == 2);
  g_assert_cmpstr (g_ptr_array_index (fixture->others[0]->heard, 0), ==, "alice chat 'a'");
  g_assert_cmpstr (g_ptr_array_index (fixture->others[0]->heard, 1), ==, "alice news 'c'");
  g_assert_cmpstr (g_ptr_array_index (fixture->others[1]->heard, 0), ==, "alice: 'b'");
  g_assert_cmpstr (g_ptr_array_index (fixture->others[1]->heard, 1), ==, "alice news 'c'");
}

/* Also more than the queue of the room holds, and nothing is lost. */
static void
test_auto_emit (Fixture *fixture,
                gconstpointer user_data)
{
  g_autoptr (GError) error = NULL;
  guint n_events = 3 * peer_room_get_queue_size (fixture->others[0]->room);

  for (guint i = 0; i < n_events; i++)
    peer_room_manager_auto_emit_async (fixture->manager, "lobby", "count", g_variant_new_int64 (i), NULL, ready_cb,
                                       &fixture->result);
  WAIT_UNTIL (fixture->others[0]->heard->len == n_events);
  g_assert_true (peer_room_manager_auto_emit_finish (fixture->manager, fixture->result, NULL));
  for (guint i = 0; i < n_events; i++)
    {
      g_autofree char *text = g_strdup_printf ("alice count %u", i);

      g_assert_cmpstr (g_ptr_array_index (fixture->others[0]->heard, i), ==, text);
    }

  g_clear_object (&fixture->result);
  peer_room_manager_auto_emit_async (fixture->manager, "closed", "count", NULL, NULL, ready_cb, &fixture->result);
  WAIT_UNTIL (fixture->result != NULL);
  g_assert_false (peer_room_manager_auto_emit_finish (fixture->manager, fixture->result, &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_NETWORK);
}

static void
test_leaving (Fixture *fixture,
              gconstpointer user_data)
{
  join_rooms (fixture);
  g_string_truncate (fixture->log, 0);
  g_clear_object (&fixture->result);
  peer_room_manager_leave_room_async (fixture->manager, "lobby", NULL, ready_cb, &fixture->result);
  WAIT_UNTIL (fixture->result != NULL);
  g_assert_true (peer_room_manager_leave_room_finish (fixture->manager, fixture->result, NULL));
  g_assert_null (peer_room_manager_lookup_room (fixture->manager, "lobby"));
  g_assert_cmpstr (fixture->log->str, ==, "left:lobby ");
  WAIT_UNTIL (fixture->others[0]->n_left == 1);
  g_assert_cmpuint (fixture->others[1]->n_left, ==, 0);

  leave_all (fixture);
  WAIT_UNTIL (fixture->others[1]->n_left == 1);
}

/* A PeerJS server lets an id be held once. */
static void
test_ids (void)
{
  g_autoptr (PeerRoomManager) at_server = peer_room_manager_new_for_server ("alice", "http://127.0.0.1:9/");
  g_autoptr (PeerRoomManager) at_hub = peer_room_manager_new_for_hub ("alice", "http://127.0.0.1:9/");
  g_autoptr (PeerRoomManager) unnamed = peer_room_manager_new_for_manager (NULL, "ws://127.0.0.1:9/");
  PeerRoom *room = peer_room_manager_ensure_room (at_server, "a");

  g_assert_true (g_str_has_prefix (peer_room_get_peer_id (room), "alice-"));
  g_assert_cmpstr (peer_room_get_peer_id (room), !=, peer_room_get_peer_id (peer_room_manager_ensure_room (at_server, "b")));
  g_assert_cmpint (peer_room_get_service (room), ==, PEER_ROOM_SERVICE_PEERJS);
  g_assert_cmpstr (peer_room_get_uri (room), ==, peer_room_manager_get_uri (at_server));
  room = peer_room_manager_ensure_room (at_hub, "a");
  g_assert_cmpstr (peer_room_get_peer_id (room), ==, "alice");
  g_assert_cmpint (peer_room_get_topology (room), ==, PEER_TOPOLOGY_STAR);
  g_assert_nonnull (peer_room_manager_get_peer_id (unnamed));
  g_assert_cmpint (peer_room_manager_get_service (unnamed), ==, PEER_ROOM_SERVICE_MANAGER);
  g_assert_null (peer_room_manager_get_signaling (unnamed));
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, func) g_test_add ("/room-manager/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("results", test_results);
  ADD ("no-rooms", test_no_rooms);
  ADD ("handlers", test_handlers);
  ADD ("sending", test_sending);
  ADD ("auto-emit", test_auto_emit);
  ADD ("leaving", test_leaving);
  g_test_add_func ("/room-manager/ids", test_ids);

  return g_test_run ();
}
