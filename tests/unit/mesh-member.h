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

/* Until each has joined each, all agree on their host, and nobody has left. */
void mesh_members_wait_full (MeshMember *members,
                             guint n_members);

G_END_DECLS
