/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "certificate.h"

#include <glib/gi18n.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIO, BIO_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509, X509_free)

static gboolean
is_pair (GTlsCertificate *certificate)
{
  g_autofree char *certificate_pem = NULL;
  g_autofree char *key_pem = NULL;
  g_autoptr (BIO) certificate_bio = NULL;
  g_autoptr (BIO) key_bio = NULL;
  g_autoptr (X509) x509 = NULL;
  g_autoptr (EVP_PKEY) key = NULL;

  g_object_get (certificate, "certificate-pem", &certificate_pem, "private-key-pem", &key_pem, NULL);
  if (certificate_pem == NULL || key_pem == NULL)
    return FALSE;

  certificate_bio = BIO_new_mem_buf (certificate_pem, -1);
  key_bio = BIO_new_mem_buf (key_pem, -1);
  x509 = PEM_read_bio_X509 (certificate_bio, NULL, NULL, NULL);
  key = PEM_read_bio_PrivateKey (key_bio, NULL, NULL, NULL);

  return x509 != NULL && key != NULL && X509_check_private_key (x509, key) == 1;
}

GTlsCertificate *
certificate_read (const char *certificate_file,
                  const char *key_file,
                  GError **error)
{
  g_autoptr (GTlsCertificate) certificate = g_tls_certificate_new_from_files (certificate_file, key_file, error);

  if (certificate == NULL)
    {
      g_prefix_error (error, "%s, %s: ", certificate_file, key_file);
      return NULL;
    }
  if (!is_pair (certificate))
    {
      g_set_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE, _ ("The private key in %s is not that of the certificate in %s"),
                   key_file, certificate_file);
      return NULL;
    }

  return g_steal_pointer (&certificate);
}
