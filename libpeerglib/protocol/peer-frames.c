/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-buffer-private.h"
#include "peer-chunk-private.h"
#include "peer-frames-private.h"

struct _PeerFrames
{
  GBytes *bytes;
  gboolean is_text;
  gsize piece_size;
  guint64 chunk_id; /* 0 when the pieces are messages as they are */
  guint64 n;
  guint64 n_pieces;
  gsize remaining_size;
};

static PeerFrames *
frames_new (GBytes *bytes,
            gboolean is_text,
            gsize piece_size,
            guint64 chunk_id)
{
  PeerFrames *frames = g_new0 (PeerFrames, 1);
  gsize size = g_bytes_get_size (bytes);

  frames->bytes = g_bytes_ref (bytes);
  frames->is_text = is_text;
  frames->piece_size = piece_size;
  frames->chunk_id = chunk_id;
  frames->n_pieces = size <= piece_size ? 1 : (size - 1) / piece_size + 1;
  frames->remaining_size = size;

  return frames;
}

static PeerChunk
get_chunk (PeerFrames *frames,
           guint64 n)
{
  PeerChunk chunk = { .id = frames->chunk_id, .n = n, .total = frames->n_pieces };
  gsize size;
  const guint8 *data = peer_bytes_get_data (frames->bytes, &size);

  chunk.data = data + n * frames->piece_size;
  chunk.length = MIN (size - n * frames->piece_size, frames->piece_size);

  return chunk;
}

PeerFrames *
peer_frames_new (GBytes *message,
                 gboolean is_text)
{
  g_return_val_if_fail (message != NULL, NULL);

  return frames_new (message, is_text, g_bytes_get_size (message), 0);
}

PeerFrames *
peer_frames_new_sliced (GBytes *stream,
                        gsize piece_size)
{
  return frames_new (stream, FALSE, piece_size, 0);
}

PeerFrames *
peer_frames_new_chunked (GBytes *packed,
                         gsize piece_size,
                         guint64 id)
{
  PeerFrames *frames = frames_new (packed, FALSE, piece_size, id);

  frames->remaining_size = 0;
  for (guint64 n = 0; n < frames->n_pieces; n++)
    {
      PeerChunk chunk = get_chunk (frames, n);

      frames->remaining_size += peer_chunk_get_message_size (&chunk);
    }

  return frames;
}

GBytes *
peer_frames_next (PeerFrames *frames,
                  gboolean *is_text)
{
  g_autoptr (GBytes) message = NULL;

  g_return_val_if_fail (frames != NULL, NULL);

  if (is_text != NULL)
    *is_text = frames->is_text;
  if (frames->n == frames->n_pieces)
    return NULL;

  if (frames->n_pieces == 1 && frames->chunk_id == 0)
    message = g_bytes_ref (frames->bytes);
  else
    {
      PeerChunk chunk = get_chunk (frames, frames->n);

      if (frames->chunk_id != 0)
        message = peer_chunk_to_message (&chunk);
      else
        message = g_bytes_new_from_bytes (frames->bytes, frames->n * frames->piece_size, chunk.length);
    }

  frames->n++;
  frames->remaining_size -= g_bytes_get_size (message);

  return g_steal_pointer (&message);
}

gsize
peer_frames_get_size (PeerFrames *frames)
{
  g_return_val_if_fail (frames != NULL, 0);

  return frames->remaining_size;
}

void
peer_frames_free (PeerFrames *frames)
{
  g_bytes_unref (frames->bytes);
  g_free (frames);
}
