/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "room-fixture.h"

static void
joined_cb (GObject *object,
           GAsyncResult *result,
           gpointer user_data)
{
  g_set_object ((GAsyncResult **) user_data, result);
}

void
room_fixture_join (RoomWatch *watch)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  peer_room_join_async (watch->room, NULL, joined_cb, &result);
  WAIT_UNTIL (result != NULL);
  peer_room_join_finish (watch->room, result, &error);
  g_assert_no_error (error);
}

void
room_fixture_join_fails (RoomWatch *watch,
                         PeerError code)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  peer_room_join_async (watch->room, NULL, joined_cb, &result);
  WAIT_UNTIL (result != NULL);
  g_assert_false (peer_room_join_finish (watch->room, result, &error));
  g_assert_error (error, PEER_ERROR, (int) code);
}

void
room_fixture_set_up (RoomFixture *self,
                     gconstpointer user_data)
{
  self->place = fake_place_new ();
  self->alice = room_watch_new (fake_place_make_room (self->place, "lobby", "alice"));
  self->bob = room_watch_new (fake_place_make_room (self->place, "lobby", "bob"));
  self->carol = room_watch_new (fake_place_make_room (self->place, "lobby", "carol"));
  room_fixture_join (self->alice);
  room_fixture_join (self->bob);
}

void
room_fixture_tear_down (RoomFixture *self,
                        gconstpointer user_data)
{
  g_clear_pointer (&self->alice, room_watch_free);
  g_clear_pointer (&self->bob, room_watch_free);
  g_clear_pointer (&self->carol, room_watch_free);
  fake_place_free (self->place);
}

FakeNetwork *
room_fixture_get_network (RoomWatch *watch)
{
  return FAKE_NETWORK (watch->room->network);
}

void
room_fixture_inject (RoomWatch *watch,
                     const char *member_id,
                     const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PeerRoomFrame) frame = peer_room_frame_parse (text, strlen (text), &error);

  g_assert_no_error (error);
  peer_room_network_emit_frame (watch->room->network, member_id, frame);
}
