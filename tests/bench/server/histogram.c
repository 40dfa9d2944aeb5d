/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "histogram.h"

#include <string.h>

void
histogram_reset (Histogram *self)
{
  memset (self, 0, sizeof *self);
}

/* How many of its low bits a value loses to its bucket. */
static guint
get_shift (guint64 value)
{
  guint n_bits = value == 0 ? 0 : 64 - (guint) __builtin_clzll (value);

  return n_bits <= HISTOGRAM_BITS ? 0 : n_bits - HISTOGRAM_BITS;
}

void
histogram_add (Histogram *self,
               guint64 value)
{
  guint shift = get_shift (value);

  self->counts[shift * HISTOGRAM_HALF + (value >> shift)]++;
  self->n_values++;
  self->maximum = MAX (self->maximum, value);
}

/* The largest value that shares a bucket. */
static guint64
get_upper_end (guint bucket)
{
  guint shift = bucket < 2 * HISTOGRAM_HALF ? 0 : bucket / HISTOGRAM_HALF - 1;

  return (((guint64) bucket - shift * HISTOGRAM_HALF + 1) << shift) - 1;
}

/* What so many percent of the values do not exceed, 0 without values. */
guint64
histogram_get_percentile (const Histogram *self,
                          double percentile)
{
  double wanted = percentile / 100 * self->n_values;
  guint64 n_seen = 0;

  for (guint i = 0; i < HISTOGRAM_BUCKETS; i++)
    {
      n_seen += self->counts[i];
      if (n_seen > 0 && n_seen >= wanted)
        return MIN (get_upper_end (i), self->maximum);
    }

  return self->maximum;
}
