/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Opens as many listening sockets on one port as there are workers; the system
 * spreads connections over them. Nobody else may have the port, not even
 * workers of another server. Host is a name, an address, or NULL or "::" for
 * every address of both families; port 0 is a free one. */
GPtrArray *worker_sockets_open (const char *host,
                                guint16 port,
                                guint n_sockets,
                                GError **error);

G_END_DECLS
