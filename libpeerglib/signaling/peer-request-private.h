/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* What a peer asks of a server, whose address ends in a slash. */

/* GET …/KEY/RESOURCE, where the resource is "id" or "peers". */
SoupMessage *peer_request_new_http (GUri *server,
                                    const char *key,
                                    const char *resource);

/* The upgrade to a WebSocket: GET …/peerjs. */
SoupMessage *peer_request_new_websocket (GUri *server,
                                         const char *key,
                                         const char *id,
                                         const char *token);

G_END_DECLS
