/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-room-backlog-private.h"

struct _PeerRoomBacklog
{
  GQueue frames;
};

PeerRoomBacklog *
peer_room_backlog_new (void)
{
  return g_new0 (PeerRoomBacklog, 1);
}

void
peer_room_backlog_free (PeerRoomBacklog *self)
{
  peer_room_backlog_clear (self);
  g_free (self);
}

guint
peer_room_backlog_push (PeerRoomBacklog *self,
                        const PeerRoomFrame *frame,
                        guint size)
{
  guint n_dropped = 0;

  g_queue_push_tail (&self->frames, peer_room_frame_ref (frame));
  for (; self->frames.length > size; n_dropped++)
    peer_room_frame_unref (g_queue_pop_head (&self->frames));

  return n_dropped;
}

PeerRoomFrame *
peer_room_backlog_pop (PeerRoomBacklog *self)
{
  return g_queue_pop_head (&self->frames);
}

void
peer_room_backlog_clear (PeerRoomBacklog *self)
{
  g_queue_clear_full (&self->frames, (GDestroyNotify) peer_room_frame_unref);
}
