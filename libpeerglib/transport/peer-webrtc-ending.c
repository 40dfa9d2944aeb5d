/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-webrtc-link-struct-private.h"

#include "peer-webrtc-exit-private.h"
#include "peer-webrtc-worker-private.h"

#include <glib/gi18n-lib.h>
#include <libpeerglib/peer-error.h>

/* How long a closing link waits for the network to take something more of
 * what was sent, and for the other side to close as well. */
#define LINGER_CHECK_MILLISECONDS 250
#define LINGER_CHECKS 40

/* For the thread that sends the end of the DTLS connection: how often to look
 * whether it has, and how many times. */
#define GOODBYE_MILLISECONDS 20
#define GOODBYE_CHECKS 100

/* RFC 6347, 4.1: the type of the record that says so. */
#define DTLS_ALERT 21

static void
destroy_pipeline (PeerWebrtcLink *self)
{
  peer_webrtc_channels_discard_unsent (self->channels);
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  peer_webrtc_channels_detach (self->channels);
  g_signal_handlers_disconnect_by_data (self->webrtcbin, self);
  g_clear_object (&self->dtlsenc);
  self->webrtcbin = NULL;
  g_clear_object (&self->pipeline);
  g_clear_pointer (&self->relays, peer_webrtc_relays_free);
  peer_webrtc_exit_remove (self);
}

static gboolean
destroy_when_told (gpointer user_data)
{
  PeerWebrtcLink *self = user_data;

  if (!g_atomic_int_get (&self->has_said_goodbye) && ++self->n_goodbye_checks < GOODBYE_CHECKS)
    return G_SOURCE_CONTINUE;

  destroy_pipeline (self);

  return G_SOURCE_REMOVE;
}

/* On a busy machine it may be long until the encoder's thread comes to it. */
static GstPadProbeReturn
on_encrypted (GstPad *pad,
              GstPadProbeInfo *info,
              gpointer user_data)
{
  PeerWebrtcLink *self = user_data;
  guint8 type;

  if (gst_buffer_extract (GST_PAD_PROBE_INFO_BUFFER (info), 0, &type, sizeof type) == sizeof type && type == DTLS_ALERT)
    g_atomic_int_set (&self->has_said_goodbye, TRUE);

  return GST_PAD_PROBE_OK;
}

/* Which the other side notices at once. */
static void
end_dtls (PeerWebrtcLink *self)
{
  g_autoptr (GstPad) sink = NULL;
  g_autoptr (GstPad) src = NULL;
  gboolean is_secure;

  g_mutex_lock (&self->lock);
  is_secure = self->is_secure;
  g_mutex_unlock (&self->lock);

  if (!is_secure || self->dtlsenc == NULL)
    {
      g_atomic_int_set (&self->has_said_goodbye, TRUE);
      return;
    }

  sink = gst_element_get_static_pad (self->dtlsenc, "sink");
  src = gst_element_get_static_pad (self->dtlsenc, "src");
  gst_pad_add_probe (src, GST_PAD_PROBE_TYPE_BUFFER, on_encrypted, peer_webrtc_link_ref (self),
                     (GDestroyNotify) peer_webrtc_link_unref);
  gst_pad_send_event (sink, gst_event_new_eos ());
}

void
peer_webrtc_link_tear_down (PeerWebrtcLink *self)
{
  if (self->is_torn_down)
    return;
  self->is_torn_down = TRUE;
  peer_webrtc_monitor_stop (self->monitor);
  peer_webrtc_link_answer_stats (self);
  if (self->pipeline == NULL)
    return;

  peer_webrtc_gate_shut (self->gate);
  peer_webrtc_channels_stop_receiving (self->channels);
  end_dtls (self);
  peer_webrtc_worker_add_timeout (GOODBYE_MILLISECONDS, destroy_when_told, peer_webrtc_link_ref (self),
                                  (GDestroyNotify) peer_webrtc_link_unref);
}

static gboolean
tear_down (gpointer user_data)
{
  peer_webrtc_link_tear_down (user_data);

  return G_SOURCE_REMOVE;
}

