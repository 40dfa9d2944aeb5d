/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-frame-scanner-private.h"

#define MAX_CONTROL_SIZE 125
#define MAX_MESSAGE_SIZE (G_MAXUINT32 / 4)

static guint
header_get_size (const guint8 *header)
{
  switch (header[1] & 0x7f)
    {
    case 126:
      return 4;
    case 127:
      return 10;
    default:
      return 2;
    }
}

static guint64
header_get_payload_size (const guint8 *header)
{
  guint n_bytes = header_get_size (header) - 2;
  guint64 size = 0;

  if (n_bytes == 0)
    return header[1] & 0x7f;

  for (guint i = 0; i < n_bytes; i++)
    size = size << 8 | header[2 + i];

  return size;
}

static PeerFrameScanResult
peer_frame_scanner_enter_frame (PeerFrameScanner *self,
                                gsize max_message_size)
{
  guint64 size = header_get_payload_size (self->header);
  gboolean is_final = (self->header[0] & 0x80) != 0;
  gboolean is_control = (self->header[0] & 0x08) != 0;
  gboolean is_masked = (self->header[1] & 0x80) != 0;

  if (is_control)
    {
      if (size > MAX_CONTROL_SIZE)
        return PEER_FRAME_SCAN_INVALID;
    }
  else
    {
      if (self->message_size > max_message_size || size > max_message_size - self->message_size)
        return PEER_FRAME_SCAN_TOO_BIG;

      self->message_size = is_final ? 0 : self->message_size + size;
    }

  self->skip = size + (is_masked ? 4 : 0);
  self->header_length = 0;

  return PEER_FRAME_SCAN_OK;
}

PeerFrameScanResult
peer_frame_scanner_scan (PeerFrameScanner *self,
                         const guint8 *data,
                         gsize length,
                         gsize max_message_size,
                         guint *n_frames)
{
  const guint8 *end = data + length;

  if (max_message_size == 0 || max_message_size > MAX_MESSAGE_SIZE)
    max_message_size = MAX_MESSAGE_SIZE;

  while (data < end)
    {
      PeerFrameScanResult result;

      if (self->skip > 0)
        {
          gsize n = MIN (self->skip, (guint64) (end - data));

          self->skip -= n;
          data += n;
          continue;
        }

      self->header[self->header_length++] = *data++;
      if (self->header_length < 2 || self->header_length < header_get_size (self->header))
        continue;

      *n_frames += 1;
      result = peer_frame_scanner_enter_frame (self, max_message_size);
      if (result != PEER_FRAME_SCAN_OK)
        return result;
    }

  return PEER_FRAME_SCAN_OK;
}
