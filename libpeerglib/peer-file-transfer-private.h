/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-data-connection-private.h"
#include "peer-file-part-private.h"
#include "peer-file-transfer-table-private.h"
#include "peer-file-transfer.h"
#include "protocol/peer-file-receiver-private.h"
#include "protocol/peer-file-sender-private.h"

G_BEGIN_DECLS

/* Pieces written at once. */
#define PEER_FILE_TRANSFER_N_VECTORS 64

struct _PeerFileTransfer
{
  GObject parent_instance;

  PeerDataConnection *connection; /* weak; NULL when it is gone */
  GMainContext *context;
  char *id;
  char *name;
  char *directory;
  char *content_type;
  gint64 size;
  gint64 modified;          /* milliseconds since 1970, -1 when it is not known */
  GDateTime *modified_time; /* the same, once somebody asked */
  gint64 transferred;
  gboolean is_incoming;
  PeerFileTransferState state;
  GError *error;

  GTask *task;               /* the caller's, until the end */
  GSource *cancelled_source; /* the caller's cancellable */
  GSource *timer;            /* until it is accepted */
  GCancellable *cancellable; /* of what is under way with the stream */
  gboolean is_busy;          /* something is */
  PeerSha256 *sha256;        /* of what was read or written */

  /* On its way out */
  PeerFileSender *sender;
  GInputStream *input;
  GQueue blocks; /* of GBytes, read and not sent */
  gsize n_read;  /* bytes in them */
  gint64 position;
  gboolean is_at_end;
  GFileProgressCallback progress_callback;
  gpointer progress_data;
  GDestroyNotify progress_data_free;

  /* On its way in */
  PeerFileReceiver *receiver;
  PeerFilePart *part;    /* NULL for a stream */
  GOutputStream *output; /* until the part is open */
  GPtrArray *writing;    /* of GBytes, being written */
  GOutputVector vectors[PEER_FILE_TRANSFER_N_VECTORS];
  gsize n_writing; /* bytes in them */
};

/* peer-file-transfer.c */

/* Sends a message of the transfer; the type decides which of its properties
 * are in it. FALSE when that ended the transfer. */
gboolean peer_file_transfer_send (PeerFileTransfer *self,
                                  PeerFileMessage *message);
gboolean peer_file_transfer_send_simple (PeerFileTransfer *self,
                                         PeerFileMessageType type,
                                         const char *reason);

void peer_file_transfer_set_state (PeerFileTransfer *self,
                                   PeerFileTransferState state);
void peer_file_transfer_set_transferred (PeerFileTransfer *self,
                                         gint64 transferred);
void peer_file_transfer_set_size (PeerFileTransfer *self,
                                  gint64 size);

/* The operation of a caller, who may cancel it. */
void peer_file_transfer_begin (PeerFileTransfer *self,
                               GTask *task);

/* The end: complete when there is no error. The caller's operation returns
 * when nothing is under way any more. */
void peer_file_transfer_end (PeerFileTransfer *self,
                             const GError *error);

/* An end that the other side is to hear of: why, without names of this machine. */
void peer_file_transfer_fail (PeerFileTransfer *self,
                              const GError *error);

/* What was under way with the stream is over. FALSE when the transfer is. */
gboolean peer_file_transfer_end_busy (PeerFileTransfer *self);

/* peer-file-transfer-outgoing.c */
PeerFileTransfer *peer_file_transfer_new_outgoing (PeerDataConnection *connection,
                                                   GInputStream *stream,
                                                   const char *name,
                                                   gint64 size);

/* Offers it to the other side. */
void peer_file_transfer_offer (PeerFileTransfer *self);
void peer_file_transfer_handle_outgoing (PeerFileTransfer *self,
                                         const PeerFileMessage *message);

/* Sends one piece; FALSE when there is none, or no room at the other side. */
gboolean peer_file_transfer_send_piece (PeerFileTransfer *self);

/* peer-file-transfer-incoming.c */

/* What the other side offers. */
PeerFileTransfer *peer_file_transfer_new_incoming (PeerDataConnection *connection,
                                                   const PeerFileMessage *offer);
void peer_file_transfer_handle_incoming (PeerFileTransfer *self,
                                         const PeerFileMessage *message);

/* All that can be done with what is there. */
void peer_file_transfer_store (PeerFileTransfer *self);

G_END_DECLS
