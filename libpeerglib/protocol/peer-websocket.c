/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "peer-utf8-private.h"
#include "peer-websocket-private.h"

#define FINAL_BIT 0x80
#define RESERVED_BITS 0x70
#define OPCODE_BITS 0x0f
#define CONTROL_BIT 0x08
#define MASKED_BIT 0x80
#define MASK_SIZE 4
#define MAX_CONTROL_SIZE 125
#define MAX_MESSAGE_SIZE (G_MAXUINT32 / 4)

typedef struct
{
  gboolean is_final;
  guint8 opcode;
  gsize size; /* the mask included */
  guint64 payload_size;
} Header;

static gboolean
is_control (guint8 opcode)
{
  return (opcode & CONTROL_BIT) != 0;
}

/* What the first two bytes say. */
static gboolean
header_begin (Header *header,
              const guint8 *data)
{
  header->is_final = (data[0] & FINAL_BIT) != 0;
  header->opcode = data[0] & OPCODE_BITS;
  header->payload_size = data[1] & ~MASKED_BIT;
  header->size = 2 + MASK_SIZE;

  if ((data[0] & RESERVED_BITS) != 0 || (data[1] & MASKED_BIT) == 0)
    return FALSE;

  switch ((PeerWebsocketOpcode) header->opcode)
    {
    case PEER_WEBSOCKET_CONTINUATION:
    case PEER_WEBSOCKET_TEXT:
    case PEER_WEBSOCKET_BINARY:
      return TRUE;
    case PEER_WEBSOCKET_CLOSE:
    case PEER_WEBSOCKET_PING:
    case PEER_WEBSOCKET_PONG:
      return header->is_final && header->payload_size <= MAX_CONTROL_SIZE;
    default:
      return FALSE;
    }
}

/* Returns whether the length is there. */
static gboolean
header_read_length (Header *header,
                    const guint8 *data,
                    gsize length)
{
  guint n_bytes = header->payload_size == 127 ? 8 : header->payload_size == 126 ? 2
                                                                                : 0;

  if (length < 2 + n_bytes)
    return FALSE;
  if (n_bytes == 0)
    return TRUE;

  header->payload_size = 0;
  for (guint i = 0; i < n_bytes; i++)
    header->payload_size = header->payload_size << 8 | data[2 + i];
  header->size += n_bytes;

  return TRUE;
}

/* A length is written in the shortest of its three ways. */
static gboolean
header_is_minimal (const Header *header)
{
  switch (header->size - 2 - MASK_SIZE)
    {
    case 2:
      return header->payload_size > 125;
    case 8:
      return header->payload_size > G_MAXUINT16;
    default:
      return TRUE;
    }
}

static void
unmask (guint8 *data,
        gsize length,
        const guint8 *mask)
{
  guint64 wide_mask;
  gsize i;

  memcpy (&wide_mask, mask, MASK_SIZE);
  memcpy ((guint8 *) &wide_mask + MASK_SIZE, mask, MASK_SIZE);
  if (wide_mask == 0)
    return;

  for (i = 0; i + sizeof wide_mask <= length; i += sizeof wide_mask)
    {
      guint64 word = peer_utf8_load_word (data + i) ^ wide_mask;

      memcpy (data + i, &word, sizeof word);
    }
  for (; i < length; i++)
    data[i] ^= mask[i % MASK_SIZE];
}

/* Those that an endpoint may send (RFC 6455, 7.4, and IANA's registry). */
static gboolean
is_valid_code (guint code)
{
  if (code >= 3000)
    return code < 5000;

  return code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
}

static PeerWebsocketEvent
read_close (const PeerWebsocketFrame *frame)
{
  if (frame->payload_length == 0)
    return PEER_WEBSOCKET_EVENT_CLOSE;
  if (frame->payload_length == 1 || !is_valid_code (frame->payload[0] << 8 | frame->payload[1]))
    return PEER_WEBSOCKET_EVENT_INVALID;
  if (!peer_utf8_validate ((const char *) frame->payload + 2, frame->payload_length - 2, NULL))
    return PEER_WEBSOCKET_EVENT_INVALID_TEXT;

  return PEER_WEBSOCKET_EVENT_CLOSE;
}

/* The fragments of the last message, if it had any, are not needed longer. */
static void
drop_fragments (PeerWebsocketReader *self)
{
  if (self->opcode == 0)
    g_clear_pointer (&self->fragments, g_byte_array_unref);
}

