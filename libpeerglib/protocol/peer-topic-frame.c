/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-topic-frame-private.h"

#include <glib/gi18n-lib.h>
#include <libpeerglib/peer-error.h>

#include "peer-error-nick-private.h"
#include "peer-json-private.h"
#include "peer-json-reader-private.h"

static const char *const type_names[] = {
  [PEER_TOPIC_FRAME_SUBSCRIBE] = "subscribe",
  [PEER_TOPIC_FRAME_UNSUBSCRIBE] = "unsubscribe",
  [PEER_TOPIC_FRAME_PUBLISH] = "publish",
  [PEER_TOPIC_FRAME_PING] = "ping",
  [PEER_TOPIC_FRAME_OPEN] = "open",
  [PEER_TOPIC_FRAME_MESSAGE] = "message",
  [PEER_TOPIC_FRAME_PRESENCE] = "presence",
  [PEER_TOPIC_FRAME_ERROR] = "error",
  [PEER_TOPIC_FRAME_PONG] = "pong",
};

typedef enum
{
  MEMBER_TYPE,
  MEMBER_TOPIC,
  MEMBER_PRESENCE,
  MEMBER_ID,
  MEMBER_FROM,
  MEMBER_JOINED,
  MEMBER_LEFT,
  MEMBER_CODE,
  MEMBER_MESSAGE,
  N_MEMBERS
} Member;

static const char *const member_names[] = {
  [MEMBER_TYPE] = "type",
  [MEMBER_TOPIC] = "topic",
  [MEMBER_PRESENCE] = "presence",
  [MEMBER_ID] = "id",
  [MEMBER_FROM] = "from",
  [MEMBER_JOINED] = "joined",
  [MEMBER_LEFT] = "left",
  [MEMBER_CODE] = "code",
  [MEMBER_MESSAGE] = "message",
};

static Member
find_member (PeerJsonReader *reader)
{
  guint i = 0;

  while (i < N_MEMBERS && !peer_json_reader_string_equals (reader, member_names[i]))
    i++;

  return (Member) i;
}

static PeerTopicFrameType
get_type (PeerJsonReader *reader)
{
  for (gsize i = PEER_TOPIC_FRAME_SUBSCRIBE; i < G_N_ELEMENTS (type_names); i++)
    if (peer_json_reader_string_equals (reader, type_names[i]))
      return (PeerTopicFrameType) i;

  return PEER_TOPIC_FRAME_UNKNOWN;
}

/* Reads the value that token starts; sets NULL unless it is an array of at
 * most so many strings. */
static gboolean
read_strings (PeerJsonReader *reader,
              PeerJsonToken token,
              gsize max_strings,
              char ***strings,
              GError **error)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);
  gboolean is_valid = TRUE;

  g_clear_pointer (strings, g_strfreev);
  if (token != PEER_JSON_TOKEN_ARRAY_START)
    return peer_json_reader_skip (reader, token, error);

  while ((token = peer_json_reader_next (reader, error)) != PEER_JSON_TOKEN_ARRAY_END)
    {
      if (token == PEER_JSON_TOKEN_INVALID)
        return FALSE;

      is_valid = is_valid && token == PEER_JSON_TOKEN_STRING && found->len < max_strings;
      if (is_valid)
        g_ptr_array_add (found, peer_json_reader_dup_string (reader, NULL));
      else if (!peer_json_reader_skip (reader, token, error))
        return FALSE;
    }

  if (is_valid)
    {
      g_ptr_array_add (found, NULL);
      *strings = (char **) g_ptr_array_steal (found, NULL);
    }

  return TRUE;
}

static gboolean
read_string (PeerJsonReader *reader,
             PeerJsonToken token,
             char **string,
             GError **error)
{
  g_clear_pointer (string, g_free);
  if (token == PEER_JSON_TOKEN_STRING)
    *string = peer_json_reader_dup_string (reader, NULL);

  return peer_json_reader_skip (reader, token, error);
}

