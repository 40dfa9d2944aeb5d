/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-exchange-private.h"
#include "room/peer-mesh-network-private.h"

G_BEGIN_DECLS

#define PEER_TYPE_ROOM_EXCHANGE_MESH (peer_room_exchange_mesh_get_type ())
G_DECLARE_DERIVABLE_TYPE (PeerRoomExchangeMesh, peer_room_exchange_mesh, PEER, ROOM_EXCHANGE_MESH, PeerMeshNetwork)

/* A mesh whose links are connections of our own, over signaling that brings
 * offers, answers and candidates from one member to another. The construct
 * property "links" (PeerLinkSettings) is what they have in common. */
struct _PeerRoomExchangeMeshClass
{
  PeerMeshNetworkClass parent_class;

  /* The metadata of an offer's payload are an object with this side's session. */
  void (*send_signal) (PeerRoomExchangeMesh *self,
                       const char *id,
                       const char *type,
                       const PeerPayload *payload);
};

/* An OFFER, ANSWER or CANDIDATE of a member has come. Takes over what the
 * payload holds. */
void peer_room_exchange_mesh_handle_signal (PeerRoomExchangeMesh *self,
                                            const char *id,
                                            const char *type,
                                            PeerPayload *payload);

G_END_DECLS
