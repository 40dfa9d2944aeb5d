/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A self-signed ECDSA P-256 certificate with its key, PEM, valid for 30 days
 * like those of browsers. */
GBytes *peer_certificate_new (GError **error);

/* The fingerprint of a PEM certificate as SDP writes it, in upper case with
 * colons. hash is a name as in SDP, "sha-256". NULL when the certificate
 * cannot be read or the hash is not known or not safe. */
char *peer_certificate_get_fingerprint (const char *pem,
                                        gssize size,
                                        const char *hash);

G_END_DECLS
