/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#if !defined(_PEER_INSIDE) && !defined(PEER_COMPILATION)
#error "Only <libpeerglib/peer.h> can be included directly."
#endif

#include <gio/gio.h>

#include <libpeerglib/peer-version.h>

G_BEGIN_DECLS

#define PEER_TYPE_AUTH_REQUEST (peer_auth_request_get_type ())

PEER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (PeerAuthRequest, peer_auth_request, PEER, AUTH_REQUEST, GObject)

PEER_AVAILABLE_IN_1_0
const char *peer_auth_request_get_id (PeerAuthRequest *self);
PEER_AVAILABLE_IN_1_0
const char *peer_auth_request_get_token (PeerAuthRequest *self);
PEER_AVAILABLE_IN_1_0
const char *peer_auth_request_get_address (PeerAuthRequest *self);
PEER_AVAILABLE_IN_1_0
const char *peer_auth_request_get_parameter (PeerAuthRequest *self,
                                             const char *name);
PEER_AVAILABLE_IN_1_0
const char *peer_auth_request_get_header (PeerAuthRequest *self,
                                          const char *name);

PEER_AVAILABLE_IN_1_0
void peer_auth_request_accept (PeerAuthRequest *self);
PEER_AVAILABLE_IN_1_0
void peer_auth_request_refuse (PeerAuthRequest *self,
                               const char *reason);

G_END_DECLS
