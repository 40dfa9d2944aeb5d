/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-base-connection-private.h"

#include "peer-reconnection-private.h"

/* More than any peer has; a peer that sends more is not helped by them. */
#define MAX_EARLY_CANDIDATES 256

static void
peer_base_connection_send_signal (PeerBaseConnection *self,
                                  const char *type,
                                  const PeerPayload *payload)
{
  g_autoptr (GError) error = NULL;

  if (self->owner != NULL && !peer_connection_owner_send_signal (self->owner, self, type, payload, &error))
    peer_base_connection_fail (self, error);
}

static const char *
peer_base_connection_get_wire_type (PeerBaseConnection *self)
{
  return PEER_BASE_CONNECTION_GET_CLASS (self)->connection_type == PEER_CONNECTION_TYPE_DATA ? "data" : "media";
}

static guint32
peer_base_connection_get_attempt (PeerBaseConnection *self)
{
  return self->reconnection != NULL ? peer_reconnection_get_attempt (self->reconnection) : 0;
}

static void
description_cb (PeerBaseConnection *self,
                const char *type,
                const char *sdp)
{
  /* Borrows all it holds. */
  PeerPayload payload = {
    .connection_id = self->connection_id,
    .type = (char *) peer_base_connection_get_wire_type (self),
    .sdp_type = (char *) type,
    .sdp = (char *) sdp,
    .label = self->label,
    .metadata = self->metadata,
    .has_resume = self->reconnection != NULL,
    .resume_attempt = peer_base_connection_get_attempt (self),
    .sdp_m_line_index = -1,
  };
  gboolean is_offer = g_str_equal (type, "offer");

  if (is_offer)
    PEER_BASE_CONNECTION_GET_CLASS (self)->fill_offer (self, &payload);
  peer_base_connection_send_signal (self, is_offer ? "OFFER" : "ANSWER", &payload);
}

static void
candidate_cb (PeerBaseConnection *self,
              const PeerIceCandidate *candidate)
{
  /* Borrows all it holds. */
  PeerPayload payload = {
    .connection_id = self->connection_id,
    .type = (char *) peer_base_connection_get_wire_type (self),
    .candidate = (char *) candidate->candidate,
    .sdp_mid = (char *) candidate->sdp_mid,
    .sdp_m_line_index = candidate->sdp_m_line_index,
    .username_fragment = (char *) candidate->username_fragment,
    .has_resume = self->reconnection != NULL,
    .resume_attempt = peer_base_connection_get_attempt (self),
  };

  peer_base_connection_send_signal (self, "CANDIDATE", &payload);
}

static void
peer_base_connection_begin (PeerBaseConnection *self,
                            PeerTransport *transport)
{
  g_signal_connect_object (transport, "description", G_CALLBACK (description_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (transport, "candidate", G_CALLBACK (candidate_cb), self, G_CONNECT_SWAPPED);
  peer_base_connection_use (self, transport);
  peer_transport_start (transport);
}

void
peer_base_connection_offer (PeerBaseConnection *self,
                            PeerTransport *transport)
{
  peer_base_connection_begin (self, transport);
}

static void
peer_base_connection_add_candidate (PeerBaseConnection *self,
                                    const PeerPayload *payload)
{
  PeerIceCandidate candidate = {
    .candidate = payload->candidate,
    .sdp_mid = payload->sdp_mid,
    .sdp_m_line_index = payload->sdp_m_line_index,
    .username_fragment = payload->username_fragment,
  };

  peer_transport_add_remote_candidate (self->transport, &candidate);
}

/* Candidates of a link that is tried no longer are of no use. */
static gboolean
peer_base_connection_is_for_attempt (PeerBaseConnection *self,
                                     const PeerPayload *payload)
{
  return !payload->has_resume || payload->resume_attempt == peer_base_connection_get_attempt (self);
}

void
peer_base_connection_await_description (PeerBaseConnection *self)
{
  self->has_remote_description = FALSE;
}

void
peer_base_connection_set_remote_description (PeerBaseConnection *self,
                                             const char *type,
                                             const char *sdp)
{
  self->has_remote_description = TRUE;
  peer_transport_set_remote_description (self->transport, type, sdp);
  for (guint i = 0; i < self->early_candidates->len; i++)
    {
      const PeerPayload *payload = g_ptr_array_index (self->early_candidates, i);

      if (peer_base_connection_is_for_attempt (self, payload))
        peer_base_connection_add_candidate (self, payload);
    }
  g_ptr_array_set_size (self->early_candidates, 0);
}

void
peer_base_connection_answer (PeerBaseConnection *self,
                             PeerTransport *transport,
                             const char *sdp)
{
  peer_base_connection_begin (self, transport);
  peer_base_connection_set_remote_description (self, "offer", sdp);
}

gboolean
peer_base_connection_waits_for_answer (PeerBaseConnection *self)
{
  return self->state == PEER_CONNECTION_STATE_CONNECTING && !self->has_remote_description;
}

/* The answer says whether the other side knows how to resume. */
static void
peer_base_connection_agree (PeerBaseConnection *self,
                            const PeerPayload *payload)
{
  if (payload->has_resume)
    {
      peer_reconnection_agree (self->reconnection);
      peer_base_connection_set_resumable (self);
    }
  else
    {
      g_clear_pointer (&self->reconnection, peer_reconnection_free);
    }
}

void
peer_base_connection_handle_expire (PeerBaseConnection *self)
{
  if (self->is_resumable && self->reconnection != NULL)
    peer_reconnection_handle_expire (self->reconnection);
}

void
peer_base_connection_handle_answer (PeerBaseConnection *self,
                                    const PeerPayload *payload)
{
  g_autoptr (PeerBaseConnection) keep_alive = g_object_ref (self);

  if (self->is_resumable && self->reconnection != NULL)
    {
      peer_reconnection_handle_answer (self->reconnection, payload);
      return;
    }

  if (self->reconnection != NULL && payload->sdp != NULL)
    peer_base_connection_agree (self, payload);

  if (self->transport != NULL && peer_base_connection_waits_for_answer (self) && payload->sdp != NULL)
    peer_base_connection_set_remote_description (self, "answer", payload->sdp);
  else
    g_debug ("Ignoring an answer that %s does not wait for", self->connection_id);
}

void
peer_base_connection_handle_candidate (PeerBaseConnection *self,
                                       PeerPayload *payload)
{
  if (payload->candidate == NULL)
    return;

  if (self->transport != NULL && self->has_remote_description && peer_base_connection_is_for_attempt (self, payload))
    peer_base_connection_add_candidate (self, payload);
  else if (self->early_candidates->len < MAX_EARLY_CANDIDATES)
    {
      g_ptr_array_add (self->early_candidates, g_memdup2 (payload, sizeof *payload));
      *payload = (PeerPayload){ 0 };
    }
}

void
peer_base_connection_handle_early_candidates (PeerBaseConnection *self,
                                              GPtrArray *texts)
{
  for (guint i = 0; texts != NULL && i < texts->len; i++)
    {
      gsize length;
      const char *text = g_bytes_get_data (g_ptr_array_index (texts, i), &length);
      g_auto (PeerPayload) payload = { 0 };

      if (peer_payload_parse (&payload, text, length, NULL))
        peer_base_connection_handle_candidate (self, &payload);
    }
}
