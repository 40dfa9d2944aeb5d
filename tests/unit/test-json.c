/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <math.h>
#include <string.h>

#include <libpeerglib/peer.h>

#include "libpeerglib/protocol/peer-json-private.h"
#include "test-values.h"

static void
assert_parses (const char *text,
               const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = peer_json_parse (text, strlen (text), PEER_JSON_MAX_DEPTH, &error);

  g_assert_no_error (error);
  assert_value (value, expected);
}

static void
assert_refused (const char *text,
                int code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = peer_json_parse (text, strlen (text), PEER_JSON_MAX_DEPTH, &error);

  g_assert_null (value);
  g_assert_error (error, PEER_ERROR, code);
}

static void
assert_prints (const char *variant,
               const char *expected)
{
  g_autoptr (GError) error = NULL;
  gsize length;
  g_autofree char *text = peer_json_print (g_variant_new_parsed (variant), &length, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, expected);
  g_assert_cmpuint (length, ==, strlen (expected));
}

static void
assert_number (double number,
               const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = peer_json_print (g_variant_new_double (number), NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, expected);
}

static void
assert_unprintable (GVariant *value)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (peer_json_print (value, NULL, &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_UNSUPPORTED_VALUE);
}

static void
test_json_parse_scalars (void)
{
  g_test_summary ("Scalars have the types of the data model, outside of any variant");

  assert_parses ("null", "@mv nothing");
  assert_parses ("true", "true");
  assert_parses (" false ", "false");
  assert_parses ("\"\"", "''");
  assert_parses ("\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\"", "'a\"\\\\/\\b\\f\\n\\r\\t\xc3\xa9\xf0\x9f\x98\x80'");
}

static void
test_json_parse_numbers (void)
{
  g_test_summary ("Whole numbers are integers as far as they go, others are doubles");

  assert_parses ("0", "int64 0");
  assert_parses ("-0", "int64 0");
  assert_parses ("-1", "int64 -1");
  assert_parses ("9223372036854775807", "int64 9223372036854775807");
  assert_parses ("-9223372036854775808", "int64 -9223372036854775808");
  assert_parses ("9223372036854775808", "uint64 9223372036854775808");
  assert_parses ("18446744073709551615", "uint64 18446744073709551615");
  assert_parses ("18446744073709551616", "18446744073709551616.0");
  assert_parses ("-9223372036854775809", "int64 -9223372036854775808");
  assert_parses ("1.0", "int64 1");
  assert_parses ("1e3", "int64 1000");
  assert_parses ("1e19", "uint64 10000000000000000000");
  assert_parses ("1.5", "1.5");
  assert_parses ("-1.5E-1", "-0.15");
  assert_parses ("1e300", "1e300");
  assert_parses ("0.1000000000000000000000000000000000000000000000000000000000000000000000001", "0.1");
  assert_refused ("1e400", PEER_ERROR_INVALID_DATA);
}

static void
test_json_parse_containers (void)
{
  g_test_summary ("Arrays are av, objects are a{sv}, however large and nested");

  assert_parses ("[]", "@av []");
  assert_parses ("{}", "@a{sv} {}");
  assert_parses ("[1,\"x\",null,[true],{}]", "[<int64 1>, <'x'>, <@mv nothing>, <[<true>]>, <@a{sv} {}>]");
  assert_parses ("{\"a\":{\"b\":[1]},\"\":\"\"}", "{'a': <{'b': <[<int64 1>]>}>, '': <''>}");
}

static void
test_json_parse_sizes (void)
{
  g_test_summary ("Containers of every width of framing offset come out right");

  for (guint n = 1; n <= 70000; n = n * 7 / 2 + 1)
    {
      g_autoptr (GString) text = g_string_new ("{\"list\":[");
      g_autoptr (GVariant) value = NULL;
      g_autoptr (GVariant) list = NULL;

      for (guint i = 0; i < n; i++)
        g_string_append_printf (text, "%s{\"key%u\":%u}", i > 0 ? "," : "", i, i);
      g_string_append (text, "]}");

      value = peer_json_parse (text->str, text->len, PEER_JSON_MAX_DEPTH, NULL);
      assert_normal (value);
      list = g_variant_lookup_value (value, "list", G_VARIANT_TYPE ("av"));
      g_assert_cmpuint (g_variant_n_children (list), ==, n);
    }
}

