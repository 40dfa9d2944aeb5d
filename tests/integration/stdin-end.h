/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Runs the default main context as long as the one who started the program is
 * there: until its standard input, a pipe, ends. */
void stdin_run_until_end (void);

G_END_DECLS
