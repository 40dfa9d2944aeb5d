/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-buffer-private.h"
#include "peer-codec-private.h"

G_BEGIN_DECLS

/* PeerJS packs whole what is up to this size, and cuts what is larger into
 * pieces of it. */
#define PEER_CHUNK_MAX_PAYLOAD 16300

/* What a chunk has beside its payload, at most. */
#define PEER_CHUNK_OVERHEAD 47

/* A piece of a packed value: {__peerData: id, n, data, total}. */
typedef struct
{
  guint64 id;
  guint64 n;
  guint64 total;
  const guint8 *data;
  gsize length;
} PeerChunk;

/* Reads a chunk message without unpacking it, if it has its members in the
 * order in which PeerJS writes them. */
gboolean peer_chunk_read (PeerChunk *chunk,
                          GBytes *message);

/* Reads a chunk message that was unpacked; borrows from the value. */
gboolean peer_chunk_from_value (PeerChunk *chunk,
                                GVariant *value);

/* Writes the message but for its data: returns where so many bytes of it as
 * the chunk is long are to be filled in. */
guint8 *peer_chunk_write_around (const PeerChunk *chunk,
                                 PeerBuffer *buffer);

/* The size of that message. */
gsize peer_chunk_get_message_size (const PeerChunk *chunk);

G_END_DECLS
