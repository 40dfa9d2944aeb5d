/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-file-transfer-private.h"

#include <glib/gi18n-lib.h>

#include "peer-error.h"
#include "peer-source-private.h"

/* Bytes written at once, about. */
#define WRITE_SIZE (256 * 1024)

static gboolean
accept_timeout_cb (gpointer user_data)
{
  PeerFileTransfer *self = user_data;

  peer_source_clear (&self->timer);
  peer_file_transfer_refuse (self, _ ("nobody has accepted it in time"));

  return G_SOURCE_REMOVE;
}

PeerFileTransfer *
peer_file_transfer_new_incoming (PeerDataConnection *connection,
                                 const PeerFileMessage *offer)
{
  PeerFileTransfer *self = g_object_new (PEER_TYPE_FILE_TRANSFER, NULL);

  g_set_weak_pointer (&self->connection, connection);
  self->is_incoming = TRUE;
  self->state = PEER_FILE_TRANSFER_STATE_OFFERED;
  self->id = g_strdup (offer->id);
  self->name = g_strdup (offer->name);
  self->directory = g_strdup (offer->directory);
  self->content_type = g_strdup (offer->content_type);
  self->size = offer->size;
  self->modified = offer->modified;
  self->receiver = peer_file_receiver_new (offer->size);
  self->timer = peer_source_new_timeout (self->context, peer_file_transfer_table_get_timeout (connection->files),
                                         "[libpeerglib] file offer", accept_timeout_cb, self);

  return self;
}

static PeerSha256 *
get_sha256 (PeerFileTransfer *self)
{
  return self->part != NULL ? peer_file_part_get_sha256 (self->part) : self->sha256;
}

/* Says where to go on. */
static void
start (PeerFileTransfer *self,
       gint64 offset)
{
  PeerFileMessage message = PEER_FILE_MESSAGE_INIT (PEER_FILE_MESSAGE_ACCEPT, self->id);
  g_autofree char *sha256 = offset > 0 ? peer_sha256_dup_text (get_sha256 (self)) : NULL;

  message.offset = offset;
  message.sha256 = sha256;
  peer_file_receiver_accept (self->receiver, offset);
  peer_file_transfer_set_state (self, PEER_FILE_TRANSFER_STATE_ACTIVE);
  peer_file_transfer_set_transferred (self, offset);
  peer_file_transfer_send (self, &message);
}

static void
part_open_cb (GObject *object,
              GAsyncResult *result,
              gpointer user_data)
{
  g_autoptr (PeerFileTransfer) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (PeerFilePart) part = peer_file_part_open_finish (result, &error);

  if (!peer_file_transfer_end_busy (self))
    return;
  if (part == NULL)
    {
      peer_file_transfer_fail (self, error);
      return;
    }

  self->part = g_steal_pointer (&part);
  start (self, peer_file_part_get_offset (self->part));
}

/* Whether an operation may begin; it ends at once if not. */
static gboolean
begin (PeerFileTransfer *self,
       GTask *task)
{
  if (self->error != NULL)
    {
      g_task_return_error (task, g_error_copy (self->error));
      return FALSE;
    }
  if (self->state != PEER_FILE_TRANSFER_STATE_OFFERED || self->task != NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_PENDING, _ ("The file has been accepted already"));
      return FALSE;
    }

  peer_source_clear (&self->timer);
  peer_file_transfer_begin (self, task);

  return TRUE;
}

/**
 * peer_file_transfer_accept_async:
 * @self: a file that the other peer offers
 * @destination: a directory, or what the file becomes; on this machine
 * @flags: what to do when there is such a file already
 * @cancellable: (nullable): a cancellable; it ends the transfer
 * @callback: (scope async): called when the file is complete, or cannot be
 * @user_data: (closure): data for @callback
 *
 * Accepts a file and stores it. In a directory it gets its own name, below its
 * [property@Peer.FileTransfer:directory]. Unless @flags say otherwise, nothing
 * is replaced: a file `name.ext` that is there already makes the new one
 * `name (1).ext`.
 *
 * Until the file is complete and its SHA-256 right, it has the ending
 * `.peer-part`. Such a file is left when the transfer is interrupted, and gone
 * on with when the same file is accepted again for the same place, on whichever
 * connection.
 *
 * Sends an `accept` message of the protocol of file transfers.
 */
