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

/* Fewer than eight bytes: all of them are in the result, which has no other
 * but spaces. */
static inline guint64
peer_utf8_load_few (const char *text,
                    gsize length)
{
  guint64 word = PEER_UTF8_EACH_BYTE (' ');

  if (length >= 4)
    {
      guint32 first, last;

      memcpy (&first, text, sizeof first);
      memcpy (&last, text + length - sizeof last, sizeof last);
      return (guint64) last << 32 | first;
    }

  for (gsize i = 0; i < length; i++)
    word = word << 8 | (guint8) text[i];

  return word;
}

/* ASCII without U+0000 and not long, as most keys and many texts are: there
 * is nothing to validate or to replace in it. Bytes may be looked at twice. */
static inline gboolean
peer_utf8_is_short_and_plain (const char *text,
                              gsize length)
{
  if (length > PEER_UTF8_SHORT)
    return FALSE;
  if (length < 8)
    return peer_utf8_is_plain_word (peer_utf8_load_few (text, length));

  for (gsize i = 0; i + 8 < length; i += 8)
    {
      if (!peer_utf8_is_plain_word (peer_utf8_load_word (text + i)))
        return FALSE;
    }

  return peer_utf8_is_plain_word (peer_utf8_load_word (text + length - 8));
}

G_END_DECLS
