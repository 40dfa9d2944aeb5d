/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <errno.h>
#include <gio/gunixinputstream.h>
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <libpeerglib/peer.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../common/tool.h"
#include "chat.h"
#include "options.h"

#define READ_SIZE (64 * 1024)

typedef struct
{
  Options options;
  GMainLoop *loop;
  PeerPeer *peer;
  PeerDataConnection *connection; /* the one that stdin and stdout are joined to */
  GInputStream *input;
  GDataInputStream *lines; /* when the input is text */
  gboolean has_input;      /* something was read */
  int exit_status;
} Cat;

static void
cat_free (Cat *cat)
{
  options_clear (&cat->options);
  g_clear_pointer (&cat->loop, g_main_loop_unref);
  g_clear_object (&cat->connection);
  g_clear_object (&cat->peer);
  g_clear_object (&cat->lines);
  g_clear_object (&cat->input);
  g_free (cat);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Cat, cat_free)

static void
cat_quit (Cat *cat,
          int exit_status)
{
  cat->exit_status = MAX (cat->exit_status, exit_status);
  g_main_loop_quit (cat->loop);
}

static void
cat_fail (Cat *cat,
          const GError *error)
{
  g_printerr ("peer-cat: %s\n", error->message);
  cat_quit (cat, EXIT_FAILURE);
}

static void cat_read (Cat *cat);

static void
sent_cb (GObject *object,
         GAsyncResult *result,
         gpointer user_data)
{
  Cat *cat = user_data;
  g_autoptr (GError) error = NULL;

  if (peer_data_connection_send_finish (PEER_DATA_CONNECTION (object), result, &error))
    cat_read (cat);
  else if (!g_error_matches (error, PEER_ERROR, PEER_ERROR_CONNECTION_CLOSED))
    cat_fail (cat, error);
}

static void
cat_send (Cat *cat,
          GVariant *value)
{
  cat->has_input = TRUE;
  peer_data_connection_send_async (cat->connection, value, NULL, sent_cb, cat);
}

/* An input that was empty from the start only listens. */
static void
cat_end_of_input (Cat *cat)
{
  if (cat->has_input)
    peer_data_connection_close_flush (cat->connection);
}

static void
line_cb (GObject *object,
         GAsyncResult *result,
         gpointer user_data)
{
  Cat *cat = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *line = g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (object), result, NULL, &error);

  if (error != NULL)
    cat_fail (cat, error);
  else if (line == NULL)
    cat_end_of_input (cat);
  else
    cat_send (cat, g_variant_new_take_string (g_utf8_make_valid (line, -1)));
}

static void
bytes_cb (GObject *object,
          GAsyncResult *result,
          gpointer user_data)
{
  Cat *cat = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (object), result, &error);

  if (bytes == NULL)
    cat_fail (cat, error);
  else if (g_bytes_get_size (bytes) == 0)
    cat_end_of_input (cat);
  else
    cat_send (cat, g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE));
}

static void
cat_read (Cat *cat)
{
  if (cat->lines != NULL)
    g_data_input_stream_read_line_async (cat->lines, G_PRIORITY_DEFAULT, NULL, line_cb, cat);
  else
    g_input_stream_read_bytes_async (cat->input, READ_SIZE, G_PRIORITY_DEFAULT, NULL, bytes_cb, cat);
}

/* Text as a line, bytes as they are, anything else as JSON. */
static gboolean
cat_print (GVariant *value)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_BYTESTRING))
    {
      gsize size;
      const void *data = g_variant_get_fixed_array (value, &size, 1);

      fwrite (data, 1, size, stdout);
    }
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    {
      puts (g_variant_get_string (value, NULL));
    }
  else
    {
      g_autofree char *json = json_gvariant_serialize_data (value, NULL);

      puts (json);
    }

  return fflush (stdout) == 0;
}

static void
data_cb (PeerDataConnection *connection,
         GVariant *value,
         Cat *cat)
{
  g_autoptr (GError) error = NULL;

  if (!cat->options.echo && !cat_print (value))
    {
      /* Whoever read our output has gone, as with any filter. */
      if (errno != EPIPE)
        g_printerr ("peer-cat: %s\n", g_strerror (errno));
      cat_quit (cat, errno == EPIPE ? EXIT_SUCCESS : EXIT_FAILURE);
    }
  else if (cat->options.echo && !peer_data_connection_send (connection, value, &error))
    {
      g_printerr ("peer-cat: %s\n", error->message);
    }
}

static void
connection_open_cb (PeerDataConnection *connection,
                    Cat *cat)
{
  if (cat->options.verbose)
    g_printerr (_ ("Connected to %s\n"), peer_base_connection_get_peer_id (PEER_BASE_CONNECTION (connection)));
  if (!cat->options.echo)
    cat_read (cat);
}

static void
connection_error_cb (PeerDataConnection *connection,
                     const GError *error,
                     Cat *cat)
{
  g_printerr ("peer-cat: %s\n", error->message);
  if (!cat->options.echo)
    cat->exit_status = EXIT_FAILURE;
}

