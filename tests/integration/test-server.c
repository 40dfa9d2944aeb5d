/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "server-client.h"

#define OFFER(dst, payload) "{\"type\":\"OFFER\",\"dst\":\"" dst "\",\"payload\":" payload "}"
#define RELAYED(src, dst, payload) "{\"type\":\"OFFER\",\"src\":\"" src "\",\"dst\":\"" dst "\",\"payload\":" payload "}"
#define NOTICE(type, text) "{\"type\":\"" type "\",\"payload\":{\"msg\":\"" text "\"}}"
#define EXPIRED(src, dst) "{\"type\":\"EXPIRE\",\"src\":\"" src "\",\"dst\":\"" dst "\"}"

/* Answers nothing else, so what comes before it is all there was. */
static void
assert_nothing_else (TestClient *client,
                     const char *id)
{
  g_autofree char *text = g_strdup_printf ("{\"type\":\"OFFER\",\"dst\":\"%s\",\"payload\":\"mark\"}", id);
  g_autofree char *expected = g_strdup_printf ("{\"type\":\"OFFER\",\"src\":\"%s\",\"dst\":\"%s\",\"payload\":\"mark\"}", id, id);

  test_client_send (client, text);
  assert_next (client, expected);
}

static void
test_open (void)
{
  PeerServer *server = test_server_new (NULL, NULL);
  g_autoptr (TestClient) client = NULL;

  g_test_summary ("A client with an id, a token and the key is a client");

  client = test_client_open (server, "a%20b_c-d", "secret");
  g_assert_cmpuint (peer_server_get_n_clients (server), ==, 1);
  g_assert_cmpstr (peer_server_client_get_token (peer_server_get_client (server, "a b_c-d")), ==, "secret");
  g_assert_cmpstr (peer_server_client_get_address (peer_server_get_client (server, "a b_c-d")), ==, "127.0.0.1");
  g_assert_null (peer_server_get_client (server, "nobody"));

  g_clear_pointer (&client, test_client_free);
  WAIT_UNTIL (peer_server_get_n_clients (server) == 0);
  test_server_end (server);
}

static void
test_refused (void)
{
  static const struct
  {
    const char *path;
    const char *message;
  } cases[] = {
    { "/peerjs", NOTICE ("ERROR", "No id, token, or key supplied to websocket server") },
    { "/peerjs?key=peerjs&id=a", NOTICE ("ERROR", "No id, token, or key supplied to websocket server") },
    { "/peerjs?key=peerjs&id=&token=t", NOTICE ("ERROR", "No id, token, or key supplied to websocket server") },
    { "/peerjs?id=a&token=t", NOTICE ("ERROR", "No id, token, or key supplied to websocket server") },
    { "/peerjs?key=wrong&id=a&token=t", NOTICE ("ERROR", "Invalid key provided") },
    { "/peerjs?key=peerjs&id=a%0Ab&token=t", NOTICE ("ERROR", "Invalid id or token provided") },
    { "/peerjs?key=peerjs&id=held&token=other", NOTICE ("ID-TAKEN", "ID is taken") },
    { "/peerjs?key=peerjs&id=free&token=t", NOTICE ("ERROR", "Server has reached its concurrent user limit") },
  };
  PeerServer *server = test_server_new ("concurrent-limit", 1, NULL);
  TestClient *held = test_client_open (server, "held", "t");

  g_test_summary ("Who may not come in is told why and is closed without a code");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TestClient) client = test_client_new (server, cases[i].path);

      assert_next (client, cases[i].message);
      g_assert_cmpuint (test_client_read_close (client), ==, SOUP_WEBSOCKET_CLOSE_NO_STATUS);
    }

  g_assert_cmpuint (peer_server_get_n_clients (server), ==, 1);
  assert_nothing_else (held, "held");
  test_client_free (held);
  test_server_end (server);
}

static void
test_last_parameter_counts (void)
{
  PeerServer *server = test_server_new (NULL, NULL);
  g_autoptr (TestClient) client = test_client_new (server, "/peerjs?key=no&id=x&token=t&version=1.5.5&key=peerjs&id=y");

  g_test_summary ("Of parameters that come twice the last one counts; others are ignored");

  assert_next (client, "{\"type\":\"OPEN\"}");
  g_assert_nonnull (peer_server_get_client (server, "y"));

  g_clear_pointer (&client, test_client_free);
  test_server_end (server);
}

