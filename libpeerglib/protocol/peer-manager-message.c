/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-manager-message-private.h"

#include <glib/gi18n-lib.h>
#include <libpeerglib/peer-error.h>

#include "peer-json-private.h"
#include "peer-vardict-private.h"

/* A payload is its own JSON text inside the message, so the message itself
 * says nothing of how deep that is. */

static const char *const type_names[] = {
  [PEER_MANAGER_MESSAGE_LEAVE_ROOM] = "leave_room",
  [PEER_MANAGER_MESSAGE_OFFER] = "webrtc_offer",
  [PEER_MANAGER_MESSAGE_ANSWER] = "webrtc_answer",
  [PEER_MANAGER_MESSAGE_CANDIDATE] = "webrtc_ice_candidate",
  [PEER_MANAGER_MESSAGE_PEERS_LIST] = "peers_list",
  [PEER_MANAGER_MESSAGE_PEER_JOINED] = "peer_joined",
  [PEER_MANAGER_MESSAGE_PEER_LEFT] = "peer_left",
  [PEER_MANAGER_MESSAGE_ERROR] = "error",
};

static gboolean
lookup_string (GVariant *object,
               const char *key,
               char **string)
{
  return g_variant_lookup (object, key, "s", string) && **string != '\0';
}

/* Joining is the only thing that is an action. */
static PeerManagerMessageType
get_type (GVariant *value)
{
  const char *name = NULL;

  if (g_variant_lookup (value, "type", "&s", &name))
    {
      for (gsize i = 0; i < G_N_ELEMENTS (type_names); i++)
        if (g_strcmp0 (type_names[i], name) == 0)
          return (PeerManagerMessageType) i;
    }
  else if (g_variant_lookup (value, "action", "&s", &name) && strcmp (name, "join") == 0)
    {
      return PEER_MANAGER_MESSAGE_JOIN;
    }

  return PEER_MANAGER_MESSAGE_UNKNOWN;
}

static gboolean
missing (const char *member,
         GError **error)
{
  g_set_error (error, PEER_ERROR, PEER_ERROR_INVALID_DATA,
               /* Translators: the name of a member of a JSON object */
               _ ("The message has no valid “%s”"), member);

  return FALSE;
}

static gboolean
parse_join (PeerManagerMessage *self,
            GError **error)
{
  if (!lookup_string (self->value, "roomId", &self->room_id))
    return missing ("roomId", error);
  if (!lookup_string (self->value, "sessionId", &self->session_id))
    return missing ("sessionId", error);

  lookup_string (self->value, "token", &self->token);
  self->metadata = g_variant_lookup_value (self->value, "metadata", NULL);
  self->credentials = g_variant_lookup_value (self->value, "credentials", NULL);

  return TRUE;
}

static gboolean
parse_signal (PeerManagerMessage *self,
              guint max_depth,
              GError **error)
{
  g_autoptr (GVariant) payload = g_variant_lookup_value (self->value, "payload", NULL);

  lookup_string (self->value, "senderSessionId", &self->sender_id);
  if (payload != NULL && g_variant_is_of_type (payload, G_VARIANT_TYPE_STRING))
    {
      gsize length;
      const char *text = g_variant_get_string (payload, &length);

      self->payload = peer_json_parse (text, length, max_depth, error);
      if (self->payload == NULL)
        return FALSE;
    }
  else
    {
      self->payload = g_steal_pointer (&payload);
    }

  if (self->payload == NULL || !g_variant_is_of_type (self->payload, G_VARIANT_TYPE_VARDICT))
    return missing ("payload", error);

  lookup_string (self->payload, "targetPeerId", &self->target_id);

  return TRUE;
}

static gboolean
parse_peers (PeerManagerMessage *self,
             GError **error)
{
  g_autoptr (GVariant) peers = g_variant_lookup_value (self->value, "peers", G_VARIANT_TYPE ("av"));
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  GVariantIter iter;
  GVariant *peer;

  if (peers == NULL)
    return missing ("peers", error);

  g_variant_iter_init (&iter, peers);
  while (g_variant_iter_loop (&iter, "v", &peer))
    if (g_variant_is_of_type (peer, G_VARIANT_TYPE_STRING))
      g_strv_builder_add (builder, g_variant_get_string (peer, NULL));
  self->peers = g_strv_builder_end (builder);

  return TRUE;
}

