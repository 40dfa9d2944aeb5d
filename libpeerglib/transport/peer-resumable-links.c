/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-resumable-transport-struct-private.h"

#include <glib/gi18n-lib.h>
#include <libpeerglib/peer-error.h>
#include <libpeerglib/peer-source-private.h>

/* Bytes given to the link ahead of the network. */
#define LINK_BUFFER (1024 * 1024)

PeerTransport *
peer_resumable_transport_get_newest (PeerResumableTransport *self)
{
  return self->next != NULL ? self->next : self->link;
}

static void
drop_link (PeerResumableTransport *self,
           PeerTransport **link)
{
  if (*link == NULL)
    return;

  g_signal_handlers_disconnect_by_data (*link, self);
  peer_transport_close (*link);
  g_clear_object (link);
}

void
peer_resumable_transport_drop_link (PeerResumableTransport *self)
{
  peer_source_clear (&self->acknowledge_source);
  peer_source_clear (&self->broken_source);
  g_clear_error (&self->broken_error);
  drop_link (self, &self->link);
}

void
peer_resumable_transport_drop_next (PeerResumableTransport *self)
{
  drop_link (self, &self->next);
}

/* Whether a new link may do better; otherwise the other side is at fault. */
static gboolean
is_worth_another_link (const GError *error)
{
  return error == NULL ||
         g_error_matches (error, PEER_ERROR, PEER_ERROR_CONNECTION_CLOSED) ||
         g_error_matches (error, PEER_ERROR, PEER_ERROR_NEGOTIATION_FAILED) ||
         g_error_matches (error, PEER_ERROR, PEER_ERROR_NETWORK) ||
         g_error_matches (error, PEER_ERROR, PEER_ERROR_TIMED_OUT) ||
         g_error_matches (error, PEER_ERROR, PEER_ERROR_WEBRTC);
}

/* Ends for good; error is NULL when the other side wanted it. */
static void
peer_resumable_transport_end (PeerResumableTransport *self,
                              const GError *error)
{
  g_autoptr (PeerResumableTransport) keep_alive = g_object_ref (self);

  peer_resumable_transport_drop_link (self);
  peer_resumable_transport_drop_next (self);
  if (error != NULL)
    peer_transport_emit_failed (PEER_TRANSPORT (self), error);
  else
    peer_transport_emit_closed (PEER_TRANSPORT (self));
}

static void
peer_resumable_transport_lose_link (PeerResumableTransport *self,
                                    const GError *error)
{
  g_autoptr (PeerResumableTransport) keep_alive = g_object_ref (self);

  if (self->resumption == NULL || !self->was_open || !is_worth_another_link (error))
    {
      peer_resumable_transport_end (self, error);
      return;
    }

  peer_resumable_transport_drop_link (self);
  g_signal_emit_by_name (self, "interrupted", error);
}

static gboolean
broken_cb (gpointer user_data)
{
  PeerResumableTransport *self = PEER_RESUMABLE_TRANSPORT (user_data);
  g_autoptr (GError) error = g_steal_pointer (&self->broken_error);

  peer_resumable_transport_lose_link (self, error);

  return G_SOURCE_REMOVE;
}

/* Signals are never emitted inside a method. */
static void
peer_resumable_transport_break_link (PeerResumableTransport *self,
                                     GError *error)
{
  self->broken_error = error;
  self->broken_source = peer_source_new_timeout (self->context, 0, "[libpeerglib] broken link", broken_cb, self);
}

gboolean
peer_resumable_transport_put (PeerResumableTransport *self,
                              GBytes *message)
{
  g_autoptr (GError) error = NULL;

  if (self->link == NULL || self->broken_source != NULL)
    return FALSE;
  if (peer_transport_send (self->link, message, FALSE, &error))
    return TRUE;

  /* Else the other side closed, and its word is on the way. */
  if (!g_error_matches (error, PEER_ERROR, PEER_ERROR_CONNECTION_CLOSED))
    peer_resumable_transport_break_link (self, g_steal_pointer (&error));

  return FALSE;
}

