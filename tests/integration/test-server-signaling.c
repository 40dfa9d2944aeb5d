/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "raw-client.h"

#include <string.h>

/* What pages and other clients of the server's signaling say literally. */

#define LOBBY "\"topic\":[\"room\",\"lobby\"]"
#define SUBSCRIBE "{\"type\":\"subscribe\"," LOBBY "}"
#define WATCH "{\"type\":\"subscribe\"," LOBBY ",\"presence\":true}"
#define UNSUBSCRIBE "{\"type\":\"unsubscribe\"," LOBBY "}"
#define PING "{\"type\":\"ping\"}"
#define PONG "{\"type\":\"pong\"}"

typedef struct
{
  TestClient *client;
  char *id;
} Member;

static PeerServer *
start_server (void)
{
  return test_server_new ("signaling-path", "/signaling", NULL);
}

static char *
read_id (TestClient *client)
{
  const char *text = test_client_read (client);
  g_auto (GStrv) parts = g_strsplit (text != NULL ? text : "", "\"", -1);

  g_assert_cmpuint (g_strv_length (parts), ==, 9);
  g_assert_cmpstr (parts[3], ==, "open");

  return g_strdup (parts[7]);
}

static Member
join (PeerServer *server)
{
  Member member = { .client = test_client_new (server, "/signaling") };

  g_assert_nonnull (member.client->websocket);
  member.id = read_id (member.client);

  return member;
}

static void
leave (Member *member)
{
  test_client_free (member->client);
  g_free (member->id);
}

/* One that does what no library does; returns the head of the answer. */
static char *
join_raw (RawClient *client,
          PeerServer *server,
          const char *origin)
{
  g_autofree char *head = g_strdup_printf ("GET /signaling HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                                           "Origin: %s\r\nSec-WebSocket-Version: 13\r\n"
                                           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                                           origin);

  raw_client_connect (client, server);
  raw_client_write_text (client, head);

  return raw_client_read_head (client);
}

/* All that was sent before is handled when this returns. */
static void
pass (Member *member)
{
  test_client_send (member->client, PING);
  assert_next (member->client, PONG);
}

static void
publish (Member *member,
         const char *message)
{
  g_autofree char *text = g_strdup_printf ("{\"type\":\"publish\"," LOBBY ",\"message\":%s}", message);

  test_client_send (member->client, text);
}

static void
assert_message (Member *member,
                Member *from,
                const char *message)
{
  g_autofree char *text = g_strdup_printf ("{\"type\":\"message\"," LOBBY ",\"from\":\"%s\",\"message\":%s}", from->id, message);

  assert_next (member->client, text);
}

static void
assert_presence (Member *member,
                 const char *change,
                 Member *who)
{
  g_autofree char *text = g_strdup_printf ("{\"type\":\"presence\"," LOBBY ",\"%s\":[\"%s\"]}", change, who->id);

  assert_next (member->client, text);
}

static void
assert_error (TestClient *client,
              const char *code)
{
  g_autofree char *member = g_strdup_printf ("\"code\":\"%s\"", code);
  const char *text = test_client_read (client);

  g_assert_nonnull (text);
  g_assert_true (g_str_has_prefix (text, "{\"type\":\"error\""));
  g_assert_nonnull (strstr (text, member));
}

static void
test_publish (void)
{
  PeerServer *server = start_server ();
  Member alice = join (server);
  Member bob = join (server);
  Member carol = join (server);

  g_test_summary ("All subscribers hear a message as it was written, the publisher included; others do not");

  test_client_send (alice.client, SUBSCRIBE);
  test_client_send (bob.client, SUBSCRIBE);
  test_client_send (carol.client, "{\"type\":\"subscribe\",\"topic\":[\"room\",\"kitchen\"]}");
  pass (&bob);
  pass (&carol);
  publish (&alice, "{\"a\": [1.50, null] }");
  assert_message (&alice, &alice, "{\"a\": [1.50, null] }");
  assert_message (&bob, &alice, "{\"a\": [1.50, null] }");
  publish (&carol, "\"\\ud83d\\ude00\"");
  assert_message (&bob, &carol, "\"\\ud83d\\ude00\"");
  pass (&carol);

  leave (&alice);
  leave (&bob);
  leave (&carol);
  test_server_end (server);
}

