/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-backoff-private.h"

/* From a millisecond on, this many doublings are enough. */
#define MAX_DOUBLINGS 16

guint
peer_backoff_delay (guint first,
                    guint attempt)
{
  guint64 longest = MIN ((guint64) first << MIN (attempt, MAX_DOUBLINGS), PEER_BACKOFF_LAST);

  return (guint) g_random_int_range ((gint32) longest / 2, (gint32) longest + 1);
}
