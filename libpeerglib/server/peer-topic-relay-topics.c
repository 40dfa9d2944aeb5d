/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-topic-relay-internal-private.h"

#include <glib/gi18n-lib.h>
#include <libpeerglib/peer-error.h>

#include "protocol/peer-topic-frame-private.h"
#include "protocol/peer-topic-name-private.h"

/* The topics that somebody is subscribed to, and what is said about them. */

typedef struct
{
  char *name;
  char **parts;
  GHashTable *subscribers; /* PeerTopicClient → whether it wants to know of the others */
} PeerTopic;

static PeerTopic *
peer_topic_relay_ensure_topic (PeerTopicRelay *self,
                               const char *name,
                               char **parts)
{
  PeerTopic *topic = g_hash_table_lookup (self->topics, name);

  if (topic != NULL)
    return topic;

  topic = g_new0 (PeerTopic, 1);
  topic->name = g_strdup (name);
  topic->parts = g_strdupv (parts);
  topic->subscribers = g_hash_table_new (NULL, NULL);
  g_hash_table_insert (self->topics, topic->name, topic);

  return topic;
}

static void
peer_topic_relay_remove_topic (PeerTopicRelay *self,
                               PeerTopic *topic)
{
  g_hash_table_remove (self->topics, topic->name);
  g_hash_table_unref (topic->subscribers);
  g_strfreev (topic->parts);
  g_free (topic->name);
  g_free (topic);
}

static void
peer_topic_tell_presence (PeerTopic *topic,
                          PeerTopicClient *client,
                          gboolean is_present)
{
  const char *ids[] = { client->id, NULL };
  PeerTopicFrame frame = { PEER_TOPIC_FRAME_PRESENCE, .topic = topic->parts };
  g_autoptr (GString) text = g_string_new (NULL);
  GHashTableIter iter;
  gpointer other, wants_presence;

  /* When all go, nobody is left to be told. */
  if (client->relay->events == NULL)
    return;

  if (is_present)
    frame.joined = (char **) ids;
  else
    frame.left = (char **) ids;

  g_hash_table_iter_init (&iter, topic->subscribers);
  while (g_hash_table_iter_next (&iter, &other, &wants_presence))
    {
      if (!GPOINTER_TO_INT (wants_presence) || other == client)
        continue;
      if (text->len == 0)
        peer_topic_frame_append (&frame, text);
      peer_topic_client_send (other, text);
    }
}

/* Who is there, this client included. */
static void
peer_topic_list_presence (PeerTopic *topic,
                          PeerTopicClient *client)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();
  PeerTopicFrame frame = { PEER_TOPIC_FRAME_PRESENCE, .topic = topic->parts };
  g_autoptr (GString) text = g_string_new (NULL);
  GHashTableIter iter;
  gpointer other;

  g_hash_table_iter_init (&iter, topic->subscribers);
  while (g_hash_table_iter_next (&iter, &other, NULL))
    g_ptr_array_add (ids, ((PeerTopicClient *) other)->id);
  g_ptr_array_add (ids, NULL);

  frame.joined = (char **) ids->pdata;
  peer_topic_frame_append (&frame, text);
  peer_topic_client_send (client, text);
}

static gboolean
peer_topic_client_may_subscribe (PeerTopicClient *self,
                                 char **parts,
                                 GError **error)
{
  const PeerTopicRelayConfig *config = &self->relay->config;

  for (gsize i = 0; parts[i] != NULL && config->max_part_length > 0; i++)
    if (strlen (parts[i]) > config->max_part_length)
      {
        g_set_error_literal (error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED, _ ("The topic is too long"));
        return FALSE;
      }

  if (config->topics_per_client > 0 && g_hash_table_size (self->topics) >= config->topics_per_client)
    {
      g_set_error_literal (error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED, _ ("Too many topics"));
      return FALSE;
    }

  return TRUE;
}

static gboolean
peer_topic_client_subscribe (PeerTopicClient *self,
                             const PeerTopicFrame *frame,
                             GError **error)
{
  g_autofree char *name = peer_topic_name_join ((const char *const *) frame->topic);
  PeerTopic *topic = g_hash_table_lookup (self->relay->topics, name);
  gboolean is_new = topic == NULL || !g_hash_table_contains (self->topics, topic);

  if (is_new && !peer_topic_client_may_subscribe (self, frame->topic, error))
    return FALSE;

  topic = peer_topic_relay_ensure_topic (self->relay, name, frame->topic);
  g_hash_table_insert (topic->subscribers, self, GINT_TO_POINTER (frame->wants_presence));
  g_hash_table_add (self->topics, topic);
  if (is_new)
    peer_topic_tell_presence (topic, self, TRUE);
  if (frame->wants_presence)
    peer_topic_list_presence (topic, self);

  return TRUE;
}

