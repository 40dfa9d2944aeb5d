/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-poll-hub-internal-private.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <libpeerglib/peer-source-private.h>
#include <sys/epoll.h>
#include <unistd.h>

#define EVENTS_PER_TURN 256
#define PAUSE_TIME 50
#define LINGER_TIMEOUT 2000

typedef struct
{
  GSource source;
  PeerPollHub *hub;
} PeerPollHubSource;

G_DEFINE_FINAL_TYPE (PeerPollHub, peer_poll_hub, G_TYPE_OBJECT)

static void
peer_poll_hub_run_ready (PeerPollHub *self)
{
  GQueue ready = self->ready;
  GList *link;

  /* Who becomes ready again waits for the next turn. */
  g_queue_init (&self->ready);

  while ((link = g_queue_pop_head_link (&ready)) != NULL)
    {
      g_autoptr (PeerPollStream) stream = g_steal_pointer (&link->data);

      peer_poll_stream_run (stream, 0);
    }
}

static void
peer_poll_hub_run_events (PeerPollHub *self)
{
  struct epoll_event events[EVENTS_PER_TURN];
  int n_events;

  do
    n_events = epoll_wait (self->epoll_fd, events, G_N_ELEMENTS (events), 0);
  while (n_events < 0 && errno == EINTR);

  /* A stream that an earlier event closes is kept until the end of the turn
   * and does nothing. */
  for (int i = 0; i < n_events; i++)
    peer_poll_stream_run (events[i].data.ptr, events[i].events);
}

static void
peer_poll_hub_settle (PeerPollHub *self)
{
  while (self->garbage->len > 0 || self->has_closures)
    {
      g_autoptr (GPtrArray) garbage = g_steal_pointer (&self->garbage);

      self->garbage = g_ptr_array_new_with_free_func (g_object_unref);

      peer_poll_hub_enter (self);
      g_ptr_array_set_size (garbage, 0);
      peer_poll_hub_leave (self);

      self->has_closures = FALSE;
      while (g_main_context_iteration (self->dormant, FALSE))
        ;
    }
}

static gboolean
peer_poll_hub_dispatch (GSource *source,
                        GSourceFunc callback,
                        gpointer user_data)
{
  g_autoptr (PeerPollHub) self = g_object_ref (((PeerPollHubSource *) source)->hub);

  self->turn_began = g_get_monotonic_time ();
  peer_poll_hub_enter (self);
  peer_poll_hub_run_ready (self);
  peer_poll_hub_run_events (self);
  peer_poll_hub_leave (self);
  peer_poll_hub_settle (self);
  g_source_set_ready_time (source, self->ready.length > 0 ? 0 : -1);

  return G_SOURCE_CONTINUE;
}

static GSourceFuncs peer_poll_hub_source_funcs = {
  .dispatch = peer_poll_hub_dispatch,
};

static void
linger_expired (gpointer item,
                gpointer user_data)
{
  peer_poll_stream_finish (item);
}

static void
pause_expired (gpointer item,
               gpointer user_data)
{
  peer_poll_stream_unpause (item);
}

static void
peer_poll_hub_finalize (GObject *object)
{
  PeerPollHub *self = PEER_POLL_HUB (object);

  g_assert (self->n_streams == 0);

  g_clear_pointer (&self->linger_timeouts, peer_timeout_queue_free);
  g_clear_pointer (&self->pause_timeouts, peer_timeout_queue_free);
  peer_source_clear (&self->source);
  if (self->epoll_fd >= 0)
    close (self->epoll_fd);
  g_free (self->scratch);
  g_ptr_array_unref (self->garbage);
  g_main_context_unref (self->dormant);

  G_OBJECT_CLASS (peer_poll_hub_parent_class)->finalize (object);
}

static void
peer_poll_hub_class_init (PeerPollHubClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = peer_poll_hub_finalize;
}

static void
peer_poll_hub_init (PeerPollHub *self)
{
  self->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  self->dormant = g_main_context_new ();
  self->scratch = g_new0 (PeerPollScratch, 1);
  self->garbage = g_ptr_array_new_with_free_func (g_object_unref);
  g_queue_init (&self->ready);
}

