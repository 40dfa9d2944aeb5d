/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-data-connection.h"
#include "room/peer-room-link-private.h"

G_BEGIN_DECLS

#define PEER_TYPE_ROOM_CONNECTION_LINK (peer_room_connection_link_get_type ())

/* A link over a connection that is not open yet; the remote id is that of the
 * connection's peer. Closing the link closes the connection. */
G_DECLARE_FINAL_TYPE (PeerRoomConnectionLink, peer_room_connection_link, PEER, ROOM_CONNECTION_LINK, PeerRoomLink)

PeerRoomLink *peer_room_connection_link_new (PeerDataConnection *connection,
                                             gboolean is_outgoing);

G_END_DECLS
