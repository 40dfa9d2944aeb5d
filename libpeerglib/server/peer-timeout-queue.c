/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-timeout-queue-private.h"

struct _PeerTimeoutQueue
{
  GSource source;
  GQueue timeouts;
  guint interval;
  PeerTimeoutFunc func;
  gpointer user_data;
};

static PeerTimeout *
peer_timeout_queue_peek (PeerTimeoutQueue *self)
{
  return self->timeouts.head == NULL ? NULL : (PeerTimeout *) self->timeouts.head;
}

static gint64
peer_timeout_queue_get_deadline (PeerTimeoutQueue *self,
                                 PeerTimeout *timeout)
{
  return timeout->armed_at + self->interval * (gint64) G_TIME_SPAN_MILLISECOND;
}

static void
peer_timeout_queue_schedule (PeerTimeoutQueue *self)
{
  PeerTimeout *first = peer_timeout_queue_peek (self);
  gint64 ready_time = -1;

  if (first != NULL && self->interval > 0)
    ready_time = peer_timeout_queue_get_deadline (self, first);
  g_source_set_ready_time (&self->source, ready_time);
}

static gboolean
peer_timeout_queue_dispatch (GSource *source,
                             GSourceFunc callback,
                             gpointer user_data)
{
  PeerTimeoutQueue *self = (PeerTimeoutQueue *) source;
  gint64 now = g_get_monotonic_time ();
  PeerTimeout *first;

  while (self->interval > 0 && (first = peer_timeout_queue_peek (self)) != NULL &&
         peer_timeout_queue_get_deadline (self, first) <= now)
    {
      gpointer item = first->link.data;

      peer_timeout_queue_cancel (self, first);
      self->func (item, self->user_data);
      if (g_source_is_destroyed (source))
        return G_SOURCE_REMOVE;
    }

  peer_timeout_queue_schedule (self);

  return G_SOURCE_CONTINUE;
}

static GSourceFuncs peer_timeout_queue_funcs = {
  .dispatch = peer_timeout_queue_dispatch,
};

PeerTimeoutQueue *
peer_timeout_queue_new (GMainContext *context,
                        const char *name,
                        PeerTimeoutFunc func,
                        gpointer user_data)
{
  GSource *source = g_source_new (&peer_timeout_queue_funcs, sizeof (PeerTimeoutQueue));
  PeerTimeoutQueue *self = (PeerTimeoutQueue *) source;

  g_queue_init (&self->timeouts);
  self->interval = 0;
  self->func = func;
  self->user_data = user_data;

  g_source_set_static_name (source, name);
  g_source_attach (source, context);

  return self;
}

void
peer_timeout_queue_free (PeerTimeoutQueue *self)
{
  while (self->timeouts.head != NULL)
    peer_timeout_queue_cancel (self, peer_timeout_queue_peek (self));

  g_source_destroy (&self->source);
  g_source_unref (&self->source);
}

void
peer_timeout_queue_set_interval (PeerTimeoutQueue *self,
                                 guint interval)
{
  if (self->interval == interval)
    return;

  self->interval = interval;
  peer_timeout_queue_schedule (self);
}

void
peer_timeout_queue_arm (PeerTimeoutQueue *self,
                        PeerTimeout *timeout,
                        gpointer item)
{
  gboolean was_empty = self->timeouts.head == NULL;

  g_assert (item != NULL);

  if (timeout->link.data != NULL)
    g_queue_unlink (&self->timeouts, &timeout->link);

  timeout->link.data = item;
  timeout->armed_at = g_get_monotonic_time ();
  g_queue_push_tail_link (&self->timeouts, &timeout->link);

  /* When there are others the source may wake up too early, once, and finds
   * out: cheaper than moving its time at each renewal. */
  if (was_empty)
    peer_timeout_queue_schedule (self);
}

void
peer_timeout_queue_cancel (PeerTimeoutQueue *self,
                           PeerTimeout *timeout)
{
  if (timeout->link.data == NULL)
    return;

  g_queue_unlink (&self->timeouts, &timeout->link);
  timeout->link.data = NULL;
}

gpointer
peer_timeout_queue_get_oldest (PeerTimeoutQueue *self)
{
  return self->timeouts.head == NULL ? NULL : self->timeouts.head->data;
}
