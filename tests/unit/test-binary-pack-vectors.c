/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include <libpeerglib/peer.h>

#include "libpeerglib/protocol/peer-json-private.h"
#include "libpeerglib/protocol/peer-pack-private.h"
#include "test-values.h"

/* What peerjs-js-binarypack 2.1.0 makes of JavaScript expressions, each with
 * the value that corresponds to the expression here. Where the JavaScript
 * side is wrong, packed is what is right (empty: the value is refused), and
 * unpacked what its bytes mean. */
typedef struct
{
  const char *js;
  const char *value;    /* NULL: nothing corresponds to it in GVariant's notation */
  const char *packed;   /* NULL: the same as theirs */
  const char *unpacked; /* NULL: the same value */
} PackVector;

/* clang-format off */
static const PackVector pack_vectors[] = {
  { .js = "null", .value = "@mv nothing" },
  { .js = "undefined", .value = "@mv nothing" },
  { .js = "true", .value = "true" },
  { .js = "false", .value = "false" },
  { .js = "256", .value = "int64 256" },
  { .js = "4294967295", .value = "int64 4294967295" },
  { .js = "4294967296", .value = "int64 4294967296" },
  { .js = "0x0fffffffffffffff", .value = "int64 1152921504606846976" },
  { .js = "2**63", .value = "uint64 9223372036854775808", .packed = "cf8000000000000000", .unpacked = "int64 -9223372036854775808" },
  { .js = "-1", .value = "int64 -1" },
  { .js = "-32", .value = "int64 -32" },
  { .js = "-33", .value = "int64 -33" },
  { .js = "-128", .value = "int64 -128" },
  { .js = "-129", .value = "int64 -129" },
  { .js = "-32768", .value = "int64 -32768" },
  { .js = "-32769", .value = "int64 -32769" },
  { .js = "-9007199254740991", .value = "int64 -9007199254740991", .packed = "cbc33fffffffffffff" },
  { .js = "0.5", .value = "0.5" },
  { .js = "1.5", .value = "1.5" },
  { .js = "-1.5", .value = "-1.5" },
  { .js = "0.1", .value = "0.1" },
  { .js = "1/3", .value = "0.3333333333333333" },
  { .js = "3.141592653589793", .value = "3.141592653589793" },
  { .js = "1e-7", .value = "1e-7" },
  { .js = "5e-324", .unpacked = "-1.596672247627776e+293" },
  { .js = "2.2250738585072014e-308", .value = "2.2250738585072014e-308" },
  { .js = "0.1+0.2", .value = "0.30000000000000004" },
  { .js = "NaN", .value = "nan", .packed = "", .unpacked = "int64 0" },
  { .js = "\"\"", .value = "''" },
  { .js = "\"a\"", .value = "'a'" },
  { .js = "\"fifteen chars!!\"", .value = "'fifteen chars!!'" },
  { .js = "\"sixteen chars!!!\"", .value = "'sixteen chars!!!'" },
  { .js = "\"é\"", .value = "'é'" },
  { .js = "\"\\u4e2d\\u6587\"", .value = "'中文'" },
  { .js = "\"\\u{1f600}\"", .value = "'😀'" },
  { .js = "\"x\".repeat(255)", .value = "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'" },
  { .js = "\"x\".repeat(256)", .value = "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'" },
  { .js = "[]", .value = "@av []" },
  { .js = "[1,2,3]", .value = "[<int64 1>, <int64 2>, <int64 3>]" },
  { .js = "[[],[[]]]", .value = "[<@av []>, <[<@av []>]>]" },
  { .js = "[null,undefined,true]", .value = "[<@mv nothing>, <@mv nothing>, <true>]" },
  { .js = "[,1]", .value = "[<@mv nothing>, <int64 1>]" },
  { .js = "Array(15).fill(0)", .value = "[<int64 0>, <int64 0>, <int64 0>, <int64 0>, <int64 0>, <int64 0>, <int64 0>, <int64 0>, <int64 0>, <int64 0>, <int64 0>, <int64 0>, <int64 0>, <int64 0>, <int64 0>]" },
  { .js = "({})", .value = "@a{sv} {}" },
  { .js = "({a:1})", .value = "{'a': <int64 1>}" },
  { .js = "({a:{b:[1,\"x\"]}})", .value = "{'a': <{'b': <[<int64 1>, <'x'>]>}>}" },
  { .js = "({2:\"two\",1:\"one\"})", .value = "{'1': <'one'>, '2': <'two'>}" },
  { .js = "Object.fromEntries(Array.from({length:15},(_,i)=>[\"k\"+i,i]))", .value = "{'k0': <int64 0>, 'k1': <int64 1>, 'k2': <int64 2>, 'k3': <int64 3>, 'k4': <int64 4>, 'k5': <int64 5>, 'k6': <int64 6>, 'k7': <int64 7>, 'k8': <int64 8>, 'k9': <int64 9>, 'k10': <int64 10>, 'k11': <int64 11>, 'k12': <int64 12>, 'k13': <int64 13>, 'k14': <int64 14>}" },
  { .js = "new ArrayBuffer(0)", .value = "@ay []" },
  { .js = "new Uint8Array(15).fill(7)", .value = "@ay [0x07, 0x07, 0x07, 0x07, 0x07, 0x07, 0x07, 0x07, 0x07, 0x07, 0x07, 0x07, 0x07, 0x07, 0x07]" },
  { .js = "new Uint8Array(16).fill(7)", .value = "@ay [0x07, 0x07, 0x07, 0x07, 0x07, 0x07, 0x07, 0x07, 0x07, 0x07, 0x07, 0x07, 0x07, 0x07, 0x07, 0x07]" },
  { .js = "new Uint8Array([0,1,2,3,4,5,6,7]).subarray(2,5)", .value = "@ay [0x02, 0x03, 0x04]" },
  { .js = "new Int32Array([-1,2])", .value = "@ay [0xff, 0xff, 0xff, 0xff, 0x02, 0x00, 0x00, 0x00]" },
  { .js = "new Uint16Array([1,256])", .value = "@ay [0x01, 0x00, 0x00, 0x01]" },
  { .js = "new Float32Array([1.5])", .value = "@ay [0x00, 0x00, 0xc0, 0x3f]" },
  { .js = "new Float64Array([1.5])", .value = "@ay [0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xf8, 0x3f]" },
  { .js = "new Uint8ClampedArray([1,255])", .value = "@ay [0x01, 0xff]" },
  { .js = "new BigInt64Array([1n])", .value = "@ay [0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00]" },
  { .js = "Buffer.from(\"abc\")", .value = "@ay [0x61, 0x62, 0x63]" },
  { .js = "[new Blob([\"a\"]),new Blob([\"b\"])]", .value = "[<@ay [0x61]>, <@ay [0x62]>]" },
  { .js = "new Date(0)", .value = "('date', int64 0)", .packed = "d80018313937302d30312d30315430303a30303a30302e3030305a", .unpacked = "'Thu Jan 01 1970 00:00:00 GMT+0000 (Coordinated Universal Time)'" },
  { .js = "new (class Foo{constructor(){this.a=1}})()", .value = "{'a': <int64 1>}" },
  { .js = "new (class Foo{constructor(){this.a=1} get g(){return 2}})()", .value = "{'a': <int64 1>}" },
  { .js = "2**64", .value = "18446744073709551616.0", .packed = "cb43f0000000000000", .unpacked = "int64 0" },
  { .js = "2**63+2048", .value = "uint64 9223372036854777856" },
};

