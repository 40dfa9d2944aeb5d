/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

/* As much of WebSocket (RFC 6455) as both the load generator and the floor
 * need: whole frames, no extensions. */
typedef enum
{
  WEBSOCKET_TEXT = 0x1,
  WEBSOCKET_CLOSE = 0x8,
  WEBSOCKET_PING = 0x9,
  WEBSOCKET_PONG = 0xa,
} WebsocketOpcode;

/* The longest header, that of a masked frame of more than 64 KiB. */
#define WEBSOCKET_MAX_HEADER 14

typedef struct
{
  WebsocketOpcode opcode;
  guint8 *payload; /* within the bytes that were read, unmasked */
  gsize size;
  gsize header_size;
} WebsocketFrame;

gssize websocket_read_frame (guint8 *data, gsize size, WebsocketFrame *frame);
gsize websocket_write_header (guint8 *header, WebsocketOpcode opcode, gsize size, const guint8 *mask);
void websocket_apply_mask (guint8 *data, gsize size, const guint8 *mask);
char *websocket_compute_accept (const char *key, gsize length);
