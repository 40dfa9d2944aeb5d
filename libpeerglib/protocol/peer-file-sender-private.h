/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-file-message-private.h"

G_BEGIN_DECLS

/* How far a sender may be ahead of the progress that it was told of: what
 * either side has to hold, whatever lies between them. */
#define PEER_FILE_WINDOW (4 * 1024 * 1024) /* bytes */

/* With what is around it, a piece fits in one message of PeerJS. */
#define PEER_FILE_PIECE_SIZE 16000 /* bytes */

/* What the sending side of one transfer may do, by what the other side has
 * said. It reads and sends nothing itself. */
typedef struct _PeerFileSender PeerFileSender;

typedef enum
{
  PEER_FILE_SENDER_OFFERED,
  PEER_FILE_SENDER_CHECKING, /* whether what the other side has is the beginning of the file */
  PEER_FILE_SENDER_SENDING,
  PEER_FILE_SENDER_DONE, /* all is sent; the other side verifies it */
  PEER_FILE_SENDER_VERIFIED,
  PEER_FILE_SENDER_FAILED,
} PeerFileSenderState;

PeerFileSender *peer_file_sender_new (gint64 size);
void peer_file_sender_free (PeerFileSender *self);

PeerFileSenderState peer_file_sender_get_state (PeerFileSender *self);

/* Takes a message of the other side. Errors end the transfer:
 * PEER_ERROR_REFUSED, PEER_ERROR_ABORTED when the other side says so,
 * PEER_ERROR_INVALID_DATA when it breaks the protocol. */
gboolean peer_file_sender_handle (PeerFileSender *self,
                                  const PeerFileMessage *message,
                                  GError **error);

/* While checking: the other side's beginning of the file and its digest. */
gint64 peer_file_sender_get_offset (PeerFileSender *self);

/* Says whether the digest is right. When it is not, the file is offered again
 * by a message of the type restart. */
void peer_file_sender_confirm (PeerFileSender *self,
                               const char *sha256);

/* Bytes that may be sent now, at most what is left of a known size. */
gsize peer_file_sender_get_room (PeerFileSender *self);
gint64 peer_file_sender_get_sent (PeerFileSender *self);
void peer_file_sender_add_sent (PeerFileSender *self,
                                gsize size);
void peer_file_sender_set_done (PeerFileSender *self);

/* Bytes that the other side has stored. */
gint64 peer_file_sender_get_acknowledged (PeerFileSender *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerFileSender, peer_file_sender_free)

G_END_DECLS
