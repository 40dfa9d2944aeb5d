/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Ends the name of a file that is not complete yet. */
#define PEER_FILE_PART_SUFFIX ".peer-part"

#define PEER_FILE_NAME_MAX_SIZE 240       /* bytes; leaves room for the suffix in 255 */
#define PEER_FILE_DIRECTORY_MAX_SIZE 2048 /* bytes */

/* A name that may come from the other side: one that stands for a new file in
 * a directory on any system, and looks like what it is.
 * Error: PEER_ERROR_INVALID_DATA. */
gboolean peer_file_name_check (const char *name,
                               GError **error);

/* Such names with slashes between them, none at either end. */
gboolean peer_file_name_check_directory (const char *directory,
                                         GError **error);

/* "name.ext" as "name (1).ext"; the name itself for 0. */
char *peer_file_name_number (const char *name,
                             guint number);

G_END_DECLS
