/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-webrtc-channel-struct-private.h"

#define CLOSE_EVENT "peer-close"

/* webrtcbin's own signal for it costs a thread switch per message. */
#define NO_THRESHOLD G_MAXUINT64

PeerWebrtcChannel *
peer_webrtc_channel_new (const PeerTransportChannel *options,
                         gsize low_threshold,
                         PeerTransportQueue *queue,
                         PeerWebrtcChannelFunc func,
                         gpointer user_data)
{
  PeerWebrtcChannel *self = g_new0 (PeerWebrtcChannel, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->queue = peer_transport_queue_ref (queue);
  self->is_local = options != NULL;
  if (options != NULL)
    {
      self->options = *options;
      self->options.label = g_strdup (options->label != NULL ? options->label : "");
    }
  self->low_threshold = low_threshold;
  self->func = func;
  self->user_data = user_data;
  g_mutex_init (&self->lock);
  g_cond_init (&self->flight_is_low);
  self->stream_id = -1;

  return self;
}

PeerWebrtcChannel *
peer_webrtc_channel_ref (PeerWebrtcChannel *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
peer_webrtc_channel_unref (PeerWebrtcChannel *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_object (&self->channel);
  g_clear_object (&self->appsrc);
  g_clear_object (&self->stream_pad);
  g_free ((char *) self->options.label);
  g_free (self->label);
  peer_transport_queue_unref (self->queue);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->flight_is_low);
  g_free (self);
}

PeerTransportQueue *
peer_webrtc_channel_get_queue (PeerWebrtcChannel *self)
{
  return self->queue;
}

gboolean
peer_webrtc_channel_is_local (PeerWebrtcChannel *self)
{
  return self->is_local;
}

static void
unref_closure (gpointer data,
               GClosure *closure)
{
  peer_webrtc_channel_unref (data);
}

static void
tell (PeerWebrtcChannel *self,
      PeerWebrtcChannelState state)
{
  if (self->func != NULL)
    self->func (self, state, self->user_data);
}

GstWebRTCDataChannel *
peer_webrtc_channel_dup_channel (PeerWebrtcChannel *self)
{
  GstWebRTCDataChannel *channel;

  g_mutex_lock (&self->lock);
  channel = self->channel != NULL ? g_object_ref (self->channel) : NULL;
  g_mutex_unlock (&self->lock);

  return channel;
}

static PeerWebrtcChannelLife
read_life (GstWebRTCDataChannel *channel)
{
  GstWebRTCDataChannelState state;

  g_object_get (channel, "ready-state", &state, NULL);
  switch (state)
    {
    case GST_WEBRTC_DATA_CHANNEL_STATE_OPEN:
      return PEER_WEBRTC_CHANNEL_LIFE_OPEN;
    case GST_WEBRTC_DATA_CHANNEL_STATE_CLOSING:
      return PEER_WEBRTC_CHANNEL_LIFE_CLOSING;
    case GST_WEBRTC_DATA_CHANNEL_STATE_CLOSED:
      return PEER_WEBRTC_CHANNEL_LIFE_CLOSED;
    case GST_WEBRTC_DATA_CHANNEL_STATE_CONNECTING:
    default:
      return PEER_WEBRTC_CHANNEL_LIFE_CONNECTING;
    }
}

static void
on_ready_state (GstWebRTCDataChannel *channel,
                GParamSpec *pspec,
                PeerWebrtcChannel *self)
{
  PeerWebrtcChannelLife life = read_life (channel);
  gboolean is_released;

  g_mutex_lock (&self->lock);
  self->life = life;
  self->has_ended |= life >= PEER_WEBRTC_CHANNEL_LIFE_CLOSING;
  is_released = self->is_released;
  g_mutex_unlock (&self->lock);

  if (life == PEER_WEBRTC_CHANNEL_LIFE_OPEN)
    {
      tell (self, PEER_WEBRTC_CHANNEL_OPEN);
      if (is_released)
        gst_webrtc_data_channel_close (channel);
    }
  else if (life == PEER_WEBRTC_CHANNEL_LIFE_CLOSING)
    {
      tell (self, PEER_WEBRTC_CHANNEL_CLOSING);
    }
  else if (life == PEER_WEBRTC_CHANNEL_LIFE_CLOSED)
    {
      tell (self, PEER_WEBRTC_CHANNEL_CLOSED);
    }
}

/* It may be open already. */
static void
adopt (PeerWebrtcChannel *self,
       GstWebRTCDataChannel *channel)
{
  gboolean is_ordered;
  int max_retransmits, max_packet_life_time;
  g_autofree char *label = NULL;

  g_object_get (channel,
                "label", &label,
                "ordered", &is_ordered,
                "max-retransmits", &max_retransmits,
                "max-packet-lifetime", &max_packet_life_time,
                NULL);
  g_mutex_lock (&self->lock);
  self->is_ordered = is_ordered;
  self->is_reliable = max_retransmits < 0 && max_packet_life_time < 0;
  if (self->label == NULL)
    self->label = label != NULL ? g_utf8_make_valid (label, -1) : g_strdup ("");
  g_mutex_unlock (&self->lock);

  g_object_set (channel, "buffered-amount-low-threshold", NO_THRESHOLD, NULL);
  g_signal_connect_data (channel, "notify::ready-state", G_CALLBACK (on_ready_state),
                         peer_webrtc_channel_ref (self), unref_closure, 0);

  on_ready_state (channel, NULL, self);
}

gboolean
peer_webrtc_channel_create (PeerWebrtcChannel *self,
                            GstElement *webrtcbin)
{
  g_autoptr (GstStructure) options = gst_structure_new ("options", "ordered", G_TYPE_BOOLEAN, self->options.ordered, NULL);
  g_autoptr (GstWebRTCDataChannel) channel = NULL;

  /* The specification has one or the other. */
  if (self->options.max_retransmits >= 0)
    gst_structure_set (options, "max-retransmits", G_TYPE_INT, self->options.max_retransmits, NULL);
  else if (self->options.max_packet_life_time >= 0)
    gst_structure_set (options, "max-packet-lifetime", G_TYPE_INT, self->options.max_packet_life_time, NULL);

  g_signal_emit_by_name (webrtcbin, "create-data-channel", self->options.label, options, &channel);
  if (channel == NULL)
    return FALSE;

  adopt (self, channel);

  return TRUE;
}

void
peer_webrtc_channel_prepare (PeerWebrtcChannel *self,
                             GstWebRTCDataChannel *channel)
{
  g_mutex_lock (&self->lock);
  g_set_object (&self->channel, channel);
  self->maker = g_thread_self ();
  g_mutex_unlock (&self->lock);
}

/* One that is refused is told so. */
void
peer_webrtc_channel_accept (PeerWebrtcChannel *self)
{
  g_autoptr (GstWebRTCDataChannel) channel = peer_webrtc_channel_dup_channel (self);

  if (channel != NULL)
    adopt (self, channel);
}

int
peer_webrtc_channel_get_stream_id (PeerWebrtcChannel *self)
{
  g_autoptr (GstWebRTCDataChannel) channel = NULL;
  int stream_id;

  g_mutex_lock (&self->lock);
  stream_id = self->stream_id;
  if (stream_id == -1 && self->channel != NULL)
    channel = g_object_ref (self->channel);
  g_mutex_unlock (&self->lock);

  if (channel == NULL)
    return stream_id;

  g_object_get (channel, "id", &stream_id, NULL);
  g_mutex_lock (&self->lock);
  self->stream_id = stream_id;
  g_mutex_unlock (&self->lock);

  return stream_id;
}

gboolean
peer_webrtc_channel_is (PeerWebrtcChannel *self,
                        GstWebRTCDataChannel *channel)
{
  gboolean is_it;

  g_mutex_lock (&self->lock);
  is_it = self->channel == channel;
  g_mutex_unlock (&self->lock);

  return is_it;
}

void
peer_webrtc_channel_probe (PeerWebrtcChannel *self,
                           GstElement *element,
                           const char *pad_name,
                           GstPadProbeType type,
                           GstPadProbeCallback callback)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, pad_name);

  gst_pad_add_probe (pad, type, callback,
                     peer_webrtc_channel_ref (self), (GDestroyNotify) peer_webrtc_channel_unref);
}

