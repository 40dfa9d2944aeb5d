/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-file-name-private.h"

#include <string.h>

#include <glib/gi18n-lib.h>
#include <libpeerglib/peer-error.h>

/* What separates directories, on any system. */
#define SEPARATORS "/\\"

/* Names of devices on Windows, whatever extension they have. */
static const char *const devices[] = {
  "con", "prn", "aux", "nul",
  "com0", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9",
  "lpt0", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9"
};

/* Those that turn the direction of text make one name look like another. */
static gboolean
is_control (gunichar character)
{
  return g_unichar_iscntrl (character) || character == 0x2028 || character == 0x2029 ||
         (character >= 0x202a && character <= 0x202e) || (character >= 0x2066 && character <= 0x2069);
}

static gboolean
has_control (const char *name)
{
  for (; *name != '\0'; name = g_utf8_next_char (name))
    {
      if (is_control (g_utf8_get_char (name)))
        return TRUE;
    }

  return FALSE;
}

static gboolean
is_device (const char *name)
{
  gsize length = strcspn (name, ".");

  for (guint i = 0; i < G_N_ELEMENTS (devices); i++)
    {
      if (strlen (devices[i]) == length && g_ascii_strncasecmp (name, devices[i], length) == 0)
        return TRUE;
    }

  return FALSE;
}

static const char *
find_fault (const char *name)
{
  gsize size = strlen (name);

  if (size == 0)
    return _ ("it is empty");
  if (size > PEER_FILE_NAME_MAX_SIZE)
    return _ ("it is too long");
  if (!g_utf8_validate (name, -1, NULL))
    return _ ("it is not text in UTF-8");
  if (name[strcspn (name, SEPARATORS)] != '\0')
    return _ ("it names a directory");
  if (has_control (name))
    return _ ("it has control characters");
  if (name[size - 1] == '.' || name[size - 1] == ' ' || is_device (name) || g_str_has_suffix (name, PEER_FILE_PART_SUFFIX))
    return _ ("it is reserved");

  return NULL;
}

gboolean
peer_file_name_check (const char *name,
                      GError **error)
{
  const char *fault = find_fault (name);

  if (fault != NULL)
    g_set_error (error, PEER_ERROR, PEER_ERROR_INVALID_DATA, _ ("A file cannot have this name: %s"), fault);

  return fault == NULL;
}

gboolean
peer_file_name_check_directory (const char *directory,
                                GError **error)
{
  g_auto (GStrv) names = NULL;

  if (strlen (directory) > PEER_FILE_DIRECTORY_MAX_SIZE)
    {
      g_set_error_literal (error, PEER_ERROR, PEER_ERROR_INVALID_DATA, _ ("The name of the directory is too long"));
      return FALSE;
    }

  names = g_strsplit (directory, "/", -1);
  for (guint i = 0; names[i] != NULL; i++)
    {
      if (!peer_file_name_check (names[i], error))
        return FALSE;
    }

  return *directory != '\0' || peer_file_name_check (directory, error);
}

char *
peer_file_name_number (const char *name,
                       guint number)
{
  const char *extension = strrchr (name, '.');

  if (number == 0)
    return g_strdup (name);
  if (extension == NULL || extension == name)
    return g_strdup_printf ("%s (%u)", name, number);
  if (extension - name > 4 && g_str_has_prefix (extension - 4, ".tar"))
    extension -= 4;

  return g_strdup_printf ("%.*s (%u)%s", (int) (extension - name), name, number, extension);
}
