/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libsoup/soup.h>

#include "protocol/peer-envelope-private.h"

G_BEGIN_DECLS

/* What a peer asks of a server, whose address ends in a slash, and what it is
 * answered. */

/* GET …/KEY/RESOURCE, where the resource is "id" or "peers". */
SoupMessage *peer_request_new_http (GUri *server,
                                    const char *key,
                                    const char *resource);

/* The upgrade to a WebSocket: GET …/peerjs. */
SoupMessage *peer_request_new_websocket (GUri *server,
                                         const char *key,
                                         const char *id,
                                         const char *token);

/* Lets a WebSocket that is asked for end when TCP's acknowledgements stay away. */
void peer_request_expect_acknowledgements (SoupMessage *request);

/* The id in the answer to a request for "id"; NULL when it is none. */
char *peer_request_parse_id (GBytes *body);

/* The ids in the answer to a request for "peers". */
char **peer_request_parse_peers (GBytes *body,
                                 GError **error);

/* The text that ERROR and its like carry for people, payload.msg, or the
 * fallback. */
char *peer_request_parse_refusal (const PeerEnvelope *envelope,
                                  const char *fallback);

G_END_DECLS
