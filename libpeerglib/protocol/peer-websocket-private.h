/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The frames of RFC 6455 as a server reads and writes them. */

#define PEER_WEBSOCKET_HEADER_SIZE 10

typedef enum
{
  PEER_WEBSOCKET_CONTINUATION = 0x0,
  PEER_WEBSOCKET_TEXT = 0x1,
  PEER_WEBSOCKET_BINARY = 0x2,
  PEER_WEBSOCKET_CLOSE = 0x8,
  PEER_WEBSOCKET_PING = 0x9,
  PEER_WEBSOCKET_PONG = 0xa,
} PeerWebsocketOpcode;

typedef enum
{
  PEER_WEBSOCKET_EVENT_NONE,         /* the frame is not there yet */
  PEER_WEBSOCKET_EVENT_FRAGMENT,     /* the message goes on */
  PEER_WEBSOCKET_EVENT_MESSAGE,      /* text, which is valid UTF-8, or binary */
  PEER_WEBSOCKET_EVENT_PING,         /* to be answered with its payload */
  PEER_WEBSOCKET_EVENT_PONG,         /* nothing to do */
  PEER_WEBSOCKET_EVENT_CLOSE,        /* to be answered with its payload, a code and a reason, or nothing */
  PEER_WEBSOCKET_EVENT_INVALID,      /* breaks the protocol: 1002 */
  PEER_WEBSOCKET_EVENT_INVALID_TEXT, /* not UTF-8: 1007 */
  PEER_WEBSOCKET_EVENT_TOO_BIG,      /* a message, its fragments together: 1009 */
} PeerWebsocketEvent;

/* What was read; valid until the next one is. */
typedef struct
{
  gsize frame_size; /* the bytes of the input that are used up */
  const guint8 *payload;
  gsize payload_length;
  gboolean is_text;
} PeerWebsocketFrame;

/* Zeroed memory is the state at the start; between messages it holds no
 * memory. */
typedef struct
{
  GByteArray *fragments; /* nullable: of the message that goes on, or was the last */
  guint8 opcode;         /* of the message that goes on; 0 when there is none */
} PeerWebsocketReader;

/* Reads one frame from the start of what a client has sent, which is unmasked
 * where it is. The sizes in a header count before what they announce is
 * there. A maximum of 0 means none but the one that keeps sizes in the range
 * of a GByteArray. After what is invalid or too big nothing can be read. */
PeerWebsocketEvent peer_websocket_reader_read (PeerWebsocketReader *self,
                                               guint8 *data,
                                               gsize length,
                                               gsize max_message_size,
                                               PeerWebsocketFrame *frame);
void peer_websocket_reader_clear (PeerWebsocketReader *self);

/* Writes the header of a frame that is a whole message, and returns its size. */
gsize peer_websocket_write_header (guint8 header[PEER_WEBSOCKET_HEADER_SIZE],
                                   PeerWebsocketOpcode opcode,
                                   guint64 payload_length);

G_END_DECLS
