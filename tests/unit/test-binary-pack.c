/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include <libpeerglib/peer.h>

#include "test-values.h"

static void
assert_packs (const char *variant,
              const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *packed = pack_to_hex (PEER_PACK_FORMAT_BINARY_PACK, variant, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (packed, ==, expected);
}

static void
assert_unpacks (const char *hex,
                const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = unpack_hex (PEER_PACK_FORMAT_BINARY_PACK, hex, &error);

  g_assert_no_error (error);
  assert_value (value, expected);
}

static void
assert_unpackable (const char *variant,
                   const char *reason)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (pack_to_hex (PEER_PACK_FORMAT_BINARY_PACK, variant, &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_UNSUPPORTED_VALUE);
  g_assert_nonnull (strstr (error->message, reason));
}

static void
assert_refused (const char *hex,
                int code,
                const char *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (unpack_hex (PEER_PACK_FORMAT_BINARY_PACK, hex, &error));
  g_assert_error (error, PEER_ERROR, code);
  g_assert_cmpstr (error->message, ==, message);
}

static void
test_zero_is_an_integer (void)
{
  g_test_summary ("Zero, of either sign, is never a double: JavaScript would read 1.1e-308");

  assert_packs ("0.0", "00");
  assert_packs ("-0.0", "00");
  assert_packs ("[0.0, 1.0]", "920001");
}

static void
test_nan_is_refused (void)
{
  g_test_summary ("NaN is refused wherever it is: JavaScript would read Infinity");

  assert_unpackable ("nan", "NaN");
  assert_unpackable ("{'a': <[nan]>}", "NaN");
}

static void
test_infinity (void)
{
  g_test_summary ("The infinities are doubles");

  assert_packs ("inf", "cb7ff0000000000000");
  assert_packs ("-inf", "cbfff0000000000000");
}

static void
test_subnormals_become_zero (void)
{
  const double numbers[] = { 5e-324, -5e-324, 2.225073858507201e-308 };

  g_test_summary ("Subnormal numbers become zero: JavaScript reads them wrong in every form");

  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autofree char *packed = pack_value_to_hex (PEER_PACK_FORMAT_BINARY_PACK, g_variant_new_double (numbers[i]), NULL);

      g_assert_cmpstr (packed, ==, "00");
    }
  assert_packs ("2.2250738585072014e-308", "cb0010000000000000");
}

static void
test_doubles_near_powers_of_two (void)
{
  g_test_summary ("Doubles are exact where the JavaScript packer is not");

  assert_packs ("1.862645149230957e-09", "cb3e20000000000000");
  assert_packs ("7.999999999999999", "cb401fffffffffffff");
}

static void
test_integral_doubles_are_integers (void)
{
  g_test_summary ("Whole numbers are integers whatever their type, up to 2⁶⁴");

  assert_packs ("1.0", "01");
  assert_packs ("-1.0", "ff");
  assert_packs ("4294967296.0", "d30000000100000000");
  assert_packs ("9223372036854775808.0", "cf8000000000000000");
  assert_packs ("18446744073709551616.0", "cb43f0000000000000");
  assert_packs ("1e300", "cb7e37e43c8800759c");
}

static void
test_integers_below_minus_2_31 (void)
{
  g_test_summary ("Integers below -2³¹ have the form that JavaScript reads exactly");

  assert_packs ("-2147483648", "d280000000");
  assert_packs ("int64 -2147483649", "cbc1e0000000200000");
  assert_packs ("int64 -2147485696", "d3ffffffff7ffff800");
  assert_packs ("-2147483649.0", "cbc1e0000000200000");
  assert_packs ("int64 -9007199254740993", "d3ffdfffffffffffff");
  assert_packs ("int64 -9223372036854775808", "d38000000000000000");
  assert_unpacks ("cbc1e0000000200000", "int64 -2147483649");
}

