/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-token-bucket-private.h"

gboolean
peer_token_bucket_fill (PeerTokenBucket *self,
                        guint rate,
                        guint burst,
                        gint64 now)
{
  double capacity = MAX (burst, 1);

  if (self->filled_at == 0)
    self->tokens = capacity;
  else
    self->tokens += (double) rate * (now - self->filled_at) / G_TIME_SPAN_SECOND;

  self->tokens = MIN (self->tokens, capacity);
  self->filled_at = now;

  return self->tokens >= 1;
}

void
peer_token_bucket_take (PeerTokenBucket *self,
                        guint n_tokens)
{
  self->tokens -= n_tokens;
}
