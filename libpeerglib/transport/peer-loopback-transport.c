/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-loopback-transport-private.h"

#include "peer-loopback-half-private.h"

#include <glib/gi18n-lib.h>

struct _PeerLoopbackTransport
{
  PeerTransport parent_instance;

  PeerLoopbackHalf *half;
};

G_DEFINE_FINAL_TYPE (PeerLoopbackTransport, peer_loopback_transport, PEER_TYPE_TRANSPORT)

/* The one that has what all channels of a link have in common. */
static PeerLoopbackHalf *
get_first_half (PeerTransport *transport)
{
  PeerLoopbackHalf *half = PEER_LOOPBACK_TRANSPORT (transport)->half;

  return half->first != NULL ? half->first : half;
}

static void
peer_loopback_transport_start (PeerTransport *transport)
{
  PeerLoopbackHalf *self = PEER_LOOPBACK_TRANSPORT (transport)->half;

  if (!self->is_offerer || self->first != NULL)
    return;

  peer_loopback_half_lock ();
  peer_loopback_half_offer (self);
  peer_loopback_half_unlock ();
}

static void
peer_loopback_transport_set_remote_description (PeerTransport *transport,
                                                const char *type,
                                                const char *sdp)
{
  PeerLoopbackHalf *self = PEER_LOOPBACK_TRANSPORT (transport)->half;

  peer_loopback_half_lock ();
  peer_loopback_half_accept (self, type, sdp);
  peer_loopback_half_unlock ();
}

static void
peer_loopback_transport_add_remote_candidate (PeerTransport *transport,
                                              const PeerIceCandidate *candidate)
{
  if (candidate->candidate == NULL || !g_str_has_prefix (candidate->candidate, "candidate:"))
    g_debug ("A candidate was ignored");
}

static gboolean
peer_loopback_transport_send (PeerTransport *transport,
                              GBytes *bytes,
                              gboolean is_text,
                              GError **error)
{
  PeerLoopbackHalf *self = PEER_LOOPBACK_TRANSPORT (transport)->half;
  gboolean can_send;

  peer_loopback_half_lock ();
  can_send = peer_loopback_half_send (self, bytes, is_text, error);
  peer_loopback_half_unlock ();

  return can_send;
}

static gsize
peer_loopback_transport_get_buffered_amount (PeerTransport *transport)
{
  PeerLoopbackHalf *self = PEER_LOOPBACK_TRANSPORT (transport)->half;
  gsize amount;

  peer_loopback_half_lock ();
  amount = self->buffered_amount;
  peer_loopback_half_unlock ();

  return amount;
}

static gsize
peer_loopback_transport_get_max_message_size (PeerTransport *transport)
{
  PeerLoopbackHalf *self = PEER_LOOPBACK_TRANSPORT (transport)->half;
  gsize size;

  peer_loopback_half_lock ();
  size = self->max_message_size;
  peer_loopback_half_unlock ();

  return size;
}

static PeerTransportPhase
peer_loopback_transport_get_phase (PeerTransport *transport)
{
  PeerLoopbackHalf *self = PEER_LOOPBACK_TRANSPORT (transport)->half;
  PeerTransportPhase phase = PEER_TRANSPORT_PHASE_SIGNALING;

  peer_loopback_half_lock ();
  if (self->is_open)
    phase = PEER_TRANSPORT_PHASE_OPEN;
  else if (self->has_remote_description)
    phase = PEER_TRANSPORT_PHASE_ICE;
  peer_loopback_half_unlock ();

  return phase;
}

static char *
peer_loopback_transport_describe_attempt (PeerTransport *transport)
{
  return g_strdup (_ ("a link inside the process"));
}

static void
peer_loopback_transport_set_disconnect_timeout (PeerTransport *transport,
                                                guint milliseconds)
{
  PeerLoopbackHalf *self = get_first_half (transport);

  peer_loopback_half_lock ();
  peer_liveness_set_timeout (&self->liveness, milliseconds, g_get_monotonic_time ());
  peer_loopback_half_update (self);
  peer_loopback_half_unlock ();
}

