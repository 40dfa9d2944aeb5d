/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-webrtc-channel-struct-private.h"

#include <glib/gi18n-lib.h>
#include <gst/sctp/sctpsendmeta.h>
#include <libpeerglib/peer-error.h>

/* Bytes that SCTP has on their way, at which the next message waits, and at
 * which it goes on. SCTP takes 512 chunks of a packet's size and no more, and
 * wakes a thread that waits in sctpenc then for every packet that leaves. */
#define HIGH_FLIGHT (544 * 1024)
#define LOW_FLIGHT (480 * 1024)

/* After this long sctpenc may say itself what there is room for. */
#define HOLD_MICROSECONDS (100 * 1000)

#define MAX_SIZE_AT_ONCE 4096

/* What is lost of an unreliable channel is never acknowledged. */
static gsize
get_unacknowledged_amount (PeerWebrtcChannel *self)
{
  if (!self->is_reliable)
    return self->buffered_amount;

  return (gsize) (self->counts.bytes_sent - MIN (self->n_acknowledged, self->counts.bytes_sent));
}

/* What has left appsrc and is not acknowledged. */
static gsize
get_flight (PeerWebrtcChannel *self)
{
  gsize unacknowledged = get_unacknowledged_amount (self);

  return unacknowledged - MIN (self->buffered_amount, unacknowledged);
}

static void
wait_for_flight (PeerWebrtcChannel *self,
                 gsize size)
{
  gint64 end_time = g_get_monotonic_time () + HOLD_MICROSECONDS;

  g_mutex_lock (&self->lock);
  if (get_flight (self) + size > HIGH_FLIGHT)
    {
      while (!self->is_discarding && get_flight (self) > LOW_FLIGHT &&
             g_cond_wait_until (&self->flight_is_low, &self->lock, end_time))
        ;
    }
  g_mutex_unlock (&self->lock);
}

static gboolean
falls_to (gsize threshold,
          gsize before,
          gsize after)
{
  return before > threshold && after <= threshold;
}

static gboolean
take_from_buffered_amount (PeerWebrtcChannel *self,
                           gsize size)
{
  gboolean is_low;
  gsize before;

  g_mutex_lock (&self->lock);
  before = self->buffered_amount;
  self->buffered_amount -= size;
  is_low = falls_to (self->low_threshold, before, self->buffered_amount) ||
           (!self->is_reliable && falls_to (self->unacknowledged_threshold, before, self->buffered_amount));
  g_mutex_unlock (&self->lock);

  return is_low;
}

void
peer_webrtc_channel_acknowledge (PeerWebrtcChannel *self,
                                 gsize n_bytes)
{
  gsize before, flight_before;
  gboolean is_low;

  g_mutex_lock (&self->lock);
  before = get_unacknowledged_amount (self);
  flight_before = get_flight (self);
  self->n_acknowledged += n_bytes;
  is_low = falls_to (self->unacknowledged_threshold, before, get_unacknowledged_amount (self));
  if (falls_to (LOW_FLIGHT, flight_before, get_flight (self)))
    g_cond_signal (&self->flight_is_low);
  g_mutex_unlock (&self->lock);

  if (is_low)
    peer_transport_queue_push_buffered_amount_low (self->queue);
}

/* sctpenc hands usrsctp the number of retransmissions, or the milliseconds, in
 * network byte order, where it has to be the host's: unmended, any but 0 is
 * no limit. It is so in every release up to 1.28. */
static void
mend_partial_reliability (GstPadProbeInfo *info)
{
  GstBuffer *buffer = gst_buffer_make_writable (GST_PAD_PROBE_INFO_BUFFER (info));
  GstSctpSendMeta *meta = gst_sctp_buffer_get_send_meta (buffer);

  meta->pr_param = g_htonl (meta->pr_param);
  info->data = buffer;
}

