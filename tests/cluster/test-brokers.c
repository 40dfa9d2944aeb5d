/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "nodes.h"

static void
test_relay (void)
{
  g_autoptr (Cluster) cluster = cluster_new (30000, 5000);
  g_autoptr (TestClient) alice = test_client_open (cluster->servers[0], "alice", "t");
  g_autoptr (TestClient) bob = test_client_open (cluster->servers[1], "bob", "t");

  g_test_summary ("Messages cross the nodes in both directions, as they are and in order");

  for (guint i = 0; i < 50; i++)
    {
      g_autofree char *text = g_strdup_printf (TO ("bob", "%u"), i);

      test_client_send (alice, text);
    }
  for (guint i = 0; i < 50; i++)
    {
      g_autofree char *text = g_strdup_printf (OFFER ("alice", "bob", "%u"), i);

      assert_next (bob, text);
    }

  test_client_send (bob, TO ("alice", "{\"sdp\":\"ä \\\" \\u0000\"}"));
  assert_next (alice, OFFER ("bob", "alice", "{\"sdp\":\"ä \\\" \\u0000\"}"));
  g_clear_pointer (&alice, test_client_free);
  g_clear_pointer (&bob, test_client_free);
}

static void
test_claim (void)
{
  g_autoptr (Cluster) cluster = cluster_new (30000, 5000);
  g_autoptr (TestClient) alice = test_client_open (cluster->servers[0], "alice", "t");

  g_test_summary ("An id that is held at one node is taken at all; it is free when its client has gone");

  assert_taken (cluster->servers[0], "alice");
  assert_taken (cluster->servers[1], "alice");
  g_clear_pointer (&alice, test_client_free);
  alice = get_client (cluster->servers[1], "alice", "other");
  assert_taken (cluster->servers[0], "alice");
  g_clear_pointer (&alice, test_client_free);
}

static void
test_secret (void)
{
  g_autoptr (Cluster) cluster = cluster_new (30000, 5000);
  g_autoptr (TestClient) alice = test_client_open (cluster->servers[0], "alice", "secrettoken");
  g_autofree char *record = test_redis_call (cluster->redis, "HGETALL", "peer:{peerjs}:id:alice", NULL);

  g_test_summary ("Redis does not get to know tokens");

  g_assert_nonnull (strstr (record, "node-0-"));
  g_assert_null (strstr (record, "secrettoken"));
  g_clear_pointer (&alice, test_client_free);
}

static void
test_takeover (void)
{
  g_autoptr (Cluster) cluster = cluster_new (30000, 5000);
  g_autoptr (TestClient) bob = test_client_open (cluster->servers[0], "bob", "t");
  g_autoptr (TestClient) old = test_client_open (cluster->servers[0], "alice", "t");
  g_autoptr (TestClient) new = test_client_open (cluster->servers[1], "alice", "t");

  g_test_summary ("The same token at another node takes an id over, messages go there, once");

  g_assert_cmpuint (test_client_read_close (old), ==, SOUP_WEBSOCKET_CLOSE_NORMAL);
  test_client_send (bob, TO ("alice", "1"));
  assert_next (new, OFFER ("bob", "alice", "1"));
  g_assert_cmpuint (old->messages->len, ==, 1);
  g_assert_cmpuint (peer_server_get_n_clients (cluster->servers[0]), ==, 1);
  g_clear_pointer (&new, test_client_free);
  g_clear_pointer (&bob, test_client_free);
}

static void
test_queue (void)
{
  g_autoptr (Cluster) cluster = cluster_new (30000, 60000);
  g_autoptr (TestClient) bob = test_client_open (cluster->servers[0], "bob", "t");
  g_autoptr (TestClient) alice = NULL;
  g_autofree char *n_queued = NULL;

  g_test_summary ("What is for nobody yet waits in Redis, but what makes no sense later does not");

  test_client_send (bob, TO ("alice", "1"));
  test_client_send (bob, "{\"type\":\"LEAVE\",\"dst\":\"alice\"}");
  test_client_send (bob, TO ("alice", "2"));
  do
    {
      g_clear_pointer (&n_queued, g_free);
      n_queued = test_redis_call (cluster->redis, "LLEN", "peer:{peerjs}:queue:alice", NULL);
      g_main_context_iteration (NULL, FALSE);
    }
  while (g_strcmp0 (n_queued, "2") != 0);

  alice = test_client_open (cluster->servers[1], "alice", "t");
  assert_next (alice, OFFER ("bob", "alice", "1"));
  assert_next (alice, OFFER ("bob", "alice", "2"));
  g_clear_pointer (&n_queued, g_free);
  n_queued = test_redis_call (cluster->redis, "EXISTS", "peer:{peerjs}:queue:alice", "peer:{peerjs}:expiry", NULL);
  g_assert_cmpstr (n_queued, ==, "0");
  g_clear_pointer (&alice, test_client_free);
  g_clear_pointer (&bob, test_client_free);
}

