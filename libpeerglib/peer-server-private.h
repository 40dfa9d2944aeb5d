/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-server-settings-private.h"
#include "peer-server.h"
#include "server/peer-http-server-private.h"
#include "server/peer-relay-private.h"

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

/* Brings the settings to the relay and the HTTP server, as far as there are. */
void peer_server_configure_backend (PeerServer *self);

G_END_DECLS