static void
connection_close_cb (PeerDataConnection *connection,
                     Cat *cat)
{
  if (cat->options.verbose)
    g_printerr (_ ("Disconnected from %s\n"), peer_base_connection_get_peer_id (PEER_BASE_CONNECTION (connection)));
  if (!cat->options.echo)
    cat_quit (cat, EXIT_SUCCESS);
}

static void
cat_join (Cat *cat,
          PeerDataConnection *connection)
{
  g_signal_connect (connection, "open", G_CALLBACK (connection_open_cb), cat);
  g_signal_connect (connection, "data", G_CALLBACK (data_cb), cat);
  g_signal_connect (connection, "error", G_CALLBACK (connection_error_cb), cat);
  g_signal_connect (connection, "close", G_CALLBACK (connection_close_cb), cat);
}

static void
peer_connection_cb (PeerPeer *peer,
                    PeerDataConnection *connection,
                    Cat *cat)
{
  if (cat->options.echo)
    {
      cat_join (cat, connection);
    }
  else if (cat->options.listen && cat->connection == NULL)
    {
      cat->connection = g_object_ref (connection);
      cat_join (cat, connection);
    }
  else
    {
      peer_base_connection_close (PEER_BASE_CONNECTION (connection));
    }
}

static void
cat_connect (Cat *cat)
{
  g_autoptr (PeerConnectOptions) options = peer_connect_options_new ();

  peer_connect_options_set_serialization (options, cat->options.serialization);
  peer_connect_options_set_reliable (options, cat->options.reliable);
  g_set_object (&cat->connection, peer_peer_connect_to (cat->peer, cat->options.operands[0], options));
  cat_join (cat, cat->connection);
}

static void
peer_open_cb (PeerPeer *peer,
              const char *id,
              Cat *cat)
{
  if (cat->options.listen || cat->options.echo)
    g_printerr (_ ("Listening as %s\n"), id);
  else if (cat->connection == NULL)
    cat_connect (cat);
}

static void
peer_error_cb (PeerPeer *peer,
               const GError *error,
               Cat *cat)
{
  /* The connection has told it. */
  if (!g_error_matches (error, PEER_ERROR, PEER_ERROR_PEER_UNAVAILABLE))
    g_printerr ("peer-cat: %s\n", error->message);
}

/* A server that is lost after it was found comes back, or does not matter. */
static void
peer_disconnected_cb (PeerPeer *peer,
                      const char *id,
                      Cat *cat)
{
  if (cat->connection == NULL && !cat->options.listen && !cat->options.echo)
    cat_quit (cat, EXIT_FAILURE);
}

static void
peer_close_cb (PeerPeer *peer,
               Cat *cat)
{
  cat_quit (cat, EXIT_FAILURE);
}

static gboolean
signal_cb (gpointer user_data)
{
  cat_quit (user_data, EXIT_SUCCESS);

  return G_SOURCE_CONTINUE;
}

/* The server's first answer, or none, decides for a peer that only listens. */
static void
first_open_cb (GObject *object,
               GAsyncResult *result,
               gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *id = peer_peer_open_finish (PEER_PEER (object), result, &error);

  if (id == NULL)
    cat_quit (user_data, EXIT_FAILURE);
}

static void
cat_start (Cat *cat)
{
  cat->peer = tool_new_peer (cat->options.server, cat->options.key, cat->options.id);
  g_signal_connect (cat->peer, "open", G_CALLBACK (peer_open_cb), cat);
  g_signal_connect (cat->peer, "connection", G_CALLBACK (peer_connection_cb), cat);
  g_signal_connect (cat->peer, "error", G_CALLBACK (peer_error_cb), cat);
  g_signal_connect (cat->peer, "disconnected", G_CALLBACK (peer_disconnected_cb), cat);
  g_signal_connect (cat->peer, "close", G_CALLBACK (peer_close_cb), cat);
  peer_peer_open_async (cat->peer, NULL, first_open_cb, cat);
}

static int
cat_run (Cat *cat)
{
  gboolean text = cat->options.text || isatty (STDIN_FILENO) || cat->options.serialization == PEER_SERIALIZATION_JSON;

  cat->loop = g_main_loop_new (NULL, FALSE);
  cat->input = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  if (text)
    cat->lines = g_data_input_stream_new (cat->input);

  g_unix_signal_add (SIGINT, signal_cb, cat);
  g_unix_signal_add (SIGTERM, signal_cb, cat);
  cat_start (cat);
  g_main_loop_run (cat->loop);

  g_signal_handlers_disconnect_by_data (cat->peer, cat);
  if (cat->connection != NULL)
    g_signal_handlers_disconnect_by_data (cat->connection, cat);
  peer_peer_destroy (cat->peer);

  return cat->exit_status;
}

int
main (int argc,
      char *argv[])
{
  g_autoptr (Cat) cat = g_new0 (Cat, 1);
  g_autoptr (GError) error = NULL;

  tool_init ();
  if (!options_parse (&cat->options, &argc, &argv, &error))
    return tool_fail_usage ("peer-cat", error);
  if (cat->options.version)
    return tool_print_version ("peer-cat");

  signal (SIGPIPE, SIG_IGN);
  if (cat->options.room != NULL)
    return chat_run (&cat->options);

  return cat_run (cat);
}
