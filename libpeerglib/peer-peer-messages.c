/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-peer-private.h"

#include <glib/gi18n-lib.h>

#include "protocol/peer-codec-private.h"
#include "peer-error.h"
#include "peer-reconnection-private.h"

/* Offers that others may have open at once, and one of them, who thus keeps
 * nobody else out; more are ignored. */
#define MAX_CONNECTING 256
#define MAX_CONNECTING_OF_PEER 64

/* Says how an offered connection's values become bytes. */
static gboolean
peer_peer_find_serialization (PeerPeer *self,
                              const char *name,
                              PeerDataConnectionDescription *description)
{
  if (name == NULL)
    {
      description->serialization = PEER_SERIALIZATION_BINARY;
      return TRUE;
    }

  description->serializer = g_hash_table_lookup (self->serializers, name);
  if (description->serializer != NULL)
    {
      description->serialization = PEER_SERIALIZATION_CUSTOM;
      return TRUE;
    }

  return peer_serialization_from_wire (name, &description->serialization);
}

static void
peer_peer_hand_over_early_candidates (PeerPeer *self,
                                      PeerBaseConnection *connection)
{
  g_autoptr (GPtrArray) payloads = peer_early_candidates_take (self->early_candidates,
                                                               peer_base_connection_get_peer_id (connection),
                                                               peer_base_connection_get_connection_id (connection));

  peer_base_connection_handle_early_candidates (connection, payloads);
}

static void
peer_peer_accept_offer (PeerPeer *self,
                        const char *src,
                        const PeerPayload *payload,
                        const PeerDataConnectionDescription *description)
{
  g_autoptr (PeerDataConnection) connection = peer_peer_add_connection (self, description);
  PeerBaseConnection *base = PEER_BASE_CONNECTION (connection);
  g_autoptr (PeerTransportConfig) config = NULL;
  g_autoptr (PeerTransport) transport = NULL;

  peer_peer_hand_over_early_candidates (self, base);
  base->is_resumable = payload->has_resume && payload->reliable;
  /* Whoever follows the list may have closed it, as may the handlers. */
  if (base->state != PEER_CONNECTION_STATE_CLOSED)
    peer_peer_emit_connection (self, connection);
  if (base->state == PEER_CONNECTION_STATE_CLOSED)
    return;

  config = peer_link_settings_new_transport_config (self->links);
  transport = self->links->transport_factory (config);
  if (base->is_resumable)
    {
      base->reconnection = peer_reconnection_new (base, transport, FALSE);
      peer_reconnection_agree (base->reconnection);
      g_set_object (&transport, peer_reconnection_get_transport (base->reconnection));
    }
  peer_base_connection_answer (base, transport, payload->sdp);
}

static gboolean
peer_peer_understands_offer (PeerPeer *self,
                             const PeerPayload *payload,
                             PeerDataConnectionDescription *description)
{
  if (g_strcmp0 (payload->type, "data") != 0 || payload->sdp == NULL)
    g_debug ("Ignoring an offer of type %s", payload->type != NULL ? payload->type : "(none)");
  else if (!peer_peer_find_serialization (self, payload->serialization, description))
    g_debug ("Ignoring an offer with the unknown serialization %s", payload->serialization);
  else
    return TRUE;

  return FALSE;
}

static void
peer_peer_handle_offer (PeerPeer *self,
                        const char *src,
                        const PeerPayload *payload)
{
  PeerBaseConnection *existing = peer_connection_table_lookup (self->connections, src, payload->connection_id);
  PeerDataConnectionDescription description = {
    .peer_id = src,
    .connection_id = payload->connection_id,
    .label = payload->label,
    .metadata = payload->metadata,
    .reliable = payload->reliable,
    .max_message_size = (gsize) self->links->max_message_size,
    .pending_budget = self->links->pending_budget,
  };

  if (!peer_peer_understands_offer (self, payload, &description))
    return;

  /* Whoever it is from can resume it, if it is the same peer. */
  if (existing != NULL && existing->is_resumable)
    {
      g_debug ("Ignoring an offer for %s, which is there", payload->connection_id);
      return;
    }

  /* PeerJS begins anew, too: it never renegotiates. */
  if (existing != NULL)
    peer_base_connection_close (existing);
  if (self->is_destroyed)
    return;

  if (peer_connection_table_count_connecting (self->connections, src) >= MAX_CONNECTING_OF_PEER ||
      peer_connection_table_count_connecting (self->connections, NULL) >= MAX_CONNECTING)
    g_debug ("Ignoring an offer of %s: too many connections are opening", src);
  else
    peer_peer_accept_offer (self, src, payload, &description);
}

/* An offer of a new link for a connection that was there before. */
static void
peer_peer_handle_resuming_offer (PeerPeer *self,
                                 const char *src,
                                 const PeerPayload *payload)
{
  PeerBaseConnection *existing = peer_connection_table_lookup (self->connections, src, payload->connection_id);

  if (existing != NULL && existing->is_resumable && existing->reconnection != NULL)
    peer_reconnection_handle_offer (existing->reconnection, payload);
  else
    peer_reconnection_refuse (self, src, payload->connection_id, payload->resume_attempt);
}

