/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-room-exchange-mesh-private.h"
#include "peer-signaling.h"

G_BEGIN_DECLS

#define PEER_TYPE_ROOM_SIGNALING_MESH (peer_room_signaling_mesh_get_type ())
G_DECLARE_FINAL_TYPE (PeerRoomSignalingMesh, peer_room_signaling_mesh, PEER, ROOM_SIGNALING_MESH, PeerRoomExchangeMesh)

/* A mesh over topics, with the messages of peer-topic-message. Each member has
 * the topics ["room", name] and ["room", name, id]. A newcomer publishes an
 * invoke to all; each member answers with one to him, and gets his offer. Who
 * can publish to the topics can say that he is anybody: what an id is worth is
 * for the signaling and for the room's "authorize". */
PeerRoomNetwork *peer_room_signaling_mesh_new (PeerRoomSelf *self,
                                               PeerSignaling *signaling,
                                               PeerLinkSettings *links);

/* For tests: how long to wait for an answer of members before this one is
 * taken to be alone, in milliseconds. */
void peer_room_signaling_mesh_set_answer_timeout (PeerRoomSignalingMesh *self,
                                                  guint milliseconds);

G_END_DECLS
