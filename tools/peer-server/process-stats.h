/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the system knows of this process. */
typedef struct
{
  double cpu_seconds; /* user and system */
  guint64 resident_bytes;
  guint64 virtual_bytes;
  guint n_descriptors;
  guint64 max_descriptors;
  double started_at; /* seconds since 1970 */
} ProcessStats;

/* What cannot be found out is 0. */
ProcessStats process_stats_read (void);

G_END_DECLS
