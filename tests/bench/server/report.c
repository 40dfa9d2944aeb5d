/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "report.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

typedef struct
{
  double low;
  double median;
  double high;
} Spread;

Series *
series_new (const char *name,
            guint n_clients,
            gboolean has_tls,
            const char *details)
{
  Series *self = g_new0 (Series, 1);

  self->name = g_strdup (name);
  self->n_clients = n_clients;
  self->has_tls = has_tls;
  self->details = details;
  self->samples = g_array_new (FALSE, FALSE, sizeof (Sample));

  return self;
}

void
series_free (Series *self)
{
  g_array_unref (self->samples);
  g_free (self->name);
  g_free (self);
}

static int
compare_numbers (gconstpointer a,
                 gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return x < y ? -1 : x > y;
}

static Spread
get_spread (GArray *numbers)
{
  guint n = numbers->len;

  g_array_sort (numbers, compare_numbers);

  return (Spread){
    g_array_index (numbers, double, 0),
    (g_array_index (numbers, double, (n - 1) / 2) + g_array_index (numbers, double, n / 2)) / 2,
    g_array_index (numbers, double, n - 1),
  };
}

/* Of one metric, or with another series of its ratios round by round: what
 * disturbs a round disturbs both. */
static Spread
series_get_spread (const Series *self,
                   const Series *other,
                   Metric metric)
{
  g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint i = 0; i < self->samples->len; i++)
    {
      double number = g_array_index (self->samples, Sample, i).values[metric];

      if (other != NULL)
        number /= g_array_index (other->samples, Sample, i).values[metric];
      g_array_append_val (numbers, number);
    }

  return get_spread (numbers);
}

static const char *
get_boolean (gboolean value)
{
  return value ? "true" : "false";
}

static void
append_number (GString *line,
               const char *name,
               double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (text, sizeof text, "%.4g", value);
  /* Four digits before the point have no exponent. */
  if (value >= 1000 || value <= -1000)
    g_ascii_formatd (text, sizeof text, "%.0f", value);
  g_string_append_printf (line, ",\"%s\":%s", name, text);
}

static char *
get_processor (void)
{
  g_autofree char *text = NULL;
  const char *begin;

  if (!g_file_get_contents ("/proc/cpuinfo", &text, NULL, NULL) || (begin = strstr (text, "model name")) == NULL)
    return g_strdup ("unknown");

  begin = strchr (begin, ':') + 2;

  return g_strndup (begin, strcspn (begin, "\"\\\n"));
}

/* Where and how thoroughly it is measured, and what else the machine does. */
void
report_machine (guint n_rounds,
                guint milliseconds,
                gboolean is_complete)
{
  struct utsname system;
  g_autofree char *processor = get_processor ();
  char load_average[G_ASCII_DTOSTR_BUF_SIZE];
  double load = 0;

  uname (&system);
  getloadavg (&load, 1);
  g_ascii_formatd (load_average, sizeof load_average, "%.2f", load);
  g_print ("{\"benchmark\":\"server\",\"processor\":\"%s\",\"cores\":%u,\"kernel\":\"%s\",\"load_average\":%s,\"rounds\":%u,\"milliseconds\":%u,\"complete\":%s}\n",
           processor, g_get_num_processors (), system.release, load_average, n_rounds, milliseconds, get_boolean (is_complete));
}

static void
print_row (const Series *self)
{
  static const Metric columns[] = {
    METRIC_CONNECTIONS_PER_S,
    METRIC_CONNECTION_CPU,
    METRIC_CLIENT_RSS,
    METRIC_LIGHT_CPU,
    METRIC_LIGHT_P50,
    METRIC_LIGHT_P99,
    METRIC_LIGHT_P999,
    METRIC_SATURATED_MESSAGES_PER_S,
    METRIC_SATURATED_CPU,
    METRIC_SATURATED_P50,
    METRIC_SATURATED_P99,
    METRIC_SATURATED_P999,
  };

  g_printerr ("%-14s %6u%-4s", self->name, self->n_clients, self->has_tls ? " TLS" : "");
  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    {
      double value = series_get_spread (self, NULL, columns[i]).median;

      g_printerr (" %8.*f", value < 100 ? 1 : 0, value);
    }
  g_printerr ("\n");
}

