/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libsoup/soup.h>

#include "peer-poll-stream-private.h"

G_BEGIN_DECLS

/* WebSockets at one path of a SoupServer, the application's or that of a
 * server of ours. Anything else that is asked for there is refused. */
typedef struct _PeerWebsocketEndpoint PeerWebsocketEndpoint;

typedef struct
{
  const char *address; /* where from */
  const char *query;   /* nullable */
  SoupMessageHeaders *headers;
} PeerWebsocketRequest;

/* Takes the stream, whose handshake is over. May free the endpoint. */
typedef void (*PeerWebsocketOpenedFunc) (PeerPollStream *stream,
                                         const PeerWebsocketRequest *request,
                                         gpointer user_data);

/* Replaces what the SoupServer has at that path. */
PeerWebsocketEndpoint *peer_websocket_endpoint_new (PeerPollHub *hub,
                                                    SoupServer *server,
                                                    const char *path,
                                                    PeerWebsocketOpenedFunc func,
                                                    gpointer user_data);

/* Takes it off the SoupServer; what is open stays open. */
void peer_websocket_endpoint_free (PeerWebsocketEndpoint *self);

/* Whose pages may open one, NULL for all, and whether the last address of
 * X-Forwarded-For is that of the client. */
void peer_websocket_endpoint_configure (PeerWebsocketEndpoint *self,
                                        const char *const *allowed_origins,
                                        gboolean proxied);

SoupServer *peer_websocket_endpoint_get_server (PeerWebsocketEndpoint *self);
const char *peer_websocket_endpoint_get_path (PeerWebsocketEndpoint *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerWebsocketEndpoint, peer_websocket_endpoint_free)

G_END_DECLS
