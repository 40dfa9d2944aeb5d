/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "raw-client.h"

#include <json-glib/json-glib.h>
#include <string.h>

#define OPEN "{\"type\":\"OPEN\"}"
#define NOTICE(type, text) "{\"type\":\"" type "\",\"payload\":{\"msg\":\"" text "\"}}"

#define SECRET "a secret for tests"
#define OLD_SECRET "an older secret for tests"
#define ORIGIN "https://example.org"

static const char *const secrets[] = { SECRET, OLD_SECRET, NULL };

static gint64
in_seconds (int seconds)
{
  return g_get_real_time () / G_USEC_PER_SEC + seconds;
}

static TestClient *
connect_with_token (PeerServer *server,
                    const char *id,
                    const char *token)
{
  g_autofree char *path = g_strdup_printf ("/peerjs?key=peerjs&id=%s&token=%s", id, token);

  return test_client_new (server, path);
}

static void
assert_refused (PeerServer *server,
                const char *id,
                const char *token,
                const char *notice)
{
  g_autoptr (TestClient) client = connect_with_token (server, id, token);

  assert_next (client, notice);
  test_client_read_close (client);
}

static void
test_tokens (void)
{
  PeerServer *server = test_server_new ("auth-secrets", secrets, NULL);
  g_autofree char *alices = peer_server_mint_token (SECRET, "peerjs", "alice", in_seconds (60));
  g_autofree char *old = peer_server_mint_token (OLD_SECRET, "peerjs", "bob", in_seconds (60));
  g_autofree char *expired = peer_server_mint_token (SECRET, "peerjs", "alice", in_seconds (-1));
  g_autofree char *of_other_key = peer_server_mint_token (SECRET, "other", "alice", in_seconds (60));
  g_autofree char *foreign = peer_server_mint_token ("another secret", "peerjs", "alice", in_seconds (60));
  TestClient *alice, *bob;

  g_test_summary ("Only who has a signed token for an id may hold it");

  assert_refused (server, "alice", "t", NOTICE ("ERROR", "Invalid token provided"));
  assert_refused (server, "alice", of_other_key, NOTICE ("ERROR", "Invalid token provided"));
  assert_refused (server, "alice", foreign, NOTICE ("ERROR", "Invalid token provided"));
  assert_refused (server, "mallory", alices, NOTICE ("ERROR", "Invalid token provided"));
  assert_refused (server, "alice", expired, NOTICE ("ERROR", "Token has expired"));

  alice = connect_with_token (server, "alice", alices);
  assert_next (alice, OPEN);
  bob = connect_with_token (server, "bob", old);
  assert_next (bob, OPEN);

  g_object_set (server, "auth-secrets", secrets + 2, NULL);
  assert_refused (server, "carol", alices, NOTICE ("ERROR", "Invalid token provided"));

  test_client_free (alice);
  test_client_free (bob);
  test_server_end (server);
}

static gboolean
wake_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* With a token that ends soon; later when the machine is too slow for that. */
static TestClient *
connect_in_time (PeerServer *server,
                 char **token,
                 gint64 *expires_at)
{
  for (int lifetime = 1;; lifetime *= 2)
    {
      TestClient *client;

      *expires_at = in_seconds (lifetime);
      *token = peer_server_mint_token (SECRET, "peerjs", "alice", *expires_at);
      client = connect_with_token (server, "alice", *token);
      if (g_strcmp0 (test_client_read (client), OPEN) == 0)
        return client;

      test_client_free (client);
      g_free (*token);
    }
}

static void
test_expiry (void)
{
  PeerServer *server = test_server_new ("auth-secrets", secrets, NULL);
  gint64 expires_at;
  g_autofree char *token = NULL;
  g_autoptr (TestClient) alice = connect_in_time (server, &token, &expires_at);
  guint wake = g_timeout_add (50, wake_cb, NULL);

  g_test_summary ("A connection outlives its token, and no new one comes with it");

  WAIT_UNTIL (in_seconds (0) >= expires_at);
  g_source_remove (wake);

  assert_refused (server, "alice", token, NOTICE ("ERROR", "Token has expired"));
  test_client_send (alice, "{\"type\":\"OFFER\",\"dst\":\"alice\"}");
  assert_next (alice, "{\"type\":\"OFFER\",\"src\":\"alice\",\"dst\":\"alice\"}");

  g_clear_pointer (&alice, test_client_free);
  test_server_end (server);
}

