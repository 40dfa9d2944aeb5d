/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-payload-private.h"

#include <glib/gi18n-lib.h>
#include <libpeerglib/peer-error.h>

#include "peer-json-private.h"
#include "peer-vardict-private.h"

static GVariant *
lookup_object (GVariant *object,
               const char *key)
{
  return g_variant_lookup_value (object, key, G_VARIANT_TYPE_VARDICT);
}

void
peer_payload_read_description (PeerPayload *payload,
                               GVariant *description)
{
  payload->sdp_type = peer_vardict_dup_string (description, "type");
  payload->sdp = peer_vardict_dup_string (description, "sdp");
}

void
peer_payload_read_candidate (PeerPayload *payload,
                             GVariant *candidate)
{
  gint64 index;

  payload->candidate = peer_vardict_dup_string (candidate, "candidate");
  payload->sdp_mid = peer_vardict_dup_string (candidate, "sdpMid");
  payload->username_fragment = peer_vardict_dup_string (candidate, "usernameFragment");
  if (g_variant_lookup (candidate, "sdpMLineIndex", "x", &index) && index >= 0 && index <= G_MAXUINT16)
    payload->sdp_m_line_index = (int) index;
}

static void
parse_resume (PeerPayload *payload,
              GVariant *resume)
{
  gint64 attempt;

  if (!g_variant_lookup (resume, "attempt", "x", &attempt) || attempt < 0 || attempt > G_MAXUINT32)
    return;

  payload->has_resume = TRUE;
  payload->resume_attempt = (guint32) attempt;
  g_variant_lookup (resume, "refused", "b", &payload->resume_refused);
}

gboolean
peer_payload_parse (PeerPayload *payload,
                    const char *text,
                    gsize length,
                    GError **error)
{
  g_autoptr (GVariant) value = peer_json_parse (text, length, PEER_JSON_MAX_DEPTH, error);
  g_autoptr (GVariant) description = NULL;
  g_autoptr (GVariant) candidate = NULL;
  g_autoptr (GVariant) resume = NULL;

  *payload = (PeerPayload){ .sdp_m_line_index = -1 };
  if (value == NULL)
    return FALSE;

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT))
    payload->connection_id = peer_vardict_dup_string (value, "connectionId");
  if (payload->connection_id == NULL)
    {
      g_set_error_literal (error, PEER_ERROR, PEER_ERROR_INVALID_DATA, _ ("The message names no connection"));
      return FALSE;
    }

  payload->type = peer_vardict_dup_string (value, "type");
  payload->label = peer_vardict_dup_string (value, "label");
  payload->serialization = peer_vardict_dup_string (value, "serialization");
  payload->metadata = g_variant_lookup_value (value, "metadata", NULL);
  g_variant_lookup (value, "reliable", "b", &payload->reliable);

  description = lookup_object (value, "sdp");
  if (description != NULL)
    peer_payload_read_description (payload, description);

  candidate = lookup_object (value, "candidate");
  if (candidate != NULL)
    peer_payload_read_candidate (payload, candidate);

  resume = lookup_object (value, "resume");
  if (resume != NULL)
    parse_resume (payload, resume);

  return TRUE;
}

void
peer_payload_clear (PeerPayload *payload)
{
  g_clear_pointer (&payload->connection_id, g_free);
  g_clear_pointer (&payload->type, g_free);
  g_clear_pointer (&payload->sdp_type, g_free);
  g_clear_pointer (&payload->sdp, g_free);
  g_clear_pointer (&payload->label, g_free);
  g_clear_pointer (&payload->metadata, g_variant_unref);
  g_clear_pointer (&payload->serialization, g_free);
  g_clear_pointer (&payload->candidate, g_free);
  g_clear_pointer (&payload->sdp_mid, g_free);
  g_clear_pointer (&payload->username_fragment, g_free);
}

static void
add_common (GVariantBuilder *builder,
            const PeerPayload *payload)
{
  peer_vardict_add_string (builder, "type", payload->type);
  peer_vardict_add_string (builder, "connectionId", payload->connection_id);
}

GVariant *
peer_payload_make_description (const PeerPayload *payload)
{
  GVariantBuilder description;

  g_variant_builder_init (&description, G_VARIANT_TYPE_VARDICT);
  peer_vardict_add_string (&description, "sdp", payload->sdp);
  peer_vardict_add_string (&description, "type", payload->sdp_type);

  return g_variant_builder_end (&description);
}

GVariant *
peer_payload_make_candidate (const PeerPayload *payload)
{
  GVariantBuilder candidate;

  g_variant_builder_init (&candidate, G_VARIANT_TYPE_VARDICT);
  peer_vardict_add_string (&candidate, "candidate", payload->candidate);
  peer_vardict_add_string (&candidate, "sdpMid", payload->sdp_mid);
  if (payload->sdp_m_line_index >= 0)
    peer_vardict_add (&candidate, "sdpMLineIndex", g_variant_new_int64 (payload->sdp_m_line_index));
  peer_vardict_add_string (&candidate, "usernameFragment", payload->username_fragment);

  return g_variant_builder_end (&candidate);
}

static void
add_description (GVariantBuilder *builder,
                 const PeerPayload *payload)
{
  if (payload->sdp != NULL)
    peer_vardict_add (builder, "sdp", peer_payload_make_description (payload));
}

static void
add_resume (GVariantBuilder *builder,
            const PeerPayload *payload)
{
  GVariantBuilder resume;

  if (!payload->has_resume)
    return;

  g_variant_builder_init (&resume, G_VARIANT_TYPE_VARDICT);
  peer_vardict_add (&resume, "attempt", g_variant_new_int64 (payload->resume_attempt));
  if (payload->resume_refused)
    peer_vardict_add (&resume, "refused", g_variant_new_boolean (TRUE));
  peer_vardict_add (builder, "resume", g_variant_builder_end (&resume));
}

char *
peer_payload_print_offer (const PeerPayload *payload,
                          GError **error)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  add_description (&builder, payload);
  add_common (&builder, payload);
  peer_vardict_add (&builder, "metadata", payload->metadata);
  peer_vardict_add_string (&builder, "label", payload->label);
  peer_vardict_add (&builder, "reliable", g_variant_new_boolean (payload->reliable));
  peer_vardict_add_string (&builder, "serialization", payload->serialization);
  add_resume (&builder, payload);

  return peer_vardict_print (&builder, error);
}

char *
peer_payload_print_answer (const PeerPayload *payload)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  add_description (&builder, payload);
  add_common (&builder, payload);
  add_resume (&builder, payload);

  return peer_vardict_print (&builder, NULL);
}

char *
peer_payload_print_candidate (const PeerPayload *payload)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  peer_vardict_add (&builder, "candidate", peer_payload_make_candidate (payload));
  add_common (&builder, payload);
  add_resume (&builder, payload);

  return peer_vardict_print (&builder, NULL);
}