static void
peer_topic_client_leave (PeerTopicClient *self,
                         PeerTopic *topic)
{
  if (!g_hash_table_remove (self->topics, topic))
    return;

  g_hash_table_remove (topic->subscribers, self);
  if (g_hash_table_size (topic->subscribers) > 0)
    peer_topic_tell_presence (topic, self, FALSE);
  else
    peer_topic_relay_remove_topic (self->relay, topic);
}

void
peer_topic_client_leave_all (PeerTopicClient *self)
{
  GHashTableIter iter;
  gpointer topic;

  for (;;)
    {
      g_hash_table_iter_init (&iter, self->topics);
      if (!g_hash_table_iter_next (&iter, &topic, NULL))
        return;
      peer_topic_client_leave (self, topic);
    }
}

static PeerTopic *
peer_topic_client_find (PeerTopicClient *self,
                        const PeerTopicFrame *frame)
{
  g_autofree char *name = peer_topic_name_join ((const char *const *) frame->topic);

  return g_hash_table_lookup (self->relay->topics, name);
}

static void
peer_topic_client_unsubscribe (PeerTopicClient *self,
                               const PeerTopicFrame *frame)
{
  PeerTopic *topic = peer_topic_client_find (self, frame);

  if (topic != NULL)
    peer_topic_client_leave (self, topic);
}

static void
peer_topic_client_publish (PeerTopicClient *self,
                           const PeerTopicFrame *frame)
{
  PeerTopic *topic = peer_topic_client_find (self, frame);
  PeerTopicFrame message = {
    PEER_TOPIC_FRAME_MESSAGE,
    .topic = frame->topic,
    .from = self->id,
    .message = frame->message,
    .message_length = frame->message_length,
  };
  g_autoptr (GString) text = NULL;
  GHashTableIter iter;
  gpointer other;

  if (topic == NULL)
    return;

  text = g_string_sized_new (frame->message_length + 256);
  peer_topic_frame_append (&message, text);
  g_hash_table_iter_init (&iter, topic->subscribers);
  while (g_hash_table_iter_next (&iter, &other, NULL))
    peer_topic_client_send (other, text);
}

static gboolean
peer_topic_client_obey (PeerTopicClient *self,
                        const PeerTopicFrame *frame,
                        GError **error)
{
  static const PeerTopicFrame pong = { PEER_TOPIC_FRAME_PONG };
  g_autoptr (GString) text = g_string_new (NULL);

  switch (frame->type)
    {
    case PEER_TOPIC_FRAME_SUBSCRIBE:
      return peer_topic_client_subscribe (self, frame, error);
    case PEER_TOPIC_FRAME_UNSUBSCRIBE:
      peer_topic_client_unsubscribe (self, frame);
      return TRUE;
    case PEER_TOPIC_FRAME_PUBLISH:
      peer_topic_client_publish (self, frame);
      return TRUE;
    case PEER_TOPIC_FRAME_PING:
      peer_topic_frame_append (&pong, text);
      peer_topic_client_send (self, text);
      return TRUE;
    case PEER_TOPIC_FRAME_OPEN:
    case PEER_TOPIC_FRAME_MESSAGE:
    case PEER_TOPIC_FRAME_PRESENCE:
    case PEER_TOPIC_FRAME_ERROR:
    case PEER_TOPIC_FRAME_PONG:
    case PEER_TOPIC_FRAME_UNKNOWN:
    default:
      g_set_error_literal (error, PEER_ERROR, PEER_ERROR_INVALID_DATA, _ ("The server does not know the type of the message"));
      return FALSE;
    }
}

void
peer_topic_client_handle (PeerTopicClient *self,
                          const char *text,
                          gsize length)
{
  g_auto (PeerTopicFrame) frame = { 0 };
  g_autoptr (GError) error = NULL;

  if (!peer_topic_frame_parse (&frame, text, length, self->relay->config.max_depth, &error) ||
      !peer_topic_client_obey (self, &frame, &error))
    peer_topic_client_send_error (self, error, frame.topic);
}
