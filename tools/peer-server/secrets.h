/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The secrets in a file, one in each line that is not blank; there has to be
 * at least one. White space around them does not count. */
GStrv secrets_read (const char *path,
                    GError **error);

G_END_DECLS
