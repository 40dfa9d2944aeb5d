/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-webrtc-exit-private.h"

#include "peer-webrtc-link-struct-private.h"
#include "peer-webrtc-worker-private.h"

#include <stdlib.h>
#include <unistd.h>

/* A process that exits waits no longer than this for its links to close, and
 * then for those that are cut off. */
#define CLOSE_MILLISECONDS 500
#define END_MILLISECONDS 100

/* Links that run, on the worker only; their number is under the lock. */
static GQueue links = G_QUEUE_INIT;
static GMutex lock;
static GCond changed;
static guint n_links;
static pid_t process;
static GThread *worker;

static void
for_each (void (*func) (PeerWebrtcLink *link))
{
  g_autoptr (GList) copy = g_list_copy (links.head);

  for (GList *item = copy; item != NULL; item = item->next)
    func (item->data);
}

static gboolean
close_all (gpointer user_data)
{
  for_each (peer_webrtc_link_close);

  return G_SOURCE_REMOVE;
}

static gboolean
end_all (gpointer user_data)
{
  for_each (peer_webrtc_link_tear_down);

  return G_SOURCE_REMOVE;
}

static void
wait_for_links (int milliseconds)
{
  gint64 deadline = g_get_monotonic_time () + milliseconds * 1000;
  gboolean is_late = FALSE;

  g_mutex_lock (&lock);
  while (n_links > 0 && !is_late)
    is_late = !g_cond_wait_until (&changed, &lock, deadline);
  g_mutex_unlock (&lock);
}

static gboolean
has_links (void)
{
  gboolean has_any;

  g_mutex_lock (&lock);
  has_any = n_links > 0;
  g_mutex_unlock (&lock);

  return has_any;
}

/* A child that was forked has the handler, but no worker. */
static void
on_exit_of_process (void)
{
  if (getpid () != process || g_thread_self () == worker || !has_links ())
    return;

  peer_webrtc_worker_invoke (G_PRIORITY_HIGH, close_all, NULL, NULL);
  wait_for_links (CLOSE_MILLISECONDS);
  if (!has_links ())
    return;

  peer_webrtc_worker_invoke (G_PRIORITY_HIGH, end_all, NULL, NULL);
  wait_for_links (END_MILLISECONDS);
}

void
peer_webrtc_exit_add (PeerWebrtcLink *link)
{
  if (worker == NULL)
    {
      process = getpid ();
      worker = g_thread_self ();
      atexit (on_exit_of_process);
    }

  g_queue_push_tail (&links, link);
  g_mutex_lock (&lock);
  n_links++;
  g_mutex_unlock (&lock);
}

void
peer_webrtc_exit_remove (PeerWebrtcLink *link)
{
  g_queue_remove (&links, link);
  g_mutex_lock (&lock);
  n_links--;
  g_cond_broadcast (&changed);
  g_mutex_unlock (&lock);
}
