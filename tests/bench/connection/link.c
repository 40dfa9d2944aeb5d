/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "link.h"

#define PING_SIZE 16

static void
wait_for (const gint *value,
          gint wanted)
{
  while (g_atomic_int_get (value) != wanted)
    g_main_context_iteration (NULL, TRUE);
}

static void
finish (BenchLink *link)
{
  g_atomic_int_set (&link->is_done, TRUE);
  g_main_context_wakeup (NULL);
}

void
bench_link_fill (BenchLink *link)
{
  if (link->task != BENCH_BULK)
    return;

  while (link->n_to_send > 0 && link->klass->get_buffered_amount (link) < BENCH_BULK_WINDOW)
    {
      link->n_to_send--;
      link->klass->send (link, 0);
    }
}

void
bench_link_note_open (BenchLink *link)
{
  if (g_atomic_int_dec_and_test (link->n_missing))
    g_main_context_wakeup (NULL);
}

void
bench_link_note_arrival (BenchLink *link,
                         int end)
{
  if (link->task == BENCH_PING && end == 1)
    link->klass->send (link, 1);
  else if (link->task == BENCH_PING && --link->n_missing_pings > 0)
    link->klass->send (link, 0);
  else if (link->task == BENCH_PING || --link->n_to_arrive == 0)
    finish (link);
}

static void
free_link (BenchLink *link)
{
  link->klass->stop (link);
  g_free (link);
}

GPtrArray *
bench_links_open (const BenchLinkClass *klass,
                  guint n_links,
                  const char *serialization)
{
  GPtrArray *links = g_ptr_array_new_with_free_func ((GDestroyNotify) free_link);
  gint n_missing = 2 * (gint) n_links;

  for (guint i = 0; i < n_links; i++)
    {
      BenchLink *link = g_malloc0 (klass->size);

      link->klass = klass;
      link->n_missing = &n_missing;
      g_ptr_array_add (links, link);
      klass->start (link, serialization);
    }
  wait_for (&n_missing, 0);

  return links;
}

static void
prepare (BenchLink *link,
         BenchTask task,
         gsize message_size)
{
  link->task = task;
  link->message_size = message_size;
  link->is_done = FALSE;
  link->klass->set_message_size (link, message_size);
}

void
bench_link_ping (BenchLink *link,
                 gsize n_pings)
{
  prepare (link, BENCH_PING, PING_SIZE);
  link->n_missing_pings = n_pings;
  link->klass->send (link, 0);
  wait_for (&link->is_done, TRUE);
}

void
bench_link_bulk (BenchLink *link,
                 gsize size,
                 gsize n_values)
{
  gsize max_size = link->klass->max_message_size;
  gsize n_pieces = max_size == 0 || size <= max_size ? 1 : size / max_size;

  prepare (link, BENCH_BULK, size / n_pieces);
  link->n_to_send = n_values * n_pieces;
  link->n_to_arrive = n_values * n_pieces;
  bench_link_fill (link);
  wait_for (&link->is_done, TRUE);
}
