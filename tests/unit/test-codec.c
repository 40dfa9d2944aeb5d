/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include <libpeerglib/peer.h>

#include "libpeerglib/protocol/peer-codec-private.h"
#include "test-values.h"

static const char *const close_hex = "81ba5f5f706565724461746181b474797065b5636c6f7365";

static GBytes *
bytes_from_text (const char *text)
{
  return g_bytes_new (text, strlen (text));
}

/* Sends a value from one codec to another and returns what arrives; checks
 * that no message is larger than allowed. */
static GVariant *
exchange (PeerCodec *sender,
          PeerCodec *receiver,
          GVariant *value,
          gsize max_message_size,
          guint *n_messages)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PeerFrames) frames = peer_codec_encode (sender, value, max_message_size, &error);
  g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  GBytes *message;
  gboolean is_text;
  gboolean close_requested = FALSE;

  g_assert_no_error (error);
  *n_messages = 0;
  while ((message = peer_frames_next (frames, &is_text)) != NULL)
    {
      g_assert_cmpuint (values->len, ==, 0);
      if (max_message_size != 0)
        g_assert_cmpuint (g_bytes_get_size (message), <=, max_message_size);
      peer_codec_decode (receiver, message, is_text, values, &close_requested, &error);
      g_assert_no_error (error);
      g_bytes_unref (message);
      (*n_messages)++;
    }

  g_assert_false (close_requested);
  g_assert_cmpuint (values->len, ==, 1);

  return g_ptr_array_steal_index (values, 0);
}

static void
assert_exchange (PeerSerialization serialization,
                 const char *sent,
                 const char *received)
{
  g_autoptr (PeerCodec) sender = peer_codec_new (serialization, NULL);
  g_autoptr (PeerCodec) receiver = peer_codec_new (serialization, NULL);
  g_autoptr (GVariant) value = NULL;
  guint n_messages;

  value = exchange (sender, receiver, g_variant_new_parsed (sent), 0, &n_messages);
  assert_value (value, received);
  g_assert_cmpuint (n_messages, ==, 1);
}

static void
assert_not_encoded (PeerSerialization serialization,
                    GVariant *value,
                    gsize max_message_size,
                    int code)
{
  g_autoptr (PeerCodec) codec = peer_codec_new (serialization, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (peer_codec_encode (codec, value, max_message_size, &error));
  g_assert_error (error, PEER_ERROR, code);
}

/* Decodes one message with a codec of its own; NULL for a request to close. */
static GVariant *
decode (PeerSerialization serialization,
        GBytes *message,
        gboolean is_text,
        GError **error)
{
  g_autoptr (PeerCodec) codec = peer_codec_new (serialization, NULL);
  g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  gboolean close_requested = FALSE;

  if (!peer_codec_decode (codec, message, is_text, values, &close_requested, error))
    {
      g_assert_cmpuint (values->len, ==, 0);
      return NULL;
    }

  g_assert_cmpuint (values->len, ==, close_requested ? 0 : 1);

  return close_requested ? NULL : g_ptr_array_steal_index (values, 0);
}

static void
assert_decodes (PeerSerialization serialization,
                GBytes *message,
                gboolean is_text,
                const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = decode (serialization, message, is_text, &error);

  g_assert_no_error (error);
  assert_value (value, expected);
  g_bytes_unref (message);
}

static void
assert_not_decoded (PeerSerialization serialization,
                    GBytes *message,
                    gboolean is_text,
                    int code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (decode (serialization, message, is_text, &error));
  g_assert_error (error, PEER_ERROR, code);
  g_bytes_unref (message);
}

static void
assert_closes (PeerSerialization serialization,
               GBytes *message,
               gboolean is_text)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (decode (serialization, message, is_text, &error));
  g_assert_no_error (error);
  g_bytes_unref (message);
}

