/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-topic-message-private.h"

#include <string.h>

#include <glib/gi18n-lib.h>
#include <libpeerglib/peer-error.h>

#include "peer-vardict-private.h"

static const char *const type_names[] = {
  [PEER_TOPIC_MESSAGE_INVOKE] = "invoke",
  [PEER_TOPIC_MESSAGE_OFFER] = "offer",
  [PEER_TOPIC_MESSAGE_ANSWER] = "answer",
  [PEER_TOPIC_MESSAGE_CANDIDATE] = "candidate",
  [PEER_TOPIC_MESSAGE_SYNC] = "sync",
  [PEER_TOPIC_MESSAGE_DISPOSE] = "dispose",
};

static gboolean
fail (GError **error,
      const char *member)
{
  g_set_error (error, PEER_ERROR, PEER_ERROR_INVALID_DATA, _ ("A message of a room has no valid “%s”"), member);

  return FALSE;
}

static gboolean
parse_type (PeerTopicMessage *self,
            const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (type_names); i++)
    {
      if (g_str_equal (name, type_names[i]))
        {
          self->type = (PeerTopicMessageType) i;
          return TRUE;
        }
    }

  return FALSE;
}

static gboolean
parse_description (PeerTopicMessage *self,
                   GVariant *value,
                   GError **error)
{
  const char *name = type_names[self->type];
  g_autoptr (GVariant) description = g_variant_lookup_value (value, name, G_VARIANT_TYPE_VARDICT);

  self->payload.type = g_strdup ("data");
  if (description != NULL)
    peer_payload_read_description (&self->payload, description);

  return (self->payload.sdp != NULL && g_strcmp0 (self->payload.sdp_type, name) == 0) || fail (error, name);
}

static gboolean
parse_candidate (PeerTopicMessage *self,
                 GVariant *value,
                 GError **error)
{
  g_autoptr (GVariant) candidate = g_variant_lookup_value (value, "candidate", G_VARIANT_TYPE_VARDICT);

  self->payload.type = g_strdup ("data");
  if (candidate != NULL)
    peer_payload_read_candidate (&self->payload, candidate);

  return self->payload.candidate != NULL || fail (error, "candidate");
}

static gboolean
parse_rest (PeerTopicMessage *self,
            GVariant *value,
            GError **error)
{
  switch (self->type)
    {
    case PEER_TOPIC_MESSAGE_INVOKE:
      self->credentials = g_variant_lookup_value (value, "credentials", NULL);
      return TRUE;

    case PEER_TOPIC_MESSAGE_OFFER:
      self->state = g_variant_lookup_value (value, "state", NULL);
      if (self->state == NULL)
        self->state = g_variant_lookup_value (value, "metadata", NULL);
      return parse_description (self, value, error);

    case PEER_TOPIC_MESSAGE_ANSWER:
      return parse_description (self, value, error);

    case PEER_TOPIC_MESSAGE_CANDIDATE:
      return parse_candidate (self, value, error);

    case PEER_TOPIC_MESSAGE_SYNC:
    case PEER_TOPIC_MESSAGE_DISPOSE:
    default:
      self->state = g_variant_lookup_value (value, "state", NULL);
      return TRUE;
    }
}

PeerTopicMessage *
peer_topic_message_parse (GVariant *value,
                          GError **error)
{
  g_autoptr (PeerTopicMessage) self = g_new0 (PeerTopicMessage, 1);
  const char *type = NULL;

  *self = PEER_TOPIC_MESSAGE_INIT (PEER_TOPIC_MESSAGE_INVOKE, NULL);
  if (g_variant_get_size (value) > PEER_TOPIC_MESSAGE_MAX_SIZE)
    {
      g_set_error_literal (error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED, _ ("A message of a room is too big"));
      return NULL;
    }
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT) || !g_variant_lookup (value, "type", "&s", &type))
    {
      fail (error, "type");
      return NULL;
    }
  if (!parse_type (self, type))
    return NULL;

  if (!g_variant_lookup (value, "id", "s", &self->id) || *self->id == '\0' ||
      strlen (self->id) > PEER_TOPIC_MESSAGE_ID_MAX_LENGTH)
    {
      fail (error, "id");
      return NULL;
    }
  if (!parse_rest (self, value, error))
    return NULL;

  return g_steal_pointer (&self);
}

GVariant *
peer_topic_message_to_value (const PeerTopicMessage *self)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  peer_vardict_add (&builder, "type", g_variant_new_string (type_names[self->type]));
  peer_vardict_add (&builder, "id", g_variant_new_string (self->id));

  switch (self->type)
    {
    case PEER_TOPIC_MESSAGE_INVOKE:
      peer_vardict_add (&builder, "credentials", self->credentials);
      break;

    case PEER_TOPIC_MESSAGE_OFFER:
      peer_vardict_add (&builder, "offer", peer_payload_make_description (&self->payload));
      peer_vardict_add (&builder, "state", self->state);
      peer_vardict_add (&builder, "metadata", self->state);
      break;

    case PEER_TOPIC_MESSAGE_ANSWER:
      peer_vardict_add (&builder, "answer", peer_payload_make_description (&self->payload));
      break;

    case PEER_TOPIC_MESSAGE_CANDIDATE:
      peer_vardict_add (&builder, "candidate", peer_payload_make_candidate (&self->payload));
      break;

    case PEER_TOPIC_MESSAGE_SYNC:
    case PEER_TOPIC_MESSAGE_DISPOSE:
    default:
      peer_vardict_add (&builder, "state", self->state);
    }

  return g_variant_builder_end (&builder);
}

void
peer_topic_message_free (PeerTopicMessage *self)
{
  g_free (self->id);
  peer_payload_clear (&self->payload);
  g_clear_pointer (&self->credentials, g_variant_unref);
  g_clear_pointer (&self->state, g_variant_unref);
  g_free (self);
}
