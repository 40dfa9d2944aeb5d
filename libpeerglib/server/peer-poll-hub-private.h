/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Any number of sockets behind one GSource.
 *
 * A GMainContext walks all its sources on every turn, so with a source for
 * each of N sockets every message costs O(N). The hub keeps the sockets in an
 * epoll instance, which is one source, and gives each that is ready a turn.
 * What they write goes out after a few of them have had theirs, together. */
#define PEER_TYPE_POLL_HUB (peer_poll_hub_get_type ())

G_DECLARE_FINAL_TYPE (PeerPollHub, peer_poll_hub, PEER, POLL_HUB, GObject)

/* What is watched: the first member of a stream, or of something that accepts
 * connections. */
typedef struct _PeerPollItem PeerPollItem;

struct _PeerPollItem
{
  /* A turn, with what epoll said. */
  void (*run) (PeerPollItem *self,
               guint32 events);
  /* The hub does not need the item any more. */
  void (*release) (PeerPollItem *self);
  int fd;
};

PeerPollHub *peer_poll_hub_new (GMainContext *context,
                                GError **error);

GMainContext *peer_poll_hub_get_context (PeerPollHub *self);

/* Streams whose sockets are not closed yet, lingering ones included. */
guint peer_poll_hub_get_n_streams (PeerPollHub *self);

/* When the turn began, by the monotonic clock: what is read in it was there by
 * then, or is older. */
gint64 peer_poll_hub_get_turn_time (PeerPollHub *self);

/* Called each time the last of the streams is gone. */
void peer_poll_hub_set_empty_func (PeerPollHub *self,
                                   void (*func) (gpointer user_data),
                                   gpointer user_data);

/* How long a stream that was closed may take to send what is pending and to
 * see the end of its input, in milliseconds. */
void peer_poll_hub_set_linger_timeout (PeerPollHub *self,
                                       guint timeout);

/* Bytes that may wait for one slow reader; 0 is no limit. */
void peer_poll_hub_set_max_pending (PeerPollHub *self,
                                    gsize size);

/* FALSE when the kernel takes no more. */
gboolean peer_poll_hub_add (PeerPollHub *self,
                            PeerPollItem *item,
                            guint32 events);
void peer_poll_hub_change (PeerPollHub *self,
                           PeerPollItem *item,
                           guint32 events);

/* Releases the item, but not before the end of the turn. */
void peer_poll_hub_remove (PeerPollHub *self,
                           PeerPollItem *item);

G_END_DECLS
