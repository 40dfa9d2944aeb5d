/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-backoff-private.h"

guint
peer_backoff_delay (guint attempt)
{
  guint longest = attempt < 6 ? PEER_BACKOFF_FIRST << attempt : PEER_BACKOFF_LAST;

  return (guint) g_random_int_range ((gint32) longest / 2, (gint32) longest + 1);
}
