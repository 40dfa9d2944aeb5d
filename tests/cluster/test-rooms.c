/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "integration/manager-fixture.h"
#include "redis-fixture.h"

/* Managers in one process that share their rooms through Redis. */

#define N_NODES 2
#define REFRESH_INTERVAL 300

#define TO_ALL(sender) "{\"type\":\"webrtc_answer\",\"payload\":\"{\\\"sdp\\\":\\\"ä\\\"}\",\"senderSessionId\":\"" sender "\"}"

typedef struct
{
  TestRedis *redis;
  PeerBroker *brokers[N_NODES];
  ManagerFixture nodes[N_NODES];
} Cluster;

static void
cluster_init (Cluster *self,
              guint lease)
{
  self->redis = test_redis_new ();
  for (guint i = 0; i < N_NODES; i++)
    {
      self->brokers[i] = g_initable_new (PEER_TYPE_REDIS_BROKER, NULL, NULL, "uri", self->redis->uri, "lease", lease, NULL);
      manager_fixture_init (&self->nodes[i], g_object_new (PEER_TYPE_SIGNALING_MANAGER,
                                                           "broker", self->brokers[i],
                                                           "refresh-interval", REFRESH_INTERVAL,
                                                           NULL));
    }
}

static gboolean
is_last_reference (gpointer object)
{
  return g_atomic_int_get (&G_OBJECT (object)->ref_count) == 1;
}

static void
cluster_clear (Cluster *self)
{
  for (guint i = 0; i < N_NODES; i++)
    {
      peer_signaling_manager_stop (self->nodes[i].manager);
      WAIT_UNTIL (is_last_reference (self->nodes[i].manager));
      manager_fixture_clear (&self->nodes[i]);
      g_clear_object (&self->brokers[i]);
    }
  test_redis_free (self->redis);
}

static void
test_rooms_share (void)
{
  Cluster cluster;
  TestClient *alice;
  TestClient *bob;
  TestClient *carol;

  g_test_summary ("A room is one at all nodes: list, joined, targeted and broadcast signals, left");

  cluster_init (&cluster, 30000);
  alice = manager_fixture_join (&cluster.nodes[0], "r", "alice");
  bob = manager_fixture_connect (&cluster.nodes[1]);
  test_client_send (bob, JOIN ("r", "bob"));
  assert_next (bob, PEERS_LIST ("r", "bob", "\"alice\""));
  assert_next (alice, PEER_JOINED ("bob", "\"alice\",\"bob\""));
  carol = manager_fixture_join (&cluster.nodes[1], "r", "carol");
  assert_next (bob, PEER_JOINED ("carol", "\"bob\",\"carol\",\"alice\""));
  g_assert_nonnull (strstr (test_client_read (alice), "\"peerId\":\"carol\""));
  g_assert_cmpuint (peer_signaling_manager_get_room_size (cluster.nodes[0].manager, "r"), ==, 3);

  test_client_send (carol, OFFER ("alice", "carol"));
  assert_next (alice, OFFER ("alice", "carol"));
  test_client_send (alice, TO_ALL ("alice"));
  assert_next (bob, TO_ALL ("alice"));
  assert_next (carol, TO_ALL ("alice"));

  test_client_send (carol, "{\"type\":\"leave_room\"}");
  assert_next (bob, PEER_LEFT ("carol"));
  assert_next (alice, PEER_LEFT ("carol"));
  test_client_free (alice);
  assert_next (bob, PEER_LEFT ("alice"));
  test_client_send (bob, OFFER ("alice", "bob"));
  assert_error (bob, "peer-unavailable");

  test_client_free (bob);
  test_client_free (carol);
  cluster_clear (&cluster);
}

static void
test_rooms_taken (void)
{
  Cluster cluster;
  TestClient *alice;
  TestClient *other;

  g_test_summary ("An id is one session's at all nodes, and free at all when it has left");

  cluster_init (&cluster, 30000);
  alice = manager_fixture_join (&cluster.nodes[0], "r", "alice");
  other = manager_fixture_connect (&cluster.nodes[1]);
  test_client_send (other, JOIN ("r", "alice"));
  assert_error (other, "unavailable-id");
  test_client_free (alice);
  WAIT_UNTIL (peer_signaling_manager_get_n_sessions (cluster.nodes[0].manager) == 0);

  /* The release is on its way. */
  for (const char *answer = ""; strstr (answer, "peers_list") == NULL;)
    {
      test_client_send (other, JOIN ("r", "alice"));
      answer = test_client_read (other);
    }

  test_client_free (other);
  cluster_clear (&cluster);
}

