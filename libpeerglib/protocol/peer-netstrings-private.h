/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Texts one after the other, each with its length before it: `5:hello,`. */

typedef struct
{
  const char *data; /* borrowed, not terminated */
  gsize length;
} PeerNetstring;

void peer_netstrings_append (GString *text,
                             const char *data,
                             gsize length);

/* Splits what consists of at most max of them and nothing else. Returns how
 * many there are, 0 when it is anything else. */
guint peer_netstrings_split (const char *text,
                             gsize length,
                             PeerNetstring *netstrings,
                             guint max);

/* A copy when it is UTF-8 without a NUL and of at most max bytes, or NULL. */
char *peer_netstring_dup (const PeerNetstring *self,
                          gsize max);

G_END_DECLS
