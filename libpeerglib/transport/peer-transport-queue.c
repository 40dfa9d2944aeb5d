/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-transport-queue-private.h"

/* One turn of the owner's main loop emits no more than this. */
#define BATCH_EVENTS 64
#define BATCH_MICROSECONDS 4000

/* Received bytes at which the network has to wait, and at which it goes on. */
#define HIGH_WATER (8 * 1024 * 1024)
#define LOW_WATER (4 * 1024 * 1024)

/* What an event costs beside the bytes of its message, so that a flood of
 * empty messages has an end as well. */
#define EVENT_OVERHEAD 128

typedef enum
{
  EVENT_DESCRIPTION,
  EVENT_CANDIDATE,
  EVENT_GATHERED,
  EVENT_CHANNEL,
  EVENT_OPEN,
  EVENT_MESSAGE,
  EVENT_BUFFERED_AMOUNT_LOW,
  EVENT_ICE_STATE,
  EVENT_CLOSED,
  EVENT_FAILED,
} EventType;

typedef struct
{
  EventType type;
  union
  {
    struct
    {
      char *type;
      char *sdp;
    } description;
    struct
    {
      char *candidate;
      char *sdp_mid;
      int sdp_m_line_index;
      char *username_fragment;
    } candidate;
    struct
    {
      GBytes *bytes;
      gboolean is_text;
    } message;
    struct
    {
      gpointer data;
      GDestroyNotify destroy;
    } channel;
    PeerIceConnectionState ice_state;
    GError *error;
  };
} Event;

struct _PeerTransportQueue
{
  gatomicrefcount ref_count;
  GWeakRef transport;
  GSource *source;

  GMutex lock;
  GCond room;
  GQueue events;
  GQueue early_messages;
  gsize size;
  guint n_waiting;
  gboolean is_open;
  gboolean low_is_pending;
  gboolean has_ended;
};

static void
event_free (Event *event)
{
  switch (event->type)
    {
    case EVENT_DESCRIPTION:
      g_free (event->description.type);
      g_free (event->description.sdp);
      break;
    case EVENT_CANDIDATE:
      g_free (event->candidate.candidate);
      g_free (event->candidate.sdp_mid);
      g_free (event->candidate.username_fragment);
      break;
    case EVENT_CHANNEL:
      event->channel.destroy (event->channel.data);
      break;
    case EVENT_MESSAGE:
      g_bytes_unref (event->message.bytes);
      break;
    case EVENT_FAILED:
      g_error_free (event->error);
      break;
    case EVENT_GATHERED:
    case EVENT_OPEN:
    case EVENT_BUFFERED_AMOUNT_LOW:
    case EVENT_ICE_STATE:
    case EVENT_CLOSED:
      break;
    }

  g_free (event);
}

static Event *
event_new (EventType type)
{
  Event *event = g_new0 (Event, 1);

  event->type = type;

  return event;
}

static gsize
event_get_size (const Event *event)
{
  return EVENT_OVERHEAD + (event->type == EVENT_MESSAGE ? g_bytes_get_size (event->message.bytes) : 0);
}

static void
event_emit (const Event *event,
            PeerTransport *transport)
{
  switch (event->type)
    {
    case EVENT_DESCRIPTION:
      peer_transport_emit_description (transport, event->description.type, event->description.sdp);
      break;
    case EVENT_CANDIDATE:
      {
        const PeerIceCandidate candidate = {
          event->candidate.candidate,
          event->candidate.sdp_mid,
          event->candidate.sdp_m_line_index,
          event->candidate.username_fragment,
        };

        peer_transport_emit_candidate (transport, &candidate);
      }
      break;
    case EVENT_GATHERED:
      peer_transport_emit_gathered (transport);
      break;
    case EVENT_CHANNEL:
      peer_transport_emit_channel (transport, event->channel.data);
      break;
    case EVENT_OPEN:
      peer_transport_emit_open (transport);
      break;
    case EVENT_MESSAGE:
      peer_transport_emit_message (transport, event->message.bytes, event->message.is_text);
      break;
    case EVENT_BUFFERED_AMOUNT_LOW:
      peer_transport_emit_buffered_amount_low (transport);
      break;
    case EVENT_ICE_STATE:
      peer_transport_emit_ice_state_changed (transport, event->ice_state);
      break;
    case EVENT_CLOSED:
      peer_transport_emit_closed (transport);
      break;
    case EVENT_FAILED:
      peer_transport_emit_failed (transport, event->error);
      break;
    }
}