/* The mark that peer_webrtc_channel_close() sent after the last message. */
static GstPadProbeReturn
on_sent_event (GstPad *pad,
               GstPadProbeInfo *info,
               gpointer user_data)
{
  g_autoptr (GstWebRTCDataChannel) channel = NULL;

  if (!gst_event_has_name (GST_PAD_PROBE_INFO_EVENT (info), CLOSE_EVENT))
    return GST_PAD_PROBE_OK;

  channel = peer_webrtc_channel_dup_channel (user_data);
  if (channel != NULL)
    gst_webrtc_data_channel_close (channel);

  return GST_PAD_PROBE_DROP;
}

gboolean
peer_webrtc_channel_take_appsrc (PeerWebrtcChannel *self,
                                 GstElement *appsrc)
{
  gboolean is_ours;

  g_mutex_lock (&self->lock);
  is_ours = self->maker == g_thread_self ();
  if (is_ours)
    {
      self->appsrc = gst_object_ref (appsrc);
      self->maker = NULL;
    }
  g_mutex_unlock (&self->lock);
  if (!is_ours)
    return FALSE;

  peer_webrtc_channel_watch_appsrc (self, appsrc);
  peer_webrtc_channel_probe (self, appsrc, "src", GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_sent_event);

  return TRUE;
}

