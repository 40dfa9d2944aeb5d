/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-room-manager.h"

G_BEGIN_DECLS

struct _PeerRoomManager
{
  GObject parent_instance;

  char *peer_id;
  PeerRoomService service;
  char *uri;
  PeerSignaling *signaling;
  GListStore *rooms;
};

/* Takes a room that was left off the list, unless it is joined again. */
void peer_room_manager_forget_room (PeerRoomManager *self,
                                    PeerRoom *room);

G_END_DECLS
