/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A file to send. */
typedef struct
{
  GFile *file;
  char *name; /* at the other side, its directories before it */
  gint64 size;
} FileItem;

void file_item_free (FileItem *self);

/* The files of these paths, and all below those that are directories. */
GPtrArray *file_list_new (char **paths,
                          GError **error);

G_END_DECLS
