/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "libpeerglib/protocol/peer-websocket-private.h"

static const guint8 mask[4] = { 0x12, 0x34, 0x56, 0x78 };

/* A frame as a client sends it. */
static void
append_frame (GByteArray *bytes,
              guint8 first,
              const char *payload,
              gsize size)
{
  guint8 header[PEER_WEBSOCKET_HEADER_SIZE];
  gsize header_size = peer_websocket_write_header (header, PEER_WEBSOCKET_TEXT, size);

  header[0] = first;
  header[1] |= 0x80;
  g_byte_array_append (bytes, header, header_size);
  g_byte_array_append (bytes, mask, sizeof mask);
  for (gsize i = 0; i < size; i++)
    {
      guint8 byte = payload[i] ^ mask[i % 4];

      g_byte_array_append (bytes, &byte, 1);
    }
}

/* Reads what has come in pieces, as a stream gives it, and writes down what
 * was read. */
static char *
read_in_pieces (GByteArray *bytes,
                gsize piece,
                gsize maximum)
{
  static const char letters[] = "-fmpocitb";
  g_autoptr (GByteArray) input = g_byte_array_new ();
  PeerWebsocketReader reader = { 0 };
  GString *log = g_string_new (NULL);

  for (gsize offset = 0; offset < bytes->len; offset += piece)
    {
      PeerWebsocketEvent event;
      PeerWebsocketFrame frame;

      g_byte_array_append (input, bytes->data + offset, MIN (piece, bytes->len - offset));
      while ((event = peer_websocket_reader_read (&reader, input->data, input->len, maximum, &frame)) != PEER_WEBSOCKET_EVENT_NONE)
        {
          g_string_append_c (log, letters[event]);
          if (event >= PEER_WEBSOCKET_EVENT_INVALID)
            {
              peer_websocket_reader_clear (&reader);
              return g_string_free (log, FALSE);
            }
          if (event == PEER_WEBSOCKET_EVENT_MESSAGE)
            g_assert_nonnull (frame.payload);
          if (event == PEER_WEBSOCKET_EVENT_MESSAGE)
            g_string_append_printf (log, "(%s%.*s)", frame.is_text ? "" : "binary ", (int) frame.payload_length, (const char *) frame.payload);
          g_byte_array_remove_range (input, 0, frame.frame_size);
        }
    }

  g_assert_null (reader.fragments);
  g_assert_cmpuint (input->len, ==, 0);

  return g_string_free (log, FALSE);
}

static void
test_pieces (void)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  g_test_summary ("Frames of each kind are read, whatever the pieces they come in");

  append_frame (bytes, 0x81, "hello", 5);
  append_frame (bytes, 0x82, "\xff\0x", 3);
  append_frame (bytes, 0x89, "ping", 4);
  append_frame (bytes, 0x8a, "", 0);
  append_frame (bytes, 0x01, "one ", 4);
  append_frame (bytes, 0x89, "between", 7);
  append_frame (bytes, 0x00, "", 0);
  append_frame (bytes, 0x80, "message", 7);
  append_frame (bytes, 0x02, "", 0);
  append_frame (bytes, 0x80, "", 0);
  append_frame (bytes, 0x81, "", 0);
  append_frame (bytes, 0x88, "\x03\xe8 bye", 6);
  append_frame (bytes, 0x88, "", 0);

  for (gsize piece = 1; piece <= bytes->len; piece++)
    {
      g_autofree char *log = read_in_pieces (bytes, piece, 100);

      g_assert_cmpstr (log, ==, "m(hello)m(binary \xff)pofpfm(one message)fm(binary )m()cc");
    }
}

static void
test_sizes (void)
{
  static const gsize sizes[] = { 0, 1, 7, 8, 9, 125, 126, 127, 65535, 65536, 70001 };
  g_autofree char *text = g_strnfill (70001, 'x');

  g_test_summary ("Payloads of each size are unmasked, and may be as large as allowed and no larger");

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      PeerWebsocketReader reader = { 0 };
      PeerWebsocketFrame frame;

      append_frame (bytes, 0x81, text, sizes[i]);
      if (sizes[i] > 1)
        g_assert_cmpint (peer_websocket_reader_read (&reader, bytes->data, bytes->len, sizes[i] - 1, &frame), ==, PEER_WEBSOCKET_EVENT_TOO_BIG);
      g_assert_cmpint (peer_websocket_reader_read (&reader, bytes->data, bytes->len, sizes[i], &frame), ==, PEER_WEBSOCKET_EVENT_MESSAGE);
      g_assert_cmpuint (frame.frame_size, ==, bytes->len);
      g_assert_cmpmem (frame.payload, frame.payload_length, text, sizes[i]);
    }
}

static void
test_empty_fragments (void)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree char *log = NULL;

  g_test_summary ("A message of empty fragments is empty, but there");

  append_frame (bytes, 0x01, "", 0);
  append_frame (bytes, 0x80, "", 0);
  log = read_in_pieces (bytes, bytes->len, 100);
  g_assert_cmpstr (log, ==, "fm()");
}

static void
test_fragments_together (void)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree char *text = g_strnfill (100, 'x');

  g_test_summary ("The fragments of a message count together, with pings in between");

  for (guint i = 0; i < 2; i++)
    {
      append_frame (bytes, 0x02, text, 40);
      append_frame (bytes, 0x89, text, 100);
      append_frame (bytes, 0x00, text, 40);
      append_frame (bytes, 0x80, text, 20);
    }

  for (gsize piece = 1; piece < 20; piece++)
    {
      g_autofree char *whole = read_in_pieces (bytes, piece, 100);
      g_autofree char *cut = read_in_pieces (bytes, piece, 99);

      g_assert_true (g_str_has_prefix (whole, "fpfm("));
      g_assert_true (g_str_has_suffix (whole, ")"));
      g_assert_cmpstr (cut, ==, "fpfb");
    }
}

