/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "options.h"

G_BEGIN_DECLS

/* Whether the options ask for a number of workers that there can be. */
gboolean workers_check (Options *options,
                        GError **error);

/* How many are asked for; 1 is the program alone, as each of them is, too. */
guint workers_get_count (Options *options);

/* Runs a server as several processes on one port until a signal ends it.
 * Each is this program again, with the same arguments and --worker INDEX; it
 * gets its listening socket and says that it is ready as systemd's services do.
 * Returns the status to exit with. */
int workers_run (Options *options,
                 const char *const *arguments);

G_END_DECLS
