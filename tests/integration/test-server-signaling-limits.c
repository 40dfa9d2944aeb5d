/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "topic-client.h"

#include <string.h>

/* Who may become a client of the server's signaling, and what it may do. */

static void
test_limits (void)
{
  PeerServer *server = test_server_new ("signaling-path", "/signaling", "topics-per-client", 2, "max-id-length", 4,
                                        "max-depth", 4, NULL);
  TopicClient alice = topic_client_join (server);

  g_test_summary ("Topics of one client, their length and the depth of a message are limited");

  test_client_send (alice.client, "{\"type\":\"subscribe\",\"topic\":[\"one\"]}");
  test_client_send (alice.client, "{\"type\":\"subscribe\",\"topic\":[\"two\"]}");
  test_client_send (alice.client, "{\"type\":\"subscribe\",\"topic\":[\"three\"]}");
  topic_client_assert_error (alice.client, "limit-exceeded");
  test_client_send (alice.client, "{\"type\":\"subscribe\",\"topic\":[\"tre\"]}");
  topic_client_assert_error (alice.client, "limit-exceeded");
  test_client_send (alice.client, "{\"type\":\"unsubscribe\",\"topic\":[\"one\"]}");
  test_client_send (alice.client, "{\"type\":\"subscribe\",\"topic\":[\"tre\"]}");
  test_client_send (alice.client, "{\"type\":\"publish\",\"topic\":[\"tre\"],\"message\":[[[[1]]]]}");
  topic_client_assert_error (alice.client, "limit-exceeded");
  topic_client_pass (&alice);

  topic_client_leave (&alice);
  test_server_end (server);
}

static void
test_too_big (void)
{
  PeerServer *server = test_server_new ("signaling-path", "/signaling", "max-message-size", 100, NULL);
  TopicClient alice = topic_client_join (server);
  g_autofree char *long_text = g_strnfill (200, '1');

  g_test_summary ("Who sends more than a message may have is disconnected with 1009");

  topic_client_publish (&alice, long_text);
  g_assert_cmpuint (test_client_read_close (alice.client), ==, SOUP_WEBSOCKET_CLOSE_TOO_BIG);

  topic_client_leave (&alice);
  test_server_end (server);
}

static void
test_slow_reader (void)
{
  PeerServer *server = test_server_new ("signaling-path", "/signaling", "send-buffer-size", 65536, NULL);
  TopicClient alice = topic_client_join (server);
  TopicClient bob = topic_client_join (server);
  g_autofree char *filler = g_strnfill (60000, 'x');
  g_autofree char *message = g_strdup_printf ("\"%s\"", filler);
  g_auto (RawClient) slow = { 0 };
  gboolean is_gone = FALSE;
  g_autofree char *answer = NULL;

  g_test_summary ("Who does not read is dropped, and the others are told and lose nothing");

  test_client_send (bob.client, WATCH);
  topic_client_assert_presence (&bob, "joined", &bob);
  answer = topic_client_join_raw (&slow, server, "https://example.org");
  g_assert_nonnull (strstr (answer, " 101 "));
  raw_client_write_frame (&slow, 0x81, SUBSCRIBE, strlen (SUBSCRIBE));
  g_assert_nonnull (strstr (test_client_read (bob.client), "\"joined\""));

  while (!is_gone)
    {
      topic_client_publish (&alice, message);
      is_gone = strstr (test_client_read (bob.client), "\"left\"") != NULL;
    }
  topic_client_pass (&alice);

  topic_client_leave (&alice);
  topic_client_leave (&bob);
  test_server_end (server);
}

static void
test_flood (void)
{
  PeerServer *server = test_server_new ("signaling-path", "/signaling", "messages-per-second", 10, "message-burst", 10, NULL);
  TopicClient mallory = topic_client_join (server);
  TopicClient alice = topic_client_join (server);
  const guint n_frames = 5000;

  g_test_summary ("Who sends too much is left unread, and the others are served");

  for (guint i = 0; i < n_frames; i++)
    test_client_send (mallory.client, i % 2 == 0 ? WATCH : UNSUBSCRIBE);
  for (guint i = 0; i < 5; i++)
    topic_client_pass (&alice);
  g_assert_cmpuint (mallory.client->messages->len, <, n_frames / 4);

  topic_client_leave (&alice);
  peer_server_stop (server);
  topic_client_leave (&mallory);
  test_server_end (server);
}

static void
test_key (void)
{
  PeerServer *server = test_server_new ("signaling-path", "/signaling", "key", "mykey", NULL);
  TestClient *wrong = test_client_new (server, "/signaling");
  TestClient *right = test_client_new (server, "/signaling?key=mykey");

  g_test_summary ("Clients need the server's key");

  topic_client_assert_error (wrong, "invalid-key");
  g_assert_cmpuint (test_client_read_close (wrong), ==, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION);
  g_free (topic_client_read_id (right));

  test_client_free (wrong);
  test_client_free (right);
  test_server_end (server);
}

