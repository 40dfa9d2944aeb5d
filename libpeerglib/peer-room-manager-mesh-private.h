/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-room-exchange-mesh-private.h"

G_BEGIN_DECLS

#define PEER_TYPE_ROOM_MANAGER_MESH (peer_room_manager_mesh_get_type ())
G_DECLARE_FINAL_TYPE (PeerRoomManagerMesh, peer_room_manager_mesh, PEER, ROOM_MANAGER_MESH, PeerRoomExchangeMesh)

/* A mesh over a PeerSignalingManager, with the messages of
 * peer-manager-message. The manager tells a newcomer who is there, and he
 * offers each of them a link. Links outlive the line to the manager, which is
 * opened again. Error: PEER_ERROR_SERVER_ERROR for an address that is none. */
PeerRoomNetwork *peer_room_manager_mesh_new (PeerRoomSelf *self,
                                             const char *uri,
                                             PeerLinkSettings *links,
                                             GError **error);

/* For tests: milliseconds before the first of several attempts to open the
 * line again. */
void peer_room_manager_mesh_set_line_delay (PeerRoomManagerMesh *self,
                                            guint milliseconds);

G_END_DECLS