static Event *
pop (PeerTransportQueue *self)
{
  Event *event;

  g_mutex_lock (&self->lock);
  event = g_queue_pop_head (&self->events);
  if (event != NULL)
    {
      self->size -= event_get_size (event);
      if (event->type == EVENT_BUFFERED_AMOUNT_LOW)
        self->low_is_pending = FALSE;
      if (self->n_waiting > 0 && self->size <= LOW_WATER)
        g_cond_broadcast (&self->room);
    }
  g_mutex_unlock (&self->lock);

  return event;
}

static gboolean
emit_batch (gpointer user_data)
{
  PeerTransportQueue *self = user_data;
  g_autoptr (PeerTransport) transport = g_weak_ref_get (&self->transport);
  gint64 deadline = g_get_monotonic_time () + BATCH_MICROSECONDS;
  Event *event;

  g_source_set_ready_time (self->source, -1);

  if (transport == NULL)
    return G_SOURCE_REMOVE;

  for (guint i = 0; (event = pop (self)) != NULL; i++)
    {
      event_emit (event, transport);
      event_free (event);

      if (i + 1 >= BATCH_EVENTS || g_get_monotonic_time () >= deadline)
        {
          g_source_set_ready_time (self->source, 0);
          break;
        }
    }

  return G_SOURCE_CONTINUE;
}

static gboolean
source_dispatch (GSource *source,
                 GSourceFunc callback,
                 gpointer user_data)
{
  return callback (user_data);
}

static GSourceFuncs source_funcs = { NULL, NULL, source_dispatch, NULL, NULL, NULL };

