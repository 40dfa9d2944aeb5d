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

/* Its length; 0 when it is not complete. */
static inline gsize
peer_pack_read_head (const guint8 *data,
                     gsize available,
                     PeerPackFormat format,
                     PeerPackHead *head)
{
  if (available == 0)
    return 0;
  if (*data >= 0xc0 && *data < 0xe0)
    return peer_pack_read_long_head (data, available, format, head);

  peer_pack_read_short_head (*data, format, head);

  return 1;
}

G_END_DECLS
