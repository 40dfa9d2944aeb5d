/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "manager-fixture.h"

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

/* What is there */

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

  g_test_add_func ("/signaling-manager-life/authorize", test_authorize);
  g_test_add_func ("/signaling-manager-life/authorize-too-late", test_authorize_too_late);
  g_test_add_func ("/signaling-manager-life/session", test_session);
  g_test_add_func ("/signaling-manager-life/clear", test_clear);
  g_test_add_func ("/signaling-manager-life/stop", test_stop);
  g_test_add_func ("/signaling-manager-life/several", test_several);
  g_test_add_func ("/signaling-manager-life/tls", test_tls);
  g_test_add_func ("/signaling-manager-life/storm", test_storm);
  g_test_add_func ("/signaling-manager-life/own-server", test_own_server);

  return g_test_run ();
}
