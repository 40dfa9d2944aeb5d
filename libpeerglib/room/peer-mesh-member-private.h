/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-mesh-network-private.h"
#include "protocol/peer-room-presence-private.h"

G_BEGIN_DECLS

/* What a program in JavaScript can hold exactly; in microseconds, the year 2255. */
#define PEER_MESH_MAX_SERIAL ((G_GINT64_CONSTANT (1) << 53) - 1)

/* How long the other side may take for its hello on an open link, and for its
 * welcome after that, in which somebody may be asked; in milliseconds. */
#define PEER_MESH_HELLO_TIMEOUT 30000
#define PEER_MESH_WELCOME_TIMEOUT 300000

/* Bytes of one member's hello or welcome. */
#define PEER_MESH_MAX_PRESENCE (256 * 1024)

/* One other in a mesh, with the one link to it, from when there is a link until
 * that ends. */
typedef struct _PeerMeshMember PeerMeshMember;

/* The network is borrowed. */
PeerMeshMember *peer_mesh_member_new (PeerMeshNetwork *network,
                                      PeerRoomLink *link,
                                      const char *session);
PeerMeshMember *peer_mesh_member_ref (PeerMeshMember *self);
void peer_mesh_member_unref (PeerMeshMember *self);

/* Listens to the link, on which the other side says hello in time. */
void peer_mesh_member_start (PeerMeshMember *self,
                             guint hello_timeout);

/* Closes the link after a goodbye; nothing happens on it any more. */
void peer_mesh_member_end (PeerMeshMember *self);

/* Errors: as peer_room_link_send(). */
gboolean peer_mesh_member_send (PeerMeshMember *self,
                                GVariant *value,
                                GError **error);

const char *peer_mesh_member_get_id (PeerMeshMember *self);
PeerRoomLink *peer_mesh_member_get_link (PeerMeshMember *self);

/* NULL until it was said. */
const char *peer_mesh_member_get_session (PeerMeshMember *self);
gint64 peer_mesh_member_get_serial (PeerMeshMember *self);

/* Whether both sides took each other in. */
gboolean peer_mesh_member_is_joined (PeerMeshMember *self);

/* Somebody else wants to be this member, if it is not there any more: asks it
 * for a sign of life. */
void peer_mesh_member_challenge (PeerMeshMember *self);
gboolean peer_mesh_member_is_challenged (PeerMeshMember *self);

/* For the network, by its members. */

/* What this member says of itself, which fixes its serial; not floating. */
GVariant *peer_mesh_network_make_hello (PeerMeshNetwork *self);

/* What it says to one that it takes in: its state, and to whom else it has
 * links; not floating. */
GVariant *peer_mesh_network_make_welcome (PeerMeshNetwork *self,
                                          const char *id);
void peer_mesh_network_heard_serial (PeerMeshNetwork *self,
                                     gint64 serial);

/* Both took each other in; the peers are those the other has links to. */
void peer_mesh_network_joined (PeerMeshNetwork *self,
                               PeerMeshMember *member,
                               const PeerRoomMemberDescription *description,
                               const char *const *peers);

typedef enum
{
  PEER_MESH_END_LEFT,    /* it left, or we do not want it */
  PEER_MESH_END_LOST,    /* the link did not come about, or broke */
  PEER_MESH_END_REFUSED, /* it does not want us */
} PeerMeshEnd;

/* Of a member that has ended; the error is why, nullable. */
void peer_mesh_network_ended (PeerMeshNetwork *self,
                              PeerMeshMember *member,
                              PeerMeshEnd end,
                              const GError *error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerMeshMember, peer_mesh_member_unref)

G_END_DECLS
