/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <libpeerglib/peer.h>

#include "libpeerglib/protocol/peer-manager-message-private.h"
#include "test-values.h"

#define MAX_DEPTH 16

static void
parse (PeerManagerMessage *message,
       const char *text)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (peer_manager_message_parse (message, text, strlen (text), MAX_DEPTH, &error));
  g_assert_no_error (error);
}

static void
assert_refused (const char *text,
                int code)
{
  g_auto (PeerManagerMessage) message = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_false (peer_manager_message_parse (&message, text, strlen (text), MAX_DEPTH, &error));
  g_assert_error (error, PEER_ERROR, code);
  g_assert_null (message.value);
}

static void
test_manager_message_join (void)
{
  g_auto (PeerManagerMessage) message = { 0 };
  g_auto (PeerManagerMessage) longer = { 0 };

  g_test_summary ("Joining is an action, with or without what the document leaves out");

  parse (&message, "{\"action\":\"join\",\"roomId\":\"room-123\",\"sessionId\":\"user-abc\"}");
  g_assert_cmpint (message.type, ==, PEER_MANAGER_MESSAGE_JOIN);
  g_assert_cmpstr (message.room_id, ==, "room-123");
  g_assert_cmpstr (message.session_id, ==, "user-abc");
  g_assert_null (message.token);
  g_assert_null (message.metadata);
  g_assert_null (message.credentials);

  parse (&longer, "{\"action\":\"join\",\"roomId\":\"r\",\"sessionId\":\"s\",\"token\":\"t\","
                  "\"metadata\":{\"name\":\"John\"},\"credentials\":[1]}");
  g_assert_cmpstr (longer.token, ==, "t");
  assert_value (longer.metadata, "@a{sv} {'name': <'John'>}");
  assert_value (longer.credentials, "@av [<@x 1>]");
}

static void
test_manager_message_payload (void)
{
  static const char *const texts[] = {
    "{\"type\":\"webrtc_offer\",\"payload\":\"{\\\"sdp\\\": \\\"v=0\\\", \\\"type\\\": \\\"offer\\\", "
    "\\\"targetPeerId\\\": \\\"user-def\\\"}\",\"senderSessionId\":\"user-abc\"}",
    "{\"type\":\"webrtc_offer\",\"payload\":{\"sdp\":\"v=0\",\"targetPeerId\":\"user-def\"},\"senderSessionId\":\"user-abc\"}",
  };

  g_test_summary ("A payload is a text of JSON, or an object");

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_auto (PeerManagerMessage) message = { 0 };
      g_auto (PeerPayload) payload = { 0 };

      parse (&message, texts[i]);
      g_assert_cmpint (message.type, ==, PEER_MANAGER_MESSAGE_OFFER);
      g_assert_cmpstr (message.sender_id, ==, "user-abc");
      g_assert_cmpstr (message.target_id, ==, "user-def");
      g_assert_true (peer_manager_message_get_payload (&message, &payload, NULL));
      g_assert_cmpstr (payload.sdp_type, ==, "offer");
      g_assert_cmpstr (payload.sdp, ==, "v=0");
      g_assert_null (payload.connection_id);
    }
}

static void
test_manager_message_invalid (void)
{
  static const char *const texts[] = {
    "",
    "[]",
    "\"join\"",
    "{\"action\":\"join\"}",
    "{\"action\":\"join\",\"roomId\":\"r\"}",
    "{\"action\":\"join\",\"roomId\":\"r\",\"sessionId\":\"\"}",
    "{\"action\":\"join\",\"roomId\":5,\"sessionId\":\"s\"}",
    "{\"type\":\"webrtc_offer\"}",
    "{\"type\":\"webrtc_offer\",\"payload\":\"\"}",
    "{\"type\":\"webrtc_offer\",\"payload\":\"no JSON\"}",
    "{\"type\":\"webrtc_answer\",\"payload\":\"[]\"}",
    "{\"type\":\"webrtc_ice_candidate\",\"payload\":null}",
    "{\"type\":\"peers_list\"}",
    "{\"type\":\"peer_joined\",\"peers\":[]}",
    "{\"type\":\"peer_left\"}",
  };

  g_test_summary ("What a message needs and does not have is an error that names it");

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_refused (texts[i], PEER_ERROR_INVALID_DATA);
}

static void
test_manager_message_depth (void)
{
  g_test_summary ("Neither the message nor the JSON inside it may be too deep");

  assert_refused ("{\"a\":[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]}", PEER_ERROR_LIMIT_EXCEEDED);
  assert_refused ("{\"type\":\"webrtc_offer\",\"payload\":\"[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]\"}", PEER_ERROR_LIMIT_EXCEEDED);
}

static void
test_manager_message_unknown (void)
{
  static const char *const texts[] = {
    "{}", "{\"type\":\"ping\"}", "{\"action\":\"dance\"}", "{\"type\":\"\"}", "{\"type\":7}", "{\"type\":\"join\"}"
  };

  g_test_summary ("A type that is not known is no error");

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_auto (PeerManagerMessage) message = { 0 };

      parse (&message, texts[i]);
      g_assert_cmpint (message.type, ==, PEER_MANAGER_MESSAGE_UNKNOWN);
    }
}