void
peer_file_transfer_accept_async (PeerFileTransfer *self,
                                 GFile *destination,
                                 PeerFileAcceptFlags flags,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (PEER_IS_FILE_TRANSFER (self));
  g_return_if_fail (G_IS_FILE (destination));
  g_return_if_fail (self->is_incoming);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, peer_file_transfer_accept_async);
  if (!begin (self, task))
    return;

  self->is_busy = TRUE;
  peer_file_part_open_async (destination, self->directory, self->name, self->size, flags,
                             self->cancellable, part_open_cb, g_object_ref (self));
}

/**
 * peer_file_transfer_accept_finish:
 * @self: a file that was accepted
 * @result: the result
 * @error: return location for an error
 *
 * Finishes [method@Peer.FileTransfer.accept_async].
 *
 * Errors: `PEER_ERROR_ABORTED` when the other peer gave up,
 * `PEER_ERROR_CONNECTION_CLOSED`, `PEER_ERROR_INVALID_DATA` when it broke the
 * protocol or the SHA-256 is wrong, `PEER_ERROR_LIMIT_EXCEEDED` when it sent
 * more than it may, `G_IO_ERROR_CANCELLED`, and those of files.
 *
 * Returns: (transfer full): the file, complete
 */
GFile *
peer_file_transfer_accept_finish (PeerFileTransfer *self,
                                  GAsyncResult *result,
                                  GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, peer_file_transfer_accept_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * peer_file_transfer_accept_stream_async:
 * @self: a file that the other peer offers
 * @stream: where to write it; it stays open
 * @cancellable: (nullable): a cancellable; it ends the transfer
 * @callback: (scope async): called when all is written, or cannot be
 * @user_data: (closure): data for @callback
 *
 * Accepts a file and writes it to a stream as it comes, from its beginning.
 * What is written is known to be right only when the operation succeeds.
 */
void
peer_file_transfer_accept_stream_async (PeerFileTransfer *self,
                                        GOutputStream *stream,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (PEER_IS_FILE_TRANSFER (self));
  g_return_if_fail (G_IS_OUTPUT_STREAM (stream));
  g_return_if_fail (self->is_incoming);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, peer_file_transfer_accept_stream_async);
  if (!begin (self, task))
    return;

  self->output = g_object_ref (stream);
  self->sha256 = peer_sha256_new ();
  start (self, 0);
}

/**
 * peer_file_transfer_accept_stream_finish:
 * @self: a file that was accepted
 * @result: the result
 * @error: return location for an error
 *
 * Finishes [method@Peer.FileTransfer.accept_stream_async]. Errors: those of
 * [method@Peer.FileTransfer.accept_finish], and of the stream.
 *
 * Returns: whether all was written and the SHA-256 is right
 */