void
peer_webrtc_link_end_soon (PeerWebrtcLink *self,
                           int priority)
{
  peer_webrtc_worker_invoke (priority, tear_down, peer_webrtc_link_ref (self),
                             (GDestroyNotify) peer_webrtc_link_unref);
}

static gboolean
linger (gpointer user_data)
{
  PeerWebrtcLink *self = user_data;
  gsize amount = peer_webrtc_channels_get_buffered_amount (self->channels);

  if (self->is_torn_down)
    return G_SOURCE_REMOVE;

  self->n_idle_checks = amount == self->last_buffered_amount ? self->n_idle_checks + 1 : 0;
  self->last_buffered_amount = amount;
  if (self->n_idle_checks < LINGER_CHECKS)
    return G_SOURCE_CONTINUE;

  peer_webrtc_link_tear_down (self);

  return G_SOURCE_REMOVE;
}

static gboolean
begin_close (gpointer user_data)
{
  PeerWebrtcLink *self = user_data;

  if (self->pipeline == NULL || self->is_torn_down || !peer_webrtc_channels_close (self->channels))
    {
      peer_webrtc_link_tear_down (self);
      return G_SOURCE_REMOVE;
    }

  peer_webrtc_worker_add_timeout (LINGER_CHECK_MILLISECONDS, linger, peer_webrtc_link_ref (self),
                                  (GDestroyNotify) peer_webrtc_link_unref);

  return G_SOURCE_REMOVE;
}

void
peer_webrtc_link_close (PeerWebrtcLink *self)
{
  gboolean was_closing;

  g_mutex_lock (&self->lock);
  was_closing = self->is_closing;
  self->is_closing = TRUE;
  g_mutex_unlock (&self->lock);

  peer_webrtc_channels_stop_sending (self->channels);
  peer_webrtc_link_answer_stats (self);
  if (!was_closing)
    peer_webrtc_worker_invoke (G_PRIORITY_DEFAULT, begin_close, peer_webrtc_link_ref (self),
                               (GDestroyNotify) peer_webrtc_link_unref);
}

typedef struct
{
  PeerWebrtcLink *link;
  PeerWebrtcChannel *channel;
} ChannelEnd;

static void
channel_end_free (gpointer data)
{
  ChannelEnd *end = data;

  peer_webrtc_link_unref (end->link);
  peer_webrtc_channel_unref (end->channel);
  g_free (end);
}

static gboolean
begin_close_channel (gpointer user_data)
{
  ChannelEnd *end = user_data;

  if (end->link->pipeline != NULL && !end->link->is_torn_down)
    peer_webrtc_channel_close (end->channel);

  return G_SOURCE_REMOVE;
}

/* There is nobody left to take part in the exchange of descriptions. */
static void
close_unopened (PeerWebrtcLink *self)
{
  g_autoptr (GPtrArray) channels = peer_webrtc_channels_list (self->channels);
  g_autoptr (GError) error = g_error_new_literal (PEER_ERROR, PEER_ERROR_CONNECTION_CLOSED, _ ("The connection is closed"));

  for (guint i = 0; i < channels->len; i++)
    peer_transport_queue_push_failed (peer_webrtc_channel_get_queue (g_ptr_array_index (channels, i)), error);
  peer_webrtc_link_close (self);
}

void
peer_webrtc_link_close_channel (PeerWebrtcLink *self,
                                PeerWebrtcChannel *channel)
{
  ChannelEnd *end;
  gboolean is_open;

  if (!peer_webrtc_channel_release (channel))
    return;

  g_mutex_lock (&self->lock);
  is_open = self->is_open;
  g_mutex_unlock (&self->lock);
  if (!peer_webrtc_channels_are_in_use (self->channels))
    {
      peer_webrtc_link_close (self);
    }
  else if (!is_open && channel == peer_webrtc_link_get_first_channel (self))
    {
      close_unopened (self);
    }
  else
    {
      end = g_new0 (ChannelEnd, 1);
      end->link = peer_webrtc_link_ref (self);
      end->channel = peer_webrtc_channel_ref (channel);
      peer_webrtc_worker_invoke (G_PRIORITY_DEFAULT, begin_close_channel, end, channel_end_free);
    }
}