static void
test_codec_values (void)
{
  const PeerSerialization all[] = { PEER_SERIALIZATION_BINARY, PEER_SERIALIZATION_BINARY_UTF8, PEER_SERIALIZATION_JSON, PEER_SERIALIZATION_MSGPACK };

  g_test_summary ("Values arrive as the data model has them, whatever types they were sent in");

  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    {
      assert_exchange (all[i], "true", "true");
      assert_exchange (all[i], "uint16 7", "int64 7");
      assert_exchange (all[i], "uint64 18446744073709551615", "uint64 18446744073709551615");
      assert_exchange (all[i], "0.1", "0.1");
      assert_exchange (all[i], "2.0", "int64 2");
      assert_exchange (all[i], "'text'", "'text'");
      assert_exchange (all[i], "(1, <'b'>, [just 2, nothing])", "[<int64 1>, <'b'>, <[<int64 2>, <@mv nothing>]>]");
      assert_exchange (all[i], "{1: {'a': @as []}}", "{'1': <{'a': <@av []>}>}");
    }
}

static void
test_codec_bytes_and_dates (void)
{
  g_test_summary ("Bytes and dates arrive as what the serialization has for them");

  assert_exchange (PEER_SERIALIZATION_BINARY, "{'b': <@ay []>, 'd': <('date', int64 0)>}", "{'b': <@ay []>, 'd': <'1970-01-01T00:00:00.000Z'>}");
  assert_exchange (PEER_SERIALIZATION_MSGPACK, "{'b': <[byte 1]>, 'd': <('date', int64 5)>}", "{'b': <[byte 1]>, 'd': <('date', int64 5)>}");
  assert_exchange (PEER_SERIALIZATION_JSON, "('date', int64 0)", "'1970-01-01T00:00:00.000Z'");
  assert_not_encoded (PEER_SERIALIZATION_JSON, g_variant_new_parsed ("[<b'x'>]"), 0, PEER_ERROR_UNSUPPORTED_VALUE);
}

static void
test_codec_null_alone (void)
{
  const PeerSerialization all[] = { PEER_SERIALIZATION_BINARY, PEER_SERIALIZATION_JSON, PEER_SERIALIZATION_MSGPACK };

  g_test_summary ("Null alone is not sent, because JavaScript fails on it, but taken");

  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    {
      assert_not_encoded (all[i], g_variant_new_parsed ("@mv nothing"), 0, PEER_ERROR_UNSUPPORTED_VALUE);
      assert_not_encoded (all[i], g_variant_new_parsed ("<@ms nothing>"), 0, PEER_ERROR_UNSUPPORTED_VALUE);
      assert_exchange (all[i], "[@ms nothing]", "[<@mv nothing>]");
    }
  assert_decodes (PEER_SERIALIZATION_BINARY, bytes_from_hex ("c0"), FALSE, "@mv nothing");
  assert_decodes (PEER_SERIALIZATION_MSGPACK, bytes_from_hex ("c0"), FALSE, "@mv nothing");
  assert_decodes (PEER_SERIALIZATION_JSON, bytes_from_text ("null"), FALSE, "@mv nothing");
}

static void
test_codec_peer_data (void)
{
  const PeerSerialization all[] = { PEER_SERIALIZATION_BINARY, PEER_SERIALIZATION_JSON, PEER_SERIALIZATION_MSGPACK };

  g_test_summary ("A true __peerData is PeerJS's own; a false one and one inside are not");

  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    {
      assert_not_encoded (all[i], g_variant_new_parsed ("{'__peerData': 1}"), 0, PEER_ERROR_UNSUPPORTED_VALUE);
      assert_not_encoded (all[i], g_variant_new_parsed ("<{'a': <1>, '__peerData': <@av []>}>"), 0, PEER_ERROR_UNSUPPORTED_VALUE);
      assert_exchange (all[i], "{'__peerData': 0}", "{'__peerData': <int64 0>}");
      assert_exchange (all[i], "{'__peerData': ''}", "{'__peerData': <''>}");
      assert_exchange (all[i], "{'a': {'__peerData': 1}}", "{'a': <{'__peerData': <int64 1>}>}");
    }
  assert_not_decoded (PEER_SERIALIZATION_BINARY, bytes_from_hex ("81ba5f5f7065657244617461c3"), FALSE, PEER_ERROR_INVALID_DATA);
  assert_not_decoded (PEER_SERIALIZATION_BINARY, bytes_from_hex ("82ba5f5f706565724461746101b16e00"), FALSE, PEER_ERROR_INVALID_DATA);
  assert_decodes (PEER_SERIALIZATION_JSON, bytes_from_text ("{\"__peerData\":1}"), FALSE, "{'__peerData': <int64 1>}");
}

