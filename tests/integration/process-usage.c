/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "process-usage.h"

#include <malloc.h>
#include <string.h>
#include <unistd.h>

static guint
count_entries (const char *path)
{
  g_autoptr (GDir) directory = g_dir_open (path, 0, NULL);
  guint n = 0;

  g_assert_nonnull (directory);
  while (g_dir_read_name (directory) != NULL)
    n++;

  return n;
}

static gsize
find_size (const char *status,
           const char *name)
{
  const char *line = strstr (status, name);

  g_assert_nonnull (line);

  return (gsize) g_ascii_strtoull (line + strlen (name) + strspn (line + strlen (name), " \t"), NULL, 10) * 1024;
}

ProcessUsage
process_usage_get (int process)
{
  int id = process != 0 ? process : (int) getpid ();
  g_autofree char *threads = g_strdup_printf ("/proc/%d/task", id);
  g_autofree char *files = g_strdup_printf ("/proc/%d/fd", id);
  g_autofree char *status = g_strdup_printf ("/proc/%d/status", id);
  g_autofree char *text = NULL;
  ProcessUsage usage;

  if (process == 0)
    malloc_trim (0);
  g_assert_true (g_file_get_contents (status, &text, NULL, NULL));
  usage.n_threads = count_entries (threads);
  usage.n_files = count_entries (files);
  usage.resident = find_size (text, "VmRSS:");
  usage.peak = find_size (text, "VmHWM:");

  return usage;
}
