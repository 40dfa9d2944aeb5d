/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-wait-queue-private.h"

#include "peer-source-private.h"

struct _PeerWaitQueue
{
  GMainContext *context;
  GQueue waits;
};

typedef struct
{
  PeerWaitQueue *queue;
  GTask *task;
  GSource *cancelled;
} Wait;

static GTask *
wait_free (Wait *wait)
{
  GTask *task = wait->task;

  peer_source_clear (&wait->cancelled);
  g_free (wait);

  return task;
}

static gboolean
cancelled_cb (GCancellable *cancellable,
              gpointer user_data)
{
  Wait *wait = user_data;
  g_autoptr (GTask) task = NULL;

  g_queue_remove (&wait->queue->waits, wait);
  task = wait_free (wait);
  g_task_return_error_if_cancelled (task);

  return G_SOURCE_REMOVE;
}

PeerWaitQueue *
peer_wait_queue_new (GMainContext *context)
{
  PeerWaitQueue *self = g_new0 (PeerWaitQueue, 1);

  self->context = g_main_context_ref (context);

  return self;
}

void
peer_wait_queue_free (PeerWaitQueue *self)
{
  g_assert (g_queue_is_empty (&self->waits));

  g_main_context_unref (self->context);
  g_free (self);
}

void
peer_wait_queue_push (PeerWaitQueue *self,
                      GTask *task)
{
  GCancellable *cancellable = g_task_get_cancellable (task);
  Wait *wait = g_new0 (Wait, 1);

  wait->queue = self;
  wait->task = g_object_ref (task);
  if (cancellable != NULL)
    {
      wait->cancelled = g_cancellable_source_new (cancellable);
      g_source_set_callback (wait->cancelled, G_SOURCE_FUNC (cancelled_cb), wait, NULL);
      g_source_attach (wait->cancelled, self->context);
    }
  g_queue_push_tail (&self->waits, wait);
}

GTask *
peer_wait_queue_pop (PeerWaitQueue *self)
{
  Wait *wait = g_queue_pop_head (&self->waits);

  return wait != NULL ? wait_free (wait) : NULL;
}

gboolean
peer_wait_queue_is_empty (PeerWaitQueue *self)
{
  return g_queue_is_empty (&self->waits);
}

void
peer_wait_queue_fail (PeerWaitQueue *self,
                      const GError *error)
{
  g_autoptr (GPtrArray) tasks = g_ptr_array_new_with_free_func (g_object_unref);
  GTask *task;

  /* A callback may wait anew. */
  while ((task = peer_wait_queue_pop (self)) != NULL)
    g_ptr_array_add (tasks, task);
  for (guint i = 0; i < tasks->len; i++)
    g_task_return_error (g_ptr_array_index (tasks, i), g_error_copy (error));
}
