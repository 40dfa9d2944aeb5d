/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Allows a rate on average and a burst at once. Zeroed memory is a full
 * bucket. */
typedef struct
{
  gint64 filled_at;
  double tokens;
} PeerTokenBucket;

/* Brings the bucket up to now, in monotonic microseconds; rate is tokens per
 * second. Returns whether anything may be taken. */
gboolean peer_token_bucket_fill (PeerTokenBucket *self,
                                 guint rate,
                                 guint burst,
                                 gint64 now);

/* May take more than there is: the debt has to be filled up first. */
void peer_token_bucket_take (PeerTokenBucket *self,
                             guint n_tokens);

G_END_DECLS
