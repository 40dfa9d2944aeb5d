/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-pending-budget-private.h"

struct _PeerPendingBudget
{
  grefcount ref_count;
  guint64 max_size;
  guint64 size;
};

PeerPendingBudget *
peer_pending_budget_new (guint64 max_size)
{
  PeerPendingBudget *self = g_new0 (PeerPendingBudget, 1);

  g_ref_count_init (&self->ref_count);
  self->max_size = max_size;

  return self;
}

PeerPendingBudget *
peer_pending_budget_ref (PeerPendingBudget *self)
{
  g_ref_count_inc (&self->ref_count);

  return self;
}

void
peer_pending_budget_unref (PeerPendingBudget *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  g_assert (self->size == 0);
  g_free (self);
}

void
peer_pending_budget_set_max_size (PeerPendingBudget *self,
                                  guint64 max_size)
{
  self->max_size = max_size;
}

guint64
peer_pending_budget_get_max_size (PeerPendingBudget *self)
{
  return self->max_size;
}

void
peer_pending_budget_take (PeerPendingBudget *self,
                          gsize size)
{
  self->size += size;
}

void
peer_pending_budget_give_back (PeerPendingBudget *self,
                               gsize size)
{
  g_assert (size <= self->size);

  self->size -= size;
}

guint64
peer_pending_budget_get_size (PeerPendingBudget *self)
{
  return self->size;
}

gboolean
peer_pending_budget_is_exceeded (PeerPendingBudget *self)
{
  return self->size > self->max_size;
}
