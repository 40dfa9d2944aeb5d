/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-webrtc-link-struct-private.h"

#include "peer-certificate-private.h"
#include "peer-webrtc-elements-private.h"
#include "peer-webrtc-exit-private.h"
#include "peer-webrtc-worker-private.h"

#include <glib/gi18n-lib.h>
#include <libpeerglib/peer-error.h>

#define WARM_UP_MILLISECONDS 200

typedef struct
{
  PeerWebrtcLink *link;
  char *type;
  char *sdp;
} RemoteDescription;

typedef struct
{
  PeerWebrtcLink *link;
  char *candidate;
  int m_line_index;
} RemoteCandidate;

static void
remote_description_free (RemoteDescription *self)
{
  peer_webrtc_link_unref (self->link);
  g_free (self->type);
  g_free (self->sdp);
  g_free (self);
}

static void
remote_candidate_free (RemoteCandidate *self)
{
  peer_webrtc_link_unref (self->link);
  g_free (self->candidate);
  g_free (self);
}

static void
unref_closure (gpointer data,
               GClosure *closure)
{
  peer_webrtc_link_unref (data);
}

void
peer_webrtc_link_connect (PeerWebrtcLink *self,
                          gpointer object,
                          const char *signal,
                          GCallback callback)
{
  g_signal_connect_data (object, signal, callback, peer_webrtc_link_ref (self), unref_closure, 0);
}

static void
invoke (PeerWebrtcLink *self,
        int priority,
        GSourceFunc func)
{
  peer_webrtc_worker_invoke (priority, func, peer_webrtc_link_ref (self), (GDestroyNotify) peer_webrtc_link_unref);
}

gboolean
peer_webrtc_link_is_closing (PeerWebrtcLink *self)
{
  gboolean value;

  g_mutex_lock (&self->lock);
  value = self->is_closing;
  g_mutex_unlock (&self->lock);

  return value;
}

static GError *
new_early_end_error (void)
{
  return g_error_new_literal (PEER_ERROR, PEER_ERROR_NEGOTIATION_FAILED,
                              _ ("The other side ended the connection before it was open"));
}

/* The end, for a reason on this side or on the network. */
void
peer_webrtc_link_fail (PeerWebrtcLink *self,
                       GError *error)
{
  g_autoptr (GPtrArray) channels = peer_webrtc_channels_list (self->channels);

  peer_webrtc_channels_stop_sending (self->channels);
  for (guint i = 0; i < channels->len; i++)
    peer_transport_queue_push_failed (peer_webrtc_channel_get_queue (g_ptr_array_index (channels, i)), error);
  g_error_free (error);
  peer_webrtc_link_end_soon (self, G_PRIORITY_DEFAULT);
}

/* Each of those that were open. */
static void
push_end (PeerWebrtcLink *self)
{
  g_autoptr (GPtrArray) channels = peer_webrtc_channels_list (self->channels);
  g_autoptr (GError) error = new_early_end_error ();

  for (guint i = 0; i < channels->len; i++)
    {
      PeerWebrtcChannel *channel = g_ptr_array_index (channels, i);

      if (peer_webrtc_channel_get_life (channel) == PEER_WEBRTC_CHANNEL_LIFE_CONNECTING)
        peer_transport_queue_push_failed (peer_webrtc_channel_get_queue (channel), error);
      else
        peer_transport_queue_push_closed (peer_webrtc_channel_get_queue (channel));
    }
}

void
peer_webrtc_link_end (PeerWebrtcLink *self)
{
  gboolean was_open;

  g_mutex_lock (&self->lock);
  was_open = self->is_open || self->is_closing;
  g_mutex_unlock (&self->lock);

  if (!was_open)
    {
      peer_webrtc_link_fail (self, new_early_end_error ());
      return;
    }

  peer_webrtc_channels_stop_sending (self->channels);
  peer_webrtc_channels_drain (self->channels);
  push_end (self);
  peer_webrtc_link_end_soon (self, G_PRIORITY_DEFAULT);
}

static void
push_ice_state (PeerWebrtcLink *self,
                PeerIceConnectionState state)
{
  g_autoptr (GPtrArray) channels = peer_webrtc_channels_list (self->channels);

  for (guint i = 0; i < channels->len; i++)
    peer_transport_queue_push_ice_state (peer_webrtc_channel_get_queue (g_ptr_array_index (channels, i)), state);
}

