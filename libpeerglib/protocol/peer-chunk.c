/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-chunk-private.h"
#include "peer-pack-head-private.h"

/* Numbers are written as whole words. */
#define WORD_SIZE 8

typedef struct
{
  const guint8 *data;
  gsize available;
} Cursor;

static gboolean
read_head (Cursor *cursor,
           PeerPackKind kind,
           PeerPackHead *head)
{
  gsize size = peer_pack_read_head (cursor->data, cursor->available, PEER_PACK_FORMAT_BINARY_PACK, head);

  if (size == 0 || head->kind != kind)
    return FALSE;
  cursor->data += size;
  cursor->available -= size;

  return TRUE;
}

static gboolean
read_bytes (Cursor *cursor,
            PeerPackKind kind,
            const guint8 **data,
            gsize *length)
{
  PeerPackHead head;

  if (!read_head (cursor, kind, &head) || head.length > cursor->available)
    return FALSE;
  *data = cursor->data;
  *length = head.length;
  cursor->data += head.length;
  cursor->available -= head.length;

  return TRUE;
}

static gboolean
read_key (Cursor *cursor,
          const char *expected)
{
  const guint8 *text;
  gsize length;

  return read_bytes (cursor, PEER_PACK_KIND_TEXT, &text, &length) &&
         length == strlen (expected) && memcmp (text, expected, length) == 0;
}

static gboolean
read_count (Cursor *cursor,
            guint64 *count)
{
  PeerPackHead head;

  if (!read_head (cursor, PEER_PACK_KIND_INTEGER, &head) || (gint64) head.integer < 0)
    return FALSE;
  *count = head.integer;

  return TRUE;
}

gboolean
peer_chunk_read (PeerChunk *chunk,
                 GBytes *message)
{
  Cursor cursor;
  PeerPackHead head;

  cursor.data = peer_bytes_get_data (message, &cursor.available);

  return read_head (&cursor, PEER_PACK_KIND_MAP, &head) && head.length == 4 &&
         read_key (&cursor, "__peerData") && read_count (&cursor, &chunk->id) &&
         chunk->id > 0 &&
         read_key (&cursor, "n") && read_count (&cursor, &chunk->n) &&
         read_key (&cursor, "data") &&
         read_bytes (&cursor, PEER_PACK_KIND_BYTES, &chunk->data, &chunk->length) &&
         read_key (&cursor, "total") && read_count (&cursor, &chunk->total) &&
         cursor.available == 0;
}

static gboolean
lookup_count (GVariant *value,
              const char *name,
              guint64 *count)
{
  gint64 integer;

  if (!g_variant_lookup (value, name, "x", &integer) || integer < 0)
    return FALSE;
  *count = (guint64) integer;

  return TRUE;
}

gboolean
peer_chunk_from_value (PeerChunk *chunk,
                       GVariant *value)
{
  g_autoptr (GVariant) data = g_variant_lookup_value (value, "data", G_VARIANT_TYPE_BYTESTRING);

  if (data == NULL)
    return FALSE;

  /* the bytes are the parent's */
  chunk->data = g_variant_get_fixed_array (data, &chunk->length, 1);

  return lookup_count (value, "__peerData", &chunk->id) && chunk->id > 0 &&
         lookup_count (value, "n", &chunk->n) &&
         lookup_count (value, "total", &chunk->total);
}

static void
append_key (PeerBuffer *buffer,
            const char *key)
{
  peer_pack_append_text (buffer, PEER_PACK_FORMAT_BINARY_PACK, key, strlen (key));
}

static void
append_count (PeerBuffer *buffer,
              const char *key,
              guint64 count)
{
  append_key (buffer, key);
  peer_pack_append_integer (buffer, PEER_PACK_FORMAT_BINARY_PACK, (gint64) count);
}

guint8 *
peer_chunk_write_around (const PeerChunk *chunk,
                         PeerBuffer *buffer)
{
  gsize position;

  peer_buffer_grow (buffer, peer_chunk_get_message_size (chunk) + WORD_SIZE);
  peer_pack_append_map (buffer, 4);
  append_count (buffer, "__peerData", chunk->id);
  append_count (buffer, "n", chunk->n);
  append_key (buffer, "data");
  peer_pack_append_bytes_head (buffer, PEER_PACK_FORMAT_BINARY_PACK, chunk->length);
  position = buffer->length;
  peer_buffer_extend (buffer, chunk->length);
  append_count (buffer, "total", chunk->total);

  return buffer->data + position;
}

static gsize
get_count_size (guint64 count)
{
  if (count <= G_MAXINT8)
    return 1;
  if (count <= G_MAXUINT8)
    return 2;
  if (count <= G_MAXUINT16)
    return 3;

  return count <= G_MAXUINT32 ? 5 : 9;
}

gsize
peer_chunk_get_message_size (const PeerChunk *chunk)
{
  const gsize keys_size = 1 + 1 + strlen ("__peerData") + 1 + strlen ("n") + 1 + strlen ("data") + 1 + strlen ("total");
  gsize head_size = 5;

  if (chunk->length <= 15)
    head_size = 1;
  else if (chunk->length <= G_MAXUINT16)
    head_size = 3;

  return keys_size + get_count_size (chunk->id) + get_count_size (chunk->n) +
         head_size + chunk->length + get_count_size (chunk->total);
}
