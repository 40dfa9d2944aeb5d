/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include <libpeerglib/peer.h>

#include "libpeerglib/protocol/peer-envelope-private.h"

static void
assert_payload (const PeerEnvelope *envelope,
                const char *expected)
{
  g_autofree char *payload = g_strndup (envelope->payload, envelope->payload_length);

  g_assert_cmpstr (payload, ==, expected);
}

static void
parse (PeerEnvelope *envelope,
       const char *text)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (peer_envelope_parse (envelope, text, strlen (text), 32, &error));
  g_assert_no_error (error);
}

static void
assert_refused (const char *text,
                gsize length,
                int code)
{
  g_auto (PeerEnvelope) envelope = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_false (peer_envelope_parse (&envelope, text, length, 32, &error));
  g_assert_error (error, PEER_ERROR, code);
  g_assert_null (envelope.type_name);
  g_assert_null (envelope.payload);
}

static void
test_envelope_offer (void)
{
  g_auto (PeerEnvelope) envelope = { 0 };
  const char *text = "{\"type\":\"OFFER\",\"src\":\"alice\",\"payload\":{\"sdp\":{\"sdp\":\"v=0\\r\\n\"}, \"a\":[1]} ,\"dst\":\"bob\"}";

  g_test_summary ("The members are found and the payload stays the text it was");

  parse (&envelope, text);
  g_assert_cmpint (envelope.type, ==, PEER_MESSAGE_TYPE_OFFER);
  g_assert_cmpstr (envelope.type_name, ==, "OFFER");
  g_assert_cmpstr (envelope.src, ==, "alice");
  g_assert_cmpstr (envelope.dst, ==, "bob");
  assert_payload (&envelope, "{\"sdp\":{\"sdp\":\"v=0\\r\\n\"}, \"a\":[1]}");
  g_assert_true (envelope.payload > text && envelope.payload < text + strlen (text));
}

static void
test_envelope_types (void)
{
  g_test_summary ("Each type has its name, in capitals; others are unknown but keep it");

  for (PeerMessageType type = PEER_MESSAGE_TYPE_OPEN; type <= PEER_MESSAGE_TYPE_HEARTBEAT; type++)
    {
      g_auto (PeerEnvelope) envelope = { 0 };
      g_autofree char *text = g_strdup_printf ("{\"type\":\"%s\"}", peer_message_type_to_name (type));

      parse (&envelope, text);
      g_assert_cmpint (envelope.type, ==, type);
    }

  for (guint i = 0; i < 3; i++)
    {
      const char *const names[] = { "offer", "", "PING" };
      g_auto (PeerEnvelope) envelope = { 0 };
      g_autofree char *text = g_strdup_printf ("{\"type\":\"%s\"}", names[i]);

      parse (&envelope, text);
      g_assert_cmpint (envelope.type, ==, PEER_MESSAGE_TYPE_UNKNOWN);
      g_assert_cmpstr (envelope.type_name, ==, names[i]);
    }
}

static void
test_envelope_payloads (void)
{
  const char *const payloads[] = {
    "null", "true", "false", "0", "-1.5e+3", "\"\"", "\"x\\\"\"", "[]", "{}", "[[],{\"payload\":1}]", "\"\xc3\xa9\""
  };

  g_test_summary ("The payload is any JSON value");

  for (gsize i = 0; i < G_N_ELEMENTS (payloads); i++)
    {
      g_auto (PeerEnvelope) envelope = { 0 };
      g_autofree char *text = g_strdup_printf (" { \"payload\" :\n%s\t}\r\n", payloads[i]);

      parse (&envelope, text);
      assert_payload (&envelope, payloads[i]);
      g_assert_null (envelope.type_name);
    }
}

static void
test_envelope_missing_members (void)
{
  g_auto (PeerEnvelope) empty = { 0 };
  g_auto (PeerEnvelope) wrong = { 0 };

  g_test_summary ("A member that is not there or not a string is missing");

  parse (&empty, "{}");
  g_assert_cmpint (empty.type, ==, PEER_MESSAGE_TYPE_UNKNOWN);
  g_assert_null (empty.type_name);
  g_assert_null (empty.src);
  g_assert_null (empty.dst);
  g_assert_null (empty.payload);

  parse (&wrong, "{\"type\":1,\"src\":null,\"dst\":{\"dst\":\"x\"},\"other\":\"y\"}");
  g_assert_null (wrong.type_name);
  g_assert_null (wrong.src);
  g_assert_null (wrong.dst);
}

static void
test_envelope_last_member_counts (void)
{
  g_auto (PeerEnvelope) envelope = { 0 };

  g_test_summary ("Of equal members the last one counts, also when it is not a string");

  parse (&envelope, "{\"type\":\"OFFER\",\"src\":\"a\",\"dst\":\"x\",\"payload\":1,"
                    "\"dst\":\"y\",\"payload\":2,\"type\":\"LEAVE\",\"src\":0}");
  g_assert_cmpint (envelope.type, ==, PEER_MESSAGE_TYPE_LEAVE);
  g_assert_cmpstr (envelope.dst, ==, "y");
  g_assert_null (envelope.src);
  assert_payload (&envelope, "2");
}

