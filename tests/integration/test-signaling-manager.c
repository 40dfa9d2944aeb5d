/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "manager-fixture.h"
#include "raw-client.h"

/* The messages are those of the document, letter by letter. */

#define ANSWER_TO_ALL(sender) \
  "{\"type\":\"webrtc_answer\",\"payload\":\"{\\\"sdp\\\": \\\"...\\\", \\\"type\\\": \\\"answer\\\"}\",\"senderSessionId\":\"" sender "\"}"
#define CANDIDATE(target, sender) \
  "{\"type\":\"webrtc_ice_candidate\",\"payload\":\"{\\\"candidate\\\": \\\"...\\\", \\\"targetPeerId\\\": \\\"" target "\\\"}\",\"senderSessionId\":\"" sender "\"}"

static void
test_document (void)
{
  ManagerFixture fixture;
  TestClient *first;
  TestClient *second;

  g_test_summary ("The recipe of the document: join, list, offer, answer, candidate, leave");

  manager_fixture_init (&fixture, NULL);
  first = manager_fixture_connect (&fixture);
  test_client_send (first, JOIN ("test", "user1"));
  assert_next (first, PEERS_LIST ("test", "user1", ""));

  second = manager_fixture_connect (&fixture);
  test_client_send (second, JOIN ("test", "user2"));
  assert_next (second, PEERS_LIST ("test", "user2", "\"user1\""));
  assert_next (first, PEER_JOINED ("user2", "\"user1\",\"user2\""));

  test_client_send (first, OFFER ("user2", "user1"));
  assert_next (second, OFFER ("user2", "user1"));
  test_client_send (second, ANSWER_TO_ALL ("user2"));
  assert_next (first, ANSWER_TO_ALL ("user2"));
  test_client_send (second, CANDIDATE ("user1", "user2"));
  assert_next (first, CANDIDATE ("user1", "user2"));

  test_client_send (second, LEAVE);
  assert_next (first, PEER_LEFT ("user2"));
  assert_nothing (second);
  test_client_send (second, JOIN ("test", "user2"));
  assert_next (second, PEERS_LIST ("test", "user2", "\"user1\""));

  test_client_free (first);
  test_client_free (second);
  manager_fixture_clear (&fixture);
}

static void
test_targets (void)
{
  ManagerFixture fixture;
  TestClient *alice;
  TestClient *bob;
  TestClient *carol;

  g_test_summary ("A signal for one is for nobody else, whether that one is there or not");

  manager_fixture_init (&fixture, NULL);
  alice = manager_fixture_join (&fixture, "r", "alice");
  bob = manager_fixture_join (&fixture, "r", "bob");
  assert_next (alice, PEER_JOINED ("bob", "\"alice\",\"bob\""));
  carol = manager_fixture_join (&fixture, "other", "carol");

  test_client_send (alice, OFFER ("nobody", "alice"));
  g_assert_cmpstr (test_client_read (alice), ==,
                   "{\"type\":\"error\",\"code\":\"peer-unavailable\",\"message\":\"nobody is not in the room\",\"peerId\":\"nobody\"}");
  test_client_send (alice, OFFER ("carol", "alice"));
  assert_error (alice, "peer-unavailable");
  assert_nothing (bob);
  assert_nothing (carol);

  test_client_free (alice);
  test_client_free (bob);
  test_client_free (carol);
  manager_fixture_clear (&fixture);
}

