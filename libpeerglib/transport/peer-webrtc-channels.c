/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-webrtc-channels-private.h"

#include "peer-webrtc-elements-private.h"
#include "peer-webrtc-policy-private.h"
#include "peer-webrtc-sctp-private.h"

/* Streams that the other side begins in the life of a link: webrtcbin keeps
 * threads for each, also after it has ended. */
#define MAX_STREAMS 64

#define PACKETS_PER_REVIEW 32

struct _PeerWebrtcChannels
{
  gatomicrefcount ref_count;
  PeerWebrtcChannelFunc func;
  gpointer user_data;
  gboolean is_offerer;
  gsize low_threshold;
  PeerWebrtcChannel *first;

  guint n_packets; /* on the thread that brings them */

  GMutex lock;
  GPtrArray *list;
  PeerWebrtcChannel *creating; /* by the worker; weak */
  GPtrArray *waiting;          /* of this side, not created */
  GstPad *packet_pad;
  guint n_streams;
  gsize max_message_size;
  gboolean is_deaf;
};

PeerWebrtcChannels *
peer_webrtc_channels_new (const PeerTransportConfig *config,
                          PeerTransportQueue *queue,
                          PeerWebrtcChannelFunc func,
                          gpointer user_data)
{
  PeerWebrtcChannels *self = g_new0 (PeerWebrtcChannels, 1);
  const PeerTransportChannel options = {
    config->label,
    config->ordered,
    config->max_retransmits,
    config->max_packet_life_time,
  };

  g_atomic_ref_count_init (&self->ref_count);
  self->func = func;
  self->user_data = user_data;
  self->is_offerer = config->is_offerer;
  self->low_threshold = config->buffered_amount_low_threshold;
  g_mutex_init (&self->lock);
  self->list = g_ptr_array_new_with_free_func ((GDestroyNotify) peer_webrtc_channel_unref);
  self->waiting = g_ptr_array_new_with_free_func ((GDestroyNotify) peer_webrtc_channel_unref);
  if (config->is_offerer)
    self->first = peer_webrtc_channels_add (self, &options, queue);
  else
    {
      self->first = peer_webrtc_channel_new (NULL, self->low_threshold, queue, func, user_data);
      g_ptr_array_add (self->list, peer_webrtc_channel_ref (self->first));
    }

  return self;
}

