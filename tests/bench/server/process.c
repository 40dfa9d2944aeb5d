/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "process.h"

#include <string.h>
#include <sys/resource.h>

static guint64
read_clock (clockid_t clock)
{
  struct timespec now;

  if (clock_gettime (clock, &now) != 0)
    return 0;

  return (guint64) now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Nanoseconds that do not jump. */
guint64
get_time (void)
{
  return read_clock (CLOCK_MONOTONIC);
}

/* Nanoseconds of CPU of all threads, ended ones too: what /proc/PID/schedstat
 * says of a process's first thread alone. 0 when it is gone. */
guint64
process_get_cpu (GPid pid)
{
  clockid_t clock;

  return clock_getcpuclockid (pid, &clock) == 0 ? read_clock (clock) : 0;
}

/* Bytes in memory. The kernel counts pages exactly here, in statm in batches. */
guint64
process_get_rss (GPid pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/smaps_rollup", pid);
  g_autofree char *text = NULL;
  const char *line;

  if (!g_file_get_contents (path, &text, NULL, NULL) || (line = g_strstr_len (text, -1, "\nRss:")) == NULL)
    return 0;

  return g_ascii_strtoull (line + strlen ("\nRss:"), NULL, 10) * 1024;
}

/* Raises the limit for this process and those it starts as far as it goes, and
 * returns whether that is enough. */
gboolean
process_may_open_files (guint n_files)
{
  struct rlimit limit;

  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  /* Only the privileged go beyond the hard limit. */
  if (limit.rlim_max < n_files)
    {
      const struct rlimit wanted = { n_files, n_files };

      if (setrlimit (RLIMIT_NOFILE, &wanted) == 0)
        return TRUE;
    }

  return setrlimit (RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur >= n_files;
}
