/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <glib/gi18n-lib.h>

#include <libpeerglib/peer-error.h>

#include "peer-json-reader-private.h"
#include "peer-utf8-private.h"

#define ESCAPE_LENGTH 6 /* \uXXXX */

static PeerJsonToken
invalid_at (PeerJsonReader *reader,
            const char *position,
            const char *reason,
            GError **error)
{
  g_set_error (error, PEER_ERROR, PEER_ERROR_INVALID_DATA,
               /* Translators: the second one is the reason, as in “Expected a value” */
               _ ("Invalid JSON at byte %zu: %s"), (size_t) (position - reader->text), reason);

  return PEER_JSON_TOKEN_INVALID;
}

static inline const char *
skip_white_space (const char *p,
                  const char *end)
{
  while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
    p++;

  return p;
}

static inline gboolean
is_in_object (PeerJsonReader *reader)
{
  guint level = reader->depth - 1;

  return (reader->is_object[level / 64] >> (level % 64)) & 1;
}

static inline void
value_is_over (PeerJsonReader *reader)
{
  reader->expectation = reader->depth > 0 ? PEER_JSON_EXPECT_COMMA_OR_END : PEER_JSON_EXPECT_NOTHING;
}

static PeerJsonToken
open_container (PeerJsonReader *reader,
                gboolean is_object,
                GError **error)
{
  guint level = reader->depth;
  guint64 bit = G_GUINT64_CONSTANT (1) << (level % 64);

  if (level >= reader->max_depth)
    {
      g_set_error (error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED,
                   _ ("JSON is nested deeper than %u at byte %zu"), reader->max_depth,
                   (size_t) (reader->position - reader->text));
      return PEER_JSON_TOKEN_INVALID;
    }

  if (is_object)
    reader->is_object[level / 64] |= bit;
  else
    reader->is_object[level / 64] &= ~bit;
  reader->depth++;
  reader->position++;
  reader->expectation = is_object ? PEER_JSON_EXPECT_KEY_OR_END : PEER_JSON_EXPECT_VALUE_OR_END;

  return is_object ? PEER_JSON_TOKEN_OBJECT_START : PEER_JSON_TOKEN_ARRAY_START;
}

static PeerJsonToken
close_container (PeerJsonReader *reader)
{
  gboolean is_object = is_in_object (reader);

  reader->depth--;
  reader->position++;
  value_is_over (reader);

  return is_object ? PEER_JSON_TOKEN_OBJECT_END : PEER_JSON_TOKEN_ARRAY_END;
}

/* The high bit of the first byte that is not plain: a quote, a backslash, a
 * control character or not ASCII. Bytes after it may be marked for nothing. */
static inline guint64
find_special_bytes (guint64 word)
{
  guint64 quote = word ^ PEER_UTF8_EACH_BYTE ('"');
  guint64 backslash = word ^ PEER_UTF8_EACH_BYTE ('\\');

  return (((quote - PEER_UTF8_EACH_BYTE (1)) & ~quote) |
          ((backslash - PEER_UTF8_EACH_BYTE (1)) & ~backslash) |
          ((word - PEER_UTF8_EACH_BYTE (0x20)) & ~word) |
          word) &
         PEER_UTF8_HIGH_BITS;
}

static inline const char *
skip_plain_bytes (const char *p,
                  const char *end)
{
  while (end - p >= 8)
    {
      guint64 special = find_special_bytes (GUINT64_FROM_LE (peer_utf8_load_word (p)));

      if (special != 0)
        return p + __builtin_ctzll (special) / 8;
      p += 8;
    }

  while (p < end && *p != '"' && *p != '\\' && (guint8) *p >= 0x20 && (guint8) *p < 0x80)
    p++;

  return p;
}

static gboolean
is_valid_escape (const char *p,
                 const char *end)
{
  if (end - p < 2)
    return FALSE;
  if (p[1] != 'u')
    return p[1] != '\0' && strchr ("\"\\/bfnrt", p[1]) != NULL;
  if (end - p < ESCAPE_LENGTH)
    return FALSE;

  return g_ascii_isxdigit (p[2]) && g_ascii_isxdigit (p[3]) &&
         g_ascii_isxdigit (p[4]) && g_ascii_isxdigit (p[5]);
}

