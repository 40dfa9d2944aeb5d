/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-webrtc-channel-struct-private.h"

#include "peer-webrtc-elements-private.h"

#define CLOSE_EVENT "peer-close"

/* webrtcbin's own signal for it costs a thread switch per message. */
#define NO_THRESHOLD G_MAXUINT64

PeerWebrtcChannel *
peer_webrtc_channel_new (const PeerTransportConfig *config,
                         PeerTransportQueue *queue,
                         PeerWebrtcChannelFunc func,
                         gpointer user_data)
{
  PeerWebrtcChannel *self = g_new0 (PeerWebrtcChannel, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->queue = peer_transport_queue_ref (queue);
  self->is_offerer = config->is_offerer;
  self->low_threshold = config->buffered_amount_low_threshold;
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
  g_clear_object (&self->packet_pad);
  g_clear_object (&self->stream_pad);
  peer_transport_queue_unref (self->queue);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->flight_is_low);
  g_free (self);
}

void
peer_webrtc_channel_unref_closure (gpointer data,
                                   GClosure *closure)
{
  peer_webrtc_channel_unref (data);
}

void
peer_webrtc_channel_tell (PeerWebrtcChannel *self,
                          PeerWebrtcChannelState state)
{
  if (self->func != NULL)
    self->func (state, self->user_data);
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

static void
on_ready_state (GstWebRTCDataChannel *channel,
                GParamSpec *pspec,
                PeerWebrtcChannel *self)
{
  GstWebRTCDataChannelState state;

  g_object_get (channel, "ready-state", &state, NULL);

  g_mutex_lock (&self->lock);
  if (state == GST_WEBRTC_DATA_CHANNEL_STATE_OPEN)
    self->was_open = TRUE;
  else if (state == GST_WEBRTC_DATA_CHANNEL_STATE_CLOSING || state == GST_WEBRTC_DATA_CHANNEL_STATE_CLOSED)
    self->has_ended = TRUE;
  g_mutex_unlock (&self->lock);

  if (state == GST_WEBRTC_DATA_CHANNEL_STATE_OPEN)
    peer_webrtc_channel_tell (self, PEER_WEBRTC_CHANNEL_OPEN);
  else if (state == GST_WEBRTC_DATA_CHANNEL_STATE_CLOSING)
    peer_webrtc_channel_tell (self, PEER_WEBRTC_CHANNEL_CLOSING);
  else if (state == GST_WEBRTC_DATA_CHANNEL_STATE_CLOSED)
    peer_webrtc_channel_tell (self, PEER_WEBRTC_CHANNEL_CLOSED);
}

/* It may be open already. */
static void
adopt (PeerWebrtcChannel *self,
       GstWebRTCDataChannel *channel)
{
  gboolean is_ordered;
  int max_retransmits, max_packet_life_time;

  g_object_get (channel,
                "ordered", &is_ordered,
                "max-retransmits", &max_retransmits,
                "max-packet-lifetime", &max_packet_life_time,
                NULL);
  g_mutex_lock (&self->lock);
  self->is_ordered = is_ordered;
  self->is_reliable = max_retransmits < 0 && max_packet_life_time < 0;
  g_mutex_unlock (&self->lock);

  g_object_set (channel, "buffered-amount-low-threshold", NO_THRESHOLD, NULL);
  g_signal_connect_data (channel, "notify::ready-state", G_CALLBACK (on_ready_state),
                         peer_webrtc_channel_ref (self), peer_webrtc_channel_unref_closure, 0);

  on_ready_state (channel, NULL, self);
}

gboolean
peer_webrtc_channel_create (PeerWebrtcChannel *self,
                            GstElement *webrtcbin,
                            const PeerTransportConfig *config)
{
  g_autoptr (GstStructure) options = gst_structure_new ("options", "ordered", G_TYPE_BOOLEAN, config->ordered, NULL);
  GstWebRTCDataChannel *channel = NULL;

  /* The specification has one or the other. */
  if (config->max_retransmits >= 0)
    gst_structure_set (options, "max-retransmits", G_TYPE_INT, config->max_retransmits, NULL);
  else if (config->max_packet_life_time >= 0)
    gst_structure_set (options, "max-packet-lifetime", G_TYPE_INT, config->max_packet_life_time, NULL);

  self->expects_appsrc = TRUE;
  g_signal_emit_by_name (webrtcbin, "create-data-channel",
                         config->label != NULL ? config->label : "", options, &channel);
  if (channel == NULL)
    return FALSE;

  g_mutex_lock (&self->lock);
  self->channel = channel;
  g_mutex_unlock (&self->lock);
  adopt (self, channel);

  return TRUE;
}

void
peer_webrtc_channel_accept (PeerWebrtcChannel *self,
                            GstWebRTCDataChannel *channel)
{
  int stream_id;
  gboolean is_ours;

  g_object_get (channel, "id", &stream_id, NULL);

  g_mutex_lock (&self->lock);
  is_ours = !self->is_offerer && self->channel == NULL && stream_id == self->stream_id;
  if (is_ours)
    self->channel = g_object_ref (channel);
  g_mutex_unlock (&self->lock);

  if (is_ours)
    adopt (self, channel);
  else
    gst_webrtc_data_channel_close (channel);
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

static gboolean
take_appsrc (PeerWebrtcChannel *self,
             GstElement *appsrc)
{
  gboolean is_ours;

  g_mutex_lock (&self->lock);
  is_ours = self->expects_appsrc && self->appsrc == NULL;
  if (is_ours)
    self->appsrc = gst_object_ref (appsrc);
  g_mutex_unlock (&self->lock);

  return is_ours;
}

void
peer_webrtc_channel_watch_element (PeerWebrtcChannel *self,
                                   GstElement *element)
{
  if (peer_webrtc_element_is (element, "sctpdec"))
    {
      peer_webrtc_channel_watch_sctpdec (self, element);
    }
  else if (peer_webrtc_element_is (element, "appsrc") && take_appsrc (self, element))
    {
      peer_webrtc_channel_watch_appsrc (self, element);
      peer_webrtc_channel_probe (self, element, "src", GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_sent_event);
    }
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

/* webrtcbin's channel would count the last message as sent before it is, and
 * lose it when it is closed then. A mark that passes appsrc after it does not. */
gboolean
peer_webrtc_channel_close (PeerWebrtcChannel *self)
{
  g_autoptr (GstWebRTCDataChannel) channel = peer_webrtc_channel_dup_channel (self);
  GstWebRTCDataChannelState state;

  if (channel == NULL)
    return FALSE;

  g_object_get (channel, "ready-state", &state, NULL);
  if (state == GST_WEBRTC_DATA_CHANNEL_STATE_OPEN)
    gst_element_send_event (self->appsrc, gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM,
                                                                gst_structure_new_empty (CLOSE_EVENT)));

  return state == GST_WEBRTC_DATA_CHANNEL_STATE_OPEN || state == GST_WEBRTC_DATA_CHANNEL_STATE_CLOSING;
}

void
peer_webrtc_channel_detach (PeerWebrtcChannel *self)
{
  g_autoptr (GstWebRTCDataChannel) channel = NULL;
  g_autoptr (GstElement) appsrc = NULL;
  g_autoptr (GstPad) packet_pad = NULL;
  g_autoptr (GstPad) stream_pad = NULL;

  g_mutex_lock (&self->lock);
  channel = g_steal_pointer (&self->channel);
  appsrc = g_steal_pointer (&self->appsrc);
  packet_pad = g_steal_pointer (&self->packet_pad);
  stream_pad = g_steal_pointer (&self->stream_pad);
  self->has_ended = TRUE;
  g_mutex_unlock (&self->lock);

  self->func = NULL;
  if (channel != NULL)
    g_signal_handlers_disconnect_by_data (channel, self);
}
