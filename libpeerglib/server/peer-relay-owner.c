/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-relay-internal-private.h"

#include "protocol/peer-auth-token-private.h"

/* The first is PeerJS's. */
#define ERROR_TOKEN "Invalid token provided"
#define ERROR_EXPIRED "Token has expired"

/* No token can be this: control characters are refused. */
#define SIGNED_OWNER "\n"

const char *
peer_relay_check_token (PeerRelay *self,
                        const PeerRelayRequest *request)
{
  const char *const *secrets = (const char *const *) self->config.auth_secrets;

  if (secrets == NULL)
    return NULL;

  switch (peer_auth_token_check (request->token, secrets, request->key, request->id, g_get_real_time () / G_USEC_PER_SEC))
    {
    case PEER_AUTH_TOKEN_VALID:
      return NULL;
    case PEER_AUTH_TOKEN_EXPIRED:
      return ERROR_EXPIRED;
    case PEER_AUTH_TOKEN_INVALID:
    default:
      return ERROR_TOKEN;
    }
}

const char *
peer_relay_get_owner (PeerRelay *self,
                      const PeerRelayRequest *request)
{
  return self->config.auth_secrets != NULL ? SIGNED_OWNER : request->token;
}

gboolean
peer_relay_client_is_owned_by (PeerRelayClient *self,
                               const char *owner)
{
  return peer_secret_equal (self->is_signed ? SIGNED_OWNER : self->token, owner);
}

void
peer_relay_client_set_token (PeerRelayClient *self,
                             const char *token)
{
  if (peer_secret_equal (self->token, token))
    return;

  g_free (self->token);
  self->token = g_strdup (token);
}
