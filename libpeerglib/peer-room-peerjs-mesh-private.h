/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-link-settings-private.h"
#include "room/peer-mesh-network-private.h"

G_BEGIN_DECLS

#define PEER_TYPE_ROOM_PEERJS_MESH (peer_room_peerjs_mesh_get_type ())

/* A mesh over any PeerJS server: each member is a peer with an id of its own
 * there, and one of them also has the room's name as an id (see PeerRoomDoor).
 * A newcomer hears at the door who is there and connects to each. */
G_DECLARE_FINAL_TYPE (PeerRoomPeerjsMesh, peer_room_peerjs_mesh, PEER, ROOM_PEERJS_MESH, PeerMeshNetwork)

/* The address is that of the server, with its key as the parameter "key" when
 * that is not the usual one. */
PeerRoomNetwork *peer_room_peerjs_mesh_new (PeerRoomSelf *self,
                                            const char *uri,
                                            PeerLinkSettings *links);

G_END_DECLS
