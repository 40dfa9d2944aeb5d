/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  PEER_FRAME_SCAN_OK,
  PEER_FRAME_SCAN_TOO_BIG, /* a message, its fragments together, is larger than allowed */
  PEER_FRAME_SCAN_INVALID, /* a control frame that is larger than the protocol has it */
} PeerFrameScanResult;

/* Follows the frame headers (RFC 6455, 5.2) in what a client sends, in pieces
 * of any size, before the WebSocket code gets to see it: that code bounds the
 * frames but not the messages made of them, and answers control frames
 * without telling. Zeroed memory is the state at the start. */
typedef struct
{
  guint64 skip;         /* bytes until the next header */
  guint64 message_size; /* of the fragments of the current message */
  guint8 header[10];
  guint8 header_length;
} PeerFrameScanner;

/* Adds the number of frames that begin here to n_frames. A maximum of 0 means
 * none but the one that keeps sizes in the range of a GByteArray. */
PeerFrameScanResult peer_frame_scanner_scan (PeerFrameScanner *self,
                                             const guint8 *data,
                                             gsize length,
                                             gsize max_message_size,
                                             guint *n_frames);

G_END_DECLS
