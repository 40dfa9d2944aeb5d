/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-redis-link-private.h"

G_BEGIN_DECLS

/* What happens inside Redis, each at once. They all begin with the node that
 * calls. */
typedef enum
{
  PEER_REDIS_CLAIM,   /* lease, id, owner, serial */
  PEER_REDIS_RENEW,   /* lease, (id, owner, serial)… */
  PEER_REDIS_RELEASE, /* (id, serial)… */
  PEER_REDIS_PUBLISH, /* serial, dst, frame, may wait, ours is wrong, expiry, queue's limit, total limit */
  PEER_REDIS_EXPIRE,  /* nothing */
  PEER_REDIS_LIST,    /* nothing */
  PEER_REDIS_GROUP,   /* lifetime, group, id… */
  PEER_REDIS_N_SCRIPTS,
} PeerRedisScript;

/* Brings them there, so that calls need not carry them. */
void peer_redis_scripts_load (PeerRedisLink *link);

void peer_redis_script_call (PeerRedisLink *link,
                             PeerRedisScript script,
                             const char *prefix,
                             const char *const *arguments,
                             const gsize *lengths,
                             guint n_arguments,
                             PeerRedisReplyFunc func,
                             gpointer user_data);

/* Whether somebody has thrown the scripts away: load and call again. */
gboolean peer_redis_scripts_are_missing (const redisReply *reply);

G_END_DECLS