/* Leaves the position after the closing quote. */
static gboolean
read_string (PeerJsonReader *reader,
             GError **error)
{
  const char *p = reader->position + 1;
  const char *end = reader->end;

  reader->token_start = p;
  reader->has_escapes = FALSE;

  for (;;)
    {
      guint sequence;

      p = skip_plain_bytes (p, end);
      if (p == end)
        return invalid_at (reader, p, _ ("The string does not end"), error), FALSE;

      if (*p == '"')
        break;

      if (*p == '\\')
        {
          if (!is_valid_escape (p, end))
            return invalid_at (reader, p, _ ("Invalid escape"), error), FALSE;
          reader->has_escapes = TRUE;
          p += p[1] == 'u' ? ESCAPE_LENGTH : 2;
          continue;
        }

      if ((guint8) *p < 0x20)
        return invalid_at (reader, p, _ ("Control character in a string"), error), FALSE;

      sequence = peer_utf8_sequence_length ((const guint8 *) p, (const guint8 *) end);
      if (sequence == 0)
        return invalid_at (reader, p, _ ("Invalid UTF-8"), error), FALSE;
      p += sequence;
    }

  reader->token_length = (gsize) (p - reader->token_start);
  reader->position = p + 1;

  return TRUE;
}

static inline const char *
skip_digits (const char *p,
             const char *end)
{
  while (p < end && g_ascii_isdigit (*p))
    p++;

  return p;
}

static PeerJsonToken
read_number (PeerJsonReader *reader,
             GError **error)
{
  const char *p = reader->position;
  const char *end = reader->end;
  const char *digits;
  PeerJsonToken token = PEER_JSON_TOKEN_INTEGER;

  if (*p == '-')
    p++;
  digits = p;
  p = skip_digits (p, end);
  if (p == digits || (*digits == '0' && p - digits > 1))
    return invalid_at (reader, digits, _ ("Invalid number"), error);

  if (p < end && *p == '.')
    {
      token = PEER_JSON_TOKEN_REAL;
      digits = ++p;
      p = skip_digits (p, end);
      if (p == digits)
        return invalid_at (reader, p, _ ("Invalid number"), error);
    }

  if (p < end && (*p == 'e' || *p == 'E'))
    {
      token = PEER_JSON_TOKEN_REAL;
      p++;
      if (p < end && (*p == '+' || *p == '-'))
        p++;
      digits = p;
      p = skip_digits (p, end);
      if (p == digits)
        return invalid_at (reader, p, _ ("Invalid number"), error);
    }

  reader->token_start = reader->position;
  reader->token_length = (gsize) (p - reader->position);
  reader->position = p;
  value_is_over (reader);

  return token;
}

static PeerJsonToken
read_word (PeerJsonReader *reader,
           const char *word,
           PeerJsonToken token,
           GError **error)
{
  gsize length = strlen (word);

  if ((gsize) (reader->end - reader->position) < length ||
      memcmp (reader->position, word, length) != 0)
    return invalid_at (reader, reader->position, _ ("Expected a value"), error);

  reader->position += length;
  value_is_over (reader);

  return token;
}

static PeerJsonToken
read_value (PeerJsonReader *reader,
            GError **error)
{
  reader->value_start = reader->position;
  switch (*reader->position)
    {
    case '"':
      if (!read_string (reader, error))
        return PEER_JSON_TOKEN_INVALID;
      value_is_over (reader);
      return PEER_JSON_TOKEN_STRING;
    case '{':
      return open_container (reader, TRUE, error);
    case '[':
      return open_container (reader, FALSE, error);
    case 'n':
      return read_word (reader, "null", PEER_JSON_TOKEN_NULL, error);
    case 't':
      return read_word (reader, "true", PEER_JSON_TOKEN_TRUE, error);
    case 'f':
      return read_word (reader, "false", PEER_JSON_TOKEN_FALSE, error);
    default:
      if (*reader->position == '-' || g_ascii_isdigit (*reader->position))
        return read_number (reader, error);
      return invalid_at (reader, reader->position, _ ("Expected a value"), error);
    }
}

static PeerJsonToken
read_key (PeerJsonReader *reader,
          GError **error)
{
  if (*reader->position != '"')
    return invalid_at (reader, reader->position, _ ("Expected a key"), error);
  if (!read_string (reader, error))
    return PEER_JSON_TOKEN_INVALID;

  reader->position = skip_white_space (reader->position, reader->end);
  if (reader->position == reader->end || *reader->position != ':')
    return invalid_at (reader, reader->position, _ ("Expected a colon"), error);
  reader->position++;
  reader->expectation = PEER_JSON_EXPECT_VALUE;

  return PEER_JSON_TOKEN_KEY;
}

void
peer_json_reader_init (PeerJsonReader *reader,
                       const char *text,
                       gsize length,
                       guint max_depth)
{
  reader->text = text != NULL ? text : "";
  reader->position = reader->text;
  reader->end = reader->text + length;
  reader->expectation = PEER_JSON_EXPECT_VALUE;
  reader->depth = 0;
  reader->max_depth = MIN (max_depth, PEER_JSON_DEPTH_LIMIT);
}

