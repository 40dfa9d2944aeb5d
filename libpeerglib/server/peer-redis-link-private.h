/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>
#include <hiredis/hiredis.h>

#include "peer-redis-address-private.h"

G_BEGIN_DECLS

/* One connection to Redis, on the main context that was the thread default
 * when it was made. hiredis writes the commands and reads the replies; GIO does
 * the input and output: hiredis' own looks names up in a blocking way, and its
 * adapter for GLib reads from a connection that a failed write has freed. */
typedef struct _PeerRedisLink PeerRedisLink;

typedef struct
{
  void (*opened) (PeerRedisLink *link,
                  gpointer user_data);
  /* A reply that no command asked for: of a subscription. */
  void (*pushed) (PeerRedisLink *link,
                  const redisReply *reply,
                  gpointer user_data);
  /* Not by peer_redis_link_close(). */
  void (*failed) (PeerRedisLink *link,
                  const GError *error,
                  gpointer user_data);
} PeerRedisLinkFuncs;

/* An error is a reply, too. NULL when the connection has ended before. */
typedef void (*PeerRedisReplyFunc) (PeerRedisLink *link,
                                    const redisReply *reply,
                                    gpointer user_data);

PeerRedisLink *peer_redis_link_new (const PeerRedisAddress *address,
                                    guint open_timeout,
                                    const PeerRedisLinkFuncs *funcs,
                                    gpointer user_data);
PeerRedisLink *peer_redis_link_ref (PeerRedisLink *self);
void peer_redis_link_unref (PeerRedisLink *self);

/* Answers all commands with NULL; nothing is called after it. */
void peer_redis_link_close (PeerRedisLink *self);

/* Without func the reply counts as pushed. */
void peer_redis_link_call (PeerRedisLink *self,
                           const char *const *arguments,
                           const gsize *lengths,
                           guint n_arguments,
                           PeerRedisReplyFunc func,
                           gpointer user_data);

/* The text of a string among the elements of a reply, or NULL. */
const redisReply *peer_redis_reply_get (const redisReply *reply,
                                        gsize index,
                                        int type);
gboolean peer_redis_reply_is (const redisReply *reply,
                              const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerRedisLink, peer_redis_link_unref)

G_END_DECLS
