/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "server-client.h"

#define OPEN "{\"type\":\"OPEN\"}"
#define NOTICE(type, text) "{\"type\":\"" type "\",\"payload\":{\"msg\":\"" text "\"}}"

/* Answers nobody until it is told to. */
typedef struct
{
  PeerServer *server;
  GPtrArray *requests;
} Asker;

static gboolean
keep_request_cb (PeerServer *server,
                 PeerAuthRequest *request,
                 Asker *asker)
{
  g_ptr_array_add (asker->requests, g_object_ref (request));

  return TRUE;
}

static Asker *
asker_new (PeerServer *server)
{
  Asker *asker = g_new0 (Asker, 1);

  asker->server = server;
  asker->requests = g_ptr_array_new_with_free_func (g_object_unref);
  g_signal_connect (server, "authenticate", G_CALLBACK (keep_request_cb), asker);

  return asker;
}

static void
asker_free (Asker *asker)
{
  g_ptr_array_unref (asker->requests);
  test_server_end (asker->server);
  g_free (asker);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Asker, asker_free)

/* Somebody who waits for the answer. */
static TestClient *
ask (Asker *asker,
     const char *id,
     const char *token)
{
  guint n_requests = asker->requests->len;
  g_autofree char *path = g_strdup_printf ("/peerjs?key=peerjs&id=%s&token=%s", id, token);
  TestClient *client = test_client_new (asker->server, path);

  WAIT_UNTIL (asker->requests->len > n_requests);

  return client;
}

static void
test_accept (void)
{
  g_autoptr (Asker) asker = asker_new (test_server_new (NULL, NULL));
  g_autoptr (TestClient) alice = ask (asker, "alice", "t");

  g_test_summary ("Who is accepted later gets an OPEN then, and is a client from then on");

  g_assert_cmpuint (peer_server_get_n_clients (asker->server), ==, 0);
  g_assert_null (peer_server_get_client (asker->server, "alice"));
  g_assert_cmpuint (alice->messages->len, ==, 0);

  peer_auth_request_accept (asker->requests->pdata[0]);
  g_assert_cmpuint (peer_server_get_n_clients (asker->server), ==, 1);
  assert_next (alice, OPEN);

  peer_auth_request_refuse (asker->requests->pdata[0], "too late");
  test_client_send (alice, "{\"type\":\"OFFER\",\"dst\":\"alice\"}");
  assert_next (alice, "{\"type\":\"OFFER\",\"src\":\"alice\",\"dst\":\"alice\"}");
  g_clear_pointer (&alice, test_client_free);
}

static void
test_refuse (void)
{
  g_autoptr (Asker) asker = asker_new (test_server_new (NULL, NULL));
  g_autoptr (TestClient) alice = ask (asker, "alice", "t");
  g_autoptr (TestClient) bob = ask (asker, "bob", "t");

  g_test_summary ("Who is refused later is told why; the last reference refuses, too");

  peer_auth_request_refuse (asker->requests->pdata[0], "not today");
  peer_auth_request_accept (asker->requests->pdata[0]);
  assert_next (alice, NOTICE ("ERROR", "not today"));
  test_client_read_close (alice);

  g_ptr_array_set_size (asker->requests, 0);
  assert_next (bob, NOTICE ("ERROR", "Not authorized"));
  test_client_read_close (bob);
  g_assert_cmpuint (peer_server_get_n_clients (asker->server), ==, 0);
}

static void
test_timeout (void)
{
  g_autoptr (Asker) asker = asker_new (test_server_new ("authenticate-timeout", 50, NULL));
  g_autoptr (TestClient) alice = ask (asker, "alice", "t");

  g_test_summary ("Who is not decided in time is refused");

  assert_next (alice, NOTICE ("ERROR", "Authorization took too long"));
  test_client_read_close (alice);
  peer_auth_request_accept (asker->requests->pdata[0]);
  g_assert_cmpuint (peer_server_get_n_clients (asker->server), ==, 0);
}

static guint64
get_stat (PeerServer *server,
          const char *name)
{
  g_autoptr (GVariant) stats = peer_server_dup_stats (server);
  guint64 value = 0;

  g_variant_lookup (stats, name, "t", &value);

  return value;
}

static void
test_close (void)
{
  g_autoptr (Asker) asker = asker_new (test_server_new (NULL, NULL));
  g_autoptr (TestClient) alice = ask (asker, "alice", "t");

  g_test_summary ("Accepting somebody who has gone does nothing");

  g_assert_cmpuint (get_stat (asker->server, "sockets"), ==, 1);
  g_clear_pointer (&alice, test_client_free);
  WAIT_UNTIL (get_stat (asker->server, "sockets") == 0);
  peer_auth_request_accept (asker->requests->pdata[0]);
  g_assert_cmpuint (peer_server_get_n_clients (asker->server), ==, 0);
}

