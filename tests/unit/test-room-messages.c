/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "room-fixture.h"

static void
test_queue (RoomFixture *fixture,
            gconstpointer user_data)
{
  PeerRoom *room = fixture->carol->room;

  peer_room_join_async (room, NULL, NULL, NULL);
  g_assert_true (peer_room_send_message (room, g_variant_new_string ("first"), NULL));
  g_assert_true (peer_room_emit_event (room, "move", g_variant_new_int32 (1), NULL));
  g_assert_cmpuint (fixture->alice->heard->len, ==, 0);
  WAIT_UNTIL (fixture->alice->heard->len == 2 && fixture->bob->heard->len == 2);
  g_assert_cmpstr (g_ptr_array_index (fixture->alice->heard, 0), ==, "carol: 'first'");
  g_assert_cmpstr (g_ptr_array_index (fixture->bob->heard, 1), ==, "carol move 1");
  g_assert_no_error (fixture->carol->error);
}

static void
test_queue_overflow (RoomFixture *fixture,
                     gconstpointer user_data)
{
  PeerRoom *room = fixture->carol->room;

  peer_room_set_queue_size (room, 2);
  peer_room_join_async (room, NULL, NULL, NULL);
  for (int i = 0; i < 5; i++)
    g_assert_true (peer_room_send_message (room, g_variant_new_int32 (i), NULL));
  g_assert_no_error (fixture->carol->error);
  WAIT_UNTIL (fixture->alice->heard->len == 2);
  WAIT_UNTIL (fixture->carol->error != NULL);
  g_assert_error (fixture->carol->error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED);
  g_assert_true (g_str_has_prefix (fixture->carol->error->message, "3 "));
  g_assert_cmpstr (g_ptr_array_index (fixture->alice->heard, 0), ==, "carol: 3");
  g_assert_cmpstr (g_ptr_array_index (fixture->alice->heard, 1), ==, "carol: 4");
}

static void
assert_not_open (PeerRoom *room)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (peer_room_send_message (room, g_variant_new_int32 (1), &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_NOT_OPEN_YET);
}

static void
test_not_open (RoomFixture *fixture,
               gconstpointer user_data)
{
  PeerRoom *room = fixture->carol->room;

  assert_not_open (room);
  peer_room_set_queue_size (room, 0);
  peer_room_join_async (room, NULL, NULL, NULL);
  assert_not_open (room);
  room_fixture_join (fixture->carol);
  g_assert_true (peer_room_send_message (room, g_variant_new_int32 (1), NULL));
  peer_room_leave_async (room, NULL, NULL, NULL);
  assert_not_open (room);
}

static void
assert_unavailable (PeerRoom *room,
                    PeerRoomMember *member)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (peer_room_send_message_to (room, member, g_variant_new_int32 (1), &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_PEER_UNAVAILABLE);
  g_clear_error (&error);
  g_assert_false (peer_room_emit_event_to (room, member, "move", NULL, &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_PEER_UNAVAILABLE);
}

static void
test_to_one (RoomFixture *fixture,
             gconstpointer user_data)
{
  PeerRoom *room = fixture->alice->room;
  g_autoptr (PeerRoomMember) bob = g_object_ref (peer_room_lookup_member (room, "bob"));

  room_fixture_join (fixture->carol);
  g_assert_true (peer_room_emit_event_to (room, bob, "wink", g_variant_new_int32 (1), NULL));
  g_assert_true (peer_room_send_message_to (room, bob, g_variant_new_int32 (2), NULL));
  g_assert_true (peer_room_send_message (room, g_variant_new_int32 (3), NULL));
  WAIT_UNTIL (fixture->bob->heard->len == 3 && fixture->carol->heard->len == 1);
  g_assert_cmpstr (g_ptr_array_index (fixture->bob->heard, 0), ==, "alice wink 1");
  g_assert_cmpstr (g_ptr_array_index (fixture->bob->heard, 1), ==, "alice: 2");
  g_assert_cmpstr (g_ptr_array_index (fixture->carol->heard, 0), ==, "alice: 3");

  assert_unavailable (room, peer_room_lookup_member (room, "alice"));
  assert_unavailable (room, peer_room_lookup_member (fixture->carol->room, "bob"));
  g_clear_pointer (&fixture->bob, room_watch_free);
  WAIT_UNTIL (fixture->alice->n_left == 1);
  assert_unavailable (room, bob);
}

static void
count_cb (PeerRoom *room,
          PeerRoomMember *sender,
          GVariant *value,
          guint *n_heard)
{
  ++*n_heard;
}

/* A name gets a quark from who connects to it, never from who sends it. */
static void
test_event_names (RoomFixture *fixture,
                  gconstpointer user_data)
{
  guint n_moves = 0;
  guint n_all = 0;

  g_signal_connect (fixture->bob->room, "event::known-move", G_CALLBACK (count_cb), &n_moves);
  g_signal_connect (fixture->bob->room, "event", G_CALLBACK (count_cb), &n_all);
  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *name = g_strdup_printf ("never heard of %u", i);

      peer_room_emit_event (fixture->alice->room, name, NULL, NULL);
    }
  peer_room_emit_event (fixture->alice->room, "known-move", NULL, NULL);
  peer_room_broadcast (fixture->alice->room, "known-move", NULL, NULL);
  WAIT_UNTIL (fixture->bob->heard->len == 1002);

  g_assert_cmpuint (n_moves, ==, 2);
  g_assert_cmpuint (n_all, ==, 1002);
  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *name = g_strdup_printf ("never heard of %u", i);

      g_assert_cmpuint (g_quark_try_string (name), ==, 0);
    }
}

