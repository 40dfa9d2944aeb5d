/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-file-transfer-private.h"

#include <glib/gi18n-lib.h>

#include "peer-error.h"
#include "peer-source-private.h"

/* Bytes read at once, a whole number of pieces, and those held at most. */
#define BLOCK_SIZE (16 * PEER_FILE_PIECE_SIZE)
#define MAX_READ (2 * BLOCK_SIZE)

static void read_ahead (PeerFileTransfer *self);

PeerFileTransfer *
peer_file_transfer_new_outgoing (PeerDataConnection *connection,
                                 GInputStream *stream,
                                 const char *name,
                                 gint64 size)
{
  PeerFileTransfer *self = g_object_new (PEER_TYPE_FILE_TRANSFER, NULL);
  const char *slash = strrchr (name, '/');
  g_autofree char *content_type = NULL;

  g_set_weak_pointer (&self->connection, connection);
  self->id = g_uuid_string_random ();
  self->name = g_strdup (slash != NULL ? slash + 1 : name);
  if (slash != NULL)
    self->directory = g_strndup (name, (gsize) (slash - name));
  content_type = g_content_type_guess (self->name, NULL, 0, NULL);
  self->content_type = g_content_type_get_mime_type (content_type);
  self->size = size;
  self->input = g_object_ref (stream);
  self->sha256 = peer_sha256_new ();
  self->sender = peer_file_sender_new (size);

  return self;
}

static gboolean
answer_timeout_cb (gpointer user_data)
{
  PeerFileTransfer *self = user_data;
  g_autoptr (GError) error = g_error_new_literal (PEER_ERROR, PEER_ERROR_TIMED_OUT, _ ("The other peer does not go on with the file"));

  peer_source_clear (&self->timer);
  peer_file_transfer_fail (self, error);

  return G_SOURCE_REMOVE;
}

/* It is the other side's turn. It is given longer than it gives itself to
 * accept a file, so that its own word comes first. */
static void
wait_for_answer (PeerFileTransfer *self)
{
  guint timeout = peer_file_transfer_table_get_timeout (self->connection->files);

  if (self->timer != NULL)
    return;

  timeout += timeout / 5;
  self->timer = peer_source_new_timeout (self->context, timeout, "[libpeerglib] file answer", answer_timeout_cb, self);
}

void
peer_file_transfer_offer (PeerFileTransfer *self)
{
  PeerFileMessage message = PEER_FILE_MESSAGE_INIT (PEER_FILE_MESSAGE_OFFER, self->id);

  message.name = self->name;
  message.directory = self->directory;
  message.content_type = self->content_type;
  message.size = self->size;
  message.modified = self->modified;
  peer_file_transfer_set_state (self, PEER_FILE_TRANSFER_STATE_OFFERED);
  if (peer_file_transfer_send (self, &message))
    wait_for_answer (self);
}

static void
report_progress (PeerFileTransfer *self)
{
  gint64 acknowledged = peer_file_sender_get_acknowledged (self->sender);

  if (acknowledged == self->transferred)
    return;

  peer_file_transfer_set_transferred (self, acknowledged);
  if (self->progress_callback != NULL)
    self->progress_callback (self->transferred, self->size, self->progress_data);
}

void
peer_file_transfer_handle_outgoing (PeerFileTransfer *self,
                                    const PeerFileMessage *message)
{
  g_autoptr (GError) error = NULL;

  if (!peer_file_sender_handle (self->sender, message, &error))
    {
      if (g_error_matches (error, PEER_ERROR, PEER_ERROR_INVALID_DATA))
        peer_file_transfer_fail (self, error);
      else
        peer_file_transfer_end (self, error);
      return;
    }

  peer_source_clear (&self->timer);
  if (peer_file_sender_get_state (self->sender) == PEER_FILE_SENDER_SENDING ||
      peer_file_sender_get_state (self->sender) == PEER_FILE_SENDER_CHECKING)
    peer_file_transfer_set_state (self, PEER_FILE_TRANSFER_STATE_ACTIVE);
  report_progress (self);

  if (peer_file_sender_get_state (self->sender) == PEER_FILE_SENDER_VERIFIED)
    {
      peer_file_transfer_set_size (self, self->transferred);
      peer_file_transfer_end (self, NULL);
    }
  else if (self->connection != NULL)
    {
      read_ahead (self);
      peer_file_transfer_table_pump (self->connection->files);
    }
}

/* The other side has the beginning of something else. */
static void
begin_anew (PeerFileTransfer *self)
{
  g_autoptr (GError) error = NULL;

  if (!G_IS_SEEKABLE (self->input) || !g_seekable_can_seek (G_SEEKABLE (self->input)))
    {
      g_set_error_literal (&error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                           _ ("The other peer has the beginning of another file, and this one can be read only once"));
      peer_file_transfer_fail (self, error);
    }
  else if (!g_seekable_seek (G_SEEKABLE (self->input), -self->position, G_SEEK_CUR, NULL, &error))
    {
      peer_file_transfer_fail (self, error);
    }
  else
    {
      self->position = 0;
      self->is_at_end = FALSE;
      g_clear_pointer (&self->sha256, peer_sha256_free);
      self->sha256 = peer_sha256_new ();
      if (peer_file_transfer_send_simple (self, PEER_FILE_MESSAGE_RESTART, NULL))
        wait_for_answer (self);
    }
}