static void
test_relay (void)
{
  PeerServer *server = test_server_new (NULL, NULL);
  TestClient *alice = test_client_open (server, "alice", "t");
  TestClient *bob = test_client_open (server, "bob", "t");

  g_test_summary ("A message keeps type, dst and the bytes of its payload, and gets its true src");

  test_client_send (alice, "{ \"extra\": 1, \"payload\" : {\"n\": 1.50, \"s\":\"\\u00e9\"} , \"src\":\"eve\",\"type\":\"OFFER\",\"dst\":\"bob\"}");
  assert_next (bob, RELAYED ("alice", "bob", "{\"n\": 1.50, \"s\":\"\\u00e9\"}"));
  test_client_send (bob, "{\"type\":\"ANSWER\",\"dst\":\"alice\"}");
  assert_next (alice, "{\"type\":\"ANSWER\",\"src\":\"bob\",\"dst\":\"alice\"}");
  test_client_send (bob, "{\"type\":\"CANDIDATE\",\"dst\":\"alice\",\"payload\":null}");
  assert_next (alice, "{\"type\":\"CANDIDATE\",\"src\":\"bob\",\"dst\":\"alice\",\"payload\":null}");
  test_client_send (bob, "{\"type\":\"LEAVE\",\"dst\":\"alice\"}");
  assert_next (alice, "{\"type\":\"LEAVE\",\"src\":\"bob\",\"dst\":\"alice\"}");
  test_client_send (bob, "{\"type\":\"EXPIRE\",\"dst\":\"alice\"}");
  assert_next (alice, "{\"type\":\"EXPIRE\",\"src\":\"bob\",\"dst\":\"alice\"}");
  soup_websocket_connection_send_binary (bob->websocket, OFFER ("alice", "1"), strlen (OFFER ("alice", "1")));
  assert_next (alice, RELAYED ("bob", "alice", "1"));
  assert_nothing_else (alice, "alice");

  test_client_free (alice);
  test_client_free (bob);
  test_server_end (server);
}

static void
test_malformed (void)
{
  static const char *const texts[] = {
    "", "nonsense", "null", "5", "\"text\"", "[]", "{", "{}", "{\"type\":5}", "{\"type\":\"offer\",\"dst\":\"bob\"}",
    "{\"type\":\"NEW\",\"dst\":\"bob\"}", "{\"type\":\"OFFER\",\"dst\":7}", "{\"type\":\"OFFER\",\"dst\":\"\"}",
    "{\"type\":\"OFFER\"}", "{\"type\":\"EXPIRE\"}", "{\"type\":\"OPEN\",\"dst\":\"bob\"}",
    "{\"type\":\"ERROR\",\"dst\":\"bob\",\"payload\":{\"msg\":\"x\"}}", "{\"type\":\"HEARTBEAT\",\"dst\":\"bob\"}",
    "{\"type\":\"LEAVE\",\"dst\":\"nobody\"}", "{\"type\":\"EXPIRE\",\"dst\":\"nobody\"}"
  };
  PeerServer *server = test_server_new (NULL, NULL);
  TestClient *alice = test_client_open (server, "alice", "t");
  TestClient *bob = test_client_open (server, "bob", "t");

  g_test_summary ("What makes no sense is ignored, and the sender can go on");

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      test_client_send (alice, texts[i]);
      assert_nothing_else (alice, "alice");
    }
  assert_nothing_else (bob, "bob");

  test_client_free (alice);
  test_client_free (bob);
  test_server_end (server);
}

static void
test_waiting_messages (void)
{
  PeerServer *server = test_server_new (NULL, NULL);
  TestClient *alice = test_client_open (server, "alice", "t");
  TestClient *bob;

  g_test_summary ("Messages wait for their destination and follow its OPEN, in order");

  test_client_send (alice, OFFER ("bob", "1"));
  test_client_send (alice, OFFER ("bob", "2"));
  assert_nothing_else (alice, "alice");
  bob = test_client_open (server, "bob", "t");
  assert_next (bob, RELAYED ("alice", "bob", "1"));
  assert_next (bob, RELAYED ("alice", "bob", "2"));
  assert_nothing_else (bob, "bob");

  test_client_free (alice);
  test_client_free (bob);
  test_server_end (server);
}

static void
test_expire (void)
{
  PeerServer *server = test_server_new ("expire-timeout", 60, "cleanup-interval", 20, NULL);
  TestClient *alice = test_client_open (server, "alice", "t");
  TestClient *bob = test_client_open (server, "bob", "t");
  TestClient *late;

  g_test_summary ("Nobody comes: one EXPIRE for each pair of a sender and a destination");

  test_client_send (alice, OFFER ("nobody", "1"));
  test_client_send (alice, OFFER ("nobody", "2"));
  test_client_send (bob, OFFER ("nobody", "3"));
  assert_next (alice, EXPIRED ("nobody", "alice"));
  assert_next (bob, EXPIRED ("nobody", "bob"));
  assert_nothing_else (alice, "alice");

  test_client_send (alice, OFFER ("nobody", "4"));
  assert_next (alice, EXPIRED ("nobody", "alice"));
  late = test_client_open (server, "nobody", "t");
  assert_nothing_else (late, "nobody");

  test_client_free (alice);
  test_client_free (bob);
  test_client_free (late);
  test_server_end (server);
}