gboolean
peer_webrtc_link_set_ice_state (PeerWebrtcLink *self,
                                PeerIceConnectionState state)
{
  gboolean is_new;

  g_mutex_lock (&self->lock);
  is_new = state != self->ice_state;
  self->ice_state = state;
  g_mutex_unlock (&self->lock);

  if (is_new)
    push_ice_state (self, state);

  return is_new;
}

static void
on_monitor_event (PeerWebrtcMonitorEvent event,
                  const GError *error,
                  gpointer user_data)
{
  PeerWebrtcLink *self = user_data;

  switch (event)
    {
    case PEER_WEBRTC_MONITOR_LOST:
      peer_webrtc_link_set_ice_state (self, PEER_ICE_CONNECTION_STATE_DISCONNECTED);
      break;
    case PEER_WEBRTC_MONITOR_FOUND:
      g_mutex_lock (&self->lock);
      self->is_doubted = FALSE;
      g_mutex_unlock (&self->lock);
      peer_webrtc_link_set_ice_state (self, PEER_ICE_CONNECTION_STATE_CONNECTED);
      break;
    case PEER_WEBRTC_MONITOR_DEAD:
      peer_webrtc_link_fail (self, g_error_copy (error));
      break;
    case PEER_WEBRTC_MONITOR_MEASURED:
      peer_webrtc_link_answer_stats (self);
      break;
    }
}

static gboolean
is_running (PeerWebrtcLink *self)
{
  return self->pipeline != NULL && !self->is_torn_down && !peer_webrtc_link_is_closing (self);
}

static void
incoming_free (gpointer data)
{
  PeerWebrtcIncoming *self = data;

  if (!self->is_taken)
    peer_webrtc_link_close_channel (self->link, self->channel);
  peer_webrtc_link_unref (self->link);
  peer_webrtc_channel_unref (self->channel);
  g_free (self);
}

static void
push_incoming (PeerWebrtcLink *self,
               PeerWebrtcChannel *channel)
{
  PeerWebrtcIncoming *incoming = g_new0 (PeerWebrtcIncoming, 1);

  incoming->link = peer_webrtc_link_ref (self);
  incoming->channel = peer_webrtc_channel_ref (channel);
  peer_transport_queue_push_channel (self->queue, incoming, incoming_free);
}

static gboolean
create_channels (gpointer user_data)
{
  PeerWebrtcLink *self = user_data;

  if (is_running (self) && !peer_webrtc_channels_create (self->channels, self->webrtcbin))
    peer_webrtc_link_fail (self, g_error_new_literal (PEER_ERROR, PEER_ERROR_WEBRTC,
                                                      _ ("WebRTC refused to make a data channel")));

  return G_SOURCE_REMOVE;
}

static void
open_link (PeerWebrtcLink *self)
{
  gboolean was_open;

  g_mutex_lock (&self->lock);
  was_open = self->is_open;
  self->is_open = TRUE;
  g_mutex_unlock (&self->lock);
  if (was_open)
    return;

  peer_webrtc_monitor_begin (self->monitor);
  invoke (self, G_PRIORITY_DEFAULT, create_channels);
}

static void
on_channel_state (PeerWebrtcChannel *channel,
                  PeerWebrtcChannelState state,
                  gpointer user_data)
{
  PeerWebrtcLink *self = user_data;
  PeerTransportQueue *queue = peer_webrtc_channel_get_queue (channel);

  switch (state)
    {
    case PEER_WEBRTC_CHANNEL_OFFERED:
      push_incoming (self, channel);
      break;
    case PEER_WEBRTC_CHANNEL_OPEN:
      open_link (self);
      peer_transport_queue_push_open (queue);
      break;
    case PEER_WEBRTC_CHANNEL_CLOSING:
      peer_transport_queue_push_closed (queue);
      if (!peer_webrtc_channels_are_in_use (self->channels))
        peer_webrtc_link_close (self);
      break;
    case PEER_WEBRTC_CHANNEL_CLOSED:
      peer_transport_queue_push_closed (queue);
      if (peer_webrtc_channels_forget (self->channels, channel) && !peer_webrtc_channels_are_in_use (self->channels))
        peer_webrtc_link_end_soon (self, G_PRIORITY_DEFAULT_IDLE);
      break;
    case PEER_WEBRTC_CHANNEL_TOO_MANY:
      peer_webrtc_link_fail (self, g_error_new_literal (PEER_ERROR, PEER_ERROR_WEBRTC,
                                                        _ ("The other side opened too many channels")));
      break;
    }
}

