/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <libpeerglib/peer.h>

#include <gio/gunixinputstream.h>
#include <stdio.h>
#include <unistd.h>

/* A member of a hub's room. Prints a line for all that happens, and reads what
 * to do: "say TEXT", "emit NAME TEXT" and, at the end of the input, to leave. */

typedef struct
{
  PeerRoom *room;
  GDataInputStream *input;
  GMainLoop *loop;
} Member;

static void
print_value (const char *what,
             PeerRoomMember *sender,
             const char *name,
             GVariant *value)
{
  g_autofree char *text = g_variant_print (value, FALSE);

  printf ("%s %s %s%s\n", what, peer_room_member_get_id (sender), name, text);
}

static void
message_cb (PeerRoom *room,
            PeerRoomMember *sender,
            GVariant *value)
{
  print_value ("message", sender, "", value);
}

static void
event_cb (PeerRoom *room,
          PeerRoomMember *sender,
          const char *name,
          GVariant *value)
{
  g_autofree char *prefix = g_strconcat (name, " ", NULL);

  print_value ("event", sender, prefix, value);
}

static void
joined_cb (PeerRoom *room,
           PeerRoomMember *member)
{
  printf ("joined %s\n", peer_room_member_get_id (member));
}

static void
left_cb (PeerRoom *room,
         PeerRoomMember *member)
{
  printf ("left %s\n", peer_room_member_get_id (member));
}

static void
host_cb (PeerRoom *room)
{
  if (peer_room_get_host_id (room) != NULL)
    printf ("host %s\n", peer_room_get_host_id (room));
}

static void
error_cb (PeerRoom *room,
          const GError *error)
{
  printf ("error %s\n", error->message);
}

static void
open_cb (PeerRoom *room)
{
  printf ("open %u\n", peer_room_get_n_peers (room));
}

static void
gone_cb (GObject *object,
         GAsyncResult *result,
         gpointer user_data)
{
  Member *member = user_data;

  peer_room_leave_finish (member->room, result, NULL);
  g_main_loop_quit (member->loop);
}

static void
obey (Member *member,
      const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", 3);
  guint n_words = g_strv_length (words);
  g_autoptr (GError) error = NULL;

  if (n_words > 1 && g_str_equal (words[0], "say"))
    peer_room_send_message (member->room, g_variant_new_string (line + strlen ("say ")), &error);
  else if (n_words == 3 && g_str_equal (words[0], "emit"))
    peer_room_emit_event (member->room, words[1], g_variant_new_string (words[2]), &error);
  if (error != NULL)
    printf ("error %s\n", error->message);
}

static void
line_cb (GObject *object,
         GAsyncResult *result,
         gpointer user_data)
{
  Member *member = user_data;
  g_autofree char *line = g_data_input_stream_read_line_finish_utf8 (member->input, result, NULL, NULL);

  if (line == NULL)
    {
      peer_room_leave_async (member->room, NULL, gone_cb, member);
      return;
    }

  obey (member, line);
  g_data_input_stream_read_line_async (member->input, G_PRIORITY_DEFAULT, NULL, line_cb, member);
}

int
main (int argc,
      char *argv[])
{
  g_autoptr (GListStore) no_servers = g_list_store_new (PEER_TYPE_ICE_SERVER);
  g_autoptr (GInputStream) input = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  g_autoptr (PeerRoom) room = NULL;
  Member member = { NULL };

  if (argc != 4)
    {
      fprintf (stderr, "Usage: native-room URI ROOM ID\n");
      return 2;
    }

  setvbuf (stdout, NULL, _IOLBF, 0);
  room = g_object_new (PEER_TYPE_ROOM, "service", PEER_ROOM_SERVICE_HUB, "uri", argv[1], "name", argv[2],
                       "peer-id", argv[3], "ice-servers", no_servers, NULL);
  g_signal_connect (room, "message", G_CALLBACK (message_cb), NULL);
  g_signal_connect (room, "any-event", G_CALLBACK (event_cb), NULL);
  g_signal_connect (room, "peer-joined", G_CALLBACK (joined_cb), NULL);
  g_signal_connect (room, "peer-left", G_CALLBACK (left_cb), NULL);
  g_signal_connect (room, "notify::host-id", G_CALLBACK (host_cb), NULL);
  g_signal_connect (room, "error", G_CALLBACK (error_cb), NULL);
  g_signal_connect (room, "open", G_CALLBACK (open_cb), NULL);

  member.room = room;
  member.input = g_data_input_stream_new (input);
  member.loop = g_main_loop_new (NULL, FALSE);
  peer_room_join_async (room, NULL, NULL, NULL);
  g_data_input_stream_read_line_async (member.input, G_PRIORITY_DEFAULT, NULL, line_cb, &member);
  g_main_loop_run (member.loop);

  g_object_unref (member.input);
  g_main_loop_unref (member.loop);

  return 0;
}
