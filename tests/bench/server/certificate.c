/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "certificate.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#define SECONDS_PER_DAY (24 * 60 * 60)

static X509 *
create_certificate (EVP_PKEY *key)
{
  X509 *certificate = X509_new ();
  X509_NAME *name = X509_get_subject_name (certificate);
  X509_EXTENSION *addresses = X509V3_EXT_conf_nid (NULL, NULL, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1");

  X509_set_version (certificate, X509_VERSION_3);
  ASN1_INTEGER_set (X509_get_serialNumber (certificate), 1);
  X509_gmtime_adj (X509_getm_notBefore (certificate), -SECONDS_PER_DAY);
  X509_gmtime_adj (X509_getm_notAfter (certificate), SECONDS_PER_DAY);
  X509_set_pubkey (certificate, key);
  X509_NAME_add_entry_by_txt (name, "CN", MBSTRING_ASC, (const guchar *) "localhost", -1, -1, 0);
  X509_set_issuer_name (certificate, name);
  X509_add_ext (certificate, addresses, -1);
  X509_EXTENSION_free (addresses);
  X509_sign (certificate, key, EVP_sha256 ());

  return certificate;
}

/* Makes a key (P-256) and a certificate for this machine that is good for a
 * day, and returns the path of a file with both. The caller removes it. */
char *
certificate_write (GError **error)
{
  EVP_PKEY *key = EVP_EC_gen ("P-256");
  X509 *certificate = create_certificate (key);
  BIO *bio = BIO_new (BIO_s_mem ());
  g_autofree char *path = NULL;
  char *pem;
  long size;
  int fd = g_file_open_tmp ("bench-server-XXXXXX.pem", &path, error);
  gboolean is_written = FALSE;

  PEM_write_bio_X509 (bio, certificate);
  PEM_write_bio_PrivateKey (bio, key, NULL, NULL, 0, NULL, NULL);
  size = BIO_get_mem_data (bio, &pem);
  if (fd >= 0)
    {
      g_close (fd, NULL);
      is_written = g_file_set_contents_full (path, pem, size, G_FILE_SET_CONTENTS_NONE, 0600, error);
    }

  BIO_free (bio);
  X509_free (certificate);
  EVP_PKEY_free (key);

  return is_written ? g_steal_pointer (&path) : NULL;
}
