/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

/* What is measured of a server with so many clients. */
typedef enum
{
  METRIC_CONNECTIONS_PER_S,
  METRIC_CONNECTION_CPU,
  METRIC_CLIENT_RSS,
  METRIC_LIGHT_MESSAGES_PER_S,
  METRIC_LIGHT_CPU,
  METRIC_LIGHT_P50,
  METRIC_LIGHT_P99,
  METRIC_LIGHT_P999,
  METRIC_SATURATED_MESSAGES_PER_S,
  METRIC_SATURATED_CPU,
  METRIC_SATURATED_P50,
  METRIC_SATURATED_P99,
  METRIC_SATURATED_P999,
  METRIC_GENERATOR_BUSY,
  METRIC_LIGHT_OTHER_CPU, /* of processes that the servers use */
  METRIC_SATURATED_OTHER_CPU,
  N_METRICS,
} Metric;

extern const char *const metric_names[N_METRICS];

typedef struct
{
  double values[N_METRICS];
} Sample;

/* How the first contestant is to compare with another: at most, or at least,
 * so many times as much. */
typedef struct
{
  const char *against;
  Metric metric;
  double bound;
  gboolean is_floor; /* whether more is better */
} Goal;

extern const Goal goals[];
extern const gsize n_goals;

/* What a message may cost with the most idle clients, in terms of the fewest. */
#define GROWTH_GOAL 1.5