/* A JSON object each, of medians, and a table on stderr. */
void
report_series (GPtrArray *series)
{
  g_printerr ("\n%35s %35s %44s\n%25s %8s %8s %8s %8s %8s %8s %8s %8s %8s %8s %8s %8s\n", "connecting", "1 message in flight", "saturated",
              "clients", "conn/s", "µs CPU", "bytes", "µs CPU", "p50 µs", "p99", "p99.9", "mess./s", "µs CPU", "p50 µs", "p99", "p99.9");
  for (guint i = 0; i < series->len; i++)
    {
      Series *self = series->pdata[i];
      g_autoptr (GString) line = g_string_new (NULL);

      g_string_append_printf (line, "{\"benchmark\":\"server\",\"server\":\"%s\",\"clients\":%u,\"tls\":%s%s",
                              self->name, self->n_clients, get_boolean (self->has_tls), self->details);
      for (guint j = 0; j < N_METRICS; j++)
        {
          double value = series_get_spread (self, NULL, j).median;

          if (j < METRIC_LIGHT_OTHER_CPU || value != 0)
            append_number (line, metric_names[j], value);
        }
      g_print ("%s}\n", line->str);
      print_row (self);
    }
}

static void
print_ratio (const Series *self,
             const char *against,
             const char *metric,
             Spread spread,
             double bound,
             gboolean is_floor)
{
  g_autoptr (GString) line = g_string_new (NULL);
  gboolean is_met = is_floor ? spread.median >= bound : spread.median <= bound;

  g_string_append_printf (line, "{\"benchmark\":\"server\",\"ratio\":\"%s/%s\",\"clients\":%u,\"tls\":%s,\"metric\":\"%s\"",
                          self->name, against, self->n_clients, get_boolean (self->has_tls), metric);
  append_number (line, "value", spread.median);
  append_number (line, "low", spread.low);
  append_number (line, "high", spread.high);
  append_number (line, is_floor ? "at_least" : "at_most", bound);
  g_print ("%s,\"met\":%s}\n", line->str, get_boolean (is_met));

  g_printerr ("%-6s %6u%-4s %-26s %6.2f  %6.2f to %.2f, goal %s %.2f%s\n",
              against, self->n_clients, self->has_tls ? " TLS" : "", metric, spread.median, spread.low, spread.high,
              is_floor ? "≥" : "≤", bound, is_met ? "" : ": NOT MET");
}

static const Series *
find_series (GPtrArray *series,
             const char *name,
             guint n_clients,
             gboolean has_tls)
{
  for (guint i = 0; i < series->len; i++)
    {
      const Series *other = series->pdata[i];

      if (g_str_equal (other->name, name) && other->n_clients == n_clients && other->has_tls == has_tls)
        return other;
    }

  return NULL;
}

/* What a light message costs the first contestant with the most clients, in
 * terms of what it costs with the fewest. */
static void
report_growth (GPtrArray *series,
               gboolean has_tls)
{
  const Series *first = series->pdata[0];
  const Series *fewest = NULL, *most = NULL;
  g_autofree char *against = NULL;

  for (guint i = 0; i < series->len; i++)
    {
      const Series *self = series->pdata[i];

      if (!g_str_equal (self->name, first->name) || self->has_tls != has_tls)
        continue;
      if (fewest == NULL || self->n_clients < fewest->n_clients)
        fewest = self;
      if (most == NULL || self->n_clients > most->n_clients)
        most = self;
    }
  if (fewest == most)
    return;

  against = g_strdup_printf ("%u", fewest->n_clients);
  print_ratio (most, against, metric_names[METRIC_LIGHT_CPU], series_get_spread (most, fewest, METRIC_LIGHT_CPU), GROWTH_GOAL, FALSE);
}

/* The first contestant against its goals. */
void
report_ratios (GPtrArray *series)
{
  const Series *first = series->pdata[0];

  g_printerr ("\n%s in terms of:\n", first->name);
  for (guint i = 0; i < series->len; i++)
    {
      const Series *self = series->pdata[i];

      if (!g_str_equal (self->name, first->name))
        continue;
      for (gsize j = 0; j < n_goals; j++)
        {
          const Goal *goal = &goals[j];
          const Series *other = find_series (series, goal->against, self->n_clients, self->has_tls);

          if (other != NULL)
            print_ratio (self, goal->against, metric_names[goal->metric], series_get_spread (self, other, goal->metric), goal->bound, goal->is_floor);
        }
    }
  report_growth (series, FALSE);
  report_growth (series, TRUE);
}
