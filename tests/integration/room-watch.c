/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "room-watch.h"
#include "wait-until.h"

static const char *
id_of (PeerRoomMember *member)
{
  return peer_room_member_get_id (member);
}

static void
peer_joined_cb (PeerRoom *room,
                PeerRoomMember *member,
                RoomWatch *self)
{
  g_assert_cmpuint (self->n_closed, ==, 0);
  for (guint i = 0; i < self->present->len; i++)
    g_assert_cmpstr (id_of (g_ptr_array_index (self->present, i)), !=, id_of (member));
  g_assert_cmpstr (id_of (member), !=, peer_room_get_peer_id (room));
  g_assert_true (peer_room_lookup_member (room, id_of (member)) == member);

  g_ptr_array_add (self->present, g_object_ref (member));
  self->n_joined++;
}

static void
peer_left_cb (PeerRoom *room,
              PeerRoomMember *member,
              RoomWatch *self)
{
  g_assert_cmpuint (self->n_closed, ==, 0);
  g_assert_null (peer_room_lookup_member (room, id_of (member)));
  g_assert_true (g_ptr_array_remove (self->present, member));
  self->n_left++;
}

static void
check_sender (RoomWatch *self,
              PeerRoomMember *sender)
{
  g_assert_cmpuint (self->n_closed, ==, 0);
  g_assert_true (g_ptr_array_find (self->present, sender, NULL));
}

static void
event_cb (PeerRoom *room,
          PeerRoomMember *sender,
          const char *name,
          GVariant *value,
          RoomWatch *self)
{
  g_autofree char *text = g_variant_print (value, FALSE);

  check_sender (self, sender);
  g_ptr_array_add (self->heard, g_strdup_printf ("%s %s %s", id_of (sender), name, text));
}

static void
message_cb (PeerRoom *room,
            PeerRoomMember *sender,
            GVariant *value,
            RoomWatch *self)
{
  g_autofree char *text = g_variant_print (value, FALSE);

  check_sender (self, sender);
  g_ptr_array_add (self->heard, g_strdup_printf ("%s: %s", id_of (sender), text));
}

static void
open_cb (PeerRoom *room,
         RoomWatch *self)
{
  g_assert_cmpuint (self->n_closed, ==, 0);
  self->n_opened++;
}

static void
close_cb (PeerRoom *room,
          RoomWatch *self)
{
  g_assert_cmpuint (self->n_closed, ==, 0);
  self->n_closed++;
}

static void
error_cb (PeerRoom *room,
          const GError *error,
          RoomWatch *self)
{
  g_clear_error (&self->error);
  self->error = g_error_copy (error);
}

RoomWatch *
room_watch_new (PeerRoom *room)
{
  RoomWatch *self = g_new0 (RoomWatch, 1);

  self->room = room;
  self->present = g_ptr_array_new_with_free_func (g_object_unref);
  self->heard = g_ptr_array_new_with_free_func (g_free);
  g_signal_connect (room, "peer-joined", G_CALLBACK (peer_joined_cb), self);
  g_signal_connect (room, "peer-left", G_CALLBACK (peer_left_cb), self);
  g_signal_connect (room, "any-event", G_CALLBACK (event_cb), self);
  g_signal_connect (room, "message", G_CALLBACK (message_cb), self);
  g_signal_connect (room, "open", G_CALLBACK (open_cb), self);
  g_signal_connect (room, "close", G_CALLBACK (close_cb), self);
  g_signal_connect (room, "error", G_CALLBACK (error_cb), self);

  return self;
}

static void
left_cb (GObject *object,
         GAsyncResult *result,
         gpointer user_data)
{
  gboolean *is_done = user_data;

  g_assert_true (peer_room_leave_finish (PEER_ROOM (object), result, NULL));
  *is_done = TRUE;
}

void
room_watch_leave (RoomWatch *self)
{
  gboolean is_done = FALSE;

  peer_room_leave_async (self->room, NULL, left_cb, &is_done);
  WAIT_UNTIL (is_done);
}

void
room_watch_free (RoomWatch *self)
{
  PeerRoom *room = self->room;

  room_watch_leave (self);
  g_assert_cmpuint (peer_room_get_n_peers (room), ==, 0);
  g_signal_handlers_disconnect_by_data (room, self);
  g_object_add_weak_pointer (G_OBJECT (room), (gpointer *) &self->room);
  g_object_unref (room);
  WAIT_UNTIL (self->room == NULL);
  g_ptr_array_unref (self->present);
  g_ptr_array_unref (self->heard);
  g_clear_error (&self->error);
  g_free (self);
}

guint
room_watch_count (RoomWatch *self,
                  const char *text)
{
  guint n_times = 0;

  for (guint i = 0; i < self->heard->len; i++)
    n_times += g_str_equal (g_ptr_array_index (self->heard, i), text);

  return n_times;
}

static char *
describe_roster (PeerRoom *room)
{
  GString *text = g_string_new (NULL);
  guint n_members = g_list_model_get_n_items (G_LIST_MODEL (room));

  for (guint i = 0; i < n_members; i++)
    {
      g_autoptr (PeerRoomMember) member = g_list_model_get_item (G_LIST_MODEL (room), i);

      g_string_append_printf (text, "%s%s ", id_of (member), peer_room_member_get_is_host (member) ? "*" : "");
    }

  return g_string_free (text, FALSE);
}

gboolean
room_watches_agree (GPtrArray *watches)
{
  g_autofree char *expected = NULL;

  for (guint i = 0; i < watches->len; i++)
    {
      RoomWatch *watch = g_ptr_array_index (watches, i);
      g_autofree char *roster = describe_roster (watch->room);

      if (!peer_room_get_connected (watch->room) || peer_room_get_n_peers (watch->room) != watches->len ||
          watch->present->len != watches->len - 1)
        return FALSE;
      if (expected == NULL)
        expected = g_strdup (roster);
      if (!g_str_equal (roster, expected) || !g_str_has_prefix (roster, peer_room_get_host_id (watch->room)))
        return FALSE;
    }

  return TRUE;
}