static gboolean
read_message (PeerTopicFrame *self,
              PeerJsonReader *reader,
              PeerJsonToken token,
              GError **error)
{
  const char *start = reader->value_start;

  if (!peer_json_reader_skip (reader, token, error))
    return FALSE;

  self->message = start;
  self->message_length = (gsize) (reader->position - start);

  return TRUE;
}

static gboolean
read_member (PeerTopicFrame *self,
             PeerJsonReader *reader,
             GError **error)
{
  Member member = find_member (reader);
  PeerJsonToken token = peer_json_reader_next (reader, error);

  if (token == PEER_JSON_TOKEN_INVALID)
    return FALSE;

  switch (member)
    {
    case MEMBER_TYPE:
      self->type = token == PEER_JSON_TOKEN_STRING ? get_type (reader) : PEER_TOPIC_FRAME_UNKNOWN;
      return peer_json_reader_skip (reader, token, error);
    case MEMBER_TOPIC:
      return read_strings (reader, token, PEER_TOPIC_FRAME_MAX_PARTS, &self->topic, error);
    case MEMBER_PRESENCE:
      self->wants_presence = token == PEER_JSON_TOKEN_TRUE;
      return peer_json_reader_skip (reader, token, error);
    case MEMBER_ID:
      return read_string (reader, token, &self->id, error);
    case MEMBER_FROM:
      return read_string (reader, token, &self->from, error);
    case MEMBER_JOINED:
      return read_strings (reader, token, G_MAXSIZE, &self->joined, error);
    case MEMBER_LEFT:
      return read_strings (reader, token, G_MAXSIZE, &self->left, error);
    case MEMBER_CODE:
      return read_string (reader, token, &self->code, error);
    case MEMBER_MESSAGE:
      return read_message (self, reader, token, error);
    case N_MEMBERS:
    default:
      return peer_json_reader_skip (reader, token, error);
    }
}

static gboolean
read_object (PeerTopicFrame *self,
             PeerJsonReader *reader,
             GError **error)
{
  PeerJsonToken token = peer_json_reader_next (reader, error);

  if (token == PEER_JSON_TOKEN_INVALID)
    return FALSE;
  if (token != PEER_JSON_TOKEN_OBJECT_START)
    {
      g_set_error_literal (error, PEER_ERROR, PEER_ERROR_INVALID_DATA, _ ("A message must be a JSON object"));
      return FALSE;
    }

  while ((token = peer_json_reader_next (reader, error)) == PEER_JSON_TOKEN_KEY)
    if (!read_member (self, reader, error))
      return FALSE;

  return token != PEER_JSON_TOKEN_INVALID && peer_json_reader_next (reader, error) == PEER_JSON_TOKEN_END;
}

static gboolean
needs_topic (PeerTopicFrameType type)
{
  return type == PEER_TOPIC_FRAME_SUBSCRIBE || type == PEER_TOPIC_FRAME_UNSUBSCRIBE ||
         type == PEER_TOPIC_FRAME_PUBLISH || type == PEER_TOPIC_FRAME_MESSAGE || type == PEER_TOPIC_FRAME_PRESENCE;
}

static gboolean
needs_message (PeerTopicFrameType type)
{
  return type == PEER_TOPIC_FRAME_PUBLISH || type == PEER_TOPIC_FRAME_MESSAGE;
}

static gboolean
check_members (PeerTopicFrame *self,
               GError **error)
{
  const char *missing = NULL;

  if (needs_topic (self->type) && self->topic == NULL)
    missing = member_names[MEMBER_TOPIC];
  else if (needs_message (self->type) && self->message == NULL)
    missing = member_names[MEMBER_MESSAGE];
  else if (self->type == PEER_TOPIC_FRAME_OPEN && self->id == NULL)
    missing = member_names[MEMBER_ID];

  if (missing != NULL)
    g_set_error (error, PEER_ERROR, PEER_ERROR_INVALID_DATA,
                 /* Translators: the name of a member of a JSON object */
                 _ ("The message has no valid “%s”"), missing);

  return missing == NULL;
}