/* An empty message travels as one byte that does not count (RFC 8831, 6.6). */
static GstPadProbeReturn
on_sent (GstPad *pad,
         GstPadProbeInfo *info,
         gpointer user_data)
{
  PeerWebrtcChannel *self = user_data;
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  GstSctpSendMeta *meta = gst_sctp_buffer_get_send_meta (buffer);

  if (meta == NULL || meta->ppid == PPID_CONTROL)
    return GST_PAD_PROBE_OK;

  if (meta->pr != GST_SCTP_SEND_META_PARTIAL_RELIABILITY_NONE)
    {
      mend_partial_reliability (info);
      buffer = GST_PAD_PROBE_INFO_BUFFER (info);
      meta = gst_sctp_buffer_get_send_meta (buffer);
    }

  if (meta->ppid == PPID_BINARY_EMPTY || meta->ppid == PPID_TEXT_EMPTY)
    {
      buffer = gst_buffer_make_writable (buffer);
      gst_buffer_append_memory (buffer, gst_allocator_alloc (NULL, 1, NULL));
      gst_buffer_memset (buffer, 0, 0, 1);
      info->data = buffer;
    }
  else
    {
      wait_for_flight (self, gst_buffer_get_size (buffer));
      if (take_from_buffered_amount (self, gst_buffer_get_size (buffer)))
        peer_transport_queue_push_buffered_amount_low (self->queue);
    }

  return GST_PAD_PROBE_OK;
}

void
peer_webrtc_channel_watch_appsrc (PeerWebrtcChannel *self,
                                  GstElement *appsrc)
{
  peer_webrtc_channel_probe (self, appsrc, "src", GST_PAD_PROBE_TYPE_BUFFER, on_sent);
}

gboolean
peer_webrtc_channel_is_message (guint32 ppid)
{
  return ppid >= PPID_TEXT && ppid <= PPID_TEXT_PARTIAL;
}

static gboolean
check_can_send (PeerWebrtcChannel *self,
                gsize size,
                GError **error)
{
  gboolean was_open, has_ended;
  gsize max_size;

  g_mutex_lock (&self->lock);
  was_open = self->life != PEER_WEBRTC_CHANNEL_LIFE_CONNECTING;
  has_ended = self->has_ended;
  max_size = self->max_message_size;
  g_mutex_unlock (&self->lock);

  return peer_transport_check_can_send (was_open, has_ended, size, max_size, error);
}

static gboolean
check_text (GBytes *bytes,
            GError **error)
{
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  if (size == 0 || g_utf8_validate_len (data, size, NULL))
    return TRUE;

  g_set_error_literal (error, PEER_ERROR, PEER_ERROR_WEBRTC,
                       _ ("Text has to be UTF-8 without null characters"));

  return FALSE;
}

/* appsrc, when nothing is on its way, and something was: then it has begun, and
 * the protocol that opens the channel is through. Nullable, transfer full. */
static GstElement *
dup_idle_appsrc (PeerWebrtcChannel *self)
{
  GstElement *appsrc = NULL;

  g_mutex_lock (&self->lock);
  if (self->is_reliable && self->appsrc != NULL && self->n_acknowledged > 0 && get_unacknowledged_amount (self) == 0)
    appsrc = gst_object_ref (self->appsrc);
  g_mutex_unlock (&self->lock);

  return appsrc;
}

/* Of the pad behind appsrc, whose thread has it while it sends: while another
 * one has the lock, that thread sends nothing. Nullable, transfer full. */
static GstPad *
try_to_lock_pad (GstElement *appsrc)
{
  g_autoptr (GstPad) appsrc_pad = gst_element_get_static_pad (appsrc, "src");
  g_autoptr (GstPad) pad = gst_pad_get_peer (appsrc_pad);

  if (pad == NULL || !GST_PAD_STREAM_TRYLOCK (pad))
    return NULL;

  return g_steal_pointer (&pad);
}

/* A small message, when nothing else is on its way: SCTP has room for it, and
 * no thread has to wake up to take it there. Only the owner of the transport
 * sends, so that nothing else is on its way by then. */
static gboolean
send_at_once (PeerWebrtcChannel *self,
              GBytes *bytes,
              gboolean is_text)
{
  gsize size = g_bytes_get_size (bytes);
  g_autoptr (GstElement) appsrc = NULL;
  g_autoptr (GstPad) pad = NULL;
  GstBuffer *buffer;

  if (size > 0 && size <= MAX_SIZE_AT_ONCE)
    appsrc = dup_idle_appsrc (self);
  if (appsrc != NULL)
    pad = try_to_lock_pad (appsrc);
  if (pad == NULL)
    return FALSE;

  buffer = gst_buffer_new_wrapped_bytes (bytes);
  gst_sctp_buffer_add_send_meta (buffer, is_text ? PPID_TEXT : PPID_BINARY, self->is_ordered,
                                 GST_SCTP_SEND_META_PARTIAL_RELIABILITY_NONE, 0);

  g_mutex_lock (&self->lock);
  self->counts.messages_sent++;
  self->counts.bytes_sent += size;
  g_mutex_unlock (&self->lock);
  gst_pad_chain (pad, buffer);
  GST_PAD_STREAM_UNLOCK (pad);

  if (falls_to (self->low_threshold, size, 0))
    peer_transport_queue_push_buffered_amount_low (self->queue);

  return TRUE;
}

