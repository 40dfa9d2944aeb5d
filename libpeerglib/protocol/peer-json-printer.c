/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include <libpeerglib/peer-error.h>

#include "peer-json-private.h"
#include "peer-number-private.h"
#include "peer-value-private.h"

static gboolean print_value (GString *text,
                             const PeerValue *value,
                             guint depth,
                             GError **error);

/* What JSON.stringify() escapes: it leaves "/" and everything above U+001F
 * alone. */
static const char *
get_escape (guint8 byte,
            char buffer[8])
{
  switch (byte)
    {
    case '"':
      return "\\\"";
    case '\\':
      return "\\\\";
    case '\b':
      return "\\b";
    case '\f':
      return "\\f";
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      g_snprintf (buffer, 8, "\\u%04x", byte);
      return buffer;
    }
}

static void
append_quoted (GString *text,
               const char *string,
               gsize length)
{
  const char *end = string + length;
  const char *plain = string;

  g_string_append_c (text, '"');
  for (const char *p = string; p < end; p++)
    {
      char buffer[8];

      if ((guint8) *p >= 0x20 && *p != '"' && *p != '\\')
        continue;
      g_string_append_len (text, plain, p - plain);
      g_string_append (text, get_escape ((guint8) *p, buffer));
      plain = p + 1;
    }
  g_string_append_len (text, plain, end - plain);
  g_string_append_c (text, '"');
}

static gboolean
refuse (const char *reason,
        GError **error)
{
  g_set_error_literal (error, PEER_ERROR, PEER_ERROR_UNSUPPORTED_VALUE, reason);

  return FALSE;
}

static gboolean
print_number (GString *text,
              double number,
              GError **error)
{
  char buffer[PEER_NUMBER_SIZE];
  gsize length;

  if (!isfinite (number))
    return refuse (_ ("JSON has no form for NaN and infinities"), error);

  length = peer_number_print (number, buffer);
  g_string_append_len (text, buffer, (gssize) length);

  return TRUE;
}

static gboolean
print_date (GString *text,
            gint64 microseconds,
            GError **error)
{
  char buffer[PEER_DATE_SIZE];

  if (!peer_date_print (microseconds, buffer))
    return refuse (_ ("The date is out of range"), error);

  append_quoted (text, buffer, strlen (buffer));

  return TRUE;
}

static gboolean
print_array (GString *text,
             const PeerValue *array,
             guint depth,
             GError **error)
{
  PeerValueIter iter;
  PeerValue element;

  g_string_append_c (text, '[');
  peer_value_iter_init (&iter, array);
  while (peer_value_iter_next (&iter, &element))
    {
      if (iter.index > 1)
        g_string_append_c (text, ',');
      if (!print_value (text, &element, depth, error))
        return FALSE;
    }
  g_string_append_c (text, ']');

  return TRUE;
}

static gboolean
print_object (GString *text,
              const PeerValue *object,
              guint depth,
              GError **error)
{
  PeerValueIter iter;
  PeerValue key;
  PeerValue member;

  g_string_append_c (text, '{');
  peer_value_iter_init (&iter, object);
  while (peer_value_iter_next_member (&iter, &key, &member))
    {
      char buffer[PEER_VALUE_KEY_SIZE];
      gsize length;
      const char *name = peer_value_get_key (&key, buffer, &length);

      if (iter.index > 1)
        g_string_append_c (text, ',');
      append_quoted (text, name, length);
      g_string_append_c (text, ':');
      if (!print_value (text, &member, depth, error))
        return FALSE;
    }
  g_string_append_c (text, '}');

  return TRUE;
}

static gboolean
print_value (GString *text,
             const PeerValue *value,
             guint depth,
             GError **error)
{
  gboolean is_container = value->kind == PEER_VALUE_ARRAY || value->kind == PEER_VALUE_OBJECT;

  if (is_container && depth == 0)
    return refuse (_ ("The value is nested too deep"), error);

  switch (value->kind)
    {
    case PEER_VALUE_NULL:
      g_string_append (text, "null");
      return TRUE;
    case PEER_VALUE_BOOLEAN:
      g_string_append (text, value->integer ? "true" : "false");
      return TRUE;
    case PEER_VALUE_INTEGER:
      g_string_append_printf (text, "%" G_GINT64_FORMAT, value->integer);
      return TRUE;
    case PEER_VALUE_UNSIGNED:
      g_string_append_printf (text, "%" G_GUINT64_FORMAT, value->unsigned_integer);
      return TRUE;
    case PEER_VALUE_NUMBER:
      return print_number (text, value->number, error);
    case PEER_VALUE_TEXT:
      append_quoted (text, (const char *) value->data, value->size);
      return TRUE;
    case PEER_VALUE_DATE:
      return print_date (text, value->integer, error);
    case PEER_VALUE_ARRAY:
      return print_array (text, value, depth - 1, error);
    case PEER_VALUE_OBJECT:
      return print_object (text, value, depth - 1, error);
    case PEER_VALUE_BYTES:
    default:
      return refuse (_ ("JSON has no form for bytes"), error);
    }
}

char *
peer_json_print (GVariant *value,
                 gsize *length,
                 GError **error)
{
  g_autoptr (GVariant) prepared = NULL;
  g_autoptr (GString) text = NULL;
  PeerValue view;

  g_return_val_if_fail (value != NULL, NULL);

  prepared = peer_value_prepare (value);
  peer_value_init (&view, prepared);
  text = g_string_new (NULL);
  if (!print_value (text, &view, PEER_JSON_MAX_DEPTH, error))
    return NULL;

  if (length != NULL)
    *length = text->len;

  return g_string_free (g_steal_pointer (&text), FALSE);
}

void
peer_json_append_string (GString *text,
                         const char *string)
{
  g_return_if_fail (text != NULL);
  g_return_if_fail (string != NULL);

  append_quoted (text, string, strlen (string));
}
