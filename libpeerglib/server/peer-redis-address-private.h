/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Where a Redis server is and how to log in there. */
typedef struct
{
  GSocketConnectable *connectable;
  gboolean is_tls;
  char *user;     /* nullable */
  char *password; /* nullable */
  guint database;
  char *text; /* without the password, for messages */
} PeerRedisAddress;

/* redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE], the same with rediss:// for
 * TLS, or unix://[[USER]:PASSWORD@]/PATH[?db=DATABASE]. */
PeerRedisAddress *peer_redis_address_new (const char *uri,
                                          GError **error);
void peer_redis_address_free (PeerRedisAddress *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerRedisAddress, peer_redis_address_free)

G_END_DECLS
