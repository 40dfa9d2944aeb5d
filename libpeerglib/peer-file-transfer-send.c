/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-file-transfer-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "peer-error.h"
#include "protocol/peer-file-name-private.h"

#define ATTRIBUTES                                                                                     \
  G_FILE_ATTRIBUTE_STANDARD_TYPE "," G_FILE_ATTRIBUTE_STANDARD_SIZE "," G_FILE_ATTRIBUTE_TIME_MODIFIED \
                                 "," G_FILE_ATTRIBUTE_TIME_MODIFIED_USEC

/* A file until it is known and open. */
typedef struct
{
  GFileInputStream *stream;
  char *name;
  GFileProgressCallback progress_callback;
  gpointer progress_data;
  GDestroyNotify progress_data_free;
} Opening;

static void
opening_free (Opening *opening)
{
  g_clear_object (&opening->stream);
  g_free (opening->name);
  if (opening->progress_data_free != NULL)
    opening->progress_data_free (opening->progress_data);
  g_free (opening);
}

gboolean
peer_data_connection_can_send_files (PeerDataConnection *self)
{
  return self->serialization == PEER_SERIALIZATION_BINARY || self->serialization == PEER_SERIALIZATION_BINARY_UTF8 ||
         self->serialization == PEER_SERIALIZATION_MSGPACK;
}

static gboolean
check_name (const char *name,
            GError **error)
{
  const char *slash = strrchr (name, '/');
  g_autofree char *directory = slash != NULL ? g_strndup (name, (gsize) (slash - name)) : NULL;

  return peer_file_name_check (slash != NULL ? slash + 1 : name, error) &&
         (directory == NULL || peer_file_name_check_directory (directory, error));
}

static gboolean
check_can_send (PeerDataConnection *self,
                const char *name,
                GError **error)
{
  if (!peer_data_connection_can_send_files (self))
    {
      g_set_error_literal (error, PEER_ERROR, PEER_ERROR_UNSUPPORTED_VALUE,
                           _ ("Files can be sent with the serializations binary and MsgPack only"));
      return FALSE;
    }

  return peer_data_connection_check_can_send (self, error) && check_name (name, error);
}

/* What the opening has goes over to the transfer. */
static void
start (GTask *task,
       GInputStream *stream,
       Opening *opening,
       gint64 size,
       gint64 modified)
{
  PeerDataConnection *self = g_task_get_source_object (task);
  g_autoptr (PeerFileTransfer) transfer = peer_file_transfer_new_outgoing (self, stream, opening->name, size);

  transfer->modified = modified;
  transfer->progress_callback = opening->progress_callback;
  transfer->progress_data = opening->progress_data;
  transfer->progress_data_free = g_steal_pointer (&opening->progress_data_free);
  peer_file_transfer_begin (transfer, task);
  peer_file_transfer_table_add (self->files, transfer);
}

static void
info_cb (GObject *object,
         GAsyncResult *result,
         gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Opening *opening = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GFileInfo) info = g_file_input_stream_query_info_finish (opening->stream, result, &error);
  g_autoptr (GDateTime) modified = info != NULL ? g_file_info_get_modification_date_time (info) : NULL;
  gboolean is_file;

  if (info == NULL || !peer_data_connection_check_can_send (g_task_get_source_object (task), &error))
    {
      g_task_return_error (task, error);
      return;
    }

  /* A pipe has no size of its own. */
  is_file = g_file_info_get_file_type (info) == G_FILE_TYPE_REGULAR;
  start (task, G_INPUT_STREAM (opening->stream), opening, is_file ? g_file_info_get_size (info) : -1,
         modified != NULL ? MAX (g_date_time_to_unix (modified), 0) * 1000 + g_date_time_get_microsecond (modified) / 1000 : -1);
}

static void
open_cb (GObject *object,
         GAsyncResult *result,
         gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Opening *opening = g_task_get_task_data (task);
  GError *error = NULL;

  opening->stream = g_file_read_finish (G_FILE (object), result, &error);
  if (opening->stream == NULL)
    g_task_return_error (task, error);
  else
    g_file_input_stream_query_info_async (opening->stream, ATTRIBUTES, G_PRIORITY_DEFAULT,
                                          g_task_get_cancellable (task), info_cb, g_object_ref (task));
}

static GTask *
new_task (PeerDataConnection *self,
          const char *name,
          GCancellable *cancellable,
          GFileProgressCallback progress_callback,
          gpointer progress_data,
          GDestroyNotify progress_data_free,
          GAsyncReadyCallback callback,
          gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Opening *opening = g_new0 (Opening, 1);

  opening->name = g_strdup (name);
  opening->progress_callback = progress_callback;
  opening->progress_data = progress_data;
  opening->progress_data_free = progress_data_free;
  g_task_set_task_data (task, opening, (GDestroyNotify) opening_free);

  return task;
}

/**
 * peer_data_connection_send_file_async:
 * @self: a data connection
 * @file: the file
 * @cancellable: (nullable): a cancellable; it ends the transfer
 * @progress_callback: (nullable) (scope notified) (closure progress_data) (destroy progress_data_free):
 *   called with the number of bytes that the other peer has stored and the size of the file,
 *   which is -1 when it is not known
 * @progress_data: data for @progress_callback
 * @progress_data_free: (nullable): frees @progress_data
 * @callback: (scope async): called when the other peer has the file, or will not have it
 * @user_data: (closure): data for @callback
 *
 * Sends a file, whatever its size: a few megabytes of it are in memory at a
 * time, and other values of the connection are not held up. The other peer
 * decides whether it wants the file; up to eight are on their way at once, and
 * more wait for those.
 *
 * The operation succeeds when the other peer has stored the file and found its
 * SHA-256 right. If the other peer has the beginning of it from an earlier
 * transfer, only the rest is sent.
 *
 * The connection's serialization has to be one with bytes:
 * [enum@Peer.Serialization] `BINARY`, `BINARY_UTF8` or `MSGPACK`. Sends an `offer`
 * message of the protocol of file transfers, and what follows it.
 */
