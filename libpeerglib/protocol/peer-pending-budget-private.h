/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How much incomplete values may hold together, on all connections of a peer.
 * Whoever takes more than there is has to give something back of its own. */
typedef struct _PeerPendingBudget PeerPendingBudget;

PeerPendingBudget *peer_pending_budget_new (guint64 max_size);
PeerPendingBudget *peer_pending_budget_ref (PeerPendingBudget *self);
void peer_pending_budget_unref (PeerPendingBudget *self);

void peer_pending_budget_set_max_size (PeerPendingBudget *self,
                                       guint64 max_size);
guint64 peer_pending_budget_get_max_size (PeerPendingBudget *self);

void peer_pending_budget_take (PeerPendingBudget *self,
                               gsize size);
void peer_pending_budget_give_back (PeerPendingBudget *self,
                                    gsize size);

/* Bytes taken. */
guint64 peer_pending_budget_get_size (PeerPendingBudget *self);
gboolean peer_pending_budget_is_exceeded (PeerPendingBudget *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerPendingBudget, peer_pending_budget_unref)

G_END_DECLS
