/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-certificate-private.h"
#include "peer-webrtc-elements-private.h"
#include "peer-webrtc-link-struct-private.h"
#include "peer-webrtc-policy-private.h"

#include <glib/gi18n-lib.h>
#include <libpeerglib/peer-error.h>

/* dtlsdec's connection-state; its enumeration has no header. */
#define DTLS_STATE_CLOSED 1
#define DTLS_STATE_FAILED 2
#define DTLS_STATE_CONNECTED 4

static void
on_data_channel (GstElement *webrtcbin,
                 GstWebRTCDataChannel *channel,
                 PeerWebrtcLink *self)
{
  peer_webrtc_channels_accept (self->channels, channel);
}

static void
on_prepare_data_channel (GstElement *webrtcbin,
                         GstWebRTCDataChannel *channel,
                         gboolean is_local,
                         PeerWebrtcLink *self)
{
  peer_webrtc_channels_prepare (self->channels, channel, is_local);
}

/* webrtcbin leaves this to nobody: without it, whoever is between the peers
 * could take the place of the other. */
static void
on_peer_certificate (GstElement *dtlsdec,
                     GParamSpec *pspec,
                     PeerWebrtcLink *self)
{
  g_autofree char *pem = NULL;
  gboolean is_verified;

  g_object_get (dtlsdec, "peer-pem", &pem, NULL);
  is_verified = pem != NULL && peer_webrtc_negotiation_verify (self, pem);

  g_mutex_lock (&self->lock);
  self->is_verified = is_verified;
  g_free (self->remote_fingerprint);
  self->remote_fingerprint = is_verified ? peer_certificate_get_fingerprint (pem, -1, "sha-256") : NULL;
  g_mutex_unlock (&self->lock);
}

/* The certificate has come before it is connected, and data comes after. Only
 * then can the other side be told that it is refused. */
static void
on_dtls_state (GstElement *dtlsdec,
               GParamSpec *pspec,
               PeerWebrtcLink *self)
{
  int state;
  gboolean is_verified;

  g_object_get (dtlsdec, "connection-state", &state, NULL);
  g_mutex_lock (&self->lock);
  self->is_secure = state == DTLS_STATE_CONNECTED;
  is_verified = self->is_verified;
  g_mutex_unlock (&self->lock);

  if (state == DTLS_STATE_CLOSED)
    peer_webrtc_link_end (self);
  else if (state == DTLS_STATE_FAILED)
    peer_webrtc_link_fail (self, g_error_new_literal (PEER_ERROR, PEER_ERROR_NEGOTIATION_FAILED,
                                                      _ ("There is no secure connection to the other side")));
  else if (state == DTLS_STATE_CONNECTED && !is_verified)
    peer_webrtc_link_fail (self, g_error_new_literal (PEER_ERROR, PEER_ERROR_NEGOTIATION_FAILED,
                                                      _ ("The other side’s certificate is not the one it announced")));
}

static void
on_sctp_established (GstElement *sctpenc,
                     gboolean is_established,
                     PeerWebrtcLink *self)
{
  if (!is_established)
    peer_webrtc_link_end (self);
}

static void
on_deep_element_added (GstBin *bin,
                       GstBin *parent,
                       GstElement *element,
                       PeerWebrtcLink *self)
{
  if (peer_webrtc_element_is (element, "dtlsdec"))
    {
      gsize size;
      const char *data = g_bytes_get_data (self->config->certificate, &size);
      g_autofree char *pem = g_strndup (data, size);

      g_object_set (element, "pem", pem, NULL);
      peer_webrtc_gate_guard (self->gate, element);
      peer_webrtc_link_connect (self, element, "notify::peer-pem", G_CALLBACK (on_peer_certificate));
      peer_webrtc_link_connect (self, element, "notify::connection-state", G_CALLBACK (on_dtls_state));
    }
  else if (peer_webrtc_element_is (element, "sctpenc"))
    {
      peer_webrtc_association_assign (self->association, element);
      peer_webrtc_link_connect (self, element, "sctp-association-established", G_CALLBACK (on_sctp_established));
    }
  else if (peer_webrtc_element_is (element, "sctpdec"))
    {
      peer_webrtc_association_assign (self->association, element);
    }
  else if (peer_webrtc_element_is (element, "dtlsenc"))
    {
      gst_object_replace ((GstObject **) &self->dtlsenc, GST_OBJECT (element));
    }

  /* In this order: the channel may keep a packet waiting, and it has come. */
  peer_webrtc_monitor_watch_element (self->monitor, element);
  peer_webrtc_channels_watch_element (self->channels, element);
}