static void
test_refused (void)
{
  static const struct
  {
    const char *bytes;
    gsize length;
    PeerWebsocketEvent event;
  } cases[] = {
    { "\x81\x00", 2, PEER_WEBSOCKET_EVENT_INVALID },       /* not masked */
    { "\xc1\x80", 2, PEER_WEBSOCKET_EVENT_INVALID },       /* a reserved bit */
    { "\xa1\x80", 2, PEER_WEBSOCKET_EVENT_INVALID },       /* another */
    { "\x91\x80", 2, PEER_WEBSOCKET_EVENT_INVALID },       /* and the third */
    { "\x83\x80", 2, PEER_WEBSOCKET_EVENT_INVALID },       /* no such opcode */
    { "\x8b\x80", 2, PEER_WEBSOCKET_EVENT_INVALID },       /* no such control frame */
    { "\x80\x80", 2, PEER_WEBSOCKET_EVENT_INVALID },       /* the end of nothing */
    { "\x09\x80", 2, PEER_WEBSOCKET_EVENT_INVALID },       /* a ping in fragments */
    { "\x89\xfe", 2, PEER_WEBSOCKET_EVENT_INVALID },       /* a long ping */
    { "\x81\xfe\0\x7d", 4, PEER_WEBSOCKET_EVENT_INVALID }, /* 125, too long for what it says */
    { "\x81\xff\0\0\0\0\0\0\xff\xff", 10, PEER_WEBSOCKET_EVENT_INVALID },
    { "\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff", 10, PEER_WEBSOCKET_EVENT_TOO_BIG },
    { "\x81\xff\0\0\0\0\x40\0\0\0", 10, PEER_WEBSOCKET_EVENT_TOO_BIG },
    { "\x88\x81\0\0\0\0\x03", 7, PEER_WEBSOCKET_EVENT_INVALID }, /* half a code */
    { "\x88\x82\0\0\0\0\x03\xe7", 8, PEER_WEBSOCKET_EVENT_INVALID },
    { "\x88\x82\0\0\0\0\x03\xed", 8, PEER_WEBSOCKET_EVENT_INVALID }, /* 1005 */
    { "\x88\x82\0\0\0\0\x13\x88", 8, PEER_WEBSOCKET_EVENT_INVALID }, /* 5000 */
    { "\x88\x83\0\0\0\0\x03\xe8\xff", 9, PEER_WEBSOCKET_EVENT_INVALID_TEXT },
    { "\x81\x81\0\0\0\0\xff", 7, PEER_WEBSOCKET_EVENT_INVALID_TEXT },
  };

  g_test_summary ("What breaks the protocol is refused as soon as it can be seen, also without a limit");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree guint8 *bytes = g_memdup2 (cases[i].bytes, cases[i].length);
      PeerWebsocketReader reader = { 0 };
      PeerWebsocketFrame frame;

      g_test_message ("case %u", i);
      for (gsize n = 0; n < MIN (cases[i].length, 2); n++)
        g_assert_cmpint (peer_websocket_reader_read (&reader, bytes, n, 0, &frame), ==, PEER_WEBSOCKET_EVENT_NONE);
      g_assert_cmpint (peer_websocket_reader_read (&reader, bytes, cases[i].length, 0, &frame), ==, cases[i].event);
    }
}

static void
test_mixed_up (void)
{
  static const struct
  {
    guint8 second;
    const char *log;
  } cases[] = { { 0x81, "fi" }, { 0x02, "fi" }, { 0x80, "ft" } };

  g_test_summary ("A message begins when the one before has ended, and its fragments are UTF-8 together");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      g_autofree char *log = NULL;

      append_frame (bytes, 0x01, "\xc3", 1);
      append_frame (bytes, cases[i].second, "x", 1);
      log = read_in_pieces (bytes, bytes->len, 0);
      g_assert_cmpstr (log, ==, cases[i].log);
    }

  {
    g_autoptr (GByteArray) bytes = g_byte_array_new ();
    g_autofree char *log = NULL;

    append_frame (bytes, 0x01, "\xc3", 1);
    append_frame (bytes, 0x80, "\xa4", 1);
    log = read_in_pieces (bytes, bytes->len, 0);
    g_assert_cmpstr (log, ==, "fm(ä)");
  }
}

static void
test_lower_limit (void)
{
  g_autoptr (GByteArray) first = g_byte_array_new ();
  g_autoptr (GByteArray) second = g_byte_array_new ();
  g_autofree char *text = g_strnfill (100, 'x');
  PeerWebsocketReader reader = { 0 };
  PeerWebsocketFrame frame;

  g_test_summary ("The limit may fall below what has come already");

  append_frame (first, 0x01, text, 100);
  append_frame (second, 0x80, text, 1);
  g_assert_cmpint (peer_websocket_reader_read (&reader, first->data, first->len, 200, &frame), ==, PEER_WEBSOCKET_EVENT_FRAGMENT);
  g_assert_cmpint (peer_websocket_reader_read (&reader, second->data, second->len, 50, &frame), ==, PEER_WEBSOCKET_EVENT_TOO_BIG);
  peer_websocket_reader_clear (&reader);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/websocket/pieces", test_pieces);
  g_test_add_func ("/websocket/sizes", test_sizes);
  g_test_add_func ("/websocket/empty-fragments", test_empty_fragments);
  g_test_add_func ("/websocket/fragments-together", test_fragments_together);
  g_test_add_func ("/websocket/refused", test_refused);
  g_test_add_func ("/websocket/mixed-up", test_mixed_up);
  g_test_add_func ("/websocket/lower-limit", test_lower_limit);

  return g_test_run ();
}