static void
test_long_name (RoomFixture *fixture,
                gconstpointer user_data)
{
  g_autofree char *name = g_strnfill (257, 'n');
  g_autoptr (GError) error = NULL;

  g_assert_false (peer_room_emit_event (fixture->alice->room, name, NULL, &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_UNSUPPORTED_VALUE);
  name[256] = '\0';
  g_assert_true (peer_room_emit_event (fixture->alice->room, name, NULL, NULL));
  WAIT_UNTIL (fixture->bob->heard->len == 1);
}

/* The sender is the one whose link it came over. */
static void
test_spoofed (RoomFixture *fixture,
              gconstpointer user_data)
{
  room_fixture_inject (fixture->alice, "bob", "{\"peer_id\":\"alice\",\"message\":1}");
  room_fixture_inject (fixture->alice, "bob", "{\"peer_id\":\"server\",\"message\":2}");
  room_fixture_inject (fixture->alice, "bob", "{\"message\":3}");
  room_fixture_inject (fixture->alice, "nobody", "{\"peer_id\":\"bob\",\"message\":4}");
  room_fixture_inject (fixture->alice, "server", "{\"peer_id\":\"bob\",\"message\":5}");
  g_assert_cmpuint (fixture->alice->heard->len, ==, 3);
  g_assert_cmpstr (g_ptr_array_index (fixture->alice->heard, 0), ==, "bob: 1");
  g_assert_cmpstr (g_ptr_array_index (fixture->alice->heard, 1), ==, "bob: 2");
  g_assert_cmpstr (g_ptr_array_index (fixture->alice->heard, 2), ==, "bob: {'message': <int64 3>}");
}

/* What a member has no business to say changes nothing. */
static void
test_ignored (RoomFixture *fixture,
              gconstpointer user_data)
{
  static const char *const actions[] = { "PEER_JOIN", "PEER_LEAVE", "ROOM_STATE", "HOST_CHANGE", "LATER" };

  for (gsize i = 0; i < G_N_ELEMENTS (actions); i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"type\":\"SYSTEM\",\"action\":\"%s\",\"payload\":\"bob\"}", actions[i]);

      room_fixture_inject (fixture->alice, "bob", text);
    }
  room_fixture_inject (fixture->alice, "bob", "{\"type\":\"SYSTEM\",\"action\":\"SYNC\",\"payload\":[1]}");
  g_assert_cmpuint (fixture->alice->heard->len, ==, 0);
  g_assert_cmpuint (peer_room_get_n_peers (fixture->alice->room), ==, 2);
  g_assert_cmpstr (peer_room_get_host_id (fixture->alice->room), ==, "alice");
  g_assert_no_error (fixture->alice->error);
}

static void
test_last_seen (RoomFixture *fixture,
                gconstpointer user_data)
{
  PeerRoomMember *bob = peer_room_lookup_member (fixture->alice->room, "bob");
  g_autoptr (GDateTime) before = g_date_time_ref (peer_room_member_get_last_seen (bob));

  g_assert_true (peer_room_member_get_last_seen (bob) == before);
  room_fixture_inject (fixture->alice, "bob", "{\"message\":3}");
  g_assert_cmpint (g_date_time_compare (peer_room_member_get_last_seen (bob), before), >=, 0);
  g_assert_true (peer_room_member_get_last_seen (bob) != before);
  g_assert_cmpint (g_date_time_compare (peer_room_member_get_joined_at (bob), before), <=, 0);
}

/* A named error for the one who crossed a limit. */
static void
test_told_error (RoomFixture *fixture,
                 gconstpointer user_data)
{
  room_fixture_inject (fixture->alice, "bob",
                       "{\"type\":\"SYSTEM\",\"action\":\"ERROR\",\"payload\":{\"error\":\"limit-exceeded\",\"message\":\"much\"}}");
  g_assert_error (fixture->alice->error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED);
  g_assert_cmpstr (fixture->alice->error->message, ==, "much");
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ROOM_TEST_ADD ("/room-messages/queue", test_queue);
  ROOM_TEST_ADD ("/room-messages/queue-overflow", test_queue_overflow);
  ROOM_TEST_ADD ("/room-messages/not-open", test_not_open);
  ROOM_TEST_ADD ("/room-messages/to-one", test_to_one);
  ROOM_TEST_ADD ("/room-messages/event-names", test_event_names);
  ROOM_TEST_ADD ("/room-messages/long-name", test_long_name);
  ROOM_TEST_ADD ("/room-messages/spoofed", test_spoofed);
  ROOM_TEST_ADD ("/room-messages/ignored", test_ignored);
  ROOM_TEST_ADD ("/room-messages/last-seen", test_last_seen);
  ROOM_TEST_ADD ("/room-messages/told-error", test_told_error);

  return g_test_run ();
}