static void
test_envelope_escapes (void)
{
  g_auto (PeerEnvelope) envelope = { 0 };

  g_test_summary ("Keys and strings are unescaped");

  parse (&envelope, "{\"\\u0074ype\":\"OFF\\u0045R\",\"dst\":\"\\ud83d\\ude00\\u0000\\ud800\\/\\n\","
                    "\"\\u0074\\u0079\\u0070\\u0065\\u0065\\u0065\\u0065\":\"no\"}");
  g_assert_cmpint (envelope.type, ==, PEER_MESSAGE_TYPE_OFFER);
  g_assert_cmpstr (envelope.dst, ==, "\xf0\x9f\x98\x80\xef\xbf\xbd\xef\xbf\xbd/\n");
}

static void
test_envelope_invalid (void)
{
  const char *const texts[] = {
    "", " ", "null", "1", "\"x\"", "[]", "[{}]", "{", "{}{}", "{} x", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,}", "{a:1}",
    "{\"a\":1 \"b\":2}", "{'a':1}", "{\"a\":01}", "{\"a\":1.}", "{\"a\":.5}", "{\"a\":+1}", "{\"a\":1e}", "{\"a\":-}", "{\"a\":nul}",
    "{\"a\":NaN}", "{\"a\":\"\\x\"}", "{\"a\":\"\\u12g4\"}", "{\"a\":\"\\u12\"}", "{\"a\":\"\n\"}", "{\"a\":\"\xff\"}",
    "{\"a\":\"\xc0\x80\"}", "{\"a\":\"\xed\xa0\x80\"}", "{\"a\":\"\xf4\x90\x80\x80\"}", "{\"a\":\"x", "{\"a\":[1}", "{\"a\":{]}", "\xef\xbb\xbf{}"
  };

  g_test_summary ("Text that is not a JSON object in UTF-8 is refused");

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_refused (texts[i], strlen (texts[i]), PEER_ERROR_INVALID_DATA);
  assert_refused ("{}\0", 3, PEER_ERROR_INVALID_DATA);
  assert_refused ("{\"a\":\"\0\"}", 9, PEER_ERROR_INVALID_DATA);
  assert_refused (NULL, 0, PEER_ERROR_INVALID_DATA);
}

static void
test_envelope_truncated (void)
{
  const char *text = "{\"type\":\"OFFER\",\"payload\":[true,null,-1.5e3,\"\\u00e9\xc3\xa9\"],\"dst\":\"bob\"}";

  g_test_summary ("No beginning of a message is a message, and none is read past its end");

  for (gsize length = 0; length < strlen (text); length++)
    {
      g_autofree char *part = g_memdup2 (text, length);

      assert_refused (part, length, PEER_ERROR_INVALID_DATA);
    }
}

static void
test_envelope_depth (void)
{
  g_auto (PeerEnvelope) envelope = { 0 };
  g_autoptr (GString) text = g_string_new ("{\"payload\":");

  g_test_summary ("Nesting up to the limit is fine, one more is not, a million neither");

  for (guint i = 0; i < 31; i++)
    g_string_append_c (text, '[');
  for (guint i = 0; i < 31; i++)
    g_string_append_c (text, ']');
  g_string_append_c (text, '}');
  parse (&envelope, text->str);

  g_string_insert (text, 11, "[");
  assert_refused (text->str, text->len, PEER_ERROR_LIMIT_EXCEEDED);

  g_string_truncate (text, 11);
  for (guint i = 0; i < 1000000; i++)
    g_string_append_c (text, '[');
  assert_refused (text->str, text->len, PEER_ERROR_LIMIT_EXCEEDED);
}

static void
test_envelope_build (void)
{
  g_autoptr (GBytes) full = peer_envelope_build ("OFFER", "a\"b", "\xc3\xa9", "{\"x\":1}junk", 7);
  g_autoptr (GBytes) sparse = peer_envelope_build (NULL, NULL, "bob", "null", 4);
  g_autoptr (GBytes) empty = peer_envelope_build (NULL, NULL, NULL, NULL, 0);
  const char *expected = "{\"type\":\"OFFER\",\"src\":\"a\\\"b\",\"dst\":\"\xc3\xa9\",\"payload\":{\"x\":1}}";

  g_test_summary ("Members come in the server's order, missing ones are left out");

  g_assert_cmpmem (g_bytes_get_data (full, NULL), g_bytes_get_size (full), expected, strlen (expected));
  g_assert_cmpmem (g_bytes_get_data (sparse, NULL), g_bytes_get_size (sparse), "{\"dst\":\"bob\",\"payload\":null}", 28);
  g_assert_cmpmem (g_bytes_get_data (empty, NULL), g_bytes_get_size (empty), "{}", 2);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/envelope/offer", test_envelope_offer);
  g_test_add_func ("/envelope/types", test_envelope_types);
  g_test_add_func ("/envelope/payloads", test_envelope_payloads);
  g_test_add_func ("/envelope/missing-members", test_envelope_missing_members);
  g_test_add_func ("/envelope/last-member-counts", test_envelope_last_member_counts);
  g_test_add_func ("/envelope/escapes", test_envelope_escapes);
  g_test_add_func ("/envelope/invalid", test_envelope_invalid);
  g_test_add_func ("/envelope/truncated", test_envelope_truncated);
  g_test_add_func ("/envelope/depth", test_envelope_depth);
  g_test_add_func ("/envelope/build", test_envelope_build);

  return g_test_run ();
}