static gint n_links;

PeerWebrtcLink *
peer_webrtc_link_new (const PeerTransportConfig *config,
                      PeerTransportQueue *queue)
{
  PeerWebrtcLink *self = g_new0 (PeerWebrtcLink, 1);

  g_atomic_int_inc (&n_links);
  g_atomic_ref_count_init (&self->ref_count);
  self->config = peer_transport_config_copy (config);
  self->queue = peer_transport_queue_ref (queue);
  self->channels = peer_webrtc_channels_new (config, queue, on_channel_state, self);
  self->monitor = peer_webrtc_monitor_new (self->channels, on_monitor_event, self);
  self->path = peer_webrtc_path_new ();
  self->gate = peer_webrtc_gate_new ();
  self->relays = peer_webrtc_relays_new ();
  self->association = peer_webrtc_association_take ();
  g_mutex_init (&self->lock);
  g_queue_init (&self->stats_tasks);

  return self;
}

PeerWebrtcLink *
peer_webrtc_link_ref (PeerWebrtcLink *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
peer_webrtc_link_unref (PeerWebrtcLink *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_assert (self->pipeline == NULL && g_queue_is_empty (&self->stats_tasks));

  peer_webrtc_channels_detach (self->channels);
  peer_webrtc_channels_unref (self->channels);
  peer_webrtc_monitor_unref (self->monitor);
  peer_transport_queue_unref (self->queue);
  peer_transport_config_free (self->config);
  g_clear_pointer (&self->remote_description, gst_webrtc_session_description_free);
  g_clear_pointer (&self->sections, peer_webrtc_sections_free);
  peer_webrtc_path_free (self->path);
  peer_webrtc_gate_unref (self->gate);
  g_clear_pointer (&self->relays, peer_webrtc_relays_free);
  peer_webrtc_association_give_back (self->association);
  g_free (self->mid);
  g_free (self->username_fragment);
  g_free (self->remote_fingerprint);
  g_mutex_clear (&self->lock);
  g_free (self);
  g_atomic_int_add (&n_links, -1);
}

guint
peer_webrtc_link_get_n_links (void)
{
  return (guint) g_atomic_int_get (&n_links);
}

static gboolean
start (gpointer user_data)
{
  PeerWebrtcLink *self = user_data;
  g_autoptr (GError) error = NULL;

  if (peer_webrtc_link_is_closing (self) || self->is_torn_down || self->pipeline != NULL)
    return G_SOURCE_REMOVE;

  if (self->config->certificate == NULL)
    self->config->certificate = peer_certificate_new (&error);
  if (self->config->certificate == NULL || !peer_webrtc_elements_check (&error))
    {
      peer_webrtc_link_fail (self, g_steal_pointer (&error));
      return G_SOURCE_REMOVE;
    }

  peer_webrtc_pipeline_make (self);
  peer_webrtc_exit_add (self);

  create_channels (self);
  if (self->config->is_offerer)
    peer_webrtc_negotiation_offer (self);

  return G_SOURCE_REMOVE;
}

void
peer_webrtc_link_start (PeerWebrtcLink *self)
{
  invoke (self, G_PRIORITY_DEFAULT, start);
}

static gboolean
set_remote_description (gpointer user_data)
{
  RemoteDescription *data = user_data;
  PeerWebrtcLink *self = data->link;

  if (!is_running (self) || self->has_remote_description)
    return G_SOURCE_REMOVE;

  self->has_remote_description = TRUE;
  peer_webrtc_negotiation_set_remote_description (self, data->type, data->sdp);

  return G_SOURCE_REMOVE;
}

void
peer_webrtc_link_set_remote_description (PeerWebrtcLink *self,
                                         const char *type,
                                         const char *sdp)
{
  RemoteDescription *data = g_new0 (RemoteDescription, 1);

  data->link = peer_webrtc_link_ref (self);
  data->type = g_strdup (type);
  data->sdp = g_strdup (sdp);
  peer_webrtc_worker_invoke (G_PRIORITY_DEFAULT, set_remote_description,
                             data, (GDestroyNotify) remote_description_free);
}

static gboolean
add_remote_candidate (gpointer user_data)
{
  RemoteCandidate *data = user_data;
  PeerWebrtcLink *self = data->link;

  if (is_running (self) && self->has_remote_description)
    peer_webrtc_negotiation_add_remote_candidate (self, data->candidate, data->m_line_index);

  return G_SOURCE_REMOVE;
}

void
peer_webrtc_link_add_remote_candidate (PeerWebrtcLink *self,
                                       const PeerIceCandidate *candidate)
{
  RemoteCandidate *data;

  if (!peer_webrtc_path_is_usable (candidate->candidate))
    {
      g_debug ("A candidate was ignored");
      g_mutex_lock (&self->lock);
      peer_webrtc_path_leave_out (self->path, candidate->candidate);
      g_mutex_unlock (&self->lock);
      return;
    }

  data = g_new0 (RemoteCandidate, 1);
  data->link = peer_webrtc_link_ref (self);
  data->candidate = g_strdup (candidate->candidate);
  data->m_line_index = candidate->sdp_m_line_index;
  peer_webrtc_worker_invoke (G_PRIORITY_DEFAULT, add_remote_candidate,
                             data, (GDestroyNotify) remote_candidate_free);
}

PeerWebrtcChannel *
peer_webrtc_link_get_first_channel (PeerWebrtcLink *self)
{
  return peer_webrtc_channels_get_first (self->channels);
}

PeerWebrtcChannel *
peer_webrtc_link_add_channel (PeerWebrtcLink *self,
                              const PeerTransportChannel *options,
                              PeerTransportQueue *queue)
{
  PeerWebrtcChannel *channel;
  gboolean is_open;

  if (peer_webrtc_link_is_closing (self))
    return NULL;

  channel = peer_webrtc_channels_add (self->channels, options, queue);
  g_mutex_lock (&self->lock);
  is_open = self->is_open;
  g_mutex_unlock (&self->lock);

  /* Otherwise it waits for the link to start, or to be open: in between,
   * webrtcbin might open it twice. */
  if (is_open)
    invoke (self, G_PRIORITY_DEFAULT, create_channels);

  return channel;
}

gboolean
peer_webrtc_link_send (PeerWebrtcLink *self,
                       PeerWebrtcChannel *channel,
                       GBytes *bytes,
                       gboolean is_text,
                       GError **error)
{
  return peer_webrtc_channels_send (self->channels, channel, bytes, is_text, error);
}

void
peer_webrtc_link_set_disconnect_timeout (PeerWebrtcLink *self,
                                         guint milliseconds)
{
  peer_webrtc_monitor_set_timeout (self->monitor, milliseconds);
}

void
peer_webrtc_link_check (PeerWebrtcLink *self)
{
  peer_webrtc_monitor_check (self->monitor);
}

static gboolean
end_warm_up (gpointer user_data)
{
  peer_webrtc_link_close (user_data);

  return G_SOURCE_REMOVE;
}

static gboolean
warm_up (gpointer user_data)
{
  g_autoptr (PeerTransportConfig) config = peer_transport_config_new ();
  g_autoptr (PeerTransportQueue) queue = peer_transport_queue_new (NULL);
  g_autoptr (PeerWebrtcLink) link = NULL;

  peer_transport_queue_close (queue);
  config->is_offerer = TRUE;
  link = peer_webrtc_link_new (config, queue);
  start (link);
  peer_webrtc_worker_add_timeout (WARM_UP_MILLISECONDS, end_warm_up, g_steal_pointer (&link),
                                  (GDestroyNotify) peer_webrtc_link_unref);

  return G_SOURCE_REMOVE;
}

void
peer_webrtc_link_warm_up (void)
{
  static gint is_done;

  if (g_atomic_int_compare_and_exchange (&is_done, FALSE, TRUE))
    peer_webrtc_worker_invoke (G_PRIORITY_DEFAULT, warm_up, NULL, NULL);
}