static void
test_manager_message_lists (void)
{
  g_auto (PeerManagerMessage) list = { 0 };
  g_auto (PeerManagerMessage) joined = { 0 };
  g_auto (PeerManagerMessage) bare = { 0 };

  g_test_summary ("The peers of a room are read as far as they are ids");

  parse (&list, "{\"type\":\"peers_list\",\"peers\":[\"user-def\",3,\"user-ghi\"],\"roomId\":\"room-123\",\"sessionId\":\"user-abc\"}");
  g_assert_cmpuint (g_strv_length (list.peers), ==, 2);
  g_assert_cmpstr (list.peers[1], ==, "user-ghi");
  g_assert_cmpstr (list.room_id, ==, "room-123");

  parse (&joined, "{\"type\":\"peer_joined\",\"peerId\":\"user-xyz\",\"peers\":[\"user-def\",\"user-xyz\"]}");
  g_assert_cmpstr (joined.peer_id, ==, "user-xyz");
  g_assert_cmpuint (g_strv_length (joined.peers), ==, 2);

  parse (&bare, "{\"type\":\"peer_joined\",\"peerId\":\"user-xyz\"}");
  g_assert_null (bare.peers);
}

static void
assert_printed (const PeerManagerMessage *message,
                const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = peer_manager_message_print (message, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_manager_message_print (void)
{
  static char *peers[] = { (char *) "a", (char *) "b", NULL };
  static char *nobody[] = { NULL };

  g_test_summary ("Messages are written as the document has them");

  assert_printed (&(PeerManagerMessage){ .type = PEER_MANAGER_MESSAGE_JOIN, .room_id = (char *) "r", .session_id = (char *) "s" },
                  "{\"action\":\"join\",\"roomId\":\"r\",\"sessionId\":\"s\"}");
  assert_printed (&(PeerManagerMessage){ .type = PEER_MANAGER_MESSAGE_LEAVE_ROOM }, "{\"type\":\"leave_room\"}");
  assert_printed (&(PeerManagerMessage){ .type = PEER_MANAGER_MESSAGE_PEERS_LIST, .peers = nobody, .room_id = (char *) "r", .session_id = (char *) "s" },
                  "{\"type\":\"peers_list\",\"peers\":[],\"roomId\":\"r\",\"sessionId\":\"s\"}");
  assert_printed (&(PeerManagerMessage){ .type = PEER_MANAGER_MESSAGE_PEER_JOINED, .peer_id = (char *) "b", .peers = peers },
                  "{\"type\":\"peer_joined\",\"peerId\":\"b\",\"peers\":[\"a\",\"b\"]}");
  assert_printed (&(PeerManagerMessage){ .type = PEER_MANAGER_MESSAGE_PEER_LEFT, .peer_id = (char *) "b" },
                  "{\"type\":\"peer_left\",\"peerId\":\"b\"}");
  assert_printed (&(PeerManagerMessage){ .type = PEER_MANAGER_MESSAGE_ERROR, .code = (char *) "invalid-data", .text = (char *) "No" },
                  "{\"type\":\"error\",\"code\":\"invalid-data\",\"message\":\"No\"}");
}

static void
test_manager_message_signal (void)
{
  PeerPayload candidate = {
    .candidate = (char *) "candidate:1", .sdp_mid = (char *) "0", .sdp_m_line_index = 0
  };
  g_auto (PeerManagerMessage) message = { 0 };
  g_auto (PeerManagerMessage) again = { 0 };
  g_auto (PeerPayload) payload = { 0 };
  g_autofree char *text = NULL;

  g_test_summary ("A candidate arrives as it was sent, its payload a text of JSON");

  peer_manager_message_init_signal (&message, PEER_MANAGER_MESSAGE_CANDIDATE, "me", "you", &candidate);
  text = peer_manager_message_print (&message, NULL);
  g_assert_cmpstr (text, ==,
                   "{\"type\":\"webrtc_ice_candidate\",\"payload\":\"{\\\"candidate\\\":\\\"candidate:1\\\",\\\"sdpMid\\\":\\\"0\\\","
                   "\\\"sdpMLineIndex\\\":0,\\\"targetPeerId\\\":\\\"you\\\"}\",\"senderSessionId\":\"me\"}");

  parse (&again, text);
  g_assert_cmpstr (again.target_id, ==, "you");
  g_assert_true (peer_manager_message_get_payload (&again, &payload, NULL));
  g_assert_cmpstr (payload.candidate, ==, "candidate:1");
  g_assert_cmpstr (payload.sdp_mid, ==, "0");
  g_assert_cmpint (payload.sdp_m_line_index, ==, 0);
}

static void
test_manager_message_relayed (void)
{
  g_auto (PeerManagerMessage) message = { 0 };
  g_autofree char *text = NULL;

  g_test_summary ("What is passed on is as it was but for its sender, said once");

  parse (&message, "{\"type\":\"webrtc_answer\",\"senderSessionId\":\"victim\",\"payload\":\"{ \\\"sdp\\\": 1}\",\"more\":[true],\"senderSessionId\":\"x\"}");
  text = peer_manager_message_print_relayed (&message, "me", NULL);
  g_assert_cmpstr (text, ==, "{\"type\":\"webrtc_answer\",\"payload\":\"{ \\\"sdp\\\": 1}\",\"more\":[true],\"senderSessionId\":\"me\"}");
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/manager-message/join", test_manager_message_join);
  g_test_add_func ("/manager-message/payload", test_manager_message_payload);
  g_test_add_func ("/manager-message/invalid", test_manager_message_invalid);
  g_test_add_func ("/manager-message/depth", test_manager_message_depth);
  g_test_add_func ("/manager-message/unknown", test_manager_message_unknown);
  g_test_add_func ("/manager-message/lists", test_manager_message_lists);
  g_test_add_func ("/manager-message/print", test_manager_message_print);
  g_test_add_func ("/manager-message/signal", test_manager_message_signal);
  g_test_add_func ("/manager-message/relayed", test_manager_message_relayed);

  return g_test_run ();
}
