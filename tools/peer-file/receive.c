/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "receive.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <stdlib.h>

#include "session.h"

typedef struct
{
  Session session;
  GFile *directory;
  gint64 n_expected;  /* files, on this connection; -1 when it is not known */
  gint64 n_ended;     /* files, on this connection */
  guint n_failed;     /* for themselves, not with the connection */
  gint64 ended_size;  /* bytes of those */
  GHashTable *active; /* PeerFileTransfer, on this connection */
} Receiver;

static void
update (PeerFileTransfer *transfer,
        GParamSpec *pspec,
        Receiver *self)
{
  gint64 size = self->ended_size;
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, self->active);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    size += peer_file_transfer_get_transferred (key);
  progress_update (self->session.progress, size, peer_file_transfer_get_name (transfer), (guint) self->n_ended);
}

/* What is there from an earlier time comes at once. */
static void
state_cb (PeerFileTransfer *transfer,
          GParamSpec *pspec,
          Receiver *self)
{
  if (peer_file_transfer_get_state (transfer) == PEER_FILE_TRANSFER_STATE_ACTIVE)
    progress_skip (self->session.progress, peer_file_transfer_get_transferred (transfer));
}

static char *
describe (PeerFileTransfer *transfer)
{
  const char *directory = peer_file_transfer_get_directory (transfer);

  return g_build_path ("/", directory != NULL ? directory : "", peer_file_transfer_get_name (transfer), NULL);
}

static void
received_cb (GObject *object,
             GAsyncResult *result,
             gpointer user_data)
{
  Receiver *self = user_data;
  PeerFileTransfer *transfer = PEER_FILE_TRANSFER (object);
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = peer_file_transfer_accept_finish (transfer, result, &error);
  g_autofree char *name = describe (transfer);

  g_signal_handlers_disconnect_by_data (transfer, self);
  if (!g_hash_table_remove (self->active, transfer) || g_error_matches (error, PEER_ERROR, PEER_ERROR_CONNECTION_CLOSED))
    return;

  self->n_ended++;
  self->ended_size += peer_file_transfer_get_transferred (transfer);
  if (file == NULL)
    {
      self->n_failed++;
      session_report (&self->session, name, error);
      return;
    }

  progress_clear (self->session.progress);
  g_print ("%s\n", g_file_peek_path (file));
}

static gboolean
is_hidden (PeerFileTransfer *transfer)
{
  g_autofree char *name = describe (transfer);

  return *name == '.';
}

static void
file_cb (PeerDataConnection *connection,
         PeerFileTransfer *transfer,
         Receiver *self)
{
  const Options *options = self->session.options;
  PeerFileAcceptFlags flags = PEER_FILE_ACCEPT_SKIP_SAME | (options->overwrite ? PEER_FILE_ACCEPT_OVERWRITE : 0);

  if (is_hidden (transfer) && !options->hidden)
    {
      g_autofree char *name = describe (transfer);

      progress_clear (self->session.progress);
      g_printerr (_ ("peer-file: %s: Refused: its name begins with a dot, see --hidden\n"), name);
      self->session.exit_status = EXIT_FAILURE;
      self->n_ended++;
      self->n_failed++;
      peer_file_transfer_refuse (transfer, _ ("its name begins with a dot"));
      return;
    }

  g_hash_table_add (self->active, g_object_ref (transfer));
  g_signal_connect (transfer, "notify::transferred", G_CALLBACK (update), self);
  g_signal_connect (transfer, "notify::state", G_CALLBACK (state_cb), self);
  peer_file_transfer_accept_async (transfer, self->directory, flags, NULL, received_cb, self);
}

/* What the other side says of all it will send. */
static void
data_cb (PeerDataConnection *connection,
         GVariant *value,
         Receiver *self)
{
  const char *type;
  gint64 count, size;

  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT) || !g_variant_lookup (value, "type", "&s", &type) ||
      !g_str_equal (type, "files") || !g_variant_lookup (value, "count", "x", &count) ||
      !g_variant_lookup (value, "size", "x", &size) || count < 0 || size < 0)
    return;

  self->n_expected = count;
  progress_set_total (self->session.progress, size, (guint) MIN (count, G_MAXINT));
}

static void
connected (Session *session,
           PeerDataConnection *connection,
           gpointer user_data)
{
  Receiver *self = user_data;

  self->n_expected = -1;
  self->n_ended = 0;
  self->ended_size = 0;
  g_hash_table_remove_all (self->active);
  progress_set_total (session->progress, -1, 0);
  g_signal_connect (connection, "file", G_CALLBACK (file_cb), self);
  g_signal_connect (connection, "data", G_CALLBACK (data_cb), self);
}

static void
opened (Session *session,
        PeerDataConnection *connection,
        gpointer user_data)
{
}

static void
waiting (Session *session,
         const char *id,
         gpointer user_data)
{
  g_autofree char *options = session_describe_options (session);

  g_printerr (_ ("On the other side, run this with the names of the files:\n"));
  g_print ("peer-file send --to %s%s\n", id, options);
}

/* A sender that does not say how much it sends has sent it when it closes. */
static gboolean
is_complete (Session *session,
             gpointer user_data)
{
  Receiver *self = user_data;

  if (self->n_expected >= 0)
    return self->n_ended >= self->n_expected;

  return self->n_ended > 0 && g_hash_table_size (self->active) == 0 && !session->was_lost;
}

int
receive_files (const Options *options)
{
  static const SessionFuncs funcs = { waiting, connected, opened, is_complete };
  Receiver self = { .session = { .options = options, .funcs = &funcs, .user_data = &self }, .n_expected = -1 };
  int exit_status;

  self.directory = g_file_new_for_path (options->directory);
  self.active = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  exit_status = session_run (&self.session);
  g_hash_table_unref (self.active);
  g_object_unref (self.directory);

  return exit_status;
}
