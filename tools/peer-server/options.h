/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libpeerglib/peer.h>

G_BEGIN_DECLS

#define EXIT_USAGE 2

/* Sets the server up from the command line and the environment. When there is
 * nothing to run, or no way to, returns FALSE with the status to exit with,
 * all said. */
gboolean options_apply (const char *const *arguments,
                        PeerServer *server,
                        int *exit_status);

G_END_DECLS
