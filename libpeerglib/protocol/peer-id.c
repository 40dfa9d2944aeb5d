/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <errno.h>
#include <sys/random.h>

#include "peer-id-private.h"

#define TOKEN_LENGTH 22
#define TOKEN_BASE 36

/* The bytes below the largest multiple of the base: the others would make
 * some digits more likely. */
#define FAIR_BYTES (256 / TOKEN_BASE * TOKEN_BASE)

gboolean
peer_id_is_valid (const char *id)
{
  gboolean after_letter = FALSE;

  g_return_val_if_fail (id != NULL, FALSE);

  for (const char *p = id; *p != '\0'; p++)
    {
      if (g_ascii_isalnum (*p))
        after_letter = TRUE;
      else if (after_letter && (*p == ' ' || *p == '_' || *p == '-'))
        after_letter = FALSE;
      else
        return FALSE;
    }

  return after_letter;
}

static void
fill_random (guint8 *bytes,
             gsize length)
{
  gsize filled = 0;

  while (filled < length)
    {
      ssize_t n = getrandom (bytes + filled, length - filled, 0);

      /* It cannot fail for so few bytes, unless a signal interrupts the wait
       * for entropy at boot. */
      g_assert (n > 0 || errno == EINTR);
      if (n > 0)
        filled += (gsize) n;
    }
}

static void
append_token (GString *text)
{
  static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
  guint missing = TOKEN_LENGTH;

  while (missing > 0)
    {
      guint8 bytes[TOKEN_LENGTH + 10];

      fill_random (bytes, sizeof bytes);
      for (gsize i = 0; i < sizeof bytes && missing > 0; i++)
        {
          if (bytes[i] < FAIR_BYTES)
            {
              g_string_append_c (text, digits[bytes[i] % TOKEN_BASE]);
              missing--;
            }
        }
    }
}

char *
peer_token_new (void)
{
  GString *text = g_string_sized_new (TOKEN_LENGTH + 1);

  append_token (text);

  return g_string_free (text, FALSE);
}

char *
peer_connection_id_new (const char *prefix)
{
  GString *text;

  g_return_val_if_fail (prefix != NULL, NULL);

  text = g_string_new (prefix);
  append_token (text);

  return g_string_free (text, FALSE);
}

char *
peer_connection_key_new (const char *peer_id,
                         const char *connection_id)
{
  /* The length keeps two pairs apart whatever their ids hold. */
  return g_strdup_printf ("%zu:%s%s", strlen (peer_id), peer_id, connection_id);
}
