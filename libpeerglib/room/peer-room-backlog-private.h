/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "protocol/peer-room-frame-private.h"

G_BEGIN_DECLS

/* What waits for a room to open. */
typedef struct _PeerRoomBacklog PeerRoomBacklog;

PeerRoomBacklog *peer_room_backlog_new (void);
void peer_room_backlog_free (PeerRoomBacklog *self);

/* Returns how many of the oldest had to go to keep to the size. */
guint peer_room_backlog_push (PeerRoomBacklog *self,
                              const PeerRoomFrame *frame,
                              guint size);
/* Transfer full; NULL when it is empty. */
PeerRoomFrame *peer_room_backlog_pop (PeerRoomBacklog *self);
void peer_room_backlog_clear (PeerRoomBacklog *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerRoomBacklog, peer_room_backlog_free)

G_END_DECLS
