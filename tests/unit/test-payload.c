/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <libpeerglib/peer.h>

#include "libpeerglib/protocol/peer-payload-private.h"

static void
parse (PeerPayload *payload,
       const char *text)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (peer_payload_parse (payload, text, strlen (text), &error));
  g_assert_no_error (error);
}

static void
test_offer (void)
{
  const char *text = "{\"sdp\":{\"sdp\":\"v=0\\r\\n\",\"type\":\"offer\"},\"type\":\"data\",\"connectionId\":\"dc_1\","
                     "\"metadata\":{\"a\":1},\"label\":\"chat\",\"reliable\":true,\"serialization\":\"binary\"}";
  g_auto (PeerPayload) payload = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *printed = NULL;

  parse (&payload, text);
  g_assert_cmpstr (payload.connection_id, ==, "dc_1");
  g_assert_cmpstr (payload.type, ==, "data");
  g_assert_cmpstr (payload.sdp_type, ==, "offer");
  g_assert_cmpstr (payload.sdp, ==, "v=0\r\n");
  g_assert_cmpstr (payload.label, ==, "chat");
  g_assert_true (payload.reliable);
  g_assert_cmpstr (payload.serialization, ==, "binary");
  g_assert_true (g_variant_is_of_type (payload.metadata, G_VARIANT_TYPE_VARDICT));
  g_assert_null (payload.candidate);
  g_assert_cmpint (payload.sdp_m_line_index, ==, -1);

  printed = peer_payload_print_offer (&payload, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (printed, ==, text);
}

static void
test_answer (void)
{
  const char *text = "{\"sdp\":{\"sdp\":\"v=0\",\"type\":\"answer\"},\"type\":\"data\",\"connectionId\":\"dc_1\"}";
  g_auto (PeerPayload) payload = { 0 };
  g_autofree char *printed = NULL;

  parse (&payload, text);
  g_assert_null (payload.label);
  g_assert_null (payload.metadata);
  g_assert_false (payload.reliable);
  printed = peer_payload_print_answer (&payload);
  g_assert_cmpstr (printed, ==, text);
}

static void
test_candidate (void)
{
  const char *texts[] = {
    "{\"candidate\":{\"candidate\":\"candidate:1\",\"sdpMid\":\"0\",\"sdpMLineIndex\":0,\"usernameFragment\":\"abc\"},\"type\":\"data\",\"connectionId\":\"dc_1\"}",
    "{\"candidate\":{\"candidate\":\"\"},\"type\":\"media\",\"connectionId\":\"mc_1\"}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_auto (PeerPayload) payload = { 0 };
      g_autofree char *printed = NULL;

      parse (&payload, texts[i]);
      printed = peer_payload_print_candidate (&payload);
      g_assert_cmpstr (printed, ==, texts[i]);
    }
}

/* Of connections that outlive their link; PeerJS ignores it. */
static void
test_resume (void)
{
  const char *offer = "{\"sdp\":{\"sdp\":\"v=0\",\"type\":\"offer\"},\"type\":\"data\",\"connectionId\":\"dc_1\","
                      "\"label\":\"chat\",\"reliable\":true,\"serialization\":\"binary\",\"resume\":{\"attempt\":0}}";
  const char *refusal = "{\"type\":\"data\",\"connectionId\":\"dc_1\",\"resume\":{\"attempt\":4294967295,\"refused\":true}}";
  const char *candidate = "{\"candidate\":{\"candidate\":\"c\"},\"type\":\"data\",\"connectionId\":\"dc_1\",\"resume\":{\"attempt\":7}}";
  const char *malformed[] = { "null", "true", "[]", "0", "{}", "{\"attempt\":-1}", "{\"attempt\":4294967296}", "{\"attempt\":\"1\"}", "{\"attempt\":0.5}" };
  g_auto (PeerPayload) first = { 0 };
  g_auto (PeerPayload) second = { 0 };
  g_auto (PeerPayload) third = { 0 };
  g_autofree char *printed_offer = NULL;
  g_autofree char *printed_refusal = NULL;
  g_autofree char *printed_candidate = NULL;

  parse (&first, offer);
  g_assert_true (first.has_resume);
  g_assert_cmpuint (first.resume_attempt, ==, 0);
  g_assert_false (first.resume_refused);
  printed_offer = peer_payload_print_offer (&first, NULL);
  g_assert_cmpstr (printed_offer, ==, offer);

  parse (&second, refusal);
  g_assert_cmpuint (second.resume_attempt, ==, G_MAXUINT32);
  g_assert_true (second.resume_refused);
  g_assert_null (second.sdp);
  printed_refusal = peer_payload_print_answer (&second);
  g_assert_cmpstr (printed_refusal, ==, refusal);

  parse (&third, candidate);
  g_assert_cmpuint (third.resume_attempt, ==, 7);
  printed_candidate = peer_payload_print_candidate (&third);
  g_assert_cmpstr (printed_candidate, ==, candidate);

  for (guint i = 0; i < G_N_ELEMENTS (malformed); i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"connectionId\":\"c\",\"resume\":%s}", malformed[i]);
      g_auto (PeerPayload) payload = { 0 };

      parse (&payload, text);
      g_assert_false (payload.has_resume);
    }
}