static void
test_rooms_token (void)
{
  const char *join = "{\"action\":\"join\",\"roomId\":\"r\",\"sessionId\":\"alice\",\"token\":\"secret\"}";
  Cluster cluster;
  TestClient *witnesses[N_NODES];
  TestClient *old;
  TestClient *new;
  g_autofree char *record = NULL;

  g_test_summary ("Who has the token comes back at another node; all see one left and one joined");

  cluster_init (&cluster, 30000);
  witnesses[0] = manager_fixture_join (&cluster.nodes[0], "r", "zero");
  witnesses[1] = manager_fixture_join (&cluster.nodes[1], "r", "one");
  g_assert_nonnull (strstr (test_client_read (witnesses[0]), "\"peerId\":\"one\""));
  old = manager_fixture_connect (&cluster.nodes[0]);
  test_client_send (old, join);
  test_client_read (old);
  for (guint i = 0; i < N_NODES; i++)
    g_assert_nonnull (strstr (test_client_read (witnesses[i]), "\"peerId\":\"alice\""));
  record = test_redis_call (cluster.redis, "HGETALL", "peer:{rooms}:id:r\nalice", NULL);
  g_assert_nonnull (strstr (record, "owner"));
  g_assert_null (strstr (record, "secret"));

  new = manager_fixture_connect (&cluster.nodes[1]);
  test_client_send (new, join);
  g_assert_nonnull (strstr (test_client_read (new), "peers_list"));
  g_assert_cmpuint (test_client_read_close (old), ==, SOUP_WEBSOCKET_CLOSE_NORMAL);
  for (guint i = 0; i < N_NODES; i++)
    {
      assert_next (witnesses[i], PEER_LEFT ("alice"));
      g_assert_nonnull (strstr (test_client_read (witnesses[i]), "\"peerId\":\"alice\""));
    }
  test_client_send (witnesses[0], OFFER ("alice", "zero"));
  assert_next (new, OFFER ("alice", "zero"));

  test_client_free (old);
  test_client_free (new);
  for (guint i = 0; i < N_NODES; i++)
    test_client_free (witnesses[i]);
  cluster_clear (&cluster);
}

/* Everything that a node has in Redis ends, as if it had died. */
static void
test_rooms_dead_node (void)
{
  Cluster cluster;
  g_autoptr (PeerBroker) broker = NULL;
  TestClient *alice;
  g_autofree char *answer = NULL;

  g_test_summary ("The sessions of a node that has died leave when their leases end");

  cluster_init (&cluster, 30000);
  alice = manager_fixture_join (&cluster.nodes[0], "r", "alice");

  /* Written by hand, with a lease that nobody renews. */
  g_free (test_redis_call (cluster.redis, "HSET", "peer:{rooms}:id:r\nghost", "node", "dead", "owner", "x", "serial", "1", NULL));
  g_free (test_redis_call (cluster.redis, "ZADD", "peer:{rooms}:group:r", "1", "r\nghost", NULL));
  g_assert_nonnull (strstr (test_client_read (alice), "\"peerId\":\"ghost\""));
  g_assert_cmpuint (peer_signaling_manager_get_room_size (cluster.nodes[0].manager, "r"), ==, 2);
  g_free (test_redis_call (cluster.redis, "PEXPIRE", "peer:{rooms}:id:r\nghost", "100", NULL));
  assert_next (alice, PEER_LEFT ("ghost"));
  g_assert_cmpuint (peer_signaling_manager_get_room_size (cluster.nodes[0].manager, "r"), ==, 1);

  test_client_free (alice);
  cluster_clear (&cluster);
}

