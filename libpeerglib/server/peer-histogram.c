/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-histogram-private.h"

const gint64 peer_histogram_bounds[PEER_HISTOGRAM_SIZE] = {
  10,
  25,
  50,
  100,
  250,
  500,
  1000,
  2500,
  5000,
  10000,
  25000,
  50000,
  100000,
  250000,
  1000000,
  G_MAXINT64,
};

void
peer_histogram_add (PeerHistogram *self,
                    gint64 duration)
{
  guint i;

  for (i = 0; duration > peer_histogram_bounds[i]; i++)
    ;
  self->counts[i]++;
  self->sum += MAX (duration, 0);
}
