/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-resumable-transport-struct-private.h"

#include <glib/gi18n-lib.h>
#include <libpeerglib/peer-error.h>

G_DEFINE_FINAL_TYPE (PeerResumableTransport, peer_resumable_transport, PEER_TYPE_TRANSPORT)

static void
peer_resumable_transport_start (PeerTransport *transport)
{
  PeerTransport *newest = peer_resumable_transport_get_newest (PEER_RESUMABLE_TRANSPORT (transport));

  if (newest != NULL)
    peer_transport_start (newest);
}

static void
peer_resumable_transport_set_remote_description (PeerTransport *transport,
                                                 const char *type,
                                                 const char *sdp)
{
  PeerTransport *newest = peer_resumable_transport_get_newest (PEER_RESUMABLE_TRANSPORT (transport));

  if (newest != NULL)
    peer_transport_set_remote_description (newest, type, sdp);
}

static void
peer_resumable_transport_add_remote_candidate (PeerTransport *transport,
                                               const PeerIceCandidate *candidate)
{
  PeerTransport *newest = peer_resumable_transport_get_newest (PEER_RESUMABLE_TRANSPORT (transport));

  if (newest != NULL)
    peer_transport_add_remote_candidate (newest, candidate);
}

static gboolean
peer_resumable_transport_send (PeerTransport *transport,
                               GBytes *bytes,
                               gboolean is_text,
                               GError **error)
{
  PeerResumableTransport *self = PEER_RESUMABLE_TRANSPORT (transport);

  if (self->resumption == NULL)
    return peer_transport_send (self->link, bytes, is_text, error);
  if (!peer_transport_check_can_send (self->was_open, FALSE, g_bytes_get_size (bytes), self->max_message_size, error))
    return FALSE;

  peer_resumption_push (self->resumption, bytes, is_text);
  peer_resumable_transport_pump (self);

  return TRUE;
}

static gsize
peer_resumable_transport_get_buffered_amount (PeerTransport *transport)
{
  PeerResumableTransport *self = PEER_RESUMABLE_TRANSPORT (transport);

  if (self->resumption == NULL)
    return self->link != NULL ? peer_transport_get_buffered_amount (self->link) : 0;
  /* Nobody knows yet what of it is to be sent again. */
  if (self->link == NULL)
    return peer_resumption_get_unacknowledged_size (self->resumption);

  return peer_transport_get_buffered_amount (self->link) + peer_resumption_get_unsent_size (self->resumption);
}

static gsize
peer_resumable_transport_get_unacknowledged_amount (PeerTransport *transport)
{
  PeerResumableTransport *self = PEER_RESUMABLE_TRANSPORT (transport);

  if (self->resumption == NULL)
    return self->link != NULL ? peer_transport_get_unacknowledged_amount (self->link) : 0;

  return peer_resumption_get_unacknowledged_size (self->resumption);
}

static void
peer_resumable_transport_set_unacknowledged_threshold (PeerTransport *transport,
                                                       gsize amount)
{
  PeerResumableTransport *self = PEER_RESUMABLE_TRANSPORT (transport);

  self->unacknowledged_threshold = amount;
  if (self->resumption == NULL && self->link != NULL)
    peer_transport_set_unacknowledged_threshold (self->link, amount);
}

static gboolean
peer_resumable_transport_is_ordered (PeerTransport *transport)
{
  PeerResumableTransport *self = PEER_RESUMABLE_TRANSPORT (transport);

  return self->resumption != NULL || self->link == NULL || peer_transport_is_ordered (self->link);
}

static gsize
peer_resumable_transport_get_max_message_size (PeerTransport *transport)
{
  return PEER_RESUMABLE_TRANSPORT (transport)->max_message_size;
}

static PeerTransportPhase
peer_resumable_transport_get_phase (PeerTransport *transport)
{
  PeerTransport *newest = peer_resumable_transport_get_newest (PEER_RESUMABLE_TRANSPORT (transport));

  return newest != NULL ? peer_transport_get_phase (newest) : PEER_TRANSPORT_PHASE_SIGNALING;
}

static char *
peer_resumable_transport_describe_attempt (PeerTransport *transport)
{
  PeerTransport *newest = peer_resumable_transport_get_newest (PEER_RESUMABLE_TRANSPORT (transport));

  return newest != NULL ? peer_transport_describe_attempt (newest) : NULL;
}

static void
peer_resumable_transport_set_disconnect_timeout (PeerTransport *transport,
                                                 guint milliseconds)
{
  PeerResumableTransport *self = PEER_RESUMABLE_TRANSPORT (transport);

  self->disconnect_timeout = milliseconds;
  if (self->link != NULL)
    peer_transport_set_disconnect_timeout (self->link, milliseconds);
  if (self->next != NULL)
    peer_transport_set_disconnect_timeout (self->next, milliseconds);
}

static void
peer_resumable_transport_check (PeerTransport *transport)
{
  PeerResumableTransport *self = PEER_RESUMABLE_TRANSPORT (transport);

  if (self->link != NULL)
    peer_transport_check (self->link);
}