static void
test_json_parse_repeated_keys (void)
{
  g_autoptr (GString) text = g_string_new ("{");
  g_autoptr (GVariant) value = NULL;

  g_test_summary ("Of equal keys the last one stays, among few and among many");

  assert_parses ("{\"a\":1,\"b\":\"longer than a word\",\"a\":2}", "{'b': <'longer than a word'>, 'a': <int64 2>}");
  assert_parses ("{\"a\":1,\"a\":2,\"a\":[3]}", "{'a': <[<int64 3>]>}");
  assert_parses ("{\"same start 1\":1,\"same start 2\":2}", "{'same start 1': <int64 1>, 'same start 2': <int64 2>}");
  assert_parses ("[{\"a\":1,\"\\u0061\":2},{\"a\":3}]", "[<{'a': <int64 2>}>, <{'a': <int64 3>}>]");

  for (guint i = 0; i < 600; i++)
    g_string_append_printf (text, "%s\"a common start %u\":%u", i > 0 ? "," : "", i % 200, i);
  g_string_append_c (text, '}');
  value = peer_json_parse (text->str, text->len, PEER_JSON_MAX_DEPTH, NULL);
  assert_normal (value);
  g_assert_cmpuint (g_variant_n_children (value), ==, 200);
  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *key = g_strdup_printf ("a common start %u", i);
      gint64 number;

      g_assert_true (g_variant_lookup (value, key, "x", &number));
      g_assert_cmpint (number, ==, 400 + i);
    }
}

static void
test_json_parse_nul (void)
{
  g_test_summary ("U+0000 and lone surrogates, which text here cannot hold, become U+FFFD");

  assert_parses ("\"a\\u0000b\"", "'a\xef\xbf\xbd"
                                  "b'");
  assert_parses ("{\"\\u0000\":\"\\ud800x\\udc00\"}", "{'\xef\xbf\xbd': <'\xef\xbf\xbdx\xef\xbf\xbd'>}");
}

static void
test_json_parse_invalid (void)
{
  const char *const texts[] = { "", "[", "[1,]", "[,1]", "{\"a\":1,}", "nulL", "01", "1 2", "\"\t\"", "\"\x80\"", "tru", "[1}", "// x", "Infinity" };

  g_test_summary ("Nothing looser than RFC 8259 is taken, and the error says where");

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_refused (texts[i], PEER_ERROR_INVALID_DATA);

  {
    g_autoptr (GError) error = NULL;

    g_assert_null (peer_json_parse ("[1,x]", 5, 8, &error));
    g_assert_cmpstr (error->message, ==, "Invalid JSON at byte 3: Expected a value");
  }
}

static void
assert_depth_is_safe (const char *start,
                      const char *end,
                      guint depth)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GVariant) value = NULL;
  g_autofree char *printed = NULL;

  for (guint i = 0; i < depth; i++)
    g_string_append (text, start);
  g_string_append (text, "[true]");
  for (guint i = 0; i < depth; i++)
    g_string_append (text, end);
  value = peer_json_parse (text->str, text->len, PEER_JSON_MAX_DEPTH, NULL);
  assert_normal (value);
  printed = peer_json_print (value, NULL, NULL);
  g_assert_cmpstr (printed, ==, text->str);

  for (guint i = 0; i < depth; i++)
    {
      GVariant *inner = *start == '{' ? g_variant_lookup_value (value, "a", NULL) : NULL;

      if (inner == NULL)
        g_variant_get_child (value, 0, "v", &inner);
      g_variant_unref (value);
      value = inner;
    }
  assert_value (value, "[<true>]");
}

static void
test_json_parse_depth (void)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_test_summary ("The deepest value allowed can be read, walked and printed");

  assert_depth_is_safe ("[", "]", 61);
  assert_depth_is_safe ("{\"a\":", "}", 40);

  for (guint i = 0; i < 63; i++)
    g_string_append_c (text, '[');
  assert_refused (text->str, PEER_ERROR_LIMIT_EXCEEDED);
  for (guint i = 0; i < 1000000; i++)
    g_string_append (text, "{\"a\":");
  assert_refused (text->str, PEER_ERROR_LIMIT_EXCEEDED);

  {
    g_autoptr (GError) error = NULL;

    g_assert_null (peer_json_parse ("[[[]]]", 6, 2, &error));
    g_assert_error (error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED);
    g_assert_cmpstr (error->message, ==, "JSON is nested deeper than 2 at byte 2");
  }

  assert_unprintable (nest_arrays (PEER_JSON_MAX_DEPTH + 1));
}