static void
peer_loopback_transport_check (PeerTransport *transport)
{
  PeerLoopbackHalf *self = get_first_half (transport);

  peer_loopback_half_lock ();
  peer_liveness_check (&self->liveness, g_get_monotonic_time ());
  peer_loopback_half_update (self);
  peer_loopback_half_unlock ();
}

static void
peer_loopback_transport_set_unacknowledged_threshold (PeerTransport *transport,
                                                      gsize amount)
{
  PeerLoopbackHalf *self = PEER_LOOPBACK_TRANSPORT (transport)->half;

  peer_loopback_half_lock ();
  self->unacknowledged_threshold = amount;
  peer_loopback_half_unlock ();
}

static gboolean
peer_loopback_transport_is_ordered (PeerTransport *transport)
{
  PeerLoopbackHalf *self = PEER_LOOPBACK_TRANSPORT (transport)->half;
  gboolean is_ordered;

  peer_loopback_half_lock ();
  is_ordered = self->is_ordered;
  peer_loopback_half_unlock ();

  return is_ordered;
}

static char *
peer_loopback_transport_dup_remote_fingerprint (PeerTransport *transport)
{
  PeerLoopbackHalf *self = get_first_half (transport);
  char *fingerprint;

  peer_loopback_half_lock ();
  fingerprint = g_strdup (self->is_open ? self->remote_fingerprint : NULL);
  peer_loopback_half_unlock ();

  return fingerprint;
}

static void
peer_loopback_transport_get_stats_async (PeerTransport *transport,
                                         GTask *task)
{
  PeerLoopbackHalf *self = PEER_LOOPBACK_TRANSPORT (transport)->half;
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  peer_loopback_half_lock ();
  g_variant_dict_insert (&dict, "bytes-sent", "t", self->bytes_sent);
  g_variant_dict_insert (&dict, "bytes-received", "t", self->bytes_received);
  g_variant_dict_insert (&dict, "messages-sent", "t", self->messages_sent);
  g_variant_dict_insert (&dict, "messages-received", "t", self->messages_received);
  g_variant_dict_insert (&dict, "buffered-amount", "t", (guint64) self->buffered_amount);
  g_variant_dict_insert (&dict, "unacknowledged-amount", "t", (guint64) self->buffered_amount);
  peer_loopback_half_unlock ();
  g_variant_dict_insert (&dict, "round-trip-time", "d", 0.0);
  g_variant_dict_insert (&dict, "local-candidate-type", "s", "host");
  g_variant_dict_insert (&dict, "remote-candidate-type", "s", "host");
  g_variant_dict_insert (&dict, "is-relayed", "b", FALSE);

  g_task_return_pointer (task, g_variant_ref_sink (g_variant_dict_end (&dict)), (GDestroyNotify) g_variant_unref);
  g_object_unref (task);
}

static char *
peer_loopback_transport_dup_label (PeerTransport *transport)
{
  PeerLoopbackHalf *self = PEER_LOOPBACK_TRANSPORT (transport)->half;
  char *label;

  peer_loopback_half_lock ();
  label = g_strdup (self->is_open ? self->label : NULL);
  peer_loopback_half_unlock ();

  return label;
}

/* Takes the half. */
static PeerTransport *
new_for_half (PeerLoopbackHalf *half)
{
  PeerLoopbackTransport *self = g_object_new (PEER_TYPE_LOOPBACK_TRANSPORT, NULL);

  self->half = half;
  peer_transport_queue_attach (half->queue, PEER_TRANSPORT (self));

  return PEER_TRANSPORT (self);
}

static PeerTransport *
peer_loopback_transport_add_channel (PeerTransport *transport,
                                     const PeerTransportChannel *options)
{
  PeerLoopbackHalf *half;

  peer_loopback_half_lock ();
  half = peer_loopback_half_add_channel (PEER_LOOPBACK_TRANSPORT (transport)->half, options);
  peer_loopback_half_unlock ();

  return half != NULL ? new_for_half (half) : NULL;
}

static PeerTransport *
peer_loopback_transport_take_channel (PeerTransport *transport,
                                      gpointer channel)
{
  PeerLoopbackHalf *half = channel;

  peer_loopback_half_lock ();
  half->is_taken = TRUE;
  peer_loopback_half_unlock ();

  return new_for_half (peer_loopback_half_ref (half));
}

