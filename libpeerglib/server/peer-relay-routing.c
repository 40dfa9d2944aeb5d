/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-relay-internal-private.h"

#include <libpeerglib/peer-error.h>

#include "peer-source-private.h"

#define ERROR_DEPTH "Message is nested too deeply"

static void
message_expired (const char *src,
                 const char *dst,
                 gpointer user_data)
{
  PeerRelay *self = PEER_RELAY (user_data);
  PeerRelayClient *client = g_hash_table_lookup (self->clients, src);

  self->stats.n_expired++;
  if (client != NULL)
    {
      g_autoptr (PeerRelayClient) kept = peer_relay_client_ref (client);

      peer_relay_client_notify (client, "EXPIRE", dst, src);
    }
}

static gboolean
cleanup_cb (gpointer user_data)
{
  g_autoptr (PeerRelay) self = g_object_ref (user_data);
  gint64 age = self->config.expire_timeout * (gint64) G_TIME_SPAN_MILLISECOND;

  peer_message_store_expire (self->store, g_get_monotonic_time () - age, message_expired, self);

  if (self->cleanup_source != NULL && peer_message_store_get_n_messages (self->store) > 0)
    return G_SOURCE_CONTINUE;

  g_clear_pointer (&self->cleanup_source, g_source_unref);

  return G_SOURCE_REMOVE;
}

void
peer_relay_schedule_cleanup (PeerRelay *self)
{
  if (self->cleanup_source != NULL || self->is_stopped)
    return;

  self->cleanup_source = peer_source_new_timeout (self->context, self->config.cleanup_interval,
                                                  "[libpeerglib] message expiry", cleanup_cb, self);
}

/* Whether the message went to somebody; one who cannot take it is dropped. */
static gboolean
peer_relay_forward (PeerRelay *self,
                    PeerRelayClient *sender,
                    PeerRelayClient *destination,
                    GBytes *text)
{
  g_autoptr (PeerRelayClient) kept = peer_relay_client_ref (destination);

  if (peer_relay_client_send (destination, text))
    {
      self->stats.n_relayed++;
      return TRUE;
    }

  self->stats.n_slow++;
  if (sender != destination)
    peer_relay_client_notify (sender, "LEAVE", destination->id, sender->id);

  return FALSE;
}

static void
peer_relay_store (PeerRelay *self,
                  PeerRelayClient *sender,
                  const char *dst,
                  GBytes *text)
{
  gboolean is_possible = self->config.max_id_length == 0 || strlen (dst) <= self->config.max_id_length;

  if (is_possible && peer_message_store_add (self->store, sender->id, dst, text))
    {
      self->stats.n_stored++;
      peer_relay_schedule_cleanup (self);
      return;
    }

  self->stats.n_violations++;
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
  if (destination == NULL && (is_leave || envelope->type == PEER_MESSAGE_TYPE_EXPIRE))
    return;

  text = peer_envelope_build (envelope->type_name, client->id, dst, envelope->payload, envelope->payload_length);
  if (destination != NULL)
    peer_relay_forward (self, client, destination, text);
  else
    peer_relay_store (self, client, dst, text);
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

/* Who gave up an id and stays may use it until somebody else has it. */
static gboolean
peer_relay_may_send (PeerRelay *self,
                     PeerRelayClient *client)
{
  return client->is_registered || !g_hash_table_contains (self->clients, client->id);
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
      peer_relay_client_send (client, notice);
    }
}

void
peer_relay_handle_message (PeerRelaySocket *socket,
                           GBytes *text)
{
  g_autoptr (PeerRelay) self = g_object_ref (socket->relay);
  g_autoptr (PeerRelayClient) client = socket->client != NULL ? peer_relay_client_ref (socket->client) : NULL;
  g_auto (PeerEnvelope) envelope = { 0 };
  g_autoptr (GError) error = NULL;
  gsize length;
  const char *data = g_bytes_get_data (text, &length);

  /* Not yet accepted: the application runs a main loop to decide. */
  if (client == NULL)
    return;

  self->stats.n_received++;

  if (!peer_envelope_parse (&envelope, data, length, self->config.max_depth, &error))
    {
      peer_relay_handle_malformed (self, client, error);
      return;
    }

  if (!peer_relay_may_send (self, client))
    {
      peer_relay_drop_client (self, client, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION, "The id was given up and taken");
      return;
    }

  peer_relay_tell_message (self, client, &envelope);
  if (client->socket == socket && peer_relay_transmits (self, &envelope))
    peer_relay_transmit (self, client, &envelope);
}
