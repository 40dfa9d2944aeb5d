/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "compare.h"

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "certificate.h"
#include "contestant.h"
#include "report.h"

/* One visit to one contestant. */
static gboolean
visit (const Contestant *contestant,
       Series *series,
       const Effort *effort,
       const char *certificate,
       GError **error)
{
  g_autoptr (Server) server = server_start (contestant, series->n_clients, certificate, error);
  g_autoptr (GPtrArray) targets = g_ptr_array_new_with_free_func ((GDestroyNotify) target_free);
  g_autoptr (GArray) pids = g_array_new (FALSE, FALSE, sizeof (GPid));
  g_autoptr (GArray) others = g_array_new (FALSE, FALSE, sizeof (GPid));
  const Setup setup = { targets, pids, others, series->n_clients, FALSE };
  Sample sample;

  if (server == NULL)
    return FALSE;

  g_ptr_array_add (targets, target_new (server->uri, NULL));
  g_array_append_val (pids, server->pid);
  if (!measure (&setup, effort, &sample, error))
    {
      server_explain (server, error);
      return FALSE;
    }
  g_array_append_val (series->samples, sample);

  return TRUE;
}

static const Contestant *
find_contestant (GPtrArray *contestants,
                 const char *name)
{
  for (guint i = 0; i < contestants->len; i++)
    {
      const Contestant *contestant = contestants->pdata[i];

      if (g_str_equal (contestant->name, name))
        return contestant;
    }

  g_return_val_if_reached (NULL);
}

/* Every contestant in turn, and again in the next round, so that what else the
 * machine does falls on all of them. */
static gboolean
run_rounds (GPtrArray *contestants,
            GPtrArray *series,
            const Schedule *schedule,
            const char *certificate,
            GError **error)
{
  for (guint round = 0; round < schedule->n_rounds; round++)
    for (guint i = 0; i < series->len; i++)
      {
        Series *next = series->pdata[i];
        const Contestant *contestant = find_contestant (contestants, next->name);

        g_printerr ("round %u of %u: %s, %u clients%s\n", round + 1, schedule->n_rounds, next->name, next->n_clients, next->has_tls ? ", TLS" : "");
        if (!visit (contestant, next, &schedule->effort, next->has_tls ? certificate : NULL, error))
          return FALSE;
      }

  return TRUE;
}

static void
add_series (GPtrArray *series,
            GPtrArray *contestants,
            GArray *counts,
            gboolean has_tls)
{
  for (guint i = 0; i < counts->len; i++)
    for (guint j = 0; j < contestants->len; j++)
      {
        const Contestant *contestant = contestants->pdata[j];

        if (!has_tls || contestant->has_tls)
          g_ptr_array_add (series, series_new (contestant->name, g_array_index (counts, guint, i), has_tls, ""));
      }
}

/* From NAME[:plain]=COMMAND each; the first is held against the others. */
gboolean
compare_contestants (char **texts,
                     const Schedule *schedule,
                     GError **error)
{
  g_autoptr (GPtrArray) contestants = g_ptr_array_new_with_free_func ((GDestroyNotify) contestant_free);
  g_autoptr (GPtrArray) series = g_ptr_array_new_with_free_func ((GDestroyNotify) series_free);
  g_autofree char *certificate = NULL;
  gboolean is_done;

  for (guint i = 0; texts[i] != NULL; i++)
    {
      Contestant *contestant = contestant_new (texts[i]);

      if (contestant == NULL)
        {
          g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s is not NAME=COMMAND", texts[i]);
          return FALSE;
        }
      g_ptr_array_add (contestants, contestant);
    }
  add_series (series, contestants, schedule->plain_counts, FALSE);
  add_series (series, contestants, schedule->tls_counts, TRUE);

  certificate = certificate_write (error);
  if (certificate == NULL)
    return FALSE;
  report_machine (schedule->n_rounds, schedule->effort.milliseconds, schedule->is_complete);
  is_done = run_rounds (contestants, series, schedule, certificate, error);
  g_unlink (certificate);
  if (!is_done)
    return FALSE;

  report_series (series);
  report_ratios (series);

  return TRUE;
}