/* What their packer refuses. */
static const PackVector error_vectors[] = {
  { .js = "1.7976931348623157e+308", .value = "1.7976931348623157e308", .packed = "cb7fefffffffffffff" },
  { .js = "1e300", .value = "1e300", .packed = "cb7e37e43c8800759c" },
  { .js = "Infinity", .value = "inf", .packed = "cb7ff0000000000000" },
  { .js = "-Infinity", .value = "-inf", .packed = "cbfff0000000000000" },
  { .js = "new DataView(new Uint8Array([9,8,7]).buffer)", .value = "@ay [9, 8, 7]", .packed = "a3090807" },
  { .js = "Object.create(null)", .value = "@a{sv} {}", .packed = "80" },
  { .js = "new Map([[\"a\",1]])", .value = "{'a': 1}", .packed = "81b16101" },
  { .js = "new Set([1])" },
  { .js = "/re/" },
  { .js = "new Error(\"x\")" },
  { .js = "new Number(5)", .value = "<5>", .packed = "05" },
  { .js = "new String(\"s\")", .value = "<'s'>", .packed = "b173" },
  { .js = "10n", .value = "int64 10", .packed = "0a" },
  { .js = "Symbol(\"x\")" },
  { .js = "(()=>1)" },
  { .js = "({a:()=>1})" },
  { .js = "({hasOwnProperty:1})", .value = "{'hasOwnProperty': 1}", .packed = "81be6861734f776e50726f706572747901" },
};

