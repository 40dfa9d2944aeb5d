/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "nodes.h"

#include "report.h"

static GArray *
parse_pids (char **texts)
{
  GArray *pids = g_array_new (FALSE, FALSE, sizeof (GPid));

  for (guint i = 0; texts != NULL && texts[i] != NULL; i++)
    {
      GPid pid = (GPid) g_ascii_strtoll (texts[i], NULL, 10);

      g_array_append_val (pids, pid);
    }

  return pids;
}

/* Servers that somebody else has started, as the nodes of one. */
gboolean
load_nodes (char **uris,
            char **pid_texts,
            char **other_pid_texts,
            gboolean is_cross,
            const Schedule *schedule,
            GError **error)
{
  g_autoptr (GPtrArray) targets = g_ptr_array_new_with_free_func ((GDestroyNotify) target_free);
  g_autoptr (GPtrArray) series = g_ptr_array_new_with_free_func ((GDestroyNotify) series_free);
  g_autoptr (GArray) pids = parse_pids (pid_texts);
  g_autoptr (GArray) other_pids = parse_pids (other_pid_texts);
  g_autofree char *details = g_strdup_printf (",\"nodes\":%u,\"cross\":%s", g_strv_length (uris), is_cross ? "true" : "false");

  for (guint i = 0; uris[i] != NULL; i++)
    {
      Target *target = target_new (uris[i], error);

      if (target == NULL)
        return FALSE;
      g_ptr_array_add (targets, target);
    }

  for (guint i = 0; i < schedule->plain_counts->len; i++)
    {
      guint n_clients = g_array_index (schedule->plain_counts, guint, i);
      const Target *first = targets->pdata[0];
      Series *next = series_new ("nodes", n_clients, first->tls_context != NULL, details);
      const Setup setup = { targets, pids, other_pids, n_clients, is_cross };

      g_ptr_array_add (series, next);
      for (guint round = 0; round < schedule->n_rounds; round++)
        {
          Sample sample;

          if (!measure (&setup, &schedule->effort, &sample, error))
            return FALSE;
          g_array_append_val (next->samples, sample);
        }
    }
  report_series (series);

  return TRUE;
}