static void
test_takeover (void)
{
  PeerServer *server = test_server_new (NULL, NULL);
  TestClient *alice = test_client_open (server, "alice", "t");
  TestClient *old = test_client_open (server, "bob", "secret");
  PeerServerClient *before = peer_server_get_client (server, "bob");
  TestClient *new;

  g_test_summary ("The same id and token take over: OPEN, the old socket closed, nothing lost");

  new = test_client_open (server, "bob", "secret");
  g_assert_cmpuint (test_client_read_close (old), ==, SOUP_WEBSOCKET_CLOSE_NORMAL);
  test_client_free (old);
  g_assert_true (peer_server_get_client (server, "bob") == before);
  g_assert_cmpuint (peer_server_get_n_clients (server), ==, 2);

  test_client_send (alice, OFFER ("bob", "1"));
  assert_next (new, RELAYED ("alice", "bob", "1"));
  assert_nothing_else (new, "bob");

  test_client_free (alice);
  test_client_free (new);
  test_server_end (server);
}

static void
test_leave (void)
{
  PeerServer *server = test_server_new (NULL, NULL);
  TestClient *alice = test_client_open (server, "alice", "t");
  TestClient *bob = test_client_open (server, "bob", "t");
  TestClient *other;

  g_test_summary ("LEAVE without a destination gives the id up; who then has it is safe");

  test_client_send (alice, "{\"type\":\"LEAVE\"}");
  WAIT_UNTIL (peer_server_get_n_clients (server) == 1);
  test_client_send (alice, OFFER ("bob", "1"));
  assert_next (bob, RELAYED ("alice", "bob", "1"));

  other = test_client_open (server, "alice", "another");
  test_client_send (alice, OFFER ("bob", "2"));
  g_assert_cmpuint (test_client_read_close (alice), ==, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION);
  assert_nothing_else (bob, "bob");
  assert_nothing_else (other, "alice");

  test_client_free (alice);
  test_client_free (bob);
  test_client_free (other);
  test_server_end (server);
}

static gboolean
heartbeat_cb (gpointer user_data)
{
  test_client_send (user_data, "{\"type\":\"HEARTBEAT\"}");

  return G_SOURCE_CONTINUE;
}

static void
test_alive (void)
{
  PeerServer *server = test_server_new ("alive-timeout", 400, NULL);
  TestClient *silent = test_client_open (server, "silent", "t");
  TestClient *alive = test_client_open (server, "alive", "t");
  guint heartbeat = g_timeout_add (50, heartbeat_cb, alive);

  g_test_summary ("Who is silent for too long is forgotten; a heartbeat is enough");

  g_assert_cmpuint (test_client_read_close (silent), ==, SOUP_WEBSOCKET_CLOSE_NO_STATUS);
  g_assert_null (peer_server_get_client (server, "silent"));
  g_assert_nonnull (peer_server_get_client (server, "alive"));
  assert_nothing_else (alive, "alive");

  g_source_remove (heartbeat);
  test_client_free (silent);
  test_client_free (alive);
  test_server_end (server);
}

static void
test_extra_types (void)
{
  const char *const types[] = { "CHAT", NULL };
  PeerServer *server = test_server_new ("extra-message-types", types, NULL);
  g_autoptr (TestClient) alice = test_client_open (server, "alice", "t");

  g_test_summary ("More types can be relayed");

  test_client_send (alice, "{\"type\":\"CHAT\",\"dst\":\"alice\",\"payload\":\"hi\"}");
  assert_next (alice, "{\"type\":\"CHAT\",\"src\":\"alice\",\"dst\":\"alice\",\"payload\":\"hi\"}");

  g_clear_pointer (&alice, test_client_free);
  test_server_end (server);
}

static void
log_client_cb (PeerServer *server,
               PeerServerClient *client,
               GString *log)
{
  g_string_append_printf (log, "%s %d;", peer_server_client_get_id (client), peer_server_client_get_is_connected (client));
}

static void
log_message_cb (PeerServer *server,
                PeerServerClient *client,
                const char *type,
                const char *dst,
                GString *log)
{
  g_string_append_printf (log, "%s>%s %s;", peer_server_client_get_id (client), dst, type);
}

static gboolean
append_id_cb (PeerServerClient *client,
              gpointer user_data)
{
  g_string_append (user_data, peer_server_client_get_id (client));

  return TRUE;
}

