/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* In milliseconds. */
#define PEER_BACKOFF_FIRST 500
#define PEER_BACKOFF_LAST 60000

/* How long to wait before the attempt with this number, counted from 0, in
 * milliseconds: doubling from first up to PEER_BACKOFF_LAST, less a random part
 * of up to a half, so that the clients of a server that went away do not all
 * come back in the same moment. */
guint peer_backoff_delay (guint first,
                          guint attempt);

G_END_DECLS
