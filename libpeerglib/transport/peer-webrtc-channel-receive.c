/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-webrtc-channel-struct-private.h"

#include "peer-webrtc-sctp-private.h"

#include <gst/sctp/sctpreceivemeta.h>

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

void
peer_webrtc_channel_take_stream (PeerWebrtcChannel *self,
                                 GstPad *pad)
{
  gboolean is_refused;

  g_mutex_lock (&self->lock);
  is_refused = self->is_refused;
  self->stream_id = peer_webrtc_sctp_get_stream_id (pad);
  gst_object_replace ((GstObject **) &self->stream_pad, GST_OBJECT (pad));
  g_mutex_unlock (&self->lock);

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, is_refused ? on_received_by_stranger : on_received,
                     peer_webrtc_channel_ref (self), (GDestroyNotify) peer_webrtc_channel_unref);
}
