/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "room-fixture.h"

static gboolean
equals (GVariant *value,
        const char *text)
{
  g_autofree char *printed = value != NULL ? g_variant_print (value, FALSE) : NULL;

  return g_strcmp0 (printed, text) == 0;
}

static GVariant *
state_of (RoomWatch *watch,
          const char *id)
{
  return peer_room_member_get_state (peer_room_lookup_member (watch->room, id));
}

static void
count_cb (GObject *object,
          GParamSpec *pspec,
          guint *n_times)
{
  ++*n_times;
}

static void
sync_own (RoomWatch *watch,
          const char *text,
          PeerSyncMode mode)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (peer_room_sync (watch->room, g_variant_new_parsed (text), mode, &error));
  g_assert_no_error (error);
}

static void
sync_shared (RoomWatch *watch,
             const char *text,
             PeerSyncMode mode)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (peer_room_sync_shared (watch->room, g_variant_new_parsed (text), mode, &error));
  g_assert_no_error (error);
}

static void
test_own (RoomFixture *fixture,
          gconstpointer user_data)
{
  guint n_times = 0;

  g_signal_connect (peer_room_lookup_member (fixture->bob->room, "alice"), "notify::state", G_CALLBACK (count_cb), &n_times);
  sync_own (fixture->alice, "{'a': <1>, 'b': <2>}", PEER_SYNC_MODE_MERGE);
  sync_own (fixture->alice, "{'b': <3>}", PEER_SYNC_MODE_MERGE);
  g_assert_true (equals (peer_room_get_state (fixture->alice->room), "{'a': <1>, 'b': <3>}") ||
                 equals (peer_room_get_state (fixture->alice->room), "{'b': <3>, 'a': <1>}"));
  g_assert_true (state_of (fixture->alice, "alice") == peer_room_get_state (fixture->alice->room));
  sync_own (fixture->alice, "{'c': <4>}", PEER_SYNC_MODE_REPLACE);
  WAIT_UNTIL (equals (state_of (fixture->bob, "alice"), "{'c': <4>}"));
  g_assert_cmpuint (n_times, ==, 3);
}

/* What is set before joining is there from the start, and survives leaving. */
static void
test_own_before_joining (RoomFixture *fixture,
                         gconstpointer user_data)
{
  sync_own (fixture->carol, "{'c': <4>}", PEER_SYNC_MODE_REPLACE);
  room_fixture_join (fixture->carol);
  g_assert_true (equals (state_of (fixture->bob, "carol"), "{'c': <4>}"));
  g_assert_true (equals (state_of (fixture->carol, "carol"), "{'c': <4>}"));

  peer_room_leave_async (fixture->carol->room, NULL, NULL, NULL);
  WAIT_UNTIL (fixture->carol->n_closed == 1);
  fixture->carol->n_closed = 0;
  g_ptr_array_set_size (fixture->carol->present, 0);
  room_fixture_join (fixture->carol);
  g_assert_true (equals (state_of (fixture->bob, "carol"), "{'c': <4>}"));
}

/* Members that come after a change hear of it, those included that came while it was made. */
static void
test_own_of_the_past (RoomFixture *fixture,
                      gconstpointer user_data)
{
  sync_own (fixture->alice, "{'c': <4>}", PEER_SYNC_MODE_REPLACE);
  room_fixture_join (fixture->carol);
  WAIT_UNTIL (equals (state_of (fixture->carol, "alice"), "{'c': <4>}"));
}

static void
test_shared (RoomFixture *fixture,
             gconstpointer user_data)
{
  guint n_times = 0;

  g_signal_connect (fixture->bob->room, "notify::shared-state", G_CALLBACK (count_cb), &n_times);
  sync_shared (fixture->alice, "{'a': <1>}", PEER_SYNC_MODE_MERGE);
  WAIT_UNTIL (equals (peer_room_get_shared_state (fixture->bob->room), "{'a': <1>}"));
  sync_shared (fixture->bob, "{'b': <2>}", PEER_SYNC_MODE_REPLACE);
  WAIT_UNTIL (equals (peer_room_get_shared_state (fixture->alice->room), "{'b': <2>}"));
  g_assert_cmpuint (n_times, ==, 2);

  room_fixture_join (fixture->carol);
  g_assert_true (equals (peer_room_get_shared_state (fixture->carol->room), "{'b': <2>}"));
  peer_room_leave_async (fixture->carol->room, NULL, NULL, NULL);
  WAIT_UNTIL (fixture->carol->n_closed == 1);
  g_assert_true (equals (peer_room_get_shared_state (fixture->carol->room), "{}"));
}

