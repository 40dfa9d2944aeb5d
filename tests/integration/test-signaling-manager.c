/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "manager-fixture.h"
#include "raw-client.h"

/* The messages are those of the document, letter by letter. */

#define OFFER(target, sender) \
  "{\"type\":\"webrtc_offer\",\"payload\":\"{\\\"sdp\\\": \\\"v=0\\\", \\\"type\\\": \\\"offer\\\", \\\"targetPeerId\\\": \\\"" target "\\\"}\",\"senderSessionId\":\"" sender "\"}"
#define ANSWER_TO_ALL(sender) \
  "{\"type\":\"webrtc_answer\",\"payload\":\"{\\\"sdp\\\": \\\"...\\\", \\\"type\\\": \\\"answer\\\"}\",\"senderSessionId\":\"" sender "\"}"
#define CANDIDATE(target, sender) \
  "{\"type\":\"webrtc_ice_candidate\",\"payload\":\"{\\\"candidate\\\": \\\"...\\\", \\\"targetPeerId\\\": \\\"" target "\\\"}\",\"senderSessionId\":\"" sender "\"}"
#define LEAVE "{\"type\":\"leave_room\"}"

/* What a client has not got before the answer to this it does not get. */
static void
assert_nothing (TestClient *client)
{
  test_client_send (client, "{\"type\":\"nothing\"}");
  assert_error (client, "invalid-data");
}

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

/* Authorization */

static gboolean
keep_request_cb (PeerSignalingManager *manager,
                 PeerJoinRequest *request,
                 GQueue *requests)
{
  g_queue_push_tail (requests, g_object_ref (request));

  return TRUE;
}

static void
test_authorize (void)
{
  GQueue requests = G_QUEUE_INIT;
  g_autoptr (PeerJoinRequest) first = NULL;
  PeerJoinRequest *second;
  ManagerFixture fixture;
  TestClient *client;

  g_test_summary ("The application refuses, accepts later, or drops the request, which refuses it");

  manager_fixture_init (&fixture, NULL);
  g_signal_connect (fixture.manager, "authorize", G_CALLBACK (keep_request_cb), &requests);
  client = manager_fixture_connect (&fixture);
  test_client_send (client, "{\"action\":\"join\",\"roomId\":\"r\",\"sessionId\":\"s\",\"credentials\":\"key\",\"metadata\":{\"name\":\"J\"}}");
  WAIT_UNTIL (requests.length == 1);
  first = g_queue_pop_head (&requests);
  g_assert_cmpstr (peer_join_request_get_room (first), ==, "r");
  g_assert_cmpstr (peer_join_request_get_peer_id (first), ==, "s");
  g_assert_cmpstr (g_variant_get_string (peer_join_request_get_credentials (first), NULL), ==, "key");
  g_assert_cmpuint (peer_signaling_manager_get_n_sessions (fixture.manager), ==, 0);

  test_client_send (client, JOIN ("r", "s"));
  assert_error (client, "refused");
  peer_join_request_refuse (first, "Not you");
  g_assert_cmpstr (test_client_read (client), ==,
                   "{\"type\":\"error\",\"code\":\"refused\",\"message\":\"Not you\",\"roomId\":\"r\",\"sessionId\":\"s\"}");

  test_client_send (client, JOIN ("r", "s"));
  WAIT_UNTIL (requests.length == 1);
  second = g_queue_pop_head (&requests);
  g_object_unref (second);
  assert_error (client, "refused");

  test_client_send (client, JOIN ("r", "s"));
  WAIT_UNTIL (requests.length == 1);
  second = g_queue_pop_head (&requests);
  peer_join_request_accept (second);
  g_object_unref (second);
  assert_next (client, PEERS_LIST ("r", "s", ""));

  test_client_free (client);
  manager_fixture_clear (&fixture);
}

static void
test_authorize_too_late (void)
{
  GQueue requests = G_QUEUE_INIT;
  g_autoptr (PeerJoinRequest) request = NULL;
  ManagerFixture fixture;
  TestClient *client;
  guint n_waiting;

  g_test_summary ("Accepting somebody who is gone, or has changed his mind, lets nobody in");

  manager_fixture_init (&fixture, NULL);
  g_signal_connect (fixture.manager, "authorize", G_CALLBACK (keep_request_cb), &requests);
  client = manager_fixture_connect (&fixture);
  for (n_waiting = 0; n_waiting < 2; n_waiting++)
    {
      test_client_send (client, JOIN ("r", "s"));
      WAIT_UNTIL (requests.length == 1);
      g_clear_object (&request);
      request = g_queue_pop_head (&requests);
      if (n_waiting == 0)
        test_client_send (client, LEAVE);
      else
        test_client_free (client);
      if (n_waiting == 0)
        assert_nothing (client);
      peer_join_request_accept (request);
      g_assert_cmpuint (peer_signaling_manager_get_n_sessions (fixture.manager), ==, 0);
    }

  g_clear_object (&request);
  manager_fixture_clear (&fixture);
}

