/* SPDX-License-Identifier: LGPL-2.1-or-later */

#define _GNU_SOURCE

#include "config.h"

#include "peer-webrtc-policy-private.h"

#if defined(__linux__) && defined(__GLIBC__)

#include <sched.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#define REVIEW_MILLISECONDS 250

/* The share of all processors' time that others may have. */
#define MAX_OTHERS 0.25

/* In seconds. */
typedef struct
{
  double at;
  double busy; /* of all processors */
  double ours;
} Sample;

static gint reviewed_at; /* in milliseconds; it may overflow */

static GMutex lock;
static GArray *threads; /* of pid_t */
static Sample last_sample;
static gboolean is_batch;

/* 0 is the calling thread. A policy that somebody else chose is left alone, and
 * as it is only ever a matter of speed a refusal does no harm. */
static void
set_policy (pid_t thread,
            int from,
            int to)
{
  const struct sched_param param = { 0 };

  if (sched_getscheduler (thread) == from && sched_setscheduler (thread, to, &param) != 0)
    g_debug ("The scheduling policy of a thread could not be set");
}

void
peer_webrtc_policy_enter (void)
{
  pid_t thread = gettid ();

  g_mutex_lock (&lock);
  if (threads == NULL)
    threads = g_array_new (FALSE, FALSE, sizeof (pid_t));
  g_array_append_val (threads, thread);
  if (is_batch)
    set_policy (0, SCHED_OTHER, SCHED_BATCH);
  else
    set_policy (0, SCHED_BATCH, SCHED_OTHER);
  g_mutex_unlock (&lock);
}

void
peer_webrtc_policy_leave (void)
{
  pid_t thread = gettid ();

  g_mutex_lock (&lock);
  for (guint i = 0; threads != NULL && i < threads->len; i++)
    {
      if (g_array_index (threads, pid_t, i) == thread)
        {
          g_array_remove_index_fast (threads, i);
          break;
        }
    }
  g_mutex_unlock (&lock);

  set_policy (0, SCHED_BATCH, SCHED_OTHER);
}

static double
to_seconds (const struct timeval *time)
{
  return (double) time->tv_sec + (double) time->tv_usec / G_USEC_PER_SEC;
}

static gboolean
take_sample (Sample *sample)
{
  FILE *file = fopen ("/proc/stat", "re");
  unsigned long long user, nice, system;
  struct rusage usage;
  int n_read;

  if (file == NULL)
    return FALSE;
  n_read = fscanf (file, "cpu %llu %llu %llu", &user, &nice, &system);
  fclose (file);
  if (n_read != 3 || getrusage (RUSAGE_SELF, &usage) != 0)
    return FALSE;

  sample->at = (double) g_get_monotonic_time () / G_USEC_PER_SEC;
  sample->busy = (double) (user + nice + system) / (double) sysconf (_SC_CLK_TCK);
  sample->ours = to_seconds (&usage.ru_utime) + to_seconds (&usage.ru_stime);

  return TRUE;
}

static void
review (void)
{
  gboolean was_batch = is_batch;
  double others, all;
  Sample sample;

  if (!take_sample (&sample))
    return;

  others = (sample.busy - last_sample.busy) - (sample.ours - last_sample.ours);
  all = (sample.at - last_sample.at) * g_get_num_processors ();
  is_batch = last_sample.at > 0 && others < all * MAX_OTHERS;
  last_sample = sample;
  if (is_batch == was_batch)
    return;

  for (guint i = 0; threads != NULL && i < threads->len; i++)
    {
      if (is_batch)
        set_policy (g_array_index (threads, pid_t, i), SCHED_OTHER, SCHED_BATCH);
      else
        set_policy (g_array_index (threads, pid_t, i), SCHED_BATCH, SCHED_OTHER);
    }
}

void
peer_webrtc_policy_review (void)
{
  gint now = (gint) (g_get_monotonic_time () / 1000 % G_MAXINT);
  gint before = g_atomic_int_get (&reviewed_at);

  if (ABS (now - before) < REVIEW_MILLISECONDS || !g_atomic_int_compare_and_exchange (&reviewed_at, before, now))
    return;

  g_mutex_lock (&lock);
  review ();
  g_mutex_unlock (&lock);
}

#else

void
peer_webrtc_policy_enter (void)
{
}

void
peer_webrtc_policy_leave (void)
{
}

void
peer_webrtc_policy_review (void)
{
}

#endif