/* What their unpacker makes of bytes. */
static const struct
{
  const char *packed;
  const char *value;  /* NULL: refused */
  const char *reason; /* NULL: theirs is right */
} unpack_vectors[] = {
  { "cb0000000000000000", "int64 0", "the exponent 0 is not special to it" },
  { "cb8000000000000000", "int64 0", "the exponent 0 is not special to it" },
  { "cb7ff0000000000000", "inf", NULL },
  { "cb4000000000000000", "int64 2", NULL },
  { "ca00000000", "int64 0", "the exponent 0 is not special to it" },
  { "ca3fc00000", "1.5", NULL },
  { "ca7fc00000", "nan", "NaN is not special to it" },
  { "cac0490fdb", "-3.1415927410125732", NULL },
  { "c4", NULL, "unassigned tags are undefined to it" },
  { "c401ff", NULL, "unassigned tags are undefined to it" },
  { "c7", NULL, "unassigned tags are undefined to it" },
  { "d4", NULL, "unassigned tags are undefined to it" },
  { "d90000000161", "'a'", NULL },
  { "cfffffffffffffffff", "uint64 18446744073709551615", "a Number cannot hold it" },
  { "d3ffffffffffffffff", "int64 -1", "it adds the halves up as a Number" },
  { "d3fffffffffffff000", "int64 -4096", NULL },
  { "d30020000000000001", "int64 9007199254740993", "a Number cannot hold it" },
  { "b4f4ffffff", NULL, NULL },
  { "b180", NULL, "it takes invalid UTF-8" },
  { "b19f", NULL, "it takes invalid UTF-8" },
  { "920102ff", NULL, "it ignores what follows the value" },
  { "8101b161", "{'1': <'a'>}", NULL },
  { "81c0b161", "{'null': <'a'>}", NULL },
  { "", NULL, "it reads zeros past the end" },
  { "a2", NULL, NULL },
  { "930102", NULL, "it reads zeros past the end" },
  { "df00000001b16101", "{'a': <int64 1>}", NULL },
  { "dd0000000101", "[<int64 1>]", NULL },
};
/* clang-format on */

static GVariant *
load_vectors (const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "vectors", name, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  GVariant *vectors;
  gsize length;

  g_file_get_contents (path, &text, &length, &error);
  g_assert_no_error (error);
  vectors = peer_json_parse (text, length, PEER_JSON_MAX_DEPTH, &error);
  g_assert_no_error (error);

  return vectors;
}

static GVariant *
get_vector (GVariant *vectors,
            gsize i)
{
  g_autoptr (GVariant) boxed = g_variant_get_child_value (vectors, i);

  return g_variant_get_variant (boxed);
}

static const PackVector *
find (const PackVector *vectors,
      gsize n_vectors,
      const char *js)
{
  for (gsize i = 0; i < n_vectors; i++)
    {
      if (strcmp (vectors[i].js, js) == 0)
        return &vectors[i];
    }

  g_error ("%s is not in the table", js);
}