static void
test_integers (void)
{
  const gint64 edges[] = {
    0, 127, 128, 255, 256, 65535, 65536, G_MAXINT32, G_MAXUINT32, G_MAXUINT32 + G_GINT64_CONSTANT (1), G_MAXINT64,
    -1, -32, -33, -128, -129, -32768, -32769, G_MININT32, G_MININT32 - G_GINT64_CONSTANT (1), G_MININT64
  };

  g_test_summary ("Integers are as short as can be, and come back");

  for (gsize i = 0; i < G_N_ELEMENTS (edges); i++)
    {
      for (gint64 offset = -1; offset <= 1; offset++)
        {
          gint64 integer = (gint64) ((guint64) edges[i] + (guint64) offset);
          g_autofree char *text = g_strdup_printf ("int64 %" G_GINT64_FORMAT, integer);
          g_autofree char *packed = pack_to_hex (PEER_PACK_FORMAT_BINARY_PACK, text, NULL);

          assert_unpacks (packed, text);
        }
    }

  assert_packs ("byte 255", "ccff");
  assert_packs ("int16 -1", "ff");
  assert_packs ("uint16 65535", "cdffff");
  assert_packs ("uint32 4294967295", "ceffffffff");
  assert_packs ("handle 7", "07");
  assert_packs ("uint64 18446744073709551615", "cfffffffffffffffff");
  assert_unpacks ("cf8000000000000000", "uint64 9223372036854775808");
}

static void
test_length_classes (void)
{
  const gsize lengths[] = { 0, 15, 16, 255, 256, 65535, 65536 };

  g_test_summary ("Text and bytes of every length class come back, also when they are not copied");

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autofree char *data = g_strnfill (lengths[i], 'x');
      GVariant *values[] = {
        g_variant_new_string (data),
        g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, data, lengths[i], 1),
      };

      for (gsize j = 0; j < G_N_ELEMENTS (values); j++)
        {
          g_autoptr (GVariant) value = peer_value_prepare (values[j]);
          g_autoptr (GVariant) unpacked = NULL;
          g_autoptr (GBytes) packed = NULL;
          PeerRope rope = { { NULL } };

          g_assert_true (peer_pack_append (&rope, PEER_PACK_FORMAT_BINARY_PACK, value, 1, NULL));
          packed = peer_rope_steal_bytes (&rope);
          unpacked = peer_unpack (packed, PEER_PACK_FORMAT_BINARY_PACK, 1, 1024 * 1024, NULL);
          assert_normal (unpacked);
          g_assert_cmpvariant (unpacked, value);
        }
    }
}

static void
test_text (void)
{
  g_test_summary ("Text is UTF-8 with its length in bytes; object paths and signatures are text");

  assert_packs ("'\xc3\xa9'", "b2c3a9");
  assert_packs ("objectpath '/a'", "b22f61");
  assert_packs ("signature 'as'", "b26173");
  assert_unpacks ("b0", "''");
}

static void
test_text_with_nul (void)
{
  g_test_summary ("U+0000 becomes U+FFFD, in values and in keys");

  assert_unpacks ("b3610062", "'a\xef\xbf\xbd"
                              "b'");
  assert_unpacks ("81b10001", "{'\xef\xbf\xbd': <int64 1>}");
}

static void
test_bytes_are_not_arrays (void)
{
  g_test_summary ("An array of bytes is bytes, the empty one too");

  assert_packs ("@ay []", "a0");
  assert_packs ("[byte 1, 2]", "a20102");
  assert_packs ("[@ay [1], [2]]", "92a101a102");
  assert_unpacks ("a0", "@ay []");
  assert_unpacks ("a20102", "[byte 1, 2]");
}

static void
test_containers (void)
{
  g_test_summary ("Arrays, tuples and entries are arrays; dictionaries are objects with text keys");

  assert_packs ("[1, 2, 3]", "93010203");
  assert_packs ("(1, 'a', true)", "9301b161c3");
  assert_packs ("()", "90");
  assert_packs ("@{sv} {'a', <1>}", "92b16101");
  assert_packs ("{1: 'x', -2: 'y'}", "82b131b178b22d32b179");
  assert_packs ("{true: [just 1, nothing]}", "81b474727565"
                                             "9201c0");
  assert_packs ("<<(<<'deep'>>,)>>", "91b464656570");
  assert_unpacks ("dc00020102", "[<int64 1>, <int64 2>]");
  assert_unpacks ("de0001b16101", "{'a': <int64 1>}");
}

static void
test_dates_are_text (void)
{
  g_test_summary ("Dates are ISO 8601 text: the format has no form for them");

  assert_packs ("('date', int64 0)", "d80018313937302d30312d30315430303a30303a30302e3030305a");
  assert_unpackable ("('date', int64 9223372036854775807)", "date");
}

static void
test_undefined_is_null (void)
{
  g_test_summary ("Undefined is null, in values and as a key's text");

  assert_unpacks ("c1", "@mv nothing");
  assert_unpacks ("92c0c1", "[<@mv nothing>, <@mv nothing>]");
  assert_unpacks ("81c101", "{'undefined': <int64 1>}");
}

