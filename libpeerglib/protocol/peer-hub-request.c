/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>
#include <libpeerglib/peer-error.h>

#include "peer-hub-request-private.h"
#include "peer-json-private.h"
#include "peer-vardict-private.h"

gboolean
peer_hub_name_is_valid (const char *name)
{
  gsize length = strlen (name);

  if (length == 0 || length > PEER_HUB_MAX_NAME_LENGTH || !g_utf8_validate (name, (gssize) length, NULL))
    return FALSE;

  for (const char *p = name; *p != '\0'; p = g_utf8_next_char (p))
    {
      if (g_unichar_iscntrl (g_utf8_get_char (p)))
        return FALSE;
    }

  return TRUE;
}

static gboolean
refuse (const char *message,
        GError **error)
{
  g_set_error_literal (error, PEER_ERROR, PEER_ERROR_INVALID_DATA, message);

  return FALSE;
}

static gboolean
is_null (GVariant *value)
{
  return g_variant_is_of_type (value, G_VARIANT_TYPE_MAYBE);
}

/* NULL for null, too. */
static GVariant *
lookup_value (GVariant *object,
              const char *key)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (object, key, NULL);

  return value == NULL || is_null (value) ? NULL : g_steal_pointer (&value);
}

static gboolean
is_object (GVariant *value)
{
  return g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT);
}

gboolean
peer_hub_request_set_offer (PeerHubRequest *request,
                            GVariant *offer,
                            GError **error)
{
  PeerPayload *payload = &request->payload;

  peer_payload_clear (payload);
  payload->sdp_m_line_index = -1;
  if (is_object (offer))
    peer_payload_read_description (payload, offer);
  if (payload->sdp == NULL || g_strcmp0 (payload->sdp_type, "offer") != 0)
    return refuse (_ ("The offer has no description of the type “offer”"), error);

  return TRUE;
}

gboolean
peer_hub_request_set_candidate (PeerHubRequest *request,
                                GVariant *candidate,
                                GError **error)
{
  PeerPayload *payload = &request->payload;

  peer_payload_clear (payload);
  payload->sdp_m_line_index = -1;
  if (is_null (candidate))
    return TRUE;

  if (is_object (candidate))
    peer_payload_read_candidate (payload, candidate);
  if (payload->candidate == NULL)
    return refuse (_ ("The candidate says nothing"), error);
  if (*payload->candidate == '\0')
    g_clear_pointer (&payload->candidate, g_free);

  return TRUE;
}

static gboolean
parse_members (PeerHubRequest *request,
               PeerHubRequestKind kind,
               GVariant *object,
               GError **error)
{
  const char *key = kind == PEER_HUB_REQUEST_OFFER ? "offer" : "candidate";
  g_autoptr (GVariant) payload = g_variant_lookup_value (object, key, NULL);

  request->room = peer_vardict_dup_string (object, "room");
  request->peer_id = peer_vardict_dup_string (object, "peer_id");
  request->token = peer_vardict_dup_string (object, "token");
  if (request->room == NULL || request->peer_id == NULL || (kind != PEER_HUB_REQUEST_LEAVE && payload == NULL))
    return refuse (_ ("Missing required parameters"), error);

  if (!peer_hub_name_is_valid (request->room) || !peer_hub_name_is_valid (request->peer_id) ||
      (request->token != NULL && strlen (request->token) > PEER_HUB_MAX_NAME_LENGTH) ||
      g_str_equal (request->peer_id, PEER_HUB_SERVER_ID))
    {
      g_set_error_literal (error, PEER_ERROR, PEER_ERROR_INVALID_ID, _ ("The name of the room or of the peer is not valid"));
      return FALSE;
    }

  if (kind == PEER_HUB_REQUEST_LEAVE)
    return TRUE;
  if (kind == PEER_HUB_REQUEST_CANDIDATE)
    return peer_hub_request_set_candidate (request, payload, error);

  request->credentials = lookup_value (object, "credentials");
  request->metadata = lookup_value (object, "metadata");

  return peer_hub_request_set_offer (request, payload, error);
}

