/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "libpeerglib/server/peer-frame-scanner-private.h"

/* A frame as a client sends it, with a payload of zeros. */
static void
append_frame (GByteArray *bytes,
              guint8 first,
              gsize size)
{
  guint8 header[14] = { first };
  gsize length;

  if (size < 126)
    {
      header[1] = 0x80 | size;
      length = 2;
    }
  else if (size < 65536)
    {
      header[1] = 0x80 | 126;
      header[2] = size >> 8;
      header[3] = size & 0xff;
      length = 4;
    }
  else
    {
      header[1] = 0x80 | 127;
      for (guint i = 0; i < 8; i++)
        header[2 + i] = (guint64) size >> (56 - 8 * i) & 0xff;
      length = 10;
    }

  g_byte_array_append (bytes, header, length + 4);
  length = bytes->len;
  g_byte_array_set_size (bytes, length + size);
  memset (bytes->data + length, 0, size);
}

static PeerFrameScanResult
scan_in_pieces (GByteArray *bytes,
                gsize piece,
                gsize maximum,
                guint *n_frames)
{
  PeerFrameScanner scanner = { 0 };

  *n_frames = 0;
  for (gsize offset = 0; offset < bytes->len; offset += piece)
    {
      PeerFrameScanResult result = peer_frame_scanner_scan (&scanner, bytes->data + offset,
                                                            MIN (piece, bytes->len - offset), maximum, n_frames);

      if (result != PEER_FRAME_SCAN_OK)
        return result;
    }

  return PEER_FRAME_SCAN_OK;
}

static void
test_pieces (void)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint n_frames;

  g_test_summary ("Frames of each size are counted, whatever the pieces they come in");

  append_frame (bytes, 0x81, 0);
  append_frame (bytes, 0x81, 125);
  append_frame (bytes, 0x82, 126);
  append_frame (bytes, 0x81, 65535);
  append_frame (bytes, 0x81, 65536);
  append_frame (bytes, 0x89, 125);
  append_frame (bytes, 0x88, 2);

  for (gsize piece = 1; piece < 2000; piece += 13)
    {
      g_assert_cmpint (scan_in_pieces (bytes, piece, 65536, &n_frames), ==, PEER_FRAME_SCAN_OK);
      g_assert_cmpuint (n_frames, ==, 7);
      g_assert_cmpint (scan_in_pieces (bytes, piece, 65535, &n_frames), ==, PEER_FRAME_SCAN_TOO_BIG);
      g_assert_cmpuint (n_frames, ==, 5);
    }
}

static void
test_fragments (void)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint n_frames;

  g_test_summary ("The fragments of a message count together, with pings in between");

  for (guint i = 0; i < 2; i++)
    {
      append_frame (bytes, 0x01, 40);
      append_frame (bytes, 0x89, 100);
      append_frame (bytes, 0x00, 40);
      append_frame (bytes, 0x80, 20);
    }

  g_assert_cmpint (scan_in_pieces (bytes, 7, 100, &n_frames), ==, PEER_FRAME_SCAN_OK);
  g_assert_cmpuint (n_frames, ==, 8);
  g_assert_cmpint (scan_in_pieces (bytes, 7, 99, &n_frames), ==, PEER_FRAME_SCAN_TOO_BIG);
  g_assert_cmpuint (n_frames, ==, 4);
}

static void
test_extremes (void)
{
  const guint8 huge[] = { 0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
  const guint8 ping[] = { 0x89, 0xfe, 0x00, 0x7e };
  PeerFrameScanner scanner = { 0 };
  guint n_frames = 0;

  g_test_summary ("Sizes that cannot be are refused, also without a limit");

  g_assert_cmpint (peer_frame_scanner_scan (&scanner, huge, sizeof huge, 0, &n_frames), ==, PEER_FRAME_SCAN_TOO_BIG);
  scanner = (PeerFrameScanner){ 0 };
  g_assert_cmpint (peer_frame_scanner_scan (&scanner, ping, sizeof ping, 0, &n_frames), ==, PEER_FRAME_SCAN_INVALID);
}

static void
test_lower_limit (void)
{
  g_autoptr (GByteArray) first = g_byte_array_new ();
  g_autoptr (GByteArray) second = g_byte_array_new ();
  PeerFrameScanner scanner = { 0 };
  guint n_frames = 0;

  g_test_summary ("The limit may fall below what has come already");

  append_frame (first, 0x01, 100);
  append_frame (second, 0x80, 1);
  g_assert_cmpint (peer_frame_scanner_scan (&scanner, first->data, first->len, 200, &n_frames), ==, PEER_FRAME_SCAN_OK);
  g_assert_cmpint (peer_frame_scanner_scan (&scanner, second->data, second->len, 50, &n_frames), ==, PEER_FRAME_SCAN_TOO_BIG);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/frame-scanner/pieces", test_pieces);
  g_test_add_func ("/frame-scanner/fragments", test_fragments);
  g_test_add_func ("/frame-scanner/extremes", test_extremes);
  g_test_add_func ("/frame-scanner/lower-limit", test_lower_limit);

  return g_test_run ();
}