static PeerWebsocketEvent
check_data (PeerWebsocketReader *self,
            const Header *header,
            gsize max_message_size)
{
  gsize size = self->opcode != 0 && self->fragments != NULL ? self->fragments->len : 0;

  if ((header->opcode == PEER_WEBSOCKET_CONTINUATION) != (self->opcode != 0))
    return PEER_WEBSOCKET_EVENT_INVALID;

  if (max_message_size == 0 || max_message_size > MAX_MESSAGE_SIZE)
    max_message_size = MAX_MESSAGE_SIZE;
  if (size > max_message_size || header->payload_size > max_message_size - size)
    return PEER_WEBSOCKET_EVENT_TOO_BIG;

  return header_is_minimal (header) ? PEER_WEBSOCKET_EVENT_NONE : PEER_WEBSOCKET_EVENT_INVALID;
}

static PeerWebsocketEvent
read_data (PeerWebsocketReader *self,
           const Header *header,
           PeerWebsocketFrame *frame)
{
  guint8 opcode = self->opcode != 0 ? self->opcode : header->opcode;

  if (!header->is_final || self->opcode != 0)
    {
      if (self->fragments == NULL)
        self->fragments = g_byte_array_new ();
      g_byte_array_append (self->fragments, frame->payload, frame->payload_length);
    }
  self->opcode = header->is_final ? 0 : opcode;
  if (!header->is_final)
    return PEER_WEBSOCKET_EVENT_FRAGMENT;

  if (self->fragments != NULL && self->fragments->len > 0)
    {
      frame->payload = self->fragments->data;
      frame->payload_length = self->fragments->len;
    }

  frame->is_text = opcode == PEER_WEBSOCKET_TEXT;
  if (frame->is_text && !peer_utf8_validate ((const char *) frame->payload, frame->payload_length, NULL))
    return PEER_WEBSOCKET_EVENT_INVALID_TEXT;

  return PEER_WEBSOCKET_EVENT_MESSAGE;
}

static PeerWebsocketEvent
read_payload (PeerWebsocketReader *self,
              const Header *header,
              PeerWebsocketFrame *frame)
{
  switch ((PeerWebsocketOpcode) header->opcode)
    {
    case PEER_WEBSOCKET_CLOSE:
      return read_close (frame);
    case PEER_WEBSOCKET_PING:
      return PEER_WEBSOCKET_EVENT_PING;
    case PEER_WEBSOCKET_PONG:
      return PEER_WEBSOCKET_EVENT_PONG;
    case PEER_WEBSOCKET_CONTINUATION:
    case PEER_WEBSOCKET_TEXT:
    case PEER_WEBSOCKET_BINARY:
    default:
      return read_data (self, header, frame);
    }
}

PeerWebsocketEvent
peer_websocket_reader_read (PeerWebsocketReader *self,
                            guint8 *data,
                            gsize length,
                            gsize max_message_size,
                            PeerWebsocketFrame *frame)
{
  Header header;

  drop_fragments (self);

  *frame = (PeerWebsocketFrame){ 0 };
  if (length < 2)
    return PEER_WEBSOCKET_EVENT_NONE;
  if (!header_begin (&header, data))
    return PEER_WEBSOCKET_EVENT_INVALID;
  if (!header_read_length (&header, data, length))
    return PEER_WEBSOCKET_EVENT_NONE;

  if (!is_control (header.opcode))
    {
      PeerWebsocketEvent event = check_data (self, &header, max_message_size);

      if (event != PEER_WEBSOCKET_EVENT_NONE)
        return event;
    }

  if (length < header.size || length - header.size < header.payload_size)
    return PEER_WEBSOCKET_EVENT_NONE;

  unmask (data + header.size, header.payload_size, data + header.size - MASK_SIZE);
  frame->frame_size = header.size + header.payload_size;
  frame->payload = data + header.size;
  frame->payload_length = header.payload_size;

  return read_payload (self, &header, frame);
}

void
peer_websocket_reader_clear (PeerWebsocketReader *self)
{
  g_clear_pointer (&self->fragments, g_byte_array_unref);
  self->opcode = 0;
}

gsize
peer_websocket_write_header (guint8 header[PEER_WEBSOCKET_HEADER_SIZE],
                             PeerWebsocketOpcode opcode,
                             guint64 payload_length)
{
  header[0] = FINAL_BIT | opcode;
  if (payload_length < 126)
    {
      header[1] = payload_length;
      return 2;
    }
  if (payload_length <= G_MAXUINT16)
    {
      header[1] = 126;
      header[2] = payload_length >> 8;
      header[3] = payload_length & 0xff;
      return 4;
    }

  header[1] = 127;
  for (guint i = 0; i < 8; i++)
    header[2 + i] = payload_length >> (56 - 8 * i) & 0xff;

  return 10;
}
