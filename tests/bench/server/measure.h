/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "generator.h"
#include "metric.h"

/* How long and how hard. */
typedef struct
{
  guint milliseconds; /* of each load */
  guint n_pairs;      /* of the saturated load */
  guint n_in_flight;  /* messages of each of them */
  gsize message_size;
} Effort;

/* Servers whose processes are known, together loaded by as many clients. */
typedef struct
{
  GPtrArray *targets;
  GArray *pids;
  GArray *other_pids; /* of what they use, such as a broker */
  guint n_clients;
  gboolean is_cross;
} Setup;

gboolean measure (const Setup *setup, const Effort *effort, Sample *sample, GError **error);
