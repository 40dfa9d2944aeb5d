/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>
#include <time.h>

/* What the kernel knows of time, and of other processes. */
guint64 get_time (void);
guint64 process_get_cpu (GPid pid);
guint64 process_get_rss (GPid pid);

gboolean process_may_open_files (guint n_files);
