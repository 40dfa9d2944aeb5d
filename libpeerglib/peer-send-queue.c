/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-send-queue-private.h"

/* Bytes given to the transport ahead of the network: enough to keep it busy
 * until the next turn of the main loop, little enough for close() to be quick. */
#define TRANSPORT_BUFFER (1024 * 1024)

/* What is there already goes out before a value that could overtake it here. */
#define INTERLEAVED_TRANSPORT_BUFFER (256 * 1024)

struct _PeerSendQueue
{
  GQueue values;  /* of PeerFrames, in the order of their turns */
  GQueue waiting; /* of PeerFrames in chunks, when enough of them are under way */
  guint n_interleaved;
  gboolean is_interleaved;
  gsize size;
};

PeerSendQueue *
peer_send_queue_new (void)
{
  return g_new0 (PeerSendQueue, 1);
}

void
peer_send_queue_free (PeerSendQueue *self)
{
  peer_send_queue_clear (self);
  g_free (self);
}

void
peer_send_queue_clear (PeerSendQueue *self)
{
  g_queue_clear_full (&self->values, (GDestroyNotify) peer_frames_free);
  g_queue_clear_full (&self->waiting, (GDestroyNotify) peer_frames_free);
  self->n_interleaved = 0;
  self->size = 0;
}

void
peer_send_queue_set_interleaved (PeerSendQueue *self,
                                 gboolean is_interleaved)
{
  self->is_interleaved = is_interleaved;
}

static gboolean
takes_turns (PeerSendQueue *self,
             PeerFrames *frames)
{
  return self->is_interleaved && peer_frames_are_chunks (frames);
}

static void
add (PeerSendQueue *self,
     PeerFrames *frames)
{
  g_queue_push_tail (&self->values, frames);
  if (takes_turns (self, frames))
    self->n_interleaved++;
}

void
peer_send_queue_push (PeerSendQueue *self,
                      PeerFrames *frames)
{
  self->size += peer_frames_get_size (frames);
  if (takes_turns (self, frames) && self->n_interleaved == PEER_SEND_QUEUE_MAX_INTERLEAVED)
    g_queue_push_tail (&self->waiting, frames);
  else
    add (self, frames);
}

/* The value at the head is done. */
static void
remove_head (PeerSendQueue *self)
{
  PeerFrames *frames = g_queue_pop_head (&self->values);

  if (takes_turns (self, frames))
    self->n_interleaved--;
  peer_frames_free (frames);

  if (!g_queue_is_empty (&self->waiting) && self->n_interleaved < PEER_SEND_QUEUE_MAX_INTERLEAVED)
    add (self, g_queue_pop_head (&self->waiting));
}

/* The next message, NULL when nothing waits. */
static GBytes *
peer_send_queue_next (PeerSendQueue *self,
                      gboolean *is_text)
{
  PeerFrames *frames;

  while ((frames = g_queue_peek_head (&self->values)) != NULL)
    {
      gsize size = peer_frames_get_size (frames);
      GBytes *message = peer_frames_next (frames, is_text);

      self->size -= size - peer_frames_get_size (frames);
      if (message == NULL)
        {
          remove_head (self);
          continue;
        }

      if (takes_turns (self, frames))
        g_queue_push_tail_link (&self->values, g_queue_pop_head_link (&self->values));
      return message;
    }

  return NULL;
}

gboolean
peer_send_queue_pump (PeerSendQueue *self,
                      PeerTransport *transport,
                      GError **error)
{
  gsize buffer_size = self->is_interleaved ? INTERLEAVED_TRANSPORT_BUFFER : TRANSPORT_BUFFER;

  while (peer_transport_get_buffered_amount (transport) < buffer_size)
    {
      gboolean is_text;
      g_autoptr (GBytes) message = peer_send_queue_next (self, &is_text);

      if (message == NULL)
        return TRUE;
      if (!peer_transport_send (transport, message, is_text, error))
        return FALSE;
    }

  return TRUE;
}

gsize
peer_send_queue_get_size (PeerSendQueue *self)
{
  return self->size;
}