static void
test_codec_close (void)
{
  const PeerSerialization all[] = { PEER_SERIALIZATION_BINARY, PEER_SERIALIZATION_JSON, PEER_SERIALIZATION_MSGPACK };
  g_autoptr (PeerCodec) raw = peer_codec_new (PEER_SERIALIZATION_NONE, NULL);

  g_test_summary ("A request to close is understood in each serialization that has one");

  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    {
      g_autoptr (PeerCodec) codec = peer_codec_new (all[i], NULL);
      g_autoptr (PeerFrames) frames = peer_codec_encode_close (codec);
      gboolean is_text;
      GBytes *message = peer_frames_next (frames, &is_text);

      assert_closes (all[i], message, is_text);
      g_assert_null (peer_frames_next (frames, NULL));
    }
  assert_closes (PEER_SERIALIZATION_BINARY, bytes_from_hex (close_hex), FALSE);
  assert_closes (PEER_SERIALIZATION_JSON, bytes_from_text ("{\"__peerData\":{\"type\":\"close\"}}"), TRUE);
  g_assert_null (peer_codec_encode_close (raw));
}

static void
test_codec_proto_key (void)
{
  g_test_summary ("The key __proto__ is sent only where JavaScript takes it as a key: in JSON");

  assert_not_encoded (PEER_SERIALIZATION_BINARY, g_variant_new_parsed ("[{'__proto__': 1}]"), 0, PEER_ERROR_UNSUPPORTED_VALUE);
  assert_not_encoded (PEER_SERIALIZATION_MSGPACK, g_variant_new_parsed ("[{'__proto__': 1}]"), 0, PEER_ERROR_UNSUPPORTED_VALUE);
  assert_exchange (PEER_SERIALIZATION_JSON, "{'__proto__': 1}", "{'__proto__': <int64 1>}");
}

static void
test_codec_chunk_threshold (void)
{
  const gsize sizes[] = { 16297, 16298, 100000 };
  const guint n_expected[] = { 1, 2, 7 };

  g_test_summary ("16,300 packed bytes go whole, one more goes in chunks");

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (PeerCodec) sender = peer_codec_new (PEER_SERIALIZATION_BINARY, NULL);
      g_autoptr (PeerCodec) receiver = peer_codec_new (PEER_SERIALIZATION_BINARY, NULL);
      g_autofree char *text = g_strnfill (sizes[i], 'x');
      g_autoptr (GVariant) value = NULL;
      guint n_messages;

      value = exchange (sender, receiver, g_variant_new_string (text), 0, &n_messages);
      g_assert_cmpstr (g_variant_get_string (value, NULL), ==, text);
      g_assert_cmpuint (n_messages, ==, n_expected[i]);
    }
}

static void
test_codec_chunk_ids (void)
{
  g_autoptr (PeerCodec) codec = peer_codec_new (PEER_SERIALIZATION_BINARY, NULL);
  g_autofree char *text = g_strnfill (20000, 'x');

  g_test_summary ("Chunked values are counted from 1 on each connection");

  for (guint8 id = 1; id <= 3; id++)
    {
      g_autoptr (PeerFrames) frames = peer_codec_encode (codec, g_variant_new_string (text), 0, NULL);
      g_autoptr (GBytes) message = peer_frames_next (frames, NULL);
      const guint8 *data = g_bytes_get_data (message, NULL);

      g_assert_cmpuint (data[12], ==, id);
    }
}

static void
test_codec_small_messages (void)
{
  const gsize limits[] = { 64, 65, 100, 1000, 16000, 16331, 65536 };
  g_autofree char *text = g_strnfill (20000, 'x');

  g_test_summary ("Chunks shrink to what the other side takes; below 64 bytes there is no way");

  for (gsize i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      g_autoptr (PeerCodec) sender = peer_codec_new (PEER_SERIALIZATION_BINARY, NULL);
      g_autoptr (PeerCodec) receiver = peer_codec_new (PEER_SERIALIZATION_BINARY, NULL);
      g_autoptr (GVariant) value = NULL;
      guint n_messages;

      value = exchange (sender, receiver, g_variant_new_string (text), limits[i], &n_messages);
      g_assert_cmpstr (g_variant_get_string (value, NULL), ==, text);
    }
  assert_not_encoded (PEER_SERIALIZATION_BINARY, g_variant_new_string (text), 63, PEER_ERROR_MESSAGE_TOO_BIG);
}

