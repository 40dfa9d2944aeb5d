/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "protocol/peer-payload-private.h"

G_BEGIN_DECLS

#define PEER_EARLY_CANDIDATES_MAX 64
#define PEER_EARLY_CONNECTIONS_MAX 256

/* Bytes of the payload of a candidate that is worth keeping; real ones have a
 * few hundred. */
#define PEER_CANDIDATE_SIZE_MAX 4096

/* Candidates that came before the offer of their connection: a server may
 * deliver them in any order. At most PEER_EARLY_CANDIDATES_MAX for a
 * connection, and for PEER_EARLY_CONNECTIONS_MAX connections; beyond that,
 * the oldest connection's are forgotten. */
typedef struct _PeerEarlyCandidates PeerEarlyCandidates;

PeerEarlyCandidates *peer_early_candidates_new (void);
void peer_early_candidates_free (PeerEarlyCandidates *self);

/* Keeps the JSON text of a payload; FALSE when the connection's share is used up. */
gboolean peer_early_candidates_add (PeerEarlyCandidates *self,
                                    const char *peer_id,
                                    const char *connection_id,
                                    const char *payload,
                                    gsize length);

/* The payloads (GBytes) in the order they came, NULL when there are none. */
GPtrArray *peer_early_candidates_take (PeerEarlyCandidates *self,
                                       const char *peer_id,
                                       const char *connection_id);

guint peer_early_candidates_get_n_connections (PeerEarlyCandidates *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerEarlyCandidates, peer_early_candidates_free)

G_END_DECLS
