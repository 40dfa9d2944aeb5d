/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include <msgpack.h>

#include <libpeerglib/peer.h>

#include "libpeerglib/protocol/peer-pack-scanner-private.h"
#include "test-values.h"

static void
assert_packs (const char *variant,
              const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *packed = pack_to_hex (PEER_PACK_FORMAT_MESSAGE_PACK, variant, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (packed, ==, expected);
}

static void
assert_unpacks (const char *hex,
                const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = unpack_hex (PEER_PACK_FORMAT_MESSAGE_PACK, hex, &error);

  g_assert_no_error (error);
  assert_value (value, expected);
}

static void
assert_refused (const char *hex,
                const char *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (unpack_hex (PEER_PACK_FORMAT_MESSAGE_PACK, hex, &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_INVALID_DATA);
  g_assert_cmpstr (error->message, ==, message);
}

static void
test_msgpack_values (void)
{
  g_test_summary ("Values have MessagePack's tags, not BinaryPack's");

  assert_packs ("'abc'", "a3616263");
  assert_packs ("'0123456789012345678901234567890123456789'",
                "d92830313233343536373839303132333435363738393031323334353637383930313233343536373839");
  assert_packs ("@ay []", "c400");
  assert_packs ("[byte 1, 2]", "c4020102");
  assert_packs ("{'a': <[true, false]>}", "81a16192c3c2");
  assert_packs ("int64 4294967296", "cf0000000100000000");
  assert_packs ("int64 -2147483649", "d3ffffffff7fffffff");
  assert_packs ("1.0", "01");
  assert_packs ("9007199254740992.0", "cb4340000000000000");
  assert_packs ("nan", "cb7ff8000000000000");
  assert_unpacks ("d903616263", "'abc'");
  assert_unpacks ("da0003616263", "'abc'");
  assert_unpacks ("db00000003616263", "'abc'");
  assert_unpacks ("c50001ff", "[byte 255]");
  assert_unpacks ("c600000001ff", "[byte 255]");
}

static void
test_msgpack_timestamps (void)
{
  const char *const dates[] = {
    "('date', int64 0)",
    "('date', int64 4294967295000000)",
    "('date', int64 4294967296000000)",
    "('date', int64 1500000)",
    "('date', int64 17179869183999999)",
    "('date', int64 17179869184000000)",
    "('date', int64 -1)",
    "('date', int64 -9000000000000000000)",
  };

  g_test_summary ("Dates are timestamps of the smallest size, both ways");

  assert_packs ("('date', int64 1000000)", "d6ff00000001");
  assert_packs ("('date', int64 1500000)", "d7ff7735940000000001");
  assert_packs ("('date', int64 -1)", "c70cff3b9ac618ffffffffffffffff");
  for (gsize i = 0; i < G_N_ELEMENTS (dates); i++)
    {
      g_autofree char *packed = pack_to_hex (PEER_PACK_FORMAT_MESSAGE_PACK, dates[i], NULL);

      assert_unpacks (packed, dates[i]);
    }
  assert_unpacks ("92c704ff00000001c708ff0000000000000001", "[<('date', int64 1000000)>, <('date', int64 1000000)>]");
}

static void
test_msgpack_extensions (void)
{
  g_test_summary ("Unknown extensions and impossible timestamps are refused");

  assert_refused ("d40500", "Unknown extension 5 of 1 bytes at byte 0");
  assert_refused ("d5ff0000", "Unknown extension -1 of 2 bytes at byte 0");
  assert_refused ("c703ff000000", "Unknown extension -1 of 3 bytes at byte 0");
  assert_refused ("d7ffffffffffffffffff", "The timestamp at byte 0 is out of range");
  assert_refused ("c70cff000000007fffffffffffffff", "The timestamp at byte 0 is out of range");
  assert_refused ("c70cff000000008000000000000000", "The timestamp at byte 0 is out of range");
  assert_refused ("c1", "Unassigned tag 0xc1 at byte 0");
}

/* Packs a value with libmsgpack that has everything in it. */
static void
pack_with_libmsgpack (msgpack_packer *packer,
                      guint depth)
{
  msgpack_pack_array (packer, 9);
  msgpack_pack_nil (packer);
  msgpack_pack_true (packer);
  msgpack_pack_int64 (packer, g_test_rand_int ());
  msgpack_pack_uint64 (packer, G_MAXUINT64);
  msgpack_pack_double (packer, 0.1);
  msgpack_pack_float (packer, 1.5f);
  msgpack_pack_str (packer, 40);
  msgpack_pack_str_body (packer, "a text of forty bytes, no more, no less.", 40);
  msgpack_pack_bin (packer, 3);
  msgpack_pack_bin_body (packer, "\0\1\2", 3);
  if (depth == 0)
    {
      msgpack_pack_map (packer, 0);
      return;
    }
  msgpack_pack_map (packer, 1);
  msgpack_pack_str (packer, 1);
  msgpack_pack_str_body (packer, "k", 1);
  pack_with_libmsgpack (packer, depth - 1);
}

static void
test_msgpack_agrees_with_libmsgpack (void)
{
  msgpack_sbuffer theirs;
  msgpack_packer packer;
  g_autoptr (GVariant) value = NULL;
  g_autoptr (GVariant) again = NULL;
  g_autoptr (GBytes) packed = NULL;
  g_autoptr (GBytes) repacked = NULL;
  g_auto (PeerRope) rope = { { NULL } };
  g_autoptr (GError) error = NULL;
  msgpack_unpacked their_value;
  size_t offset = 0;

  g_test_summary ("What libmsgpack packs unpacks here, and what we pack unpacks there");

  msgpack_sbuffer_init (&theirs);
  msgpack_packer_init (&packer, &theirs, msgpack_sbuffer_write);
  pack_with_libmsgpack (&packer, 5);
  packed = g_bytes_new_static (theirs.data, theirs.size);
  value = peer_unpack (packed, PEER_PACK_FORMAT_MESSAGE_PACK, 32, 1024 * 1024, &error);
  g_assert_no_error (error);
  assert_normal (value);

  g_assert_true (peer_pack_append (&rope, PEER_PACK_FORMAT_MESSAGE_PACK, value, 32, &error));
  repacked = peer_rope_steal_bytes (&rope);
  again = peer_unpack (repacked, PEER_PACK_FORMAT_MESSAGE_PACK, 32, 1024 * 1024, &error);
  g_assert_cmpvariant (value, again);

  msgpack_unpacked_init (&their_value);
  g_assert_cmpint (msgpack_unpack_next (&their_value, g_bytes_get_data (repacked, NULL), g_bytes_get_size (repacked), &offset), ==, MSGPACK_UNPACK_SUCCESS);
  g_assert_cmpuint (offset, ==, g_bytes_get_size (repacked));
  g_assert_cmpint (their_value.data.type, ==, MSGPACK_OBJECT_ARRAY);
  g_assert_cmpuint (their_value.data.via.array.size, ==, 9);
  msgpack_unpacked_destroy (&their_value);
  msgpack_sbuffer_destroy (&theirs);
}

static void
test_scanner_finds_ends (void)
{
  g_autoptr (GBytes) bytes = bytes_from_hex ("82a16193 01 cdffff c403616263 a162 d6ff00000001 c0 dc0000 d9 02 6162");
  const gsize sizes[] = { 21, 1, 3, 4 };
  gsize available;
  const guint8 *data = g_bytes_get_data (bytes, &available);

  g_test_summary ("The ends of values are found however the stream is cut");

  for (gsize step = 1; step <= available; step++)
    {
      PeerPackScanner scanner;
      gsize start = 0;
      gsize n_found = 0;

      peer_pack_scanner_init (&scanner, 8, 1000);
      for (gsize received = MIN (step, available);; received = MIN (received + step, available))
        {
          gsize size;

          do
            {
              g_autofree guint8 *part = g_memdup2 (data + start, received - start);

              g_assert_true (peer_pack_scanner_scan (&scanner, part, received - start, &size, NULL));
              if (size > 0)
                g_assert_cmpuint (size, ==, sizes[n_found++]);
              start += size;
            }
          while (size > 0 && start < received);
          if (received == available)
            break;
        }

      g_assert_cmpuint (n_found, ==, G_N_ELEMENTS (sizes));
      g_assert_cmpuint (start, ==, available);
    }
}

static void
assert_scan_fails (const char *hex,
                   int code)
{
  g_autoptr (GBytes) bytes = bytes_from_hex (hex);
  g_autoptr (GError) error = NULL;
  PeerPackScanner scanner;
  gsize available;
  const guint8 *data = g_bytes_get_data (bytes, &available);
  gsize size;

  peer_pack_scanner_init (&scanner, 4, 1000);
  g_assert_false (peer_pack_scanner_scan (&scanner, data, available, &size, &error));
  g_assert_error (error, PEER_ERROR, code);
}

static void
test_scanner_limits (void)
{
  g_test_summary ("Depth, counts and lengths are checked as soon as they are announced");

  assert_scan_fails ("c6ffffffff", PEER_ERROR_LIMIT_EXCEEDED);
  assert_scan_fails ("ddffffffff", PEER_ERROR_LIMIT_EXCEEDED);
  assert_scan_fails ("dfffffffff", PEER_ERROR_LIMIT_EXCEEDED);
  assert_scan_fails ("de01f5", PEER_ERROR_LIMIT_EXCEEDED);
  assert_scan_fails ("9191919191", PEER_ERROR_LIMIT_EXCEEDED);
  assert_scan_fails ("92c503e8", PEER_ERROR_LIMIT_EXCEEDED);
  assert_scan_fails ("91c1", PEER_ERROR_INVALID_DATA);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/msgpack/values", test_msgpack_values);
  g_test_add_func ("/msgpack/timestamps", test_msgpack_timestamps);
  g_test_add_func ("/msgpack/extensions", test_msgpack_extensions);
  g_test_add_func ("/msgpack/agrees-with-libmsgpack", test_msgpack_agrees_with_libmsgpack);
  g_test_add_func ("/msgpack/scanner/finds-ends", test_scanner_finds_ends);
  g_test_add_func ("/msgpack/scanner/limits", test_scanner_limits);

  return g_test_run ();
}