void
peer_data_connection_send_file_async (PeerDataConnection *self,
                                      GFile *file,
                                      GCancellable *cancellable,
                                      GFileProgressCallback progress_callback,
                                      gpointer progress_data,
                                      GDestroyNotify progress_data_free,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  g_autofree char *name = NULL;
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;

  g_return_if_fail (PEER_IS_DATA_CONNECTION (self));
  g_return_if_fail (G_IS_FILE (file));

  name = g_file_get_basename (file);
  task = new_task (self, name, cancellable, progress_callback, progress_data, progress_data_free, callback, user_data);
  g_task_set_source_tag (task, peer_data_connection_send_file_async);
  if (!check_can_send (self, name, &error))
    g_task_return_error (task, error);
  else
    g_file_read_async (file, G_PRIORITY_DEFAULT, cancellable, open_cb, g_object_ref (task));
}

/**
 * peer_data_connection_send_file_finish:
 * @self: a data connection
 * @result: the result
 * @error: return location for an error
 *
 * Finishes [method@Peer.DataConnection.send_file_async].
 *
 * Errors: `PEER_ERROR_REFUSED` and `PEER_ERROR_ABORTED` when the other peer
 * refuses the file or gives up, `PEER_ERROR_TIMED_OUT` when it says nothing for
 * six minutes, `PEER_ERROR_NOT_OPEN_YET`, `PEER_ERROR_CONNECTION_CLOSED`,
 * `PEER_ERROR_UNSUPPORTED_VALUE` when the serialization has no bytes,
 * `PEER_ERROR_INVALID_DATA` when the file's name is not one that can be sent or
 * the other peer breaks the protocol, `G_IO_ERROR_CANCELLED`, and those of
 * files.
 *
 * Returns: whether the other peer has the file
 */
gboolean
peer_data_connection_send_file_finish (PeerDataConnection *self,
                                       GAsyncResult *result,
                                       GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, peer_data_connection_send_file_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * peer_data_connection_send_stream_async:
 * @self: a data connection
 * @stream: what to send, from where it is to its end; nobody else may read it
 * @name: the name of the file at the other side; directories before it, with
 *   slashes between them, say where it belongs
 * @size: the number of bytes to send, or -1 when it is not known
 * @cancellable: (nullable): a cancellable; it ends the transfer
 * @progress_callback: (nullable) (scope notified) (closure progress_data) (destroy progress_data_free):
 *   called with the number of bytes that the other peer has stored and @size
 * @progress_data: data for @progress_callback
 * @progress_data_free: (nullable): frees @progress_data
 * @callback: (scope async): called when the other peer has it, or will not have it
 * @user_data: (closure): data for @callback
 *
 * Sends what a stream holds as a file: [method@Peer.DataConnection.send_file_async]
 * of something that need not be a file.
 */
void
peer_data_connection_send_stream_async (PeerDataConnection *self,
                                        GInputStream *stream,
                                        const char *name,
                                        gint64 size,
                                        GCancellable *cancellable,
                                        GFileProgressCallback progress_callback,
                                        gpointer progress_data,
                                        GDestroyNotify progress_data_free,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;

  g_return_if_fail (PEER_IS_DATA_CONNECTION (self));
  g_return_if_fail (G_IS_INPUT_STREAM (stream));
  g_return_if_fail (name != NULL);
  g_return_if_fail (size >= -1 && size <= PEER_FILE_MAX_SIZE);

  task = new_task (self, name, cancellable, progress_callback, progress_data, progress_data_free, callback, user_data);
  g_task_set_source_tag (task, peer_data_connection_send_stream_async);
  if (!check_can_send (self, name, &error))
    g_task_return_error (task, error);
  else
    start (task, stream, g_task_get_task_data (task), size, -1);
}

/**
 * peer_data_connection_send_stream_finish:
 * @self: a data connection
 * @result: the result
 * @error: return location for an error
 *
 * Finishes [method@Peer.DataConnection.send_stream_async]. Errors: those of
 * [method@Peer.DataConnection.send_file_finish], and of the stream;
 * `G_IO_ERROR_PARTIAL_INPUT` when it ends before its size.
 *
 * Returns: whether the other peer has it
 */
gboolean
peer_data_connection_send_stream_finish (PeerDataConnection *self,
                                         GAsyncResult *result,
                                         GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, peer_data_connection_send_stream_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * peer_data_connection_get_file_transfers: (get-property file-transfers)
 * @self: a data connection
 *
 * Gets the files that are under way, in both directions.
 *
 * Returns: (transfer none): a list of [class@Peer.FileTransfer] that changes
 *   with them
 */
GListModel *
peer_data_connection_get_file_transfers (PeerDataConnection *self)
{
  g_return_val_if_fail (PEER_IS_DATA_CONNECTION (self), NULL);

  return peer_file_transfer_table_get_model (self->files);
}
