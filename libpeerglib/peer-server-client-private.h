/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-server-client.h"
#include "server/peer-relay-private.h"

G_BEGIN_DECLS

/* The one object for a client; the client keeps it as its data until
 * peer_server_client_release(). */
PeerServerClient *peer_server_client_for (PeerRelayClient *client);
void peer_server_client_release (PeerRelayClient *client);

G_END_DECLS
