/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Reads a certificate and its private key, in PEM. Fails unless they belong to
 * each other, which GIO would notice with the first client. */
GTlsCertificate *certificate_read (const char *certificate_file,
                                   const char *key_file,
                                   GError **error);

G_END_DECLS
