/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#if !defined(_PEER_INSIDE) && !defined(PEER_COMPILATION)
#error "Only <libpeerglib/peer.h> can be included directly."
#endif

#include <libpeerglib/peer-data-connection.h>

G_BEGIN_DECLS

#define PEER_TYPE_ROOM_MEMBER (peer_room_member_get_type ())

PEER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (PeerRoomMember, peer_room_member, PEER, ROOM_MEMBER, GObject)

PEER_AVAILABLE_IN_1_0
const char *peer_room_member_get_id (PeerRoomMember *self);

PEER_AVAILABLE_IN_1_0
gboolean peer_room_member_get_is_self (PeerRoomMember *self);

PEER_AVAILABLE_IN_1_0
gboolean peer_room_member_get_is_host (PeerRoomMember *self);

PEER_AVAILABLE_IN_1_0
GDateTime *peer_room_member_get_joined_at (PeerRoomMember *self);

PEER_AVAILABLE_IN_1_0
GDateTime *peer_room_member_get_last_seen (PeerRoomMember *self);

PEER_AVAILABLE_IN_1_0
GVariant *peer_room_member_get_metadata (PeerRoomMember *self);

PEER_AVAILABLE_IN_1_0
GVariant *peer_room_member_get_state (PeerRoomMember *self);

PEER_AVAILABLE_IN_1_0
PeerDataConnection *peer_room_member_get_connection (PeerRoomMember *self);

G_END_DECLS
