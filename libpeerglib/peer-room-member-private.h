/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-room-member.h"

G_BEGIN_DECLS

/* The time of joining is in milliseconds since 1970. The connection is nullable. */
PeerRoomMember *peer_room_member_new (const char *id,
                                      gboolean is_self,
                                      gint64 joined_at,
                                      PeerDataConnection *connection);

void peer_room_member_set_is_host (PeerRoomMember *self,
                                   gboolean is_host);
/* Nullable, both. */
void peer_room_member_set_metadata (PeerRoomMember *self,
                                    GVariant *metadata);
void peer_room_member_set_state (PeerRoomMember *self,
                                 GVariant *state);
/* It has said something. */
void peer_room_member_touch (PeerRoomMember *self);

G_END_DECLS
