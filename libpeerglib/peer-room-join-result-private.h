/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-room-join-result.h"

G_BEGIN_DECLS

/* Takes the error, NULL for success. */
PeerRoomJoinResult *peer_room_join_result_new (PeerRoom *room,
                                               GError *error);

G_END_DECLS