static void
set_true_cb (PeerServer *server,
             gboolean *flag)
{
  *flag = TRUE;
}

static void
test_stop (void)
{
  g_autoptr (Asker) asker = asker_new (test_server_new (NULL, NULL));
  g_autoptr (TestClient) alice = ask (asker, "alice", "t");
  gboolean is_closed = FALSE;

  g_test_summary ("The server may stop while somebody waits, and start again");

  g_signal_connect (asker->server, "close", G_CALLBACK (set_true_cb), &is_closed);
  peer_server_stop (asker->server);
  WAIT_UNTIL (is_closed);
  g_assert_cmpuint (test_client_read_close (alice), ==, SOUP_WEBSOCKET_CLOSE_GOING_AWAY);

  g_assert_true (peer_server_listen (asker->server, NULL));
  peer_auth_request_accept (asker->requests->pdata[0]);
  g_assert_cmpuint (peer_server_get_n_clients (asker->server), ==, 0);
}

static void
test_held (void)
{
  g_autoptr (Asker) asker = asker_new (test_server_new (NULL, NULL));
  g_autoptr (TestClient) alice = ask (asker, "alice", "t");

  g_test_summary ("What arrives before the decision is held back and handled after OPEN, in order");

  test_client_send (alice, "{\"type\":\"HEARTBEAT\"}");
  test_client_send (alice, "{\"type\":\"OFFER\",\"dst\":\"alice\",\"payload\":1}");
  test_client_send (alice, "{\"type\":\"OFFER\",\"dst\":\"alice\",\"payload\":2}");
  for (guint i = 0; i < 20; i++)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (get_stat (asker->server, "received"), ==, 0);

  peer_auth_request_accept (asker->requests->pdata[0]);
  assert_next (alice, OPEN);
  assert_next (alice, "{\"type\":\"OFFER\",\"src\":\"alice\",\"dst\":\"alice\",\"payload\":1}");
  assert_next (alice, "{\"type\":\"OFFER\",\"src\":\"alice\",\"dst\":\"alice\",\"payload\":2}");
  g_assert_cmpuint (get_stat (asker->server, "received"), ==, 3);
  g_clear_pointer (&alice, test_client_free);
}

static void
count_limit_cb (PeerServer *server,
                GError *error,
                guint *count)
{
  g_assert_error (error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED);
  (*count)++;
}

static void
test_held_limit (void)
{
  g_autoptr (Asker) asker = asker_new (test_server_new ("queue-limit", 3, "max-message-size", 1000, NULL));
  g_autoptr (TestClient) many = ask (asker, "many", "t");
  g_autoptr (TestClient) big = ask (asker, "big", "t");
  g_autofree char *text = g_strdup_printf ("{\"type\":\"OFFER\",\"dst\":\"x\",\"payload\":\"%0600u\"}", 0);
  guint n_errors = 0;

  g_test_summary ("Who sends too much before the decision is disconnected with 1008");

  g_signal_connect (asker->server, "error", G_CALLBACK (count_limit_cb), &n_errors);
  for (guint i = 0; i < 4; i++)
    test_client_send (many, "{\"type\":\"HEARTBEAT\"}");
  g_assert_cmpuint (test_client_read_close (many), ==, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION);
  for (guint i = 0; i < 2; i++)
    test_client_send (big, text);
  g_assert_cmpuint (test_client_read_close (big), ==, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION);
  g_assert_cmpuint (n_errors, ==, 2);
}

static void
test_same_id (void)
{
  g_autoptr (Asker) asker = asker_new (test_server_new (NULL, NULL));
  g_autoptr (TestClient) first = ask (asker, "alice", "t");
  g_autoptr (TestClient) second = ask (asker, "alice", "t");
  g_autoptr (TestClient) thief = ask (asker, "alice", "other");

  g_test_summary ("The decisions, not the requests, count: the first accepted has the id");

  peer_auth_request_accept (asker->requests->pdata[1]);
  assert_next (second, OPEN);
  peer_auth_request_accept (asker->requests->pdata[2]);
  assert_next (thief, NOTICE ("ID-TAKEN", "ID is taken"));
  test_client_read_close (thief);

  peer_auth_request_accept (asker->requests->pdata[0]);
  assert_next (first, OPEN);
  g_assert_cmpuint (test_client_read_close (second), ==, SOUP_WEBSOCKET_CLOSE_NORMAL);
  g_clear_pointer (&first, test_client_free);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/server-admission/accept", test_accept);
  g_test_add_func ("/server-admission/refuse", test_refuse);
  g_test_add_func ("/server-admission/timeout", test_timeout);
  g_test_add_func ("/server-admission/close", test_close);
  g_test_add_func ("/server-admission/stop", test_stop);
  g_test_add_func ("/server-admission/held", test_held);
  g_test_add_func ("/server-admission/held-limit", test_held_limit);
  g_test_add_func ("/server-admission/same-id", test_same_id);

  return g_test_run ();
}
