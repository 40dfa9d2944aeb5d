/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libsoup/soup.h>

#include "protocol/peer-hub-request-private.h"

G_BEGIN_DECLS

/* A client's request to a hub, below a URI. Errors: PEER_ERROR_NETWORK when it
 * cannot be reached, PEER_ERROR_SSL_UNAVAILABLE, and what its answer means:
 * PEER_ERROR_REFUSED, PEER_ERROR_UNAVAILABLE_ID, PEER_ERROR_LIMIT_EXCEEDED,
 * PEER_ERROR_INVALID_DATA, else PEER_ERROR_SERVER_ERROR. */
void peer_hub_call_async (SoupSession *session,
                          GUri *uri,
                          PeerHubRequestKind kind,
                          const PeerHubRequest *request,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data);

/* The text of the answer. */
GBytes *peer_hub_call_finish (SoupSession *session,
                              GAsyncResult *result,
                              GError **error);

G_END_DECLS
