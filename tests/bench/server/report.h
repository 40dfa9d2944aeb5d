/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "metric.h"

/* The samples of one server in one situation, one for each round. */
typedef struct
{
  char *name;
  guint n_clients;
  gboolean has_tls;
  const char *details; /* more members of its JSON object, or "" */
  GArray *samples;
} Series;

Series *series_new (const char *name, guint n_clients, gboolean has_tls, const char *details);
void series_free (Series *self);

void report_machine (guint n_rounds, guint milliseconds, gboolean is_complete);
void report_series (GPtrArray *series);
void report_ratios (GPtrArray *series);
