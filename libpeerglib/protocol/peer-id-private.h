/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* PeerJS's rule: runs of ASCII letters and digits, joined by single spaces,
 * underscores or hyphens. The empty id is not valid here. */
gboolean peer_id_is_valid (const char *id);

/* A random token of base-36 digits from the system's generator: 22 of them,
 * 113 bits. */
char *peer_token_new (void);

/* "dc_" or "mc_" and a token. */
char *peer_connection_id_new (const char *prefix);

/* A key for hash tables: connection ids are unique only for one peer. */
char *peer_connection_key_new (const char *peer_id,
                               const char *connection_id);

G_END_DECLS
