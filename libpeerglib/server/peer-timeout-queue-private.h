/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Timeouts of one kind, all equally long: the order in which they are armed
 * is the order in which they expire, so arming, renewing and cancelling take
 * constant time and the whole queue needs one GSource. */
typedef struct _PeerTimeoutQueue PeerTimeoutQueue;

/* Lives inside the item it watches; zeroed memory is a cancelled timeout. */
typedef struct
{
  GList link;
  gint64 armed_at;
} PeerTimeout;

/* Called with the timeout cancelled. May do anything, freeing the queue
 * included. */
typedef void (*PeerTimeoutFunc) (gpointer item,
                                 gpointer user_data);

PeerTimeoutQueue *peer_timeout_queue_new (GMainContext *context,
                                          const char *name,
                                          PeerTimeoutFunc func,
                                          gpointer user_data);
void peer_timeout_queue_free (PeerTimeoutQueue *self);

/* In milliseconds, counted from when each timeout was armed; 0 is never. */
void peer_timeout_queue_set_interval (PeerTimeoutQueue *self,
                                      guint interval);

/* Starts or renews the timeout. */
void peer_timeout_queue_arm (PeerTimeoutQueue *self,
                             PeerTimeout *timeout,
                             gpointer item);
void peer_timeout_queue_cancel (PeerTimeoutQueue *self,
                                PeerTimeout *timeout);

/* The item whose timeout was armed longest ago, NULL if there is none. */
gpointer peer_timeout_queue_get_oldest (PeerTimeoutQueue *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerTimeoutQueue, peer_timeout_queue_free)

G_END_DECLS
