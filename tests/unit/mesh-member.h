/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libpeerglib/peer.h>

#include "libpeerglib/peer-link-settings-private.h"
#include "network-recorder.h"

G_BEGIN_DECLS

/* A member of a room, whose network is a mesh with loopback transports. */
typedef struct
{
  PeerRoomNetwork *network;
  NetworkRecorder *record;
} MeshMember;

PeerLinkSettings *mesh_member_links_new (void);

/* Takes the network, and does not open it. */
void mesh_member_init (MeshMember *self,
                       PeerRoomNetwork *network);
void mesh_member_leave (MeshMember *self);

/* Until the events so far are this text. */
void mesh_member_wait (MeshMember *self,
                       const char *expected);

/* Alice and bob, who came later, hear each other, and bob leaves. */
void mesh_members_talk (MeshMember *alice,
                        MeshMember *bob);

typedef void (*MeshMemberJoinFunc) (MeshMember *self,
                                    gpointer place,
                                    const char *id);

/* So many come in the same moment. Each joins each, all agree on their host,
 * and nobody leaves before all do. */
void mesh_members_meet (guint n_members,
                        MeshMemberJoinFunc join,
                        gpointer place);

G_END_DECLS
