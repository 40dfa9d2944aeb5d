/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "process-stats.h"

#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* Of proc(5), counted from the first field after the name. */
#define FIELD_USER_TIME 11
#define FIELD_SYSTEM_TIME 12
#define FIELD_START_TIME 19
#define FIELD_VIRTUAL_SIZE 20
#define FIELD_RESIDENT_PAGES 21

static guint
count_descriptors (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;

  /* One is the directory itself. */
  return n > 0 ? n - 1 : 0;
}

/* Seconds since 1970 of a time since the system's start. /proc/stat has that,
 * but not for a service that may see nothing but processes. */
static double
get_real_time (double since_boot)
{
  struct timespec now;

  if (clock_gettime (CLOCK_BOOTTIME, &now) != 0)
    return 0;

  return (double) g_get_real_time () / G_USEC_PER_SEC - ((double) now.tv_sec + now.tv_nsec / 1e9) + since_boot;
}

ProcessStats
process_stats_read (void)
{
  ProcessStats self = { .n_descriptors = count_descriptors () };
  double ticks = sysconf (_SC_CLK_TCK);
  g_autofree char *text = NULL;
  g_auto (GStrv) fields = NULL;
  struct rlimit limit;
  const char *name_end;

  if (getrlimit (RLIMIT_NOFILE, &limit) == 0)
    self.max_descriptors = limit.rlim_cur;
  if (!g_file_get_contents ("/proc/self/stat", &text, NULL, NULL) || (name_end = strrchr (text, ')')) == NULL)
    return self;

  fields = g_strsplit (name_end + 2, " ", -1);
  if (g_strv_length (fields) <= FIELD_RESIDENT_PAGES)
    return self;

  self.cpu_seconds = (g_ascii_strtod (fields[FIELD_USER_TIME], NULL) + g_ascii_strtod (fields[FIELD_SYSTEM_TIME], NULL)) / ticks;
  self.started_at = get_real_time (g_ascii_strtod (fields[FIELD_START_TIME], NULL) / ticks);
  self.virtual_bytes = g_ascii_strtoull (fields[FIELD_VIRTUAL_SIZE], NULL, 10);
  self.resident_bytes = g_ascii_strtoull (fields[FIELD_RESIDENT_PAGES], NULL, 10) * (guint64) sysconf (_SC_PAGESIZE);

  return self;
}
