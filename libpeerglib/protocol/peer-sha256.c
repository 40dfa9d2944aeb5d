/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-sha256-private.h"

#include <string.h>

#include <openssl/evp.h>

#define DIGEST_SIZE 32

/* libcrypto's is several times as fast as GChecksum. */
struct _PeerSha256
{
  EVP_MD_CTX *context;
};

PeerSha256 *
peer_sha256_new (void)
{
  PeerSha256 *self = g_new0 (PeerSha256, 1);
  int is_ready;

  self->context = EVP_MD_CTX_new ();
  is_ready = self->context != NULL && EVP_DigestInit_ex (self->context, EVP_sha256 (), NULL);
  g_assert (is_ready);

  return self;
}

void
peer_sha256_free (PeerSha256 *self)
{
  EVP_MD_CTX_free (self->context);
  g_free (self);
}

void
peer_sha256_update (PeerSha256 *self,
                    gconstpointer data,
                    gsize size)
{
  int is_updated = EVP_DigestUpdate (self->context, data, size);

  g_assert (is_updated);
}

char *
peer_sha256_dup_text (PeerSha256 *self)
{
  EVP_MD_CTX *copy = EVP_MD_CTX_new ();
  guint8 digest[DIGEST_SIZE];
  GString *text = g_string_sized_new (2 * DIGEST_SIZE);
  int is_done = copy != NULL && EVP_MD_CTX_copy_ex (copy, self->context) && EVP_DigestFinal_ex (copy, digest, NULL);

  g_assert (is_done);
  EVP_MD_CTX_free (copy);
  for (guint i = 0; i < DIGEST_SIZE; i++)
    g_string_append_printf (text, "%02x", digest[i]);

  return g_string_free (text, FALSE);
}

gboolean
peer_sha256_is_text (const char *text)
{
  return strlen (text) == 2 * DIGEST_SIZE && strspn (text, "0123456789abcdef") == 2 * DIGEST_SIZE;
}
