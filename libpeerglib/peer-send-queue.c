/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-send-queue-private.h"

/* Bytes given to the transport ahead of the network: enough to keep it busy
 * until the next turn of the main loop, little enough for close() to be quick. */
#define TRANSPORT_BUFFER (1024 * 1024)

struct _PeerSendQueue
{
  GQueue values; /* of PeerFrames */
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
  self->size = 0;
}

void
peer_send_queue_push (PeerSendQueue *self,
                      PeerFrames *frames)
{
  self->size += peer_frames_get_size (frames);
  g_queue_push_tail (&self->values, frames);
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

      if (message != NULL)
        {
          self->size -= size - peer_frames_get_size (frames);
          return message;
        }

      self->size -= size;
      peer_frames_free (g_queue_pop_head (&self->values));
    }

  return NULL;
}

gboolean
peer_send_queue_pump (PeerSendQueue *self,
                      PeerTransport *transport,
                      GError **error)
{
  while (peer_transport_get_buffered_amount (transport) < TRANSPORT_BUFFER)
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
