/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-pack-head-private.h"

/* What a tag says: the kind, how many bytes of number or length follow it,
 * and the length that is in the tag itself. */
typedef struct
{
  guint8 kind;
  guint8 width;
  guint8 length;
  gboolean is_signed;
  gboolean is_extension;
} Tag;

#define TAG(kind_, width_)                          \
  {                                                 \
    .kind = PEER_PACK_KIND_##kind_, .width = width_ \
  }
#define SIGNED(width_)                                                 \
  {                                                                    \
    .kind = PEER_PACK_KIND_INTEGER, .width = width_, .is_signed = TRUE \
  }
#define EXTENSION(width_, length_)                                                             \
  {                                                                                            \
    .kind = PEER_PACK_KIND_EXTENSION, .width = width_, .length = length_, .is_extension = TRUE \
  }

/* c0 to df; the rest holds its value or its length in the tag. */
static const Tag tags[2][32] = {
  [PEER_PACK_FORMAT_BINARY_PACK] = {
      TAG (NULL, 0),
      TAG (UNDEFINED, 0),
      [0x02] = TAG (BOOLEAN, 0),
      [0x03] = TAG (BOOLEAN, 0),
      [0x0a] = TAG (NUMBER, 4),
      [0x0b] = TAG (NUMBER, 8),
      [0x0c] = TAG (INTEGER, 1),
      [0x0d] = TAG (INTEGER, 2),
      [0x0e] = TAG (INTEGER, 4),
      [0x0f] = TAG (INTEGER, 8),
      [0x10] = SIGNED (1),
      [0x11] = SIGNED (2),
      [0x12] = SIGNED (4),
      [0x13] = SIGNED (8),
      [0x18] = TAG (TEXT, 2),
      [0x19] = TAG (TEXT, 4),
      [0x1a] = TAG (BYTES, 2),
      [0x1b] = TAG (BYTES, 4),
      [0x1c] = TAG (ARRAY, 2),
      [0x1d] = TAG (ARRAY, 4),
      [0x1e] = TAG (MAP, 2),
      [0x1f] = TAG (MAP, 4),
  },
  [PEER_PACK_FORMAT_MESSAGE_PACK] = {
      TAG (NULL, 0),
      [0x02] = TAG (BOOLEAN, 0),
      [0x03] = TAG (BOOLEAN, 0),
      [0x04] = TAG (BYTES, 1),
      [0x05] = TAG (BYTES, 2),
      [0x06] = TAG (BYTES, 4),
      [0x07] = EXTENSION (1, 0),
      [0x08] = EXTENSION (2, 0),
      [0x09] = EXTENSION (4, 0),
      [0x0a] = TAG (NUMBER, 4),
      [0x0b] = TAG (NUMBER, 8),
      [0x0c] = TAG (INTEGER, 1),
      [0x0d] = TAG (INTEGER, 2),
      [0x0e] = TAG (INTEGER, 4),
      [0x0f] = TAG (INTEGER, 8),
      [0x10] = SIGNED (1),
      [0x11] = SIGNED (2),
      [0x12] = SIGNED (4),
      [0x13] = SIGNED (8),
      [0x14] = EXTENSION (0, 1),
      [0x15] = EXTENSION (0, 2),
      [0x16] = EXTENSION (0, 4),
      [0x17] = EXTENSION (0, 8),
      [0x18] = EXTENSION (0, 16),
      [0x19] = TAG (TEXT, 1),
      [0x1a] = TAG (TEXT, 2),
      [0x1b] = TAG (TEXT, 4),
      [0x1c] = TAG (ARRAY, 2),
      [0x1d] = TAG (ARRAY, 4),
      [0x1e] = TAG (MAP, 2),
      [0x1f] = TAG (MAP, 4),
  },
};

/* Copies of constant size are loads. */
static inline guint64
read_big_endian (const guint8 *data,
                 guint width)
{
  guint64 long_number;
  guint32 number;
  guint16 short_number;

  switch (width)
    {
    case 0:
      return 0;
    case 1:
      return *data;
    case 2:
      memcpy (&short_number, data, sizeof short_number);
      return GUINT16_FROM_BE (short_number);
    case 4:
      memcpy (&number, data, sizeof number);
      return GUINT32_FROM_BE (number);
    default:
      memcpy (&long_number, data, sizeof long_number);
      return GUINT64_FROM_BE (long_number);
    }
}

static void
read_number (PeerPackHead *head,
             guint64 bits,
             guint width)
{
  if (width == sizeof (float))
    {
      guint32 half = (guint32) bits;
      float number;

      memcpy (&number, &half, sizeof number);
      head->number = number;
    }
  else
    memcpy (&head->number, &bits, sizeof head->number);
}

static void
read_integer (PeerPackHead *head,
              guint64 bits,
              const Tag *tag)
{
  guint unused_bits = 64 - tag->width * 8;

  g_assert (tag->width > 0);

  if (tag->is_signed)
    bits = (guint64) ((gint64) (bits << unused_bits) >> unused_bits);
  else if (bits > G_MAXINT64)
    head->kind = PEER_PACK_KIND_UNSIGNED;

  head->integer = bits;
}

gsize
peer_pack_read_long_head (const guint8 *data,
                          gsize available,
                          PeerPackFormat format,
                          PeerPackHead *head)
{
  const Tag *tag;
  gsize size;
  guint64 bits;

  tag = &tags[format][*data - 0xc0];
  size = 1 + tag->width + (tag->is_extension ? 1 : 0);
  if (available < size)
    return 0;

  head->kind = tag->kind;
  bits = read_big_endian (data + 1, tag->width);
  if (head->kind == PEER_PACK_KIND_INTEGER)
    read_integer (head, bits, tag);
  else if (head->kind == PEER_PACK_KIND_NUMBER)
    read_number (head, bits, tag->width);
  else if (head->kind == PEER_PACK_KIND_BOOLEAN)
    head->integer = *data & 1;
  else
    head->length = tag->width > 0 ? (gsize) bits : tag->length;
  if (tag->is_extension)
    head->extension = (gint8) data[size - 1];

  return size;
}
