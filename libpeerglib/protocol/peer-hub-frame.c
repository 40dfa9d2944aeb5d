/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-hub-frame-private.h"

#include "peer-json-private.h"
#include "peer-json-reader-private.h"

typedef struct
{
  guint n_senders;
  gboolean is_true;
  guint n_types;
  gboolean is_system;
  gboolean has_message;
} Head;

static void
read_member (Head *head,
             PeerJsonReader *reader,
             PeerJsonToken *token,
             const char *id)
{
  gboolean is_sender = peer_json_reader_string_equals (reader, "peer_id");
  gboolean is_type = peer_json_reader_string_equals (reader, "type");
  gboolean is_string;

  head->has_message |= peer_json_reader_string_equals (reader, "message");
  *token = peer_json_reader_next (reader, NULL);
  is_string = *token == PEER_JSON_TOKEN_STRING;
  if (is_sender)
    {
      head->n_senders++;
      head->is_true = is_string && peer_json_reader_string_equals (reader, id);
    }
  else if (is_type)
    {
      head->n_types++;
      head->is_system = is_string && peer_json_reader_string_equals (reader, "SYSTEM");
    }
}

static gboolean
read_object (Head *head,
             PeerJsonReader *reader,
             const char *id)
{
  PeerJsonToken token;

  if (peer_json_reader_next (reader, NULL) != PEER_JSON_TOKEN_OBJECT_START)
    return FALSE;

  while ((token = peer_json_reader_next (reader, NULL)) == PEER_JSON_TOKEN_KEY)
    {
      read_member (head, reader, &token, id);
      if (token == PEER_JSON_TOKEN_INVALID || !peer_json_reader_skip (reader, token, NULL))
        return FALSE;
    }

  return token == PEER_JSON_TOKEN_OBJECT_END && peer_json_reader_next (reader, NULL) == PEER_JSON_TOKEN_END;
}

gboolean
peer_hub_frame_is_from (const char *text,
                        gsize length,
                        const char *id)
{
  PeerJsonReader reader;
  Head head = { 0 };

  peer_json_reader_init (&reader, text, length, PEER_JSON_MAX_DEPTH);

  return read_object (&head, &reader, id) && head.n_senders == 1 && head.is_true && head.n_types <= 1 &&
         (head.is_system || (head.n_types == 0 && head.has_message));
}
