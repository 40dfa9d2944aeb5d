/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "libpeerglib/protocol/peer-frames-private.h"
#include "libpeerglib/protocol/peer-reassembler-private.h"
#include "fuzz-values.h"

#define LIMITS ((PeerCodecLimits){ .max_value_size = 64 * 1024, .max_pending_size = 128 * 1024, .max_chunks = 1000, .max_depth = 32 })

/* The bytes as messages, each with its length before it in two bytes. */
static void
decode_messages (const guint8 *data,
                 gsize size)
{
  g_autoptr (PeerCodec) codec = peer_codec_new (PEER_SERIALIZATION_BINARY, &LIMITS);
  g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);

  while (size >= 2)
    {
      gsize length = MIN ((gsize) (data[0] & 0x7f) << 8 | data[1], size - 2);
      gboolean is_text = data[0] >> 7;
      g_autoptr (GBytes) message = g_bytes_new (data + 2, length);
      gboolean close_requested = FALSE;

      peer_codec_decode (codec, message, is_text, values, &close_requested, NULL);
      data += 2 + length;
      size -= 2 + length;
    }

  for (guint i = 0; i < values->len; i++)
    fuzz_assert_normal (values->pdata[i]);
}

/* The bytes as a packed value that is sent in chunks, every other one twice
 * and the last one first. */
static void
exchange_chunks (const guint8 *data,
                 gsize size)
{
  g_autoptr (PeerReassembler) reassembler = peer_reassembler_new (&LIMITS);
  g_autoptr (GPtrArray) messages = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr (GBytes) packed = NULL;
  PeerRope rope = { { NULL } };
  g_autoptr (PeerFrames) frames = NULL;
  g_autoptr (GBytes) whole = NULL;
  GBytes *message;

  if (size < 2)
    return;

  packed = g_bytes_new (data + 1, MIN (size - 1, 512));
  peer_rope_refer (&rope, packed);
  frames = peer_frames_new_chunked (&rope, (gsize) data[0] + 1, 1);
  while ((message = peer_frames_next (frames, NULL)) != NULL)
    g_ptr_array_insert (messages, messages->len % 2 == 0 ? 0 : -1, message);

  for (guint i = 0; i < messages->len; i++)
    {
      PeerChunk chunk;
      g_autoptr (GBytes) nothing = NULL;

      g_assert_null (whole);
      g_assert_true (peer_chunk_read (&chunk, messages->pdata[i]));
      g_assert_true (peer_reassembler_add (reassembler, &chunk, messages->pdata[i], &whole, NULL));
      if (i % 2 == 0)
        g_assert_true (peer_reassembler_add (reassembler, &chunk, messages->pdata[i], &nothing, NULL));
      g_assert_null (nothing);
    }

  g_assert_true (g_bytes_equal (packed, whole));
  g_assert_cmpuint (peer_reassembler_get_pending_size (reassembler), ==, 0);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        size_t size)
{
  decode_messages (data, size);
  exchange_chunks (data, size);

  return 0;
}
