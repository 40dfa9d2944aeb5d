/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-base-connection-private.h"
#include "peer-data-connection.h"
#include "peer-send-queue-private.h"
#include "peer-wait-queue-private.h"

G_BEGIN_DECLS

struct _PeerDataConnection
{
  PeerBaseConnection parent_instance;

  PeerSerialization serialization;
  PeerSerializer *serializer;
  gboolean reliable;
  gsize low_threshold;

  PeerCodec *codec;
  PeerSendQueue *queue;
  gboolean is_above_threshold;
  PeerWaitQueue *sends; /* send_async() that wait for room */

  gboolean is_flushing;
  GSource *flush_timer; /* after the other side was asked to close */
};

/* peer-data-connection-properties.c */
void peer_data_connection_install_properties (GObjectClass *object_class);
void peer_data_connection_reconnecting_changed (PeerBaseConnection *base);

/* What a new data connection is, on either side. */
typedef struct
{
  const char *peer_id;
  const char *connection_id;
  const char *label;
  GVariant *metadata;
  PeerSerialization serialization;
  PeerSerializer *serializer; /* for PEER_SERIALIZATION_CUSTOM */
  gboolean reliable;
  gsize max_message_size; /* bytes of a value to receive */
} PeerDataConnectionDescription;

PeerDataConnection *peer_data_connection_new (PeerPeer *peer,
                                              const PeerDataConnectionDescription *description);

G_END_DECLS