PeerWebrtcChannels *
peer_webrtc_channels_ref (PeerWebrtcChannels *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
peer_webrtc_channels_unref (PeerWebrtcChannels *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_ptr_array_unref (self->list);
  g_ptr_array_unref (self->waiting);
  peer_webrtc_channel_unref (self->first);
  g_clear_object (&self->packet_pad);
  g_mutex_clear (&self->lock);
  g_free (self);
}

PeerWebrtcChannel *
peer_webrtc_channels_get_first (PeerWebrtcChannels *self)
{
  return self->first;
}

static gpointer
ref_channel (gconstpointer channel,
             gpointer user_data)
{
  return peer_webrtc_channel_ref ((PeerWebrtcChannel *) channel);
}

GPtrArray *
peer_webrtc_channels_list (PeerWebrtcChannels *self)
{
  GPtrArray *copy;

  g_mutex_lock (&self->lock);
  copy = g_ptr_array_copy (self->list, ref_channel, NULL);
  g_mutex_unlock (&self->lock);

  return copy;
}

static void
for_each (PeerWebrtcChannels *self,
          void (*func) (PeerWebrtcChannel *channel))
{
  g_autoptr (GPtrArray) channels = peer_webrtc_channels_list (self);

  for (guint i = 0; i < channels->len; i++)
    func (g_ptr_array_index (channels, i));
}

/* Nullable, transfer full. For what happens too often to copy the list. */
static PeerWebrtcChannel *
dup_nth (PeerWebrtcChannels *self,
         guint index)
{
  PeerWebrtcChannel *channel = NULL;

  g_mutex_lock (&self->lock);
  if (index < self->list->len)
    channel = peer_webrtc_channel_ref (g_ptr_array_index (self->list, index));
  g_mutex_unlock (&self->lock);

  return channel;
}

PeerWebrtcChannel *
peer_webrtc_channels_add (PeerWebrtcChannels *self,
                          const PeerTransportChannel *options,
                          PeerTransportQueue *queue)
{
  PeerWebrtcChannel *channel = peer_webrtc_channel_new (options, self->low_threshold, queue, self->func, self->user_data);

  g_mutex_lock (&self->lock);
  peer_webrtc_channel_set_max_message_size (channel, self->max_message_size);
  g_ptr_array_add (self->list, peer_webrtc_channel_ref (channel));
  g_ptr_array_add (self->waiting, peer_webrtc_channel_ref (channel));
  g_mutex_unlock (&self->lock);

  return channel;
}

static PeerWebrtcChannel *
take_waiting (PeerWebrtcChannels *self)
{
  PeerWebrtcChannel *channel = NULL;

  g_mutex_lock (&self->lock);
  if (self->waiting->len > 0)
    channel = g_ptr_array_steal_index (self->waiting, 0);
  self->creating = channel;
  g_mutex_unlock (&self->lock);

  return channel;
}

gboolean
peer_webrtc_channels_create (PeerWebrtcChannels *self,
                             GstElement *webrtcbin)
{
  PeerWebrtcChannel *channel;
  gboolean has_failed = FALSE;

  while ((channel = take_waiting (self)) != NULL)
    {
      if (peer_webrtc_channel_is_in_use (channel))
        has_failed |= !peer_webrtc_channel_create (channel, webrtcbin);
      else
        peer_webrtc_channels_forget (self, channel);
      peer_webrtc_channel_unref (channel);
    }

  return !has_failed;
}

/* Called with the lock held. The ids of those that have closed are used again. */
static PeerWebrtcChannel *
find_stream (PeerWebrtcChannels *self,
             int stream_id)
{
  for (guint i = 0; i < self->list->len; i++)
    {
      PeerWebrtcChannel *channel = g_ptr_array_index (self->list, i);

      if (peer_webrtc_channel_get_stream_id (channel) == stream_id &&
          peer_webrtc_channel_get_life (channel) != PEER_WEBRTC_CHANNEL_LIFE_CLOSED)
        return channel;
    }

  return NULL;
}

void
peer_webrtc_channels_prepare (PeerWebrtcChannels *self,
                              GstWebRTCDataChannel *channel,
                              gboolean is_local)
{
  g_autoptr (PeerWebrtcChannel) found = NULL;
  int stream_id;

  g_object_get (channel, "id", &stream_id, NULL);
  g_mutex_lock (&self->lock);
  found = is_local ? self->creating : find_stream (self, stream_id);
  if (found != NULL)
    peer_webrtc_channel_ref (found);
  g_mutex_unlock (&self->lock);

  if (found != NULL)
    peer_webrtc_channel_prepare (found, channel);
}

void
peer_webrtc_channels_accept (PeerWebrtcChannels *self,
                             GstWebRTCDataChannel *channel)
{
  g_autoptr (GPtrArray) channels = peer_webrtc_channels_list (self);

  for (guint i = 0; i < channels->len; i++)
    {
      PeerWebrtcChannel *candidate = g_ptr_array_index (channels, i);

      if (!peer_webrtc_channel_is (candidate, channel))
        continue;

      peer_webrtc_channel_accept (candidate);
      if (candidate != self->first && peer_webrtc_channel_is_in_use (candidate))
        self->func (candidate, PEER_WEBRTC_CHANNEL_OFFERED, self->user_data);
      return;
    }

  gst_webrtc_data_channel_close (channel);
}

static gboolean
may_reset (GstPadProbeInfo *info)
{
  GstBufferList *list;

  if ((info->type & GST_PAD_PROBE_TYPE_BUFFER_LIST) == 0)
    return peer_webrtc_sctp_may_reset (GST_PAD_PROBE_INFO_BUFFER (info));

  list = GST_PAD_PROBE_INFO_BUFFER_LIST (info);
  for (guint i = 0; i < gst_buffer_list_length (list); i++)
    {
      if (peer_webrtc_sctp_may_reset (gst_buffer_list_get (list, i)))
        return TRUE;
    }

  return FALSE;
}

static void
wait_for_room (PeerWebrtcChannels *self)
{
  PeerWebrtcChannel *channel;

  for (guint i = 0; (channel = dup_nth (self, i)) != NULL; i++)
    {
      peer_transport_queue_wait_for_room (peer_webrtc_channel_get_queue (channel));
      peer_webrtc_channel_unref (channel);
    }
}

/* Blocks the thread that brings packets: nothing is acknowledged any more, and
 * the other side stops when its window is full. */
static GstPadProbeReturn
on_packet (GstPad *pad,
           GstPadProbeInfo *info,
           gpointer user_data)
{
  PeerWebrtcChannels *self = user_data;
  gboolean is_deaf;

  if (++self->n_packets % PACKETS_PER_REVIEW == 0)
    peer_webrtc_policy_review ();
  wait_for_room (self);
  if (may_reset (info))
    peer_webrtc_channels_drain (self);

  g_mutex_lock (&self->lock);
  is_deaf = self->is_deaf;
  g_mutex_unlock (&self->lock);

  return is_deaf ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
}

/* Called with the lock held, as is the next. */
static guint
count_incoming (PeerWebrtcChannels *self)
{
  guint n = 0;

  for (guint i = 0; i < self->list->len; i++)
    {
      PeerWebrtcChannel *channel = g_ptr_array_index (self->list, i);

      n += !peer_webrtc_channel_is_local (channel) && peer_webrtc_channel_is_in_use (channel);
    }

  return n;
}

/* Messages that open channels overtake each other. The lowest number of either
 * side is that of the channel it opened first. */
static gboolean
is_for_first (PeerWebrtcChannels *self,
              int stream_id)
{
  return !self->is_offerer && stream_id <= 1 && peer_webrtc_channel_get_stream_id (self->first) == -1;
}

static PeerWebrtcChannel *
add_incoming (PeerWebrtcChannels *self,
              int stream_id)
{
  g_autoptr (PeerTransportQueue) queue = NULL;
  PeerWebrtcChannel *channel;

  self->n_streams++;
  if (self->n_streams > MAX_STREAMS)
    self->is_deaf = TRUE;
  if (is_for_first (self, stream_id))
    return self->first;

  queue = peer_transport_queue_new (NULL);
  channel = peer_webrtc_channel_new (NULL, self->low_threshold, queue, self->func, self->user_data);
  peer_webrtc_channel_set_max_message_size (channel, self->max_message_size);
  if (!peer_webrtc_channel_is_in_use (self->first) || count_incoming (self) >= PEER_TRANSPORT_MAX_CHANNELS)
    peer_webrtc_channel_refuse (channel);
  g_ptr_array_add (self->list, channel);

  return channel;
}

/* webrtcbin makes its channel for the stream right after this. */
static void
on_stream_added (GstElement *sctpdec,
                 GstPad *pad,
                 PeerWebrtcChannels *self)
{
  int stream_id = peer_webrtc_sctp_get_stream_id (pad);
  g_autoptr (PeerWebrtcChannel) channel = NULL;
  gboolean is_deaf;

  if (stream_id == -1)
    return;

  g_mutex_lock (&self->lock);
  channel = find_stream (self, stream_id);
  if (channel == NULL)
    channel = add_incoming (self, stream_id);
  peer_webrtc_channel_ref (channel);
  is_deaf = self->is_deaf;
  g_mutex_unlock (&self->lock);

  peer_webrtc_channel_take_stream (channel, pad);
  if (is_deaf)
    self->func (channel, PEER_WEBRTC_CHANNEL_TOO_MANY, self->user_data);
}

static void
unref_closure (gpointer data,
               GClosure *closure)
{
  peer_webrtc_channels_unref (data);
}

static void
watch_sctpdec (PeerWebrtcChannels *self,
               GstElement *element)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, "sink");

  g_mutex_lock (&self->lock);
  if (self->packet_pad == NULL)
    self->packet_pad = gst_object_ref (pad);
  g_mutex_unlock (&self->lock);

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, on_packet,
                     peer_webrtc_channels_ref (self), (GDestroyNotify) peer_webrtc_channels_unref);
  g_signal_connect_data (element, "pad-added", G_CALLBACK (on_stream_added),
                         peer_webrtc_channels_ref (self), unref_closure, 0);
}

