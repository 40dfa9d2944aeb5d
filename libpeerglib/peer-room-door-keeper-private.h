/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-peer-private.h"

G_BEGIN_DECLS

/* Holds the name of a room as a peer id of its own, beside that of a member,
 * and tells everybody who connects to it the same value.
 *
 * Signals, none after peer_room_door_keeper_close():
 * "open" (): the name is held.
 * "ended" (const GError *): it cannot be held, or not any more;
 * PEER_ERROR_UNAVAILABLE_ID when somebody else holds it. */
#define PEER_TYPE_ROOM_DOOR_KEEPER (peer_room_door_keeper_get_type ())

G_DECLARE_FINAL_TYPE (PeerRoomDoorKeeper, peer_room_door_keeper, PEER, ROOM_DOOR_KEEPER, GObject)

/* Takes the name at the member's server, with the member's settings and its
 * token, so that what a lost line left there does not stand in the way. */
PeerRoomDoorKeeper *peer_room_door_keeper_new (PeerPeer *member,
                                               const char *name);

void peer_room_door_keeper_set_greeting (PeerRoomDoorKeeper *self,
                                         GVariant *greeting);

/* Gives the name up. */
void peer_room_door_keeper_close (PeerRoomDoorKeeper *self);

G_END_DECLS
