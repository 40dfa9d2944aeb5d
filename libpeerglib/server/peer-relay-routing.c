/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-relay-internal-private.h"

#include <libpeerglib/peer-error.h>

#define ERROR_DEPTH "Message is nested too deeply"

/* Whether the message went to somebody; one who cannot take it is dropped. */
static gboolean
peer_relay_forward (PeerRelay *self,
                    PeerRelayClient *sender,
                    PeerRelayClient *destination,
                    const PeerEnvelope *envelope)
{
  g_autoptr (PeerRelayClient) kept = peer_relay_client_ref (destination);
  GString *text = g_string_truncate (self->text, 0);

  peer_envelope_append (text, envelope->type_name, sender->id, envelope->dst, envelope->payload, envelope->payload_length);
  if (peer_relay_client_send_text (destination, text->str, text->len))
    {
      self->stats.n_relayed++;
      peer_histogram_add (&self->stats.latency, g_get_monotonic_time () - peer_poll_hub_get_turn_time (self->hub));
      return TRUE;
    }

  self->stats.n_slow++;
  if (sender != destination)
    peer_relay_client_notify (sender, "LEAVE", destination->id, sender->id);

  return FALSE;
}

/* For a client that is not one of ours. */
static void
peer_relay_publish (PeerRelay *self,
                    PeerRelayClient *sender,
                    const char *dst,
                    GBytes *text,
                    gboolean may_wait)
{
  gboolean is_possible = self->config.max_id_length == 0 || strlen (dst) <= self->config.max_id_length;

  if (is_possible && peer_broker_publish (self->broker, sender->id, dst, text, may_wait))
    {
      if (may_wait)
        self->stats.n_stored++;
      return;
    }
  if (!may_wait)
    return;

  self->stats.n_violations++;
  self->stats.n_queue_full++;
  peer_relay_client_notify (sender, "EXPIRE", dst, sender->id);
}

static void
peer_relay_transmit (PeerRelay *self,
                     PeerRelayClient *client,
                     const PeerEnvelope *envelope)
{
  const char *dst = envelope->dst;
  gboolean is_leave = envelope->type == PEER_MESSAGE_TYPE_LEAVE;
  g_autoptr (GBytes) text = NULL;
  PeerRelayClient *destination;

  if (dst == NULL || *dst == '\0')
    {
      if (is_leave)
        peer_relay_unregister (self, client);
      return;
    }

  destination = g_hash_table_lookup (self->clients, dst);
  if (destination != NULL)
    {
      peer_relay_forward (self, client, destination, envelope);
      return;
    }

  text = peer_envelope_build (envelope->type_name, client->id, dst, envelope->payload, envelope->payload_length);
  peer_relay_publish (self, client, dst, text, !is_leave && envelope->type != PEER_MESSAGE_TYPE_EXPIRE);
}

static gboolean
peer_relay_transmits (PeerRelay *self,
                      const PeerEnvelope *envelope)
{
  switch (envelope->type)
    {
    case PEER_MESSAGE_TYPE_OFFER:
    case PEER_MESSAGE_TYPE_ANSWER:
    case PEER_MESSAGE_TYPE_CANDIDATE:
    case PEER_MESSAGE_TYPE_LEAVE:
    case PEER_MESSAGE_TYPE_EXPIRE:
      return TRUE;
    case PEER_MESSAGE_TYPE_UNKNOWN:
      return envelope->type_name != NULL && self->config.extra_types != NULL &&
             g_strv_contains ((const char *const *) self->config.extra_types, envelope->type_name);
    case PEER_MESSAGE_TYPE_OPEN:
    case PEER_MESSAGE_TYPE_ERROR:
    case PEER_MESSAGE_TYPE_ID_TAKEN:
    case PEER_MESSAGE_TYPE_INVALID_KEY:
    case PEER_MESSAGE_TYPE_HEARTBEAT:
    default:
      return FALSE;
    }
}

/* Who gave up an id and stays may use it until somebody else has it, as far
 * as that is known here. */
static gboolean
peer_relay_may_send (PeerRelay *self,
                     PeerRelayClient *client)
{
  return client->is_registered ||
         (!peer_broker_can_list_ids (self->broker) && !g_hash_table_contains (self->clients, client->id));
}

static void
peer_relay_handle_malformed (PeerRelay *self,
                             PeerRelayClient *client,
                             const GError *error)
{
  g_autoptr (GError) told = g_error_copy (error);

  self->stats.n_malformed++;
  g_prefix_error (&told, "%s: ", client->id);
  peer_relay_tell_failed (self, told);

  if (g_error_matches (error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED))
    {
      g_autoptr (GBytes) notice = peer_relay_build_notice ("ERROR", ERROR_DEPTH);

      self->stats.n_violations++;
      self->stats.n_too_deep++;
      peer_relay_client_send (client, notice);
    }
}

