/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <malloc.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include <libpeerglib/peer.h>

#include "libpeerglib/protocol/peer-chunk-private.h"
#include "libpeerglib/protocol/peer-frames-private.h"
#include "libpeerglib/protocol/peer-reassembler-private.h"
#include "test-values.h"

#define SMALL_LIMITS ((PeerCodecLimits){ .max_value_size = 1000, .max_pending_size = 4000, .max_chunks = 100, .max_depth = 8 })

/* Bytes that differ from place to place. */
static GBytes *
new_packed (gsize size)
{
  guint8 *data = g_malloc (size);

  for (gsize i = 0; i < size; i++)
    data[i] = (guint8) (i * 31 + i / 256);

  return g_bytes_new_take (data, size);
}

static PeerFrames *
new_chunked (GBytes *packed,
             guint64 id)
{
  PeerRope rope = { { NULL } };

  peer_rope_refer (&rope, packed);

  return peer_frames_new_chunked (&rope, PEER_CHUNK_MAX_PAYLOAD, id);
}

static gboolean
add (PeerReassembler *reassembler,
     guint64 id,
     guint64 n,
     guint64 total,
     const char *data,
     GBytes **value,
     GError **error)
{
  PeerChunk chunk = { id, n, total, (const guint8 *) data, strlen (data) };
  g_autoptr (GBytes) message = chunk_to_message (&chunk);

  g_assert_true (peer_chunk_read (&chunk, message));
  g_clear_pointer (value, g_bytes_unref);

  return peer_reassembler_add (reassembler, &chunk, message, value, error);
}

static void
assert_waits (PeerReassembler *reassembler,
              guint64 id,
              guint64 n,
              guint64 total,
              const char *data)
{
  g_autoptr (GBytes) value = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (add (reassembler, id, n, total, data, &value, &error));
  g_assert_no_error (error);
  g_assert_null (value);
}

static void
assert_completes (PeerReassembler *reassembler,
                  guint64 id,
                  guint64 n,
                  guint64 total,
                  const char *data,
                  const char *expected)
{
  g_autoptr (GBytes) value = NULL;

  g_assert_true (add (reassembler, id, n, total, data, &value, NULL));
  g_assert_nonnull (value);
  g_assert_cmpmem (g_bytes_get_data (value, NULL), g_bytes_get_size (value), expected, strlen (expected));
}

static void
assert_refused (PeerReassembler *reassembler,
                guint64 id,
                guint64 n,
                guint64 total,
                const char *data,
                int code)
{
  g_autoptr (GBytes) value = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (add (reassembler, id, n, total, data, &value, &error));
  g_assert_error (error, PEER_ERROR, code);
  g_assert_null (value);
}

static void
test_chunk_layout (void)
{
  PeerChunk chunk = { .id = 1, .n = 0, .total = 2, .data = (const guint8 *) "abc", .length = 3 };
  g_autoptr (GBytes) message = chunk_to_message (&chunk);
  g_autofree char *hex = bytes_to_hex (message);

  g_test_summary ("A chunk has the keys that PeerJS writes, in its order");

  g_assert_cmpstr (hex, ==, "84ba5f5f7065657244617461"
                            "01"
                            "b16e"
                            "00"
                            "b464617461"
                            "a3616263"
                            "b5746f74616c"
                            "02");
}

static void
test_chunk_sizes (void)
{
  g_autoptr (GBytes) packed = new_packed (PEER_CHUNK_MAX_PAYLOAD);
  const guint64 counts[] = { 1, 127, 128, 255, 256, 65535, 65536, G_MAXUINT32, G_GUINT64_CONSTANT (1) << 32 };
  const gsize lengths[] = { 0, 15, 16, PEER_CHUNK_MAX_PAYLOAD };

  g_test_summary ("The size of a chunk message is known before it is made, and at most what it should be");

  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      for (gsize j = 0; j < G_N_ELEMENTS (lengths); j++)
        {
          PeerChunk chunk = { counts[i], counts[i], counts[i], g_bytes_get_data (packed, NULL), lengths[j] };
          g_autoptr (GBytes) message = chunk_to_message (&chunk);

          g_assert_cmpuint (g_bytes_get_size (message), ==, peer_chunk_get_message_size (&chunk));
          if (counts[i] <= G_MAXUINT16)
            g_assert_cmpuint (g_bytes_get_size (message), <=, lengths[j] + PEER_CHUNK_OVERHEAD - 4);
        }
    }

  {
    PeerChunk first = { 1, 0, 2, g_bytes_get_data (packed, NULL), PEER_CHUNK_MAX_PAYLOAD };

    g_assert_cmpuint (peer_chunk_get_message_size (&first), ==, 16331);
  }
}