gboolean
peer_topic_frame_parse (PeerTopicFrame *self,
                        const char *text,
                        gsize length,
                        guint max_depth,
                        GError **error)
{
  PeerJsonReader reader;
  gboolean is_read;

  *self = (PeerTopicFrame){ PEER_TOPIC_FRAME_UNKNOWN };
  peer_json_reader_init (&reader, text, length, max_depth);
  is_read = read_object (self, &reader, error);
  if (self->topic != NULL && self->topic[0] == NULL)
    g_clear_pointer (&self->topic, g_strfreev);

  if (!is_read || !check_members (self, error))
    {
      peer_topic_frame_clear (self);
      return FALSE;
    }

  return TRUE;
}

void
peer_topic_frame_clear (PeerTopicFrame *self)
{
  g_strfreev (self->topic);
  g_free (self->id);
  g_free (self->from);
  g_strfreev (self->joined);
  g_strfreev (self->left);
  g_free (self->code);
  *self = (PeerTopicFrame){ PEER_TOPIC_FRAME_UNKNOWN };
}

static void
append_name (GString *text,
             Member member)
{
  g_string_append_printf (text, ",\"%s\":", member_names[member]);
}

static void
append_string (GString *text,
               Member member,
               const char *string)
{
  if (string == NULL)
    return;

  append_name (text, member);
  peer_json_append_string (text, string);
}

static void
append_strings (GString *text,
                Member member,
                const char *const *strings)
{
  if (strings == NULL)
    return;

  append_name (text, member);
  g_string_append_c (text, '[');
  for (gsize i = 0; strings[i] != NULL; i++)
    {
      if (i > 0)
        g_string_append_c (text, ',');
      peer_json_append_string (text, strings[i]);
    }
  g_string_append_c (text, ']');
}

void
peer_topic_frame_append (const PeerTopicFrame *self,
                         GString *text)
{
  g_string_append_printf (text, "{\"type\":\"%s\"", type_names[self->type]);
  append_strings (text, MEMBER_TOPIC, (const char *const *) self->topic);
  if (self->wants_presence)
    {
      append_name (text, MEMBER_PRESENCE);
      g_string_append (text, "true");
    }
  append_string (text, MEMBER_ID, self->id);
  append_string (text, MEMBER_FROM, self->from);
  append_strings (text, MEMBER_JOINED, (const char *const *) self->joined);
  append_strings (text, MEMBER_LEFT, (const char *const *) self->left);
  append_string (text, MEMBER_CODE, self->code);
  if (self->message != NULL)
    {
      append_name (text, MEMBER_MESSAGE);
      g_string_append_len (text, self->message, (gssize) self->message_length);
    }
  g_string_append_c (text, '}');
}

void
peer_topic_frame_append_error (GString *text,
                               const GError *error,
                               const char *const *topic)
{
  g_autoptr (GString) message = g_string_new (NULL);
  PeerTopicFrame frame = { PEER_TOPIC_FRAME_ERROR };

  peer_json_append_string (message, error->message);
  frame.topic = (char **) topic;
  frame.code = (char *) peer_error_get_nick (error);
  frame.message = message->str;
  frame.message_length = message->len;
  peer_topic_frame_append (&frame, text);
}

GError *
peer_topic_frame_dup_error (const PeerTopicFrame *self)
{
  g_autoptr (GVariant) message = NULL;
  const char *text = _ ("The server reported an error");

  if (self->message != NULL)
    message = peer_json_parse (self->message, self->message_length, 1, NULL);
  if (message != NULL && g_variant_is_of_type (message, G_VARIANT_TYPE_STRING))
    text = g_variant_get_string (message, NULL);

  return peer_error_new_for_nick (self->code, text);
}
