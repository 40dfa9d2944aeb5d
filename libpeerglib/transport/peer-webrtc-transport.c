/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-webrtc-transport-private.h"

#include "peer-webrtc-elements-private.h"
#include "peer-webrtc-link-private.h"

struct _PeerWebrtcTransport
{
  PeerTransport parent_instance;

  PeerTransportQueue *queue;
  PeerWebrtcLink *link;
  PeerWebrtcChannel *channel;
};

G_DEFINE_FINAL_TYPE (PeerWebrtcTransport, peer_webrtc_transport, PEER_TYPE_TRANSPORT)

/* Takes the channel. */
static PeerTransport *
new_for_channel (PeerWebrtcLink *link,
                 PeerWebrtcChannel *channel)
{
  PeerWebrtcTransport *self = g_object_new (PEER_TYPE_WEBRTC_TRANSPORT, NULL);

  self->queue = peer_transport_queue_ref (peer_webrtc_channel_get_queue (channel));
  self->link = peer_webrtc_link_ref (link);
  self->channel = channel;
  peer_transport_queue_attach (self->queue, PEER_TRANSPORT (self));

  return PEER_TRANSPORT (self);
}

static void
peer_webrtc_transport_start (PeerTransport *transport)
{
  peer_webrtc_link_start (PEER_WEBRTC_TRANSPORT (transport)->link);
}

static void
peer_webrtc_transport_set_remote_description (PeerTransport *transport,
                                              const char *type,
                                              const char *sdp)
{
  peer_webrtc_link_set_remote_description (PEER_WEBRTC_TRANSPORT (transport)->link, type, sdp);
}

static void
peer_webrtc_transport_add_remote_candidate (PeerTransport *transport,
                                            const PeerIceCandidate *candidate)
{
  peer_webrtc_link_add_remote_candidate (PEER_WEBRTC_TRANSPORT (transport)->link, candidate);
}

static gboolean
peer_webrtc_transport_send (PeerTransport *transport,
                            GBytes *bytes,
                            gboolean is_text,
                            GError **error)
{
  PeerWebrtcTransport *self = PEER_WEBRTC_TRANSPORT (transport);

  return peer_webrtc_link_send (self->link, self->channel, bytes, is_text, error);
}

static gsize
peer_webrtc_transport_get_buffered_amount (PeerTransport *transport)
{
  return peer_webrtc_channel_get_buffered_amount (PEER_WEBRTC_TRANSPORT (transport)->channel);
}

static gsize
peer_webrtc_transport_get_max_message_size (PeerTransport *transport)
{
  return peer_webrtc_channel_get_max_message_size (PEER_WEBRTC_TRANSPORT (transport)->channel);
}

static void
peer_webrtc_transport_get_stats_async (PeerTransport *transport,
                                       GTask *task)
{
  PeerWebrtcTransport *self = PEER_WEBRTC_TRANSPORT (transport);

  peer_webrtc_link_get_stats (self->link, self->channel, task);
}

static gsize
peer_webrtc_transport_get_unacknowledged_amount (PeerTransport *transport)
{
  return peer_webrtc_channel_get_unacknowledged_amount (PEER_WEBRTC_TRANSPORT (transport)->channel);
}

static void
peer_webrtc_transport_set_unacknowledged_threshold (PeerTransport *transport,
                                                    gsize amount)
{
  peer_webrtc_channel_set_unacknowledged_threshold (PEER_WEBRTC_TRANSPORT (transport)->channel, amount);
}

static gboolean
peer_webrtc_transport_is_ordered (PeerTransport *transport)
{
  return peer_webrtc_channel_is_ordered (PEER_WEBRTC_TRANSPORT (transport)->channel);
}

static PeerTransportPhase
peer_webrtc_transport_get_phase (PeerTransport *transport)
{
  PeerWebrtcTransport *self = PEER_WEBRTC_TRANSPORT (transport);

  return peer_webrtc_link_get_phase (self->link, self->channel);
}

static char *
peer_webrtc_transport_describe_attempt (PeerTransport *transport)
{
  return peer_webrtc_link_describe_attempt (PEER_WEBRTC_TRANSPORT (transport)->link);
}

static void
peer_webrtc_transport_set_disconnect_timeout (PeerTransport *transport,
                                              guint milliseconds)
{
  peer_webrtc_link_set_disconnect_timeout (PEER_WEBRTC_TRANSPORT (transport)->link, milliseconds);
}

static void
peer_webrtc_transport_check_link (PeerTransport *transport)
{
  peer_webrtc_link_check (PEER_WEBRTC_TRANSPORT (transport)->link);
}

