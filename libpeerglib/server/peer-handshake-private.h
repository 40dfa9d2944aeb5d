/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* The request that a WebSocket begins with (RFC 6455, 4.2). */
typedef struct
{
  char *path;  /* as it was sent */
  char *query; /* nullable: likewise */
  SoupMessageHeaders *headers;
} PeerHandshake;

/* The size of the head of a request at the start of what was received, 0 if
 * it is not there yet. */
gsize peer_handshake_find_end (const guint8 *data,
                               gsize length);

/* FALSE for anything that needs more than a look at it: what is no handshake,
 * or should be refused. */
gboolean peer_handshake_parse (PeerHandshake *self,
                               const char *head,
                               gsize length);
void peer_handshake_clear (PeerHandshake *self);

/* The answer that accepts it. */
char *peer_handshake_build_answer (PeerHandshake *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PeerHandshake, peer_handshake_clear)

G_END_DECLS
