/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-http-api-private.h"
#include "peer-relay-private.h"

G_BEGIN_DECLS

/* Brings what arrives at a SoupServer to the HTTP API or, once upgraded, to
 * the relay. The SoupServer is the application's, or our own with sockets of
 * our own. */
typedef struct _PeerHttpServer PeerHttpServer;

typedef struct
{
  char *mount;
  gboolean proxied;
  guint handshake_timeout; /* ms for a request or between two; 0: for ever */
  guint handshake_limit;   /* connections that were not upgraded; 0: any number */
  PeerHttpApi api;
} PeerHttpServerConfig;

/* The relay must not be freed before peer_http_server_free(). */
PeerHttpServer *peer_http_server_new (GMainContext *context,
                                      PeerRelay *relay);

/* Ends listening, and what was not upgraded yet. */
void peer_http_server_free (PeerHttpServer *self);

PeerHttpServerConfig *peer_http_server_get_config (PeerHttpServer *self);

/* The socket listens. Returns the URI that leads here, or NULL. */
GUri *peer_http_server_listen (PeerHttpServer *self,
                               GSocket *socket,
                               GTlsCertificate *certificate,
                               GError **error);

/* For the connections to come, if they have had a certificate before. */
void peer_http_server_set_certificate (PeerHttpServer *self,
                                       GTlsCertificate *certificate);

/* NULL as long as it neither listens nor is attached. */
SoupServer *peer_http_server_get_server (PeerHttpServer *self);

void peer_http_server_attach (PeerHttpServer *self,
                              SoupServer *server);

G_END_DECLS