static void
test_shared_survives_its_writer (RoomFixture *fixture,
                                 gconstpointer user_data)
{
  sync_shared (fixture->alice, "{'a': <1>}", PEER_SYNC_MODE_MERGE);
  g_clear_pointer (&fixture->alice, room_watch_free);
  WAIT_UNTIL (fixture->bob->n_left == 1);
  room_fixture_join (fixture->carol);
  g_assert_true (equals (peer_room_get_shared_state (fixture->carol->room), "{'a': <1>}"));
}

static GVariant *
new_large_state (void)
{
  g_autofree char *text = g_strnfill (2000, 'x');

  return g_variant_new_parsed ("{'large': <%s>}", text);
}

static void
test_too_large (RoomFixture *fixture,
                gconstpointer user_data)
{
  g_autoptr (GError) error = NULL;

  peer_room_set_max_state_size (fixture->alice->room, 1000);
  g_assert_false (peer_room_sync (fixture->alice->room, new_large_state (), PEER_SYNC_MODE_MERGE, &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED);
  g_clear_error (&error);
  g_assert_false (peer_room_sync_shared (fixture->alice->room, new_large_state (), PEER_SYNC_MODE_MERGE, &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED);
  g_assert_true (equals (peer_room_get_state (fixture->alice->room), "{}"));
  g_assert_true (equals (peer_room_get_shared_state (fixture->alice->room), "{}"));
}

/* Who says too much of himself is told, and nothing else is lost. */
static void
test_oversized (RoomFixture *fixture,
                gconstpointer user_data)
{
  peer_room_set_max_state_size (fixture->alice->room, 1000);
  g_assert_true (peer_room_sync (fixture->bob->room, new_large_state (), PEER_SYNC_MODE_MERGE, NULL));
  WAIT_UNTIL (fixture->bob->error != NULL);
  g_assert_error (fixture->bob->error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED);
  g_assert_true (equals (state_of (fixture->alice, "bob"), "{}"));

  g_clear_error (&fixture->bob->error);
  g_assert_true (peer_room_sync_shared (fixture->bob->room, new_large_state (), PEER_SYNC_MODE_MERGE, NULL));
  WAIT_UNTIL (fixture->bob->error != NULL);
  g_assert_error (fixture->bob->error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED);
  g_assert_true (equals (peer_room_get_shared_state (fixture->alice->room), "{}"));

  peer_room_set_metadata (fixture->carol->room, new_large_state ());
  room_fixture_join (fixture->carol);
  WAIT_UNTIL (fixture->carol->error != NULL);
  g_assert_error (fixture->carol->error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED);
  g_assert_null (peer_room_member_get_metadata (peer_room_lookup_member (fixture->alice->room, "carol")));
  g_assert_nonnull (peer_room_member_get_metadata (peer_room_lookup_member (fixture->bob->room, "carol")));
  peer_room_send_message (fixture->bob->room, g_variant_new_int32 (1), NULL);
  WAIT_UNTIL (fixture->alice->heard->len == 1);
}

static void
test_malformed (RoomFixture *fixture,
                gconstpointer user_data)
{
  room_fixture_inject (fixture->alice, "bob", "{\"type\":\"SYSTEM\",\"action\":\"SYNC_SHARED\",\"payload\":{\"a\":1}}");
  WAIT_UNTIL (fixture->bob->error != NULL);
  g_assert_error (fixture->bob->error, PEER_ERROR, PEER_ERROR_INVALID_DATA);
  g_assert_true (equals (peer_room_get_shared_state (fixture->alice->room), "{}"));
}

static void
test_metadata (RoomFixture *fixture,
               gconstpointer user_data)
{
  peer_room_set_metadata (fixture->carol->room, g_variant_new_string ("Carol"));
  room_fixture_join (fixture->carol);
  g_assert_true (equals (peer_room_member_get_metadata (peer_room_lookup_member (fixture->alice->room, "carol")), "'Carol'"));
  g_assert_true (equals (peer_room_member_get_metadata (peer_room_lookup_member (fixture->carol->room, "carol")), "'Carol'"));
  g_assert_null (peer_room_member_get_metadata (peer_room_lookup_member (fixture->carol->room, "alice")));
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ROOM_TEST_ADD ("/room-state/own", test_own);
  ROOM_TEST_ADD ("/room-state/own-before-joining", test_own_before_joining);
  ROOM_TEST_ADD ("/room-state/own-of-the-past", test_own_of_the_past);
  ROOM_TEST_ADD ("/room-state/shared", test_shared);
  ROOM_TEST_ADD ("/room-state/shared-survives-its-writer", test_shared_survives_its_writer);
  ROOM_TEST_ADD ("/room-state/too-large", test_too_large);
  ROOM_TEST_ADD ("/room-state/oversized", test_oversized);
  ROOM_TEST_ADD ("/room-state/malformed", test_malformed);
  ROOM_TEST_ADD ("/room-state/metadata", test_metadata);

  return g_test_run ();
}