void
peer_relay_handle_message (PeerRelaySocket *socket,
                           const char *text,
                           gsize length)
{
  g_autoptr (PeerRelay) self = g_object_ref (socket->relay);
  g_autoptr (PeerRelayAdmission) admission = socket->admission != NULL ? peer_relay_admission_ref (socket->admission) : NULL;
  g_autoptr (PeerRelayClient) client = socket->client != NULL ? peer_relay_client_ref (socket->client) : NULL;
  g_auto (PeerEnvelope) envelope = { 0 };
  g_autoptr (GError) error = NULL;

  if (admission != NULL)
    peer_relay_admission_hold (admission, text, length);
  if (client == NULL)
    return;

  self->stats.n_received++;

  if (!peer_envelope_parse (&envelope, text, length, self->config.max_depth, &error))
    {
      peer_relay_handle_malformed (self, client, error);
      return;
    }

  self->stats.n_by_type[envelope.type]++;
  if (!peer_relay_may_send (self, client))
    {
      peer_relay_drop_client (self, client, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION, "The id was given up and taken");
      return;
    }

  peer_relay_tell_message (self, client, &envelope);
  if (client->socket == socket && peer_relay_transmits (self, &envelope))
    peer_relay_transmit (self, client, &envelope);
}

static gboolean
broker_message_cb (PeerBroker *broker,
                   const char *src,
                   const char *dst,
                   GBytes *message,
                   PeerRelay *self)
{
  PeerRelayClient *client = g_hash_table_lookup (self->clients, dst);
  g_autoptr (PeerRelayClient) destination = client != NULL ? peer_relay_client_ref (client) : NULL;
  g_autoptr (GBytes) leave = NULL;

  if (destination == NULL)
    return FALSE;

  if (peer_relay_client_send (destination, message))
    {
      self->stats.n_relayed++;
      return TRUE;
    }

  self->stats.n_slow++;
  client = g_hash_table_lookup (self->clients, src);
  if (client != NULL)
    {
      g_autoptr (PeerRelayClient) sender = peer_relay_client_ref (client);

      peer_relay_client_notify (sender, "LEAVE", dst, src);
      return TRUE;
    }

  leave = peer_envelope_build ("LEAVE", dst, src, NULL, 0);
  peer_broker_publish (broker, dst, src, leave, FALSE);

  return TRUE;
}

static void
broker_expired_cb (PeerBroker *broker,
                   const char *src,
                   const char *dst,
                   PeerRelay *self)
{
  PeerRelayClient *client = g_hash_table_lookup (self->clients, src);

  self->stats.n_expired++;
  if (client != NULL)
    {
      g_autoptr (PeerRelayClient) kept = peer_relay_client_ref (client);

      peer_relay_client_notify (client, "EXPIRE", dst, src);
    }
}

static void
broker_evicted_cb (PeerBroker *broker,
                   const char *id,
                   PeerBrokerEviction reason,
                   PeerRelay *self)
{
  PeerRelayClient *client = g_hash_table_lookup (self->clients, id);

  if (client == NULL)
    return;

  if (reason == PEER_BROKER_EVICTION_TAKEN)
    {
      g_autoptr (GBytes) notice = peer_relay_build_notice ("ID-TAKEN", "ID is taken");

      peer_relay_socket_send (client->socket, g_bytes_get_data (notice, NULL), g_bytes_get_size (notice));
      peer_relay_drop_client (self, client, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION, NULL);
    }
  else
    {
      peer_relay_drop_client (self, client, SOUP_WEBSOCKET_CLOSE_NORMAL, "Replaced by a newer connection");
    }
}

static void
broker_error_cb (PeerBroker *broker,
                 GError *error,
                 PeerRelay *self)
{
  peer_relay_tell_failed (self, error);
}

void
peer_relay_watch_broker (PeerRelay *self)
{
  g_signal_connect_object (self->broker, "message", G_CALLBACK (broker_message_cb), self, 0);
  g_signal_connect_object (self->broker, "expired", G_CALLBACK (broker_expired_cb), self, 0);
  g_signal_connect_object (self->broker, "evicted", G_CALLBACK (broker_evicted_cb), self, 0);
  g_signal_connect_object (self->broker, "error", G_CALLBACK (broker_error_cb), self, 0);
}