char *
peer_webrtc_channel_dup_label (PeerWebrtcChannel *self)
{
  char *label;

  g_mutex_lock (&self->lock);
  label = self->life != PEER_WEBRTC_CHANNEL_LIFE_CONNECTING ? g_strdup (self->label) : NULL;
  g_mutex_unlock (&self->lock);

  return label;
}

gboolean
peer_webrtc_channel_is_ordered (PeerWebrtcChannel *self)
{
  gboolean is_ordered;

  g_mutex_lock (&self->lock);
  is_ordered = self->is_ordered;
  g_mutex_unlock (&self->lock);

  return is_ordered;
}

void
peer_webrtc_channel_get_counts (PeerWebrtcChannel *self,
                                PeerWebrtcChannelCounts *counts)
{
  g_mutex_lock (&self->lock);
  *counts = self->counts;
  g_mutex_unlock (&self->lock);
}

void
peer_webrtc_channel_set_max_message_size (PeerWebrtcChannel *self,
                                          gsize size)
{
  g_mutex_lock (&self->lock);
  self->max_message_size = size;
  g_mutex_unlock (&self->lock);
}

gsize
peer_webrtc_channel_get_max_message_size (PeerWebrtcChannel *self)
{
  gsize size;

  g_mutex_lock (&self->lock);
  size = self->max_message_size;
  g_mutex_unlock (&self->lock);

  return size;
}

void
peer_webrtc_channel_stop_sending (PeerWebrtcChannel *self)
{
  g_mutex_lock (&self->lock);
  self->has_ended = TRUE;
  g_mutex_unlock (&self->lock);
}

gboolean
peer_webrtc_channel_release (PeerWebrtcChannel *self)
{
  gboolean is_new;

  g_mutex_lock (&self->lock);
  is_new = !self->is_released;
  self->is_released = TRUE;
  self->has_ended = TRUE;
  g_mutex_unlock (&self->lock);

  return is_new;
}

void
peer_webrtc_channel_refuse (PeerWebrtcChannel *self)
{
  peer_webrtc_channel_release (self);
  peer_transport_queue_close (self->queue);
  g_mutex_lock (&self->lock);
  self->is_refused = TRUE;
  g_mutex_unlock (&self->lock);
}

PeerWebrtcChannelLife
peer_webrtc_channel_get_life (PeerWebrtcChannel *self)
{
  PeerWebrtcChannelLife life;

  g_mutex_lock (&self->lock);
  life = self->life;
  g_mutex_unlock (&self->lock);

  return life;
}

gboolean
peer_webrtc_channel_is_in_use (PeerWebrtcChannel *self)
{
  gboolean is_in_use;

  g_mutex_lock (&self->lock);
  is_in_use = !self->is_released && self->life <= PEER_WEBRTC_CHANNEL_LIFE_OPEN;
  g_mutex_unlock (&self->lock);

  return is_in_use;
}

/* webrtcbin's channel would count the last message as sent before it is, and
 * lose it when it is closed then. A mark that passes appsrc after it does not. */
gboolean
peer_webrtc_channel_close (PeerWebrtcChannel *self)
{
  g_autoptr (GstWebRTCDataChannel) channel = peer_webrtc_channel_dup_channel (self);
  PeerWebrtcChannelLife life;

  if (channel == NULL)
    return FALSE;

  life = read_life (channel);
  if (life == PEER_WEBRTC_CHANNEL_LIFE_OPEN)
    gst_element_send_event (self->appsrc, gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM,
                                                                gst_structure_new_empty (CLOSE_EVENT)));

  return life == PEER_WEBRTC_CHANNEL_LIFE_OPEN || life == PEER_WEBRTC_CHANNEL_LIFE_CLOSING;
}

void
peer_webrtc_channel_detach (PeerWebrtcChannel *self)
{
  g_autoptr (GstWebRTCDataChannel) channel = NULL;
  g_autoptr (GstElement) appsrc = NULL;
  g_autoptr (GstPad) stream_pad = NULL;

  g_mutex_lock (&self->lock);
  channel = g_steal_pointer (&self->channel);
  appsrc = g_steal_pointer (&self->appsrc);
  stream_pad = g_steal_pointer (&self->stream_pad);
  self->has_ended = TRUE;
  g_mutex_unlock (&self->lock);

  self->func = NULL;
  if (channel != NULL)
    g_signal_handlers_disconnect_by_data (channel, self);
}
