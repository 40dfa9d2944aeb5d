/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How far a number of files are, on standard error: a bar on a terminal,
 * nothing elsewhere. Messages go above the bar. */
typedef struct _Progress Progress;

Progress *progress_new (gboolean is_quiet);
void progress_free (Progress *self);

/* What is to come: bytes (-1 when that is not known) and files (0 likewise). */
void progress_set_total (Progress *self,
                         gint64 size,
                         guint n_files);

/* What it is at: bytes that are there, the file, how many files are complete. */
void progress_update (Progress *self,
                      gint64 size,
                      const char *name,
                      guint n_complete);

/* Bytes that were there before: they say nothing about the rate. */
void progress_skip (Progress *self,
                    gint64 size);

/* Removes the bar, so that something else can be printed. */
void progress_clear (Progress *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Progress, progress_free)

G_END_DECLS