static void
test_takeover (void)
{
  PeerServer *server = test_server_new ("auth-secrets", secrets, NULL);
  g_autofree char *first_token = peer_server_mint_token (OLD_SECRET, "peerjs", "alice", in_seconds (60));
  g_autofree char *second_token = peer_server_mint_token (SECRET, "peerjs", "alice", in_seconds (120));
  TestClient *first = connect_with_token (server, "alice", first_token);
  TestClient *second;

  g_test_summary ("Two tokens for an id have the same owner");

  assert_next (first, OPEN);
  second = connect_with_token (server, "alice", second_token);
  assert_next (second, OPEN);
  g_assert_cmpuint (test_client_read_close (first), ==, SOUP_WEBSOCKET_CLOSE_NORMAL);
  g_assert_cmpuint (peer_server_get_n_clients (server), ==, 1);
  g_assert_cmpstr (peer_server_client_get_token (peer_server_get_client (server, "alice")), ==, second_token);

  /* When tokens need no signature any more, this one is as good as any. */
  g_object_set (server, "auth-secrets", NULL, NULL);
  assert_refused (server, "alice", "t", NOTICE ("ID-TAKEN", "ID is taken"));

  test_client_free (first);
  test_client_free (second);
  test_server_end (server);
}

static gboolean
refuse_cb (PeerServer *server,
           PeerAuthRequest *request,
           guint *n_asked)
{
  (*n_asked)++;
  peer_auth_request_refuse (request, "No");

  return TRUE;
}

static void
test_authenticate (void)
{
  PeerServer *server = test_server_new ("auth-secrets", secrets, NULL);
  g_autofree char *token = peer_server_mint_token (SECRET, "peerjs", "alice", in_seconds (60));
  guint n_asked = 0;

  g_test_summary ("The application is asked about those whose token is valid");

  g_signal_connect (server, "authenticate", G_CALLBACK (refuse_cb), &n_asked);
  assert_refused (server, "alice", "t", NOTICE ("ERROR", "Invalid token provided"));
  g_assert_cmpuint (n_asked, ==, 0);
  assert_refused (server, "alice", token, NOTICE ("ERROR", "No"));
  g_assert_cmpuint (n_asked, ==, 1);

  test_server_end (server);
}

static void
test_origins (void)
{
  static const char *const none[] = { NULL };
  static const char *const listed[] = { "https://a.example", ORIGIN, NULL };
  static const char *const wildcard[] = { "*", NULL };
  const struct
  {
    const char *const *allowed;
    const char *headers;
    const char *answer;
  } cases[] = {
    { NULL, "Origin: https://evil.example\r\n", "HTTP/1.1 101 " },
    { wildcard, "Origin: https://evil.example\r\n", "HTTP/1.1 101 " },
    { listed, "Origin: " ORIGIN "\r\n", "HTTP/1.1 101 " },
    { listed, "", "HTTP/1.1 101 " },
    { none, "", "HTTP/1.1 101 " },
    { listed, "Origin: https://evil.example\r\n", "HTTP/1.1 403 " },
    { listed, "Origin: " ORIGIN ".evil.example\r\n", "HTTP/1.1 403 " },
    { listed, "Origin: http://example.org\r\n", "HTTP/1.1 403 " },
    { listed, "Origin: null\r\n", "HTTP/1.1 403 " },
    { listed, "Origin: \r\n", "HTTP/1.1 403 " },
    { listed, "Origin: " ORIGIN "\r\nOrigin: https://evil.example\r\n", "HTTP/1.1 403 " },
    { none, "Origin: " ORIGIN "\r\n", "HTTP/1.1 403 " },
  };
  PeerServer *server = test_server_new (NULL, NULL);

  g_test_summary ("Pages of origins that are not listed do not become clients");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (RawClient) client = { 0 };
      g_autofree char *head = raw_client_make_head ("key=peerjs&id=a&token=t", cases[i].headers);
      g_autofree char *answer = NULL;

      g_object_set (server, "allowed-origins", cases[i].allowed, NULL);
      raw_client_connect (&client, server);
      raw_client_write_text (&client, head);
      answer = raw_client_read_head (&client);
      g_test_message ("%u: %s", i, answer);
      g_assert_true (g_str_has_prefix (answer, cases[i].answer));
    }

  WAIT_UNTIL (peer_server_get_n_clients (server) == 0);
  test_server_end (server);
}

/* ICE servers */

static void
assert_status (PeerServer *server,
               const char *path,
               guint status)
{
  g_autoptr (TestAnswer) answer = test_request (server, "GET", path, NULL, NULL);

  g_assert_cmpuint (answer->status, ==, status);
}

