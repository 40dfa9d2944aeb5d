/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "libpeerglib/server/peer-handshake-private.h"
#include "libpeerglib/server/peer-replay-stream-private.h"

#define HEAD                                        \
  "GET /peerjs?key=k&id=a%20b HTTP/1.1\r\n"         \
  "Host: x\r\n"                                     \
  "Connection: keep-alive, Upgrade\r\n"             \
  "Upgrade: WebSocket\r\n"                          \
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" \
  "Sec-WebSocket-Version: 13\r\n"

static void
test_handshake (void)
{
  g_auto (PeerHandshake) handshake = { 0 };
  g_autofree char *answer = NULL;
  const char *head = HEAD "\r\n";

  g_test_summary ("A handshake is read and answered as RFC 6455 has it");

  for (gsize length = 0; length < strlen (head); length++)
    g_assert_cmpuint (peer_handshake_find_end ((const guint8 *) head, length), ==, 0);
  g_assert_cmpuint (peer_handshake_find_end ((const guint8 *) head, strlen (head)), ==, strlen (head));
  g_assert_cmpuint (peer_handshake_find_end ((const guint8 *) HEAD "\r\nrest", strlen (head) + 4), ==, strlen (head));
  g_assert_cmpuint (peer_handshake_find_end ((const guint8 *) "a\n\nb", 4), ==, 3);

  g_assert_true (peer_handshake_parse (&handshake, head, strlen (head)));
  g_assert_cmpstr (handshake.path, ==, "/peerjs");
  g_assert_cmpstr (handshake.query, ==, "key=k&id=a%20b");
  answer = peer_handshake_build_answer (&handshake);
  g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 101 "));
  g_assert_nonnull (strstr (answer, "\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
  g_assert_true (g_str_has_suffix (answer, "\r\n\r\n"));
}

static void
test_no_handshake (void)
{
  static const struct
  {
    const char *part;
    const char *instead;
  } cases[] = {
    { "GET", "POST" },
    { "GET", "" },
    { "HTTP/1.1", "HTTP/1.0" },
    { "HTTP/1.1", "" },
    { "Host: x", "X: y" },
    { "Upgrade\r\n", "close\r\n" },
    { "WebSocket\r\n", "h2c\r\n" },
    { "dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ" },
    { "dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZSEh" },
    { "Key", "Lock" },
    { "13", "8" },
    { "Version: 13\r\n", "Version: 13\r\nContent-Length: 5\r\n" },
    { "Version: 13\r\n", "Version: 13\r\nTransfer-Encoding: chunked\r\n" },
    { "Version: 13\r\n", "Version: 13\r\nExpect: 100-continue\r\n" },
    { "Host: x", "Host" },
  };

  g_test_summary ("What is no handshake, or not quite, is left to the HTTP server");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) head = g_string_new (HEAD "\r\n");
      g_auto (PeerHandshake) handshake = { 0 };

      g_assert_cmpuint (g_string_replace (head, cases[i].part, cases[i].instead, 1), ==, 1);
      g_assert_false (peer_handshake_parse (&handshake, head->str, head->len));
      g_assert_null (handshake.headers);
    }
}

static void
store_cb (GObject *source,
          gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
}

static void
test_replay (void)
{
  g_autoptr (GBytes) beginning = g_bytes_new_static ("begin", 5);
  g_autoptr (GInputStream) input = g_memory_input_stream_new_from_data ("rest", 4, NULL);
  g_autoptr (GOutputStream) output = g_memory_output_stream_new_resizable ();
  g_autoptr (GIOStream) base = g_simple_io_stream_new (input, output);
  g_autoptr (GIOStream) stream = peer_replay_stream_new (base, beginning);
  GPollableInputStream *replayed = G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (stream));
  g_autoptr (GString) text = g_string_new (NULL);
  gboolean is_ready = FALSE;
  char buffer[3];
  gssize n;

  g_test_summary ("A beginning is read again, in pieces of any size, and then what follows");

  while (text->len < 9)
    {
      g_autoptr (GSource) source = g_pollable_input_stream_create_source (replayed, NULL);

      is_ready = FALSE;
      g_source_set_callback (source, G_SOURCE_FUNC (store_cb), &is_ready, NULL);
      g_source_attach (source, NULL);
      while (!is_ready)
        g_main_context_iteration (NULL, TRUE);
      g_source_destroy (source);

      g_assert_true (g_pollable_input_stream_is_readable (replayed));
      n = g_pollable_input_stream_read_nonblocking (replayed, buffer, text->len == 0 ? 2 : 3, NULL, NULL);
      g_assert_cmpint (n, >, 0);
      g_string_append_len (text, buffer, n);
    }
  g_assert_cmpstr (text->str, ==, "beginrest");
  g_assert_cmpint (g_input_stream_read (G_INPUT_STREAM (replayed), buffer, 3, NULL, NULL), ==, 0);

  g_assert_true (g_io_stream_get_output_stream (stream) == output);
  g_assert_true (g_io_stream_close (stream, NULL, NULL));
  g_assert_true (g_io_stream_is_closed (base));
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/accept/handshake", test_handshake);
  g_test_add_func ("/accept/no-handshake", test_no_handshake);
  g_test_add_func ("/accept/replay", test_replay);

  return g_test_run ();
}
