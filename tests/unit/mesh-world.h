/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "tests/integration/room-scenarios.h"

G_BEGIN_DECLS

/* Rooms that are meshes of loopback transports. */
extern const RoomWorld mesh_world_signaling;
extern const RoomWorld mesh_world_manager;
extern const RoomWorld mesh_world_websocket;
extern const RoomWorld mesh_world_encrypted;
extern const RoomWorld mesh_world_peerjs;

G_END_DECLS
