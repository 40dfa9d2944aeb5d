/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include <libpeerglib/peer-error.h>

#include "peer-json-private.h"
#include "peer-json-reader-private.h"
#include "peer-variant-writer-private.h"

#define FEW_DIGITS 64

static gboolean
add_real (PeerVariantWriter *writer,
          PeerJsonReader *reader,
          const char *text,
          GError **error)
{
  double number = g_ascii_strtod (text, NULL);

  if (isinf (number))
    {
      g_set_error (error, PEER_ERROR, PEER_ERROR_INVALID_DATA,
                   _ ("Invalid JSON at byte %zu: %s"),
                   (size_t) (reader->token_start - reader->text), _ ("The number is out of range"));
      return FALSE;
    }

  peer_variant_writer_add_double (writer, number);

  return TRUE;
}

static gboolean
add_number (PeerVariantWriter *writer,
            PeerJsonReader *reader,
            PeerJsonToken token,
            GError **error)
{
  char few_digits[FEW_DIGITS];
  g_autofree char *many_digits = NULL;
  const char *text = few_digits;

  /* the number functions want a terminator */
  if (reader->token_length < FEW_DIGITS)
    {
      memcpy (few_digits, reader->token_start, reader->token_length);
      few_digits[reader->token_length] = '\0';
    }
  else
    text = many_digits = g_strndup (reader->token_start, reader->token_length);

  if (token == PEER_JSON_TOKEN_INTEGER)
    {
      gint64 integer;
      guint64 unsigned_integer;

      if (g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, &integer, NULL))
        {
          peer_variant_writer_add_int64 (writer, integer);
          return TRUE;
        }
      if (g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT64, &unsigned_integer, NULL))
        {
          peer_variant_writer_add_uint64 (writer, unsigned_integer);
          return TRUE;
        }
    }

  return add_real (writer, reader, text, error);
}

static void
add_text (PeerVariantWriter *writer,
          PeerJsonReader *reader,
          PeerJsonToken token)
{
  g_autofree char *unescaped = NULL;
  const char *text = reader->token_start;
  gsize length = reader->token_length;

  if (reader->has_escapes)
    text = unescaped = peer_json_reader_dup_string (reader, &length);

  if (token == PEER_JSON_TOKEN_KEY)
    peer_variant_writer_add_key (writer, text, length);
  else
    peer_variant_writer_add_string (writer, text, length);
}

static gboolean
refuse_depth (PeerJsonReader *reader,
              GError **error)
{
  g_set_error (error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED,
               _ ("JSON is nested deeper than a GVariant can be, at byte %zu"),
               (size_t) (reader->value_start - reader->text));

  return FALSE;
}

static gboolean
add_token (PeerVariantWriter *writer,
           PeerJsonReader *reader,
           PeerJsonToken token,
           GError **error)
{
  switch (token)
    {
    case PEER_JSON_TOKEN_NULL:
      peer_variant_writer_add_null (writer);
      return TRUE;
    case PEER_JSON_TOKEN_FALSE:
    case PEER_JSON_TOKEN_TRUE:
      peer_variant_writer_add_boolean (writer, token == PEER_JSON_TOKEN_TRUE);
      return TRUE;
    case PEER_JSON_TOKEN_INTEGER:
    case PEER_JSON_TOKEN_REAL:
      return add_number (writer, reader, token, error);
    case PEER_JSON_TOKEN_STRING:
    case PEER_JSON_TOKEN_KEY:
      add_text (writer, reader, token);
      return TRUE;
    case PEER_JSON_TOKEN_ARRAY_START:
      return peer_variant_writer_open_array (writer) || refuse_depth (reader, error);
    case PEER_JSON_TOKEN_ARRAY_END:
      peer_variant_writer_close_array (writer);
      return TRUE;
    case PEER_JSON_TOKEN_OBJECT_START:
      return peer_variant_writer_open_object (writer) || refuse_depth (reader, error);
    case PEER_JSON_TOKEN_OBJECT_END:
      peer_variant_writer_close_object (writer);
      return TRUE;
    case PEER_JSON_TOKEN_INVALID:
    case PEER_JSON_TOKEN_END:
    default:
      return FALSE;
    }
}

static gboolean
add_tokens (PeerVariantWriter *writer,
            PeerJsonReader *reader,
            GError **error)
{
  PeerJsonToken token;

  while ((token = peer_json_reader_next (reader, error)) != PEER_JSON_TOKEN_END)
    {
      if (!add_token (writer, reader, token, error))
        return FALSE;
    }

  return TRUE;
}

GVariant *
peer_json_parse (const char *text,
                 gsize length,
                 guint max_depth,
                 GError **error)
{
  PeerVariantWriter writer;
  PeerJsonReader reader;
  GVariant *value = NULL;

  g_return_val_if_fail (text != NULL || length == 0, NULL);

  peer_json_reader_init (&reader, text, length, max_depth);
  peer_variant_writer_init (&writer, length);
  if (add_tokens (&writer, &reader, error))
    value = peer_variant_writer_end (&writer);
  peer_variant_writer_clear (&writer);

  return value;
}
