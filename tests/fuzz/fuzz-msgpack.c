/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "libpeerglib/protocol/peer-codec-private.h"
#include "fuzz-values.h"

#define LIMITS ((PeerCodecLimits){ .max_value_size = 1024 * 1024, .max_pending_size = 1024 * 1024, .max_chunks = 1, .max_depth = 32 })

/* Decodes a stream in messages of one size. Returns the values; sets failed
 * when it broke. */
static GPtrArray *
decode_stream (const guint8 *data,
               gsize size,
               gsize message_size,
               gboolean *failed)
{
  g_autoptr (PeerCodec) codec = peer_codec_new (PEER_SERIALIZATION_MSGPACK, &LIMITS);
  GPtrArray *values = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);

  *failed = FALSE;
  for (gsize position = 0; position < size; position += message_size)
    {
      g_autoptr (GBytes) message = g_bytes_new (data + position, MIN (message_size, size - position));
      gboolean close_requested = FALSE;

      *failed = !peer_codec_decode (codec, message, FALSE, values, &close_requested, NULL);
    }

  return values;
}

/* A stream means the same however it is cut. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        size_t size)
{
  g_autoptr (GPtrArray) whole = NULL;
  g_autoptr (GPtrArray) cut = NULL;
  gboolean whole_failed;
  gboolean cut_failed;

  if (size < 2)
    return 0;

  whole = decode_stream (data + 1, size - 1, size, &whole_failed);
  cut = decode_stream (data + 1, size - 1, (gsize) data[0] + 1, &cut_failed);
  g_assert_cmpint (whole_failed, ==, cut_failed);
  g_assert_cmpuint (whole->len, ==, cut->len);

  for (guint i = 0; i < whole->len; i++)
    {
      g_assert_true (g_variant_equal (whole->pdata[i], cut->pdata[i]));
      fuzz_assert_normal (whole->pdata[i]);
      fuzz_assert_packs_again (PEER_PACK_FORMAT_MESSAGE_PACK, whole->pdata[i]);
    }

  return 0;
}
