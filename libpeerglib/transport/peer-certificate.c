/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-certificate-private.h"

#include <glib/gi18n-lib.h>
#include <libpeerglib/peer-error.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

#define SECONDS_PER_DAY (24 * 60 * 60)
#define LIFETIME_DAYS 30
#define SERIAL_NUMBER_BITS 64

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509, X509_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIGNUM, BN_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIO, BIO_free_all)

static gboolean
set_random_serial_number (X509 *certificate)
{
  g_autoptr (BIGNUM) number = BN_new ();

  return number != NULL && BN_rand (number, SERIAL_NUMBER_BITS, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) && BN_to_ASN1_INTEGER (number, X509_get_serialNumber (certificate)) != NULL;
}

/* The validity starts a day early, for peers whose clock is behind. */
static X509 *
create_certificate (EVP_PKEY *key)
{
  g_autoptr (X509) certificate = X509_new ();
  X509_NAME *name;

  if (certificate == NULL)
    return NULL;

  name = X509_get_subject_name (certificate);
  if (!X509_set_version (certificate, X509_VERSION_3) || !set_random_serial_number (certificate) || X509_gmtime_adj (X509_getm_notBefore (certificate), -SECONDS_PER_DAY) == NULL || X509_gmtime_adj (X509_getm_notAfter (certificate), LIFETIME_DAYS * SECONDS_PER_DAY) == NULL || !X509_NAME_add_entry_by_txt (name, "CN", MBSTRING_ASC, (const unsigned char *) "WebRTC", -1, -1, 0) || !X509_set_issuer_name (certificate, name) || !X509_set_pubkey (certificate, key) || !X509_sign (certificate, key, EVP_sha256 ()))
    return NULL;

  return g_steal_pointer (&certificate);
}

static GBytes *
to_pem (X509 *certificate,
        EVP_PKEY *key)
{
  g_autoptr (BIO) bio = BIO_new (BIO_s_mem ());
  char *data;
  long size;

  if (bio == NULL || !PEM_write_bio_X509 (bio, certificate) || !PEM_write_bio_PKCS8PrivateKey (bio, key, NULL, NULL, 0, NULL, NULL))
    return NULL;

  size = BIO_get_mem_data (bio, &data);

  return g_bytes_new (data, (gsize) size);
}

GBytes *
peer_certificate_new (GError **error)
{
  g_autoptr (EVP_PKEY) key = EVP_EC_gen ("P-256");
  g_autoptr (X509) certificate = key != NULL ? create_certificate (key) : NULL;
  GBytes *pem = certificate != NULL ? to_pem (certificate, key) : NULL;

  if (pem == NULL)
    g_set_error (error, PEER_ERROR, PEER_ERROR_WEBRTC,
                 _ ("Could not make a certificate: %s"), ERR_reason_error_string (ERR_get_error ()));

  return pem;
}

/* The hashes of RFC 8122 that are not broken. */
static const EVP_MD *
get_hash (const char *name)
{
  if (g_ascii_strcasecmp (name, "sha-256") == 0)
    return EVP_sha256 ();
  if (g_ascii_strcasecmp (name, "sha-384") == 0)
    return EVP_sha384 ();
  if (g_ascii_strcasecmp (name, "sha-512") == 0)
    return EVP_sha512 ();

  return NULL;
}

char *
peer_certificate_get_fingerprint (const char *pem,
                                  gssize size,
                                  const char *hash)
{
  g_autoptr (BIO) bio = BIO_new_mem_buf (pem, (int) size);
  g_autoptr (X509) certificate = bio != NULL ? PEM_read_bio_X509 (bio, NULL, NULL, NULL) : NULL;
  const EVP_MD *md = get_hash (hash);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int digest_size;
  GString *text;

  /* The errors of this thread belong to its TLS connections. */
  ERR_clear_error ();
  if (certificate == NULL || md == NULL || !X509_digest (certificate, md, digest, &digest_size))
    return NULL;

  text = g_string_sized_new (digest_size * 3);
  for (unsigned int i = 0; i < digest_size; i++)
    g_string_append_printf (text, i == 0 ? "%02X" : ":%02X", digest[i]);

  return g_string_free (text, FALSE);
}
