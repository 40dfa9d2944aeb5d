/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "chat.h"

#include <errno.h>
#include <gio/gunixinputstream.h>
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <stdlib.h>
#include <unistd.h>

#include "transcript.h"

typedef struct
{
  GMainLoop *loop;
  PeerRoom *room;
  GDataInputStream *input;
  gboolean is_reading;
  gboolean has_input; /* something was read */
  gboolean is_joined; /* or was not let in */
  gboolean is_leaving;
  gboolean is_verbose;
  char *host_id; /* that was told last */
  int exit_status;
} Chat;

static void
chat_free (Chat *chat)
{
  g_clear_pointer (&chat->loop, g_main_loop_unref);
  g_clear_object (&chat->room);
  g_clear_object (&chat->input);
  g_free (chat->host_id);
  g_free (chat);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Chat, chat_free)

static void
left_cb (GObject *object,
         GAsyncResult *result,
         gpointer user_data)
{
  Chat *chat = user_data;
  g_autoptr (GError) error = NULL;

  if (!peer_room_leave_finish (PEER_ROOM (object), result, &error))
    g_debug ("Leaving: %s", error->message);
  g_main_loop_quit (chat->loop);
}

static void
chat_leave (Chat *chat,
            int exit_status)
{
  chat->exit_status = MAX (chat->exit_status, exit_status);
  if (chat->is_leaving)
    return;

  chat->is_leaving = TRUE;
  peer_room_leave_async (chat->room, NULL, left_cb, chat);
}

/* Whoever read our output has gone, as with any filter. */
static void
chat_end_of_output (Chat *chat)
{
  if (errno != EPIPE)
    g_printerr ("peer-cat: %s\n", g_strerror (errno));
  chat_leave (chat, errno == EPIPE ? EXIT_SUCCESS : EXIT_FAILURE);
}

static void
print_error (const GError *error)
{
  g_printerr ("peer-cat: %s\n", error->message);
}

static void
chat_say_to (Chat *chat,
             const char *operands)
{
  g_auto (GStrv) words = g_strsplit (operands, " ", 2);
  g_autoptr (GError) error = NULL;
  PeerRoomMember *member;

  if (g_strv_length (words) < 2)
    {
      transcript_notice (_ ("Say “/to ID TEXT”"));
      return;
    }

  member = peer_room_lookup_member (chat->room, words[0]);
  if (member == NULL)
    transcript_notice (_ ("%s is not in the room"), words[0]);
  else if (!peer_room_send_message_to (chat->room, member, g_variant_new_string (words[1]), &error))
    print_error (error);
}

static void
chat_say (Chat *chat,
          const char *text)
{
  g_autoptr (GError) error = NULL;

  if (!peer_room_send_message (chat->room, g_variant_new_string (text), &error))
    print_error (error);
}

/* Two slashes begin a text that begins with one. */
static void
chat_take_line (Chat *chat,
                const char *line)
{
  if (*line != '/')
    chat_say (chat, line);
  else if (line[1] == '/')
    chat_say (chat, line + 1);
  else if (g_str_equal (line, "/who"))
    transcript_roster (chat->room);
  else if (g_str_has_prefix (line, "/to "))
    chat_say_to (chat, line + strlen ("/to "));
  else if (g_str_equal (line, "/quit"))
    chat_leave (chat, EXIT_SUCCESS);
  else
    transcript_notice (_ ("/who tells who is here, /to ID TEXT speaks to one, /quit leaves, // begins a text with a slash"));
}

static void chat_read (Chat *chat);

static void
line_cb (GObject *object,
         GAsyncResult *result,
         gpointer user_data)
{
  Chat *chat = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *line = g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (object), result, NULL, &error);
  g_autofree char *text = NULL;

  chat->is_reading = FALSE;
  if (error != NULL)
    {
      print_error (error);
      chat_leave (chat, EXIT_FAILURE);
      return;
    }

  /* An input that was empty from the start only listens. */
  if (line == NULL)
    {
      if (chat->has_input)
        chat_leave (chat, EXIT_SUCCESS);
      return;
    }

  chat->has_input = TRUE;
  text = g_utf8_make_valid (line, -1);
  if (*text != '\0')
    chat_take_line (chat, text);
  chat_read (chat);
}

static void
chat_read (Chat *chat)
{
  if (chat->is_leaving || chat->is_reading)
    return;

  chat->is_reading = TRUE;
  g_data_input_stream_read_line_async (chat->input, G_PRIORITY_DEFAULT, NULL, line_cb, chat);
}

static void
message_cb (PeerRoom *room,
            PeerRoomMember *sender,
            GVariant *message,
            Chat *chat)
{
  if (!transcript_message (peer_room_member_get_id (sender), message))
    chat_end_of_output (chat);
}

static void
any_event_cb (PeerRoom *room,
              PeerRoomMember *sender,
              const char *name,
              GVariant *value,
              Chat *chat)
{
  if (!transcript_event (peer_room_member_get_id (sender), name, value))
    chat_end_of_output (chat);
}

static void
peer_joined_cb (PeerRoom *room,
                PeerRoomMember *member,
                Chat *chat)
{
  /* Who was there before is in the roster. */
  if (peer_room_get_connected (room))
    transcript_notice (_ ("%s has joined"), peer_room_member_get_id (member));
}

static void
peer_left_cb (PeerRoom *room,
              PeerRoomMember *member,
              Chat *chat)
{
  transcript_notice (_ ("%s has left"), peer_room_member_get_id (member));
}