void
peer_resumable_transport_pump (PeerResumableTransport *self)
{
  while (self->link != NULL && self->was_open && peer_transport_get_buffered_amount (self->link) < LINK_BUFFER)
    {
      g_autoptr (GBytes) message = peer_resumption_next (self->resumption);

      if (message == NULL || !peer_resumable_transport_put (self, message))
        return;
    }
}

static gboolean
acknowledge_cb (gpointer user_data)
{
  PeerResumableTransport *self = PEER_RESUMABLE_TRANSPORT (user_data);
  g_autoptr (GBytes) message = peer_resumption_acknowledge (self->resumption);

  peer_source_clear (&self->acknowledge_source);
  peer_resumable_transport_put (self, message);

  return G_SOURCE_REMOVE;
}

static void
peer_resumable_transport_acknowledge (PeerResumableTransport *self)
{
  PeerResumptionDue due = peer_resumption_get_due (self->resumption);

  if (due == PEER_RESUMPTION_DUE_NOW)
    acknowledge_cb (self);
  else if (due == PEER_RESUMPTION_DUE_SOON && self->acknowledge_source == NULL)
    self->acknowledge_source = peer_source_new_timeout (self->context, PEER_RESUMPTION_DELAY,
                                                        "[libpeerglib] acknowledgement", acknowledge_cb, self);
}

/* The other side may have got what was still unacknowledged before. */
static void
peer_resumable_transport_report_room (PeerResumableTransport *self,
                                      gsize before)
{
  gsize now;

  if (self->link == NULL)
    return;

  now = peer_resumption_get_unacknowledged_size (self->resumption);
  if (before > self->unacknowledged_threshold && now <= self->unacknowledged_threshold)
    peer_transport_emit_buffered_amount_low (PEER_TRANSPORT (self));
}

static void
peer_resumable_transport_receive (PeerResumableTransport *self,
                                  GBytes *message,
                                  gboolean is_text)
{
  gsize before = peer_resumption_get_unacknowledged_size (self->resumption);
  g_autoptr (GBytes) payload = NULL;
  g_autoptr (GError) error = NULL;
  PeerResumptionKind kind;

  if (!peer_resumption_receive (self->resumption, message, is_text, &kind, &payload, &error))
    {
      peer_resumable_transport_end (self, error);
      return;
    }

  switch (kind)
    {
    case PEER_RESUMPTION_BINARY:
    case PEER_RESUMPTION_TEXT:
      peer_transport_emit_message (PEER_TRANSPORT (self), payload, kind == PEER_RESUMPTION_TEXT);
      if (self->link != NULL)
        peer_resumable_transport_acknowledge (self);
      break;

    case PEER_RESUMPTION_ACKNOWLEDGEMENT:
      peer_resumable_transport_report_room (self, before);
      break;

    case PEER_RESUMPTION_GREETING:
      peer_resumable_transport_pump (self);
      g_signal_emit_by_name (self, "resumed");
      peer_resumable_transport_report_room (self, before);
      break;

    case PEER_RESUMPTION_CLOSE:
    default:
      peer_resumable_transport_end (self, NULL);
    }
}

static void
message_cb (PeerTransport *link,
            GBytes *message,
            gboolean is_text,
            PeerResumableTransport *self)
{
  g_autoptr (PeerResumableTransport) keep_alive = g_object_ref (self);

  if (self->resumption == NULL)
    peer_transport_emit_message (PEER_TRANSPORT (self), message, is_text);
  else if (link == self->link)
    peer_resumable_transport_receive (self, message, is_text);
}

static void
peer_resumable_transport_fail_attempt (PeerResumableTransport *self,
                                       const GError *error)
{
  peer_resumable_transport_drop_next (self);
  g_signal_emit_by_name (self, "attempt-failed", error);
}

/* Whoever took over the other side's id at the server has no part in this. */
static gboolean
peer_resumable_transport_is_same_peer (PeerResumableTransport *self,
                                       PeerTransport *link)
{
  g_autofree char *fingerprint = peer_transport_dup_remote_fingerprint (link);

  return fingerprint != NULL && g_strcmp0 (fingerprint, self->fingerprint) == 0;
}