static void
peer_peer_handle_negotiation (PeerPeer *self,
                              const PeerEnvelope *envelope)
{
  g_auto (PeerPayload) payload = { 0 };
  g_autoptr (GError) error = NULL;
  PeerBaseConnection *connection;

  if (envelope->type == PEER_MESSAGE_TYPE_CANDIDATE && envelope->payload_length > PEER_CANDIDATE_SIZE_MAX)
    {
      g_debug ("Ignoring a candidate of %" G_GSIZE_FORMAT " bytes from %s", envelope->payload_length, envelope->src);
      return;
    }

  if (envelope->payload == NULL ||
      !peer_payload_parse (&payload, envelope->payload, envelope->payload_length, &error))
    {
      g_debug ("Ignoring a malformed %s from %s: %s", envelope->type_name, envelope->src,
               error != NULL ? error->message : "no payload");
      return;
    }

  connection = peer_connection_table_lookup (self->connections, envelope->src, payload.connection_id);
  if (envelope->type == PEER_MESSAGE_TYPE_OFFER && payload.has_resume && payload.resume_attempt > 0)
    peer_peer_handle_resuming_offer (self, envelope->src, &payload);
  else if (envelope->type == PEER_MESSAGE_TYPE_OFFER)
    peer_peer_handle_offer (self, envelope->src, &payload);
  else if (connection != NULL && envelope->type == PEER_MESSAGE_TYPE_ANSWER)
    peer_base_connection_handle_answer (connection, &payload);
  else if (connection != NULL)
    peer_base_connection_handle_candidate (connection, &payload);
  else if (envelope->type == PEER_MESSAGE_TYPE_CANDIDATE)
    peer_early_candidates_add (self->early_candidates, envelope->src, payload.connection_id,
                               envelope->payload, envelope->payload_length);
}

/* The server could not deliver to a peer: whoever waits for it waits in vain. */
static void
peer_peer_handle_expire (PeerPeer *self,
                         const char *src)
{
  g_autoptr (GPtrArray) connections = peer_connection_table_list (self->connections, src);
  g_autoptr (GError) error = g_error_new (PEER_ERROR, PEER_ERROR_PEER_UNAVAILABLE,
                                          _ ("Could not connect to peer %s"), src);
  gboolean was_waited_for = FALSE;

  for (guint i = 0; i < connections->len; i++)
    {
      PeerBaseConnection *connection = g_ptr_array_index (connections, i);

      peer_base_connection_handle_expire (connection);
      if (!peer_base_connection_waits_for_answer (connection))
        continue;

      was_waited_for = TRUE;
      peer_base_connection_fail (connection, error);
    }

  if (was_waited_for)
    peer_peer_report_error (self, error);
}

static void
peer_peer_handle_leave (PeerPeer *self,
                        const char *src)
{
  g_autoptr (GPtrArray) connections = peer_connection_table_list (self->connections, src);

  for (guint i = 0; i < connections->len; i++)
    peer_base_connection_close (g_ptr_array_index (connections, i));
}

void
peer_peer_handle_message (PeerPeer *self,
                          const PeerEnvelope *envelope)
{
  if (envelope->src == NULL)
    g_debug ("Ignoring a message from nobody");
  else if (envelope->type == PEER_MESSAGE_TYPE_EXPIRE)
    peer_peer_handle_expire (self, envelope->src);
  else if (envelope->type == PEER_MESSAGE_TYPE_LEAVE)
    peer_peer_handle_leave (self, envelope->src);
  else
    peer_peer_handle_negotiation (self, envelope);
}

static PeerLinkSettings *
peer_peer_get_link_settings (PeerConnectionOwner *owner)
{
  return PEER_PEER (owner)->links;
}

static char *
print_payload (const char *type,
               const PeerPayload *payload,
               GError **error)
{
  if (g_str_equal (type, "OFFER"))
    return peer_payload_print_offer (payload, error);
  if (g_str_equal (type, "ANSWER"))
    return peer_payload_print_answer (payload);

  return peer_payload_print_candidate (payload);
}

static gboolean
peer_peer_send_signal_of_connection (PeerConnectionOwner *owner,
                                     PeerBaseConnection *connection,
                                     const char *type,
                                     const PeerPayload *payload,
                                     GError **error)
{
  g_autofree char *text = print_payload (type, payload, error);

  if (text == NULL)
    return FALSE;

  peer_peer_send_signal (PEER_PEER (owner), type, peer_base_connection_get_peer_id (connection), text);

  return TRUE;
}

static void
peer_peer_report_error_of_connection (PeerConnectionOwner *owner,
                                      const GError *error)
{
  peer_peer_report_error (PEER_PEER (owner), error);
}

static void
peer_peer_forget_connection (PeerConnectionOwner *owner,
                             PeerBaseConnection *connection)
{
  peer_connection_table_remove (PEER_PEER (owner)->connections, connection);
}

void
peer_peer_owner_init (PeerConnectionOwnerInterface *iface)
{
  iface->get_link_settings = peer_peer_get_link_settings;
  iface->send_signal = peer_peer_send_signal_of_connection;
  iface->report_error = peer_peer_report_error_of_connection;
  iface->forget_connection = peer_peer_forget_connection;
}