static void
test_unsubscribe (void)
{
  PeerServer *server = start_server ();
  Member alice = join (server);

  g_test_summary ("Who unsubscribes hears nothing more; subscribing twice is once");

  test_client_send (alice.client, SUBSCRIBE);
  test_client_send (alice.client, SUBSCRIBE);
  publish (&alice, "1");
  assert_message (&alice, &alice, "1");
  test_client_send (alice.client, UNSUBSCRIBE);
  test_client_send (alice.client, UNSUBSCRIBE);
  publish (&alice, "2");
  pass (&alice);

  leave (&alice);
  test_server_end (server);
}

static void
test_sender_is_the_socket (void)
{
  PeerServer *server = start_server ();
  Member alice = join (server);
  Member bob = join (server);

  g_test_summary ("A sender that a frame claims is not believed");

  test_client_send (bob.client, SUBSCRIBE);
  pass (&bob);
  test_client_send (alice.client, "{\"type\":\"publish\"," LOBBY ",\"from\":\"mallory\",\"id\":\"mallory\",\"message\":1}");
  assert_message (&bob, &alice, "1");

  leave (&alice);
  leave (&bob);
  test_server_end (server);
}

static void
test_presence (void)
{
  PeerServer *server = start_server ();
  Member alice = join (server);
  Member bob = join (server);
  g_auto (RawClient) raw = { 0 };
  g_autofree char *answer = NULL;

  g_test_summary ("Who asks for it is told who is there, who comes and who goes, a crash included");

  test_client_send (alice.client, WATCH);
  assert_presence (&alice, "joined", &alice);
  test_client_send (bob.client, SUBSCRIBE);
  assert_presence (&alice, "joined", &bob);
  test_client_send (bob.client, UNSUBSCRIBE);
  assert_presence (&alice, "left", &bob);
  test_client_send (bob.client, SUBSCRIBE);
  assert_presence (&alice, "joined", &bob);
  test_client_free (bob.client);
  assert_presence (&alice, "left", &bob);

  answer = join_raw (&raw, server, "null");
  raw_client_write_frame (&raw, 0x81, SUBSCRIBE, strlen (SUBSCRIBE));
  g_assert_nonnull (strstr (test_client_read (alice.client), "\"joined\""));
  g_io_stream_close (G_IO_STREAM (raw.connection), NULL, NULL);
  g_assert_nonnull (strstr (test_client_read (alice.client), "\"left\""));

  g_free (bob.id);
  leave (&alice);
  test_server_end (server);
}

static void
test_presence_list (void)
{
  PeerServer *server = start_server ();
  Member alice = join (server);
  Member bob = join (server);
  const char *text;

  g_test_summary ("Who comes later gets all who are there");

  test_client_send (alice.client, SUBSCRIBE);
  pass (&alice);
  test_client_send (bob.client, WATCH);
  text = test_client_read (bob.client);
  g_assert_nonnull (strstr (text, alice.id));
  g_assert_nonnull (strstr (text, bob.id));
  pass (&alice);

  leave (&alice);
  leave (&bob);
  test_server_end (server);
}

static void
test_malformed (void)
{
  static const char *const frames[] = {
    "{", "[]", "7", "{\"type\":\"teapot\"}", "{}", "{\"type\":\"open\",\"id\":\"me\"}",
    "{\"type\":\"subscribe\"}", "{\"type\":\"subscribe\",\"topic\":\"room\"}", "{\"type\":\"publish\"," LOBBY "}",
    "{\"type\":\"message\"," LOBBY ",\"message\":1}"
  };
  PeerServer *server = start_server ();
  Member alice = join (server);

  g_test_summary ("What makes no sense is answered by its name, and nothing else is lost");

  for (gsize i = 0; i < G_N_ELEMENTS (frames); i++)
    {
      test_client_send (alice.client, frames[i]);
      assert_error (alice.client, "invalid-data");
    }
  pass (&alice);

  leave (&alice);
  test_server_end (server);
}

