/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <libpeerglib/peer.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

#include "libpeerglib/transport/peer-certificate-private.h"

#define SECONDS_PER_DAY (24 * 60 * 60)

typedef struct
{
  GBytes *pem;
  X509 *certificate;
  EVP_PKEY *key;
} Fixture;

static void
set_up (Fixture *fixture,
        gconstpointer user_data)
{
  g_autoptr (GError) error = NULL;
  gsize size;
  const char *data;
  BIO *bio;

  fixture->pem = peer_certificate_new (&error);
  g_assert_no_error (error);

  data = g_bytes_get_data (fixture->pem, &size);
  bio = BIO_new_mem_buf (data, (int) size);
  fixture->certificate = PEM_read_bio_X509 (bio, NULL, NULL, NULL);
  fixture->key = PEM_read_bio_PrivateKey (bio, NULL, NULL, NULL);
  g_assert_nonnull (fixture->certificate);
  g_assert_nonnull (fixture->key);
  BIO_free (bio);
}

static void
tear_down (Fixture *fixture,
           gconstpointer user_data)
{
  X509_free (fixture->certificate);
  EVP_PKEY_free (fixture->key);
  g_bytes_unref (fixture->pem);
}

static void
test_form (Fixture *fixture,
           gconstpointer user_data)
{
  g_autofree char *text = g_strndup (g_bytes_get_data (fixture->pem, NULL), g_bytes_get_size (fixture->pem));

  g_test_summary ("The certificate comes first, then the key as PKCS #8");

  g_assert_true (g_str_has_prefix (text, "-----BEGIN CERTIFICATE-----\n"));
  g_assert_nonnull (strstr (text, "-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n"));
  g_assert_true (g_str_has_suffix (text, "-----END PRIVATE KEY-----\n"));
}

static void
test_key (Fixture *fixture,
          gconstpointer user_data)
{
  char group[32];

  g_test_summary ("The key is on P-256 and the certificate is signed with it");

  g_assert_cmpint (EVP_PKEY_get_base_id (fixture->key), ==, EVP_PKEY_EC);
  g_assert_true (EVP_PKEY_get_group_name (fixture->key, group, sizeof group, NULL));
  g_assert_cmpstr (group, ==, "prime256v1");
  g_assert_cmpint (X509_check_private_key (fixture->certificate, fixture->key), ==, 1);
  g_assert_cmpint (X509_verify (fixture->certificate, fixture->key), ==, 1);
}

static void
test_validity (Fixture *fixture,
               gconstpointer user_data)
{
  time_t now = time (NULL);
  time_t in_29_days = now + 29 * SECONDS_PER_DAY;
  time_t in_31_days = now + 31 * SECONDS_PER_DAY;
  time_t an_hour_ago = now - 60 * 60;

  g_test_summary ("It is valid for 30 days, and already for a clock that is behind");

  g_assert_cmpint (X509_cmp_time (X509_get0_notBefore (fixture->certificate), &an_hour_ago), <, 0);
  g_assert_cmpint (X509_cmp_time (X509_get0_notAfter (fixture->certificate), &in_29_days), >, 0);
  g_assert_cmpint (X509_cmp_time (X509_get0_notAfter (fixture->certificate), &in_31_days), <, 0);
}

static void
test_unique (Fixture *fixture,
             gconstpointer user_data)
{
  g_autoptr (GBytes) other = peer_certificate_new (NULL);

  g_test_summary ("No two are the same, and neither are their serial numbers zero");

  g_assert_false (g_bytes_equal (fixture->pem, other));
  g_assert_cmpint (ASN1_STRING_length (X509_get0_serialNumber (fixture->certificate)), >=, 4);
}

static void
test_fingerprint (Fixture *fixture,
                  gconstpointer user_data)
{
  const char *pem = g_bytes_get_data (fixture->pem, NULL);
  gssize size = (gssize) g_bytes_get_size (fixture->pem);
  g_autofree char *sha256 = peer_certificate_get_fingerprint (pem, size, "sha-256");
  g_autofree char *upper = peer_certificate_get_fingerprint (pem, size, "SHA-256");
  g_autofree char *sha512 = peer_certificate_get_fingerprint (pem, size, "sha-512");
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int digest_size;
  g_autofree char *first = NULL;

  g_test_summary ("The fingerprint is the digest of the certificate alone, as SDP writes it");

  g_assert_true (X509_digest (fixture->certificate, EVP_sha256 (), digest, &digest_size));
  first = g_strdup_printf ("%02X:%02X:", digest[0], digest[1]);
  g_assert_true (g_str_has_prefix (sha256, first));
  g_assert_cmpuint (strlen (sha256), ==, 32 * 3 - 1);
  g_assert_cmpstr (sha256, ==, upper);
  g_assert_cmpuint (strlen (sha512), ==, 64 * 3 - 1);
}

static void
test_no_fingerprint (Fixture *fixture,
                     gconstpointer user_data)
{
  const char *pem = g_bytes_get_data (fixture->pem, NULL);
  gssize size = (gssize) g_bytes_get_size (fixture->pem);

  g_test_summary ("Broken hashes and what is no certificate have no fingerprint");

  g_assert_null (peer_certificate_get_fingerprint (pem, size, "sha-1"));
  g_assert_null (peer_certificate_get_fingerprint (pem, size, "md5"));
  g_assert_null (peer_certificate_get_fingerprint (pem, size, ""));
  g_assert_null (peer_certificate_get_fingerprint ("", 0, "sha-256"));
  g_assert_null (peer_certificate_get_fingerprint ("-----BEGIN CERTIFICATE-----\nAAAA\n", -1, "sha-256"));
  g_assert_cmpuint (ERR_peek_error (), ==, 0);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/certificate/form", Fixture, NULL, set_up, test_form, tear_down);
  g_test_add ("/certificate/key", Fixture, NULL, set_up, test_key, tear_down);
  g_test_add ("/certificate/validity", Fixture, NULL, set_up, test_validity, tear_down);
  g_test_add ("/certificate/unique", Fixture, NULL, set_up, test_unique, tear_down);
  g_test_add ("/certificate/fingerprint", Fixture, NULL, set_up, test_fingerprint, tear_down);
  g_test_add ("/certificate/no-fingerprint", Fixture, NULL, set_up, test_no_fingerprint, tear_down);

  return g_test_run ();
}
