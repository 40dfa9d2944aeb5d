/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-byte-queue-private.h"

#include <string.h>

gsize
peer_byte_queue_get_size (const PeerByteQueue *self)
{
  return self->end - self->offset;
}

const guint8 *
peer_byte_queue_peek (const PeerByteQueue *self)
{
  return self->bytes + self->offset;
}

guint8 *
peer_byte_queue_grow (PeerByteQueue *self,
                      gsize length)
{
  gsize size = self->end - self->offset;
  guint8 *end;

  if (self->capacity - self->end < length)
    {
      /* What went out makes room before memory does. */
      if (self->offset >= self->end / 2 && self->capacity - size >= length)
        {
          memmove (self->bytes, self->bytes + self->offset, size);
          self->offset = 0;
          self->end = size;
        }
      else
        {
          self->capacity = MAX (self->end + length, 2 * self->capacity);
          self->bytes = g_realloc (self->bytes, self->capacity);
        }
    }

  end = self->bytes + self->end;
  self->end += length;

  return end;
}

void
peer_byte_queue_drop (PeerByteQueue *self,
                      gsize length)
{
  g_assert (length <= peer_byte_queue_get_size (self));

  self->offset += length;
  if (self->offset == self->end)
    peer_byte_queue_clear (self);
}

void
peer_byte_queue_clear (PeerByteQueue *self)
{
  g_free (self->bytes);
  *self = (PeerByteQueue){ 0 };
}