static gboolean
parse_members (PeerManagerMessage *self,
               guint max_depth,
               GError **error)
{
  switch (self->type)
    {
    case PEER_MANAGER_MESSAGE_JOIN:
      return parse_join (self, error);
    case PEER_MANAGER_MESSAGE_OFFER:
    case PEER_MANAGER_MESSAGE_ANSWER:
    case PEER_MANAGER_MESSAGE_CANDIDATE:
      return parse_signal (self, max_depth, error);
    case PEER_MANAGER_MESSAGE_PEERS_LIST:
      lookup_string (self->value, "roomId", &self->room_id);
      lookup_string (self->value, "sessionId", &self->session_id);
      return parse_peers (self, error);
    case PEER_MANAGER_MESSAGE_PEER_JOINED:
      if (!lookup_string (self->value, "peerId", &self->peer_id))
        return missing ("peerId", error);
      parse_peers (self, NULL);
      return TRUE;
    case PEER_MANAGER_MESSAGE_PEER_LEFT:
      return lookup_string (self->value, "peerId", &self->peer_id) || missing ("peerId", error);
    case PEER_MANAGER_MESSAGE_ERROR:
      lookup_string (self->value, "code", &self->code);
      lookup_string (self->value, "message", &self->text);
      lookup_string (self->value, "roomId", &self->room_id);
      lookup_string (self->value, "sessionId", &self->session_id);
      lookup_string (self->value, "peerId", &self->peer_id);
      return TRUE;
    case PEER_MANAGER_MESSAGE_LEAVE_ROOM:
    case PEER_MANAGER_MESSAGE_UNKNOWN:
    default:
      return TRUE;
    }
}

gboolean
peer_manager_message_parse_value (PeerManagerMessage *self,
                                  GVariant *value,
                                  guint max_depth,
                                  GError **error)
{
  *self = (PeerManagerMessage){ .value = g_variant_ref_sink (value) };

  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT))
    {
      g_set_error_literal (error, PEER_ERROR, PEER_ERROR_INVALID_DATA, _ ("A message must be a JSON object"));
      peer_manager_message_clear (self);
      return FALSE;
    }

  self->type = get_type (value);
  if (!parse_members (self, max_depth, error))
    {
      peer_manager_message_clear (self);
      return FALSE;
    }

  return TRUE;
}

gboolean
peer_manager_message_parse (PeerManagerMessage *self,
                            const char *text,
                            gsize length,
                            guint max_depth,
                            GError **error)
{
  g_autoptr (GVariant) value = peer_json_parse (text, length, max_depth, error);

  *self = (PeerManagerMessage){ PEER_MANAGER_MESSAGE_UNKNOWN };

  return value != NULL && peer_manager_message_parse_value (self, value, max_depth, error);
}

void
peer_manager_message_clear (PeerManagerMessage *self)
{
  g_free (self->room_id);
  g_free (self->session_id);
  g_free (self->token);
  g_free (self->sender_id);
  g_free (self->target_id);
  g_free (self->peer_id);
  g_free (self->code);
  g_free (self->text);
  g_strfreev (self->peers);
  g_clear_pointer (&self->metadata, g_variant_unref);
  g_clear_pointer (&self->credentials, g_variant_unref);
  g_clear_pointer (&self->payload, g_variant_unref);
  g_clear_pointer (&self->value, g_variant_unref);
  *self = (PeerManagerMessage){ PEER_MANAGER_MESSAGE_UNKNOWN };
}

gboolean
peer_manager_message_is_signal (const PeerManagerMessage *self)
{
  return self->type == PEER_MANAGER_MESSAGE_OFFER || self->type == PEER_MANAGER_MESSAGE_ANSWER ||
         self->type == PEER_MANAGER_MESSAGE_CANDIDATE;
}

