/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Any number of sockets behind one GSource.
 *
 * A GMainContext walks all its sources on every turn, so with a source for
 * each of N sockets every message costs O(N). The hub keeps the sockets in an
 * epoll instance and gives libsoup streams of its own, PeerPollStream, whose
 * pollable sources never reach the owner's context: they are made while a
 * dormant context, which nobody polls, is the thread default. When a socket
 * is ready the hub calls what its stream's source would have called. */
#define PEER_TYPE_POLL_HUB (peer_poll_hub_get_type ())

G_DECLARE_FINAL_TYPE (PeerPollHub, peer_poll_hub, PEER, POLL_HUB, GObject)

/* What all streams of a hub are held to; 0 is no limit. */
typedef struct
{
  gsize max_message_size;   /* bytes of one incoming message */
  guint frames_per_second;  /* a stream that sends more is left unread for a while */
  guint frame_burst;        /* frames beyond that rate at once */
  gsize max_pending_output; /* bytes that wait for a slow reader */
} PeerPollLimits;

PeerPollHub *peer_poll_hub_new (GMainContext *context,
                                GError **error);

PeerPollLimits *peer_poll_hub_get_limits (PeerPollHub *self);

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

/* Goes around every call into a WebSocket connection on such a stream: makes
 * the dormant context the thread default. Nests. */
void peer_poll_hub_enter (PeerPollHub *self);
void peer_poll_hub_leave (PeerPollHub *self);

/* Goes around every call from inside to the application, which must not see
 * the dormant context. */
guint peer_poll_hub_suspend (PeerPollHub *self);
void peer_poll_hub_resume (PeerPollHub *self,
                           guint depth);

/* Drops a reference at the end of the turn: libsoup goes on using a WebSocket
 * connection after its signal handlers have returned. */
void peer_poll_hub_take_garbage (PeerPollHub *self,
                                 gpointer object);

G_END_DECLS
