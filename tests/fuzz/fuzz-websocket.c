/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "libpeerglib/protocol/peer-utf8-private.h"
#include "libpeerglib/protocol/peer-websocket-private.h"
#include "fuzz-values.h"

#define MAX_MESSAGE_SIZE 4096

/* Reads the input in pieces and returns what was read, in a form that does
 * not depend on the pieces. */
static GByteArray *
read_in_pieces (const guint8 *data,
                gsize size,
                gsize piece)
{
  g_autoptr (GByteArray) input = g_byte_array_new ();
  GByteArray *log = g_byte_array_new ();
  PeerWebsocketReader reader = { 0 };
  PeerWebsocketEvent event = PEER_WEBSOCKET_EVENT_NONE;

  for (gsize offset = 0; offset < size && event < PEER_WEBSOCKET_EVENT_INVALID; offset += piece)
    {
      PeerWebsocketFrame frame;

      g_byte_array_append (input, data + offset, MIN (piece, size - offset));
      while ((event = peer_websocket_reader_read (&reader, input->data, input->len, MAX_MESSAGE_SIZE, &frame)) != PEER_WEBSOCKET_EVENT_NONE)
        {
          const guint8 kind = event;

          g_byte_array_append (log, &kind, 1);
          if (event >= PEER_WEBSOCKET_EVENT_INVALID)
            break;

          g_assert_cmpuint (frame.frame_size, <=, input->len);
          g_assert_cmpuint (frame.payload_length, <=, MAX_MESSAGE_SIZE);
          if (event == PEER_WEBSOCKET_EVENT_MESSAGE && frame.is_text)
            g_assert_true (peer_utf8_validate ((const char *) frame.payload, frame.payload_length, NULL));
          if (frame.payload_length > 0)
            g_byte_array_append (log, frame.payload, frame.payload_length);
          g_byte_array_remove_range (input, 0, frame.frame_size);
        }
    }

  peer_websocket_reader_clear (&reader);

  return log;
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        size_t size)
{
  g_autoptr (GByteArray) whole = read_in_pieces (data, size, MAX (size, 1));
  g_autoptr (GByteArray) bytewise = read_in_pieces (data, size, 1);
  g_autoptr (GByteArray) some = read_in_pieces (data, size, 7);

  g_assert_cmpmem (whole->data, whole->len, bytewise->data, bytewise->len);
  g_assert_cmpmem (whole->data, whole->len, some->data, some->len);

  return 0;
}
