/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-webrtc-elements-private.h"
#include "peer-webrtc-link-struct-private.h"
#include "peer-webrtc-nice-private.h"
#include "peer-webrtc-sdp-private.h"

#include <glib/gi18n-lib.h>
#include <libpeerglib/peer-error.h>

/* More than any peer has interfaces and relays. */
#define MAX_REMOTE_CANDIDATES 256

/* Of NiceComponentState, as libnice itself is only GStreamer's business. */
#define NICE_STATE_DISCONNECTED 0
#define NICE_STATE_CONNECTED 3
#define NICE_STATE_READY 4
#define NICE_STATE_FAILED 5

static GError *
dup_reply_error (GstPromise *promise)
{
  const GstStructure *reply;
  GError *error = NULL;

  if (gst_promise_wait (promise) != GST_PROMISE_RESULT_REPLIED)
    return g_error_new_literal (PEER_ERROR, PEER_ERROR_WEBRTC, _ ("it was interrupted"));

  reply = gst_promise_get_reply (promise);
  if (reply != NULL)
    gst_structure_get (reply, "error", G_TYPE_ERROR, &error, NULL);

  return error;
}

/* Says whether it worked. Nothing is a failure once the link is closing. */
static gboolean
check_reply (PeerWebrtcLink *self,
             GstPromise *promise)
{
  g_autoptr (GError) error = dup_reply_error (promise);

  if (peer_webrtc_link_is_closing (self))
    return FALSE;
  if (error == NULL)
    return TRUE;

  peer_webrtc_link_fail (self, g_error_new (PEER_ERROR, PEER_ERROR_WEBRTC,
                                            _ ("WebRTC refused a session description: %s"), error->message));

  return FALSE;
}

static void
on_description_set (GstPromise *promise,
                    gpointer user_data)
{
  check_reply (user_data, promise);
  gst_promise_unref (promise);
}

static GstPromise *
promise_new (PeerWebrtcLink *self,
             GstPromiseChangeFunc func)
{
  return gst_promise_new_with_change_func (func, peer_webrtc_link_ref (self),
                                           (GDestroyNotify) peer_webrtc_link_unref);
}

/* libnice may be wrong about an open link, or the network may come back: what
 * comes is let in as before, and decides. */
static void
doubt_path (PeerWebrtcLink *self,
            GstWebRTCICETransport *ice)
{
  g_mutex_lock (&self->lock);
  self->is_doubted = TRUE;
  g_mutex_unlock (&self->lock);

  gst_webrtc_ice_transport_connection_state_change (ice, GST_WEBRTC_ICE_CONNECTION_STATE_CONNECTED);
  peer_webrtc_monitor_lose (self->monitor);
}

static void
on_ice_state (GstWebRTCICETransport *ice,
              GParamSpec *pspec,
              PeerWebrtcLink *self)
{
  static const PeerIceConnectionState states[] = {
    [GST_WEBRTC_ICE_CONNECTION_STATE_NEW] = PEER_ICE_CONNECTION_STATE_NEW,
    [GST_WEBRTC_ICE_CONNECTION_STATE_CHECKING] = PEER_ICE_CONNECTION_STATE_CHECKING,
    [GST_WEBRTC_ICE_CONNECTION_STATE_CONNECTED] = PEER_ICE_CONNECTION_STATE_CONNECTED,
    [GST_WEBRTC_ICE_CONNECTION_STATE_COMPLETED] = PEER_ICE_CONNECTION_STATE_COMPLETED,
    [GST_WEBRTC_ICE_CONNECTION_STATE_FAILED] = PEER_ICE_CONNECTION_STATE_FAILED,
    [GST_WEBRTC_ICE_CONNECTION_STATE_DISCONNECTED] = PEER_ICE_CONNECTION_STATE_DISCONNECTED,
    [GST_WEBRTC_ICE_CONNECTION_STATE_CLOSED] = PEER_ICE_CONNECTION_STATE_CLOSED,
  };
  GstWebRTCICEConnectionState state;
  gboolean has_path, is_open, is_doubted;

  g_object_get (ice, "state", &state, NULL);
  if ((guint) state >= G_N_ELEMENTS (states))
    return;

  g_mutex_lock (&self->lock);
  has_path = self->has_path;
  is_open = self->is_open;
  is_doubted = self->is_doubted;
  g_mutex_unlock (&self->lock);
  if (has_path && (state == GST_WEBRTC_ICE_CONNECTION_STATE_NEW || state == GST_WEBRTC_ICE_CONNECTION_STATE_CHECKING))
    {
      gst_webrtc_ice_transport_connection_state_change (ice, GST_WEBRTC_ICE_CONNECTION_STATE_CONNECTED);
      return;
    }

  if (is_open && state == GST_WEBRTC_ICE_CONNECTION_STATE_FAILED)
    {
      doubt_path (self, ice);
      return;
    }
  if (is_doubted)
    return;

  if (peer_webrtc_link_set_ice_state (self, states[state]) && state == GST_WEBRTC_ICE_CONNECTION_STATE_FAILED)
    peer_webrtc_link_fail (self, g_error_new_literal (PEER_ERROR, PEER_ERROR_NEGOTIATION_FAILED,
                                                      _ ("There is no way through the network to the other side")));
}

