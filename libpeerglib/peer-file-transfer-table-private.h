/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

#include "peer-data-connection.h"
#include "peer-file-transfer.h"
#include "protocol/peer-file-message-private.h"

G_BEGIN_DECLS

/* The files that a connection has under way, in both directions. */
typedef struct _PeerFileTransferTable PeerFileTransferTable;

/* The connection owns it. */
PeerFileTransferTable *peer_file_transfer_table_new (PeerDataConnection *connection);
void peer_file_transfer_table_free (PeerFileTransferTable *self);

/* A value arrived: takes it when it is of a file transfer. */
gboolean peer_file_transfer_table_handle (PeerFileTransferTable *self,
                                          GVariant *value);

/* Sends a message, even where max-buffered-amount leaves no room for values: a
 * transfer has bounds of its own. Only a peer that has us answer without end
 * and does not listen gets no answer: PEER_ERROR_LIMIT_EXCEEDED. */
gboolean peer_file_transfer_table_send (PeerFileTransferTable *self,
                                        const PeerFileMessage *message,
                                        GError **error);

/* There may be room to send more. */
void peer_file_transfer_table_pump (PeerFileTransferTable *self);

/* The connection has closed. */
void peer_file_transfer_table_close (PeerFileTransferTable *self);

void peer_file_transfer_table_add (PeerFileTransferTable *self,
                                   PeerFileTransfer *transfer);
void peer_file_transfer_table_remove (PeerFileTransferTable *self,
                                      PeerFileTransfer *transfer);

GListModel *peer_file_transfer_table_get_model (PeerFileTransferTable *self);

/* Milliseconds for the application to accept a file. */
void peer_file_transfer_table_set_timeout (PeerFileTransferTable *self,
                                           guint milliseconds);
guint peer_file_transfer_table_get_timeout (PeerFileTransferTable *self);

G_END_DECLS