/* Life */

static void
test_session (void)
{
  ManagerFixture fixture;
  PeerSession *session;
  TestClient *client;
  g_autoptr (GVariant) variant = NULL;
  g_autofree char *text = NULL;

  g_test_summary ("The application sees who is there: metadata, address, since when");

  manager_fixture_init (&fixture, NULL);
  client = manager_fixture_connect (&fixture);
  test_client_send (client, "{\"action\":\"join\",\"roomId\":\"r\",\"sessionId\":\"s\",\"metadata\":{\"name\":\"John Doe\",\"role\":\"admin\"}}");
  assert_next (client, PEERS_LIST ("r", "s", ""));
  session = peer_signaling_manager_get_session (fixture.manager, "r", "s");
  g_assert_nonnull (session);
  g_assert_cmpstr (peer_session_get_address (session), ==, "127.0.0.1");
  text = g_variant_print (peer_session_get_metadata (session), FALSE);
  g_assert_cmpstr (text, ==, "{'name': <'John Doe'>, 'role': <'admin'>}");
  g_assert_cmpint (peer_session_get_connection_duration (session), >=, 0);

  test_client_free (client);
  manager_fixture_clear (&fixture);
}

static void
clear_cb (PeerSignalingManager *manager,
          const char *room,
          PeerSession *session,
          gpointer user_data)
{
  peer_signaling_manager_clear_room (manager, room);
}

static void
test_clear (void)
{
  ManagerFixture fixture;
  TestClient *alice;
  TestClient *bob;

  g_test_summary ("Clearing a room tells its sessions and closes them, from a handler, too");

  manager_fixture_init (&fixture, NULL);
  alice = manager_fixture_join (&fixture, "r", "alice");
  bob = manager_fixture_join (&fixture, "r", "bob");
  assert_next (alice, PEER_JOINED ("bob", "\"alice\",\"bob\""));
  peer_signaling_manager_clear_room (fixture.manager, "r");
  assert_error (alice, "aborted");
  assert_error (bob, "aborted");
  g_assert_cmpuint (test_client_read_close (alice), ==, SOUP_WEBSOCKET_CLOSE_NORMAL);
  g_assert_cmpuint (test_client_read_close (bob), ==, SOUP_WEBSOCKET_CLOSE_NORMAL);
  test_client_free (alice);
  test_client_free (bob);

  g_signal_connect (fixture.manager, "session-joined", G_CALLBACK (clear_cb), NULL);
  alice = manager_fixture_join (&fixture, "r", "alice");
  assert_error (alice, "aborted");
  g_assert_cmpuint (test_client_read_close (alice), ==, SOUP_WEBSOCKET_CLOSE_NORMAL);

  test_client_free (alice);
  manager_fixture_clear (&fixture);
}

static void
test_stop (void)
{
  ManagerFixture fixture;
  TestClient *alice;
  g_autoptr (TestAnswer) answer = NULL;

  g_test_summary ("A manager that stops says goodbye with 1001 and leaves the port to the server");

  manager_fixture_init (&fixture, NULL);
  alice = manager_fixture_join (&fixture, "r", "alice");
  answer = test_request (fixture.server, "GET", "/webrtc", NULL, NULL);
  g_assert_cmpuint (answer->status, ==, 426);
  g_clear_pointer (&answer, test_answer_free);

  peer_signaling_manager_stop (fixture.manager);
  peer_signaling_manager_stop (fixture.manager);
  g_assert_cmpuint (test_client_read_close (alice), ==, SOUP_WEBSOCKET_CLOSE_GOING_AWAY);
  answer = test_request (fixture.server, "GET", "/webrtc", NULL, NULL);
  g_assert_cmpuint (answer->status, ==, SOUP_STATUS_NOT_FOUND);
  g_clear_pointer (&answer, test_answer_free);
  answer = test_request (fixture.server, "GET", "/peerjs/id", NULL, NULL);
  g_assert_cmpuint (answer->status, ==, SOUP_STATUS_OK);

  test_client_free (alice);
  manager_fixture_clear (&fixture);
}

static void
test_several (void)
{
  ManagerFixture fixture;
  g_autoptr (PeerSignalingManager) other = peer_signaling_manager_new ();
  TestClient *alice;
  TestClient *bob;

  g_test_summary ("Several managers at one port know nothing of each other");

  manager_fixture_init (&fixture, NULL);
  g_assert_true (peer_signaling_manager_attach (other, peer_server_get_soup_server (fixture.server), "/test-rooms", NULL));
  alice = manager_fixture_join (&fixture, "r", "user");
  bob = test_client_new (fixture.server, "/test-rooms");
  test_client_send (bob, JOIN ("r", "user"));
  assert_next (bob, PEERS_LIST ("r", "user", ""));
  g_assert_cmpuint (peer_signaling_manager_get_n_sessions (other), ==, 1);
  g_assert_cmpuint (peer_signaling_manager_get_n_sessions (fixture.manager), ==, 1);

  test_client_free (alice);
  test_client_free (bob);
  manager_fixture_clear (&fixture);
}

