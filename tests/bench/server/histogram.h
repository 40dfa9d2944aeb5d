/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

/* Values below 2^HISTOGRAM_BITS have a bucket each, and every power of two
 * above them 2^(HISTOGRAM_BITS - 1) buckets: no value is off by more than 1/128. */
#define HISTOGRAM_BITS 8
#define HISTOGRAM_HALF (1 << (HISTOGRAM_BITS - 1))
#define HISTOGRAM_BUCKETS ((64 - HISTOGRAM_BITS + 2) * HISTOGRAM_HALF)

typedef struct
{
  guint64 counts[HISTOGRAM_BUCKETS];
  guint64 n_values;
  guint64 maximum;
} Histogram;

void histogram_reset (Histogram *self);
void histogram_add (Histogram *self, guint64 value);
guint64 histogram_get_percentile (const Histogram *self, double percentile);