void
peer_webrtc_channels_watch_element (PeerWebrtcChannels *self,
                                    GstElement *element)
{
  if (peer_webrtc_element_is (element, "sctpdec"))
    {
      watch_sctpdec (self, element);
    }
  else if (peer_webrtc_element_is (element, "appsrc"))
    {
      g_autoptr (GPtrArray) channels = peer_webrtc_channels_list (self);
      gboolean is_taken = FALSE;

      for (guint i = 0; i < channels->len && !is_taken; i++)
        is_taken = peer_webrtc_channel_take_appsrc (g_ptr_array_index (channels, i), element);
    }
}

void
peer_webrtc_channels_drain (PeerWebrtcChannels *self)
{
  for_each (self, peer_webrtc_channel_drain);
}

gboolean
peer_webrtc_channels_are_full (PeerWebrtcChannels *self)
{
  gboolean is_full = FALSE;
  PeerWebrtcChannel *channel;

  for (guint i = 0; !is_full && (channel = dup_nth (self, i)) != NULL; i++)
    {
      is_full = peer_transport_queue_is_full (peer_webrtc_channel_get_queue (channel));
      peer_webrtc_channel_unref (channel);
    }

  return is_full;
}

static gboolean
are_others_idle (PeerWebrtcChannels *self,
                 PeerWebrtcChannel *channel)
{
  gboolean are_idle = TRUE;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->list->len && are_idle; i++)
    {
      PeerWebrtcChannel *other = g_ptr_array_index (self->list, i);

      are_idle = other == channel || peer_webrtc_channel_is_idle (other);
    }
  g_mutex_unlock (&self->lock);

  return are_idle;
}

