/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-auth-request.h"
#include "peer-server-settings-private.h"
#include "peer-server.h"
#include "server/peer-http-server-private.h"
#include "server/peer-relay-private.h"
#include "server/peer-topic-relay-private.h"
#include "server/peer-websocket-endpoint-private.h"

G_BEGIN_DECLS

/* Between the parts of the server. */

struct _PeerServer
{
  GObject parent_instance;

  GMainContext *context;
  PeerServerSettings settings;
  guint port;
  char *uri;

  PeerRelay *relay;
  PeerHttpServer *http;
  PeerRelay *stopping;
  char *signaling_path;            /* nullable */
  PeerTopicRelay *topics;          /* nullable */
  PeerWebsocketEndpoint *endpoint; /* nullable */
  gboolean is_disposed;
};

enum
{
  SERVER_OPEN,
  SERVER_CONNECTION,
  SERVER_DISCONNECT,
  SERVER_MESSAGE,
  SERVER_AUTHENTICATE,
  SERVER_GENERATE_ID,
  SERVER_CLOSE,
  SERVER_ERROR,
  N_SERVER_SIGNALS
};

extern GParamSpec *peer_server_props[N_PROPS];
extern guint peer_server_signals[N_SERVER_SIGNALS];

extern const PeerRelayEvents peer_server_relay_events;
void peer_server_handle_stopped (gpointer user_data);

/* Asks the application; NULL when it leaves the decision to us. */
PeerAuthRequest *peer_server_authenticate (PeerServer *self,
                                           const PeerRelayRequest *request);

/* Signaling on topics, if it has a path, beside the relay. */
gboolean peer_server_check_signaling (PeerServer *self,
                                      GError **error);
void peer_server_start_signaling (PeerServer *self);
void peer_server_configure_signaling (PeerServer *self);
gboolean peer_server_set_signaling_path (PeerServer *self,
                                         const char *path);
void peer_server_install_signaling_path (GParamSpec **props);

/* Brings the settings to the relay and the HTTP server, as far as there are. */
void peer_server_configure_backend (PeerServer *self);

G_END_DECLS
