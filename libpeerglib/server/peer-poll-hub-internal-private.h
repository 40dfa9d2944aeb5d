/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-poll-hub-private.h"
#include "peer-poll-stream-private.h"
#include "peer-timeout-queue-private.h"

G_BEGIN_DECLS

/* Between the hub and its streams. */

#define PEER_POLL_SCRATCH_SIZE (64 * 1024)

struct _PeerPollHub
{
  GObject parent_instance;

  GMainContext *context;
  GSource *source;
  gpointer source_tag;
  int epoll_fd;
  gboolean is_running;
  gint64 turn_began; /* monotonic */
  gboolean is_muted; /* a main loop runs inside of a turn */

  guint8 *scratch; /* what the stream whose turn it is reads into */
  GQueue ready;    /* streams that are due a turn that epoll will not ask for */
  GQueue written;  /* streams that have something to send */
  GPtrArray *garbage;
  guint n_streams;
  gsize max_pending;

  PeerTimeoutQueue *linger_timeouts;
  PeerTimeoutQueue *rest_timeouts;

  void (*empty_func) (gpointer user_data);
  gpointer empty_data;
};

void peer_poll_hub_count_in (PeerPollHub *self);
void peer_poll_hub_count_out (PeerPollHub *self);

/* The stream's side: a turn and the end of a turn. */
void peer_poll_stream_run (PeerPollStream *self,
                           guint32 events);
void peer_poll_stream_flush (PeerPollStream *self);

G_END_DECLS
