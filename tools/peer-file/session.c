/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "session.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <stdlib.h>
#include <string.h>

#include "../common/tool.h"
#include "code.h"

#define RETRY_INTERVAL 1 /* seconds */

/* Seconds for the other side to hear that a signal ended this one. */
#define STOP_GRACE 2

static void
session_use (Session *self,
             PeerDataConnection *connection);

static gboolean
session_waits (Session *self)
{
  return self->options->code == NULL;
}

void
session_quit (Session *self,
              int exit_status)
{
  self->exit_status = MAX (self->exit_status, exit_status);
  g_main_loop_quit (self->loop);
}

static void
append_option (GString *text,
               const char *name,
               const char *value)
{
  g_autofree char *quoted = g_shell_quote (value);
  gboolean is_plain = value[strspn (value, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-._:/")] == '\0';

  g_string_append_printf (text, " --%s %s", name, is_plain ? value : quoted);
}

char *
session_describe_options (Session *self)
{
  GString *text = g_string_new (NULL);

  if (self->options->has_server)
    append_option (text, "server", self->options->server);
  if (self->options->key != NULL)
    append_option (text, "key", self->options->key);

  return g_string_free (text, FALSE);
}

void
session_report (Session *self,
                const char *name,
                const GError *error)
{
  progress_clear (self->progress);
  if (name != NULL)
    g_printerr ("peer-file: %s: %s\n", name, error->message);
  else
    g_printerr ("peer-file: %s\n", error->message);
  self->exit_status = EXIT_FAILURE;
}

void
session_finish (Session *self)
{
  peer_data_connection_close_flush (self->connection);
}

static void
session_connect (Session *self)
{
  g_autoptr (PeerConnectOptions) options = peer_connect_options_new ();

  peer_connect_options_set_reliable (options, TRUE);
  peer_connect_options_set_reconnect (options, TRUE);
  session_use (self, peer_peer_connect_to (self->peer, self->options->code, options));
}

static gboolean
retry_cb (gpointer user_data)
{
  Session *self = user_data;

  self->retry_timer = 0;
  session_connect (self);

  return G_SOURCE_REMOVE;
}

static gboolean
give_up_cb (gpointer user_data)
{
  Session *self = user_data;

  self->give_up_timer = 0;
  progress_clear (self->progress);
  g_printerr (_ ("peer-file: The other side has not come back; run the same command again to go on\n"));
  session_quit (self, EXIT_FAILURE);

  return G_SOURCE_REMOVE;
}

/* The connection was lost: it may come back. */
static void
session_retry (Session *self)
{
  if (self->give_up_timer == 0)
    {
      progress_clear (self->progress);
      g_printerr (_ ("The connection was lost; waiting for the other side\n"));
      self->give_up_timer = g_timeout_add_seconds ((guint) self->options->timeout, give_up_cb, self);
    }
  if (!session_waits (self) && self->retry_timer == 0)
    self->retry_timer = g_timeout_add_seconds (RETRY_INTERVAL, retry_cb, self);
}

static void
open_cb (PeerDataConnection *connection,
         Session *self)
{
  self->was_open = TRUE;
  g_clear_handle_id (&self->give_up_timer, g_source_remove);
  self->funcs->opened (self, connection, self->user_data);
}

static void
error_cb (PeerDataConnection *connection,
          const GError *error,
          Session *self)
{
  self->was_lost = TRUE;
  if (!self->was_open)
    session_report (self, NULL, error);
}

static void
close_cb (PeerDataConnection *connection,
          Session *self)
{
  gboolean is_complete = self->funcs->is_complete (self, self->user_data);

  g_signal_handlers_disconnect_by_data (connection, self);
  g_clear_object (&self->connection);
  if (self->is_stopping)
    session_quit (self, EXIT_FAILURE);
  else if (is_complete)
    session_quit (self, EXIT_SUCCESS);
  else if (self->was_open && self->was_lost && self->options->timeout > 0)
    session_retry (self);
  else if (session_waits (self) && !self->was_open)
    return;
  else
    {
      if (self->was_open)
        {
          progress_clear (self->progress);
          g_printerr (_ ("peer-file: The other side ended before everything was transferred\n"));
        }
      session_quit (self, EXIT_FAILURE);
    }
}

static void
session_drop (Session *self)
{
  if (self->connection == NULL)
    return;

  g_signal_handlers_disconnect_by_data (self->connection, self);
  peer_base_connection_close (PEER_BASE_CONNECTION (self->connection));
  g_clear_object (&self->connection);
}

static void
session_use (Session *self,
             PeerDataConnection *connection)
{
  session_drop (self);
  self->was_lost = FALSE;
  self->connection = g_object_ref (connection);
  g_signal_connect (connection, "open", G_CALLBACK (open_cb), self);
  g_signal_connect (connection, "error", G_CALLBACK (error_cb), self);
  g_signal_connect (connection, "close", G_CALLBACK (close_cb), self);
  self->funcs->connected (self, connection, self->user_data);
}

/* The newest one is the other side: the one before may be dead and not know
 * it yet. */
static void
peer_connection_cb (PeerPeer *peer,
                    PeerDataConnection *connection,
                    Session *self)
{
  if (session_waits (self) && !self->is_stopping)
    session_use (self, connection);
  else
    peer_base_connection_close (PEER_BASE_CONNECTION (connection));
}

static void
peer_error_cb (PeerPeer *peer,
               const GError *error,
               Session *self)
{
  /* The connection tells, and the server comes back or is not needed. */
  if (!self->was_open && !g_error_matches (error, PEER_ERROR, PEER_ERROR_PEER_UNAVAILABLE))
    session_report (self, NULL, error);
}

static void
peer_close_cb (PeerPeer *peer,
               Session *self)
{
  session_quit (self, EXIT_FAILURE);
}

static void
first_open_cb (GObject *object,
               GAsyncResult *result,
               gpointer user_data)
{
  Session *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = peer_peer_open_finish (PEER_PEER (object), result, &error);

  if (id == NULL)
    session_quit (self, EXIT_FAILURE);
  else if (session_waits (self))
    self->funcs->waiting (self, id, self->user_data);
  else
    session_connect (self);
}

static gboolean
stop_cb (gpointer user_data)
{
  session_quit (user_data, EXIT_FAILURE);

  return G_SOURCE_REMOVE;
}

/* The first signal lets the other side know, the second does not wait. */
static gboolean
signal_cb (gpointer user_data)
{
  Session *self = user_data;
  GListModel *transfers;

  if (self->is_stopping || self->connection == NULL || !self->was_open)
    {
      session_quit (self, EXIT_FAILURE);
      return G_SOURCE_CONTINUE;
    }

  self->is_stopping = TRUE;
  transfers = peer_data_connection_get_file_transfers (self->connection);
  while (g_list_model_get_n_items (transfers) > 0)
    {
      g_autoptr (PeerFileTransfer) transfer = g_list_model_get_item (transfers, 0);

      peer_file_transfer_cancel (transfer);
    }
  g_timeout_add_seconds (STOP_GRACE, stop_cb, self);
  session_finish (self);

  return G_SOURCE_CONTINUE;
}

static void
session_end (Session *self)
{
  g_clear_handle_id (&self->retry_timer, g_source_remove);
  g_clear_handle_id (&self->give_up_timer, g_source_remove);
  session_drop (self);
  g_signal_handlers_disconnect_by_data (self->peer, self);
  peer_peer_destroy (self->peer);
  /* What waits for the connection to close ends now. */
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_clear_object (&self->peer);
  g_clear_pointer (&self->progress, progress_free);
  g_main_loop_unref (self->loop);
}

int
session_run (Session *self)
{
  const Options *options = self->options;
  g_autofree char *code = session_waits (self) ? code_new () : NULL;

  self->loop = g_main_loop_new (NULL, FALSE);
  self->progress = progress_new (options->quiet);
  self->peer = tool_new_peer (options->server, options->key, code);
  g_signal_connect (self->peer, "connection", G_CALLBACK (peer_connection_cb), self);
  g_signal_connect (self->peer, "error", G_CALLBACK (peer_error_cb), self);
  g_signal_connect (self->peer, "close", G_CALLBACK (peer_close_cb), self);
  peer_peer_open_async (self->peer, NULL, first_open_cb, self);
  g_unix_signal_add (SIGINT, signal_cb, self);
  g_unix_signal_add (SIGTERM, signal_cb, self);
  signal (SIGPIPE, SIG_IGN);
  g_main_loop_run (self->loop);
  session_end (self);

  return self->exit_status;
}
