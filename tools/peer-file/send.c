/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "send.h"

#include <glib/gi18n.h>
#include <stdlib.h>

#include "file-list.h"
#include "session.h"

/* Files on their way at once: small ones do not wait for each other. */
#define MAX_ACTIVE 4

typedef enum
{
  SENDING_WAITING,
  SENDING_ACTIVE,
  SENDING_ENDED, /* the other side has it, or cannot have it */
} SendingState;

typedef struct
{
  Session session;
  GPtrArray *files;     /* of FileItem */
  SendingState *states; /* of the files */
  gint64 *stored;       /* bytes of the files at the other side */
  guint n_active;
  guint n_ended;
} Sender;

/* One file on one connection. */
typedef struct
{
  Sender *sender;
  guint index;
} Sending;

static void send_next (Sender *self);

static void
update (Sender *self,
        guint index)
{
  FileItem *item = g_ptr_array_index (self->files, index);
  gint64 size = 0;

  for (guint i = 0; i < self->files->len; i++)
    size += self->stored[i];
  progress_update (self->session.progress, size, item->name, self->n_ended);
}

static void
progress_cb (goffset current,
             goffset total,
             gpointer user_data)
{
  Sending *sending = user_data;
  Sender *self = sending->sender;

  /* What the other side had of it comes at once, with the first piece. */
  if (self->stored[sending->index] == 0 && current > 8 * 1024 * 1024)
    progress_skip (self->session.progress, current);
  self->stored[sending->index] = current;
  update (self, sending->index);
}

/* The connection decides what becomes of the file, not the file itself. */
static gboolean
is_lost (const GError *error)
{
  return g_error_matches (error, PEER_ERROR, PEER_ERROR_CONNECTION_CLOSED) ||
         g_error_matches (error, PEER_ERROR, PEER_ERROR_NOT_OPEN_YET);
}

static void
sent_cb (GObject *object,
         GAsyncResult *result,
         gpointer user_data)
{
  g_autofree Sending *sending = user_data;
  Sender *self = sending->sender;
  FileItem *item = g_ptr_array_index (self->files, sending->index);
  g_autoptr (GError) error = NULL;

  self->n_active--;
  if (!peer_data_connection_send_stream_finish (PEER_DATA_CONNECTION (object), result, &error) &&
      (is_lost (error) || self->session.is_stopping))
    {
      self->states[sending->index] = SENDING_WAITING;
      send_next (self);
      return;
    }

  self->states[sending->index] = SENDING_ENDED;
  self->n_ended++;
  if (error != NULL)
    session_report (&self->session, item->name, error);
  else
    self->stored[sending->index] = item->size;
  update (self, sending->index);
  send_next (self);
}

static void
send_file (Sender *self,
           guint index)
{
  FileItem *item = g_ptr_array_index (self->files, index);
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileInputStream) stream = g_file_read (item->file, NULL, &error);
  Sending *sending;

  if (stream == NULL)
    {
      self->states[index] = SENDING_ENDED;
      self->n_ended++;
      session_report (&self->session, item->name, error);
      return;
    }

  self->states[index] = SENDING_ACTIVE;
  self->n_active++;
  sending = g_new (Sending, 1);
  sending->sender = self;
  sending->index = index;
  peer_data_connection_send_stream_async (self->session.connection, G_INPUT_STREAM (stream), item->name, item->size, NULL,
                                          progress_cb, sending, NULL, sent_cb, sending);
}

static void
send_next (Sender *self)
{
  PeerDataConnection *connection = self->session.connection;

  if (connection == NULL || !peer_base_connection_get_is_open (PEER_BASE_CONNECTION (connection)) || self->session.is_stopping)
    return;

  for (guint i = 0; i < self->files->len && self->n_active < MAX_ACTIVE; i++)
    {
      if (self->states[i] == SENDING_WAITING)
        send_file (self, i);
    }
  if (self->n_ended == self->files->len)
    session_finish (&self->session);
}

/* Tells the other side what is left to come, so that it knows how far it is. */
static void
opened (Session *session,
        PeerDataConnection *connection,
        gpointer user_data)
{
  Sender *self = user_data;
  gint64 size = 0;

  for (guint i = 0; i < self->files->len; i++)
    {
      FileItem *item = g_ptr_array_index (self->files, i);

      if (self->states[i] != SENDING_ENDED)
        size += item->size;
    }
  peer_data_connection_send (connection,
                             g_variant_new_parsed ("{'type': <'files'>, 'count': <%x>, 'size': <%x>}",
                                                   (gint64) self->files->len - self->n_ended, size),
                             NULL);
  send_next (self);
}

static void
waiting (Session *session,
         const char *id,
         gpointer user_data)
{
  g_autofree char *options = session_describe_options (session);

  g_printerr (_ ("On the other side, run:\n"));
  g_print ("peer-file receive %s%s\n", id, options);
}

static void
connected (Session *session,
           PeerDataConnection *connection,
           gpointer user_data)
{
}

static gboolean
is_complete (Session *session,
             gpointer user_data)
{
  Sender *self = user_data;

  return self->n_ended == self->files->len;
}

int
send_files (const Options *options)
{
  static const SessionFuncs funcs = { waiting, connected, opened, is_complete };
  Sender self = { .session = { .options = options, .funcs = &funcs, .user_data = &self } };
  g_autoptr (GError) error = NULL;
  int exit_status;

  self.files = file_list_new (options->paths, &error);
  if (self.files == NULL)
    {
      g_printerr ("peer-file: %s\n", error->message);
      return EXIT_FAILURE;
    }

  self.states = g_new0 (SendingState, self.files->len);
  self.stored = g_new0 (gint64, self.files->len);
  exit_status = session_run (&self.session);
  g_ptr_array_unref (self.files);
  g_free (self.states);
  g_free (self.stored);

  return exit_status;
}
