/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-base-connection-private.h"
#include "peer-data-connection.h"
#include "peer-file-transfer-table-private.h"
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
  guint64 max_buffered_amount;

  PeerCodec *codec;
  PeerSendQueue *queue;
  gboolean is_above_threshold;
  PeerWaitQueue *sends; /* send_async() that wait for room */

  PeerFileTransferTable *files;

  gboolean is_flushing;
  GSource *flush_timer; /* after the other side was asked to close */
  GSource *failure_source;
  GError *failure; /* of the transport, which is still to be told */
};

#define PEER_DEFAULT_MAX_BUFFERED_AMOUNT (64 * 1024 * 1024)

/* peer-data-connection.c */
gboolean peer_data_connection_is_open (PeerDataConnection *self);
void peer_data_connection_emit_drained (PeerDataConnection *self);

/* peer-data-connection-send.c */

/* The transport has room, or the other side has taken something. */
void peer_data_connection_go_on (PeerDataConnection *self);

/* One of the thresholds has changed. */
void peer_data_connection_update_threshold (PeerDataConnection *self);

/* peer-data-connection-properties.c */
void peer_data_connection_install_properties (GObjectClass *object_class);
void peer_data_connection_resumable_changed (PeerBaseConnection *base);
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
  PeerPendingBudget *pending_budget;
} PeerDataConnectionDescription;

/* Whether send() is possible now. Errors: PEER_ERROR_NOT_OPEN_YET,
 * PEER_ERROR_CONNECTION_CLOSED. */
gboolean peer_data_connection_check_can_send (PeerDataConnection *self,
                                              GError **error);

/* Sends what it can whatever waits already, when send() is possible. For what
 * keeps to a bound of its own. */
gboolean peer_data_connection_send_now (PeerDataConnection *self,
                                        GVariant *value,
                                        GError **error);

/* Whether files can be transferred: whether values can hold bytes. */
gboolean peer_data_connection_can_send_files (PeerDataConnection *self);

/* Whether somebody would hear of a file, and telling it. */
gboolean peer_data_connection_takes_files (PeerDataConnection *self);
void peer_data_connection_emit_file (PeerDataConnection *self,
                                     PeerFileTransfer *transfer);

PeerDataConnection *peer_data_connection_new (PeerConnectionOwner *owner,
                                              const PeerDataConnectionDescription *description);

/* For a further channel on the link of another connection. */
PeerDataConnection *peer_data_connection_new_for_channel (PeerTransport *channel,
                                                          const PeerDataConnectionDescription *description);

G_END_DECLS