static void
test_json_print_types (void)
{
  g_test_summary ("Every GVariant type but bytes has a form in JSON");

  assert_prints ("@mv nothing", "null");
  assert_prints ("@mi 5", "5");
  assert_prints ("@mms just nothing", "null");
  assert_prints ("@ms ''", "\"\"");
  assert_prints ("<<<1>>>", "1");
  assert_prints ("(byte 1, int16 -2, uint16 3, -4, uint32 5, int64 -6, uint64 7, handle 8)", "[1,-2,3,-4,5,-6,7,8]");
  assert_prints ("uint64 18446744073709551615", "18446744073709551615");
  assert_prints ("(objectpath '/a', signature 'as', 's')", "[\"/a\",\"as\",\"s\"]");
  assert_prints ("()", "[]");
  assert_prints ("[(), ()]", "[[],[]]");
  assert_prints ("@ai []", "[]");
  assert_prints ("[1, 2, 3]", "[1,2,3]");
  assert_prints ("['a', 'bc', '']", "[\"a\",\"bc\",\"\"]");
  assert_prints ("[(true, 'x', 5), (false, 'yy', 6)]", "[[true,\"x\",5],[false,\"yy\",6]]");
  assert_prints ("[just 'a', nothing]", "[\"a\",null]");
  assert_prints ("('a', <'b'>, 'c', {'k': 'v'}, byte 9, ['d'])", "[\"a\",\"b\",\"c\",{\"k\":\"v\"},9,[\"d\"]]");
  assert_prints ("(int64 1, byte 2, ('x', byte 3))", "[1,2,[\"x\",3]]");
  assert_prints ("[[1, 2], [3], @ai []]", "[[1,2],[3],[]]");
}

static void
test_json_print_dictionaries (void)
{
  g_test_summary ("Keys of any basic type become text; an entry alone is an array");

  assert_prints ("{'a': 1, 'b': 2}", "{\"a\":1,\"b\":2}");
  assert_prints ("{1: 'a', -2: 'b'}", "{\"1\":\"a\",\"-2\":\"b\"}");
  assert_prints ("{true: <1>, false: <'x'>}", "{\"true\":1,\"false\":\"x\"}");
  assert_prints ("{1.5: true, 1e21: false}", "{\"1.5\":true,\"1e+21\":false}");
  assert_prints ("{uint64 18446744073709551615: byte 0x01}", "{\"18446744073709551615\":1}");
  assert_prints ("{objectpath '/a': {'x': <@mv nothing>}}", "{\"/a\":{\"x\":null}}");
  assert_prints ("@{sv} {'a', <1>}", "[\"a\",1]");
  assert_prints ("@a{sv} {}", "{}");
}

static void
test_json_print_numbers (void)
{
  g_test_summary ("Numbers are the text that JSON.stringify() makes of them");

  assert_number (0.0, "0");
  assert_number (-0.0, "0");
  assert_number (1.0, "1");
  assert_number (-1.5, "-1.5");
  assert_number (0.1, "0.1");
  assert_number (0.1 + 0.2, "0.30000000000000004");
  assert_number (1e21, "1e+21");
  assert_number (1e20, "100000000000000000000");
  assert_number (123456789012345680000.0, "123456789012345680000");
  assert_number (1e-6, "0.000001");
  assert_number (1.5e-7, "1.5e-7");
  assert_number (0x1p53, "9007199254740992");
  assert_number (1.7976931348623157e308, "1.7976931348623157e+308");
  assert_number (5e-324, "5e-324");
  assert_number (2.2250738585072014e-308, "2.2250738585072014e-308");
  assert_number (1.0 / 3, "0.3333333333333333");
  assert_number (0x1p-44, "5.684341886080802e-14");
  assert_number (9007199254740993.0 / 1024, "8796093022208");
  assert_number (4.35, "4.35");
  assert_number (-123456.789e3, "-123456789");
  assert_unprintable (g_variant_new_double (NAN));
  assert_unprintable (g_variant_new_double (INFINITY));
}