static void
test_chunk_any_key_order (void)
{
  g_autoptr (GVariant) value = NULL;
  g_autoptr (GVariant) wrong = NULL;
  g_autoptr (GBytes) message = bytes_from_hex ("84 b5746f74616c02 b464617461a3616263 b16e01 ba5f5f706565724461746105");
  PeerChunk chunk;

  g_test_summary ("Keys may come in any order: JavaScript looks them up by name");

  g_assert_false (peer_chunk_read (&chunk, message));
  value = peer_unpack (message, PEER_PACK_FORMAT_BINARY_PACK, 8, 10000, NULL);
  g_assert_true (peer_chunk_from_value (&chunk, value));
  g_assert_cmpuint (chunk.id, ==, 5);
  g_assert_cmpuint (chunk.n, ==, 1);
  g_assert_cmpuint (chunk.total, ==, 2);
  g_assert_cmpmem (chunk.data, chunk.length, "abc", 3);

  wrong = unpack_hex (PEER_PACK_FORMAT_BINARY_PACK, "83 b5746f74616c02 b464617461a3616263 ba5f5f706565724461746105", NULL);
  g_assert_false (peer_chunk_from_value (&chunk, wrong));
}

static void
test_chunk_round_trip (void)
{
  const gsize sizes[] = { 16301, 32600, 32601, 100000, 3000000 };

  g_test_summary ("A packed value comes back from its chunks, in order, backwards and shuffled");

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      for (guint order = 0; order < 3; order++)
        {
          g_autoptr (GBytes) packed = new_packed (sizes[i]);
          g_autoptr (PeerFrames) frames = new_chunked (packed, 7);
          g_autoptr (PeerReassembler) reassembler = peer_reassembler_new (&PEER_CODEC_LIMITS_DEFAULT);
          g_autoptr (GPtrArray) messages = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
          g_autoptr (GBytes) value = NULL;
          GBytes *message;

          while ((message = peer_frames_next (frames, NULL)) != NULL)
            g_ptr_array_insert (messages, order == 0 ? -1 : order == 1 ? 0
                                                                       : g_test_rand_int_range (0, (gint) messages->len + 1),
                                message);

          for (guint j = 0; j < messages->len; j++)
            {
              PeerChunk chunk;

              g_assert_null (value);
              g_assert_true (peer_chunk_read (&chunk, messages->pdata[j]));
              g_assert_true (peer_reassembler_add (reassembler, &chunk, messages->pdata[j], &value, NULL));
            }

          g_assert_true (g_bytes_equal (value, packed));
          g_assert_cmpuint (peer_reassembler_get_pending_size (reassembler), ==, 0);
        }
    }
}

static void
test_frames_size (void)
{
  g_autoptr (GBytes) packed = new_packed (20000000);
  g_autoptr (PeerFrames) frames = new_chunked (packed, 200);
  gsize size = peer_frames_get_size (frames);
  GBytes *message;
  gboolean is_text = TRUE;

  g_test_summary ("The size of what is still to come is exact, framing included");

  while ((message = peer_frames_next (frames, &is_text)) != NULL)
    {
      g_assert_false (is_text);
      size -= g_bytes_get_size (message);
      g_assert_cmpuint (peer_frames_get_size (frames), ==, size);
      g_bytes_unref (message);
    }
  g_assert_cmpuint (size, ==, 0);
  g_assert_null (peer_frames_next (frames, NULL));
}

/* In use, however it was obtained. */
static gsize
get_allocated_size (void)
{
  struct mallinfo2 info = mallinfo2 ();

  return info.uordblks + info.hblkhd;
}

#define FILE_SIZE (G_GUINT64_CONSTANT (1) << 30)

static GVariant *
map_large_file (void)
{
  g_autofree char *path = NULL;
  int fd = g_file_open_tmp ("peer-XXXXXX", &path, NULL);
  g_autoptr (GMappedFile) file = NULL;
  g_autoptr (GBytes) bytes = NULL;

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (ftruncate (fd, FILE_SIZE), ==, 0);
  g_assert_cmpint (pwrite (fd, "end", 3, FILE_SIZE - 3), ==, 3);
  file = g_mapped_file_new_from_fd (fd, FALSE, NULL);
  g_assert_nonnull (file);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_close (fd, NULL);
  bytes = g_mapped_file_get_bytes (file);

  return g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE));
}

