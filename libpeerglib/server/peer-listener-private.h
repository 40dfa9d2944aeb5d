/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A listening socket with a backlog for bursts; SoupServer's own has room for
 * ten, and who does not fit waits a second. Host is a name, an address, or
 * NULL or "::" for every address of both families. */
GSocket *peer_listener_open (const char *host,
                             guint16 port,
                             GError **error);

/* Whether it is such a socket. */
gboolean peer_listener_check (GSocket *socket,
                              GError **error);

G_END_DECLS