static void
test_tokens (void)
{
  static const char *const secrets[] = { "a secret for tests", NULL };
  PeerServer *server = test_server_new ("signaling-path", "/signaling", "auth-secrets", secrets, NULL);
  g_autofree char *token = peer_server_mint_token (secrets[0], "peerjs", "alice", g_get_real_time () / G_USEC_PER_SEC + 600);
  g_autofree char *path = g_strdup_printf ("/signaling?id=alice&token=%s", token);
  g_autofree char *stolen = g_strdup_printf ("/signaling?id=mallory&token=%s", token);
  TestClient *nobody = test_client_new (server, "/signaling");
  TestClient *mallory = test_client_new (server, stolen);
  TestClient *alice = test_client_new (server, path);

  g_test_summary ("With signed tokens only who has one for his id is accepted");

  topic_client_assert_error (nobody, "refused");
  topic_client_assert_error (mallory, "refused");
  g_free (topic_client_read_id (alice));

  test_client_free (nobody);
  test_client_free (mallory);
  test_client_free (alice);
  test_server_end (server);
}

static gboolean
authenticate_cb (PeerServer *server,
                 PeerAuthRequest *request,
                 PeerAuthRequest **kept)
{
  if (g_strcmp0 (peer_auth_request_get_parameter (request, "name"), "later") == 0)
    *kept = g_object_ref (request);
  else
    peer_auth_request_refuse (request, "not you");

  return TRUE;
}

static void
test_authenticate (void)
{
  PeerServer *server = topic_server_new ();
  PeerAuthRequest *kept = NULL;
  TestClient *refused, *accepted;

  g_test_summary ("The application decides, at once or later; what was sent meanwhile counts");

  g_signal_connect (server, "authenticate", G_CALLBACK (authenticate_cb), &kept);
  refused = test_client_new (server, "/signaling");
  topic_client_assert_error (refused, "refused");
  g_assert_cmpuint (test_client_read_close (refused), ==, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION);

  accepted = test_client_new (server, "/signaling?name=later");
  test_client_send (accepted, PING);
  WAIT_UNTIL (kept != NULL);
  g_assert_cmpuint (accepted->messages->len, ==, 0);
  peer_auth_request_accept (kept);
  g_object_unref (kept);
  g_free (topic_client_read_id (accepted));
  assert_next (accepted, PONG);

  test_client_free (refused);
  test_client_free (accepted);
  test_server_end (server);
}

static void
test_undecided (void)
{
  PeerServer *server = test_server_new ("signaling-path", "/signaling", "authenticate-timeout", 1, NULL);
  PeerAuthRequest *kept = NULL;
  TestClient *client;

  g_test_summary ("A decision that does not come is a refusal, and one that comes too late is nothing");

  g_signal_connect (server, "authenticate", G_CALLBACK (authenticate_cb), &kept);
  client = test_client_new (server, "/signaling?name=later");
  topic_client_assert_error (client, "refused");
  peer_auth_request_accept (kept);
  g_object_unref (kept);
  test_client_read_close (client);

  test_client_free (client);
  test_server_end (server);
}

static void
test_origins (void)
{
  static const char *const origins[] = { "https://example.org", NULL };
  PeerServer *server = test_server_new ("signaling-path", "/signaling", "allowed-origins", origins, NULL);
  g_autoptr (TestAnswer) plain = test_request (server, "GET", "/signaling", NULL, NULL);
  TopicClient alice = topic_client_join (server);
  g_auto (RawClient) foreign = { 0 };
  g_autofree char *refusal = topic_client_join_raw (&foreign, server, "https://example.com");
  g_auto (RawClient) own = { 0 };
  g_autofree char *answer = topic_client_join_raw (&own, server, "https://example.org");

  g_test_summary ("Foreign pages get no signaling; a program without an origin does");

  g_assert_cmpuint (plain->status, ==, 426);
  g_assert_nonnull (strstr (refusal, " 403 "));
  g_assert_nonnull (strstr (answer, " 101 "));

  topic_client_leave (&alice);
  test_server_end (server);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/server-signaling-limits/limits", test_limits);
  g_test_add_func ("/server-signaling-limits/too-big", test_too_big);
  g_test_add_func ("/server-signaling-limits/slow-reader", test_slow_reader);
  g_test_add_func ("/server-signaling-limits/flood", test_flood);
  g_test_add_func ("/server-signaling-limits/key", test_key);
  g_test_add_func ("/server-signaling-limits/tokens", test_tokens);
  g_test_add_func ("/server-signaling-limits/authenticate", test_authenticate);
  g_test_add_func ("/server-signaling-limits/undecided", test_undecided);
  g_test_add_func ("/server-signaling-limits/origins", test_origins);

  return g_test_run ();
}
