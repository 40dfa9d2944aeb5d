/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "secrets.h"

#include <glib/gi18n.h>
#include <string.h>

/* What fits into a secret of any less can be tried out. */
#define MIN_LENGTH 16

static gboolean
check (const char *secret,
       const char *path,
       guint line,
       GError **error)
{
  if (!g_utf8_validate (secret, -1, NULL))
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _ ("%s, line %u: the secret is not text"), path, line);
  else if (strlen (secret) < MIN_LENGTH)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _ ("%s, line %u: the secret is shorter than %u characters"),
                 path, line, MIN_LENGTH);
  else
    return TRUE;

  return FALSE;
}

GStrv
secrets_read (const char *path,
              GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  gboolean is_empty = TRUE;

  if (!g_file_get_contents (path, &text, NULL, error))
    return NULL;

  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *secret = g_strstrip (lines[i]);

      if (*secret == '\0')
        continue;
      if (!check (secret, path, i + 1, error))
        return NULL;

      g_strv_builder_add (builder, secret);
      is_empty = FALSE;
    }

  if (is_empty)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _ ("There is no secret in %s"), path);
      return NULL;
    }

  return g_strv_builder_end (builder);
}
