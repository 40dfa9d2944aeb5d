/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A file, or a directory with all that is in it. */
void remove_tree (const char *path);

G_END_DECLS
