/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-auth-request.h"
#include "server/peer-relay-private.h"

G_BEGIN_DECLS

PeerAuthRequest *peer_auth_request_new (const PeerRelayRequest *request);

/* The decision, with the reason if it was refused with one. One that is still
 * to come goes to the admission. */
PeerRelayDecision peer_auth_request_decide_for (PeerAuthRequest *self,
                                                PeerRelayAdmission *admission,
                                                char **reason);

G_END_DECLS