static void
test_limits (void)
{
  PeerServer *server = test_server_new ("signaling-path", "/signaling", "topics-per-client", 2, "max-id-length", 4,
                                        "max-depth", 4, NULL);
  Member alice = join (server);

  g_test_summary ("Topics of one client, their length and the depth of a message are limited");

  test_client_send (alice.client, "{\"type\":\"subscribe\",\"topic\":[\"one\"]}");
  test_client_send (alice.client, "{\"type\":\"subscribe\",\"topic\":[\"two\"]}");
  test_client_send (alice.client, "{\"type\":\"subscribe\",\"topic\":[\"three\"]}");
  assert_error (alice.client, "limit-exceeded");
  test_client_send (alice.client, "{\"type\":\"subscribe\",\"topic\":[\"tre\"]}");
  assert_error (alice.client, "limit-exceeded");
  test_client_send (alice.client, "{\"type\":\"unsubscribe\",\"topic\":[\"one\"]}");
  test_client_send (alice.client, "{\"type\":\"subscribe\",\"topic\":[\"tre\"]}");
  test_client_send (alice.client, "{\"type\":\"publish\",\"topic\":[\"tre\"],\"message\":[[[[1]]]]}");
  assert_error (alice.client, "limit-exceeded");
  pass (&alice);

  leave (&alice);
  test_server_end (server);
}

static void
test_too_big (void)
{
  PeerServer *server = test_server_new ("signaling-path", "/signaling", "max-message-size", 100, NULL);
  Member alice = join (server);
  g_autofree char *long_text = g_strnfill (200, '1');

  g_test_summary ("Who sends more than a message may have is disconnected with 1009");

  publish (&alice, long_text);
  g_assert_cmpuint (test_client_read_close (alice.client), ==, SOUP_WEBSOCKET_CLOSE_TOO_BIG);

  leave (&alice);
  test_server_end (server);
}

static void
test_slow_reader (void)
{
  PeerServer *server = test_server_new ("signaling-path", "/signaling", "send-buffer-size", 65536, NULL);
  Member alice = join (server);
  Member bob = join (server);
  g_autofree char *filler = g_strnfill (60000, 'x');
  g_autofree char *message = g_strdup_printf ("\"%s\"", filler);
  g_auto (RawClient) slow = { 0 };
  gboolean is_gone = FALSE;
  g_autofree char *answer = NULL;

  g_test_summary ("Who does not read is dropped, and the others are told and lose nothing");

  test_client_send (bob.client, WATCH);
  assert_presence (&bob, "joined", &bob);
  answer = join_raw (&slow, server, "https://example.org");
  g_assert_nonnull (strstr (answer, " 101 "));
  raw_client_write_frame (&slow, 0x81, SUBSCRIBE, strlen (SUBSCRIBE));
  g_assert_nonnull (strstr (test_client_read (bob.client), "\"joined\""));

  while (!is_gone)
    {
      publish (&alice, message);
      is_gone = strstr (test_client_read (bob.client), "\"left\"") != NULL;
    }
  pass (&alice);

  leave (&alice);
  leave (&bob);
  test_server_end (server);
}

static void
test_key (void)
{
  PeerServer *server = test_server_new ("signaling-path", "/signaling", "key", "mykey", NULL);
  TestClient *wrong = test_client_new (server, "/signaling");
  TestClient *right = test_client_new (server, "/signaling?key=mykey");

  g_test_summary ("Clients need the server's key");

  assert_error (wrong, "invalid-key");
  g_assert_cmpuint (test_client_read_close (wrong), ==, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION);
  g_free (read_id (right));

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

  assert_error (nobody, "refused");
  assert_error (mallory, "refused");
  g_free (read_id (alice));

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
  PeerServer *server = start_server ();
  PeerAuthRequest *kept = NULL;
  TestClient *refused, *accepted;

  g_test_summary ("The application decides, at once or later; what was sent meanwhile counts");

  g_signal_connect (server, "authenticate", G_CALLBACK (authenticate_cb), &kept);
  refused = test_client_new (server, "/signaling");
  assert_error (refused, "refused");
  g_assert_cmpuint (test_client_read_close (refused), ==, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION);

  accepted = test_client_new (server, "/signaling?name=later");
  test_client_send (accepted, PING);
  WAIT_UNTIL (kept != NULL);
  g_assert_cmpuint (accepted->messages->len, ==, 0);
  peer_auth_request_accept (kept);
  g_object_unref (kept);
  g_free (read_id (accepted));
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
  assert_error (client, "refused");
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
  Member alice = join (server);
  g_auto (RawClient) foreign = { 0 };
  g_autofree char *refusal = join_raw (&foreign, server, "https://example.com");
  g_auto (RawClient) own = { 0 };
  g_autofree char *answer = join_raw (&own, server, "https://example.org");

  g_test_summary ("Foreign pages get no signaling; a program without an origin does");

  g_assert_cmpuint (plain->status, ==, 426);
  g_assert_nonnull (strstr (refusal, " 403 "));
  g_assert_nonnull (strstr (answer, " 101 "));

  leave (&alice);
  test_server_end (server);
}

