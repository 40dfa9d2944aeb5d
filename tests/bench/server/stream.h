/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>
#include <openssl/ssl.h>

/* A socket that does not block, with TLS over it or without. */
typedef struct
{
  int fd;
  SSL *tls;
} Stream;

/* What reading and writing return instead of a number of bytes. */
#define STREAM_ENDED 0
#define STREAM_BLOCKED (-1)

SSL_CTX *stream_create_tls_context (void);

gboolean stream_connect (Stream *self, GSocketAddress *address, SSL_CTX *context, GError **error);
gssize stream_read (Stream *self, void *data, gsize size);
gssize stream_write (Stream *self, const void *data, gsize size);
gboolean stream_waits_for_room (Stream *self);
void stream_close (Stream *self);