static void
peer_loopback_transport_close (PeerTransport *transport)
{
  PeerLoopbackHalf *self = PEER_LOOPBACK_TRANSPORT (transport)->half;

  peer_transport_queue_close (self->queue);
  if (self->timer != NULL)
    g_source_destroy (self->timer);

  peer_loopback_half_lock ();
  peer_loopback_half_close (self);
  peer_loopback_half_unlock ();
}

static void
peer_loopback_transport_finalize (GObject *object)
{
  PeerLoopbackTransport *self = PEER_LOOPBACK_TRANSPORT (object);

  peer_loopback_transport_close (PEER_TRANSPORT (self));
  peer_loopback_half_unref (self->half);

  G_OBJECT_CLASS (peer_loopback_transport_parent_class)->finalize (object);
}

static void
peer_loopback_transport_class_init (PeerLoopbackTransportClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  PeerTransportClass *transport_class = PEER_TRANSPORT_CLASS (klass);

  object_class->finalize = peer_loopback_transport_finalize;

  transport_class->start = peer_loopback_transport_start;
  transport_class->set_remote_description = peer_loopback_transport_set_remote_description;
  transport_class->add_remote_candidate = peer_loopback_transport_add_remote_candidate;
  transport_class->send = peer_loopback_transport_send;
  transport_class->get_buffered_amount = peer_loopback_transport_get_buffered_amount;
  transport_class->get_max_message_size = peer_loopback_transport_get_max_message_size;
  transport_class->get_stats_async = peer_loopback_transport_get_stats_async;
  transport_class->dup_label = peer_loopback_transport_dup_label;
  transport_class->add_channel = peer_loopback_transport_add_channel;
  transport_class->take_channel = peer_loopback_transport_take_channel;
  transport_class->close = peer_loopback_transport_close;
  transport_class->get_phase = peer_loopback_transport_get_phase;
  transport_class->describe_attempt = peer_loopback_transport_describe_attempt;
  transport_class->set_disconnect_timeout = peer_loopback_transport_set_disconnect_timeout;
  transport_class->check = peer_loopback_transport_check;
  transport_class->set_unacknowledged_threshold = peer_loopback_transport_set_unacknowledged_threshold;
  transport_class->is_ordered = peer_loopback_transport_is_ordered;
  transport_class->dup_remote_fingerprint = peer_loopback_transport_dup_remote_fingerprint;
}

static void
peer_loopback_transport_init (PeerLoopbackTransport *self)
{
}

PeerTransport *
peer_loopback_transport_new (const PeerTransportConfig *config)
{
  PeerLoopbackTransport *self = g_object_new (PEER_TYPE_LOOPBACK_TRANSPORT, NULL);

  self->half = peer_loopback_half_new (PEER_TRANSPORT (self), config);

  return PEER_TRANSPORT (self);
}

void
peer_loopback_transport_fail (PeerLoopbackTransport *self,
                              const GError *error)
{
  peer_loopback_half_lock ();
  peer_loopback_half_break (self->half, error);
  peer_loopback_half_unlock ();
}

void
peer_loopback_transport_set_stalled (PeerLoopbackTransport *self,
                                     gboolean stalled)
{
  peer_loopback_half_lock ();
  self->half->is_stalled = stalled;
  peer_loopback_half_update (self->half);
  peer_loopback_half_unlock ();
}

void
peer_loopback_transport_set_silent (PeerLoopbackTransport *self,
                                    gboolean silent)
{
  PeerLoopbackHalf *half = self->half;

  peer_loopback_half_lock ();
  half->is_silent = silent;
  if (half->counterpart != NULL)
    peer_loopback_half_update (half->counterpart);
  peer_loopback_half_update (half);
  peer_loopback_half_unlock ();
}

void
peer_loopback_transport_set_max_message_size (PeerLoopbackTransport *self,
                                              gsize size)
{
  peer_loopback_half_lock ();
  self->half->max_message_size = size;
  peer_loopback_half_unlock ();
}
