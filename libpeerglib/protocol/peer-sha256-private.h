/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The SHA-256 of bytes that come bit by bit. */
typedef struct _PeerSha256 PeerSha256;

PeerSha256 *peer_sha256_new (void);
void peer_sha256_free (PeerSha256 *self);

void peer_sha256_update (PeerSha256 *self,
                         gconstpointer data,
                         gsize size);

/* The digest of what came so far in lower-case hexadecimal; more may follow. */
char *peer_sha256_dup_text (PeerSha256 *self);

/* Whether a text is such a digest. */
gboolean peer_sha256_is_text (const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerSha256, peer_sha256_free)

G_END_DECLS
