/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>
#include <openssl/ssl.h>

/* A server on this machine that clients connect to. */
typedef struct
{
  GSocketAddress *address;
  char *path;           /* begins and ends with a slash */
  SSL_CTX *tls_context; /* NULL without TLS */
} Target;

Target *target_new (const char *uri, GError **error);
void target_free (Target *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Target, target_free)
