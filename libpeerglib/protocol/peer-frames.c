/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-chunk-private.h"
#include "peer-frames-private.h"

struct _PeerFrames
{
  GBytes *message; /* nullable: the only one, as it is */
  gboolean is_text;

  PeerRope rope; /* what the pieces are cut from */
  PeerRopeCursor cursor;
  gsize piece_size;
  guint64 chunk_id; /* 0 when the pieces are messages as they are */

  guint64 n;
  guint64 n_pieces;
  gsize remaining_size;
};

PeerFrames *
peer_frames_new (GBytes *message,
                 gboolean is_text)
{
  PeerFrames *frames;

  g_return_val_if_fail (message != NULL, NULL);

  frames = g_new0 (PeerFrames, 1);
  frames->message = g_bytes_ref (message);
  frames->is_text = is_text;
  frames->n_pieces = 1;
  frames->remaining_size = g_bytes_get_size (message);

  return frames;
}

PeerFrames *
peer_frames_new_sliced (PeerRope *stream,
                        gsize piece_size)
{
  PeerFrames *frames = g_new0 (PeerFrames, 1);
  gsize size = peer_rope_get_size (stream);

  frames->rope = *stream;
  *stream = (PeerRope){ { NULL } };
  frames->piece_size = piece_size;
  frames->n_pieces = size <= piece_size ? 1 : (size - 1) / piece_size + 1;
  frames->remaining_size = size;

  return frames;
}

static gsize
get_piece_size (PeerFrames *frames,
                guint64 n)
{
  return MIN (peer_rope_get_size (&frames->rope) - n * frames->piece_size, frames->piece_size);
}

static PeerChunk
get_chunk (PeerFrames *frames,
           guint64 n)
{
  return (PeerChunk){
    .id = frames->chunk_id,
    .n = n,
    .total = frames->n_pieces,
    .length = get_piece_size (frames, n),
  };
}

PeerFrames *
peer_frames_new_chunked (PeerRope *packed,
                         gsize piece_size,
                         guint64 id)
{
  PeerFrames *frames = peer_frames_new_sliced (packed, piece_size);

  frames->chunk_id = id;
  frames->remaining_size = 0;
  for (guint64 n = 0; n < frames->n_pieces; n++)
    {
      PeerChunk chunk = get_chunk (frames, n);

      frames->remaining_size += peer_chunk_get_message_size (&chunk);
    }

  return frames;
}

static GBytes *
make_message (PeerFrames *frames)
{
  PeerBuffer buffer = { NULL };
  guint8 *payload;
  gsize size;

  if (frames->message != NULL)
    return g_bytes_ref (frames->message);

  size = get_piece_size (frames, frames->n);
  if (frames->chunk_id != 0)
    {
      PeerChunk chunk = get_chunk (frames, frames->n);

      payload = peer_chunk_write_around (&chunk, &buffer);
    }
  else
    {
      peer_buffer_grow (&buffer, size);
      payload = peer_buffer_extend (&buffer, size);
    }
  peer_rope_read (&frames->rope, &frames->cursor, payload, size);

  return peer_buffer_steal_bytes (&buffer);
}

GBytes *
peer_frames_next (PeerFrames *frames,
                  gboolean *is_text)
{
  GBytes *message;

  g_return_val_if_fail (frames != NULL, NULL);

  if (is_text != NULL)
    *is_text = frames->is_text;
  if (frames->n == frames->n_pieces)
    return NULL;

  message = make_message (frames);
  frames->n++;
  frames->remaining_size -= g_bytes_get_size (message);

  return message;
}

gboolean
peer_frames_are_chunks (PeerFrames *frames)
{
  g_return_val_if_fail (frames != NULL, FALSE);

  return frames->chunk_id != 0;
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
  g_clear_pointer (&frames->message, g_bytes_unref);
  peer_rope_clear (&frames->rope);
  g_free (frames);
}