gboolean
peer_hub_request_parse (PeerHubRequest *request,
                        PeerHubRequestKind kind,
                        const char *text,
                        gsize length,
                        GError **error)
{
  g_autoptr (GVariant) value = peer_json_parse (text, length, PEER_JSON_MAX_DEPTH, error);

  *request = (PeerHubRequest){ .payload.sdp_m_line_index = -1 };
  if (value == NULL)
    return FALSE;
  if (!is_object (value))
    return refuse (_ ("A request must be a JSON object"), error);

  return parse_members (request, kind, value, error);
}

void
peer_hub_request_clear (PeerHubRequest *request)
{
  g_clear_pointer (&request->room, g_free);
  g_clear_pointer (&request->peer_id, g_free);
  g_clear_pointer (&request->token, g_free);
  g_clear_pointer (&request->credentials, g_variant_unref);
  g_clear_pointer (&request->metadata, g_variant_unref);
  peer_payload_clear (&request->payload);
}

static GVariant *
new_candidate (const PeerPayload *payload)
{
  return payload->candidate != NULL ? peer_payload_make_candidate (payload) : g_variant_new_maybe (G_VARIANT_TYPE_VARIANT, NULL);
}

char *
peer_hub_request_print (const PeerHubRequest *request,
                        PeerHubRequestKind kind,
                        GError **error)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  peer_vardict_add_string (&builder, "room", request->room);
  peer_vardict_add_string (&builder, "peer_id", request->peer_id);
  if (kind == PEER_HUB_REQUEST_OFFER)
    {
      peer_vardict_add (&builder, "offer", peer_payload_make_description (&request->payload));
      peer_vardict_add (&builder, "credentials", request->credentials);
      peer_vardict_add (&builder, "metadata", request->metadata);
    }
  else if (kind == PEER_HUB_REQUEST_CANDIDATE)
    {
      peer_vardict_add (&builder, "candidate", new_candidate (&request->payload));
    }
  peer_vardict_add_string (&builder, "token", request->token);

  return peer_vardict_print (&builder, error);
}

char *
peer_hub_answer_print (const char *sdp,
                       const char *peer_id)
{
  /* Borrows all it holds. */
  const PeerPayload payload = { .sdp_type = (char *) "answer", .sdp = (char *) sdp };
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  peer_vardict_add (&builder, "answer", peer_payload_make_description (&payload));
  peer_vardict_add_string (&builder, "peer_id", peer_id);

  return peer_vardict_print (&builder, NULL);
}

static char *
print_member (const char *key,
              const char *string)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  peer_vardict_add_string (&builder, key, string);

  return peer_vardict_print (&builder, NULL);
}

char *
peer_hub_answer_print_status (void)
{
  return print_member ("status", "ok");
}

char *
peer_hub_answer_print_error (const char *message)
{
  return print_member ("error", message);
}

char *
peer_hub_answer_parse (const char *text,
                       gsize length,
                       GError **error)
{
  g_autoptr (GVariant) value = peer_json_parse (text, length, PEER_JSON_MAX_DEPTH, error);
  g_autoptr (GVariant) answer = NULL;
  char *sdp = NULL;

  if (value == NULL)
    return NULL;

  if (is_object (value))
    answer = g_variant_lookup_value (value, "answer", G_VARIANT_TYPE_VARDICT);
  if (answer != NULL)
    sdp = peer_vardict_dup_string (answer, "sdp");
  if (sdp == NULL)
    refuse (_ ("The hub's answer has no description"), error);

  return sdp;
}

char *
peer_hub_answer_parse_error (const char *text,
                             gsize length)
{
  g_autoptr (GVariant) value = peer_json_parse (text, length, PEER_JSON_MAX_DEPTH, NULL);

  return value != NULL && is_object (value) ? peer_vardict_dup_string (value, "error") : NULL;
}
