/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-webrtc-channel-struct-private.h"

#include "peer-webrtc-policy-private.h"
#include "peer-webrtc-sctp-private.h"

#include <gst/sctp/sctpreceivemeta.h>

/* A browser opens one. */
#define MAX_STREAMS 16

#define PACKETS_PER_REVIEW 32

static void
unmap_buffer (gpointer data)
{
  GstMapInfo *info = data;
  GstBuffer *buffer = info->user_data[0];

  gst_buffer_unmap (buffer, info);
  gst_buffer_unref (buffer);
  g_free (info);
}

static GBytes *
buffer_to_bytes (GstBuffer *buffer)
{
  GstMapInfo *info = g_new (GstMapInfo, 1);

  if (!gst_buffer_map (buffer, info, GST_MAP_READ))
    {
      g_free (info);
      return NULL;
    }
  info->user_data[0] = gst_buffer_ref (buffer);

  return g_bytes_new_with_free_func (info->data, info->size, unmap_buffer, info);
}

static void
receive (PeerWebrtcChannel *self,
         GstBuffer *buffer,
         guint ppid)
{
  gboolean is_empty = ppid == PPID_BINARY_EMPTY || ppid == PPID_TEXT_EMPTY;
  gboolean is_text = ppid == PPID_TEXT || ppid == PPID_TEXT_PARTIAL || ppid == PPID_TEXT_EMPTY;
  g_autoptr (GBytes) bytes = is_empty ? g_bytes_new (NULL, 0) : buffer_to_bytes (buffer);

  if (bytes == NULL)
    return;

  g_mutex_lock (&self->lock);
  self->counts.messages_received++;
  self->counts.bytes_received += g_bytes_get_size (bytes);
  g_mutex_unlock (&self->lock);

  peer_transport_queue_push_message (self->queue, bytes, is_text);
}

static GstPadProbeReturn
on_received (GstPad *pad,
             GstPadProbeInfo *info,
             gpointer user_data)
{
  PeerWebrtcChannel *self = user_data;
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  GstSctpReceiveMeta *meta = gst_sctp_buffer_get_receive_meta (buffer);

  if (meta == NULL)
    return GST_PAD_PROBE_DROP;
  if (meta->ppid == PPID_CONTROL)
    return GST_PAD_PROBE_OK;

  if (meta->ppid >= PPID_TEXT && meta->ppid <= PPID_BINARY_EMPTY)
    receive (self, buffer, meta->ppid);

  return GST_PAD_PROBE_DROP;
}

static GstPadProbeReturn
on_received_by_stranger (GstPad *pad,
                         GstPadProbeInfo *info,
                         gpointer user_data)
{
  GstSctpReceiveMeta *meta = gst_sctp_buffer_get_receive_meta (GST_PAD_PROBE_INFO_BUFFER (info));

  return meta != NULL && meta->ppid == PPID_CONTROL ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
}

void
peer_webrtc_channel_drain (PeerWebrtcChannel *self)
{
  g_autoptr (GstPad) pad = NULL;

  g_mutex_lock (&self->lock);
  if (self->stream_pad != NULL)
    pad = gst_object_ref (self->stream_pad);
  g_mutex_unlock (&self->lock);

  if (pad != NULL)
    peer_webrtc_sctp_drain (pad);
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

/* Blocks the thread that brings packets: nothing is acknowledged any more, and
 * the other side stops when its window is full. */
static GstPadProbeReturn
on_packet (GstPad *pad,
           GstPadProbeInfo *info,
           gpointer user_data)
{
  PeerWebrtcChannel *self = user_data;
  gboolean is_deaf;

  if (++self->n_packets % PACKETS_PER_REVIEW == 0)
    peer_webrtc_policy_review ();
  peer_transport_queue_wait_for_room (self->queue);
  if (may_reset (info))
    peer_webrtc_channel_drain (self);

  g_mutex_lock (&self->lock);
  is_deaf = self->is_deaf;
  g_mutex_unlock (&self->lock);

  return is_deaf ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
}

static void
on_stream_added (GstElement *sctpdec,
                 GstPad *pad,
                 PeerWebrtcChannel *self)
{
  g_autoptr (GstWebRTCDataChannel) channel = peer_webrtc_channel_dup_channel (self);
  int stream_id = (int) g_ascii_strtoll (GST_PAD_NAME (pad) + strlen ("src_"), NULL, 10);
  int channel_id = -1;
  gboolean is_ours;
  guint n_streams;

  if (!g_str_has_prefix (GST_PAD_NAME (pad), "src_"))
    return;
  if (channel != NULL)
    g_object_get (channel, "id", &channel_id, NULL);

  g_mutex_lock (&self->lock);
  n_streams = ++self->n_streams;
  if (n_streams > MAX_STREAMS)
    self->is_deaf = TRUE;
  if (self->stream_id == -1)
    self->stream_id = self->is_offerer ? channel_id : stream_id;
  is_ours = stream_id == self->stream_id;
  /* webrtcbin makes its channel for the stream right after this. */
  self->expects_appsrc = is_ours && channel == NULL;
  if (is_ours)
    gst_object_replace ((GstObject **) &self->stream_pad, GST_OBJECT (pad));
  g_mutex_unlock (&self->lock);

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, is_ours ? on_received : on_received_by_stranger,
                     peer_webrtc_channel_ref (self), (GDestroyNotify) peer_webrtc_channel_unref);

  if (n_streams > MAX_STREAMS)
    peer_webrtc_channel_tell (self, PEER_WEBRTC_CHANNEL_TOO_MANY);
}

void
peer_webrtc_channel_watch_sctpdec (PeerWebrtcChannel *self,
                                   GstElement *element)
{
  g_mutex_lock (&self->lock);
  if (self->packet_pad == NULL)
    self->packet_pad = gst_element_get_static_pad (element, "sink");
  g_mutex_unlock (&self->lock);
  peer_webrtc_channel_probe (self, element, "sink", GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, on_packet);
  g_signal_connect_data (element, "pad-added", G_CALLBACK (on_stream_added),
                         peer_webrtc_channel_ref (self), peer_webrtc_channel_unref_closure, 0);
}

void
peer_webrtc_channel_stop_receiving (PeerWebrtcChannel *self)
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