static void
check_not_copied (PeerSerialization serialization,
                  GVariant *value)
{
  g_autoptr (PeerCodec) codec = peer_codec_new (serialization, NULL);
  gsize before = get_allocated_size ();
  g_autoptr (PeerFrames) frames = peer_codec_encode (codec, value, 0, NULL);
  gsize most = 0;
  guint64 n_bytes = 0;
  GBytes *message;

  g_assert_nonnull (frames);
  while ((message = peer_frames_next (frames, NULL)) != NULL)
    {
      most = MAX (most, get_allocated_size () - before);
      n_bytes += g_bytes_get_size (message);
      g_bytes_unref (message);
    }

  g_test_message ("%zu bytes allocated for %" G_GUINT64_FORMAT, most, n_bytes);
  g_assert_cmpuint (n_bytes, >, FILE_SIZE);
  g_assert_cmpuint (most, <, 1024 * 1024);
}

static void
test_frames_are_not_copies (void)
{
  g_autoptr (GVariant) value = map_large_file ();

  g_test_summary ("A gigabyte of a file is sent without a copy of it in memory");

  check_not_copied (PEER_SERIALIZATION_BINARY, value);
  check_not_copied (PEER_SERIALIZATION_MSGPACK, value);
}

static void
test_frames_of_mixed_value (void)
{
  g_autofree char *text = g_strnfill (100000, 'x');
  g_autoptr (GBytes) bytes = new_packed (70000);
  GVariantDict dict;
  g_autoptr (GVariant) value = NULL;
  const PeerSerialization serializations[] = { PEER_SERIALIZATION_BINARY, PEER_SERIALIZATION_MSGPACK };

  g_test_summary ("What is not copied arrives in its place between what is");

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "first", "s", "short");
  g_variant_dict_insert (&dict, "text", "s", text);
  g_variant_dict_insert_value (&dict, "bytes", g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE));
  g_variant_dict_insert (&dict, "last", "x", (gint64) 7);
  value = g_variant_ref_sink (g_variant_dict_end (&dict));

  for (gsize i = 0; i < G_N_ELEMENTS (serializations); i++)
    {
      g_autoptr (PeerCodec) codec = peer_codec_new (serializations[i], NULL);
      g_autoptr (PeerFrames) frames = peer_codec_encode (codec, value, 1000, NULL);
      g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
      gboolean close_requested = FALSE;
      GBytes *message;

      while ((message = peer_frames_next (frames, NULL)) != NULL)
        {
          g_assert_true (peer_codec_decode (codec, message, FALSE, values, &close_requested, NULL));
          g_bytes_unref (message);
        }
      g_assert_cmpuint (values->len, ==, 1);
      g_assert_cmpvariant (values->pdata[0], value);
    }
}

static void
test_reassembler_interleaved (void)
{
  g_autoptr (PeerReassembler) reassembler = peer_reassembler_new (&SMALL_LIMITS);

  g_test_summary ("Values may arrive at the same time, and chunks twice");

  assert_waits (reassembler, 1, 1, 2, "b");
  assert_waits (reassembler, 2, 0, 3, "x");
  assert_waits (reassembler, 1, 1, 2, "b");
  assert_waits (reassembler, 2, 0, 3, "other");
  assert_completes (reassembler, 1, 0, 2, "a", "ab");
  assert_waits (reassembler, 2, 2, 3, "");
  assert_completes (reassembler, 2, 1, 3, "y", "xy");
  assert_completes (reassembler, 3, 0, 1, "alone", "alone");
  g_assert_cmpuint (peer_reassembler_get_pending_size (reassembler), ==, 0);
}

static void
test_reassembler_late_duplicates (void)
{
  g_autoptr (PeerReassembler) reassembler = peer_reassembler_new (&SMALL_LIMITS);

  g_test_summary ("A chunk of a value that is done is ignored");

  assert_completes (reassembler, 1, 0, 1, "a", "a");
  assert_waits (reassembler, 1, 0, 1, "a");
  g_assert_cmpuint (peer_reassembler_get_pending_size (reassembler), ==, 0);
}

