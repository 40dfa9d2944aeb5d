/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Tokens that prove by a signature that somebody may hold an id:
 *
 *   v1.EXPIRY.SIGNATURE
 *
 * EXPIRY is in seconds since 1970, in decimal digits without a leading zero.
 * SIGNATURE is the HMAC-SHA-256 of "v1\nKEY\nID\nEXPIRY" in base64url without
 * padding. A token has at most 59 characters, all of them unreserved in URIs. */

typedef enum
{
  PEER_AUTH_TOKEN_VALID,
  PEER_AUTH_TOKEN_INVALID, /* not such a token, or not for this key and id */
  PEER_AUTH_TOKEN_EXPIRED, /* but otherwise valid */
} PeerAuthTokenResult;

/* The secret is not empty, and no line ends are in key and id. */
char *peer_auth_token_new (const char *secret,
                           const char *key,
                           const char *id,
                           gint64 expires_at);

/* Takes a token that was signed with any of the secrets; empty ones are
 * skipped. Now is in seconds since 1970. */
PeerAuthTokenResult peer_auth_token_check (const char *token,
                                           const char *const *secrets,
                                           const char *key,
                                           const char *id,
                                           gint64 now);

/* Compares what must not be guessed piece by piece: the time that it takes
 * tells nothing but whether the lengths are equal. */
gboolean peer_secret_equal (const char *a,
                            const char *b);

G_END_DECLS
