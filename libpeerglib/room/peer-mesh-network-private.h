/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-room-link-private.h"
#include "peer-room-network-private.h"

G_BEGIN_DECLS

#define PEER_TYPE_MESH_NETWORK (peer_mesh_network_get_type ())
G_DECLARE_DERIVABLE_TYPE (PeerMeshNetwork, peer_mesh_network, PEER, MESH_NETWORK, PeerRoomNetwork)

/* A room whose members are linked each with each. How they hear of each other
 * and how a link comes about is for the classes derived from it; this one
 * keeps one link to each other member, has both sides say who they are, admits
 * or refuses them, and tells the room of joins, leaves and frames.
 *
 * On a new link the side that was offered to says hello first. A hello names
 * the session, the serial and whom its sender has links to, so that members
 * who never heard of each other meet through a third one. A side that takes
 * the other in says welcome; both have joined when both did. */
struct _PeerMeshNetworkClass
{
  PeerRoomNetworkClass parent_class;

  /* Whether anybody can say that he is anybody: a member that has an open link
   * does not give way to one of that name while it is alive. */
  gboolean ids_are_claims;

  /* Begins to be heard of and to hear of others. */
  void (*start) (PeerMeshNetwork *self);

  /* The last call: the links are closed already. */
  void (*stop) (PeerMeshNetwork *self);

  /* Offers a link to a member; transfer full, NULL when there is no way now. */
  PeerRoomLink *(*connect_to) (PeerMeshNetwork *self,
                               const char *id);

  /* Finds out whether somebody is there: another member named him, or the link
   * to him was lost. May be left out: he is offered a link then. */
  void (*look_for) (PeerMeshNetwork *self,
                    const char *id);

  /* After the room was told. May be left out. */
  void (*member_joined) (PeerMeshNetwork *self,
                         const char *id);
  void (*member_left) (PeerMeshNetwork *self,
                       const char *id);
};

/* What the derived classes tell. */

/* A link that exists, in either direction; its remote id is the one that the
 * signaling tells, never one out of a hello. For an incoming one, ask before
 * peer_mesh_network_takes_offer(), which makes room for it. The session is
 * the one that came with the offer, NULL when there was none. */
void peer_mesh_network_add_link (PeerMeshNetwork *self,
                                 PeerRoomLink *link,
                                 const char *session);

/* Whether an offer is to be answered, which drops a link that it replaces. When
 * both sides offered, the offer of the smaller id stays; an offer of another
 * session replaces the link to the session before, and one that comes after
 * the link was open replaces that, as the other side has lost it. */
gboolean peer_mesh_network_takes_offer (PeerMeshNetwork *self,
                                        const char *id,
                                        const char *session);

/* Somebody says that he is this member. Whether it has an open link; if so, it is
 * asked for a sign of life, and looked for when it gives none or leaves. */
gboolean peer_mesh_network_challenge (PeerMeshNetwork *self,
                                      const char *id);

/* Whether there is no link to this session of a member, be it under way; the
 * session is nullable. */
gboolean peer_mesh_network_needs_link (PeerMeshNetwork *self,
                                       const char *id,
                                       const char *session);

/* Somebody is said to be a member: offers him a link unless there is one. */
void peer_mesh_network_heard_of (PeerMeshNetwork *self,
                                 const char *id,
                                 const char *session);

/* The signaling says that a member has gone: gives up a link that is not open
 * yet, and the attempts to have one again. An open link tells itself. */
void peer_mesh_network_lost_sight_of (PeerMeshNetwork *self,
                                      const char *id);

/* All members of now were heard of, if there are any: the network is open as
 * soon as the links to them are up or given up. */
void peer_mesh_network_settle (PeerMeshNetwork *self);

/* The network cannot be, or be any longer. */
void peer_mesh_network_fail (PeerMeshNetwork *self,
                             const GError *error);

/* What they want to know. */

/* This member's own. The id is that of PeerRoomSelf. */
const char *peer_mesh_network_get_id (PeerMeshNetwork *self);
const char *peer_mesh_network_get_session (PeerMeshNetwork *self);

/* The ids of those who joined, without this one; NULL-terminated, transfer full. */
char **peer_mesh_network_list_members (PeerMeshNetwork *self);

/* The id with the smallest (serial, id) of those who joined and, once open, this one; nullable. */
const char *peer_mesh_network_get_host_id (PeerMeshNetwork *self);

/* For tests: after how long a lost link is offered anew for the first time, in
 * milliseconds. */
void peer_mesh_network_set_reconnect_delay (PeerMeshNetwork *self,
                                            guint milliseconds);

/* For tests: how long a member may take to say hello, in milliseconds. */
void peer_mesh_network_set_hello_timeout (PeerMeshNetwork *self,
                                          guint milliseconds);

G_END_DECLS
