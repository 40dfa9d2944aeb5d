/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-data-connection.h"
#include "peer-wait-queue-private.h"

G_BEGIN_DECLS

/* Sees connections off that are about to be closed: what was sent last is still on its way. */
typedef struct _PeerRoomFarewell PeerRoomFarewell;

PeerRoomFarewell *peer_room_farewell_new (GMainContext *context);
/* Before it is closed. */
void peer_room_farewell_add (PeerRoomFarewell *self,
                             PeerDataConnection *connection);
/* The tasks return TRUE when all connections are closed, or after some seconds. It frees itself then. */
void peer_room_farewell_finish (PeerRoomFarewell *self,
                                PeerWaitQueue *tasks);
void peer_room_farewell_free (PeerRoomFarewell *self);

G_END_DECLS
