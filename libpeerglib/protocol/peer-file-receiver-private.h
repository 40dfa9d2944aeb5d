/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-file-sender-private.h"

G_BEGIN_DECLS

/* How many bytes are stored between two messages that say so. */
#define PEER_FILE_PROGRESS_STEP (256 * 1024)

/* Pieces that may wait to be stored: the window in pieces of 1 KiB. */
#define PEER_FILE_MAX_PIECES 4096

/* What the receiving side of one transfer has got, with everything the other
 * side says held against what it may say. Pieces that overtook others wait
 * for those, within the window. It stores and sends nothing itself. */
typedef struct _PeerFileReceiver PeerFileReceiver;

typedef enum
{
  PEER_FILE_RECEIVER_OFFERED,
  PEER_FILE_RECEIVER_RECEIVING,
  PEER_FILE_RECEIVER_RESTARTING, /* the file is not the one that was begun with */
  PEER_FILE_RECEIVER_COMPLETE,   /* everything is stored; the digest is in get_sha256() */
  PEER_FILE_RECEIVER_FAILED,
} PeerFileReceiverState;

PeerFileReceiver *peer_file_receiver_new (gint64 size);
void peer_file_receiver_free (PeerFileReceiver *self);

PeerFileReceiverState peer_file_receiver_get_state (PeerFileReceiver *self);

/* The file is accepted from an offset on; also after a restart, from 0. */
void peer_file_receiver_accept (PeerFileReceiver *self,
                                gint64 offset);

/* Takes a message of the other side. Errors end the transfer:
 * PEER_ERROR_ABORTED when the other side says so, PEER_ERROR_INVALID_DATA and
 * PEER_ERROR_LIMIT_EXCEEDED when it breaks the protocol. */
gboolean peer_file_receiver_handle (PeerFileReceiver *self,
                                    const PeerFileMessage *message,
                                    GError **error);

/* The next bytes to store, NULL while there are none; transfer full. */
GBytes *peer_file_receiver_take (PeerFileReceiver *self);

/* Bytes that were taken are stored. Whether the other side is to be told. */
gboolean peer_file_receiver_add_stored (PeerFileReceiver *self,
                                        gsize size);
gint64 peer_file_receiver_get_stored (PeerFileReceiver *self);

/* What the other side says the digest is. */
const char *peer_file_receiver_get_sha256 (PeerFileReceiver *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerFileReceiver, peer_file_receiver_free)

G_END_DECLS