/* webrtcbin's own ice-connection-state stays new when there is no media. */
static void
watch_ice (PeerWebrtcLink *self)
{
  g_autoptr (GObject) sctp = NULL;
  g_autoptr (GObject) dtls = NULL;
  g_autoptr (GObject) ice = NULL;

  g_object_get (self->webrtcbin, "sctp-transport", &sctp, NULL);
  if (sctp != NULL)
    g_object_get (sctp, "transport", &dtls, NULL);
  if (dtls != NULL)
    g_object_get (dtls, "transport", &ice, NULL);
  if (ice != NULL)
    peer_webrtc_link_connect (self, ice, "notify::state", G_CALLBACK (on_ice_state));
}

/* webrtcbin knows of the data channel alone. */
static guint
get_data_index (PeerWebrtcLink *self)
{
  return self->sections != NULL ? peer_webrtc_sections_get_index (self->sections) : 0;
}

static void
set_local_description (PeerWebrtcLink *self,
                       const char *type,
                       GstWebRTCSessionDescription *description)
{
  g_autofree char *sdp = NULL;

  if (!peer_webrtc_sdp_complete (description, self->config->certificate))
    {
      peer_webrtc_link_fail (self, g_error_new_literal (PEER_ERROR, PEER_ERROR_WEBRTC,
                                                        _ ("WebRTC made a session description without a data channel")));
      return;
    }

  g_mutex_lock (&self->lock);
  self->mid = g_strdup (peer_webrtc_sdp_get_attribute (description, "mid"));
  self->username_fragment = g_strdup (peer_webrtc_sdp_get_attribute (description, "ice-ufrag"));
  g_mutex_unlock (&self->lock);
  watch_ice (self);

  peer_webrtc_sdp_set_max_message_size (description, PEER_WEBRTC_MAX_RECEIVED_SIZE);
  sdp = gst_sdp_message_as_text (description->sdp);
  if (self->sections != NULL)
    {
      g_autofree char *part = g_steal_pointer (&sdp);

      sdp = peer_webrtc_sections_complete (self->sections, part);
    }

  /* webrtcbin sends no more than it receives. */
  peer_webrtc_sdp_set_max_message_size (description, PEER_WEBRTC_MAX_SENT_SIZE);
  g_signal_emit_by_name (self->webrtcbin, "set-local-description", description,
                         promise_new (self, on_description_set));

  /* After it is on its way to be set, as the answer may come at once; and it
   * is set on this thread, so that no candidate comes before. */
  peer_transport_queue_push_description (self->queue, type, sdp);
}

static void
on_created (GstPromise *promise,
            gpointer user_data)
{
  PeerWebrtcLink *self = user_data;
  const char *type = self->config->is_offerer ? "offer" : "answer";
  g_autoptr (GstWebRTCSessionDescription) description = NULL;

  if (check_reply (self, promise))
    {
      gst_structure_get (gst_promise_get_reply (promise), type,
                         GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &description, NULL);
      set_local_description (self, type, description);
    }

  gst_promise_unref (promise);
}

static void
on_remote_offer_set (GstPromise *promise,
                     gpointer user_data)
{
  PeerWebrtcLink *self = user_data;

  if (check_reply (self, promise))
    g_signal_emit_by_name (self->webrtcbin, "create-answer", NULL, promise_new (self, on_created));

  gst_promise_unref (promise);
}

static void
on_ice_candidate (GstElement *webrtcbin,
                  guint m_line,
                  const char *text,
                  PeerWebrtcLink *self)
{
  PeerIceCandidate candidate = { text, NULL, (int) (m_line + get_data_index (self)), NULL };

  if (text == NULL || *text == '\0')
    return;

  g_mutex_lock (&self->lock);
  peer_webrtc_path_add_local (self->path, text);
  candidate.sdp_mid = self->mid;
  candidate.username_fragment = self->username_fragment;
  g_mutex_unlock (&self->lock);

  peer_transport_queue_push_candidate (self->queue, &candidate);
}

/* After webrtcbin has told of the last candidate. */
static void
on_gathering_state (GstElement *webrtcbin,
                    GParamSpec *pspec,
                    PeerWebrtcLink *self)
{
  GstWebRTCICEGatheringState state;

  g_object_get (webrtcbin, "ice-gathering-state", &state, NULL);
  if (state == GST_WEBRTC_ICE_GATHERING_STATE_COMPLETE && !g_atomic_int_exchange (&self->has_gathered, TRUE))
    peer_transport_queue_push_gathered (self->queue);
}

static void
on_selected_pair (GObject *agent,
                  guint stream,
                  guint component,
                  const char *local_foundation,
                  const char *remote_foundation,
                  PeerWebrtcLink *self)
{
  g_mutex_lock (&self->lock);
  peer_webrtc_path_select (self->path, local_foundation, remote_foundation);
  g_mutex_unlock (&self->lock);
}

