/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-netstrings-private.h"

#include <string.h>

#define MAX_DIGITS 9

void
peer_netstrings_append (GString *text,
                        const char *data,
                        gsize length)
{
  g_string_append_printf (text, "%" G_GSIZE_FORMAT ":", length);
  g_string_append_len (text, data, (gssize) length);
  g_string_append_c (text, ',');
}

/* Returns where the data begins, NULL when there is no length. */
static const char *
read_length (const char *text,
             const char *end,
             gsize *length)
{
  const char *p = text;

  *length = 0;
  while (p < end && p - text < MAX_DIGITS && g_ascii_isdigit (*p))
    *length = *length * 10 + (gsize) (*p++ - '0');

  return p > text && p < end && *p == ':' ? p + 1 : NULL;
}

guint
peer_netstrings_split (const char *text,
                       gsize length,
                       PeerNetstring *netstrings,
                       guint max)
{
  const char *end;
  guint n = 0;

  if (length == 0)
    return 0;

  end = text + length;
  for (const char *p = text; p < end;)
    {
      gsize size;
      const char *data = n < max ? read_length (p, end, &size) : NULL;

      if (data == NULL || (gsize) (end - data) <= size || data[size] != ',')
        return 0;
      netstrings[n].data = data;
      netstrings[n].length = size;
      n++;
      p = data + size + 1;
    }

  return n;
}

char *
peer_netstring_dup (const PeerNetstring *self,
                    gsize max)
{
  if (self->length > max || !g_utf8_validate_len (self->data, self->length, NULL))
    return NULL;

  return g_strndup (self->data, self->length);
}
