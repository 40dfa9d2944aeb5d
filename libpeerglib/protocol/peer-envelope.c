/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include <libpeerglib/peer-error.h>

#include "peer-envelope-private.h"
#include "peer-json-private.h"
#include "peer-json-reader-private.h"

static const char *const type_names[] = {
  [PEER_MESSAGE_TYPE_OPEN] = "OPEN",
  [PEER_MESSAGE_TYPE_ERROR] = "ERROR",
  [PEER_MESSAGE_TYPE_ID_TAKEN] = "ID-TAKEN",
  [PEER_MESSAGE_TYPE_INVALID_KEY] = "INVALID-KEY",
  [PEER_MESSAGE_TYPE_LEAVE] = "LEAVE",
  [PEER_MESSAGE_TYPE_EXPIRE] = "EXPIRE",
  [PEER_MESSAGE_TYPE_OFFER] = "OFFER",
  [PEER_MESSAGE_TYPE_ANSWER] = "ANSWER",
  [PEER_MESSAGE_TYPE_CANDIDATE] = "CANDIDATE",
  [PEER_MESSAGE_TYPE_HEARTBEAT] = "HEARTBEAT",
};

static PeerMessageType
get_type (const char *name)
{
  for (gsize i = 0; name != NULL && i < G_N_ELEMENTS (type_names); i++)
    {
      if (g_strcmp0 (type_names[i], name) == 0)
        return (PeerMessageType) i;
    }

  return PEER_MESSAGE_TYPE_UNKNOWN;
}

/* The string that a member sets, NULL when the key is another one. */
static char **
find_string_member (PeerEnvelope *envelope,
                    PeerJsonReader *reader)
{
  if (peer_json_reader_string_equals (reader, "type"))
    return &envelope->type_name;
  if (peer_json_reader_string_equals (reader, "src"))
    return &envelope->src;
  if (peer_json_reader_string_equals (reader, "dst"))
    return &envelope->dst;

  return NULL;
}

static gboolean
read_member (PeerEnvelope *envelope,
             PeerJsonReader *reader,
             GError **error)
{
  gboolean is_payload = peer_json_reader_string_equals (reader, "payload");
  char **string = find_string_member (envelope, reader);
  PeerJsonToken token = peer_json_reader_next (reader, error);
  const char *start;

  if (token == PEER_JSON_TOKEN_INVALID)
    return FALSE;

  if (string != NULL)
    {
      g_clear_pointer (string, g_free);
      if (token == PEER_JSON_TOKEN_STRING)
        *string = peer_json_reader_dup_string (reader, NULL);
    }

  start = reader->value_start;
  if (!peer_json_reader_skip (reader, token, error))
    return FALSE;

  if (is_payload)
    {
      envelope->payload = start;
      envelope->payload_length = (gsize) (reader->position - start);
    }

  return TRUE;
}

static gboolean
read_object (PeerEnvelope *envelope,
             PeerJsonReader *reader,
             GError **error)
{
  PeerJsonToken token = peer_json_reader_next (reader, error);

  if (token == PEER_JSON_TOKEN_INVALID)
    return FALSE;
  if (token != PEER_JSON_TOKEN_OBJECT_START)
    {
      g_set_error_literal (error, PEER_ERROR, PEER_ERROR_INVALID_DATA,
                           _ ("A message must be a JSON object"));
      return FALSE;
    }

  while ((token = peer_json_reader_next (reader, error)) == PEER_JSON_TOKEN_KEY)
    {
      if (!read_member (envelope, reader, error))
        return FALSE;
    }

  return token != PEER_JSON_TOKEN_INVALID &&
         peer_json_reader_next (reader, error) == PEER_JSON_TOKEN_END;
}

gboolean
peer_envelope_parse (PeerEnvelope *envelope,
                     const char *text,
                     gsize length,
                     guint max_depth,
                     GError **error)
{
  PeerJsonReader reader;

  g_return_val_if_fail (envelope != NULL, FALSE);
  g_return_val_if_fail (text != NULL || length == 0, FALSE);

  *envelope = (PeerEnvelope){ PEER_MESSAGE_TYPE_UNKNOWN };
  peer_json_reader_init (&reader, text, length, max_depth);
  if (!read_object (envelope, &reader, error))
    {
      peer_envelope_clear (envelope);
      return FALSE;
    }

  envelope->type = get_type (envelope->type_name);

  return TRUE;
}

void
peer_envelope_clear (PeerEnvelope *envelope)
{
  g_free (envelope->type_name);
  g_free (envelope->src);
  g_free (envelope->dst);
  *envelope = (PeerEnvelope){ PEER_MESSAGE_TYPE_UNKNOWN };
}

static void
append_name (GString *text,
             gsize start,
             const char *name)
{
  g_string_append_c (text, text->len == start ? '{' : ',');
  peer_json_append_string (text, name);
  g_string_append_c (text, ':');
}

static void
append_string_member (GString *text,
                      gsize start,
                      const char *name,
                      const char *string)
{
  if (string == NULL)
    return;

  append_name (text, start, name);
  peer_json_append_string (text, string);
}

void
peer_envelope_append (GString *text,
                      const char *type_name,
                      const char *src,
                      const char *dst,
                      const char *payload,
                      gsize payload_length)
{
  gsize start = text->len;

  append_string_member (text, start, "type", type_name);
  append_string_member (text, start, "src", src);
  append_string_member (text, start, "dst", dst);
  if (payload != NULL)
    {
      append_name (text, start, "payload");
      g_string_append_len (text, payload, (gssize) payload_length);
    }
  g_string_append (text, text->len == start ? "{}" : "}");
}

GBytes *
peer_envelope_build (const char *type_name,
                     const char *src,
                     const char *dst,
                     const char *payload,
                     gsize payload_length)
{
  GString *text = g_string_sized_new (payload_length + 256);

  peer_envelope_append (text, type_name, src, dst, payload, payload_length);

  return g_string_free_to_bytes (text);
}

const char *
peer_message_type_to_name (PeerMessageType type)
{
  g_return_val_if_fail (type > PEER_MESSAGE_TYPE_UNKNOWN && type < G_N_ELEMENTS (type_names), NULL);

  return type_names[type];
}
