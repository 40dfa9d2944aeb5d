/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "bench-rooms.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char *
read_file (int process,
           const char *name)
{
  g_autofree char *path = process > 0 ? g_strdup_printf ("/proc/%d/%s", process, name) : g_strdup_printf ("/proc/self/%s", name);
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, NULL);

  return text;
}

void
usage_read (Usage *self,
            int process)
{
  g_autofree char *stat = read_file (process, "stat");
  g_autofree char *statm = read_file (process, "statm");
  unsigned long long user = 0, kernel = 0, n_pages = 0;

  /* The name, in parentheses, may hold anything. */
  if (stat != NULL && strrchr (stat, ')') != NULL)
    sscanf (strrchr (stat, ')') + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu", &user, &kernel);
  if (statm != NULL)
    sscanf (statm, "%*u %llu", &n_pages);

  self->cpu = (double) (user + kernel) / (double) sysconf (_SC_CLK_TCK);
  self->memory = (double) n_pages * (double) sysconf (_SC_PAGESIZE) / 1024;
}
