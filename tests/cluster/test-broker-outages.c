/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "nodes.h"

static void
test_restart (void)
{
  g_autoptr (Cluster) cluster = cluster_new (30000, 60000);
  g_autoptr (TestClient) alice = test_client_open (cluster->servers[0], "alice", "t");
  g_autoptr (TestClient) bob = test_client_open (cluster->servers[1], "bob", "t");
  g_autoptr (TestClient) carol = NULL;

  g_test_summary ("While Redis is away a node serves its own clients, and catches up after it");

  cluster_lose_redis (cluster);
  g_assert_cmpuint (cluster->n_errors[0], ==, 1);
  carol = test_client_open (cluster->servers[0], "carol", "t");
  test_client_send (alice, TO ("carol", "1"));
  assert_next (carol, OFFER ("alice", "carol", "1"));
  test_client_send (alice, TO ("bob", "2"));
  test_client_send (alice, TO ("alice", "3"));
  assert_next (alice, OFFER ("alice", "alice", "3"));
  g_assert_cmpuint (bob->messages->len, ==, 1);

  cluster_find_redis (cluster);
  assert_next (bob, OFFER ("alice", "bob", "2"));
  test_client_send (bob, TO ("carol", "4"));
  assert_next (carol, OFFER ("bob", "carol", "4"));
  assert_taken (cluster->servers[1], "alice");
  assert_taken (cluster->servers[1], "carol");
  g_assert_cmpuint (bob->messages->len, ==, 2);
  g_assert_cmpuint (cluster->n_errors[0], ==, 1);
  g_assert_cmpuint (cluster->n_errors[1], ==, 1);
  g_clear_pointer (&alice, test_client_free);
  g_clear_pointer (&bob, test_client_free);
  g_clear_pointer (&carol, test_client_free);
}

static void
test_conflict (void)
{
  g_autoptr (Cluster) cluster = cluster_new (30000, 60000);
  g_autoptr (TestClient) first = NULL;
  g_autoptr (TestClient) second = NULL;
  TestClient *loser;

  g_test_summary ("An id that two nodes gave away while Redis was away stays with one; the other is told");

  cluster_lose_redis (cluster);
  first = test_client_open (cluster->servers[0], "twin", "one");
  second = test_client_open (cluster->servers[1], "twin", "two");
  cluster_find_redis (cluster);

  WAIT_UNTIL (first->is_closed || second->is_closed);
  loser = first->is_closed ? first : second;
  assert_next (loser, ID_TAKEN);
  g_assert_cmpuint (test_client_read_close (loser), ==, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION);
  g_assert_false (first->is_closed && second->is_closed);
  g_clear_pointer (&first, test_client_free);
  g_clear_pointer (&second, test_client_free);
}

static void
test_expiry_while_away (void)
{
  g_autoptr (Cluster) cluster = cluster_new (30000, 100);
  g_autoptr (TestClient) alice = test_client_open (cluster->servers[0], "alice", "t");

  g_test_summary ("Messages expire while Redis is away, too");

  cluster_lose_redis (cluster);
  test_client_send (alice, TO ("nobody", "1"));
  assert_next (alice, "{\"type\":\"EXPIRE\",\"src\":\"nobody\",\"dst\":\"alice\"}");
  g_clear_pointer (&alice, test_client_free);
}

static void
test_cut (void)
{
  g_autoptr (Cluster) cluster = cluster_new (30000, 60000);
  g_autoptr (TestClient) alice = test_client_open (cluster->servers[0], "alice", "t");
  g_autoptr (TestClient) bob = test_client_open (cluster->servers[1], "bob", "t");
  guint n_sent = 0;

  g_test_summary ("Connections to Redis that break lose and repeat no message");

  for (guint round = 0; round < 5; round++)
    {
      for (guint i = 0; i < 40; i++)
        {
          g_autofree char *text = g_strdup_printf (TO ("bob", "%u"), n_sent++);

          test_client_send (alice, text);
          g_main_context_iteration (NULL, FALSE);
        }
      g_free (test_redis_call (cluster->redis, "CLIENT", "KILL", "TYPE", "normal", NULL));
      for (guint i = 0; i < N_NODES; i++)
        WAIT_UNTIL (peer_broker_get_is_connected (cluster->brokers[i]));
    }

  for (guint i = 0; i < n_sent; i++)
    {
      g_autofree char *text = g_strdup_printf (OFFER ("alice", "bob", "%u"), i);

      assert_next (bob, text);
    }
  g_assert_cmpuint (bob->messages->len, ==, n_sent + 1);
  g_clear_pointer (&alice, test_client_free);
  g_clear_pointer (&bob, test_client_free);
}

static void
test_scripts_gone (void)
{
  g_autoptr (Cluster) cluster = cluster_new (30000, 60000);
  g_autoptr (TestClient) alice = test_client_open (cluster->servers[0], "alice", "t");
  g_autoptr (TestClient) bob = NULL;

  g_test_summary ("Scripts that somebody throws away are brought again");

  g_free (test_redis_call (cluster->redis, "SCRIPT", "FLUSH", NULL));
  bob = test_client_open (cluster->servers[1], "bob", "t");
  g_free (test_redis_call (cluster->redis, "SCRIPT", "FLUSH", NULL));
  for (guint i = 0; i < 3; i++)
    test_client_send (alice, TO ("bob", "1"));
  for (guint i = 0; i < 3; i++)
    assert_next (bob, OFFER ("alice", "bob", "1"));
  g_clear_pointer (&alice, test_client_free);
  g_clear_pointer (&bob, test_client_free);
}

static void
test_password (void)
{
  g_autoptr (TestRedis) redis = test_redis_new ();
  g_autofree char *uri = g_strdup_printf ("unix://:secret@%s?db=3", redis->path);
  g_autoptr (PeerBroker) stranger = peer_redis_broker_new (redis->uri, NULL);
  g_autoptr (PeerBroker) friend = peer_redis_broker_new (uri, NULL);
  PeerServer *servers[2];
  guint n_errors = 0;

  g_test_summary ("Redis asks for a password; without the right one a server is alone and says so");

  g_free (test_redis_call (redis, "CONFIG", "SET", "requirepass", "secret", NULL));
  servers[0] = test_server_new ("broker", stranger, NULL);
  g_signal_connect (servers[0], "error", G_CALLBACK (count_error_cb), &n_errors);
  servers[1] = test_server_new ("broker", friend, NULL);
  WAIT_UNTIL (n_errors == 1 && peer_broker_get_is_connected (friend));
  g_assert_false (peer_broker_get_is_connected (stranger));
  test_client_free (test_client_open (servers[0], "alice", "t"));
  test_server_end (servers[0]);
  test_server_end (servers[1]);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/broker-outages/restart", test_restart);
  g_test_add_func ("/broker-outages/conflict", test_conflict);
  g_test_add_func ("/broker-outages/expiry-while-away", test_expiry_while_away);
  g_test_add_func ("/broker-outages/cut", test_cut);
  g_test_add_func ("/broker-outages/scripts-gone", test_scripts_gone);
  g_test_add_func ("/broker-outages/password", test_password);

  return g_test_run ();
}
