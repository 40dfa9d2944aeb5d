/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-chunk-private.h"

G_BEGIN_DECLS

/* Puts chunks together again, in whatever order they arrive. Memory is taken
 * for what arrived, never for what a chunk says is to come. On a channel that
 * loses messages some values never become complete: when there is no room for
 * another chunk, those that waited longest for theirs are given up. With a
 * shared budget that is so, too, when others hold what is missing. */
typedef struct _PeerReassembler PeerReassembler;

#define PEER_REASSEMBLER_MAX_VALUES 64

PeerReassembler *peer_reassembler_new (const PeerCodecLimits *limits);
void peer_reassembler_free (PeerReassembler *reassembler);

/* Takes a chunk that lies in message. Sets value when it was the last one
 * missing, else to NULL. An error costs one value only: PEER_ERROR_INVALID_DATA
 * and PEER_ERROR_LIMIT_EXCEEDED, the latter also when another one was given
 * up and the chunk was taken. */
gboolean peer_reassembler_add (PeerReassembler *reassembler,
                               const PeerChunk *chunk,
                               GBytes *message,
                               GBytes **value,
                               GError **error);

/* Memory that incomplete values hold. */
gsize peer_reassembler_get_pending_size (PeerReassembler *reassembler);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerReassembler, peer_reassembler_free)

G_END_DECLS