static void
test_sender (void)
{
  ManagerFixture fixture;
  TestClient *alice;
  TestClient *bob;
  TestClient *mallory;

  g_test_summary ("The sender is who has the socket: said otherwise it is refused, left out it is added");

  manager_fixture_init (&fixture, NULL);
  alice = manager_fixture_join (&fixture, "r", "alice");
  bob = manager_fixture_join (&fixture, "r", "bob");
  mallory = manager_fixture_join (&fixture, "r", "mallory");
  assert_next (alice, PEER_JOINED ("bob", "\"alice\",\"bob\""));
  assert_next (alice, PEER_JOINED ("mallory", "\"alice\",\"bob\",\"mallory\""));
  assert_next (bob, PEER_JOINED ("mallory", "\"alice\",\"bob\",\"mallory\""));

  test_client_send (mallory, OFFER ("bob", "alice"));
  assert_error (mallory, "refused");
  assert_nothing (bob);

  test_client_send (mallory, "{\"type\":\"webrtc_offer\",\"senderSessionId\":\"alice\",\"payload\":{\"targetPeerId\":\"bob\"},\"senderSessionId\":\"mallory\"}");
  assert_next (bob, "{\"type\":\"webrtc_offer\",\"payload\":{\"targetPeerId\":\"bob\"},\"senderSessionId\":\"mallory\"}");
  test_client_send (mallory, "{\"type\":\"webrtc_answer\",\"payload\":\"{\\\"targetPeerId\\\":\\\"bob\\\"}\",\"more\":[1]}");
  assert_next (bob, "{\"type\":\"webrtc_answer\",\"payload\":\"{\\\"targetPeerId\\\":\\\"bob\\\"}\",\"more\":[1],\"senderSessionId\":\"mallory\"}");
  assert_nothing (alice);

  test_client_free (alice);
  test_client_free (bob);
  test_client_free (mallory);
  manager_fixture_clear (&fixture);
}

static void
test_bad_input (void)
{
  static const char *const texts[] = {
    "",
    "hello",
    "[]",
    "{}",
    "{\"action\":\"join\"}",
    "{\"action\":\"join\",\"roomId\":\"r\"}",
    "{\"action\":\"dance\",\"roomId\":\"r\",\"sessionId\":\"s\"}",
    "{\"type\":\"peers_list\",\"peers\":[]}",
    "{\"type\":\"webrtc_offer\",\"payload\":\"{\"}",
    "{\"type\":\"webrtc_offer\",\"payload\":7}",
  };
  ManagerFixture fixture;
  TestClient *client;

  g_test_summary ("Bad input is answered with an error, and the connection goes on");

  manager_fixture_init (&fixture, NULL);
  client = manager_fixture_connect (&fixture);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      test_client_send (client, texts[i]);
      assert_error (client, "invalid-data");
    }
  test_client_send (client, OFFER ("x", "y"));
  assert_error (client, "not-open-yet");
  test_client_send (client, JOIN ("r", ""));
  assert_error (client, "invalid-data");
  test_client_send (client, JOIN ("r", "a\\nb"));
  assert_error (client, "invalid-id");
  test_client_send (client, LEAVE);
  test_client_send (client, JOIN ("r", "s"));
  assert_next (client, PEERS_LIST ("r", "s", ""));

  test_client_free (client);
  manager_fixture_clear (&fixture);
}

static void
test_binary (void)
{
  ManagerFixture fixture;
  TestClient *client;

  g_test_summary ("A binary message that is no JSON is bad input");

  manager_fixture_init (&fixture, NULL);
  client = manager_fixture_connect (&fixture);
  soup_websocket_connection_send_binary (client->websocket, "\x00\xff", 2);
  assert_error (client, "invalid-data");

  test_client_free (client);
  manager_fixture_clear (&fixture);
}

