/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <math.h>
#include <string.h>

#include "peer-number-private.h"
#include "peer-value-private.h"

const char *
peer_value_get_key (const PeerValue *key,
                    char buffer[PEER_VALUE_KEY_SIZE],
                    gsize *length)
{
  switch (key->kind)
    {
    case PEER_VALUE_TEXT:
      *length = key->size;
      return (const char *) key->data;
    case PEER_VALUE_NULL:
      *length = strlen ("null");
      return "null";
    case PEER_VALUE_BOOLEAN:
      *length = strlen (key->integer ? "true" : "false");
      return key->integer ? "true" : "false";
    case PEER_VALUE_INTEGER:
      *length = (gsize) g_snprintf (buffer, PEER_VALUE_KEY_SIZE, "%" G_GINT64_FORMAT, key->integer);
      return buffer;
    case PEER_VALUE_UNSIGNED:
      *length = (gsize) g_snprintf (buffer, PEER_VALUE_KEY_SIZE, "%" G_GUINT64_FORMAT, key->unsigned_integer);
      return buffer;
    case PEER_VALUE_NUMBER:
      *length = peer_number_print (key->number, buffer);
      return buffer;
    case PEER_VALUE_BYTES:
    case PEER_VALUE_DATE:
    case PEER_VALUE_ARRAY:
    case PEER_VALUE_OBJECT:
    default:
      return NULL;
    }
}

gboolean
peer_value_is_truthy (const PeerValue *value)
{
  switch (value->kind)
    {
    case PEER_VALUE_NULL:
      return FALSE;
    case PEER_VALUE_BOOLEAN:
    case PEER_VALUE_INTEGER:
      return value->integer != 0;
    case PEER_VALUE_NUMBER:
      return value->number != 0 && !isnan (value->number);
    case PEER_VALUE_TEXT:
      return value->size > 0;
    case PEER_VALUE_UNSIGNED:
    case PEER_VALUE_BYTES:
    case PEER_VALUE_DATE:
    case PEER_VALUE_ARRAY:
    case PEER_VALUE_OBJECT:
    default:
      return TRUE;
    }
}

gboolean
peer_value_lookup (const PeerValue *object,
                   const char *name,
                   PeerValue *member)
{
  PeerValueIter iter;
  PeerValue key;
  gsize length = strlen (name);

  peer_value_iter_init (&iter, object);
  while (peer_value_iter_next_member (&iter, &key, member))
    {
      if (key.kind == PEER_VALUE_TEXT && key.size == length && memcmp (key.data, name, length) == 0)
        return TRUE;
    }

  return FALSE;
}
