/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

#include "option-table.h"

G_BEGIN_DECLS

#define EXIT_USAGE 2

/* What the program was told: the command line goes before the environment, and
 * that before the configuration file. */
typedef struct _Options Options;

/* When there is nothing to run, or no way to, returns NULL with the status to
 * exit with, all said. */
Options *options_new (const char *const *arguments,
                      int *exit_status);

/* The same with the configuration file read again. */
Options *options_reread (Options *self,
                         GError **error);
void options_free (Options *self);

/* The name has to be in the table. Without a value: NULL, FALSE or 0. */
const char *const *options_get_list (Options *self,
                                     const char *name);
const char *options_get_text (Options *self,
                              const char *name);
gboolean options_get_flag (Options *self,
                           const char *name);
guint options_get_number (Options *self,
                          const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Options, options_free)

G_END_DECLS
