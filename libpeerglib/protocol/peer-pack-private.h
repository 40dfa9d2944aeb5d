/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-buffer-private.h"
#include "peer-rope-private.h"
#include "peer-value-private.h"

G_BEGIN_DECLS

/* BinaryPack is MessagePack as it was in 2013 with text and bytes moved to
 * other tags; numbers, arrays and maps are the same in both. */
typedef enum
{
  PEER_PACK_FORMAT_BINARY_PACK,
  PEER_PACK_FORMAT_MESSAGE_PACK,
} PeerPackFormat;

/* Nesting that no limit can exceed; GVariant holds no more. */
#define PEER_PACK_MAX_DEPTH 64

/* Appends the packed value, a prepared one; long texts and bytes are not
 * copied. BinaryPack takes care of what the JavaScript decoder reads wrong: zero
 * is never a double; subnormal numbers, which it reads wrong in any form, become
 * zero; integers below -2³¹ have whichever form it reads exactly, and if there is
 * none (no Number can hold them) the exact one. Dates are ISO 8601 text there.
 * Error: PEER_ERROR_UNSUPPORTED_VALUE. */
gboolean peer_pack_append (PeerRope *rope,
                           PeerPackFormat format,
                           GVariant *prepared,
                           guint max_depth,
                           GError **error);

/* The pieces of which chunks are made. */
void peer_pack_append_integer (PeerBuffer *buffer,
                               PeerPackFormat format,
                               gint64 integer);
void peer_pack_append_text (PeerBuffer *buffer,
                            PeerPackFormat format,
                            const char *text,
                            gsize length);
/* What comes before so many bytes. */
void peer_pack_append_bytes_head (PeerBuffer *buffer,
                                  PeerPackFormat format,
                                  gsize length);
void peer_pack_append_map (PeerBuffer *buffer,
                           gsize n_members);

/* One value and nothing after it. Keys become text as JavaScript turns them
 * into text. Errors: PEER_ERROR_INVALID_DATA; PEER_ERROR_LIMIT_EXCEEDED for
 * the depth, and when the value needs more than max_size bytes of memory. */
GVariant *peer_unpack (GBytes *packed,
                       PeerPackFormat format,
                       guint max_depth,
                       gsize max_size,
                       GError **error);

G_END_DECLS
