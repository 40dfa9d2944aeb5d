/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-utf8-private.h"

static inline gboolean
is_continuation (guint8 byte)
{
  return (byte & 0xc0) == 0x80;
}

guint
peer_utf8_sequence_length (const guint8 *text,
                           const guint8 *end)
{
  gsize available = (gsize) (end - text);
  guint8 lead;

  if (available == 0)
    return 0;

  lead = text[0];
  if (lead < 0x80)
    return 1;
  if (available < 2 || !is_continuation (text[1]))
    return 0;
  if (lead >= 0xc2 && lead <= 0xdf)
    return 2;
  if (available < 3 || !is_continuation (text[2]))
    return 0;
  if (lead >= 0xe0 && lead <= 0xef)
    {
      /* neither overlong nor a surrogate */
      if ((lead == 0xe0 && text[1] < 0xa0) || (lead == 0xed && text[1] > 0x9f))
        return 0;
      return 3;
    }
  if (available < 4 || !is_continuation (text[3]))
    return 0;
  if (lead >= 0xf0 && lead <= 0xf4)
    {
      /* neither overlong nor above U+10FFFF */
      if ((lead == 0xf0 && text[1] < 0x90) || (lead == 0xf4 && text[1] > 0x8f))
        return 0;
      return 4;
    }

  return 0;
}

gboolean
peer_utf8_validate (const char *text,
                    gsize length,
                    gsize *valid_length)
{
  const guint8 *start = (const guint8 *) text;
  const guint8 *end = start + length;
  const guint8 *p = start;

  while (p < end)
    {
      guint sequence;

      while (end - p >= 32 &&
             ((peer_utf8_load_word (p) | peer_utf8_load_word (p + 8) |
               peer_utf8_load_word (p + 16) | peer_utf8_load_word (p + 24)) &
              PEER_UTF8_HIGH_BITS) == 0)
        p += 32;
      while (p < end && *p < 0x80)
        p++;
      if (p == end)
        break;

      sequence = peer_utf8_sequence_length (p, end);
      if (sequence == 0)
        break;
      p += sequence;
    }

  if (valid_length != NULL)
    *valid_length = (gsize) (p - start);

  return p == end;
}
