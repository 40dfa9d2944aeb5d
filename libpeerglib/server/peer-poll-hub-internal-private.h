/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-poll-hub-private.h"
#include "peer-poll-stream-private.h"
#include "peer-timeout-queue-private.h"

G_BEGIN_DECLS

/* Between the hub and its streams. */

#define PEER_POLL_SCRATCH_SIZE (64 * 1024)

/* What the stream whose turn it is has read, for all streams in turn. */
typedef struct
{
  PeerPollStream *stream; /* nullable: unowned */
  gsize offset;
  gsize length;
  guint8 data[PEER_POLL_SCRATCH_SIZE];
} PeerPollScratch;

struct _PeerPollHub
{
  GObject parent_instance;

  GSource *source;
  int epoll_fd;
  GMainContext *dormant;
  guint depth;
  gint64 turn_began;
  gboolean has_closures;

  PeerPollLimits limits;
  PeerPollScratch *scratch;
  GQueue ready;
  GPtrArray *garbage;
  guint n_streams;

  PeerTimeoutQueue *linger_timeouts;
  PeerTimeoutQueue *pause_timeouts;

  void (*empty_func) (gpointer user_data);
  gpointer empty_data;
};

gboolean peer_poll_hub_add_stream (PeerPollHub *self,
                                   PeerPollStream *stream,
                                   int fd,
                                   guint32 events);
void peer_poll_hub_change_stream (PeerPollHub *self,
                                  PeerPollStream *stream,
                                  int fd,
                                  guint32 events);
void peer_poll_hub_remove_stream (PeerPollHub *self,
                                  PeerPollStream *stream,
                                  int fd);

/* Gives the stream a turn although epoll will not ask for it. */
void peer_poll_hub_push_ready (PeerPollHub *self,
                               GList *link);

/* Lets what libsoup left in the dormant context run at the end of the turn. */
void peer_poll_hub_run_closures (PeerPollHub *self);

/* The stream's side: a turn, the end of a pause, the end of lingering. */
void peer_poll_stream_run (PeerPollStream *self,
                           guint32 events);
void peer_poll_stream_unpause (PeerPollStream *self);
void peer_poll_stream_finish (PeerPollStream *self);

G_END_DECLS
