/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <string.h>

#include <glib.h>

G_BEGIN_DECLS

/* Bytes that grow at the end; what all writers of this folder write to. */
typedef struct
{
  guint8 *data;
  gsize length;
  gsize capacity;
} PeerBuffer;

void peer_buffer_grow (PeerBuffer *buffer,
                       gsize length);
void peer_buffer_clear (PeerBuffer *buffer);

/* The bytes so far; the buffer is empty afterwards. */
GBytes *peer_buffer_steal_bytes (PeerBuffer *buffer);

/* Room for length more bytes, to be filled by the caller. */
static inline guint8 *
peer_buffer_extend (PeerBuffer *buffer,
                    gsize length)
{
  guint8 *end;

  if (G_UNLIKELY (buffer->capacity - buffer->length < length))
    peer_buffer_grow (buffer, length);

  end = buffer->data + buffer->length;
  buffer->length += length;

  return end;
}

static inline void
peer_buffer_reserve (PeerBuffer *buffer,
                     gsize length)
{
  if (G_UNLIKELY (buffer->capacity - buffer->length < length))
    peer_buffer_grow (buffer, length);
}

/* Appends the first bytes of eight, with one store. There must be room for
 * all eight. */
static inline void
peer_buffer_append_word (PeerBuffer *buffer,
                         guint64 word,
                         gsize length)
{
  memcpy (buffer->data + buffer->length, &word, sizeof word);
  buffer->length += length;
}

static inline void
peer_buffer_append (PeerBuffer *buffer,
                    gconstpointer data,
                    gsize length)
{
  if (length > 0)
    memcpy (peer_buffer_extend (buffer, length), data, length);
}

/* For a few bytes: whole words, the last of which may overlap the one before. */
static inline void
peer_buffer_copy_short (guint8 *output,
                        gconstpointer data,
                        gsize length)
{
  const guint8 *bytes = data;

  if (length >= 8)
    {
      for (gsize i = 0; i + 8 < length; i += 8)
        memcpy (output + i, bytes + i, 8);
      memcpy (output + length - 8, bytes + length - 8, 8);
    }
  else if (length >= 4)
    {
      memcpy (output, bytes, 4);
      memcpy (output + length - 4, bytes + length - 4, 4);
    }
  else
    {
      for (gsize i = 0; i < length; i++)
        output[i] = bytes[i];
    }
}

static inline void
peer_buffer_append_byte (PeerBuffer *buffer,
                         guint8 byte)
{
  *peer_buffer_extend (buffer, 1) = byte;
}

/* Not NULL for empty bytes, so that there is a place to count from. */
static inline const guint8 *
peer_bytes_get_data (GBytes *bytes,
                     gsize *size)
{
  const guint8 *data = g_bytes_get_data (bytes, size);

  return data != NULL ? data : (const guint8 *) "";
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PeerBuffer, peer_buffer_clear)

G_END_DECLS