static gboolean
give_to_channel (PeerWebrtcChannel *self,
                 GBytes *bytes,
                 gboolean is_text,
                 GError **error)
{
  g_autoptr (GstWebRTCDataChannel) channel = peer_webrtc_channel_dup_channel (self);
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);
  g_autofree char *text = NULL;

  /* GStreamer has NULL for an empty message, and takes the numbers of the two
   * kinds of it for each other. */
  if (size == 0)
    is_text = !is_text;
  if (!is_text)
    return gst_webrtc_data_channel_send_data_full (channel, size > 0 ? bytes : NULL, error);

  text = size > 0 ? g_strndup (data, size) : NULL;

  return gst_webrtc_data_channel_send_string_full (channel, text, error);
}

/* What was lost of an unreliable channel never leaves it idle again: then others
 * are a little slower. */
gboolean
peer_webrtc_channel_is_idle (PeerWebrtcChannel *self)
{
  gboolean is_idle;

  g_mutex_lock (&self->lock);
  is_idle = self->counts.bytes_sent <= self->n_acknowledged;
  g_mutex_unlock (&self->lock);

  return is_idle;
}

gboolean
peer_webrtc_channel_send (PeerWebrtcChannel *self,
                          GBytes *bytes,
                          gboolean is_text,
                          gboolean may_be_at_once,
                          GError **error)
{
  g_autoptr (GError) local_error = NULL;
  gsize size = g_bytes_get_size (bytes);

  if (!check_can_send (self, size, error) || (is_text && !check_text (bytes, error)))
    return FALSE;
  if (may_be_at_once && send_at_once (self, bytes, is_text))
    return TRUE;

  /* Before it is sent, as it may be gone before send returns. */
  g_mutex_lock (&self->lock);
  self->buffered_amount += size;
  self->counts.messages_sent++;
  self->counts.bytes_sent += size;
  g_mutex_unlock (&self->lock);

  if (give_to_channel (self, bytes, is_text, &local_error))
    return TRUE;

  g_mutex_lock (&self->lock);
  self->buffered_amount -= size;
  self->counts.messages_sent--;
  self->counts.bytes_sent -= size;
  g_mutex_unlock (&self->lock);

  if (g_error_matches (local_error, GST_WEBRTC_ERROR, GST_WEBRTC_ERROR_INVALID_STATE))
    g_set_error_literal (error, PEER_ERROR, PEER_ERROR_CONNECTION_CLOSED, _ ("The connection is closed"));
  else
    g_set_error (error, PEER_ERROR, PEER_ERROR_WEBRTC, _ ("The message could not be sent: %s"),
                 local_error != NULL ? local_error->message : "?");

  return FALSE;
}

gsize
peer_webrtc_channel_get_buffered_amount (PeerWebrtcChannel *self)
{
  gsize amount;

  g_mutex_lock (&self->lock);
  amount = self->buffered_amount;
  g_mutex_unlock (&self->lock);

  return amount;
}

gsize
peer_webrtc_channel_get_unacknowledged_amount (PeerWebrtcChannel *self)
{
  gsize amount;

  g_mutex_lock (&self->lock);
  amount = get_unacknowledged_amount (self);
  g_mutex_unlock (&self->lock);

  return amount;
}

void
peer_webrtc_channel_set_unacknowledged_threshold (PeerWebrtcChannel *self,
                                                  gsize amount)
{
  g_mutex_lock (&self->lock);
  self->unacknowledged_threshold = amount;
  g_mutex_unlock (&self->lock);
}

void
peer_webrtc_channel_discard_unsent (PeerWebrtcChannel *self)
{
  g_autoptr (GstElement) appsrc = NULL;

  g_mutex_lock (&self->lock);
  self->is_discarding = TRUE;
  g_cond_signal (&self->flight_is_low);
  if (self->appsrc != NULL)
    appsrc = gst_object_ref (self->appsrc);
  g_mutex_unlock (&self->lock);

  if (appsrc != NULL)
    gst_element_send_event (appsrc, gst_event_new_flush_start ());
}