/* {__peerData: 1, n: 0, data: …, total: 1} around packed bytes. */
static GBytes *
wrap_in_chunk (const char *hex)
{
  g_autofree char *wrapped = g_strdup_printf ("84ba5f5f706565724461746101b16e00b464617461da%04x%sb5746f74616c01",
                                              (guint) strlen (hex) / 2, hex);

  return bytes_from_hex (wrapped);
}

static void
test_codec_chunk_contents (void)
{
  g_autoptr (GBytes) chunk = wrap_in_chunk ("01");
  g_autofree char *chunk_hex = bytes_to_hex (chunk);

  g_test_summary ("Chunks may carry a request to close, but not another chunk");

  assert_decodes (PEER_SERIALIZATION_BINARY, g_bytes_ref (chunk), FALSE, "int64 1");
  assert_closes (PEER_SERIALIZATION_BINARY, wrap_in_chunk (close_hex), FALSE);
  assert_not_decoded (PEER_SERIALIZATION_BINARY, wrap_in_chunk (chunk_hex), FALSE, PEER_ERROR_INVALID_DATA);
  assert_not_decoded (PEER_SERIALIZATION_BINARY, wrap_in_chunk (""), FALSE, PEER_ERROR_INVALID_DATA);
}

static void
test_codec_binary_string (void)
{
  g_test_summary ("BinaryPack in a text message, as old browsers sent it, is understood");

  assert_decodes (PEER_SERIALIZATION_BINARY, bytes_from_text ("\xc2\x92\x01\xc3\x8d\x01\x02"), TRUE, "[<int64 1>, <int64 258>]");
  assert_not_decoded (PEER_SERIALIZATION_BINARY, bytes_from_text ("\xc4\x80"), TRUE, PEER_ERROR_INVALID_DATA);
  assert_not_decoded (PEER_SERIALIZATION_BINARY, bytes_from_text ("\xff"), TRUE, PEER_ERROR_INVALID_DATA);
}

static void
test_codec_json_messages (void)
{
  g_autoptr (PeerCodec) codec = peer_codec_new (PEER_SERIALIZATION_JSON, NULL);
  g_autoptr (PeerFrames) frames = peer_codec_encode (codec, g_variant_new_string ("\xc3\xa9"), 0, NULL);
  g_autoptr (GBytes) message = NULL;
  g_autofree char *fits = g_strnfill (16297, 'x');
  g_autofree char *does_not_fit = g_strnfill (16298, 'x');
  gboolean is_text = TRUE;

  g_test_summary ("JSON goes in binary messages below 16,300 bytes and comes in messages of both kinds");

  message = peer_frames_next (frames, &is_text);
  g_assert_false (is_text);
  g_assert_cmpmem (g_bytes_get_data (message, NULL), g_bytes_get_size (message), "\"\xc3\xa9\"", 4);

  assert_decodes (PEER_SERIALIZATION_JSON, bytes_from_text ("[1]"), TRUE, "[<int64 1>]");
  assert_decodes (PEER_SERIALIZATION_JSON, bytes_from_text ("[1]"), FALSE, "[<int64 1>]");
  assert_not_decoded (PEER_SERIALIZATION_JSON, bytes_from_text ("[1"), FALSE, PEER_ERROR_INVALID_DATA);

  {
    g_autoptr (PeerFrames) largest = peer_codec_encode (codec, g_variant_new_string (fits), 0, NULL);

    g_assert_cmpuint (peer_frames_get_size (largest), ==, 16299);
  }
  assert_not_encoded (PEER_SERIALIZATION_JSON, g_variant_new_string (does_not_fit), 0, PEER_ERROR_MESSAGE_TOO_BIG);
  assert_not_encoded (PEER_SERIALIZATION_JSON, g_variant_new_string ("abc"), 4, PEER_ERROR_MESSAGE_TOO_BIG);
}