static void
check_beginning (PeerFileTransfer *self)
{
  g_autofree char *sha256 = NULL;

  if (self->position < peer_file_sender_get_offset (self->sender) && !self->is_at_end)
    return;

  sha256 = peer_sha256_dup_text (self->sha256);
  peer_file_sender_confirm (self->sender, sha256);
  if (peer_file_sender_get_state (self->sender) == PEER_FILE_SENDER_SENDING)
    report_progress (self);
  else
    begin_anew (self);
}

static gboolean
take_block (PeerFileTransfer *self,
            GBytes *block,
            GError **error)
{
  gsize size;
  gconstpointer data = g_bytes_get_data (block, &size);
  gboolean is_checking = peer_file_sender_get_state (self->sender) == PEER_FILE_SENDER_CHECKING;

  if (size == 0 && self->size > self->position)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT, _ ("The file has become shorter"));
      return FALSE;
    }

  self->is_at_end = size == 0;
  self->position += (gint64) size;
  peer_sha256_update (self->sha256, data, size);
  if (is_checking)
    {
      check_beginning (self);
    }
  else if (size > 0)
    {
      self->n_read += size;
      g_queue_push_tail (&self->blocks, g_bytes_ref (block));
    }

  return TRUE;
}

static void
read_cb (GObject *object,
         GAsyncResult *result,
         gpointer user_data)
{
  g_autoptr (PeerFileTransfer) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) block = g_input_stream_read_bytes_finish (G_INPUT_STREAM (object), result, &error);

  if (!peer_file_transfer_end_busy (self))
    return;
  if (block == NULL || !take_block (self, block, &error))
    {
      peer_file_transfer_fail (self, error);
      return;
    }

  read_ahead (self);
  if (self->connection != NULL)
    peer_file_transfer_table_pump (self->connection->files);
}

/* Reads when the other side wants the file and little of it waits. */
static void
read_ahead (PeerFileTransfer *self)
{
  PeerFileSenderState state = peer_file_sender_get_state (self->sender);
  gint64 end = self->size;
  gint64 want = BLOCK_SIZE;

  if (self->is_busy || self->is_at_end || self->n_read > MAX_READ - BLOCK_SIZE ||
      self->state != PEER_FILE_TRANSFER_STATE_ACTIVE)
    return;
  if (state == PEER_FILE_SENDER_CHECKING)
    end = peer_file_sender_get_offset (self->sender);
  else if (state != PEER_FILE_SENDER_SENDING)
    return;

  if (end >= 0)
    want = MIN (want, end - self->position);
  if (want == 0)
    {
      self->is_at_end = TRUE;
      return;
    }

  self->is_busy = TRUE;
  g_input_stream_read_bytes_async (self->input, (gsize) want, G_PRIORITY_DEFAULT, self->cancellable, read_cb, g_object_ref (self));
}

static void
send_done (PeerFileTransfer *self)
{
  PeerFileMessage message = PEER_FILE_MESSAGE_INIT (PEER_FILE_MESSAGE_DONE, self->id);
  g_autofree char *sha256 = peer_sha256_dup_text (self->sha256);

  message.size = peer_file_sender_get_sent (self->sender);
  message.sha256 = sha256;
  peer_file_sender_set_done (self->sender);
  if (peer_file_transfer_send (self, &message))
    wait_for_answer (self);
}

/* Takes the next piece out of what was read. */
static GBytes *
cut_piece (PeerFileTransfer *self,
           gsize size)
{
  g_autoptr (GBytes) block = g_queue_pop_head (&self->blocks);
  gsize left = g_bytes_get_size (block) - size;

  if (left > 0)
    g_queue_push_head (&self->blocks, g_bytes_new_from_bytes (block, size, left));
  self->n_read -= size;

  return g_bytes_new_from_bytes (block, 0, size);
}

gboolean
peer_file_transfer_send_piece (PeerFileTransfer *self)
{
  PeerFileMessage message = PEER_FILE_MESSAGE_INIT (PEER_FILE_MESSAGE_PIECE, self->id);
  g_autoptr (GBytes) data = NULL;
  gsize size;

  if (self->state != PEER_FILE_TRANSFER_STATE_ACTIVE || peer_file_sender_get_state (self->sender) != PEER_FILE_SENDER_SENDING)
    return FALSE;

  read_ahead (self);
  if (g_queue_is_empty (&self->blocks))
    {
      if (self->is_at_end)
        send_done (self);
      return FALSE;
    }

  size = MIN (g_bytes_get_size (g_queue_peek_head (&self->blocks)), PEER_FILE_PIECE_SIZE);
  if (peer_file_sender_get_room (self->sender) < size)
    {
      wait_for_answer (self);
      return FALSE;
    }

  data = cut_piece (self, size);
  message.offset = peer_file_sender_get_sent (self->sender);
  message.data = data;
  peer_file_sender_add_sent (self->sender, size);

  return peer_file_transfer_send (self, &message);
}