gboolean
peer_file_transfer_accept_stream_finish (PeerFileTransfer *self,
                                         GAsyncResult *result,
                                         GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, peer_file_transfer_accept_stream_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

void
peer_file_transfer_handle_incoming (PeerFileTransfer *self,
                                    const PeerFileMessage *message)
{
  g_autoptr (GError) error = NULL;

  if (peer_file_receiver_handle (self->receiver, message, &error))
    peer_file_transfer_store (self);
  else if (g_error_matches (error, PEER_ERROR, PEER_ERROR_ABORTED))
    peer_file_transfer_end (self, error);
  else
    peer_file_transfer_fail (self, error);
}

static void
written_cb (GObject *object,
            GAsyncResult *result,
            gpointer user_data)
{
  g_autoptr (PeerFileTransfer) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean is_written = g_output_stream_writev_all_finish (G_OUTPUT_STREAM (object), result, NULL, &error);
  PeerFileMessage message = PEER_FILE_MESSAGE_INIT (PEER_FILE_MESSAGE_PROGRESS, self->id);
  gboolean is_due;

  g_ptr_array_set_size (self->writing, 0);
  if (!peer_file_transfer_end_busy (self))
    return;
  if (!is_written)
    {
      peer_file_transfer_fail (self, error);
      return;
    }

  is_due = peer_file_receiver_add_stored (self->receiver, self->n_writing);
  message.offset = peer_file_receiver_get_stored (self->receiver);
  peer_file_transfer_set_transferred (self, message.offset);
  if (!is_due || peer_file_transfer_send (self, &message))
    peer_file_transfer_store (self);
}

/* Writes what has come; FALSE when nothing has. */
static gboolean
write_pieces (PeerFileTransfer *self)
{
  GOutputStream *stream = self->part != NULL ? peer_file_part_get_stream (self->part) : self->output;
  GBytes *data;

  self->n_writing = 0;
  while (self->writing->len < PEER_FILE_TRANSFER_N_VECTORS && self->n_writing < WRITE_SIZE &&
         (data = peer_file_receiver_take (self->receiver)) != NULL)
    {
      GOutputVector *vector = &self->vectors[self->writing->len];

      vector->buffer = g_bytes_get_data (data, &vector->size);
      peer_sha256_update (get_sha256 (self), vector->buffer, vector->size);
      self->n_writing += vector->size;
      g_ptr_array_add (self->writing, data);
    }
  if (self->writing->len == 0)
    return FALSE;

  self->is_busy = TRUE;
  g_output_stream_writev_all_async (stream, self->vectors, self->writing->len, G_PRIORITY_DEFAULT,
                                    self->cancellable, written_cb, g_object_ref (self));

  return TRUE;
}

static void
restarted_cb (GObject *object,
              GAsyncResult *result,
              gpointer user_data)
{
  g_autoptr (PeerFileTransfer) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean is_empty = peer_file_part_run_finish (result, &error);

  if (!peer_file_transfer_end_busy (self))
    return;
  if (is_empty)
    start (self, 0);
  else
    peer_file_transfer_fail (self, error);
}

static void
finish_complete (PeerFileTransfer *self)
{
  if (peer_file_transfer_send_simple (self, PEER_FILE_MESSAGE_VERIFIED, NULL))
    peer_file_transfer_end (self, NULL);
}

static void
committed_cb (GObject *object,
              GAsyncResult *result,
              gpointer user_data)
{
  g_autoptr (PeerFileTransfer) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean is_committed = peer_file_part_run_finish (result, &error);

  if (!peer_file_transfer_end_busy (self))
    return;
  if (is_committed)
    finish_complete (self);
  else
    peer_file_transfer_fail (self, error);
}

static void
fail_verification (PeerFileTransfer *self)
{
  g_autoptr (GError) error = g_error_new_literal (PEER_ERROR, PEER_ERROR_INVALID_DATA,
                                                  _ ("The file that arrived is not the one that was sent: its SHA-256 is wrong"));

  peer_file_transfer_fail (self, error);
}

static void
discarded_cb (GObject *object,
              GAsyncResult *result,
              gpointer user_data)
{
  g_autoptr (PeerFileTransfer) self = user_data;

  peer_file_part_run_finish (result, NULL);
  if (peer_file_transfer_end_busy (self))
    fail_verification (self);
}

static void
run_part (PeerFileTransfer *self,
          PeerFilePartAction action,
          GAsyncReadyCallback callback)
{
  self->is_busy = TRUE;
  peer_file_part_run_async (self->part, action, callback, g_object_ref (self));
}

static void
verify (PeerFileTransfer *self)
{
  g_autofree char *sha256 = peer_sha256_dup_text (get_sha256 (self));
  gboolean is_right = g_str_equal (sha256, peer_file_receiver_get_sha256 (self->receiver));

  peer_file_transfer_set_size (self, peer_file_receiver_get_stored (self->receiver));
  if (self->part != NULL && is_right)
    run_part (self, PEER_FILE_PART_COMMIT, committed_cb);
  else if (self->part != NULL)
    run_part (self, PEER_FILE_PART_DISCARD, discarded_cb);
  else if (is_right)
    finish_complete (self);
  else
    fail_verification (self);
}

void
peer_file_transfer_store (PeerFileTransfer *self)
{
  if (self->is_busy || self->state != PEER_FILE_TRANSFER_STATE_ACTIVE)
    return;

  if (peer_file_receiver_get_state (self->receiver) == PEER_FILE_RECEIVER_RESTARTING)
    run_part (self, PEER_FILE_PART_EMPTY, restarted_cb);
  else if (!write_pieces (self) && peer_file_receiver_get_state (self->receiver) == PEER_FILE_RECEIVER_COMPLETE)
    verify (self);
}
