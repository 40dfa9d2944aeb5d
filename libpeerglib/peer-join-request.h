/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#if !defined(_PEER_INSIDE) && !defined(PEER_COMPILATION)
#error "Only <libpeerglib/peer.h> can be included directly."
#endif

#include <gio/gio.h>

#include <libpeerglib/peer-version.h>

G_BEGIN_DECLS

#define PEER_TYPE_JOIN_REQUEST (peer_join_request_get_type ())

PEER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (PeerJoinRequest, peer_join_request, PEER, JOIN_REQUEST, GObject)

PEER_AVAILABLE_IN_1_0
const char *peer_join_request_get_room (PeerJoinRequest *self);
PEER_AVAILABLE_IN_1_0
const char *peer_join_request_get_peer_id (PeerJoinRequest *self);
PEER_AVAILABLE_IN_1_0
GVariant *peer_join_request_get_credentials (PeerJoinRequest *self);
PEER_AVAILABLE_IN_1_0
GVariant *peer_join_request_get_metadata (PeerJoinRequest *self);

PEER_AVAILABLE_IN_1_0
void peer_join_request_accept (PeerJoinRequest *self);
PEER_AVAILABLE_IN_1_0
void peer_join_request_refuse (PeerJoinRequest *self,
                               const char *reason);

G_END_DECLS
