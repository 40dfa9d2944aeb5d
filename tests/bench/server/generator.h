/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "histogram.h"
#include "target.h"

/* Clients that come in pairs, whose ends send to each other. With several
 * targets the pairs are spread over them: both ends of a pair on the same one,
 * or crosswise on two. */
typedef struct _Generator Generator;

typedef struct
{
  guint n_clients;
  guint n_senders; /* how many of them, the first, ever send */
  gsize message_size;
  GPtrArray *targets;
  gboolean is_cross;
} GeneratorPlan;

typedef struct
{
  guint n_pairs;
  guint n_in_flight; /* messages of each pair */
  guint milliseconds;
} Load;

typedef struct
{
  double seconds;
  guint64 n_messages;
  guint64 server_cpu; /* nanoseconds */
  guint64 own_cpu;
  Histogram latencies; /* nanoseconds */
} LoadResult;

/* Nanoseconds of CPU that the servers have used. */
typedef guint64 (*CpuFunc) (gpointer user_data);

Generator *generator_new (const GeneratorPlan *plan);
gboolean generator_connect (Generator *self, double *seconds, GError **error);
gboolean generator_idle (Generator *self, guint milliseconds, GError **error);
gboolean generator_run (Generator *self, const Load *load, CpuFunc get_cpu, gpointer user_data, LoadResult *result, GError **error);
void generator_free (Generator *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Generator, generator_free)
