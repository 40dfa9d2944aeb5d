/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "websocket.h"

#include <string.h>

#define ACCEPT_SUFFIX "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
#define MAX_PAYLOAD (1 << 20)

/* XORs by eight bytes at a time, which compilers make wider. */
void
websocket_apply_mask (guint8 *data,
                      gsize size,
                      const guint8 *mask)
{
  guint64 wide, word;
  gsize i = 0;

  memcpy (&wide, mask, 4);
  memcpy ((guint8 *) &wide + 4, mask, 4);
  for (; i + sizeof word <= size; i += sizeof word)
    {
      memcpy (&word, data + i, sizeof word);
      word ^= wide;
      memcpy (data + i, &word, sizeof word);
    }
  for (; i < size; i++)
    data[i] ^= mask[i % 4];
}

/* Returns how many bytes the first frame has, 0 when it is not complete, or -1
 * when it is none that a server or a client of ours sends. */
gssize
websocket_read_frame (guint8 *data,
                      gsize size,
                      WebsocketFrame *frame)
{
  gboolean is_masked;
  gsize header = 2;
  guint64 length;

  if (size < header)
    return 0;

  is_masked = (data[1] & 0x80) != 0;
  length = data[1] & 0x7f;
  if (length == 126)
    header += 2;
  else if (length == 127)
    header += 8;
  if (size < header + (is_masked ? 4 : 0))
    return 0;
  if (header > 2)
    {
      length = 0;
      for (gsize i = 2; i < header; i++)
        length = length << 8 | data[i];
    }
  if ((data[0] & 0xf0) != 0x80 || length > MAX_PAYLOAD)
    return -1;

  frame->opcode = data[0] & 0xf;
  frame->header_size = header + (is_masked ? 4 : 0);
  frame->payload = data + frame->header_size;
  frame->size = length;
  if (size < frame->header_size + length)
    return 0;
  if (is_masked)
    websocket_apply_mask (frame->payload, length, data + header);

  return (gssize) (frame->header_size + length);
}

/* Writes what goes before a payload and returns its size; with a mask the
 * caller masks the payload. */
gsize
websocket_write_header (guint8 *header,
                        WebsocketOpcode opcode,
                        gsize size,
                        const guint8 *mask)
{
  gsize length = 2;

  header[0] = 0x80 | opcode;
  if (size < 126)
    header[1] = size;
  else
    {
      gsize n_bytes = size <= G_MAXUINT16 ? 2 : 8;

      header[1] = n_bytes == 2 ? 126 : 127;
      for (gsize i = 0; i < n_bytes; i++)
        header[length++] = (guint64) size >> (8 * (n_bytes - 1 - i)) & 0xff;
    }

  if (mask != NULL)
    {
      header[1] |= 0x80;
      memcpy (header + length, mask, 4);
      length += 4;
    }

  return length;
}

/* What a server answers to a Sec-WebSocket-Key. */
char *
websocket_compute_accept (const char *key,
                          gsize length)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA1);
  guint8 digest[20];
  gsize size = sizeof digest;

  g_checksum_update (checksum, (const guchar *) key, (gssize) length);
  g_checksum_update (checksum, (const guchar *) ACCEPT_SUFFIX, -1);
  g_checksum_get_digest (checksum, digest, &size);

  return g_base64_encode (digest, size);
}
