/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-pack-private.h"

G_BEGIN_DECLS

/* Finds the end of a value of MessagePack in a stream that arrives piece by
 * piece, looking at each byte once, and refuses what is over a limit as soon
 * as its head is there. */
typedef struct
{
  guint max_depth;
  gsize max_size;
  gsize position;                         /* in the value */
  guint64 remaining[PEER_PACK_MAX_DEPTH]; /* elements of the containers around */
  guint n_levels;
  gboolean found_end;
} PeerPackScanner;

void peer_pack_scanner_init (PeerPackScanner *scanner,
                             guint max_depth,
                             gsize max_size);

/* data is all there is of the value so far, and what follows it. Sets size
 * to the value's, to 0 while it is not complete, and then starts over for the
 * next one. Errors: PEER_ERROR_INVALID_DATA, PEER_ERROR_LIMIT_EXCEEDED. */
gboolean peer_pack_scanner_scan (PeerPackScanner *scanner,
                                 const guint8 *data,
                                 gsize available,
                                 gsize *size,
                                 GError **error);

G_END_DECLS
