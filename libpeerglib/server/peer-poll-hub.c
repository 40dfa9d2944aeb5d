/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-poll-hub-internal-private.h"

#include <errno.h>
#include <libpeerglib/peer-source-private.h>
#include <sys/epoll.h>
#include <unistd.h>

#define EVENTS_PER_TURN 128
/* Often enough that the others get to work, and memory is used again. */
#define ITEMS_PER_FLUSH 8
#define LINGER_TIMEOUT 2000

typedef struct
{
  GSource source;
  PeerPollHub *hub;
} PeerPollHubSource;

G_DEFINE_FINAL_TYPE (PeerPollHub, peer_poll_hub, G_TYPE_OBJECT)

static void
peer_poll_hub_flush (PeerPollHub *self)
{
  GList *link;

  while ((link = g_queue_pop_head_link (&self->written)) != NULL)
    {
      g_autoptr (PeerPollStream) stream = g_steal_pointer (&link->data);

      peer_poll_stream_flush (stream);
    }
}

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

  /* An item that an earlier event removes is kept until the end of the turn. */
  for (int i = 0; i < n_events; i++)
    {
      PeerPollItem *item = events[i].data.ptr;

      item->run (item, events[i].events);
      if ((i + 1) % ITEMS_PER_FLUSH == 0)
        peer_poll_hub_flush (self);
    }
}

static gboolean
peer_poll_hub_has_work (PeerPollHub *self)
{
  return self->ready.length > 0 || self->written.length > 0 || self->garbage->len > 0;
}

static gboolean
peer_poll_hub_prepare (GSource *source,
                       int *timeout)
{
  PeerPollHub *self = ((PeerPollHubSource *) source)->hub;

  *timeout = -1;

  return !self->is_running && peer_poll_hub_has_work (self);
}

/* GLib would take the descriptor from its list during every turn and add it
 * again, which costs three system calls. It has to only when a handler runs a
 * main loop, which gets to see the source. */
static void
peer_poll_hub_mute (PeerPollHub *self,
                    gboolean is_muted)
{
  if (self->is_muted != is_muted)
    g_source_modify_unix_fd (self->source, self->source_tag, is_muted ? 0 : G_IO_IN);
  self->is_muted = is_muted;
}

static gboolean
peer_poll_hub_dispatch (GSource *source,
                        GSourceFunc callback,
                        gpointer user_data)
{
  g_autoptr (PeerPollHub) self = g_object_ref (((PeerPollHubSource *) source)->hub);

  if (self->is_running)
    {
      peer_poll_hub_mute (self, TRUE);
      return G_SOURCE_CONTINUE;
    }

  self->is_running = TRUE;
  self->turn_began = g_get_monotonic_time ();
  peer_poll_hub_run_ready (self);
  peer_poll_hub_run_events (self);
  peer_poll_hub_flush (self);
  g_ptr_array_set_size (self->garbage, 0);
  self->is_running = FALSE;
  peer_poll_hub_mute (self, FALSE);

  return G_SOURCE_CONTINUE;
}

static GSourceFuncs peer_poll_hub_source_funcs = {
  .prepare = peer_poll_hub_prepare,
  .dispatch = peer_poll_hub_dispatch,
};

static void
release_item (gpointer data)
{
  PeerPollItem *item = data;

  item->release (item);
}

static void
linger_expired (gpointer item,
                gpointer user_data)
{
  peer_poll_stream_finish (item);
}

static void
rest_expired (gpointer item,
              gpointer user_data)
{
  peer_poll_stream_resume (item);
}

static void
peer_poll_hub_finalize (GObject *object)
{
  PeerPollHub *self = PEER_POLL_HUB (object);

  g_assert (self->n_streams == 0);

  g_clear_pointer (&self->linger_timeouts, peer_timeout_queue_free);
  g_clear_pointer (&self->rest_timeouts, peer_timeout_queue_free);
  peer_source_clear (&self->source);
  if (self->epoll_fd >= 0)
    close (self->epoll_fd);
  g_free (self->scratch);
  g_ptr_array_unref (self->garbage);
  g_clear_pointer (&self->context, g_main_context_unref);

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
  self->scratch = g_malloc (PEER_POLL_SCRATCH_SIZE);
  self->garbage = g_ptr_array_new_with_free_func (release_item);
  g_queue_init (&self->ready);
  g_queue_init (&self->written);
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

  self->context = g_main_context_ref (context != NULL ? context : g_main_context_default ());
  self->source = g_source_new (&peer_poll_hub_source_funcs, sizeof (PeerPollHubSource));
  ((PeerPollHubSource *) self->source)->hub = self;
  g_source_set_static_name (self->source, "[libpeerglib] PeerPollHub");
  g_source_set_can_recurse (self->source, TRUE);
  self->source_tag = g_source_add_unix_fd (self->source, self->epoll_fd, G_IO_IN);
  g_source_attach (self->source, self->context);

  self->linger_timeouts = peer_timeout_queue_new (self->context, "[libpeerglib] linger", linger_expired, self);
  peer_timeout_queue_set_interval (self->linger_timeouts, LINGER_TIMEOUT);
  self->rest_timeouts = peer_timeout_queue_new (self->context, "[libpeerglib] rest", rest_expired, self);
  peer_timeout_queue_set_interval (self->rest_timeouts, PEER_POLL_REST_TIME);

  return g_steal_pointer (&self);
}

GMainContext *
peer_poll_hub_get_context (PeerPollHub *self)
{
  return self->context;
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
peer_poll_hub_set_max_pending (PeerPollHub *self,
                               gsize size)
{
  self->max_pending = size;
}

gboolean
peer_poll_hub_add (PeerPollHub *self,
                   PeerPollItem *item,
                   guint32 events)
{
  struct epoll_event event = { .events = events, .data.ptr = item };

  return epoll_ctl (self->epoll_fd, EPOLL_CTL_ADD, item->fd, &event) == 0;
}

void
peer_poll_hub_change (PeerPollHub *self,
                      PeerPollItem *item,
                      guint32 events)
{
  struct epoll_event event = { .events = events, .data.ptr = item };

  epoll_ctl (self->epoll_fd, EPOLL_CTL_MOD, item->fd, &event);
}

void
peer_poll_hub_remove (PeerPollHub *self,
                      PeerPollItem *item)
{
  struct epoll_event unused = { 0 };

  epoll_ctl (self->epoll_fd, EPOLL_CTL_DEL, item->fd, &unused);
  g_ptr_array_add (self->garbage, item);
}

void
peer_poll_hub_count_in (PeerPollHub *self)
{
  self->n_streams++;
}

void
peer_poll_hub_count_out (PeerPollHub *self)
{
  if (--self->n_streams == 0 && self->empty_func != NULL)
    self->empty_func (self->empty_data);
}
