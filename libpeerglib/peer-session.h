/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#if !defined(_PEER_INSIDE) && !defined(PEER_COMPILATION)
#error "Only <libpeerglib/peer.h> can be included directly."
#endif

#include <gio/gio.h>

#include <libpeerglib/peer-version.h>

G_BEGIN_DECLS

#define PEER_TYPE_SESSION (peer_session_get_type ())

PEER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (PeerSession, peer_session, PEER, SESSION, GObject)

PEER_AVAILABLE_IN_1_0
const char *peer_session_get_id (PeerSession *self);
PEER_AVAILABLE_IN_1_0
const char *peer_session_get_room (PeerSession *self);
PEER_AVAILABLE_IN_1_0
const char *peer_session_get_address (PeerSession *self);
PEER_AVAILABLE_IN_1_0
GVariant *peer_session_get_metadata (PeerSession *self);
PEER_AVAILABLE_IN_1_0
GDateTime *peer_session_get_joined_at (PeerSession *self);
PEER_AVAILABLE_IN_1_0
GTimeSpan peer_session_get_connection_duration (PeerSession *self);
PEER_AVAILABLE_IN_1_0
GVariant *peer_session_to_variant (PeerSession *self);

G_END_DECLS
