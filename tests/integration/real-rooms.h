/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "room-scenarios.h"

G_BEGIN_DECLS

/* Rooms on real links, and what their service needs on a port of the loopback
 * interface. Members are in this process but for those that are killed. */
typedef struct
{
  PeerRoomService service;
  PeerSignaling *bus;            /* nullable; that of signaling */
  PeerServer *server;            /* nullable; that of the others */
  PeerSignalingManager *manager; /* nullable; that of a manager */
  PeerHub *hub;                  /* nullable; that of a hub */
  char *uri;                     /* nullable; of the service */
} RealRooms;

/* Their worlds are RealRooms. */
extern const RoomWorld real_hub_rooms;
extern const RoomWorld real_manager_rooms;
extern const RoomWorld real_peerjs_rooms;
extern const RoomWorld real_signaling_rooms;

/* A member of the room "lobby" that is in; it is quick to miss the others. */
RoomWatch *real_rooms_join (RealRooms *self,
                            const char *id);

/* The same in a process of its own, which need not be in yet. */
GSubprocess *real_rooms_start_member (RealRooms *self,
                                      const char *id);

/* Without a goodbye; takes the process. */
void real_rooms_kill_member (GSubprocess *process);

G_END_DECLS
