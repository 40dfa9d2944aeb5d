/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-hub-client-private.h"

#include "peer-source-private.h"
#include "protocol/peer-sdp-candidates-private.h"

static void
peer_hub_client_clear (gpointer data)
{
  PeerHubClient *self = data;

  g_free (self->token);
  g_free (self->address);
  peer_payload_clear (&self->offer);
  peer_room_presence_clear (&self->presence);
}

PeerHubClient *
peer_hub_client_new (PeerHubNetwork *network,
                     PeerHubRequest *request,
                     const char *address,
                     PeerHubAnswerFunc func,
                     gpointer user_data)
{
  PeerHubClient *self = g_rc_box_new0 (PeerHubClient);

  self->network = network;
  self->token = g_steal_pointer (&request->token);
  self->address = g_strdup (address);
  self->presence.id = g_steal_pointer (&request->peer_id);
  self->presence.metadata = g_steal_pointer (&request->metadata);
  self->offer = request->payload;
  request->payload = (PeerPayload){ .sdp_m_line_index = -1 };
  self->func = func;
  self->user_data = user_data;

  return self;
}

PeerHubClient *
peer_hub_client_ref (PeerHubClient *self)
{
  return g_rc_box_acquire (self);
}

void
peer_hub_client_unref (PeerHubClient *self)
{
  g_rc_box_release_full (self, peer_hub_client_clear);
}

gboolean
peer_hub_client_knows_token (PeerHubClient *self,
                             const char *token)
{
  return self->token != NULL && g_strcmp0 (self->token, token) == 0;
}

void
peer_hub_client_add_signal (PeerHubClient *self,
                            const char *type,
                            const PeerPayload *payload)
{
  if (self->func == NULL)
    return;

  if (g_str_equal (type, "ANSWER"))
    self->answer = g_string_new (payload->sdp);
  else if (self->answer != NULL && payload->candidate != NULL)
    peer_sdp_add_candidate (self->answer, payload->sdp_mid, payload->sdp_m_line_index, payload->candidate);
}

static void
peer_hub_client_tell (PeerHubClient *self,
                      const char *sdp,
                      const GError *error)
{
  PeerHubAnswerFunc func = g_steal_pointer (&self->func);

  peer_source_clear (&self->timer);
  if (func != NULL)
    func (sdp, error, self->user_data);
}

void
peer_hub_client_answer (PeerHubClient *self)
{
  g_autoptr (GString) answer = g_steal_pointer (&self->answer);

  if (answer != NULL)
    peer_hub_client_tell (self, answer->str, NULL);
}

void
peer_hub_client_end (PeerHubClient *self,
                     const GError *error)
{
  g_autoptr (PeerDataConnection) connection = g_steal_pointer (&self->connection);
  PeerRoomAdmission *admission = g_steal_pointer (&self->admission);

  if (self->answer != NULL)
    g_string_free (g_steal_pointer (&self->answer), TRUE);
  if (admission != NULL)
    peer_room_admission_cancel (admission);
  if (connection != NULL)
    peer_base_connection_close (PEER_BASE_CONNECTION (connection));
  peer_hub_client_tell (self, NULL, error);
}
