/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <libpeerglib/peer.h>

#include "libpeerglib/protocol/peer-json-private.h"
#include "libpeerglib/protocol/peer-topic-message-private.h"

static PeerTopicMessage *
parse (const char *text,
       GError **error)
{
  g_autoptr (GVariant) value = peer_json_parse (text, strlen (text), PEER_JSON_MAX_DEPTH, NULL);

  g_assert_nonnull (value);

  return peer_topic_message_parse (value, error);
}

static char *
print (const PeerTopicMessage *message)
{
  g_autoptr (GVariant) value = g_variant_ref_sink (peer_topic_message_to_value (message));
  g_autoptr (GError) error = NULL;
  char *text = peer_json_print (value, NULL, &error);

  g_assert_no_error (error);

  return text;
}

static void
test_round_trip (void)
{
  const char *const texts[] = {
    "{\"type\":\"invoke\",\"id\":\"a\"}",
    "{\"type\":\"invoke\",\"id\":\"{6c1d-2}\",\"credentials\":{\"password\":\"p\"}}",
    "{\"type\":\"offer\",\"id\":\"a\",\"offer\":{\"sdp\":\"v=0\\r\\n\",\"type\":\"offer\"}}",
    "{\"type\":\"offer\",\"id\":\"a\",\"offer\":{\"sdp\":\"v=0\",\"type\":\"offer\"},\"state\":{\"b\":[1]},\"metadata\":{\"b\":[1]}}",
    "{\"type\":\"answer\",\"id\":\"a\",\"answer\":{\"sdp\":\"v=0\",\"type\":\"answer\"}}",
    "{\"type\":\"candidate\",\"id\":\"a\",\"candidate\":{\"candidate\":\"candidate:1\",\"sdpMid\":\"0\",\"sdpMLineIndex\":0,\"usernameFragment\":\"u\"}}",
    "{\"type\":\"candidate\",\"id\":\"a\",\"candidate\":{\"candidate\":\"\"}}",
    "{\"type\":\"sync\",\"id\":\"a\",\"state\":{\"b\":true}}",
    "{\"type\":\"dispose\",\"id\":\"a\"}",
    "{\"type\":\"dispose\",\"id\":\"a\",\"state\":null}",
  };

  g_test_summary ("Each message is printed as it was parsed");

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (PeerTopicMessage) message = parse (texts[i], &error);
      g_autofree char *text = NULL;

      g_assert_no_error (error);
      text = print (message);
      g_assert_cmpstr (text, ==, texts[i]);
    }
}

static void
test_parts (void)
{
  g_autoptr (PeerTopicMessage) offer = parse (
      "{\"type\":\"offer\",\"id\":\"a\",\"offer\":{\"sdp\":\"v=0\",\"type\":\"offer\"},\"metadata\":{\"b\":1}}", NULL);
  g_autoptr (PeerTopicMessage) both = parse (
      "{\"type\":\"offer\",\"id\":\"a\",\"offer\":{\"sdp\":\"v=0\",\"type\":\"offer\"},\"metadata\":1,\"state\":2}", NULL);
  g_autoptr (PeerTopicMessage) candidate = parse (
      "{\"type\":\"candidate\",\"id\":\"a\",\"candidate\":{\"candidate\":\"c\",\"sdpMLineIndex\":-3}}", NULL);
  gint64 number = 0;

  g_test_summary ("The state of an offer is read under both of its names; an index out of range counts as missing");

  g_assert_cmpint (offer->type, ==, PEER_TOPIC_MESSAGE_OFFER);
  g_assert_cmpstr (offer->payload.sdp, ==, "v=0");
  g_assert_null (offer->payload.connection_id);
  g_assert_true (g_variant_lookup (offer->state, "b", "x", &number));
  g_assert_cmpint (number, ==, 1);
  g_assert_cmpint (g_variant_get_int64 (both->state), ==, 2);
  g_assert_cmpint (candidate->payload.sdp_m_line_index, ==, -1);
  g_assert_null (candidate->payload.sdp_mid);
}

static void
test_unknown_type (void)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A type that is not known is no error");

  g_assert_null (parse ("{\"type\":\"renegotiate\",\"id\":\"a\"}", &error));
  g_assert_no_error (error);
}

static void
test_invalid (void)
{
  g_autofree char *long_id = g_strnfill (PEER_TOPIC_MESSAGE_ID_MAX_LENGTH + 1, 'x');
  g_autofree char *long_id_text = g_strdup_printf ("{\"type\":\"invoke\",\"id\":\"%s\"}", long_id);
  const char *const texts[] = {
    "1",
    "[]",
    "\"invoke\"",
    "{}",
    "{\"type\":1,\"id\":\"a\"}",
    "{\"type\":\"invoke\"}",
    "{\"type\":\"invoke\",\"id\":\"\"}",
    "{\"type\":\"invoke\",\"id\":7}",
    "{\"type\":\"offer\",\"id\":\"a\"}",
    "{\"type\":\"offer\",\"id\":\"a\",\"offer\":\"v=0\"}",
    "{\"type\":\"offer\",\"id\":\"a\",\"offer\":{\"type\":\"offer\"}}",
    "{\"type\":\"offer\",\"id\":\"a\",\"offer\":{\"type\":\"answer\",\"sdp\":\"v=0\"}}",
    "{\"type\":\"answer\",\"id\":\"a\",\"offer\":{\"type\":\"answer\",\"sdp\":\"v=0\"}}",
    "{\"type\":\"answer\",\"id\":\"a\",\"answer\":{\"type\":\"answer\",\"sdp\":1}}",
    "{\"type\":\"candidate\",\"id\":\"a\"}",
    "{\"type\":\"candidate\",\"id\":\"a\",\"candidate\":null}",
    "{\"type\":\"candidate\",\"id\":\"a\",\"candidate\":{\"sdpMid\":\"0\"}}",
    long_id_text,
  };

  g_test_summary ("What is missing, of another type or beyond a limit is an error");

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (parse (texts[i], &error));
      g_assert_error (error, PEER_ERROR, PEER_ERROR_INVALID_DATA);
    }
}

static void
test_too_big (void)
{
  g_autofree char *text = g_strnfill (PEER_TOPIC_MESSAGE_MAX_SIZE, 'x');
  g_autoptr (GVariant) state = g_variant_ref_sink (g_variant_new_string (text));
  PeerTopicMessage message = PEER_TOPIC_MESSAGE_INIT (PEER_TOPIC_MESSAGE_SYNC, "a");
  g_autoptr (GVariant) value = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A message beyond the size is refused whole");

  message.state = state;
  value = g_variant_ref_sink (peer_topic_message_to_value (&message));
  g_assert_null (peer_topic_message_parse (value, &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/topic-message/round-trip", test_round_trip);
  g_test_add_func ("/topic-message/parts", test_parts);
  g_test_add_func ("/topic-message/unknown-type", test_unknown_type);
  g_test_add_func ("/topic-message/invalid", test_invalid);
  g_test_add_func ("/topic-message/too-big", test_too_big);

  return g_test_run ();
}
