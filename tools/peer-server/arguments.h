/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Rewrites a command line as the peerjs command takes it to what GOption
 * takes: underscores in the names of options, `--flag true`, `--no-flag` and
 * several values after one `--list`. */
GStrv arguments_normalize (const char *const *arguments,
                           const char *const *flags,
                           const char *const *lists);

G_END_DECLS