static void
host_changed_cb (PeerRoom *room,
                 GParamSpec *pspec,
                 Chat *chat)
{
  const char *host_id = peer_room_get_host_id (room);

  /* The roster tells it first. */
  if (chat->host_id == NULL || host_id == NULL || chat->is_leaving || g_str_equal (chat->host_id, host_id))
    return;

  g_free (chat->host_id);
  chat->host_id = g_strdup (host_id);
  if (peer_room_get_is_host (room))
    transcript_notice (_ ("You are the host now"));
  else
    transcript_notice (_ ("%s is the host now"), host_id);
}

static void
status_changed_cb (PeerRoom *room,
                   const char *status,
                   Chat *chat)
{
  if (chat->is_verbose)
    transcript_notice ("%s", status);
}

/* That of joining is told by its end. */
static void
error_cb (PeerRoom *room,
          const GError *error,
          Chat *chat)
{
  if (chat->is_joined && !chat->is_leaving)
    print_error (error);
}

/* A signaling service that is lost comes back; one that was never there does
 * not. */
static void
signaling_error_cb (PeerSignaling *signaling,
                    const GError *error,
                    Chat *chat)
{
  print_error (error);
  if (!chat->is_joined)
    chat_leave (chat, EXIT_FAILURE);
}

/* Also after the room was lost and found again. */
static void
open_cb (PeerRoom *room,
         Chat *chat)
{
  g_free (chat->host_id);
  chat->host_id = g_strdup (peer_room_get_host_id (room));
  transcript_roster (room);
  chat_read (chat);
}

static void
close_cb (PeerRoom *room,
          Chat *chat)
{
  if (chat->is_leaving)
    return;

  chat->exit_status = EXIT_FAILURE;
  g_main_loop_quit (chat->loop);
}

static void
joined_cb (GObject *object,
           GAsyncResult *result,
           gpointer user_data)
{
  Chat *chat = user_data;
  g_autoptr (GError) error = NULL;

  chat->is_joined = TRUE;
  if (peer_room_join_finish (PEER_ROOM (object), result, &error) || chat->is_leaving)
    return;

  print_error (error);
  chat_leave (chat, EXIT_FAILURE);
}

static gboolean
signal_cb (gpointer user_data)
{
  chat_leave (user_data, EXIT_SUCCESS);

  return G_SOURCE_CONTINUE;
}

/* The key of a PeerJS server is a parameter of its address. */
static char *
make_server_uri (const Options *options)
{
  g_autofree char *key = NULL;

  if (options->key == NULL)
    return g_strdup (options->server);

  key = g_uri_escape_string (options->key, NULL, FALSE);

  return g_strdup_printf ("%s?key=%s", options->server, key);
}

static PeerRoom *
new_room (const Options *options)
{
  g_autoptr (PeerSignaling) signaling = NULL;
  g_autofree char *uri = NULL;
  PeerRoomService service = PEER_ROOM_SERVICE_PEERJS;

  if (options->hub != NULL)
    service = PEER_ROOM_SERVICE_HUB;
  else if (options->manager != NULL)
    service = PEER_ROOM_SERVICE_MANAGER;
  else if (options->signaling != NULL)
    service = PEER_ROOM_SERVICE_SIGNALING;

  if (service == PEER_ROOM_SERVICE_SIGNALING)
    signaling = PEER_SIGNALING (peer_websocket_signaling_new (options->signaling));
  else if (service == PEER_ROOM_SERVICE_PEERJS)
    uri = make_server_uri (options);
  else
    uri = g_strdup (options->hub != NULL ? options->hub : options->manager);

  return g_object_new (PEER_TYPE_ROOM,
                       "name", options->room,
                       "service", service,
                       "uri", uri,
                       "signaling", signaling,
                       "peer-id", options->id,
                       NULL);
}

static void
chat_join (Chat *chat)
{
  g_signal_connect (chat->room, "open", G_CALLBACK (open_cb), chat);
  g_signal_connect (chat->room, "close", G_CALLBACK (close_cb), chat);
  g_signal_connect (chat->room, "error", G_CALLBACK (error_cb), chat);
  g_signal_connect (chat->room, "message", G_CALLBACK (message_cb), chat);
  g_signal_connect (chat->room, "any-event", G_CALLBACK (any_event_cb), chat);
  g_signal_connect (chat->room, "peer-joined", G_CALLBACK (peer_joined_cb), chat);
  g_signal_connect (chat->room, "peer-left", G_CALLBACK (peer_left_cb), chat);
  g_signal_connect (chat->room, "notify::host-id", G_CALLBACK (host_changed_cb), chat);
  g_signal_connect (chat->room, "status-changed", G_CALLBACK (status_changed_cb), chat);
  if (peer_room_get_signaling (chat->room) != NULL)
    g_signal_connect (peer_room_get_signaling (chat->room), "error", G_CALLBACK (signaling_error_cb), chat);
  peer_room_join_async (chat->room, NULL, joined_cb, chat);
}

static void
chat_forget_room (Chat *chat)
{
  g_signal_handlers_disconnect_by_data (chat->room, chat);
  if (peer_room_get_signaling (chat->room) != NULL)
    g_signal_handlers_disconnect_by_data (peer_room_get_signaling (chat->room), chat);
}

int
chat_run (const Options *options)
{
  g_autoptr (Chat) chat = g_new0 (Chat, 1);
  g_autoptr (GInputStream) input = g_unix_input_stream_new (STDIN_FILENO, FALSE);

  chat->loop = g_main_loop_new (NULL, FALSE);
  chat->input = g_data_input_stream_new (input);
  chat->is_verbose = options->verbose;
  chat->room = new_room (options);
  g_unix_signal_add (SIGINT, signal_cb, chat);
  g_unix_signal_add (SIGTERM, signal_cb, chat);
  chat_join (chat);
  g_main_loop_run (chat->loop);
  chat_forget_room (chat);

  return chat->exit_status;
}
