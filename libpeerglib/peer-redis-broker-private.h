/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-redis-broker.h"
#include "protocol/peer-netstrings-private.h"
#include "server/peer-message-store-private.h"
#include "server/peer-redis-scripts-private.h"

G_BEGIN_DECLS

/* Between the parts of the broker. */

struct _PeerRedisBroker
{
  GObject parent_instance;

  GMainContext *context;
  char *uri;
  PeerRedisAddress *address;
  char *node;
  char *node_id; /* the node's in this life of it */
  guint lease;
  char *prefix;
  PeerBrokerSettings settings; /* but its key */

  /* The session: both connections or none are of use. */
  PeerRedisLink *commands;
  PeerRedisLink *events;
  gboolean is_commands_open;
  gboolean is_subscribed;
  gboolean is_connected;
  gboolean is_settled; /* it was reached, or is known not to be reachable */
  gboolean is_trouble_told;
  guint attempt;
  GSource *retry_source;
  GSource *tick_source;
  gint64 asked_at; /* 0, or since when an answer to a tick is due */
  GTask *stop_task;

  /* The ids */
  GHashTable *ids;
  GQueue by_renewal;
  guint64 claim_serial;
  GPtrArray *released; /* ids, each with its serial, while Redis is away */

  /* The messages */
  guint64 message_serial;
  GQueue in_flight; /* not known to have arrived in Redis, in order */
  gsize in_flight_bytes;
  PeerMessageStore *store; /* what waits while Redis is away */
};

void peer_redis_broker_connect (PeerRedisBroker *self);
void peer_redis_broker_disconnect (PeerRedisBroker *self);
void peer_redis_broker_reschedule (PeerRedisBroker *self);
void peer_redis_broker_begin_stop (PeerRedisBroker *self);

/* Ends stopping when nothing is on its way any more. */
void peer_redis_broker_check_stop (PeerRedisBroker *self);

/* Redis makes no sense. */
void peer_redis_broker_fail_reply (PeerRedisBroker *self,
                                   const redisReply *reply);

/* With the node before the arguments. */
void peer_redis_broker_call (PeerRedisBroker *self,
                             PeerRedisScript script,
                             const char *const *arguments,
                             const gsize *lengths,
                             guint n_arguments,
                             PeerRedisReplyFunc func,
                             gpointer user_data);

typedef struct
{
  char *id;
  char *owner; /* a digest of it */
  guint64 serial;
  GTask *claim;       /* nullable: not decided yet */
  GPtrArray *waiting; /* NULL once taken */
  guint n_unanswered; /* claims and renewals */
  GPtrArray *early;   /* nullable: frames on the channel since then */
  GHashTable *seen;   /* nullable: the last serial of each node */
  gint64 renewed_at;
  GList link;
  gboolean is_evicted;
} PeerRedisId;

void peer_redis_id_free (PeerRedisId *self);

void peer_redis_broker_claim_id (PeerRedisBroker *self,
                                 const char *id,
                                 const char *owner,
                                 GTask *task);
GPtrArray *peer_redis_broker_take (PeerRedisBroker *self,
                                   const char *id);
void peer_redis_broker_release_id (PeerRedisBroker *self,
                                   const char *id);
void peer_redis_broker_release_all (PeerRedisBroker *self);
void peer_redis_broker_send_releases (PeerRedisBroker *self);

/* After Redis is reached, and again and again; all makes no difference
 * between those that are due and others. */
void peer_redis_broker_renew (PeerRedisBroker *self,
                              gboolean all);
void peer_redis_broker_send_claims (PeerRedisBroker *self);

/* While Redis is away who asks gets an id on trust. */
void peer_redis_broker_trust_claims (PeerRedisBroker *self);

void peer_redis_broker_handle_eviction (PeerRedisBroker *self,
                                        const char *id,
                                        guint64 serial);

typedef struct
{
  guint64 serial;
  char *src;
  char *dst;
  GBytes *text;
  gboolean may_wait;
  gboolean is_wrong; /* Redis sent it here, but there is no such client */
  gint64 published_at;
  GList link;
} PeerRedisMessage;

void peer_redis_message_free (PeerRedisMessage *self);

gboolean peer_redis_broker_send_message (PeerRedisBroker *self,
                                         const char *src,
                                         const char *dst,
                                         GBytes *text,
                                         gboolean may_wait,
                                         gboolean is_wrong);

/* Sends what was not answered and what has waited. */
void peer_redis_broker_resend (PeerRedisBroker *self);
void peer_redis_broker_expire (PeerRedisBroker *self);

/* What a node, or a queue, has to say. */
/* The answer to a claim or a renewal brings messages that were published
 * before those on the channel, which may be faster: they wait for it. */
void peer_redis_broker_handle_push (PeerRedisBroker *self,
                                    const redisReply *frame);
void peer_redis_broker_handle_early (PeerRedisBroker *self,
                                     GPtrArray *early);
void peer_redis_broker_handle_frame (PeerRedisBroker *self,
                                     const redisReply *frame);

/* Keeps a message for an id until it is taken. */
void peer_redis_broker_keep_frame (PeerRedisBroker *self,
                                   PeerRedisId *record,
                                   const redisReply *frame);

G_END_DECLS