PeerPollHub *
peer_poll_hub_new (GMainContext *context,
                   GError **error)
{
  g_autoptr (PeerPollHub) self = g_object_new (PEER_TYPE_POLL_HUB, NULL);

  if (self->epoll_fd < 0)
    {
      int code = errno;

      g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (code), g_strerror (code));
      return NULL;
    }

  self->source = g_source_new (&peer_poll_hub_source_funcs, sizeof (PeerPollHubSource));
  ((PeerPollHubSource *) self->source)->hub = self;
  g_source_set_static_name (self->source, "[libpeerglib] PeerPollHub");
  g_source_add_unix_fd (self->source, self->epoll_fd, G_IO_IN);
  g_source_attach (self->source, context);

  self->linger_timeouts = peer_timeout_queue_new (context, "[libpeerglib] linger", linger_expired, self);
  peer_timeout_queue_set_interval (self->linger_timeouts, LINGER_TIMEOUT);
  self->pause_timeouts = peer_timeout_queue_new (context, "[libpeerglib] pause", pause_expired, self);
  peer_timeout_queue_set_interval (self->pause_timeouts, PAUSE_TIME);

  return g_steal_pointer (&self);
}

PeerPollLimits *
peer_poll_hub_get_limits (PeerPollHub *self)
{
  return &self->limits;
}

guint
peer_poll_hub_get_n_streams (PeerPollHub *self)
{
  return self->n_streams;
}

gint64
peer_poll_hub_get_turn_time (PeerPollHub *self)
{
  return self->turn_began;
}

void
peer_poll_hub_set_empty_func (PeerPollHub *self,
                              void (*func) (gpointer user_data),
                              gpointer user_data)
{
  self->empty_func = func;
  self->empty_data = user_data;
}

void
peer_poll_hub_set_linger_timeout (PeerPollHub *self,
                                  guint timeout)
{
  peer_timeout_queue_set_interval (self->linger_timeouts, timeout);
}

void
peer_poll_hub_enter (PeerPollHub *self)
{
  if (self->depth++ == 0)
    g_main_context_push_thread_default (self->dormant);
}

void
peer_poll_hub_leave (PeerPollHub *self)
{
  g_assert (self->depth > 0);

  if (--self->depth == 0)
    g_main_context_pop_thread_default (self->dormant);
}

guint
peer_poll_hub_suspend (PeerPollHub *self)
{
  guint depth = self->depth;

  if (depth > 0)
    g_main_context_pop_thread_default (self->dormant);
  self->depth = 0;

  return depth;
}

void
peer_poll_hub_resume (PeerPollHub *self,
                      guint depth)
{
  g_assert (self->depth == 0);

  self->depth = depth;
  if (depth > 0)
    g_main_context_push_thread_default (self->dormant);
}

void
peer_poll_hub_take_garbage (PeerPollHub *self,
                            gpointer object)
{
  g_ptr_array_add (self->garbage, object);
  g_source_set_ready_time (self->source, 0);
}

void
peer_poll_hub_run_closures (PeerPollHub *self)
{
  self->has_closures = TRUE;
  g_source_set_ready_time (self->source, 0);
}

gboolean
peer_poll_hub_add_stream (PeerPollHub *self,
                          PeerPollStream *stream,
                          int fd,
                          guint32 events)
{
  struct epoll_event event = { .events = events, .data.ptr = stream };

  if (epoll_ctl (self->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
    return FALSE;

  self->n_streams++;

  return TRUE;
}

void
peer_poll_hub_change_stream (PeerPollHub *self,
                             PeerPollStream *stream,
                             int fd,
                             guint32 events)
{
  struct epoll_event event = { .events = events, .data.ptr = stream };

  epoll_ctl (self->epoll_fd, EPOLL_CTL_MOD, fd, &event);
}

void
peer_poll_hub_remove_stream (PeerPollHub *self,
                             PeerPollStream *stream,
                             int fd)
{
  struct epoll_event unused = { 0 };

  epoll_ctl (self->epoll_fd, EPOLL_CTL_DEL, fd, &unused);
  if (self->scratch->stream == stream)
    self->scratch->stream = NULL;
  peer_poll_hub_take_garbage (self, g_object_ref (stream));

  if (--self->n_streams == 0 && self->empty_func != NULL)
    self->empty_func (self->empty_data);
}

void
peer_poll_hub_push_ready (PeerPollHub *self,
                          GList *link)
{
  g_queue_push_tail_link (&self->ready, link);
  g_source_set_ready_time (self->source, 0);
}