PeerTransportQueue *
peer_transport_queue_new (PeerTransport *transport)
{
  PeerTransportQueue *self = g_new0 (PeerTransportQueue, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_weak_ref_init (&self->transport, NULL);
  g_mutex_init (&self->lock);
  g_cond_init (&self->room);
  g_queue_init (&self->events);
  g_queue_init (&self->early_messages);

  self->source = g_source_new (&source_funcs, sizeof (GSource));
  g_source_set_static_name (self->source, "PeerTransportQueue");
  if (transport != NULL)
    peer_transport_queue_attach (self, transport);

  return self;
}

void
peer_transport_queue_attach (PeerTransportQueue *self,
                             PeerTransport *transport)
{
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();

  g_weak_ref_set (&self->transport, transport);
  g_source_set_callback (self->source, emit_batch, peer_transport_queue_ref (self),
                         (GDestroyNotify) peer_transport_queue_unref);
  g_source_attach (self->source, context);
}

PeerTransportQueue *
peer_transport_queue_ref (PeerTransportQueue *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
peer_transport_queue_unref (PeerTransportQueue *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_source_unref (self->source);
  g_weak_ref_clear (&self->transport);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->room);
  g_free (self);
}

/* Takes the event. Called with the lock held; the caller wakes the owner up
 * after it has released it, when this says so. */
static gboolean
append (PeerTransportQueue *self,
        Event *event)
{
  g_queue_push_tail (&self->events, event);
  self->size += event_get_size (event);

  return self->events.length == 1;
}

static void
wake_up (PeerTransportQueue *self)
{
  g_source_set_ready_time (self->source, 0);
}

static void
push (PeerTransportQueue *self,
      Event *event)
{
  gboolean was_empty = FALSE;
  gboolean is_dropped;

  g_mutex_lock (&self->lock);
  is_dropped = self->has_ended;
  if (!is_dropped)
    was_empty = append (self, event);
  if (event->type == EVENT_CLOSED || event->type == EVENT_FAILED)
    self->has_ended = TRUE;
  if (self->has_ended)
    g_cond_broadcast (&self->room);
  g_mutex_unlock (&self->lock);

  if (was_empty)
    wake_up (self);
  if (is_dropped)
    event_free (event);
}

void
peer_transport_queue_push_description (PeerTransportQueue *self,
                                       const char *type,
                                       const char *sdp)
{
  Event *event = event_new (EVENT_DESCRIPTION);

  event->description.type = g_strdup (type);
  event->description.sdp = g_strdup (sdp);
  push (self, event);
}

void
peer_transport_queue_push_candidate (PeerTransportQueue *self,
                                     const PeerIceCandidate *candidate)
{
  Event *event = event_new (EVENT_CANDIDATE);

  event->candidate.candidate = g_strdup (candidate->candidate);
  event->candidate.sdp_mid = g_strdup (candidate->sdp_mid);
  event->candidate.sdp_m_line_index = candidate->sdp_m_line_index;
  event->candidate.username_fragment = g_strdup (candidate->username_fragment);
  push (self, event);
}

void
peer_transport_queue_push_gathered (PeerTransportQueue *self)
{
  push (self, event_new (EVENT_GATHERED));
}

void
peer_transport_queue_push_channel (PeerTransportQueue *self,
                                   gpointer channel,
                                   GDestroyNotify destroy)
{
  Event *event = event_new (EVENT_CHANNEL);

  event->channel.data = channel;
  event->channel.destroy = destroy;
  push (self, event);
}

void
peer_transport_queue_push_open (PeerTransportQueue *self)
{
  gboolean was_empty = FALSE;

  g_mutex_lock (&self->lock);
  if (!self->has_ended && !self->is_open)
    {
      Event *message;

      self->is_open = TRUE;
      was_empty = append (self, event_new (EVENT_OPEN));
      while ((message = g_queue_pop_head (&self->early_messages)) != NULL)
        g_queue_push_tail (&self->events, message);
    }
  g_mutex_unlock (&self->lock);

  if (was_empty)
    wake_up (self);
}

void
peer_transport_queue_push_message (PeerTransportQueue *self,
                                   GBytes *bytes,
                                   gboolean is_text)
{
  Event *event = event_new (EVENT_MESSAGE);
  gboolean was_empty = FALSE;

  event->message.bytes = g_bytes_ref (bytes);
  event->message.is_text = is_text;

  g_mutex_lock (&self->lock);
  if (!self->has_ended && !self->is_open)
    {
      g_queue_push_tail (&self->early_messages, event);
      self->size += event_get_size (event);
      event = NULL;
    }
  else if (!self->has_ended)
    {
      was_empty = append (self, g_steal_pointer (&event));
    }
  g_mutex_unlock (&self->lock);

  if (was_empty)
    wake_up (self);
  if (event != NULL)
    event_free (event);
}

void
peer_transport_queue_push_buffered_amount_low (PeerTransportQueue *self)
{
  gboolean was_empty = FALSE;

  g_mutex_lock (&self->lock);
  if (!self->has_ended && !self->low_is_pending)
    {
      self->low_is_pending = TRUE;
      was_empty = append (self, event_new (EVENT_BUFFERED_AMOUNT_LOW));
    }
  g_mutex_unlock (&self->lock);

  if (was_empty)
    wake_up (self);
}

void
peer_transport_queue_push_ice_state (PeerTransportQueue *self,
                                     PeerIceConnectionState state)
{
  Event *event = event_new (EVENT_ICE_STATE);

  event->ice_state = state;
  push (self, event);
}

void
peer_transport_queue_push_closed (PeerTransportQueue *self)
{
  push (self, event_new (EVENT_CLOSED));
}

void
peer_transport_queue_push_failed (PeerTransportQueue *self,
                                  const GError *error)
{
  Event *event = event_new (EVENT_FAILED);

  event->error = g_error_copy (error);
  push (self, event);
}

void
peer_transport_queue_wait_for_room (PeerTransportQueue *self)
{
  g_mutex_lock (&self->lock);
  if (self->size > HIGH_WATER)
    {
      self->n_waiting++;
      while (self->size > LOW_WATER && !self->has_ended)
        g_cond_wait (&self->room, &self->lock);
      self->n_waiting--;
    }
  g_mutex_unlock (&self->lock);
}

gboolean
peer_transport_queue_is_full (PeerTransportQueue *self)
{
  gboolean is_full;

  g_mutex_lock (&self->lock);
  is_full = self->n_waiting > 0;
  g_mutex_unlock (&self->lock);

  return is_full;
}

void
peer_transport_queue_close (PeerTransportQueue *self)
{
  GQueue events;
  GQueue early_messages;

  g_source_destroy (self->source);

  g_mutex_lock (&self->lock);
  events = self->events;
  early_messages = self->early_messages;
  g_queue_init (&self->events);
  g_queue_init (&self->early_messages);
  self->size = 0;
  self->has_ended = TRUE;
  g_cond_broadcast (&self->room);
  g_mutex_unlock (&self->lock);

  g_queue_clear_full (&events, (GDestroyNotify) event_free);
  g_queue_clear_full (&early_messages, (GDestroyNotify) event_free);
}
