/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-byte-queue-private.h"

gsize
peer_byte_queue_get_size (const PeerByteQueue *self)
{
  return self->bytes == NULL ? 0 : self->bytes->len - self->offset;
}

const guint8 *
peer_byte_queue_peek (const PeerByteQueue *self)
{
  return self->bytes == NULL ? NULL : self->bytes->data + self->offset;
}

void
peer_byte_queue_push (PeerByteQueue *self,
                      const void *data,
                      gsize length)
{
  if (length == 0)
    return;

  if (self->bytes == NULL)
    self->bytes = g_byte_array_new ();
  g_byte_array_append (self->bytes, data, length);
}

void
peer_byte_queue_drop (PeerByteQueue *self,
                      gsize length)
{
  g_assert (length <= peer_byte_queue_get_size (self));

  self->offset += length;
  if (self->bytes == NULL)
    return;

  if (self->offset == self->bytes->len)
    {
      peer_byte_queue_clear (self);
    }
  else if (self->offset > self->bytes->len / 2)
    {
      g_byte_array_remove_range (self->bytes, 0, self->offset);
      self->offset = 0;
    }
}

void
peer_byte_queue_clear (PeerByteQueue *self)
{
  g_clear_pointer (&self->bytes, g_byte_array_unref);
  self->offset = 0;
}
