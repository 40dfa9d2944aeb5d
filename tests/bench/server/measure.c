/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "measure.h"

#include <gio/gio.h>

#include "process.h"

#define NSEC_PER_USEC 1e3
#define NSEC_PER_SEC 1e9
/* What servers put off until they have nothing else to do is done by then. */
#define SETTLE_MSEC 700

static guint64
get_total (GArray *pids,
           guint64 (*get) (GPid pid))
{
  guint64 total = 0;

  for (guint i = 0; i < pids->len; i++)
    total += get (g_array_index (pids, GPid, i));

  return total;
}

/* The generator asks when measuring begins and when it ends. */
typedef struct
{
  const Setup *setup;
  guint64 other_cpu[2];
  guint n_asked;
} Meter;

static guint64
read_meter (gpointer user_data)
{
  Meter *meter = user_data;

  meter->other_cpu[meter->n_asked++ % 2] = get_total (meter->setup->other_pids, process_get_cpu);

  return get_total (meter->setup->pids, process_get_cpu);
}

/* The metrics of a load follow each other, in this order. */
static gboolean
measure_load (Generator *generator,
              const Setup *setup,
              const Load *load,
              Sample *sample,
              Metric first,
              Metric other,
              GError **error)
{
  static LoadResult result;
  Meter meter = { .setup = setup };
  double *values = &sample->values[first];

  if (!generator_run (generator, load, read_meter, &meter, &result, error))
    return FALSE;
  if (result.n_messages == 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "no message has arrived");
      return FALSE;
    }

  values[0] = result.n_messages / result.seconds;
  values[1] = result.server_cpu / NSEC_PER_USEC / result.n_messages;
  values[2] = histogram_get_percentile (&result.latencies, 50) / NSEC_PER_USEC;
  values[3] = histogram_get_percentile (&result.latencies, 99) / NSEC_PER_USEC;
  values[4] = histogram_get_percentile (&result.latencies, 99.9) / NSEC_PER_USEC;
  sample->values[other] = (meter.other_cpu[1] - meter.other_cpu[0]) / NSEC_PER_USEC / result.n_messages;
  sample->values[METRIC_GENERATOR_BUSY] = result.own_cpu / NSEC_PER_SEC / result.seconds;

  return TRUE;
}

/* Connects clients and loads the servers lightly, then as much as they bear. */
gboolean
measure (const Setup *setup,
         const Effort *effort,
         Sample *sample,
         GError **error)
{
  guint n_pairs = MIN (effort->n_pairs, setup->n_clients / 2);
  GeneratorPlan plan = { setup->n_clients, 2 * n_pairs, effort->message_size, setup->targets, setup->is_cross };
  g_autoptr (Generator) generator = generator_new (&plan);
  const Load light = { 1, 1, effort->milliseconds };
  const Load saturated = { n_pairs, effort->n_in_flight, effort->milliseconds };
  guint64 rss = get_total (setup->pids, process_get_rss);
  guint64 cpu = get_total (setup->pids, process_get_cpu);
  double seconds;

  if (!generator_connect (generator, &seconds, error) || !generator_idle (generator, SETTLE_MSEC, error))
    return FALSE;

  sample->values[METRIC_CONNECTIONS_PER_S] = setup->n_clients / seconds;
  sample->values[METRIC_CONNECTION_CPU] = (get_total (setup->pids, process_get_cpu) - cpu) / NSEC_PER_USEC / setup->n_clients;
  /* Less than before would be a wrong number of an unsigned type. */
  sample->values[METRIC_CLIENT_RSS] = ((double) get_total (setup->pids, process_get_rss) - (double) rss) / setup->n_clients;

  return measure_load (generator, setup, &light, sample, METRIC_LIGHT_MESSAGES_PER_S, METRIC_LIGHT_OTHER_CPU, error) &&
         measure_load (generator, setup, &saturated, sample, METRIC_SATURATED_MESSAGES_PER_S, METRIC_SATURATED_OTHER_CPU, error);
}
