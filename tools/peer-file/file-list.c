/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "file-list.h"

#include <glib/gi18n.h>

#define ATTRIBUTES                                                  \
  G_FILE_ATTRIBUTE_STANDARD_NAME "," G_FILE_ATTRIBUTE_STANDARD_TYPE \
                                 "," G_FILE_ATTRIBUTE_STANDARD_SIZE \
                                 "," G_FILE_ATTRIBUTE_STANDARD_IS_SYMLINK

void
file_item_free (FileItem *self)
{
  g_object_unref (self->file);
  g_free (self->name);
  g_free (self);
}

static gboolean add_file (GPtrArray *list,
                          GFile *file,
                          GFileInfo *info,
                          const char *name,
                          GError **error);

static gboolean
add_directory (GPtrArray *list,
               GFile *directory,
               const char *name,
               GError **error)
{
  g_autoptr (GFileEnumerator) enumerator = g_file_enumerate_children (directory, ATTRIBUTES, G_FILE_QUERY_INFO_NONE, NULL, error);
  GFileInfo *info;
  GFile *child;

  if (enumerator == NULL)
    return FALSE;

  while (g_file_enumerator_iterate (enumerator, &info, &child, NULL, error))
    {
      g_autofree char *child_name = NULL;

      if (info == NULL)
        return TRUE;

      /* A link to a directory may lead back to where it is. */
      if (g_file_info_get_is_symlink (info) && g_file_info_get_file_type (info) != G_FILE_TYPE_REGULAR)
        continue;
      child_name = g_build_path ("/", name, g_file_info_get_name (info), NULL);
      if (!add_file (list, child, info, child_name, error))
        return FALSE;
    }

  return FALSE;
}

static gboolean
add_file (GPtrArray *list,
          GFile *file,
          GFileInfo *info,
          const char *name,
          GError **error)
{
  FileItem *item;

  if (g_file_info_get_file_type (info) == G_FILE_TYPE_DIRECTORY)
    return add_directory (list, file, name, error);
  /* Neither sockets nor devices. */
  if (g_file_info_get_file_type (info) != G_FILE_TYPE_REGULAR)
    return TRUE;

  item = g_new (FileItem, 1);
  item->file = g_object_ref (file);
  item->name = g_strdup (name);
  item->size = g_file_info_get_size (info);
  g_ptr_array_add (list, item);

  return TRUE;
}

GPtrArray *
file_list_new (char **paths,
               GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) file_item_free);

  for (; *paths != NULL; paths++)
    {
      g_autoptr (GFile) file = g_file_new_for_commandline_arg (*paths);
      g_autoptr (GFileInfo) info = g_file_query_info (file, ATTRIBUTES, G_FILE_QUERY_INFO_NONE, NULL, error);
      g_autofree char *name = g_file_get_basename (file);

      if (info == NULL || !add_file (list, file, info, name, error))
        return NULL;
    }

  if (list->len == 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, _ ("There are no files to send"));
      return NULL;
    }

  return g_steal_pointer (&list);
}
