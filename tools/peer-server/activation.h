/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Whether the service manager has passed any. */
gboolean activation_has_socket (void);

/* Takes the listening socket that the service manager has passed, as
 * sd_listen_fds(3) has it, so that nobody else does. Returns NULL without an
 * error when there is none; more than one is an error. */
GSocket *activation_take_socket (GError **error);

G_END_DECLS