static void
test_keys_become_text (void)
{
  g_test_summary ("Keys that are not text become what JavaScript makes of them");

  assert_unpacks ("81ff01", "{'-1': <int64 1>}");
  assert_unpacks ("82c3 01 c2 02", "{'true': <int64 1>, 'false': <int64 2>}");
  assert_unpacks ("81cb3ff8000000000000 01", "{'1.5': <int64 1>}");
  assert_unpacks ("81cb7ff8000000000000 01", "{'NaN': <int64 1>}");
  assert_unpacks ("81cfffffffffffffffff 01", "{'18446744073709551615': <int64 1>}");
  assert_refused ("819001", PEER_ERROR_INVALID_DATA, "The key at byte 1 is neither text nor a number");
  assert_refused ("81a101 01", PEER_ERROR_INVALID_DATA, "The key at byte 1 is neither text nor a number");
  assert_refused ("81c401", PEER_ERROR_INVALID_DATA, "Unassigned tag 0xc4 at byte 1");
}

static void
test_repeated_keys (void)
{
  g_test_summary ("Of equal keys the last one counts");

  assert_unpacks ("82b16101b16102", "{'a': <int64 2>}");
  assert_unpacks ("8201a0b13102", "{'1': <int64 2>}");
}

static void
test_proto_key (void)
{
  g_test_summary ("The key __proto__ is refused at any level: JavaScript would set the prototype");

  assert_unpackable ("{'__proto__': 1}", "__proto__");
  assert_unpackable ("[<{'a': <{'__proto__': <1>}>}>]", "__proto__");
  assert_unpacks ("81b95f5f70726f746f5f5f01", "{'__proto__': <int64 1>}");
}

static void
test_unassigned_tags (void)
{
  const guint8 tags[] = { 0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xd4, 0xd5, 0xd6, 0xd7 };

  g_test_summary ("Unassigned tags are refused by name");

  for (gsize i = 0; i < G_N_ELEMENTS (tags); i++)
    {
      g_autofree char *hex = g_strdup_printf ("91%02x", tags[i]);
      g_autofree char *message = g_strdup_printf ("Unassigned tag 0x%02x at byte 1", tags[i]);

      assert_refused (hex, PEER_ERROR_INVALID_DATA, message);
    }
}

static void
test_truncated (void)
{
  g_autoptr (GBytes) whole = bytes_from_hex ("86 b161cb3ff8000000000000 b162d80005616220c3a9 b163da0002ffff b16492cd0100ca3fc00000 b16581b178c0 b166c3");
  const guint8 *data = g_bytes_get_data (whole, NULL);

  g_test_summary ("No beginning of a message is a message, and none is read past its end");

  for (gsize length = 0; length < g_bytes_get_size (whole); length++)
    {
      g_autoptr (GBytes) part = g_bytes_new (data, length);
      g_autoptr (GError) error = NULL;

      g_assert_null (peer_unpack (part, PEER_PACK_FORMAT_BINARY_PACK, 32, 1024 * 1024, &error));
      g_assert_error (error, PEER_ERROR, PEER_ERROR_INVALID_DATA);
    }

  assert_refused ("", PEER_ERROR_INVALID_DATA, "The value at byte 0 is longer than the message");
  assert_refused ("9201", PEER_ERROR_INVALID_DATA, "The value at byte 0 is longer than the message");
  assert_refused ("91b261", PEER_ERROR_INVALID_DATA, "The value at byte 1 is longer than the message");
}

static void
test_trailing_bytes (void)
{
  g_test_summary ("Bytes after the value are refused");

  assert_refused ("0100", PEER_ERROR_INVALID_DATA, "Something follows the value at byte 1");
  assert_refused ("80c0", PEER_ERROR_INVALID_DATA, "Something follows the value at byte 1");
}

static void
test_invalid_utf8 (void)
{
  g_test_summary ("Text that is not UTF-8 is refused, and the error says where");

  assert_refused ("91b361ff62", PEER_ERROR_INVALID_DATA, "Invalid UTF-8 at byte 3");
  assert_refused ("81b1c301", PEER_ERROR_INVALID_DATA, "Invalid UTF-8 at byte 2");
  assert_refused ("b3eda080", PEER_ERROR_INVALID_DATA, "Invalid UTF-8 at byte 1");
}