gboolean
peer_webrtc_channels_send (PeerWebrtcChannels *self,
                           PeerWebrtcChannel *channel,
                           GBytes *bytes,
                           gboolean is_text,
                           GError **error)
{
  return peer_webrtc_channel_send (channel, bytes, is_text, are_others_idle (self, channel), error);
}

void
peer_webrtc_channels_acknowledge (PeerWebrtcChannels *self,
                                  guint16 stream,
                                  gsize n_bytes)
{
  g_autoptr (PeerWebrtcChannel) channel = NULL;

  g_mutex_lock (&self->lock);
  channel = find_stream (self, stream);
  if (channel != NULL)
    peer_webrtc_channel_ref (channel);
  g_mutex_unlock (&self->lock);

  if (channel != NULL)
    peer_webrtc_channel_acknowledge (channel, n_bytes);
}

void
peer_webrtc_channels_set_max_message_size (PeerWebrtcChannels *self,
                                           gsize size)
{
  g_mutex_lock (&self->lock);
  self->max_message_size = size;
  for (guint i = 0; i < self->list->len; i++)
    peer_webrtc_channel_set_max_message_size (g_ptr_array_index (self->list, i), size);
  g_mutex_unlock (&self->lock);
}

gsize
peer_webrtc_channels_get_buffered_amount (PeerWebrtcChannels *self)
{
  g_autoptr (GPtrArray) channels = peer_webrtc_channels_list (self);
  gsize amount = 0;

  for (guint i = 0; i < channels->len; i++)
    amount += peer_webrtc_channel_get_buffered_amount (g_ptr_array_index (channels, i));

  return amount;
}

gboolean
peer_webrtc_channels_are_in_use (PeerWebrtcChannels *self)
{
  g_autoptr (GPtrArray) channels = peer_webrtc_channels_list (self);

  for (guint i = 0; i < channels->len; i++)
    {
      if (peer_webrtc_channel_is_in_use (g_ptr_array_index (channels, i)))
        return TRUE;
    }

  return FALSE;
}

gboolean
peer_webrtc_channels_forget (PeerWebrtcChannels *self,
                             PeerWebrtcChannel *channel)
{
  gboolean is_last = TRUE;

  g_mutex_lock (&self->lock);
  if (channel != self->first)
    g_ptr_array_remove (self->list, channel);
  for (guint i = 0; i < self->list->len; i++)
    {
      PeerWebrtcChannelLife life = peer_webrtc_channel_get_life (g_ptr_array_index (self->list, i));

      is_last &= life != PEER_WEBRTC_CHANNEL_LIFE_OPEN && life != PEER_WEBRTC_CHANNEL_LIFE_CLOSING;
    }
  g_mutex_unlock (&self->lock);
  if (channel != self->first)
    peer_webrtc_channel_detach (channel);

  return is_last;
}

void
peer_webrtc_channels_stop_sending (PeerWebrtcChannels *self)
{
  for_each (self, peer_webrtc_channel_stop_sending);
}

gboolean
peer_webrtc_channels_close (PeerWebrtcChannels *self)
{
  g_autoptr (GPtrArray) channels = peer_webrtc_channels_list (self);
  gboolean has_to_wait = FALSE;

  for (guint i = 0; i < channels->len; i++)
    has_to_wait |= peer_webrtc_channel_close (g_ptr_array_index (channels, i));

  return has_to_wait;
}

void
peer_webrtc_channels_stop_receiving (PeerWebrtcChannels *self)
{
  g_autoptr (GstPad) pad = NULL;

  g_mutex_lock (&self->lock);
  self->is_deaf = TRUE;
  if (self->packet_pad != NULL)
    pad = gst_object_ref (self->packet_pad);
  g_mutex_unlock (&self->lock);

  if (pad == NULL)
    return;

  GST_PAD_STREAM_LOCK (pad);
  GST_PAD_STREAM_UNLOCK (pad);
}

void
peer_webrtc_channels_discard_unsent (PeerWebrtcChannels *self)
{
  for_each (self, peer_webrtc_channel_discard_unsent);
}

void
peer_webrtc_channels_detach (PeerWebrtcChannels *self)
{
  g_autoptr (GstPad) pad = NULL;

  for_each (self, peer_webrtc_channel_detach);

  g_mutex_lock (&self->lock);
  pad = g_steal_pointer (&self->packet_pad);
  g_ptr_array_set_size (self->waiting, 0);
  g_mutex_unlock (&self->lock);
}