static char *
peer_webrtc_transport_dup_remote_fingerprint (PeerTransport *transport)
{
  return peer_webrtc_link_dup_remote_fingerprint (PEER_WEBRTC_TRANSPORT (transport)->link);
}

static char *
peer_webrtc_transport_dup_label (PeerTransport *transport)
{
  return peer_webrtc_channel_dup_label (PEER_WEBRTC_TRANSPORT (transport)->channel);
}

static PeerTransport *
peer_webrtc_transport_add_channel (PeerTransport *transport,
                                   const PeerTransportChannel *options)
{
  PeerWebrtcLink *link = PEER_WEBRTC_TRANSPORT (transport)->link;
  g_autoptr (PeerTransportQueue) queue = peer_transport_queue_new (NULL);
  PeerWebrtcChannel *channel = peer_webrtc_link_add_channel (link, options, queue);

  return channel != NULL ? new_for_channel (link, channel) : NULL;
}

static PeerTransport *
peer_webrtc_transport_take_channel (PeerTransport *transport,
                                    gpointer channel)
{
  PeerWebrtcIncoming *incoming = channel;

  incoming->is_taken = TRUE;

  return new_for_channel (incoming->link, peer_webrtc_channel_ref (incoming->channel));
}

static void
peer_webrtc_transport_close (PeerTransport *transport)
{
  PeerWebrtcTransport *self = PEER_WEBRTC_TRANSPORT (transport);

  peer_transport_queue_close (self->queue);
  peer_webrtc_link_close_channel (self->link, self->channel);
}

static void
peer_webrtc_transport_finalize (GObject *object)
{
  PeerWebrtcTransport *self = PEER_WEBRTC_TRANSPORT (object);

  peer_webrtc_transport_close (PEER_TRANSPORT (self));
  peer_webrtc_channel_unref (self->channel);
  peer_webrtc_link_unref (self->link);
  peer_transport_queue_unref (self->queue);

  G_OBJECT_CLASS (peer_webrtc_transport_parent_class)->finalize (object);
}

static void
peer_webrtc_transport_class_init (PeerWebrtcTransportClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  PeerTransportClass *transport_class = PEER_TRANSPORT_CLASS (klass);

  object_class->finalize = peer_webrtc_transport_finalize;

  transport_class->start = peer_webrtc_transport_start;
  transport_class->set_remote_description = peer_webrtc_transport_set_remote_description;
  transport_class->add_remote_candidate = peer_webrtc_transport_add_remote_candidate;
  transport_class->send = peer_webrtc_transport_send;
  transport_class->get_buffered_amount = peer_webrtc_transport_get_buffered_amount;
  transport_class->get_max_message_size = peer_webrtc_transport_get_max_message_size;
  transport_class->get_stats_async = peer_webrtc_transport_get_stats_async;
  transport_class->close = peer_webrtc_transport_close;
  transport_class->get_unacknowledged_amount = peer_webrtc_transport_get_unacknowledged_amount;
  transport_class->set_unacknowledged_threshold = peer_webrtc_transport_set_unacknowledged_threshold;
  transport_class->is_ordered = peer_webrtc_transport_is_ordered;
  transport_class->get_phase = peer_webrtc_transport_get_phase;
  transport_class->describe_attempt = peer_webrtc_transport_describe_attempt;
  transport_class->set_disconnect_timeout = peer_webrtc_transport_set_disconnect_timeout;
  transport_class->check = peer_webrtc_transport_check_link;
  transport_class->dup_remote_fingerprint = peer_webrtc_transport_dup_remote_fingerprint;
  transport_class->dup_label = peer_webrtc_transport_dup_label;
  transport_class->add_channel = peer_webrtc_transport_add_channel;
  transport_class->take_channel = peer_webrtc_transport_take_channel;
}

static void
peer_webrtc_transport_init (PeerWebrtcTransport *self)
{
}

PeerTransport *
peer_webrtc_transport_new (const PeerTransportConfig *config)
{
  PeerWebrtcTransport *self = g_object_new (PEER_TYPE_WEBRTC_TRANSPORT, NULL);

  self->queue = peer_transport_queue_new (PEER_TRANSPORT (self));
  self->link = peer_webrtc_link_new (config, self->queue);
  self->channel = peer_webrtc_channel_ref (peer_webrtc_link_get_first_channel (self->link));

  return PEER_TRANSPORT (self);
}

gboolean
peer_webrtc_transport_check (GError **error)
{
  return peer_webrtc_elements_check (error);
}

void
peer_webrtc_transport_warm_up (void)
{
  peer_webrtc_link_warm_up ();
}
