/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-server-private.h"

#include <string.h>

#include "protocol/peer-auth-token-private.h"

/**
 * peer_server_mint_token:
 * @secret: one of the server's secrets, not empty
 * @key: the server's key
 * @id: the id that the token is for
 * @expires_at: when the token ends, in seconds since 1970
 *
 * Makes a token that lets its owner hold an id at a server that has the secret
 * among its [property@Peer.Server:auth-secrets]. It is for one key and one id;
 * neither may contain a line break.
 *
 * A client presents it as its `token` each time it connects, so it should live
 * as long as the client may want to reconnect. [Authentication](authentication.html)
 * describes its format.
 *
 * Returns: (transfer full): a token
 */
char *
peer_server_mint_token (const char *secret,
                        const char *key,
                        const char *id,
                        gint64 expires_at)
{
  g_return_val_if_fail (secret != NULL && *secret != '\0', NULL);
  g_return_val_if_fail (key != NULL && strchr (key, '\n') == NULL, NULL);
  g_return_val_if_fail (id != NULL && strchr (id, '\n') == NULL, NULL);
  g_return_val_if_fail (expires_at > 0, NULL);

  return peer_auth_token_new (secret, key, id, expires_at);
}

/**
 * peer_server_check_token:
 * @self: a server
 * @id: an id
 * @token: (nullable): what its owner presents as token
 *
 * Tells whether a token is valid for an id at this moment, as it has to be of
 * who becomes a client: for whatever else the application offers to the same
 * people. The one who asks may be holding the id, or not.
 *
 * Returns: %TRUE if it is signed with one of the server's
 *   [property@Peer.Server:auth-secrets] for its key and the id and has not
 *   ended, or if the server has no secrets
 */
gboolean
peer_server_check_token (PeerServer *self,
                         const char *id,
                         const char *token)
{
  const char *const *secrets;

  g_return_val_if_fail (PEER_IS_SERVER (self), FALSE);
  g_return_val_if_fail (id != NULL, FALSE);

  secrets = (const char *const *) self->settings.auth_secrets;

  return secrets == NULL ||
         (token != NULL && peer_auth_token_check (token, secrets, self->settings.key, id,
                                                  g_get_real_time () / G_USEC_PER_SEC) == PEER_AUTH_TOKEN_VALID);
}
