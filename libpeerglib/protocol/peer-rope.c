/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-rope-private.h"

static void
reference_clear (gpointer data)
{
  PeerRopeReference *reference = data;

  g_bytes_unref (reference->bytes);
}

void
peer_rope_refer (PeerRope *rope,
                 GBytes *bytes)
{
  PeerRopeReference reference = { rope->buffer.length, bytes };

  if (g_bytes_get_size (bytes) == 0)
    return;

  if (rope->references == NULL)
    {
      rope->references = g_array_new (FALSE, FALSE, sizeof reference);
      g_array_set_clear_func (rope->references, reference_clear);
    }
  g_bytes_ref (bytes);
  g_array_append_val (rope->references, reference);
  rope->referred_size += g_bytes_get_size (bytes);
}

gsize
peer_rope_get_size (const PeerRope *rope)
{
  return rope->buffer.length + rope->referred_size;
}

/* The stretch that follows: of the buffer up to the next reference, or of that. */
static const guint8 *
get_stretch (const PeerRope *rope,
             const PeerRopeCursor *cursor,
             gsize *size)
{
  const PeerRopeReference *reference = NULL;
  const guint8 *data;

  if (rope->references != NULL && cursor->n_references < rope->references->len)
    reference = &g_array_index (rope->references, PeerRopeReference, cursor->n_references);

  if (reference == NULL || cursor->position < reference->position)
    {
      *size = (reference != NULL ? reference->position : rope->buffer.length) - cursor->position;
      return rope->buffer.data + cursor->position;
    }

  data = peer_bytes_get_data (reference->bytes, size);
  *size -= cursor->offset;

  return data + cursor->offset;
}

static void
advance (const PeerRope *rope,
         PeerRopeCursor *cursor,
         gsize size,
         gsize stretch_size)
{
  gboolean is_reference = rope->references != NULL && cursor->n_references < rope->references->len &&
                          cursor->position == g_array_index (rope->references, PeerRopeReference, cursor->n_references).position;

  if (!is_reference)
    {
      cursor->position += size;
    }
  else if (size == stretch_size)
    {
      cursor->n_references++;
      cursor->offset = 0;
    }
  else
    {
      cursor->offset += size;
    }
}

void
peer_rope_read (const PeerRope *rope,
                PeerRopeCursor *cursor,
                guint8 *destination,
                gsize size)
{
  while (size > 0)
    {
      gsize stretch_size;
      const guint8 *data = get_stretch (rope, cursor, &stretch_size);
      gsize part = MIN (size, stretch_size);

      g_assert (part > 0);

      memcpy (destination, data, part);
      advance (rope, cursor, part, stretch_size);
      destination += part;
      size -= part;
    }
}

GBytes *
peer_rope_steal_bytes (PeerRope *rope)
{
  GBytes *bytes;

  if (rope->references == NULL)
    {
      bytes = peer_buffer_steal_bytes (&rope->buffer);
    }
  else
    {
      PeerRopeCursor cursor = { 0 };
      gsize size = peer_rope_get_size (rope);
      guint8 *data = g_malloc (size);

      peer_rope_read (rope, &cursor, data, size);
      bytes = g_bytes_new_take (data, size);
    }
  peer_rope_clear (rope);

  return bytes;
}

void
peer_rope_clear (PeerRope *rope)
{
  peer_buffer_clear (&rope->buffer);
  g_clear_pointer (&rope->references, g_array_unref);
  rope->referred_size = 0;
}
