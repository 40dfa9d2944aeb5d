/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "peer-tour-file.h"

#define PIECE_SIZE (256 * 1024)

typedef struct
{
  GFile *file;
  GFileInputStream *stream;
  GChecksum *checksum;
  guint64 size;
} Sending;

static void
sending_free (Sending *sending)
{
  g_object_unref (sending->file);
  g_clear_object (&sending->stream);
  g_checksum_free (sending->checksum);
  g_free (sending);
}

static void send_next_piece (GTask *task);

static void
piece_sent_cb (GObject *object,
               GAsyncResult *result,
               gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (peer_data_connection_send_finish (PEER_DATA_CONNECTION (object), result, &error))
    send_next_piece (g_steal_pointer (&task));
  else
    g_task_return_error (task, error);
}

static gboolean
send_summary (PeerDataConnection *connection,
              Sending *sending,
              GError **error)
{
  g_autofree char *name = g_file_get_basename (sending->file);
  GVariantDict summary;

  g_variant_dict_init (&summary, NULL);
  g_variant_dict_insert (&summary, "name", "s", name);
  g_variant_dict_insert (&summary, "size", "t", sending->size);
  g_variant_dict_insert (&summary, "sha256", "s", g_checksum_get_string (sending->checksum));

  return peer_data_connection_send (connection, g_variant_dict_end (&summary), error);
}

static void
piece_read_cb (GObject *object,
               GAsyncResult *result,
               gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  PeerDataConnection *connection = g_task_get_source_object (task);
  Sending *sending = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GBytes) piece = g_input_stream_read_bytes_finish (G_INPUT_STREAM (object), result, &error);
  gsize size;
  const guchar *data;

  if (piece == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  data = g_bytes_get_data (piece, &size);
  if (size > 0)
    {
      g_checksum_update (sending->checksum, data, (gssize) size);
      sending->size += size;
      peer_data_connection_send_async (connection, g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, piece, TRUE),
                                       NULL, piece_sent_cb, g_steal_pointer (&task));
    }
  else if (send_summary (connection, sending, &error))
    {
      g_task_return_boolean (task, TRUE);
    }
  else
    {
      g_task_return_error (task, error);
    }
}

static void
send_next_piece (GTask *task)
{
  Sending *sending = g_task_get_task_data (task);

  g_input_stream_read_bytes_async (G_INPUT_STREAM (sending->stream), PIECE_SIZE, G_PRIORITY_DEFAULT,
                                   NULL, piece_read_cb, task);
}

void
tour_file_send_async (PeerDataConnection *connection,
                      GFile *file,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (connection, NULL, callback, user_data);
  Sending *sending = g_new0 (Sending, 1);
  GError *error = NULL;

  g_task_set_source_tag (task, tour_file_send_async);
  sending->file = g_object_ref (file);
  sending->checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_task_set_task_data (task, sending, (GDestroyNotify) sending_free);

  sending->stream = g_file_read (file, NULL, &error);
  if (sending->stream != NULL)
    send_next_piece (g_steal_pointer (&task));
  else
    g_task_return_error (task, error);
}

gboolean
tour_file_send_finish (PeerDataConnection *connection,
                       GAsyncResult *result,
                       GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

GFile *
tour_file_new (gsize size,
               GError **error)
{
  g_autoptr (GFileIOStream) stream = NULL;
  g_autoptr (GFile) file = g_file_new_tmp ("peer-tour-XXXXXX", &stream, error);
  g_autofree guint32 *piece = g_malloc (PIECE_SIZE);
  guint32 state = 1;

  if (file == NULL)
    return NULL;

  for (gsize written = 0; written < size; written += PIECE_SIZE)
    {
      for (gsize i = 0; i < PIECE_SIZE / sizeof *piece; i++)
        piece[i] = state = state * 1664525 + 1013904223;
      if (!g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (stream)), piece,
                                      MIN (PIECE_SIZE, size - written), NULL, NULL, error))
        return NULL;
    }

  return g_steal_pointer (&file);
}
