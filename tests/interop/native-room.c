/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A member of a hub's room that does as it is told, and leaves when there is
 * nothing more to do. */

#include "native-commands.h"

static void
print_member (const char *event,
              PeerRoomMember *member)
{
  JsonBuilder *builder = native_wire_begin_event (event);

  native_wire_add_string (builder, "member", peer_room_member_get_id (member));
  native_wire_end_event (builder);
}

static void
on_message (PeerRoom *room,
            PeerRoomMember *sender,
            GVariant *value)
{
  JsonBuilder *builder = native_wire_begin_event ("message");

  native_wire_add_string (builder, "sender", peer_room_member_get_id (sender));
  native_wire_add_value (builder, "value", value);
  native_wire_end_event (builder);
}

static void
on_event (PeerRoom *room,
          PeerRoomMember *sender,
          const char *name,
          GVariant *value)
{
  JsonBuilder *builder = native_wire_begin_event ("event");

  native_wire_add_string (builder, "sender", peer_room_member_get_id (sender));
  native_wire_add_string (builder, "name", name);
  native_wire_add_value (builder, "value", value);
  native_wire_end_event (builder);
}

static void
on_joined (PeerRoom *room,
           PeerRoomMember *member)
{
  print_member ("joined", member);
}

static void
on_left (PeerRoom *room,
         PeerRoomMember *member)
{
  print_member ("left", member);
}

static void
on_host (PeerRoom *room)
{
  JsonBuilder *builder = native_wire_begin_event ("host");

  native_wire_add_string (builder, "member", peer_room_get_host_id (room));
  native_wire_end_event (builder);
}

static void
on_error (PeerRoom *room,
          const GError *error)
{
  JsonBuilder *builder = native_wire_begin_event ("error");

  native_wire_add_error (builder, error);
  native_wire_end_event (builder);
}

static void
on_open (PeerRoom *room)
{
  native_wire_end_event (native_wire_begin_event ("open"));
}

static gboolean
run_send (PeerRoom *room,
          JsonObject *parameters,
          JsonBuilder *answer,
          GError **error)
{
  g_autoptr (GVariant) value = native_wire_get_value (json_object_get_object_member (parameters, "value"), error);

  return value != NULL && peer_room_send_message (room, value, error);
}

static gboolean
run_emit (PeerRoom *room,
          JsonObject *parameters,
          JsonBuilder *answer,
          GError **error)
{
  const char *name = json_object_get_string_member (parameters, "name");
  g_autoptr (GVariant) value = native_wire_get_value (json_object_get_object_member (parameters, "value"), error);

  return value != NULL && peer_room_emit_event (room, name, value, error);
}

static const NativeCommand commands[] = {
  NATIVE_COMMAND ("send", run_send),
  NATIVE_COMMAND ("emit", run_emit),
  { NULL },
};

static void
on_gone (GObject *object,
         GAsyncResult *result,
         gpointer user_data)
{
  gboolean *is_gone = user_data;

  peer_room_leave_finish (PEER_ROOM (object), result, NULL);
  *is_gone = TRUE;
}

int
main (int argc,
      char *argv[])
{
  g_autoptr (GListStore) no_servers = g_list_store_new (PEER_TYPE_ICE_SERVER);
  g_autoptr (PeerRoom) room = NULL;
  gboolean is_gone = FALSE;
  int status;

  if (argc != 4)
    {
      g_printerr ("Usage: native-room URI ROOM ID\n");
      return 2;
    }

  g_log_writer_default_set_use_stderr (TRUE);
  room = g_object_new (PEER_TYPE_ROOM, "service", PEER_ROOM_SERVICE_HUB, "uri", argv[1], "name", argv[2],
                       "peer-id", argv[3], "ice-servers", no_servers, NULL);
  g_signal_connect (room, "message", G_CALLBACK (on_message), NULL);
  g_signal_connect (room, "any-event", G_CALLBACK (on_event), NULL);
  g_signal_connect (room, "peer-joined", G_CALLBACK (on_joined), NULL);
  g_signal_connect (room, "peer-left", G_CALLBACK (on_left), NULL);
  g_signal_connect (room, "notify::host-id", G_CALLBACK (on_host), NULL);
  g_signal_connect (room, "error", G_CALLBACK (on_error), NULL);
  g_signal_connect (room, "open", G_CALLBACK (on_open), NULL);
  peer_room_join_async (room, NULL, NULL, NULL);
  status = native_commands_run (commands, room);

  peer_room_leave_async (room, NULL, on_gone, &is_gone);
  while (!is_gone)
    g_main_context_iteration (NULL, TRUE);

  return status;
}