static void
assert_packs (const PackVector *vector,
              const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *packed = pack_to_hex (PEER_PACK_FORMAT_BINARY_PACK, vector->value, &error);

  if (*expected == '\0')
    {
      g_assert_error (error, PEER_ERROR, PEER_ERROR_UNSUPPORTED_VALUE);
      return;
    }

  g_assert_no_error (error);
  g_assert_cmpstr (packed, ==, expected);
}

static void
test_vectors_pack (void)
{
  g_autoptr (GVariant) vectors = load_vectors ("binarypack-vectors.json");

  g_test_summary ("Values pack to the bytes of the JavaScript packer, and those unpack to the values");

  g_assert_cmpuint (g_variant_n_children (vectors), ==, G_N_ELEMENTS (pack_vectors));
  for (gsize i = 0; i < g_variant_n_children (vectors); i++)
    {
      g_autoptr (GVariant) vector = get_vector (vectors, i);
      g_autoptr (GVariant) value = NULL;
      g_autoptr (GError) error = NULL;
      const PackVector *ours;
      const char *js;
      const char *hex;

      g_assert_true (g_variant_lookup (vector, "js", "&s", &js));
      g_assert_true (g_variant_lookup (vector, "hex", "&s", &hex));
      ours = find (pack_vectors, G_N_ELEMENTS (pack_vectors), js);
      g_test_message ("%s", js);

      if (ours->value != NULL)
        assert_packs (ours, ours->packed != NULL ? ours->packed : hex);
      value = unpack_hex (PEER_PACK_FORMAT_BINARY_PACK, hex, &error);
      g_assert_no_error (error);
      assert_value (value, ours->unpacked != NULL ? ours->unpacked : ours->value);
    }
}

static void
test_vectors_pack_errors (void)
{
  g_autoptr (GVariant) vectors = load_vectors ("binarypack-pack-errors.json");

  g_test_summary ("What the JavaScript packer refuses and a GVariant can hold is packed");

  g_assert_cmpuint (g_variant_n_children (vectors), ==, G_N_ELEMENTS (error_vectors));
  for (gsize i = 0; i < g_variant_n_children (vectors); i++)
    {
      g_autoptr (GVariant) vector = get_vector (vectors, i);
      const PackVector *ours;
      const char *js;

      g_assert_true (g_variant_lookup (vector, "js", "&s", &js));
      ours = find (error_vectors, G_N_ELEMENTS (error_vectors), js);
      if (ours->value != NULL)
        if (ours->value != NULL)
          assert_packs (ours, ours->packed);
    }
}

static void
test_vectors_unpack (void)
{
  g_autoptr (GVariant) vectors = load_vectors ("binarypack-decode-vectors.json");

  g_test_summary ("Bytes unpack to what they mean, or are refused");

  g_assert_cmpuint (g_variant_n_children (vectors), ==, G_N_ELEMENTS (unpack_vectors));
  for (gsize i = 0; i < g_variant_n_children (vectors); i++)
    {
      g_autoptr (GVariant) vector = get_vector (vectors, i);
      g_autoptr (GVariant) value = NULL;
      g_autoptr (GError) error = NULL;
      const char *hex;

      g_assert_true (g_variant_lookup (vector, "hex", "&s", &hex));
      g_assert_cmpstr (hex, ==, unpack_vectors[i].packed);
      g_test_message ("%s %s", hex, unpack_vectors[i].reason != NULL ? unpack_vectors[i].reason : "");

      value = unpack_hex (PEER_PACK_FORMAT_BINARY_PACK, hex, &error);
      if (unpack_vectors[i].value != NULL)
        {
          g_assert_no_error (error);
          assert_value (value, unpack_vectors[i].value);
        }
      else
        g_assert_error (error, PEER_ERROR, PEER_ERROR_INVALID_DATA);
    }
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/binary-pack/vectors/pack", test_vectors_pack);
  g_test_add_func ("/binary-pack/vectors/pack-errors", test_vectors_pack_errors);
  g_test_add_func ("/binary-pack/vectors/unpack", test_vectors_unpack);

  return g_test_run ();
}