static char *
peer_resumable_transport_dup_remote_fingerprint (PeerTransport *transport)
{
  return g_strdup (PEER_RESUMABLE_TRANSPORT (transport)->fingerprint);
}

static void
peer_resumable_transport_get_stats_async (PeerTransport *transport,
                                          GTask *task)
{
  PeerResumableTransport *self = PEER_RESUMABLE_TRANSPORT (transport);

  if (self->link != NULL)
    {
      peer_transport_forward_stats (self->link, task);
      return;
    }

  g_task_return_new_error (task, PEER_ERROR, PEER_ERROR_NOT_OPEN_YET, _ ("The connection is being made again"));
  g_object_unref (task);
}

static void
peer_resumable_transport_close (PeerTransport *transport)
{
  PeerResumableTransport *self = PEER_RESUMABLE_TRANSPORT (transport);

  if (self->resumption != NULL && self->was_open)
    {
      g_autoptr (GBytes) message = peer_resumption_close ();

      peer_resumable_transport_put (self, message);
    }
  peer_resumable_transport_drop_link (self);
  peer_resumable_transport_drop_next (self);
}

static void
peer_resumable_transport_finalize (GObject *object)
{
  PeerResumableTransport *self = PEER_RESUMABLE_TRANSPORT (object);

  peer_resumable_transport_close (PEER_TRANSPORT (self));
  g_clear_pointer (&self->resumption, peer_resumption_free);
  g_free (self->fingerprint);
  g_main_context_unref (self->context);

  G_OBJECT_CLASS (peer_resumable_transport_parent_class)->finalize (object);
}

static void
peer_resumable_transport_class_init (PeerResumableTransportClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  PeerTransportClass *transport_class = PEER_TRANSPORT_CLASS (klass);

  object_class->finalize = peer_resumable_transport_finalize;

  transport_class->start = peer_resumable_transport_start;
  transport_class->set_remote_description = peer_resumable_transport_set_remote_description;
  transport_class->add_remote_candidate = peer_resumable_transport_add_remote_candidate;
  transport_class->send = peer_resumable_transport_send;
  transport_class->get_buffered_amount = peer_resumable_transport_get_buffered_amount;
  transport_class->get_unacknowledged_amount = peer_resumable_transport_get_unacknowledged_amount;
  transport_class->set_unacknowledged_threshold = peer_resumable_transport_set_unacknowledged_threshold;
  transport_class->is_ordered = peer_resumable_transport_is_ordered;
  transport_class->get_max_message_size = peer_resumable_transport_get_max_message_size;
  transport_class->get_phase = peer_resumable_transport_get_phase;
  transport_class->describe_attempt = peer_resumable_transport_describe_attempt;
  transport_class->set_disconnect_timeout = peer_resumable_transport_set_disconnect_timeout;
  transport_class->check = peer_resumable_transport_check;
  transport_class->dup_remote_fingerprint = peer_resumable_transport_dup_remote_fingerprint;
  transport_class->get_stats_async = peer_resumable_transport_get_stats_async;
  transport_class->close = peer_resumable_transport_close;

  g_signal_new ("interrupted", PEER_TYPE_RESUMABLE_TRANSPORT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 1, G_TYPE_ERROR | G_SIGNAL_TYPE_STATIC_SCOPE);
  g_signal_new ("attempt-failed", PEER_TYPE_RESUMABLE_TRANSPORT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 1, G_TYPE_ERROR | G_SIGNAL_TYPE_STATIC_SCOPE);
  g_signal_new ("resumed", PEER_TYPE_RESUMABLE_TRANSPORT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
peer_resumable_transport_init (PeerResumableTransport *self)
{
  self->context = g_main_context_ref_thread_default ();
}

PeerTransport *
peer_resumable_transport_new (PeerTransport *first)
{
  PeerResumableTransport *self = g_object_new (PEER_TYPE_RESUMABLE_TRANSPORT, NULL);

  self->link = peer_resumable_transport_follow (self, first);

  return PEER_TRANSPORT (self);
}

void
peer_resumable_transport_agree (PeerResumableTransport *self)
{
  self->resumption = peer_resumption_new ();
}

void
peer_resumable_transport_try (PeerResumableTransport *self,
                              PeerTransport *next)
{
  peer_resumable_transport_drop_next (self);
  self->next = peer_resumable_transport_follow (self, next);
  peer_transport_set_disconnect_timeout (next, self->disconnect_timeout);
}

void
peer_resumable_transport_give_up (PeerResumableTransport *self)
{
  if (peer_resumption_awaits_greeting (self->resumption))
    peer_resumable_transport_drop_link (self);
  peer_resumable_transport_drop_next (self);
}

gboolean
peer_resumable_transport_is_trying (PeerResumableTransport *self)
{
  return self->next != NULL;
}

PeerTransport *
peer_resumable_transport_get_link (PeerResumableTransport *self)
{
  return self->link;
}