static void
test_tls (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "unit", "peer-test-certificate.pem", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsCertificate) certificate = g_tls_certificate_new_from_file (path, &error);
  ManagerFixture fixture = { 0 };
  TestClient *alice;
  TestClient *bob;

  g_test_summary ("A manager works at a server with TLS");

  g_assert_no_error (error);
  fixture.server = test_server_new ("tls-certificate", certificate, NULL);
  fixture.manager = peer_signaling_manager_new ();
  g_assert_true (peer_signaling_manager_attach (fixture.manager, peer_server_get_soup_server (fixture.server), NULL, NULL));
  alice = manager_fixture_join (&fixture, "r", "alice");
  bob = manager_fixture_join (&fixture, "r", "bob");
  assert_next (alice, PEER_JOINED ("bob", "\"alice\",\"bob\""));
  test_client_send (bob, OFFER ("alice", "bob"));
  assert_next (alice, OFFER ("alice", "bob"));

  test_client_free (alice);
  test_client_free (bob);
  manager_fixture_clear (&fixture);
}

static void
test_storm (void)
{
  const guint n_members = 60;
  ManagerFixture fixture;
  TestClient *witness;
  g_autoptr (GPtrArray) members = g_ptr_array_new ();
  guint n_joined = 0;
  guint n_left = 0;

  g_test_summary ("Who sees many come and go at once sees each come and go once");

  manager_fixture_init (&fixture, NULL);
  witness = manager_fixture_join (&fixture, "r", "witness");
  for (guint i = 0; i < n_members; i++)
    {
      TestClient *member = manager_fixture_connect (&fixture);
      g_autofree char *text = g_strdup_printf ("{\"action\":\"join\",\"roomId\":\"r\",\"sessionId\":\"m%u\"}", i);

      g_ptr_array_add (members, member);
      test_client_send (member, text);
      /* Half of them do not even wait for an answer. */
      if (i % 2 == 0)
        test_client_send (member, LEAVE);
    }
  for (guint i = 0; i < n_members; i++)
    test_client_free (g_ptr_array_index (members, i));
  while (n_left < n_members)
    {
      const char *text = test_client_read (witness);

      n_joined += strstr (text, "\"type\":\"peer_joined\"") != NULL;
      n_left += strstr (text, "\"type\":\"peer_left\"") != NULL;
      g_assert_cmpuint (n_left, <=, n_joined);
    }
  g_assert_cmpuint (n_joined, ==, n_members);
  assert_nothing (witness);
  g_assert_cmpuint (peer_signaling_manager_get_n_sessions (fixture.manager), ==, 1);

  test_client_free (witness);
  manager_fixture_clear (&fixture);
}

static void
test_own_server (void)
{
  g_autoptr (SoupServer) server = soup_server_new (NULL, NULL);
  PeerSignalingManager *manager = peer_signaling_manager_new ();
  g_autoptr (GError) error = NULL;
  GSList *uris;
  TestClient *client;

  g_test_summary ("A manager works at a server of the application's");

  soup_server_listen_local (server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  g_assert_true (peer_signaling_manager_attach (manager, server, "/rooms", &error));
  g_assert_false (peer_signaling_manager_attach (manager, server, "rooms", &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_SERVER_ERROR);

  uris = soup_server_get_uris (server);
  client = test_client_new_for_port (g_uri_get_port (uris->data), "/rooms");
  test_client_send (client, JOIN ("r", "user"));
  assert_next (client, PEERS_LIST ("r", "user", ""));
  test_client_free (client);

  client = test_client_new_for_port (g_uri_get_port (uris->data), "/rooms/below");
  g_assert_null (client->websocket);
  g_assert_cmpuint (client->status, ==, SOUP_STATUS_BAD_REQUEST);
  test_client_free (client);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);

  g_assert_finalize_object (manager);
  soup_server_disconnect (server);
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
  g_test_add_func ("/signaling-manager/authorize", test_authorize);
  g_test_add_func ("/signaling-manager/authorize-too-late", test_authorize_too_late);
  g_test_add_func ("/signaling-manager/session", test_session);
  g_test_add_func ("/signaling-manager/clear", test_clear);
  g_test_add_func ("/signaling-manager/stop", test_stop);
  g_test_add_func ("/signaling-manager/several", test_several);
  g_test_add_func ("/signaling-manager/tls", test_tls);
  g_test_add_func ("/signaling-manager/storm", test_storm);
  g_test_add_func ("/signaling-manager/own-server", test_own_server);

  return g_test_run ();
}