static void
test_wrong_types (void)
{
  const char *index[] = { "-1", "65536", "0.5", "\"0\"", "null", "99999999999999999999" };
  g_auto (PeerPayload) payload = { 0 };

  parse (&payload, "{\"connectionId\":\"c\",\"type\":7,\"sdp\":[],\"label\":{},\"reliable\":1,\"serialization\":null,\"candidate\":\"x\"}");
  g_assert_null (payload.type);
  g_assert_null (payload.sdp);
  g_assert_null (payload.label);
  g_assert_false (payload.reliable);
  g_assert_null (payload.serialization);
  g_assert_null (payload.candidate);

  for (guint i = 0; i < G_N_ELEMENTS (index); i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"connectionId\":\"c\",\"candidate\":{\"candidate\":7,\"sdpMid\":0,\"sdpMLineIndex\":%s}}", index[i]);
      g_auto (PeerPayload) candidate = { 0 };

      parse (&candidate, text);
      g_assert_null (candidate.candidate);
      g_assert_null (candidate.sdp_mid);
      g_assert_cmpint (candidate.sdp_m_line_index, ==, -1);
    }
}

static void
test_refused (void)
{
  const char *texts[] = { "", "null", "[]", "7", "\"c\"", "{", "{}", "{\"connectionId\":null}", "{\"connectionId\":7}", "{\"connectionId\":\"c\"} x" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_auto (PeerPayload) payload = { 0 };
      g_autoptr (GError) error = NULL;

      g_assert_false (peer_payload_parse (&payload, texts[i], strlen (texts[i]), &error));
      g_assert_error (error, PEER_ERROR, PEER_ERROR_INVALID_DATA);
      g_assert_null (payload.connection_id);
    }
}

static void
test_metadata_without_form (void)
{
  g_autoptr (GVariant) metadata = g_variant_ref_sink (g_variant_new_double (g_ascii_strtod ("inf", NULL)));
  PeerPayload payload = { .connection_id = "c", .type = "data", .sdp_type = "offer", .sdp = "v=0", .label = "l", .serialization = "json", .metadata = metadata };
  g_autoptr (GError) error = NULL;

  g_assert_null (peer_payload_print_offer (&payload, &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_UNSUPPORTED_VALUE);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_summary ("The payloads of OFFER, ANSWER and CANDIDATE");

  g_test_add_func ("/payload/offer", test_offer);
  g_test_add_func ("/payload/answer", test_answer);
  g_test_add_func ("/payload/candidate", test_candidate);
  g_test_add_func ("/payload/resume", test_resume);
  g_test_add_func ("/payload/wrong-types", test_wrong_types);
  g_test_add_func ("/payload/refused", test_refused);
  g_test_add_func ("/payload/metadata-without-form", test_metadata_without_form);

  return g_test_run ();
}