static void
test_expiry (void)
{
  g_autoptr (Cluster) cluster = cluster_new (30000, 200);
  g_autoptr (TestClient) old = test_client_open (cluster->servers[0], "bob", "t");
  g_autoptr (TestClient) bob = NULL;

  g_test_summary ("What waited for too long expires, and its sender is told wherever it is now");

  test_client_send (old, TO ("nobody", "1"));
  test_client_send (old, TO ("nobody", "2"));
  assert_next (old, "{\"type\":\"EXPIRE\",\"src\":\"nobody\",\"dst\":\"bob\"}");

  test_client_send (old, TO ("nobody", "3"));
  test_client_send (old, TO ("bob", "4"));
  assert_next (old, OFFER ("bob", "bob", "4"));
  bob = test_client_open (cluster->servers[1], "bob", "t");
  assert_next (bob, "{\"type\":\"EXPIRE\",\"src\":\"nobody\",\"dst\":\"bob\"}");
  g_clear_pointer (&bob, test_client_free);
}

static void
test_discovery (void)
{
  g_autoptr (Cluster) cluster = cluster_new (30000, 5000);
  g_autoptr (TestClient) alice = test_client_open (cluster->servers[0], "alice", "t");
  g_autoptr (TestClient) bob = test_client_open (cluster->servers[1], "bob", "t");

  g_test_summary ("Every node lists the clients of all, or its own while Redis is away");

  for (guint i = 0; i < N_NODES; i++)
    {
      g_autoptr (TestAnswer) answer = test_request (cluster->servers[i], "GET", "/peerjs/peers", NULL, NULL);

      g_assert_cmpuint (answer->status, ==, SOUP_STATUS_OK);
      g_assert_cmpuint (strlen (answer->body), ==, strlen ("[\"alice\",\"bob\"]"));
      g_assert_nonnull (strstr (answer->body, "\"alice\""));
      g_assert_nonnull (strstr (answer->body, "\"bob\""));
    }

  cluster_lose_redis (cluster);
  {
    g_autoptr (TestAnswer) answer = test_request (cluster->servers[1], "GET", "/peerjs/peers", NULL, NULL);

    g_assert_cmpstr (answer->body, ==, "[\"bob\"]");
  }
  g_clear_pointer (&alice, test_client_free);
  g_clear_pointer (&bob, test_client_free);
}

static void
keep_result_cb (GObject *source,
                GAsyncResult *result,
                gpointer user_data)
{
  GAsyncResult **kept = user_data;

  *kept = g_object_ref (result);
}

static gboolean
is_held (PeerBroker *broker,
         const char *id)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gboolean is_found;

  peer_broker_lookup_async (broker, id, NULL, keep_result_cb, &result);
  WAIT_UNTIL (result != NULL);
  is_found = peer_broker_lookup_finish (broker, result, &error);
  g_assert_no_error (error);

  return is_found;
}

static void
test_lease (void)
{
  g_autoptr (Cluster) cluster = cluster_new (300, 60000);
  g_autoptr (TestClient) bob = test_client_open (cluster->servers[0], "bob", "t");
  g_autoptr (TestClient) heir = NULL;
  g_autofree char *first = test_redis_call (cluster->redis, "ZSCORE", "peer:{peerjs}:ids", "bob", NULL);
  gint64 end = g_ascii_strtoll (first, NULL, 10);
  gint64 renewed = end;

  g_test_summary ("A lease is renewed while its node lives; what a dead one held is free after it, and gets what was sent meanwhile");

  g_free (test_redis_call (cluster->redis, "HSET", "peer:{peerjs}:id:dead", "node", "dead-node", "owner", "x", "serial", "1", NULL));
  g_free (test_redis_call (cluster->redis, "PEXPIRE", "peer:{peerjs}:id:dead", "300", NULL));
  test_client_send (bob, TO ("dead", "1"));
  heir = get_client (cluster->servers[1], "dead", "t");
  assert_next (heir, OFFER ("bob", "dead", "1"));

  while (renewed <= end + 600)
    {
      g_autofree char *text = test_redis_call (cluster->redis, "ZSCORE", "peer:{peerjs}:ids", "bob", NULL);

      renewed = g_ascii_strtoll (text, NULL, 10);
      g_main_context_iteration (NULL, FALSE);
    }
  g_assert_true (is_held (cluster->brokers[1], "bob"));
  g_assert_false (is_held (cluster->brokers[1], "nobody"));
  assert_taken (cluster->servers[1], "bob");
  g_clear_pointer (&heir, test_client_free);
  g_clear_pointer (&bob, test_client_free);
}

