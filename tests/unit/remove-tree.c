/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "remove-tree.h"

#include <glib/gstdio.h>

void
remove_tree (const char *path)
{
  g_autoptr (GDir) directory = g_dir_open (path, 0, NULL);
  const char *name;

  while (directory != NULL && (name = g_dir_read_name (directory)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }
  g_remove (path);
}
