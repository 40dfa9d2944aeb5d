/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Makes a file of a size with contents that do not compress. */
GFile *tour_file_new (gsize size,
                      GError **error);

G_END_DECLS
