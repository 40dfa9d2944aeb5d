/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "integration/server-client.h"
#include "redis-fixture.h"

G_BEGIN_DECLS

/* Servers in one process that share a redis-server. */

#define N_NODES 2

#define OPEN "{\"type\":\"OPEN\"}"
#define ID_TAKEN "{\"type\":\"ID-TAKEN\",\"payload\":{\"msg\":\"ID is taken\"}}"
#define OFFER(src, dst, payload) "{\"type\":\"OFFER\",\"src\":\"" src "\",\"dst\":\"" dst "\",\"payload\":" payload "}"
#define TO(dst, payload) "{\"type\":\"OFFER\",\"dst\":\"" dst "\",\"payload\":" payload "}"

typedef struct
{
  TestRedis *redis;
  PeerServer *servers[N_NODES];
  PeerBroker *brokers[N_NODES];
  guint n_errors[N_NODES];
} Cluster;

/* Connected to Redis; the errors of the servers are counted. */
Cluster *cluster_new (guint lease,
                      guint expire_timeout);
void cluster_free (Cluster *self);

/* Kills it or starts it again, empty, and waits until all have noticed. */
void cluster_lose_redis (Cluster *self);
void cluster_find_redis (Cluster *self);

/* Expects an error of the network. */
void count_error_cb (PeerServer *server,
                     GError *error,
                     guint *n_errors);

/* A client that may be refused. */
TestClient *try_client (PeerServer *server,
                        const char *id,
                        const char *token);

/* One that gets the id as soon as it is free. */
TestClient *get_client (PeerServer *server,
                        const char *id,
                        const char *token);
void assert_taken (PeerServer *server,
                   const char *id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Cluster, cluster_free)

G_END_DECLS