PeerJsonToken
peer_json_reader_next (PeerJsonReader *reader,
                       GError **error)
{
  char next;

  reader->position = skip_white_space (reader->position, reader->end);
  if (reader->position == reader->end)
    {
      if (reader->expectation == PEER_JSON_EXPECT_NOTHING)
        return PEER_JSON_TOKEN_END;
      return invalid_at (reader, reader->position, _ ("The text ends too early"), error);
    }

  next = *reader->position;
  switch (reader->expectation)
    {
    case PEER_JSON_EXPECT_COMMA_OR_END:
      if (next == (is_in_object (reader) ? '}' : ']'))
        return close_container (reader);
      if (next != ',')
        return invalid_at (reader, reader->position, _ ("Expected a comma"), error);
      reader->position++;
      reader->expectation = is_in_object (reader) ? PEER_JSON_EXPECT_KEY : PEER_JSON_EXPECT_VALUE;
      return peer_json_reader_next (reader, error);
    case PEER_JSON_EXPECT_KEY_OR_END:
      if (next == '}')
        return close_container (reader);
      return read_key (reader, error);
    case PEER_JSON_EXPECT_KEY:
      return read_key (reader, error);
    case PEER_JSON_EXPECT_VALUE_OR_END:
      if (next == ']')
        return close_container (reader);
      return read_value (reader, error);
    case PEER_JSON_EXPECT_VALUE:
      return read_value (reader, error);
    case PEER_JSON_EXPECT_NOTHING:
    default:
      return invalid_at (reader, reader->position, _ ("Something follows the value"), error);
    }
}

gboolean
peer_json_reader_skip (PeerJsonReader *reader,
                       PeerJsonToken token,
                       GError **error)
{
  guint depth;

  if (token != PEER_JSON_TOKEN_ARRAY_START && token != PEER_JSON_TOKEN_OBJECT_START)
    return token != PEER_JSON_TOKEN_INVALID;

  depth = reader->depth;
  while (reader->depth >= depth)
    {
      if (peer_json_reader_next (reader, error) == PEER_JSON_TOKEN_INVALID)
        return FALSE;
    }

  return TRUE;
}

static gunichar
read_hex (const char *p)
{
  gunichar unit = 0;

  for (guint i = 0; i < 4; i++)
    unit = unit << 4 | (gunichar) g_ascii_xdigit_value (p[i]);

  return unit;
}

static gboolean
is_low_surrogate (const char *p,
                  const char *end)
{
  return end - p >= ESCAPE_LENGTH && p[0] == '\\' && p[1] == 'u' &&
         (read_hex (p + 2) & 0xfc00) == 0xdc00;
}

/* Writes the character that the escape at *p stands for; what it stands for
 * is never longer than the escape. */
static char *
unescape (const char **p,
          const char *end,
          char *output)
{
  static const char *const letters = "bfnrt";
  static const char *const meanings = "\b\f\n\r\t";
  const char *letter;
  gunichar character;

  if ((*p)[1] != 'u')
    {
      letter = strchr (letters, (*p)[1]);
      *output++ = letter != NULL ? meanings[letter - letters] : (*p)[1];
      *p += 2;
      return output;
    }

  character = read_hex (*p + 2);
  *p += ESCAPE_LENGTH;
  if ((character & 0xfc00) == 0xd800 && is_low_surrogate (*p, end))
    {
      character = 0x10000 + ((character & 0x3ff) << 10) + (read_hex (*p + 2) & 0x3ff);
      *p += ESCAPE_LENGTH;
    }
  else if ((character & 0xf800) == 0xd800 || character == 0)
    character = 0xfffd;

  return output + g_unichar_to_utf8 (character, output);
}

char *
peer_json_reader_dup_string (PeerJsonReader *reader,
                             gsize *length)
{
  const char *p = reader->token_start;
  const char *end = p + reader->token_length;
  char *string = g_malloc (reader->token_length + 1);
  char *output = string;

  while (p < end)
    {
      const char *escape = reader->has_escapes ? memchr (p, '\\', (gsize) (end - p)) : NULL;
      gsize plain_length = (gsize) ((escape != NULL ? escape : end) - p);

      memcpy (output, p, plain_length);
      output += plain_length;
      p += plain_length;
      if (escape != NULL)
        output = unescape (&p, end, output);
    }

  *output = '\0';
  if (length != NULL)
    *length = (gsize) (output - string);

  return string;
}

gboolean
peer_json_reader_string_equals (PeerJsonReader *reader,
                                const char *string)
{
  gsize length = strlen (string);
  g_autofree char *unescaped = NULL;

  if (!reader->has_escapes)
    return reader->token_length == length && memcmp (reader->token_start, string, length) == 0;

  if (reader->token_length > length * ESCAPE_LENGTH)
    return FALSE;

  unescaped = peer_json_reader_dup_string (reader, NULL);

  return strcmp (unescaped, string) == 0;
}
