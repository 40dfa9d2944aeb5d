/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#if !defined(_PEER_INSIDE) && !defined(PEER_COMPILATION)
#error "Only <libpeerglib/peer.h> can be included directly."
#endif

#include <libpeerglib/peer-room.h>

G_BEGIN_DECLS

#define PEER_TYPE_ROOM_JOIN_RESULT (peer_room_join_result_get_type ())

PEER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (PeerRoomJoinResult, peer_room_join_result, PEER, ROOM_JOIN_RESULT, GObject)

PEER_AVAILABLE_IN_1_0
PeerRoom *peer_room_join_result_get_room (PeerRoomJoinResult *self);

PEER_AVAILABLE_IN_1_0
gboolean peer_room_join_result_get_success (PeerRoomJoinResult *self);

PEER_AVAILABLE_IN_1_0
const GError *peer_room_join_result_get_error (PeerRoomJoinResult *self);

G_END_DECLS
