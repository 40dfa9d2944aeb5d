/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "metric.h"

/* Times in microseconds, memory in bytes. */
const char *const metric_names[N_METRICS] = {
  [METRIC_CONNECTIONS_PER_S] = "connections_per_s",
  [METRIC_CONNECTION_CPU] = "connection_cpu",
  [METRIC_CLIENT_RSS] = "client_rss",
  [METRIC_LIGHT_MESSAGES_PER_S] = "light_messages_per_s",
  [METRIC_LIGHT_CPU] = "light_cpu",
  [METRIC_LIGHT_P50] = "light_p50",
  [METRIC_LIGHT_P99] = "light_p99",
  [METRIC_LIGHT_P999] = "light_p999",
  [METRIC_SATURATED_MESSAGES_PER_S] = "saturated_messages_per_s",
  [METRIC_SATURATED_CPU] = "saturated_cpu",
  [METRIC_SATURATED_P50] = "saturated_p50",
  [METRIC_SATURATED_P99] = "saturated_p99",
  [METRIC_SATURATED_P999] = "saturated_p999",
  [METRIC_GENERATOR_BUSY] = "generator_busy",
  [METRIC_LIGHT_OTHER_CPU] = "light_other_cpu",
  [METRIC_SATURATED_OTHER_CPU] = "saturated_other_cpu",
};

const Goal goals[] = {
  { "peer", METRIC_CONNECTIONS_PER_S, 2, TRUE },
  { "peer", METRIC_CLIENT_RSS, 1 / 2., FALSE },
  { "peer", METRIC_LIGHT_CPU, 1 / 3., FALSE },
  { "peer", METRIC_LIGHT_P99, 1 / 2., FALSE },
  { "peer", METRIC_SATURATED_MESSAGES_PER_S, 2.2, TRUE },
  { "peer", METRIC_SATURATED_CPU, 0.4, FALSE },
  { "peer", METRIC_SATURATED_P99, 1 / 2., FALSE },
  { "floor", METRIC_CONNECTION_CPU, 1.6, FALSE },
  { "floor", METRIC_LIGHT_CPU, 1.6, FALSE },
  { "floor", METRIC_SATURATED_CPU, 1.6, FALSE },
};
const gsize n_goals = G_N_ELEMENTS (goals);
