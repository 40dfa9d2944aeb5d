/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-buffer-private.h"

#define MIN_CAPACITY 64

/* Bytes that need not be given back. */
#define MAX_WASTE 256

void
peer_buffer_grow (PeerBuffer *buffer,
                  gsize length)
{
  gsize needed;

  g_assert (length <= G_MAXSIZE / 4 - buffer->length);

  needed = buffer->length + length;
  buffer->capacity = MAX (needed, MAX (buffer->capacity * 2, MIN_CAPACITY));
  buffer->data = g_realloc (buffer->data, buffer->capacity);
}

void
peer_buffer_clear (PeerBuffer *buffer)
{
  g_free (buffer->data);
  *buffer = (PeerBuffer){ NULL };
}

GBytes *
peer_buffer_steal_bytes (PeerBuffer *buffer)
{
  guint8 *data = buffer->data;
  gsize length = buffer->length;

  if (buffer->capacity - length > MAX (length / 2, MAX_WASTE))
    data = g_realloc (data, length);
  *buffer = (PeerBuffer){ NULL };

  return g_bytes_new_take (data, length);
}
