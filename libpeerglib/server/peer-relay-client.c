/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-relay-internal-private.h"

#include "protocol/peer-json-private.h"

PeerRelayClient *
peer_relay_client_new (PeerRelay *relay,
                       const char *id,
                       const char *token)
{
  PeerRelayClient *self = g_new0 (PeerRelayClient, 1);

  g_ref_count_init (&self->ref_count);
  self->relay = relay;
  self->id = g_strdup (id);
  self->is_signed = relay->config.auth_secrets != NULL;
  self->token = g_strdup (token);
  self->link.data = self;

  return self;
}

PeerRelayClient *
peer_relay_client_ref (PeerRelayClient *self)
{
  g_ref_count_inc (&self->ref_count);

  return self;
}

void
peer_relay_client_unref (PeerRelayClient *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  g_assert (self->socket == NULL);

  g_free (self->id);
  g_free (self->token);
  g_free (self->address);
  g_free (self);
}

const char *
peer_relay_client_get_id (PeerRelayClient *self)
{
  return self->id;
}

const char *
peer_relay_client_get_token (PeerRelayClient *self)
{
  return self->token;
}

const char *
peer_relay_client_get_address (PeerRelayClient *self)
{
  return self->address;
}

gboolean
peer_relay_client_is_connected (PeerRelayClient *self)
{
  return self->socket != NULL;
}

gpointer
peer_relay_client_get_data (PeerRelayClient *self)
{
  return self->data;
}

void
peer_relay_client_set_data (PeerRelayClient *self,
                            gpointer data)
{
  self->data = data;
}

gboolean
peer_relay_client_send (PeerRelayClient *self,
                        GBytes *text)
{
  gsize length;
  const char *data = g_bytes_get_data (text, &length);

  return peer_relay_client_send_text (self, data, length);
}

gboolean
peer_relay_client_send_text (PeerRelayClient *self,
                             const char *text,
                             gsize length)
{
  if (self->socket == NULL)
    return FALSE;

  if (peer_relay_socket_send (self->socket, text, length))
    return TRUE;

  peer_relay_drop_client (self->relay, self, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION, "Too slow");

  return FALSE;
}

gboolean
peer_relay_client_notify (PeerRelayClient *self,
                          const char *type,
                          const char *src,
                          const char *dst)
{
  g_autoptr (GBytes) text = peer_envelope_build (type, src, dst, NULL, 0);

  return peer_relay_client_send (self, text);
}

GBytes *
peer_relay_build_notice (const char *type,
                         const char *text)
{
  g_autoptr (GString) payload = g_string_new ("{\"msg\":");

  peer_json_append_string (payload, text);
  g_string_append_c (payload, '}');

  return peer_envelope_build (type, NULL, NULL, payload->str, payload->len);
}

void
peer_relay_client_kick (PeerRelayClient *self,
                        const char *reason)
{
  g_autoptr (PeerRelayClient) kept = peer_relay_client_ref (self);

  if (self->socket == NULL)
    return;

  if (reason != NULL)
    {
      g_autoptr (GBytes) notice = peer_relay_build_notice ("ERROR", reason);

      peer_relay_client_send (self, notice);
    }
  peer_relay_drop_client (self->relay, self, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION, NULL);
}
