/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-auth-request.h"
#include "server/peer-relay-private.h"

G_BEGIN_DECLS

PeerAuthRequest *peer_auth_request_new (const PeerRelayRequest *request);

typedef void (*PeerAuthDecidedFunc) (gpointer waiting,
                                     gboolean is_accepted,
                                     const char *reason);

/* The decision, with the reason if it was refused with one. One that is still
 * to come goes to who waits for it, and is freed with the function then. */
PeerRelayDecision peer_auth_request_decide_for (PeerAuthRequest *self,
                                                gpointer waiting,
                                                PeerAuthDecidedFunc decided,
                                                GDestroyNotify free_waiting,
                                                char **reason);

G_END_DECLS
