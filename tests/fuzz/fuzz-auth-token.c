/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "libpeerglib/protocol/peer-auth-token-private.h"
#include "fuzz-values.h"

#define SECRET "a secret for the fuzzer"
#define KEY "peerjs"
#define NOW 1000000000

/* A line with a token and one with an id: what is taken is what would be made
 * for that id, to the letter. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        size_t size)
{
  static const char *const secrets[] = { "another secret", SECRET, NULL };
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_auto (GStrv) lines = g_strsplit (text, "\n", 2);
  const char *token = lines[0] != NULL ? lines[0] : "";
  const char *id = lines[0] != NULL && lines[1] != NULL ? lines[1] : "";
  PeerAuthTokenResult result = peer_auth_token_check (token, secrets, KEY, id, NOW);
  g_autofree char *made = NULL;
  gint64 expires_at;

  if (result == PEER_AUTH_TOKEN_INVALID)
    return 0;

  expires_at = g_ascii_strtoll (strchr (token, '.') + 1, NULL, 10);
  made = peer_auth_token_new (SECRET, KEY, id, expires_at);
  g_assert_cmpstr (token, ==, made);
  g_assert_cmpint (result, ==, expires_at > NOW ? PEER_AUTH_TOKEN_VALID : PEER_AUTH_TOKEN_EXPIRED);

  return 0;
}