static void
test_json_print_numbers_read_back (void)
{
  g_test_summary ("Random numbers read back as what they were");

  for (guint i = 0; i < 20000; i++)
    {
      union
      {
        guint64 bits;
        double number;
      } random;
      g_autofree char *text = NULL;

      random.bits = (guint64) g_test_rand_int () << 32 | (guint32) g_test_rand_int ();
      if (i % 4 == 0)
        random.bits &= ~G_GUINT64_CONSTANT (0xfffffffffffff);
      if (!isfinite (random.number))
        continue;

      text = peer_json_print (g_variant_new_double (random.number), NULL, NULL);
      g_assert_cmpfloat (g_ascii_strtod (text, NULL), ==, random.number);
    }
}

static void
test_json_print_strings (void)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_test_summary ("Quotes, backslashes and control characters are escaped, nothing else is");

  peer_json_append_string (text, "\"\\/\b\f\n\r\t\x01\x1f\x7f\xc3\xa9\xe2\x80\xa8");
  g_assert_cmpstr (text->str, ==, "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\xc3\xa9\xe2\x80\xa8\"");
}

static void
test_json_print_dates (void)
{
  g_test_summary ("Dates are ISO 8601 text as Date.toISOString() writes it");

  assert_prints ("('date', int64 0)", "\"1970-01-01T00:00:00.000Z\"");
  assert_prints ("('date', int64 1577836800000000)", "\"2020-01-01T00:00:00.000Z\"");
  assert_prints ("('date', int64 951782399999999)", "\"2000-02-28T23:59:59.999Z\"");
  assert_prints ("('date', int64 951782400000000)", "\"2000-02-29T00:00:00.000Z\"");
  assert_prints ("('date', int64 -1)", "\"1969-12-31T23:59:59.999Z\"");
  assert_prints ("('date', int64 -62167219200000000)", "\"0000-01-01T00:00:00.000Z\"");
  assert_prints ("('date', int64 -62198755200000000)", "\"-000001-01-01T00:00:00.000Z\"");
  assert_prints ("('date', int64 253402300800000000)", "\"+010000-01-01T00:00:00.000Z\"");
  assert_prints ("('date', int64 8640000000000000000)", "\"+275760-09-13T00:00:00.000Z\"");
  assert_unprintable (g_variant_new_parsed ("('date', int64 8640000000000000001)"));
  assert_prints ("('data', int64 5)", "[\"data\",5]");
  assert_prints ("[('date', int64 0), ('x', 1)]", "[\"1970-01-01T00:00:00.000Z\",[\"x\",1]]");
}

static void
test_json_print_bytes (void)
{
  g_test_summary ("Bytes are refused, empty and inside of something too");

  assert_unprintable (g_variant_new_parsed ("@ay []"));
  assert_unprintable (g_variant_new_parsed ("b'abc'"));
  assert_unprintable (g_variant_new_parsed ("[<{'a': <b'abc'>}>]"));
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/json/parse/scalars", test_json_parse_scalars);
  g_test_add_func ("/json/parse/numbers", test_json_parse_numbers);
  g_test_add_func ("/json/parse/containers", test_json_parse_containers);
  g_test_add_func ("/json/parse/sizes", test_json_parse_sizes);
  g_test_add_func ("/json/parse/repeated-keys", test_json_parse_repeated_keys);
  g_test_add_func ("/json/parse/nul", test_json_parse_nul);
  g_test_add_func ("/json/parse/invalid", test_json_parse_invalid);
  g_test_add_func ("/json/parse/depth", test_json_parse_depth);
  g_test_add_func ("/json/print/types", test_json_print_types);
  g_test_add_func ("/json/print/dictionaries", test_json_print_dictionaries);
  g_test_add_func ("/json/print/numbers", test_json_print_numbers);
  g_test_add_func ("/json/print/numbers-read-back", test_json_print_numbers_read_back);
  g_test_add_func ("/json/print/strings", test_json_print_strings);
  g_test_add_func ("/json/print/dates", test_json_print_dates);
  g_test_add_func ("/json/print/bytes", test_json_print_bytes);

  return g_test_run ();
}