static void
test_reassembler_impossible_chunks (void)
{
  g_autoptr (PeerReassembler) reassembler = peer_reassembler_new (&SMALL_LIMITS);

  g_test_summary ("A chunk beyond its total and a total that changes cost that value only");

  assert_waits (reassembler, 9, 0, 2, "kept ");
  assert_refused (reassembler, 1, 2, 2, "x", PEER_ERROR_INVALID_DATA);
  assert_refused (reassembler, 2, 0, 0, "x", PEER_ERROR_INVALID_DATA);
  assert_waits (reassembler, 3, 0, 2, "x");
  assert_refused (reassembler, 3, 1, 3, "x", PEER_ERROR_INVALID_DATA);
  assert_waits (reassembler, 3, 1, 2, "x");
  assert_refused (reassembler, 4, 0, 101, "x", PEER_ERROR_LIMIT_EXCEEDED);
  assert_refused (reassembler, 5, G_MAXINT64 - 1, G_MAXINT64, "x", PEER_ERROR_LIMIT_EXCEEDED);
  assert_completes (reassembler, 9, 1, 2, "anyway", "kept anyway");
  g_assert_cmpuint (peer_reassembler_get_pending_size (reassembler), ==, 0);
}

static void
test_reassembler_value_size (void)
{
  g_autoptr (PeerReassembler) reassembler = peer_reassembler_new (&SMALL_LIMITS);
  g_autofree char *data = g_strnfill (400, 'x');

  g_test_summary ("A value over the limit is dropped, with what there was of it");

  assert_waits (reassembler, 1, 0, 3, data);
  assert_waits (reassembler, 1, 1, 3, data);
  assert_refused (reassembler, 1, 2, 3, data, PEER_ERROR_LIMIT_EXCEEDED);
  g_assert_cmpuint (peer_reassembler_get_pending_size (reassembler), ==, 0);
  assert_waits (reassembler, 1, 2, 3, "");
  g_assert_cmpuint (peer_reassembler_get_pending_size (reassembler), ==, 0);
}

static void
test_reassembler_pending_size (void)
{
  g_autoptr (PeerReassembler) reassembler = peer_reassembler_new (&SMALL_LIMITS);
  g_autofree char *data = g_strnfill (900, 'x');
  g_autoptr (GString) expected = g_string_new (data);

  g_test_summary ("When too many bytes wait, the value that waited longest is given up");

  for (guint64 id = 1; id <= 3; id++)
    assert_waits (reassembler, id, 0, 2, data);
  assert_waits (reassembler, 1, 0, 2, data);
  assert_refused (reassembler, 4, 0, 2, data, PEER_ERROR_LIMIT_EXCEEDED);
  g_assert_cmpuint (peer_reassembler_get_pending_size (reassembler), <=, 4000);

  assert_waits (reassembler, 1, 1, 2, "!");
  g_string_append_c (expected, '!');
  assert_completes (reassembler, 2, 1, 2, "!", expected->str);
  assert_completes (reassembler, 4, 1, 2, "!", expected->str);
}

static void
test_reassembler_many_values (void)
{
  g_autoptr (PeerReassembler) reassembler = peer_reassembler_new (&PEER_CODEC_LIMITS_DEFAULT);

  g_test_summary ("Incomplete values are limited in number, and chunks without bytes count");

  for (guint64 id = 1; id <= PEER_REASSEMBLER_MAX_VALUES; id++)
    assert_waits (reassembler, id, 0, 2, "");
  g_assert_cmpuint (peer_reassembler_get_pending_size (reassembler), >, PEER_REASSEMBLER_MAX_VALUES);
  assert_refused (reassembler, 1000, 0, 2, "a", PEER_ERROR_LIMIT_EXCEEDED);
  assert_completes (reassembler, 1000, 1, 2, "b", "ab");
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/chunk/layout", test_chunk_layout);
  g_test_add_func ("/chunk/sizes", test_chunk_sizes);
  g_test_add_func ("/chunk/any-key-order", test_chunk_any_key_order);
  g_test_add_func ("/chunk/round-trip", test_chunk_round_trip);
  g_test_add_func ("/frames/size", test_frames_size);
  g_test_add_func ("/frames/are-not-copies", test_frames_are_not_copies);
  g_test_add_func ("/frames/of-mixed-value", test_frames_of_mixed_value);
  g_test_add_func ("/reassembler/interleaved", test_reassembler_interleaved);
  g_test_add_func ("/reassembler/late-duplicates", test_reassembler_late_duplicates);
  g_test_add_func ("/reassembler/impossible-chunks", test_reassembler_impossible_chunks);
  g_test_add_func ("/reassembler/value-size", test_reassembler_value_size);
  g_test_add_func ("/reassembler/pending-size", test_reassembler_pending_size);
  g_test_add_func ("/reassembler/many-values", test_reassembler_many_values);

  return g_test_run ();
}