static void
peer_resumable_transport_set_open (PeerResumableTransport *self)
{
  gsize size = peer_transport_get_max_message_size (self->link);
  gboolean was_open = self->was_open;

  self->max_message_size = size;
  if (self->resumption != NULL && size > PEER_RESUMPTION_HEAD_SIZE)
    self->max_message_size = size - PEER_RESUMPTION_HEAD_SIZE;
  if (was_open)
    return;

  self->was_open = TRUE;
  self->fingerprint = peer_transport_dup_remote_fingerprint (self->link);
  peer_transport_emit_open (PEER_TRANSPORT (self));
}

static void
open_cb (PeerTransport *link,
         PeerResumableTransport *self)
{
  g_autoptr (PeerResumableTransport) keep_alive = g_object_ref (self);
  g_autoptr (GBytes) greeting = NULL;
  g_autoptr (GError) error = NULL;

  if (link == self->link)
    {
      peer_resumable_transport_set_open (self);
      return;
    }

  if (self->was_open && !peer_resumable_transport_is_same_peer (self, link))
    {
      error = g_error_new_literal (PEER_ERROR, PEER_ERROR_NEGOTIATION_FAILED,
                                   _ ("The peer that answered is not the one that the connection was made with"));
      peer_resumable_transport_fail_attempt (self, error);
      return;
    }

  peer_resumable_transport_drop_link (self);
  self->link = g_steal_pointer (&self->next);
  greeting = peer_resumption_begin (self->resumption);
  peer_resumable_transport_put (self, greeting);
  peer_resumable_transport_set_open (self);
}

static void
failed_cb (PeerTransport *link,
           const GError *error,
           PeerResumableTransport *self)
{
  if (link == self->link)
    peer_resumable_transport_lose_link (self, error);
  else
    peer_resumable_transport_fail_attempt (self, error);
}

static void
closed_cb (PeerTransport *link,
           PeerResumableTransport *self)
{
  failed_cb (link, NULL, self);
}

static void
description_cb (PeerTransport *link,
                const char *type,
                const char *sdp,
                PeerResumableTransport *self)
{
  if (link == peer_resumable_transport_get_newest (self))
    peer_transport_emit_description (PEER_TRANSPORT (self), type, sdp);
}

static void
candidate_cb (PeerTransport *link,
              const PeerIceCandidate *candidate,
              PeerResumableTransport *self)
{
  if (link == peer_resumable_transport_get_newest (self))
    peer_transport_emit_candidate (PEER_TRANSPORT (self), candidate);
}

static void
gathered_cb (PeerTransport *link,
             PeerResumableTransport *self)
{
  if (link == peer_resumable_transport_get_newest (self))
    peer_transport_emit_gathered (PEER_TRANSPORT (self));
}

static void
ice_state_changed_cb (PeerTransport *link,
                      PeerIceConnectionState state,
                      PeerResumableTransport *self)
{
  if (link == self->link || self->link == NULL)
    peer_transport_emit_ice_state_changed (PEER_TRANSPORT (self), state);
}

static void
buffered_amount_low_cb (PeerTransport *link,
                        PeerResumableTransport *self)
{
  if (link != self->link)
    return;

  if (self->resumption != NULL)
    peer_resumable_transport_pump (self);
  peer_transport_emit_buffered_amount_low (PEER_TRANSPORT (self));
}

PeerTransport *
peer_resumable_transport_follow (PeerResumableTransport *self,
                                 PeerTransport *link)
{
  g_signal_connect (link, "description", G_CALLBACK (description_cb), self);
  g_signal_connect (link, "candidate", G_CALLBACK (candidate_cb), self);
  g_signal_connect (link, "gathered", G_CALLBACK (gathered_cb), self);
  g_signal_connect (link, "open", G_CALLBACK (open_cb), self);
  g_signal_connect (link, "message", G_CALLBACK (message_cb), self);
  g_signal_connect (link, "buffered-amount-low", G_CALLBACK (buffered_amount_low_cb), self);
  g_signal_connect (link, "ice-state-changed", G_CALLBACK (ice_state_changed_cb), self);
  g_signal_connect (link, "closed", G_CALLBACK (closed_cb), self);
  g_signal_connect (link, "failed", G_CALLBACK (failed_cb), self);

  return g_object_ref (link);
}
