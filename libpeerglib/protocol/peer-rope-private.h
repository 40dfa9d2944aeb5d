/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-buffer-private.h"

G_BEGIN_DECLS

/* Bytes that stay where they are and take their place between those of a
 * rope's buffer. */
typedef struct
{
  gsize position; /* in the buffer */
  GBytes *bytes;
} PeerRopeReference;

/* Bytes that grow at the end, of which long stretches are not copied. */
typedef struct
{
  PeerBuffer buffer;
  GArray *references; /* nullable: of PeerRopeReference */
  gsize referred_size;
} PeerRope;

/* How far a rope was read. */
typedef struct
{
  gsize position; /* in the buffer */
  guint n_references;
  gsize offset; /* in the next reference */
} PeerRopeCursor;

/* Appends the bytes without copying them. */
void peer_rope_refer (PeerRope *rope,
                      GBytes *bytes);
gsize peer_rope_get_size (const PeerRope *rope);

/* Copies the next bytes, of which there must be so many, and goes on. */
void peer_rope_read (const PeerRope *rope,
                     PeerRopeCursor *cursor,
                     guint8 *destination,
                     gsize size);

/* All of it in one piece; the rope is empty afterwards. */
GBytes *peer_rope_steal_bytes (PeerRope *rope);
void peer_rope_clear (PeerRope *rope);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PeerRope, peer_rope_clear)

G_END_DECLS
