/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a process holds. */
typedef struct
{
  guint n_threads;
  guint n_files;
  gsize resident; /* bytes */
  gsize peak;     /* bytes, the most that was resident */
} ProcessUsage;

/* Of this process when 0; freed memory is given back first then. */
ProcessUsage process_usage_get (int process);

G_END_DECLS
