/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "nodes.h"

void
count_error_cb (PeerServer *server,
                GError *error,
                guint *n_errors)
{
  g_assert_error (error, PEER_ERROR, PEER_ERROR_NETWORK);
  (*n_errors)++;
}

Cluster *
cluster_new (guint lease,
             guint expire_timeout)
{
  Cluster *self = g_new0 (Cluster, 1);

  self->redis = test_redis_new ();
  for (guint i = 0; i < N_NODES; i++)
    {
      g_autofree char *node = g_strdup_printf ("node-%u", i);

      self->brokers[i] = g_initable_new (PEER_TYPE_REDIS_BROKER, NULL, NULL,
                                         "uri", self->redis->uri, "node", node, "lease", lease, NULL);
      self->servers[i] = test_server_new ("broker", self->brokers[i], "allow-discovery", TRUE,
                                          "expire-timeout", expire_timeout, "cleanup-interval", 20, NULL);
      g_signal_connect (self->servers[i], "error", G_CALLBACK (count_error_cb), &self->n_errors[i]);
    }
  for (guint i = 0; i < N_NODES; i++)
    WAIT_UNTIL (peer_broker_get_is_connected (self->brokers[i]));

  return self;
}

void
cluster_free (Cluster *self)
{
  for (guint i = 0; i < N_NODES; i++)
    {
      test_server_end (self->servers[i]);
      g_assert_finalize_object (self->brokers[i]);
    }
  test_redis_free (self->redis);
  g_free (self);
}

void
cluster_lose_redis (Cluster *self)
{
  test_redis_kill (self->redis);
  for (guint i = 0; i < N_NODES; i++)
    WAIT_UNTIL (!peer_broker_get_is_connected (self->brokers[i]));
}

void
cluster_find_redis (Cluster *self)
{
  test_redis_start (self->redis);
  for (guint i = 0; i < N_NODES; i++)
    WAIT_UNTIL (peer_broker_get_is_connected (self->brokers[i]));
}

TestClient *
try_client (PeerServer *server,
            const char *id,
            const char *token)
{
  g_autofree char *path = g_strdup_printf ("/peerjs?key=peerjs&id=%s&token=%s", id, token);

  return test_client_new (server, path);
}

void
assert_taken (PeerServer *server,
              const char *id)
{
  g_autoptr (TestClient) client = try_client (server, id, "somebody-else");

  assert_next (client, ID_TAKEN);
}

/* Until it is not taken any more. */
TestClient *
get_client (PeerServer *server,
            const char *id,
            const char *token)
{
  gint64 deadline = g_get_monotonic_time () + 30 * G_TIME_SPAN_SECOND;

  while (TRUE)
    {
      g_autoptr (TestClient) client = try_client (server, id, token);

      if (g_strcmp0 (test_client_read (client), OPEN) == 0)
        return g_steal_pointer (&client);
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
    }
}
