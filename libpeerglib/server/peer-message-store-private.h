/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Messages that wait for clients that are not there yet: a queue for each
 * destination, which expires as a whole, counted from its first message. */
typedef struct _PeerMessageStore PeerMessageStore;

/* 0 is no limit. Of the last two a sender never has more than is free, so that
 * nobody fills the store for the others. */
typedef struct
{
  guint max_queue_length;
  guint max_messages;
  gsize max_bytes;
} PeerMessageStoreLimits;

typedef void (*PeerMessageStoreFunc) (const char *src,
                                      const char *dst,
                                      gpointer user_data);

typedef void (*PeerMessageStoreDrainFunc) (const char *src,
                                           const char *dst,
                                           GBytes *text,
                                           gpointer user_data);

PeerMessageStore *peer_message_store_new (void);
void peer_message_store_free (PeerMessageStore *self);

PeerMessageStoreLimits *peer_message_store_get_limits (PeerMessageStore *self);
guint peer_message_store_get_n_messages (PeerMessageStore *self);
gsize peer_message_store_get_n_bytes (PeerMessageStore *self);

/* FALSE when a limit leaves no room. */
gboolean peer_message_store_add (PeerMessageStore *self,
                                 const char *src,
                                 const char *dst,
                                 GBytes *text);

/* The texts for a destination, in order, or NULL. */
GPtrArray *peer_message_store_take (PeerMessageStore *self,
                                    const char *dst);

/* Drops the queues that were begun at or before the time; calls func once for
 * each pair of a source and a destination in them. */
void peer_message_store_expire (PeerMessageStore *self,
                                gint64 begun_before,
                                PeerMessageStoreFunc func,
                                gpointer user_data);

/* Forgets everything. */
void peer_message_store_clear (PeerMessageStore *self);

/* Everything, in the order of the destinations' first messages; func may
 * change the store. */
void peer_message_store_drain (PeerMessageStore *self,
                               PeerMessageStoreDrainFunc func,
                               gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerMessageStore, peer_message_store_free)

G_END_DECLS