static void
test_ice_off (void)
{
  static const char *const turn[] = { "turn:127.0.0.1", NULL };
  PeerServer *server = test_server_new (NULL, NULL);

  g_test_summary ("There are no ICE servers unless they are given, with a secret");

  assert_status (server, "/peerjs/ice", 404);
  g_object_set (server, "turn-uris", turn, NULL);
  assert_status (server, "/peerjs/ice", 404);
  g_object_set (server, "turn-secret", "", NULL);
  assert_status (server, "/peerjs/ice", 404);
  g_object_set (server, "turn-secret", SECRET, NULL);
  assert_status (server, "/peerjs/ice", 200);

  test_server_end (server);
}

static void
test_ice (void)
{
  static const char *const stun[] = { "stun:127.0.0.1", NULL };
  static const char *const turn[] = { "turn:127.0.0.1?transport=udp", "turns:127.0.0.1", NULL };
  PeerServer *server = test_server_new ("stun-uris", stun, "turn-uris", turn, "turn-secret", SECRET, "turn-ttl", 600, NULL);
  gint64 before = in_seconds (600);
  g_autoptr (TestAnswer) answer = test_request (server, "GET", "/peerjs/ICE/", "Origin", ORIGIN);
  g_autoptr (JsonNode) root = NULL;
  JsonArray *servers;
  JsonObject *relay;
  gint64 expires_at;

  g_test_summary ("The route answers as RTCPeerConnection takes it, with credentials that end, to other origins, too");

  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_cmpstr (test_answer_get (answer, "Content-Type"), ==, "application/json; charset=utf-8");
  g_assert_cmpstr (test_answer_get (answer, "Access-Control-Allow-Origin"), ==, ORIGIN);
  g_assert_cmpstr (test_answer_get (answer, "Cache-Control"), ==, "no-store");

  root = json_from_string (answer->body, NULL);
  g_assert_nonnull (root);
  servers = json_object_get_array_member (json_node_get_object (root), "iceServers");
  g_assert_cmpuint (json_array_get_length (servers), ==, 2);
  relay = json_array_get_object_element (servers, 1);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (relay, "urls")), ==, 2);
  g_assert_true (g_str_has_suffix (json_object_get_string_member (relay, "username"), ":peer"));
  expires_at = g_ascii_strtoll (json_object_get_string_member (relay, "username"), NULL, 10);
  g_assert_cmpint (expires_at, >=, before);
  g_assert_cmpint (expires_at, <=, in_seconds (600));
  g_assert_cmpint (json_object_get_int_member (json_node_get_object (root), "ttl"), ==, 600);

  assert_status (server, "/wrong/ice", 401);
  test_server_end (server);
}

static void
test_ice_auth (void)
{
  static const char *const turn[] = { "turn:127.0.0.1", NULL };
  PeerServer *server = test_server_new ("turn-uris", turn, "turn-secret", SECRET, "auth-secrets", secrets, NULL);
  g_autofree char *token = peer_server_mint_token (SECRET, "peerjs", "alice", in_seconds (60));
  g_autofree char *expired = peer_server_mint_token (SECRET, "peerjs", "alice", in_seconds (-1));
  const char *const refused[] = { "", "?id=alice", "?id=alice&token=t", "?id=mallory&token=%s", "?token=%s", "?id=%ff&token=%s" };
  g_autofree char *path = g_strdup_printf ("/peerjs/ice?id=alice&token=%s", token);
  g_autofree char *expired_path = g_strdup_printf ("/peerjs/ice?id=alice&token=%s", expired);
  g_autoptr (TestAnswer) answer = NULL;

  g_test_summary ("With tokens only who has one gets credentials, in the name of its id");

  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_auto (GStrv) pieces = g_strsplit (refused[i], "%s", 2);
      g_autofree char *query = g_strjoinv (token, pieces);
      g_autofree char *refused_path = g_strconcat ("/peerjs/ice", query, NULL);

      assert_status (server, refused_path, 401);
    }
  assert_status (server, expired_path, 401);

  answer = test_request (server, "GET", path, NULL, NULL);
  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_nonnull (strstr (answer->body, ":alice\""));

  test_server_end (server);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/server-auth/tokens", test_tokens);
  g_test_add_func ("/server-auth/expiry", test_expiry);
  g_test_add_func ("/server-auth/takeover", test_takeover);
  g_test_add_func ("/server-auth/authenticate", test_authenticate);
  g_test_add_func ("/server-auth/origins", test_origins);
  g_test_add_func ("/server-auth/ice-off", test_ice_off);
  g_test_add_func ("/server-auth/ice", test_ice);
  g_test_add_func ("/server-auth/ice-auth", test_ice_auth);

  return g_test_run ();
}