static void
test_rooms_learned (void)
{
  Cluster cluster;
  TestClient *alice;
  TestClient *bob;

  g_test_summary ("What one session learns by joining all others at its manager are told");

  cluster_init (&cluster, 30000);
  g_object_set (cluster.nodes[0].manager, "refresh-interval", 0, NULL);
  alice = manager_fixture_join (&cluster.nodes[0], "r", "alice");
  g_free (test_redis_call (cluster.redis, "HSET", "peer:{rooms}:id:r\nquiet", "node", "other", "owner", "x", "serial", "1", NULL));
  g_free (test_redis_call (cluster.redis, "ZADD", "peer:{rooms}:group:r", "1", "r\nquiet", NULL));
  bob = manager_fixture_connect (&cluster.nodes[0]);
  test_client_send (bob, JOIN ("r", "bob"));
  assert_next (bob, PEERS_LIST ("r", "bob", "\"alice\",\"quiet\""));
  assert_next (alice, PEER_JOINED ("quiet", "\"alice\",\"quiet\""));
  assert_next (alice, PEER_JOINED ("bob", "\"alice\",\"bob\",\"quiet\""));

  test_client_free (alice);
  test_client_free (bob);
  cluster_clear (&cluster);
}

static void
test_rooms_no_redis (void)
{
  Cluster cluster;
  TestClient *alice;
  TestClient *bob;
  TestClient *carol;

  g_test_summary ("While Redis is away each node serves its own, and when it comes back, empty, they find each other");

  cluster_init (&cluster, 30000);
  alice = manager_fixture_join (&cluster.nodes[0], "r", "alice");
  test_redis_kill (cluster.redis);
  WAIT_UNTIL (!peer_broker_get_is_connected (cluster.brokers[0]));
  bob = manager_fixture_connect (&cluster.nodes[0]);
  test_client_send (bob, JOIN ("r", "bob"));
  assert_next (bob, PEERS_LIST ("r", "bob", "\"alice\""));
  assert_next (alice, PEER_JOINED ("bob", "\"alice\",\"bob\""));
  carol = manager_fixture_connect (&cluster.nodes[1]);
  test_client_send (carol, JOIN ("r", "carol"));
  assert_next (carol, PEERS_LIST ("r", "carol", ""));

  test_redis_start (cluster.redis);
  g_assert_nonnull (strstr (test_client_read (alice), "\"peerId\":\"carol\""));
  g_assert_nonnull (strstr (test_client_read (bob), "\"peerId\":\"carol\""));
  WAIT_UNTIL (peer_signaling_manager_get_room_size (cluster.nodes[1].manager, "r") == 3);
  test_client_send (alice, OFFER ("carol", "alice"));
  while (strstr (test_client_read (carol), "webrtc_offer") == NULL)
    ;

  test_client_free (alice);
  test_client_free (bob);
  test_client_free (carol);
  cluster_clear (&cluster);
}

static void
read_left_cb (PeerSignalingManager *manager,
              const char *room,
              PeerSession *session,
              guint *n_left)
{
  (*n_left)++;
}

static void
test_rooms_application (void)
{
  Cluster cluster;
  TestClient *alice;
  g_autoptr (PeerSession) free_session = NULL;
  g_autoptr (PeerSession) taken_session = NULL;
  guint n_left = 0;

  g_test_summary ("A session of the application's is announced at the other node; one whose id is taken there leaves again");

  cluster_init (&cluster, 30000);
  alice = manager_fixture_join (&cluster.nodes[0], "r", "alice");
  g_signal_connect (cluster.nodes[1].manager, "session-left", G_CALLBACK (read_left_cb), &n_left);
  free_session = peer_signaling_manager_join_room (cluster.nodes[1].manager, "r", "robot", NULL, NULL);
  g_assert_nonnull (strstr (test_client_read (alice), "\"peerId\":\"robot\""));
  taken_session = peer_signaling_manager_join_room (cluster.nodes[1].manager, "r", "alice", NULL, NULL);
  WAIT_UNTIL (n_left == 1);
  g_assert_cmpuint (peer_signaling_manager_get_n_sessions (cluster.nodes[1].manager), ==, 1);
  g_assert_true (peer_signaling_manager_leave_room (cluster.nodes[1].manager, "r", "robot"));
  assert_next (alice, PEER_LEFT ("robot"));

  test_client_free (alice);
  cluster_clear (&cluster);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/rooms/share", test_rooms_share);
  g_test_add_func ("/rooms/taken", test_rooms_taken);
  g_test_add_func ("/rooms/token", test_rooms_token);
  g_test_add_func ("/rooms/dead-node", test_rooms_dead_node);
  g_test_add_func ("/rooms/learned", test_rooms_learned);
  g_test_add_func ("/rooms/no-redis", test_rooms_no_redis);
  g_test_add_func ("/rooms/application", test_rooms_application);

  return g_test_run ();
}