static void
test_paths (void)
{
  PeerServer *server = test_server_new ("path", "/app", "signaling-path", "/talk/", NULL);
  TestClient *below = test_client_new (server, "/app/talk");
  TestClient *beside = test_client_new (server, "/talk");
  TestClient *peer = test_client_new (server, "/app/peerjs?key=peerjs&id=alice&token=t");

  g_test_summary ("Signaling lies below the server's path, beside PeerJS's own");

  g_free (read_id (below));
  g_assert_null (beside->websocket);
  assert_next (peer, "{\"type\":\"OPEN\"}");

  test_client_free (below);
  test_client_free (beside);
  test_client_free (peer);
  test_server_end (server);
}

static void
test_off (void)
{
  PeerServer *server = test_server_new (NULL, NULL);
  TestClient *client = test_client_new (server, "/signaling");

  g_test_summary ("Without a path there is none");

  g_assert_null (client->websocket);

  test_client_free (client);
  test_server_end (server);
}

static void
test_bad_path (void)
{
  static const char *const paths[] = { "", "/", "signaling" };

  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (PeerServer) server = g_object_new (PEER_TYPE_SERVER, "port", 0, "signaling-path", paths[i], NULL);
      g_autoptr (GError) error = NULL;

      g_assert_false (peer_server_listen (server, &error));
      g_assert_error (error, PEER_ERROR, PEER_ERROR_SERVER_ERROR);
    }
}

static void
test_stop (void)
{
  PeerServer *server = start_server ();
  Member alice = join (server);

  g_test_summary ("A server that stops says so with 1001, and can start again");

  test_client_send (alice.client, WATCH);
  assert_presence (&alice, "joined", &alice);
  peer_server_stop (server);
  g_assert_cmpuint (test_client_read_close (alice.client), ==, SOUP_WEBSOCKET_CLOSE_GOING_AWAY);
  leave (&alice);

  g_assert_true (peer_server_listen (server, NULL));
  alice = join (server);
  leave (&alice);
  test_server_end (server);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/server-signaling/publish", test_publish);
  g_test_add_func ("/server-signaling/unsubscribe", test_unsubscribe);
  g_test_add_func ("/server-signaling/sender-is-the-socket", test_sender_is_the_socket);
  g_test_add_func ("/server-signaling/presence", test_presence);
  g_test_add_func ("/server-signaling/presence-list", test_presence_list);
  g_test_add_func ("/server-signaling/malformed", test_malformed);
  g_test_add_func ("/server-signaling/limits", test_limits);
  g_test_add_func ("/server-signaling/too-big", test_too_big);
  g_test_add_func ("/server-signaling/slow-reader", test_slow_reader);
  g_test_add_func ("/server-signaling/key", test_key);
  g_test_add_func ("/server-signaling/tokens", test_tokens);
  g_test_add_func ("/server-signaling/authenticate", test_authenticate);
  g_test_add_func ("/server-signaling/undecided", test_undecided);
  g_test_add_func ("/server-signaling/origins", test_origins);
  g_test_add_func ("/server-signaling/paths", test_paths);
  g_test_add_func ("/server-signaling/off", test_off);
  g_test_add_func ("/server-signaling/bad-path", test_bad_path);
  g_test_add_func ("/server-signaling/stop", test_stop);

  return g_test_run ();
}
