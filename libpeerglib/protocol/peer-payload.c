/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-payload-private.h"

#include <glib/gi18n-lib.h>
#include <libpeerglib/peer-error.h>

#include "peer-json-private.h"

static char *
lookup_string (GVariant *object,
               const char *key)
{
  char *string = NULL;

  if (object != NULL)
    g_variant_lookup (object, key, "s", &string);

  return string;
}

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
  payload->sdp_type = lookup_string (description, "type");
  payload->sdp = lookup_string (description, "sdp");
}

void
peer_payload_read_candidate (PeerPayload *payload,
                             GVariant *candidate)
{
  gint64 index;

  payload->candidate = lookup_string (candidate, "candidate");
  payload->sdp_mid = lookup_string (candidate, "sdpMid");
  payload->username_fragment = lookup_string (candidate, "usernameFragment");
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
    payload->connection_id = lookup_string (value, "connectionId");
  if (payload->connection_id == NULL)
    {
      g_set_error_literal (error, PEER_ERROR, PEER_ERROR_INVALID_DATA, _ ("The message names no connection"));
      return FALSE;
    }

  payload->type = lookup_string (value, "type");
  payload->label = lookup_string (value, "label");
  payload->serialization = lookup_string (value, "serialization");
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
add_string (GVariantBuilder *builder,
            const char *key,
            const char *string)
{
  g_variant_builder_add (builder, "{sv}", key, g_variant_new_string (string));
}

static void
add_common (GVariantBuilder *builder,
            const PeerPayload *payload)
{
  add_string (builder, "type", payload->type);
  add_string (builder, "connectionId", payload->connection_id);
}

GVariant *
peer_payload_make_description (const PeerPayload *payload)
{
  GVariantBuilder description;

  g_variant_builder_init (&description, G_VARIANT_TYPE_VARDICT);
  add_string (&description, "sdp", payload->sdp);
  add_string (&description, "type", payload->sdp_type);

  return g_variant_builder_end (&description);
}

GVariant *
peer_payload_make_candidate (const PeerPayload *payload)
{
  GVariantBuilder candidate;

  g_variant_builder_init (&candidate, G_VARIANT_TYPE_VARDICT);
  add_string (&candidate, "candidate", payload->candidate);
  if (payload->sdp_mid != NULL)
    add_string (&candidate, "sdpMid", payload->sdp_mid);
  if (payload->sdp_m_line_index >= 0)
    g_variant_builder_add (&candidate, "{sv}", "sdpMLineIndex", g_variant_new_int64 (payload->sdp_m_line_index));
  if (payload->username_fragment != NULL)
    add_string (&candidate, "usernameFragment", payload->username_fragment);

  return g_variant_builder_end (&candidate);
}

static void
add_description (GVariantBuilder *builder,
                 const PeerPayload *payload)
{
  if (payload->sdp != NULL)
    g_variant_builder_add (builder, "{sv}", "sdp", peer_payload_make_description (payload));
}

static void
add_resume (GVariantBuilder *builder,
            const PeerPayload *payload)
{
  GVariantBuilder resume;

  if (!payload->has_resume)
    return;

  g_variant_builder_init (&resume, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&resume, "{sv}", "attempt", g_variant_new_int64 (payload->resume_attempt));
  if (payload->resume_refused)
    g_variant_builder_add (&resume, "{sv}", "refused", g_variant_new_boolean (TRUE));
  g_variant_builder_add (builder, "{sv}", "resume", g_variant_builder_end (&resume));
}

static char *
print (GVariantBuilder *builder,
       GError **error)
{
  g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_builder_end (builder));

  return peer_json_print (value, NULL, error);
}

char *
peer_payload_print_offer (const PeerPayload *payload,
                          GError **error)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  add_description (&builder, payload);
  add_common (&builder, payload);
  if (payload->metadata != NULL)
    g_variant_builder_add (&builder, "{sv}", "metadata", payload->metadata);
  add_string (&builder, "label", payload->label);
  g_variant_builder_add (&builder, "{sv}", "reliable", g_variant_new_boolean (payload->reliable));
  add_string (&builder, "serialization", payload->serialization);
  add_resume (&builder, payload);

  return print (&builder, error);
}

char *
peer_payload_print_answer (const PeerPayload *payload)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  add_description (&builder, payload);
  add_common (&builder, payload);
  add_resume (&builder, payload);

  return print (&builder, NULL);
}

char *
peer_payload_print_candidate (const PeerPayload *payload)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&builder, "{sv}", "candidate", peer_payload_make_candidate (payload));
  add_common (&builder, payload);
  add_resume (&builder, payload);

  return print (&builder, NULL);
}
