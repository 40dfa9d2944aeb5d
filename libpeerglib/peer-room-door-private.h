/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-peer-private.h"

G_BEGIN_DECLS

/* The door of a room at a PeerJS server: the room's name as a peer id. One
 * member holds it and tells whoever connects to it who is there; if nobody
 * does, the next one who looks takes it. The server decides between two.
 *
 * Signals, none after peer_room_door_close():
 * "taken" (): this door is the one that others come to.
 * "greeted" (GVariant *) → gboolean: what somebody else, who holds the name,
 * tells; FALSE when it makes no sense, which counts as a failure.
 * "failed" (const GError *): the door could not be looked at. It is tried
 * again by itself. */
#define PEER_TYPE_ROOM_DOOR (peer_room_door_get_type ())

G_DECLARE_FINAL_TYPE (PeerRoomDoor, peer_room_door, PEER, ROOM_DOOR, GObject)

/* The member's peer is used to look; name is a valid peer id. */
PeerRoomDoor *peer_room_door_new (PeerPeer *member,
                                  const char *name);

/* What this door tells others while it holds the name. */
void peer_room_door_set_greeting (PeerRoomDoor *self,
                                  GVariant *greeting);

/* Sees to it that somebody holds the name: "taken" or "greeted" follows, at
 * once or when the server can be reached. Nothing is done while the name is
 * held here, or looked for. */
void peer_room_door_check (PeerRoomDoor *self);

gboolean peer_room_door_get_is_held (PeerRoomDoor *self);

/* Gives the name up. */
void peer_room_door_close (PeerRoomDoor *self);

G_END_DECLS
