/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-auth-token-private.h"

#include <string.h>

#include <openssl/crypto.h>

#define VERSION "v1"
#define MAX_EXPIRY_DIGITS 12
#define DIGEST_SIZE 32
#define SIGNATURE_LENGTH 43

/* Without padding, in the alphabet for URIs (RFC 4648, 5). */
static char *
encode_base64url (const guint8 *data,
                  gsize length)
{
  char *text = g_base64_encode (data, length);

  g_strdelimit (g_strdelimit (text, "+", '-'), "/", '_');
  text[strcspn (text, "=")] = '\0';

  return text;
}

static char *
sign (const char *secret,
      const char *key,
      const char *id,
      const char *expiry)
{
  g_autoptr (GHmac) hmac = g_hmac_new (G_CHECKSUM_SHA256, (const guint8 *) secret, strlen (secret));
  const char *const lines[] = { VERSION, "\n", key, "\n", id, "\n", expiry };
  guint8 digest[DIGEST_SIZE];
  gsize size = sizeof digest;

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    g_hmac_update (hmac, (const guint8 *) lines[i], (gssize) strlen (lines[i]));
  g_hmac_get_digest (hmac, digest, &size);

  return encode_base64url (digest, size);
}

char *
peer_auth_token_new (const char *secret,
                     const char *key,
                     const char *id,
                     gint64 expires_at)
{
  g_autofree char *expiry = g_strdup_printf ("%" G_GINT64_FORMAT, expires_at);
  g_autofree char *signature = sign (secret, key, id, expiry);

  return g_strjoin (".", VERSION, expiry, signature, NULL);
}

/* The length of the digits at the start of a text, 0 if they are no expiry. */
static gsize
measure_expiry (const char *text)
{
  gsize length = strspn (text, "0123456789");

  return *text == '0' || length > MAX_EXPIRY_DIGITS ? 0 : length;
}

PeerAuthTokenResult
peer_auth_token_check (const char *token,
                       const char *const *secrets,
                       const char *key,
                       const char *id,
                       gint64 now)
{
  g_autofree char *expiry = NULL;
  const char *text, *signature;
  gboolean is_signed = FALSE;
  gsize length;

  if (!g_str_has_prefix (token, VERSION ".") || strchr (key, '\n') != NULL || strchr (id, '\n') != NULL)
    return PEER_AUTH_TOKEN_INVALID;

  text = token + strlen (VERSION ".");
  length = measure_expiry (text);
  if (length == 0 || text[length] != '.')
    return PEER_AUTH_TOKEN_INVALID;

  expiry = g_strndup (text, length);
  signature = text + length + 1;
  if (strlen (signature) != SIGNATURE_LENGTH)
    return PEER_AUTH_TOKEN_INVALID;

  for (; *secrets != NULL; secrets++)
    {
      g_autofree char *expected = **secrets != '\0' ? sign (*secrets, key, id, expiry) : NULL;

      if (expected != NULL && peer_secret_equal (signature, expected))
        is_signed = TRUE;
    }
  if (!is_signed)
    return PEER_AUTH_TOKEN_INVALID;

  return g_ascii_strtoll (expiry, NULL, 10) > now ? PEER_AUTH_TOKEN_VALID : PEER_AUTH_TOKEN_EXPIRED;
}

gboolean
peer_secret_equal (const char *a,
                   const char *b)
{
  gsize length = strlen (a);

  return strlen (b) == length && CRYPTO_memcmp (a, b, length) == 0;
}
