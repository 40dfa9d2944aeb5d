/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-auth-request.h"
#include "server/peer-relay-private.h"

G_BEGIN_DECLS

PeerAuthRequest *peer_auth_request_new (const PeerRelayRequest *request);

/* Whether it was accepted; the reason if it was refused with one. */
gboolean peer_auth_request_get_decision (PeerAuthRequest *self,
                                         char **reason);

G_END_DECLS