static void
test_huge_counts (void)
{
  g_test_summary ("A count is checked against the bytes left before anything is allocated");

  assert_refused ("dd7fffffff", PEER_ERROR_INVALID_DATA, "The value at byte 0 is longer than the message");
  assert_refused ("ddffffffff00000000", PEER_ERROR_INVALID_DATA, "The value at byte 0 is longer than the message");
  assert_refused ("dfffffffff0000", PEER_ERROR_INVALID_DATA, "The value at byte 0 is longer than the message");
  assert_refused ("d9ffffffff00", PEER_ERROR_INVALID_DATA, "The value at byte 0 is longer than the message");
  assert_refused ("dbffffffff00", PEER_ERROR_INVALID_DATA, "The value at byte 0 is longer than the message");
}

static void
test_depth (void)
{
  g_autoptr (GString) hex = g_string_new ("90");
  g_autoptr (GVariant) value = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Nesting is limited both ways");

  for (guint i = 1; i < 32; i++)
    g_string_prepend (hex, "91");
  value = unpack_hex (PEER_PACK_FORMAT_BINARY_PACK, hex->str, &error);
  g_assert_no_error (error);
  assert_normal (value);

  g_string_prepend (hex, "91");
  assert_refused (hex->str, PEER_ERROR_LIMIT_EXCEEDED, "The message is nested too deep at byte 32");

  {
    g_autoptr (GBytes) packed = NULL;
    g_autofree guint8 *data = g_malloc (100000);

    memset (data, 0x91, 100000);
    packed = g_bytes_new_static (data, 100000);
    g_assert_null (peer_unpack (packed, PEER_PACK_FORMAT_BINARY_PACK, G_MAXUINT, G_MAXSIZE, NULL));
  }
  {
    g_autoptr (GVariant) deep = g_variant_ref_sink (nest_arrays (33));
    g_auto (PeerRope) rope = { { NULL } };

    g_assert_false (peer_pack_append (&rope, PEER_PACK_FORMAT_BINARY_PACK, deep, 32, &error));
    g_assert_error (error, PEER_ERROR, PEER_ERROR_UNSUPPORTED_VALUE);
  }
}

static void
test_memory_limit (void)
{
  g_autoptr (GBytes) packed = NULL;
  g_autoptr (GError) error = NULL;
  guint8 data[3003] = { 0xdc, 0x0b, 0xb8 };

  g_test_summary ("A small message that needs much memory is refused");

  packed = g_bytes_new_static (data, sizeof data);
  g_assert_null (peer_unpack (packed, PEER_PACK_FORMAT_BINARY_PACK, 8, 3000 * 8, &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/binary-pack/zero-is-an-integer", test_zero_is_an_integer);
  g_test_add_func ("/binary-pack/nan-is-refused", test_nan_is_refused);
  g_test_add_func ("/binary-pack/infinity", test_infinity);
  g_test_add_func ("/binary-pack/subnormals-become-zero", test_subnormals_become_zero);
  g_test_add_func ("/binary-pack/doubles-near-powers-of-two", test_doubles_near_powers_of_two);
  g_test_add_func ("/binary-pack/integral-doubles-are-integers", test_integral_doubles_are_integers);
  g_test_add_func ("/binary-pack/integers-below-minus-2-31", test_integers_below_minus_2_31);
  g_test_add_func ("/binary-pack/integers", test_integers);
  g_test_add_func ("/binary-pack/length-classes", test_length_classes);
  g_test_add_func ("/binary-pack/text", test_text);
  g_test_add_func ("/binary-pack/text-with-nul", test_text_with_nul);
  g_test_add_func ("/binary-pack/bytes-are-not-arrays", test_bytes_are_not_arrays);
  g_test_add_func ("/binary-pack/containers", test_containers);
  g_test_add_func ("/binary-pack/dates-are-text", test_dates_are_text);
  g_test_add_func ("/binary-pack/undefined-is-null", test_undefined_is_null);
  g_test_add_func ("/binary-pack/keys-become-text", test_keys_become_text);
  g_test_add_func ("/binary-pack/repeated-keys", test_repeated_keys);
  g_test_add_func ("/binary-pack/proto-key", test_proto_key);
  g_test_add_func ("/binary-pack/unassigned-tags", test_unassigned_tags);
  g_test_add_func ("/binary-pack/truncated", test_truncated);
  g_test_add_func ("/binary-pack/trailing-bytes", test_trailing_bytes);
  g_test_add_func ("/binary-pack/invalid-utf8", test_invalid_utf8);
  g_test_add_func ("/binary-pack/huge-counts", test_huge_counts);
  g_test_add_func ("/binary-pack/depth", test_depth);
  g_test_add_func ("/binary-pack/memory-limit", test_memory_limit);

  return g_test_run ();
}
