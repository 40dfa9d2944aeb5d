/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#if !defined(_PEER_INSIDE) && !defined(PEER_COMPILATION)
#error "Only <libpeerglib/peer.h> can be included directly."
#endif

#include <gio/gio.h>
#include <libpeerglib/peer-version.h>

G_BEGIN_DECLS

#define PEER_TYPE_ICE_SERVER (peer_ice_server_get_type ())

PEER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (PeerIceServer, peer_ice_server, PEER, ICE_SERVER, GObject)

PEER_AVAILABLE_IN_1_0
PeerIceServer *peer_ice_server_new (const char *url,
                                    const char *username,
                                    const char *credential) G_GNUC_WARN_UNUSED_RESULT;

PEER_AVAILABLE_IN_1_0
const char *const *peer_ice_server_get_urls (PeerIceServer *self);

PEER_AVAILABLE_IN_1_0
const char *peer_ice_server_get_username (PeerIceServer *self);

PEER_AVAILABLE_IN_1_0
const char *peer_ice_server_get_credential (PeerIceServer *self);

G_END_DECLS
