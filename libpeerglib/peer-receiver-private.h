/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-endpoint-private.h"
#include "peer-receiver.h"

G_BEGIN_DECLS

#define PEER_RECEIVER_DEFAULT_PING_INTERVAL 30 /* seconds */
#define PEER_RECEIVER_DEFAULT_PING_ATTEMPTS 10

struct _PeerReceiver
{
  PeerEndpoint parent_instance;

  GVariant *credentials; /* nullable */
  guint ping_interval;   /* seconds */
  guint ping_attempts;
  guint n_pings_left;
  GSource *ping_source;
};

/* peer-receiver.c */

/* Counted from now. */
void peer_receiver_start_pings (PeerReceiver *self);

/* peer-receiver-properties.c */
void peer_receiver_install_properties (GObjectClass *object_class);

G_END_DECLS