static void
test_close (void)
{
  ManagerFixture fixture;
  TestClient *alice;
  RawClient raw = { 0 };
  const char *text = JOIN ("r", "raw");

  g_test_summary ("Who closes the connection, or loses it, has left");

  manager_fixture_init (&fixture, NULL);
  alice = manager_fixture_join (&fixture, "r", "alice");
  test_client_free (manager_fixture_join (&fixture, "r", "bob"));
  assert_next (alice, PEER_JOINED ("bob", "\"alice\",\"bob\""));
  assert_next (alice, PEER_LEFT ("bob"));

  raw_client_connect (&raw, fixture.server);
  raw_client_write_text (&raw, "GET /webrtc HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                               "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n");
  g_free (raw_client_read_head (&raw));
  raw_client_write_frame (&raw, 0x81, text, strlen (text));
  assert_next (alice, PEER_JOINED ("raw", "\"alice\",\"raw\""));
  raw_client_clear (&raw);
  assert_next (alice, PEER_LEFT ("raw"));

  test_client_free (alice);
  manager_fixture_clear (&fixture);
}

static void
test_taken_id (void)
{
  ManagerFixture fixture;
  TestClient *alice;
  TestClient *other;

  g_test_summary ("An id is one session's in a room, and free in any other");

  manager_fixture_init (&fixture, NULL);
  alice = manager_fixture_join (&fixture, "r", "alice");
  other = manager_fixture_connect (&fixture);
  test_client_send (other, JOIN ("r", "alice"));
  assert_error (other, "unavailable-id");
  test_client_send (other, JOIN ("s", "alice"));
  assert_next (other, PEERS_LIST ("s", "alice", ""));
  test_client_send (other, JOIN ("s", "alice"));
  assert_next (other, PEERS_LIST ("s", "alice", ""));
  test_client_send (other, JOIN ("r", "bob"));
  assert_error (other, "refused");
  assert_nothing (alice);

  test_client_free (alice);
  test_client_free (other);
  manager_fixture_clear (&fixture);
}

static void
test_token (void)
{
  const char *join = "{\"action\":\"join\",\"roomId\":\"r\",\"sessionId\":\"alice\",\"token\":\"secret\"}";
  ManagerFixture fixture;
  TestClient *witness;
  TestClient *lost;
  TestClient *thief;
  TestClient *back;

  g_test_summary ("Who has the token takes the id over from a connection that is half open");

  manager_fixture_init (&fixture, NULL);
  witness = manager_fixture_join (&fixture, "r", "witness");
  lost = manager_fixture_connect (&fixture);
  test_client_send (lost, join);
  assert_next (lost, PEERS_LIST ("r", "alice", "\"witness\""));
  assert_next (witness, PEER_JOINED ("alice", "\"witness\",\"alice\""));

  thief = manager_fixture_connect (&fixture);
  test_client_send (thief, "{\"action\":\"join\",\"roomId\":\"r\",\"sessionId\":\"alice\",\"token\":\"guess\"}");
  assert_error (thief, "unavailable-id");
  test_client_send (thief, JOIN ("r", "alice"));
  assert_error (thief, "unavailable-id");

  back = manager_fixture_connect (&fixture);
  test_client_send (back, join);
  assert_next (back, PEERS_LIST ("r", "alice", "\"witness\""));
  g_assert_cmpuint (test_client_read_close (lost), ==, SOUP_WEBSOCKET_CLOSE_NORMAL);
  assert_next (witness, PEER_LEFT ("alice"));
  assert_next (witness, PEER_JOINED ("alice", "\"witness\",\"alice\""));

  /* The end of the old one is not the end of the new one. */
  test_client_free (lost);
  test_client_send (witness, OFFER ("alice", "witness"));
  assert_next (back, OFFER ("alice", "witness"));
  assert_nothing (witness);

  test_client_free (witness);
  test_client_free (thief);
  test_client_free (back);
  manager_fixture_clear (&fixture);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/signaling-manager/document", test_document);
  g_test_add_func ("/signaling-manager/targets", test_targets);
  g_test_add_func ("/signaling-manager/sender", test_sender);
  g_test_add_func ("/signaling-manager/bad-input", test_bad_input);
  g_test_add_func ("/signaling-manager/binary", test_binary);
  g_test_add_func ("/signaling-manager/close", test_close);
  g_test_add_func ("/signaling-manager/taken-id", test_taken_id);
  g_test_add_func ("/signaling-manager/token", test_token);

  return g_test_run ();
}
