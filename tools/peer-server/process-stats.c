/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "process-stats.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
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

/* The system's start, as seconds since 1970. */
static double
get_boot_time (void)
{
  g_autofree char *text = NULL;
  const char *line;

  if (!g_file_get_contents ("/proc/stat", &text, NULL, NULL))
    return 0;
  line = strstr (text, "\nbtime ");

  return line == NULL ? 0 : g_ascii_strtod (line + strlen ("\nbtime "), NULL);
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
  self.started_at = get_boot_time () + g_ascii_strtod (fields[FIELD_START_TIME], NULL) / ticks;
  self.virtual_bytes = g_ascii_strtoull (fields[FIELD_VIRTUAL_SIZE], NULL, 10);
  self.resident_bytes = g_ascii_strtoull (fields[FIELD_RESIDENT_PAGES], NULL, 10) * (guint64) sysconf (_SC_PAGESIZE);

  return self;
}