char *
peer_manager_message_print (const PeerManagerMessage *self,
                            GError **error)
{
  g_autofree char *payload = NULL;
  GVariantBuilder builder;

  if (self->payload != NULL)
    {
      payload = peer_json_print (self->payload, NULL, error);
      if (payload == NULL)
        return NULL;
    }

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  if (self->type == PEER_MANAGER_MESSAGE_JOIN)
    peer_vardict_add_string (&builder, "action", "join");
  else
    peer_vardict_add_string (&builder, "type", type_names[self->type]);
  peer_vardict_add_string (&builder, "code", self->code);
  peer_vardict_add_string (&builder, "message", self->text);
  peer_vardict_add_string (&builder, "peerId", self->peer_id);
  if (self->peers != NULL)
    peer_vardict_add (&builder, "peers", g_variant_new_strv ((const char *const *) self->peers, -1));
  peer_vardict_add_string (&builder, "roomId", self->room_id);
  peer_vardict_add_string (&builder, "sessionId", self->session_id);
  peer_vardict_add_string (&builder, "token", self->token);
  peer_vardict_add (&builder, "metadata", self->metadata);
  peer_vardict_add (&builder, "credentials", self->credentials);
  peer_vardict_add_string (&builder, "payload", payload);
  peer_vardict_add_string (&builder, "senderSessionId", self->sender_id);

  return peer_vardict_print (&builder, error);
}

char *
peer_manager_message_print_relayed (const PeerManagerMessage *self,
                                    const char *sender_id,
                                    GError **error)
{
  GVariantBuilder builder;
  GVariantIter iter;
  const char *key;
  GVariant *member;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_iter_init (&iter, self->value);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &member))
    if (strcmp (key, "senderSessionId") != 0)
      peer_vardict_add (&builder, key, member);
  peer_vardict_add_string (&builder, "senderSessionId", sender_id);

  return peer_vardict_print (&builder, error);
}

void
peer_manager_message_init_signal (PeerManagerMessage *self,
                                  PeerManagerMessageType type,
                                  const char *sender_id,
                                  const char *target_id,
                                  const PeerPayload *payload)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  peer_vardict_add_string (&builder, "sdp", payload->sdp);
  peer_vardict_add_string (&builder, "type", payload->sdp != NULL ? payload->sdp_type : NULL);
  peer_vardict_add_string (&builder, "candidate", payload->candidate);
  if (payload->candidate != NULL)
    {
      peer_vardict_add_string (&builder, "sdpMid", payload->sdp_mid);
      if (payload->sdp_m_line_index >= 0)
        peer_vardict_add (&builder, "sdpMLineIndex", g_variant_new_int64 (payload->sdp_m_line_index));
    }
  peer_vardict_add_string (&builder, "targetPeerId", target_id);

  *self = (PeerManagerMessage){ .type = type };
  self->sender_id = g_strdup (sender_id);
  self->target_id = g_strdup (target_id);
  self->payload = g_variant_ref_sink (g_variant_builder_end (&builder));
}

gboolean
peer_manager_message_get_payload (const PeerManagerMessage *self,
                                  PeerPayload *payload,
                                  GError **error)
{
  gboolean is_candidate = self->type == PEER_MANAGER_MESSAGE_CANDIDATE;
  gint64 index;

  g_return_val_if_fail (peer_manager_message_is_signal (self), FALSE);

  *payload = (PeerPayload){ .sdp_m_line_index = -1 };
  if (!is_candidate && !lookup_string (self->payload, "sdp", &payload->sdp))
    return missing ("sdp", error);
  if (is_candidate && !g_variant_lookup (self->payload, "candidate", "s", &payload->candidate))
    return missing ("candidate", error);

  payload->type = g_strdup ("data");
  if (!is_candidate)
    payload->sdp_type = g_strdup (self->type == PEER_MANAGER_MESSAGE_OFFER ? "offer" : "answer");
  g_variant_lookup (self->payload, "sdpMid", "s", &payload->sdp_mid);
  if (g_variant_lookup (self->payload, "sdpMLineIndex", "x", &index) && index >= 0 && index <= G_MAXUINT16)
    payload->sdp_m_line_index = (int) index;

  return TRUE;
}
