/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-pack-private.h"

G_BEGIN_DECLS

typedef enum
{
  PEER_PACK_KIND_UNASSIGNED,
  PEER_PACK_KIND_NULL,
  PEER_PACK_KIND_UNDEFINED,
  PEER_PACK_KIND_BOOLEAN,
  PEER_PACK_KIND_INTEGER,
  PEER_PACK_KIND_UNSIGNED,
  PEER_PACK_KIND_NUMBER,
  PEER_PACK_KIND_TEXT,
  PEER_PACK_KIND_BYTES,
  PEER_PACK_KIND_ARRAY,
  PEER_PACK_KIND_MAP,
  PEER_PACK_KIND_EXTENSION,
} PeerPackKind;

/* A value up to where its bytes or its elements start. */
typedef struct
{
  PeerPackKind kind;
  guint64 integer; /* signed ones in two's complement */
  double number;
  gsize length; /* bytes that follow, or elements, or pairs */
  gint8 extension;
} PeerPackHead;

/* Those with tags from c0 to df. */
gsize peer_pack_read_long_head (const guint8 *data,
                                gsize available,
                                PeerPackFormat format,
                                PeerPackHead *head);

/* The other tags, which hold their value or their length. */
static inline void
peer_pack_read_short_head (guint8 byte,
                           PeerPackFormat format,
                           PeerPackHead *head)
{
  if (byte < 0x80 || byte >= 0xe0)
    {
      head->kind = PEER_PACK_KIND_INTEGER;
      head->integer = (guint64) (gint8) byte;
      return;
    }

  head->length = byte & 0x0f;
  if (byte < 0x90)
    head->kind = PEER_PACK_KIND_MAP;
  else if (byte < 0xa0)
    head->kind = PEER_PACK_KIND_ARRAY;
  else if (format == PEER_PACK_FORMAT_MESSAGE_PACK)
    {
      head->kind = PEER_PACK_KIND_TEXT;
      head->length = byte & 0x1f;
    }
  else
    head->kind = byte < 0xb0 ? PEER_PACK_KIND_BYTES : PEER_PACK_KIND_TEXT;
}

#define PEER_PACK_MAX_NUMBER_SIZE 9

/* cb to d3, the same in both formats: a double, integers without and with
 * sign, of 8, 16, 32 and 64 bits. There must be as many bytes as the longest
 * has. */
static inline gsize
peer_pack_read_number (const guint8 *data,
                       PeerPackHead *head)
{
  guint64 bits;
  guint width;
  guint unused_bits;

  memcpy (&bits, data + 1, sizeof bits);
  bits = GUINT64_FROM_BE (bits);
  if (*data == 0xcb)
    {
      head->kind = PEER_PACK_KIND_NUMBER;
      memcpy (&head->number, &bits, sizeof bits);
      return PEER_PACK_MAX_NUMBER_SIZE;
    }

  width = 1u << (*data & 3);
  unused_bits = 64 - 8 * width;
  head->kind = PEER_PACK_KIND_INTEGER;
  if (*data >= 0xd0)
    head->integer = (guint64) ((gint64) bits >> unused_bits);
  else
    head->integer = bits >> unused_bits;
  if (*data == 0xcf && head->integer > G_MAXINT64)
    head->kind = PEER_PACK_KIND_UNSIGNED;

  return 1 + width;
}

/* Its length; 0 when it is not complete. */
static inline gsize
peer_pack_read_head (const guint8 *data,
                     gsize available,
                     PeerPackFormat format,
                     PeerPackHead *head)
{
  if (available == 0)
    return 0;
  if (*data >= 0xcb && *data <= 0xd3 && available >= PEER_PACK_MAX_NUMBER_SIZE)
    return peer_pack_read_number (data, head);
  if (*data >= 0xc0 && *data < 0xe0)
    return peer_pack_read_long_head (data, available, format, head);

  peer_pack_read_short_head (*data, format, head);

  return 1;
}

G_END_DECLS
