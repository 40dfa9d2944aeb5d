/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Bytes that go out at one end as others come in at the other. Zeroed memory
 * is an empty queue, which holds no memory. */
typedef struct
{
  guint8 *bytes;
  gsize offset;
  gsize end;
  gsize capacity;
} PeerByteQueue;

gsize peer_byte_queue_get_size (const PeerByteQueue *self);
const guint8 *peer_byte_queue_peek (const PeerByteQueue *self);

/* Makes room for so many bytes more, which the caller writes. */
guint8 *peer_byte_queue_grow (PeerByteQueue *self,
                              gsize length);
void peer_byte_queue_drop (PeerByteQueue *self,
                           gsize length);
void peer_byte_queue_clear (PeerByteQueue *self);

G_END_DECLS
