/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "bench-link.h"

#define N_PINGS 2000
#define BULK_BYTES (64 * 1024 * 1024)

static void
bench_link_finish (BenchLink *link)
{
  link->done = g_get_monotonic_time ();
  g_atomic_int_set (&link->is_done, TRUE);
  g_main_context_wakeup (NULL);
}

void
bench_link_fill (BenchLink *link)
{
  if (link->task != BENCH_BULK)
    return;

  while (link->sent < BULK_BYTES && link->klass->get_buffered_amount (link) < BENCH_BULK_WINDOW)
    {
      link->sent += link->message_size;
      link->klass->send (link, 0);
    }
}

void
bench_link_note_open (BenchLink *link)
{
  if (g_atomic_int_add (&link->n_open, 1) != 1)
    return;

  link->opened = g_get_monotonic_time ();
  if (link->task == BENCH_OPEN)
    bench_link_finish (link);
  else if (link->task == BENCH_PING)
    link->klass->send (link, 0);
  else
    bench_link_fill (link);
}

void
bench_link_note_arrival (BenchLink *link,
                         int end)
{
  if (link->task == BENCH_PING && end == 1)
    link->klass->send (link, 1);
  else if (link->task == BENCH_PING && ++link->n_pings < N_PINGS)
    link->klass->send (link, 0);
  else if (link->task == BENCH_PING)
    bench_link_finish (link);
  else if ((link->received += link->message_size) >= BULK_BYTES)
    bench_link_finish (link);
}

double
bench_link_measure (const BenchLinkKind *kind,
                    BenchTask task)
{
  gint64 start = g_get_monotonic_time ();
  g_autofree BenchLink *link = g_malloc0 (kind->klass->size);
  double result = 0;

  link->klass = kind->klass;
  link->task = task;
  link->message_size = task == BENCH_BULK ? kind->message_size : 16;
  link->klass->start (link, kind->data);
  while (!g_atomic_int_get (&link->is_done))
    g_main_context_iteration (NULL, TRUE);

  if (task == BENCH_OPEN)
    result = (double) (link->done - start) / 1000;
  else if (task == BENCH_PING)
    result = (double) (link->done - link->opened) / N_PINGS;
  else
    result = (double) link->received * 8 / (double) (link->done - link->opened);
  link->klass->stop (link);

  return result;
}