static void
test_application (void)
{
  PeerServer *server = test_server_new (NULL, NULL);
  g_autoptr (GString) log = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) stats = NULL;
  g_autoptr (PeerServerClient) kept = NULL;
  TestClient *alice, *bob;
  guint64 count;

  g_test_summary ("The application sees who comes, talks and goes, and has a say");

  g_signal_connect (server, "connection", G_CALLBACK (log_client_cb), log);
  g_signal_connect (server, "disconnect", G_CALLBACK (log_client_cb), log);
  g_signal_connect (server, "message", G_CALLBACK (log_message_cb), log);

  alice = test_client_open (server, "alice", "t");
  bob = test_client_open (server, "bob", "t");
  test_client_send (alice, "{\"type\":\"NEW\",\"dst\":\"x\"}");
  assert_nothing_else (alice, "alice");
  g_assert_cmpstr (log->str, ==, "alice 1;bob 1;alice>x NEW;alice>alice OFFER;");

  g_string_truncate (log, 0);
  peer_server_foreach_client (server, append_id_cb, log);
  g_assert_cmpstr (log->str, ==, "alicebob");

  kept = g_object_ref (peer_server_get_client (server, "bob"));
  g_assert_true (peer_server_client_send_message (kept, "NEWS", "server", g_variant_new_parsed ("{'n': <1>}"), &error));
  g_assert_no_error (error);
  assert_next (bob, "{\"type\":\"NEWS\",\"src\":\"server\",\"dst\":\"bob\",\"payload\":{\"n\":1}}");

  g_string_truncate (log, 0);
  peer_server_client_kick (kept, "Out");
  assert_next (bob, NOTICE ("ERROR", "Out"));
  g_assert_cmpuint (test_client_read_close (bob), ==, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION);
  g_assert_cmpstr (log->str, ==, "bob 0;");
  g_assert_false (peer_server_client_send_message (kept, "NEWS", NULL, NULL, &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_CONNECTION_CLOSED);
  peer_server_client_kick (kept, NULL);

  stats = peer_server_dup_stats (server);
  g_assert_true (g_variant_lookup (stats, "connections", "t", &count));
  g_assert_cmpuint (count, ==, 2);
  g_assert_true (g_variant_lookup (stats, "relayed", "t", &count));
  g_assert_cmpuint (count, ==, 1);

  test_client_free (alice);
  test_client_free (bob);
  test_server_end (server);
  g_assert_finalize_object (g_steal_pointer (&kept));
}

static gboolean
authenticate_cb (PeerServer *server,
                 PeerAuthRequest *request)
{
  const char *id = peer_auth_request_get_id (request);

  g_assert_cmpstr (peer_auth_request_get_address (request), ==, "127.0.0.1");
  g_assert_nonnull (peer_auth_request_get_header (request, "Sec-WebSocket-Key"));
  if (g_str_equal (id, "good"))
    peer_auth_request_accept (request);
  else if (g_str_equal (id, "bad"))
    peer_auth_request_refuse (request, peer_auth_request_get_parameter (request, "why"));

  return !g_str_equal (id, "whoever");
}

static void
test_authenticate (void)
{
  static const struct
  {
    const char *id;
    const char *message;
  } cases[] = {
    { "good", "{\"type\":\"OPEN\"}" },
    { "whoever", "{\"type\":\"OPEN\"}" },
    { "bad", NOTICE ("ERROR", "no") },
    { "undecided", NOTICE ("ERROR", "Not authorized") },
  };
  PeerServer *server = test_server_new (NULL, NULL);

  g_test_summary ("The application decides who may come in");

  g_signal_connect (server, "authenticate", G_CALLBACK (authenticate_cb), NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/peerjs?key=peerjs&token=t&id=%s&why=no", cases[i].id);
      g_autoptr (TestClient) client = test_client_new (server, path);

      assert_next (client, cases[i].message);
    }

  test_server_end (server);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/server/open", test_open);
  g_test_add_func ("/server/refused", test_refused);
  g_test_add_func ("/server/last-parameter-counts", test_last_parameter_counts);
  g_test_add_func ("/server/relay", test_relay);
  g_test_add_func ("/server/malformed", test_malformed);
  g_test_add_func ("/server/waiting-messages", test_waiting_messages);
  g_test_add_func ("/server/expire", test_expire);
  g_test_add_func ("/server/takeover", test_takeover);
  g_test_add_func ("/server/leave", test_leave);
  g_test_add_func ("/server/alive", test_alive);
  g_test_add_func ("/server/extra-types", test_extra_types);
  g_test_add_func ("/server/application", test_application);
  g_test_add_func ("/server/authenticate", test_authenticate);

  return g_test_run ();
}