static void
on_error (PeerWebrtcLink *self,
          GstMessage *message)
{
  g_autoptr (GError) error = NULL;

  gst_message_parse_error (message, &error, NULL);
  if (peer_webrtc_link_is_closing (self))
    return;

  /* A browser that closes is gone before its goodbye has been read. */
  if (g_error_matches (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE))
    peer_webrtc_link_end (self);
  else
    peer_webrtc_link_fail (self, g_error_new (PEER_ERROR, PEER_ERROR_WEBRTC, _ ("WebRTC failed: %s"), error->message));
}

/* The encoder is the one that begins the handshake, as either side of it. */
static void
on_state_changed (PeerWebrtcLink *self,
                  GstMessage *message)
{
  GstState state;

  gst_message_parse_state_changed (message, NULL, &state, NULL);
  if (state == GST_STATE_PAUSED && GST_IS_ELEMENT (GST_MESSAGE_SRC (message)) &&
      peer_webrtc_element_is (GST_ELEMENT (GST_MESSAGE_SRC (message)), "dtlsenc"))
    peer_webrtc_gate_open (self->gate);
}

/* Runs on the thread that posts. A streaming thread comes from a pool that the
 * whole process shares, so it gets its policy back when it leaves. */
static GstBusSyncReply
on_bus_message (GstBus *bus,
                GstMessage *message,
                gpointer user_data)
{
  PeerWebrtcLink *self = user_data;
  GstStreamStatusType status;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_STREAM_STATUS)
    {
      gst_message_parse_stream_status (message, &status, NULL);
      if (status == GST_STREAM_STATUS_TYPE_ENTER)
        peer_webrtc_policy_enter ();
      else if (status == GST_STREAM_STATUS_TYPE_LEAVE)
        peer_webrtc_policy_leave ();
    }
  else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_STATE_CHANGED)
    {
      on_state_changed (self, message);
    }
  else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    {
      on_error (self, message);
    }

  gst_message_unref (message);

  return GST_BUS_DROP;
}

static void
configure_servers (PeerWebrtcLink *self)
{
  if (self->config->stun_server != NULL)
    g_object_set (self->webrtcbin, "stun-server", self->config->stun_server, NULL);

  if (self->config->ice_transport_policy == PEER_ICE_TRANSPORT_POLICY_RELAY)
    g_object_set (self->webrtcbin, "ice-transport-policy", GST_WEBRTC_ICE_TRANSPORT_POLICY_RELAY, NULL);

  peer_webrtc_relays_start (self);
}

void
peer_webrtc_pipeline_make (PeerWebrtcLink *self)
{
  g_autoptr (GstBus) bus = NULL;

  peer_webrtc_policy_review ();
  self->pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  self->webrtcbin = gst_element_factory_make ("webrtcbin", NULL);
  gst_bin_add (GST_BIN (self->pipeline), self->webrtcbin);

  bus = gst_element_get_bus (self->pipeline);
  gst_bus_set_sync_handler (bus, on_bus_message, peer_webrtc_link_ref (self),
                            (GDestroyNotify) peer_webrtc_link_unref);

  peer_webrtc_elements_tune (self->webrtcbin);
  configure_servers (self);
  peer_webrtc_link_connect (self, self->webrtcbin, "deep-element-added", G_CALLBACK (on_deep_element_added));
  peer_webrtc_negotiation_prepare (self);
  peer_webrtc_link_connect (self, self->webrtcbin, "prepare-data-channel", G_CALLBACK (on_prepare_data_channel));
  peer_webrtc_link_connect (self, self->webrtcbin, "on-data-channel", G_CALLBACK (on_data_channel));

  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
}
