/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-websocket-signaling.h"
#include "signaling/peer-line-private.h"
#include "signaling/peer-presence-private.h"

G_BEGIN_DECLS

struct _PeerWebsocketSignaling
{
  GObject parent_instance;

  GMainContext *context;
  char *uri;
  char *token;
  GTlsDatabase *tls_database;
  guint reconnect_delay;
  guint max_message_size;
  gboolean tracks_presence;

  GSource *start;
  PeerLine *line;
  gboolean is_closed;
  gboolean is_open;
  char *client_id; /* NULL unless it is open */
  PeerPresence *presence;
};

typedef enum
{
  PROP_URI = 1,
  PROP_TOKEN,
  PROP_TLS_DATABASE,
  PROP_RECONNECT_DELAY,
  PROP_MAX_MESSAGE_SIZE,
  PROP_TRACKS_PRESENCE,
  PROP_IS_OPEN,
  PROP_CLIENT_ID,
} PeerWebsocketSignalingProperty;

#define N_PROPS (PROP_CLIENT_ID + 1)

extern GParamSpec *peer_websocket_signaling_props[N_PROPS];

void peer_websocket_signaling_install_properties (GObjectClass *object_class);

/* Subscribes to all topics, if it is open, with presence as it is wanted now. */
void peer_websocket_signaling_subscribe_all (PeerWebsocketSignaling *self);

/* The token has changed. */
void peer_websocket_signaling_renew_uri (PeerWebsocketSignaling *self);

G_END_DECLS