static void
test_nonsense (void)
{
  static const char *const frames[] = { "", "x", "1:M,", "1:X,5:alice,9:elsewhere,", "1:M,1:n,1:x,3:bob,5:alice,2:{},", "1:M,1:n,1:1,3:bob,5:alice,2:\xff\xff,", "1:E,5:alice,2:-1," };
  g_autoptr (Cluster) cluster = cluster_new (30000, 60000);
  g_autoptr (TestClient) alice = test_client_open (cluster->servers[0], "alice", "t");
  g_autoptr (TestClient) bob = test_client_open (cluster->servers[1], "bob", "t");
  g_autofree char *node = test_redis_call (cluster->redis, "HGET", "peer:{peerjs}:id:alice", "node", NULL);
  g_autofree char *channel = g_strdup_printf ("peer:{peerjs}:node:%s", node);

  g_test_summary ("Nonsense from Redis does no harm");

  for (guint i = 0; i < G_N_ELEMENTS (frames); i++)
    g_free (test_redis_call (cluster->redis, "PUBLISH", channel, frames[i], NULL));
  g_free (test_redis_call (cluster->redis, "RPUSH", "peer:{peerjs}:queue:carol", "nonsense", "1:M,1:n,1:1,3:bob,5:carol,2:{},", NULL));
  {
    g_autoptr (TestClient) carol = test_client_open (cluster->servers[0], "carol", "t");

    assert_next (carol, "{}");
  }
  assert_next (alice, "{\"type\":\"EXPIRE\",\"src\":\"elsewhere\",\"dst\":\"alice\"}");
  test_client_send (bob, TO ("alice", "1"));
  assert_next (alice, OFFER ("bob", "alice", "1"));

  /* A key of another type is an error that the connection does not survive. */
  g_free (test_redis_call (cluster->redis, "SET", "peer:{peerjs}:id:wrong", "x", NULL));
  {
    g_autoptr (TestClient) wrong = try_client (cluster->servers[0], "wrong", "t");

    g_assert_nonnull (test_client_read (wrong));
  }
  g_free (test_redis_call (cluster->redis, "DEL", "peer:{peerjs}:id:wrong", NULL));
  WAIT_UNTIL (peer_broker_get_is_connected (cluster->brokers[0]));
  test_client_send (bob, TO ("alice", "2"));
  assert_next (alice, OFFER ("bob", "alice", "2"));
  g_clear_pointer (&alice, test_client_free);
  g_clear_pointer (&bob, test_client_free);
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
  g_autoptr (Cluster) cluster = cluster_new (30000, 60000);
  g_autoptr (TestClient) alice = test_client_open (cluster->servers[0], "alice", "t");
  g_autoptr (TestClient) bob = test_client_open (cluster->servers[1], "bob", "t");
  g_autofree char *held = NULL;
  gboolean is_closed = FALSE;

  g_test_summary ("A server that stops gives its ids up, loses nothing, and can start again");

  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *text = g_strdup_printf (TO ("bob", "%u"), i);

      test_client_send (alice, text);
    }
  test_client_send (alice, TO ("alice", "true"));
  assert_next (alice, OFFER ("alice", "alice", "true"));
  g_signal_connect (cluster->servers[0], "close", G_CALLBACK (set_true_cb), &is_closed);
  peer_server_stop (cluster->servers[0]);
  WAIT_UNTIL (is_closed);
  held = test_redis_call (cluster->redis, "EXISTS", "peer:{peerjs}:id:alice", NULL);
  g_assert_cmpstr (held, ==, "0");
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *text = g_strdup_printf (OFFER ("alice", "bob", "%u"), i);

      assert_next (bob, text);
    }

  g_assert_true (peer_server_listen (cluster->servers[0], NULL));
  g_clear_pointer (&alice, test_client_free);
  alice = test_client_open (cluster->servers[0], "alice", "t");
  test_client_send (bob, TO ("alice", "1"));
  assert_next (alice, OFFER ("bob", "alice", "1"));
  g_clear_pointer (&alice, test_client_free);
  g_clear_pointer (&bob, test_client_free);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/brokers/relay", test_relay);
  g_test_add_func ("/brokers/claim", test_claim);
  g_test_add_func ("/brokers/secret", test_secret);
  g_test_add_func ("/brokers/takeover", test_takeover);
  g_test_add_func ("/brokers/queue", test_queue);
  g_test_add_func ("/brokers/expiry", test_expiry);
  g_test_add_func ("/brokers/discovery", test_discovery);
  g_test_add_func ("/brokers/lease", test_lease);
  g_test_add_func ("/brokers/nonsense", test_nonsense);
  g_test_add_func ("/brokers/stop", test_stop);

  return g_test_run ();
}
