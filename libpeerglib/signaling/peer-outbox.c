/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-outbox-private.h"

struct _PeerOutbox
{
  GQueue waiting; /* of GBytes */
  GQueue sent;    /* of GBytes */
};

static void
forget_oldest (GQueue *queue)
{
  while (queue->length > PEER_OUTBOX_MAX)
    g_bytes_unref (g_queue_pop_head (queue));
}

PeerOutbox *
peer_outbox_new (void)
{
  return g_new0 (PeerOutbox, 1);
}

void
peer_outbox_free (PeerOutbox *self)
{
  g_queue_clear_full (&self->waiting, (GDestroyNotify) g_bytes_unref);
  g_queue_clear_full (&self->sent, (GDestroyNotify) g_bytes_unref);
  g_free (self);
}

void
peer_outbox_add (PeerOutbox *self,
                 GBytes *message)
{
  g_queue_push_tail (&self->waiting, g_bytes_ref (message));
  forget_oldest (&self->waiting);
}

GBytes *
peer_outbox_peek (PeerOutbox *self)
{
  return g_queue_peek_head (&self->waiting);
}

void
peer_outbox_sent (PeerOutbox *self)
{
  g_queue_push_tail (&self->sent, g_queue_pop_head (&self->waiting));
  forget_oldest (&self->sent);
}

void
peer_outbox_confirm (PeerOutbox *self)
{
  g_queue_clear_full (&self->sent, (GDestroyNotify) g_bytes_unref);
}

void
peer_outbox_recover (PeerOutbox *self)
{
  GBytes *message;

  while ((message = g_queue_pop_tail (&self->sent)) != NULL)
    g_queue_push_head (&self->waiting, message);
  forget_oldest (&self->waiting);
}
