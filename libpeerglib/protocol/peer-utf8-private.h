/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <string.h>

#include <glib.h>

G_BEGIN_DECLS

/* What stands for U+0000 in decoded text: a GVariant string cannot hold it. */
#define PEER_UTF8_REPLACEMENT "\357\277\275"

/* Length of the well-formed sequence at text, 0 when there is none. */
guint peer_utf8_sequence_length (const guint8 *text,
                                 const guint8 *end);

/* Unlike g_utf8_validate(), U+0000 is valid. */
gboolean peer_utf8_validate (const char *text,
                             gsize length,
                             gsize *valid_length);

/* The unaligned eight bytes at text, for looking at them all at once. */
static inline guint64
peer_utf8_load_word (const void *text)
{
  guint64 word;

  memcpy (&word, text, sizeof word);

  return word;
}

#define PEER_UTF8_EACH_BYTE(byte) (G_GUINT64_CONSTANT (0x0101010101010101) * (byte))
#define PEER_UTF8_HIGH_BITS PEER_UTF8_EACH_BYTE (0x80)

#define PEER_UTF8_SHORT 64

static inline gboolean
peer_utf8_is_plain_word (guint64 word)
{
  return ((((word - PEER_UTF8_EACH_BYTE (1)) & ~word) | word) & PEER_UTF8_HIGH_BITS) == 0;
}

/* ASCII without U+0000 and not long, as most keys and many texts are: there
 * is nothing to validate or to replace in it. */
static inline gboolean
peer_utf8_is_short_and_plain (const char *text,
                              gsize length)
{
  gsize i;

  if (length > PEER_UTF8_SHORT)
    return FALSE;
  for (i = 0; i + 8 <= length; i += 8)
    {
      if (!peer_utf8_is_plain_word (peer_utf8_load_word (text + i)))
        return FALSE;
    }
  for (; i < length; i++)
    {
      if (text[i] == 0 || ((guint8) text[i] & 0x80) != 0)
        return FALSE;
    }

  return TRUE;
}

G_END_DECLS