static void
test_codec_raw (void)
{
  g_test_summary ("Raw text and bytes stay what they are; nothing else has a form");

  assert_exchange (PEER_SERIALIZATION_NONE, "'text'", "'text'");
  assert_exchange (PEER_SERIALIZATION_NONE, "''", "''");
  assert_exchange (PEER_SERIALIZATION_NONE, "<<'boxed'>>", "'boxed'");
  assert_exchange (PEER_SERIALIZATION_NONE, "@ay []", "@ay []");
  assert_exchange (PEER_SERIALIZATION_NONE, "[byte 0, 255]", "[byte 0, 255]");
  assert_not_encoded (PEER_SERIALIZATION_NONE, g_variant_new_parsed ("1"), 0, PEER_ERROR_UNSUPPORTED_VALUE);
  assert_not_encoded (PEER_SERIALIZATION_NONE, g_variant_new_parsed ("@mv nothing"), 0, PEER_ERROR_UNSUPPORTED_VALUE);
  assert_not_encoded (PEER_SERIALIZATION_NONE, g_variant_new_parsed ("'abc'"), 2, PEER_ERROR_MESSAGE_TOO_BIG);
  assert_decodes (PEER_SERIALIZATION_NONE, g_bytes_new ("a\0b", 3), TRUE, "'a\xef\xbf\xbd"
                                                                          "b'");
  assert_not_decoded (PEER_SERIALIZATION_NONE, bytes_from_text ("\xff"), TRUE, PEER_ERROR_INVALID_DATA);
}

static void
test_codec_msgpack_frames (void)
{
  const gsize limits[] = { 0, 1000, 65536 };
  const guint n_expected[] = { 4, 101, 4 };
  g_autofree char *text = g_strnfill (100000, 'x');

  g_test_summary ("The MessagePack stream is cut at 32,768 bytes, or less where the other side takes less");

  for (gsize i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      g_autoptr (PeerCodec) sender = peer_codec_new (PEER_SERIALIZATION_MSGPACK, NULL);
      g_autoptr (PeerCodec) receiver = peer_codec_new (PEER_SERIALIZATION_MSGPACK, NULL);
      g_autoptr (GVariant) value = NULL;
      guint n_messages;

      value = exchange (sender, receiver, g_variant_new_string (text), limits[i], &n_messages);
      g_assert_cmpstr (g_variant_get_string (value, NULL), ==, text);
      g_assert_cmpuint (n_messages, ==, n_expected[i]);
    }
}

static void
test_codec_msgpack_stream (void)
{
  g_autoptr (GBytes) stream = bytes_from_hex ("01 a3616263 920203 c0 8180 c0 c403000102");
  gsize size = g_bytes_get_size (stream);

  g_test_summary ("Values come out of the stream wherever it is cut, until it breaks; then it stays broken");

  for (gsize step = 1; step <= size; step++)
    {
      g_autoptr (PeerCodec) codec = peer_codec_new (PEER_SERIALIZATION_MSGPACK, NULL);
      g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
      g_autoptr (GError) error = NULL;
      g_autoptr (GError) again = NULL;
      g_autoptr (GBytes) more = bytes_from_hex ("01");
      gboolean close_requested = FALSE;

      for (gsize i = 0; i < size && error == NULL; i += step)
        {
          g_autoptr (GBytes) message = g_bytes_new_from_bytes (stream, i, MIN (step, size - i));

          peer_codec_decode (codec, message, FALSE, values, &close_requested, &error);
        }

      g_assert_error (error, PEER_ERROR, PEER_ERROR_INVALID_DATA);
      g_assert_cmpuint (values->len, ==, 4);
      assert_value (values->pdata[1], "'abc'");
      assert_value (values->pdata[2], "[<int64 2>, <int64 3>]");
      g_assert_false (peer_codec_decode (codec, more, FALSE, values, &close_requested, &again));
      g_assert_cmpstr (again->message, ==, error->message);
      g_assert_cmpuint (values->len, ==, 4);
    }

  assert_not_decoded (PEER_SERIALIZATION_MSGPACK, bytes_from_text ("x"), TRUE, PEER_ERROR_INVALID_DATA);
}

