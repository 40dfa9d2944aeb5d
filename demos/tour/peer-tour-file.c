/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "peer-tour-file.h"

#define PIECE_SIZE (256 * 1024)

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
