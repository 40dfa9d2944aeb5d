/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-sealer-private.h"

#include <string.h>

#include <glib/gi18n-lib.h>
#include <libpeerglib/peer-error.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#define KEY_SIZE 32
#define NONCE_SIZE 12
#define TAG_SIZE 16

struct _PeerSealer
{
  guint8 message_key[KEY_SIZE];
  guint8 topic_key[KEY_SIZE];
};

typedef EVP_CIPHER_CTX CipherContext;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CipherContext, EVP_CIPHER_CTX_free)

PeerSealer *
peer_sealer_new (const char *password,
                 const char *salt,
                 guint iterations)
{
  PeerSealer *self = g_new0 (PeerSealer, 1);
  guint8 keys[2 * KEY_SIZE];
  int is_made = PKCS5_PBKDF2_HMAC (password, (int) strlen (password), (const guint8 *) salt, (int) strlen (salt),
                                   (int) iterations, EVP_sha256 (), sizeof keys, keys);

  g_assert (is_made);
  memcpy (self->message_key, keys, KEY_SIZE);
  memcpy (self->topic_key, keys + KEY_SIZE, KEY_SIZE);
  OPENSSL_cleanse (keys, sizeof keys);

  return self;
}

void
peer_sealer_free (PeerSealer *self)
{
  OPENSSL_cleanse (self, sizeof *self);
  g_free (self);
}

char *
peer_sealer_hide_topic (PeerSealer *self,
                        const char *name)
{
  GString *hidden = g_string_sized_new (2 * KEY_SIZE);
  guint8 digest[KEY_SIZE];
  const guint8 *made = HMAC (EVP_sha256 (), self->topic_key, KEY_SIZE, (const guint8 *) name, strlen (name), digest, NULL);

  g_assert (made != NULL);
  for (gsize i = 0; i < sizeof digest; i++)
    g_string_append_printf (hidden, "%02x", digest[i]);

  return g_string_free (hidden, FALSE);
}

char *
peer_sealer_seal (PeerSealer *self,
                  const char *topic_name,
                  const char *text,
                  gsize length)
{
  g_autoptr (CipherContext) context = EVP_CIPHER_CTX_new ();
  gsize sealed_size = NONCE_SIZE + length + TAG_SIZE;
  g_autofree guint8 *sealed = g_malloc (sealed_size);
  int n_written;
  gboolean is_sealed = RAND_bytes (sealed, NONCE_SIZE) == 1 &&
                       EVP_EncryptInit_ex (context, EVP_aes_256_gcm (), NULL, self->message_key, sealed) &&
                       EVP_EncryptUpdate (context, NULL, &n_written, (const guint8 *) topic_name, (int) strlen (topic_name)) &&
                       EVP_EncryptUpdate (context, sealed + NONCE_SIZE, &n_written, (const guint8 *) text, (int) length) &&
                       EVP_EncryptFinal_ex (context, sealed + NONCE_SIZE + length, &n_written) &&
                       EVP_CIPHER_CTX_ctrl (context, EVP_CTRL_GCM_GET_TAG, TAG_SIZE, sealed + NONCE_SIZE + length);

  g_assert (is_sealed);

  return g_base64_encode (sealed, sealed_size);
}

static gboolean
decrypt (PeerSealer *self,
         const char *topic_name,
         guint8 *sealed,
         gsize length,
         char *text)
{
  g_autoptr (CipherContext) context = EVP_CIPHER_CTX_new ();
  int n_written;

  return EVP_DecryptInit_ex (context, EVP_aes_256_gcm (), NULL, self->message_key, sealed) &&
         EVP_DecryptUpdate (context, NULL, &n_written, (const guint8 *) topic_name, (int) strlen (topic_name)) &&
         EVP_DecryptUpdate (context, (guint8 *) text, &n_written, sealed + NONCE_SIZE, (int) length) &&
         EVP_CIPHER_CTX_ctrl (context, EVP_CTRL_GCM_SET_TAG, TAG_SIZE, sealed + NONCE_SIZE + length) &&
         EVP_DecryptFinal_ex (context, (guint8 *) text + length, &n_written);
}

char *
peer_sealer_unseal (PeerSealer *self,
                    const char *topic_name,
                    const char *sealed,
                    gsize *length,
                    GError **error)
{
  gsize size = 0;
  g_autofree guint8 *bytes = *sealed != '\0' ? g_base64_decode (sealed, &size) : NULL;
  g_autofree char *text = NULL;

  if (size >= NONCE_SIZE + TAG_SIZE && size <= G_MAXINT)
    {
      *length = size - NONCE_SIZE - TAG_SIZE;
      text = g_malloc0 (*length + 1);
      if (decrypt (self, topic_name, bytes, *length, text))
        return g_steal_pointer (&text);
    }

  g_set_error_literal (error, PEER_ERROR, PEER_ERROR_INVALID_DATA, _ ("A message was not encrypted with this password"));

  return NULL;
}