static void
test_codec_value_limit (void)
{
  const PeerSerialization all[] = { PEER_SERIALIZATION_BINARY, PEER_SERIALIZATION_JSON, PEER_SERIALIZATION_NONE, PEER_SERIALIZATION_MSGPACK };
  g_autofree char *text = g_strnfill (2000, 'x');
  PeerCodecLimits limits = PEER_CODEC_LIMITS_DEFAULT;

  g_test_summary ("A value over the limit is refused in each serialization");

  limits.max_value_size = 1000;
  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    {
      g_autoptr (PeerCodec) sender = peer_codec_new (all[i], NULL);
      g_autoptr (PeerCodec) receiver = peer_codec_new (all[i], &limits);
      g_autoptr (PeerFrames) frames = peer_codec_encode (sender, g_variant_new_string (text), 0, NULL);
      g_autoptr (GPtrArray) values = g_ptr_array_new ();
      g_autoptr (GError) error = NULL;
      gboolean close_requested = FALSE;
      gboolean is_text;
      g_autoptr (GBytes) message = peer_frames_next (frames, &is_text);

      g_assert_false (peer_codec_decode (receiver, message, is_text, values, &close_requested, &error));
      g_assert_error (error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED);
      g_assert_cmpuint (values->len, ==, 0);
    }
}

static void
test_codec_wire_names (void)
{
  PeerSerialization serialization;

  g_test_summary ("Names on the wire are PeerJS's, older ones understood, unknown ones not");

  g_assert_cmpstr (peer_serialization_to_wire (PEER_SERIALIZATION_BINARY), ==, "binary");
  g_assert_cmpstr (peer_serialization_to_wire (PEER_SERIALIZATION_BINARY_UTF8), ==, "binary");
  g_assert_cmpstr (peer_serialization_to_wire (PEER_SERIALIZATION_JSON), ==, "json");
  g_assert_cmpstr (peer_serialization_to_wire (PEER_SERIALIZATION_NONE), ==, "raw");
  g_assert_cmpstr (peer_serialization_to_wire (PEER_SERIALIZATION_MSGPACK), ==, "MsgPack");
  g_assert_null (peer_serialization_to_wire (PEER_SERIALIZATION_CUSTOM));

  g_assert_true (peer_serialization_from_wire ("binary", &serialization));
  g_assert_cmpint (serialization, ==, PEER_SERIALIZATION_BINARY);
  g_assert_true (peer_serialization_from_wire ("binary-utf8", &serialization));
  g_assert_cmpint (serialization, ==, PEER_SERIALIZATION_BINARY_UTF8);
  g_assert_true (peer_serialization_from_wire ("MsgPack", &serialization));
  g_assert_cmpint (serialization, ==, PEER_SERIALIZATION_MSGPACK);
  g_assert_false (peer_serialization_from_wire ("Cbor", &serialization));
  g_assert_false (peer_serialization_from_wire (NULL, &serialization));
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/codec/values", test_codec_values);
  g_test_add_func ("/codec/bytes-and-dates", test_codec_bytes_and_dates);
  g_test_add_func ("/codec/null-alone", test_codec_null_alone);
  g_test_add_func ("/codec/peer-data", test_codec_peer_data);
  g_test_add_func ("/codec/close", test_codec_close);
  g_test_add_func ("/codec/proto-key", test_codec_proto_key);
  g_test_add_func ("/codec/chunk-threshold", test_codec_chunk_threshold);
  g_test_add_func ("/codec/chunk-ids", test_codec_chunk_ids);
  g_test_add_func ("/codec/small-messages", test_codec_small_messages);
  g_test_add_func ("/codec/chunk-contents", test_codec_chunk_contents);
  g_test_add_func ("/codec/binary-string", test_codec_binary_string);
  g_test_add_func ("/codec/json-messages", test_codec_json_messages);
  g_test_add_func ("/codec/raw", test_codec_raw);
  g_test_add_func ("/codec/msgpack-frames", test_codec_msgpack_frames);
  g_test_add_func ("/codec/msgpack-stream", test_codec_msgpack_stream);
  g_test_add_func ("/codec/value-limit", test_codec_value_limit);
  g_test_add_func ("/codec/wire-names", test_codec_wire_names);

  return g_test_run ();
}