/* libnice tells its states from several threads, and webrtcbin goes by what
 * it hears last: when it hears of the search for a path after it heard that
 * there is one, nothing is let in any more. This hears everything before
 * webrtcbin does, and on_ice_state() puts it right. */
static void
on_component_state (GObject *agent,
                    guint stream,
                    guint component,
                    guint state,
                    PeerWebrtcLink *self)
{
  g_mutex_lock (&self->lock);
  if (state == NICE_STATE_CONNECTED || state == NICE_STATE_READY)
    self->has_path = TRUE;
  else if (state == NICE_STATE_DISCONNECTED || state == NICE_STATE_FAILED)
    self->has_path = FALSE;
  g_mutex_unlock (&self->lock);

  if (state == NICE_STATE_CONNECTED)
    peer_webrtc_nice_widen_sockets (agent, stream, component);
  else if (state == NICE_STATE_READY)
    peer_webrtc_elements_calm (agent);
}

void
peer_webrtc_negotiation_prepare (PeerWebrtcLink *self)
{
  g_autoptr (GObject) agent = peer_webrtc_elements_dup_agent (self->webrtcbin);

  peer_webrtc_link_connect (self, self->webrtcbin, "on-ice-candidate", G_CALLBACK (on_ice_candidate));
  peer_webrtc_link_connect (self, self->webrtcbin, "notify::ice-gathering-state", G_CALLBACK (on_gathering_state));
  if (agent == NULL)
    return;

  peer_webrtc_link_connect (self, agent, "new-selected-pair", G_CALLBACK (on_selected_pair));
  peer_webrtc_link_connect (self, agent, "component-state-changed", G_CALLBACK (on_component_state));
}

void
peer_webrtc_negotiation_offer (PeerWebrtcLink *self)
{
  g_signal_emit_by_name (self->webrtcbin, "create-offer", NULL, promise_new (self, on_created));
}

void
peer_webrtc_negotiation_set_remote_description (PeerWebrtcLink *self,
                                                const char *type,
                                                const char *sdp)
{
  const char *expected_type = self->config->is_offerer ? "answer" : "offer";
  g_autofree char *data_offer = NULL;
  g_autoptr (GstWebRTCSessionDescription) description = NULL;
  guint64 max_size;
  GError *error = NULL;

  if (!self->config->is_offerer && self->sections == NULL)
    self->sections = peer_webrtc_sections_new (sdp);
  if (self->sections != NULL)
    data_offer = peer_webrtc_sections_isolate (self->sections);

  if (g_strcmp0 (type, expected_type) != 0)
    error = g_error_new (PEER_ERROR, PEER_ERROR_WEBRTC, _ ("The other side sent something else in place of an %s"),
                         expected_type);
  else
    description = peer_webrtc_sdp_parse (type, data_offer != NULL ? data_offer : sdp, &error);
  if (description == NULL)
    {
      peer_webrtc_link_fail (self, error);
      return;
    }

  max_size = peer_webrtc_sdp_get_max_message_size (description);
  if (max_size == 0)
    max_size = PEER_WEBRTC_MAX_SENT_SIZE;
  peer_webrtc_channels_set_max_message_size (self->channels, MIN (max_size, PEER_WEBRTC_MAX_SENT_SIZE));

  g_mutex_lock (&self->lock);
  self->remote_description = gst_webrtc_session_description_copy (description);
  g_mutex_unlock (&self->lock);

  g_signal_emit_by_name (self->webrtcbin, "set-remote-description", description,
                         promise_new (self, self->config->is_offerer ? on_description_set : on_remote_offer_set));
}

static void
leave_out_candidate (PeerWebrtcLink *self,
                     const char *candidate)
{
  g_mutex_lock (&self->lock);
  peer_webrtc_path_leave_out (self->path, candidate);
  g_mutex_unlock (&self->lock);
}

void
peer_webrtc_negotiation_add_remote_candidate (PeerWebrtcLink *self,
                                              const char *candidate,
                                              int m_line_index)
{
  if (m_line_index >= 0 && (guint) m_line_index != get_data_index (self))
    {
      g_debug ("A candidate for something else was ignored");
      leave_out_candidate (self, candidate);
      return;
    }
  if (self->n_remote_candidates >= MAX_REMOTE_CANDIDATES)
    {
      g_debug ("A candidate beyond the first %d was ignored", MAX_REMOTE_CANDIDATES);
      return;
    }

  self->n_remote_candidates++;
  g_mutex_lock (&self->lock);
  peer_webrtc_path_add_remote (self->path, candidate);
  g_mutex_unlock (&self->lock);

  g_signal_emit_by_name (self->webrtcbin, "add-ice-candidate", 0, candidate);
}

gboolean
peer_webrtc_negotiation_verify (PeerWebrtcLink *self,
                                const char *pem)
{
  gboolean is_verified;

  g_mutex_lock (&self->lock);
  is_verified = self->remote_description != NULL && peer_webrtc_sdp_matches_certificate (self->remote_description, pem);
  g_mutex_unlock (&self->lock);

  return is_verified;
}
