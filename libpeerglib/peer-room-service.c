/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-room-hub-star-private.h"
#include "peer-room-manager-mesh-private.h"
#include "peer-room-peerjs-mesh-private.h"
#include "peer-room-private.h"
#include "peer-room-signaling-mesh-private.h"

PeerRoomNetwork *
peer_room_service_create_network (PeerRoom *self,
                                  PeerRoomSelf *description,
                                  gpointer user_data,
                                  GError **error)
{
  switch (self->service)
    {
    case PEER_ROOM_SERVICE_PEERJS:
      return peer_room_peerjs_mesh_new (description, self->uri, self->links);
    case PEER_ROOM_SERVICE_MANAGER:
      return peer_room_manager_mesh_new (description, self->uri, self->links, error);
    case PEER_ROOM_SERVICE_HUB:
      return peer_room_hub_star_new (description, self->uri, self->links, error);
    case PEER_ROOM_SERVICE_SIGNALING:
    default:
      return peer_room_signaling_mesh_new (description, self->signaling, self->links);
    }
}
