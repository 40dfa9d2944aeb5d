/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-webrtc-monitor-private.h"

#include "peer-liveness-private.h"
#include "peer-webrtc-elements-private.h"
#include "peer-webrtc-worker-private.h"
#include "protocol/peer-sctp-flight-private.h"
#include "protocol/peer-sctp-private.h"

#include <string.h>

/* What a HEARTBEAT carries, and its answer brings back. */
typedef struct
{
  guint64 nonce;
  gint64 sent_at;
} HeartbeatInfo;

struct _PeerWebrtcMonitor
{
  gatomicrefcount ref_count;
  PeerWebrtcChannels *channels;
  PeerWebrtcMonitorFunc func;
  gpointer user_data;
  guint64 nonce;

  /* On the worker only. */
  gboolean has_begun;
  gboolean has_stopped;

  GMutex lock;
  GstPad *pad; /* where packets go to be encrypted */
  PeerSctpHeader header;
  PeerSctpFlight *flight;
  PeerLiveness liveness;
};

/* All that have begun, and the one timer for them, on the worker only. */
static GQueue monitors = G_QUEUE_INIT;
static GSource *timer;

PeerWebrtcMonitor *
peer_webrtc_monitor_new (PeerWebrtcChannels *channels,
                         PeerWebrtcMonitorFunc func,
                         gpointer user_data)
{
  PeerWebrtcMonitor *self = g_new0 (PeerWebrtcMonitor, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->channels = peer_webrtc_channels_ref (channels);
  self->func = func;
  self->user_data = user_data;
  self->nonce = (guint64) g_random_int () << 32 | g_random_int ();
  self->flight = peer_sctp_flight_new ();
  peer_liveness_init (&self->liveness);
  g_mutex_init (&self->lock);

  return self;
}

PeerWebrtcMonitor *
peer_webrtc_monitor_ref (PeerWebrtcMonitor *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
peer_webrtc_monitor_unref (PeerWebrtcMonitor *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_object (&self->pad);
  peer_sctp_flight_free (self->flight);
  peer_webrtc_channels_unref (self->channels);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static void
send_heartbeat (PeerWebrtcMonitor *self)
{
  HeartbeatInfo info = { self->nonce, g_get_monotonic_time () };
  g_autoptr (GstPad) pad = NULL;
  PeerSctpHeader header;

  g_mutex_lock (&self->lock);
  header = self->header;
  if (self->pad != NULL)
    pad = gst_object_ref (self->pad);
  g_mutex_unlock (&self->lock);

  /* The encryption has a queue of its own: this does not wait for the network. */
  if (pad != NULL && header.verification_tag != 0)
    gst_pad_chain (pad, gst_buffer_new_wrapped_bytes (peer_sctp_print_heartbeat (&header, (const guint8 *) &info, sizeof info)));
}

static void
update (PeerWebrtcMonitor *self)
{
  gboolean is_listening = !peer_webrtc_channels_are_full (self->channels);
  g_autoptr (GError) error = NULL;
  PeerLivenessActions actions;

  g_mutex_lock (&self->lock);
  actions = peer_liveness_update (&self->liveness, is_listening, g_get_monotonic_time ());
  if ((actions & PEER_LIVENESS_DEAD) != 0)
    error = peer_liveness_new_error (&self->liveness, g_get_monotonic_time ());
  g_mutex_unlock (&self->lock);

  if ((actions & PEER_LIVENESS_ASK) != 0)
    send_heartbeat (self);
  if ((actions & PEER_LIVENESS_LOST) != 0)
    self->func (PEER_WEBRTC_MONITOR_LOST, NULL, self->user_data);
  if ((actions & PEER_LIVENESS_FOUND) != 0)
    self->func (PEER_WEBRTC_MONITOR_FOUND, NULL, self->user_data);
  if (error != NULL)
    self->func (PEER_WEBRTC_MONITOR_DEAD, error, self->user_data);
}

static gboolean on_timer (gpointer user_data);

static void
plan (void)
{
  gint64 earliest = -1;

  for (GList *link = monitors.head; link != NULL; link = link->next)
    {
      PeerWebrtcMonitor *self = link->data;
      gint64 wake_at;

      g_mutex_lock (&self->lock);
      wake_at = self->liveness.wake_at;
      g_mutex_unlock (&self->lock);
      if (wake_at >= 0 && (earliest < 0 || wake_at < earliest))
        earliest = wake_at;
    }

  if (timer == NULL)
    timer = peer_webrtc_worker_add_timer (on_timer);
  g_source_set_ready_time (timer, earliest);
}

static gboolean
on_timer (gpointer user_data)
{
  for (GList *link = monitors.head; link != NULL; link = link->next)
    update (link->data);
  plan ();

  return G_SOURCE_CONTINUE;
}

static gboolean
update_now (gpointer user_data)
{
  PeerWebrtcMonitor *self = user_data;

  if (self->has_begun && !self->has_stopped)
    {
      update (self);
      plan ();
    }

  return G_SOURCE_REMOVE;
}

static void
invoke (PeerWebrtcMonitor *self,
        GSourceFunc func)
{
  peer_webrtc_worker_invoke (G_PRIORITY_DEFAULT, func, peer_webrtc_monitor_ref (self),
                             (GDestroyNotify) peer_webrtc_monitor_unref);
}

static gboolean
begin (gpointer user_data)
{
  PeerWebrtcMonitor *self = user_data;

  if (self->has_begun || self->has_stopped)
    return G_SOURCE_REMOVE;

  self->has_begun = TRUE;
  g_mutex_lock (&self->lock);
  peer_liveness_begin (&self->liveness, g_get_monotonic_time ());
  g_mutex_unlock (&self->lock);
  g_queue_push_tail (&monitors, peer_webrtc_monitor_ref (self));
  plan ();

  return G_SOURCE_REMOVE;
}

void
peer_webrtc_monitor_begin (PeerWebrtcMonitor *self)
{
  invoke (self, begin);
}

void
peer_webrtc_monitor_stop (PeerWebrtcMonitor *self)
{
  self->has_stopped = TRUE;
  if (g_queue_remove (&monitors, self))
    peer_webrtc_monitor_unref (self);
  plan ();
}

void
peer_webrtc_monitor_set_timeout (PeerWebrtcMonitor *self,
                                 guint milliseconds)
{
  g_mutex_lock (&self->lock);
  peer_liveness_set_timeout (&self->liveness, milliseconds, g_get_monotonic_time ());
  g_mutex_unlock (&self->lock);
  invoke (self, update_now);
}

void
peer_webrtc_monitor_check (PeerWebrtcMonitor *self)
{
  g_mutex_lock (&self->lock);
  peer_liveness_check (&self->liveness, g_get_monotonic_time ());
  g_mutex_unlock (&self->lock);
  invoke (self, update_now);
}

void
peer_webrtc_monitor_lose (PeerWebrtcMonitor *self)
{
  gint64 now = g_get_monotonic_time ();
  g_autoptr (GError) error = NULL;

  g_mutex_lock (&self->lock);
  if (!peer_liveness_lose (&self->liveness, now))
    error = peer_liveness_new_error (&self->liveness, now);
  g_mutex_unlock (&self->lock);

  if (error != NULL)
    {
      self->func (PEER_WEBRTC_MONITOR_DEAD, error, self->user_data);
      return;
    }

  self->func (PEER_WEBRTC_MONITOR_LOST, NULL, self->user_data);
  invoke (self, update_now);
}

static gboolean
measure (gpointer user_data)
{
  PeerWebrtcMonitor *self = user_data;

  if (self->has_begun && !self->has_stopped)
    send_heartbeat (self);

  return G_SOURCE_REMOVE;
}

void
peer_webrtc_monitor_measure (PeerWebrtcMonitor *self)
{
  invoke (self, measure);
}

static double
to_seconds (gint64 microseconds)
{
  return (double) microseconds / G_USEC_PER_SEC;
}

void
peer_webrtc_monitor_get_times (PeerWebrtcMonitor *self,
                               double *round_trip_time,
                               double *silence)
{
  g_mutex_lock (&self->lock);
  *round_trip_time = to_seconds (self->liveness.round_trip_time);
  *silence = self->liveness.heard_at >= 0 ? to_seconds (g_get_monotonic_time () - self->liveness.heard_at) : -1;
  g_mutex_unlock (&self->lock);
}

/* Whether it is the answer to one of ours. */
static gboolean
read_answer (PeerWebrtcMonitor *self,
             const PeerSctpChunk *chunk,
             gint64 now)
{
  const guint8 *data;
  gsize size;
  HeartbeatInfo info;
  gboolean is_first;

  if (chunk->type != PEER_SCTP_HEARTBEAT_ACK || !peer_sctp_read_heartbeat (chunk, &data, &size) || size != sizeof info)
    return FALSE;

  memcpy (&info, data, sizeof info);
  if (info.nonce != self->nonce || info.sent_at < 0 || info.sent_at > now)
    return FALSE;

  g_mutex_lock (&self->lock);
  is_first = self->liveness.round_trip_time < 0;
  peer_liveness_measure (&self->liveness, info.sent_at, now);
  g_mutex_unlock (&self->lock);
  if (is_first)
    self->func (PEER_WEBRTC_MONITOR_MEASURED, NULL, self->user_data);

  return TRUE;
}

static gboolean
acknowledge (PeerWebrtcMonitor *self,
             guint32 cumulative_tsn,
             guint16 *stream,
             gsize *n_bytes)
{
  gboolean has_more;

  g_mutex_lock (&self->lock);
  has_more = peer_sctp_flight_acknowledge (self->flight, cumulative_tsn, stream, n_bytes);
  g_mutex_unlock (&self->lock);

  return has_more;
}

static void
read_sack (PeerWebrtcMonitor *self,
           const PeerSctpChunk *chunk)
{
  guint32 cumulative_tsn;
  guint16 stream;
  gsize n_bytes;

  if (!peer_sctp_read_sack (chunk, &cumulative_tsn))
    return;

  while (acknowledge (self, cumulative_tsn, &stream, &n_bytes))
    peer_webrtc_channels_acknowledge (self->channels, stream, n_bytes);
}

/* Says whether there is anything in it for others. */
static gboolean
read_packet (PeerWebrtcMonitor *self,
             const guint8 *packet,
             gsize size)
{
  gint64 now = g_get_monotonic_time ();
  gboolean is_of_interest = FALSE;
  PeerSctpChunk chunk;
  gsize offset = 0;
  gboolean is_due;

  g_mutex_lock (&self->lock);
  is_due = self->liveness.heard_at >= 0 && peer_liveness_hear (&self->liveness, now);
  g_mutex_unlock (&self->lock);
  if (is_due)
    invoke (self, update_now);

  while (peer_sctp_read_chunk (packet, size, &offset, &chunk))
    {
      if (chunk.type == PEER_SCTP_SACK)
        read_sack (self, &chunk);
      is_of_interest |= !read_answer (self, &chunk, now);
    }

  return is_of_interest;
}

static gboolean
read_buffer (PeerWebrtcMonitor *self,
             GstBuffer *buffer)
{
  GstMapInfo info;
  gboolean is_of_interest;

  if (!gst_buffer_map (buffer, &info, GST_MAP_READ))
    return TRUE;

  is_of_interest = read_packet (self, info.data, info.size);
  gst_buffer_unmap (buffer, &info);

  return is_of_interest;
}

static gboolean
read_list_item (GstBuffer **buffer,
                guint index,
                gpointer user_data)
{
  read_buffer (user_data, *buffer);

  return TRUE;
}

static GstPadProbeReturn
on_received (GstPad *pad,
             GstPadProbeInfo *info,
             gpointer user_data)
{
  if ((info->type & GST_PAD_PROBE_TYPE_BUFFER_LIST) != 0)
    gst_buffer_list_foreach (GST_PAD_PROBE_INFO_BUFFER_LIST (info), read_list_item, user_data);
  else if (!read_buffer (user_data, GST_PAD_PROBE_INFO_BUFFER (info)))
    return GST_PAD_PROBE_DROP;

  return GST_PAD_PROBE_OK;
}

/* The verification tag is the other side's from the moment the association is
 * begun; these may carry another one. */
static gboolean
is_of_association (const PeerSctpChunk *chunk)
{
  return chunk->type != PEER_SCTP_INIT && chunk->type != PEER_SCTP_INIT_ACK &&
         chunk->type != PEER_SCTP_ABORT && chunk->type != PEER_SCTP_SHUTDOWN_COMPLETE;
}

static void
read_sent_packet (PeerWebrtcMonitor *self,
                  const guint8 *packet,
                  gsize size)
{
  PeerSctpHeader header;
  PeerSctpChunk chunk;
  PeerSctpData data;
  gsize offset = 0;

  if (!peer_sctp_read_header (packet, size, &header))
    return;

  g_mutex_lock (&self->lock);
  while (peer_sctp_read_chunk (packet, size, &offset, &chunk))
    {
      if (is_of_association (&chunk))
        self->header = header;
      if (peer_sctp_read_data (&chunk, &data))
        peer_sctp_flight_send (self->flight, data.tsn, data.stream,
                               peer_webrtc_channel_is_message (data.ppid) ? (guint16) data.size : 0);
    }
  g_mutex_unlock (&self->lock);
}

static GstPadProbeReturn
on_sent (GstPad *pad,
         GstPadProbeInfo *info,
         gpointer user_data)
{
  GstMapInfo map;

  if (gst_buffer_map (GST_PAD_PROBE_INFO_BUFFER (info), &map, GST_MAP_READ))
    {
      read_sent_packet (user_data, map.data, map.size);
      gst_buffer_unmap (GST_PAD_PROBE_INFO_BUFFER (info), &map);
    }

  return GST_PAD_PROBE_OK;
}

static void
probe (PeerWebrtcMonitor *self,
       GstElement *element,
       const char *pad_name,
       GstPadProbeType type,
       GstPadProbeCallback callback)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, pad_name);

  gst_pad_add_probe (pad, type, callback, peer_webrtc_monitor_ref (self), (GDestroyNotify) peer_webrtc_monitor_unref);
}

void
peer_webrtc_monitor_watch_element (PeerWebrtcMonitor *self,
                                   GstElement *element)
{
  if (peer_webrtc_element_is (element, "sctpenc"))
    {
      probe (self, element, "src", GST_PAD_PROBE_TYPE_BUFFER, on_sent);
    }
  else if (peer_webrtc_element_is (element, "sctpdec"))
    {
      probe (self, element, "sink", GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, on_received);
    }
  else if (peer_webrtc_element_is (element, "dtlsenc"))
    {
      g_mutex_lock (&self->lock);
      if (self->pad == NULL)
        self->pad = gst_element_get_static_pad (element, "sink");
      g_mutex_unlock (&self->lock);
    }
}
