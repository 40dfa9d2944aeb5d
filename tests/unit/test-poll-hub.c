/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <gio/gio.h>
#include <sys/socket.h>

#include "libpeerglib/server/peer-poll-stream-private.h"

/* What uses a stream: takes what it is given, or leaves some of it. */
typedef struct
{
  PeerPollHub *hub;
  PeerPollStream *stream;
  GSocket *other;
  GString *received;
  gsize longest_turn;
  guint n_turns;
  gsize wanted; /* pieces of so many bytes, one a turn; 0: everything */
  gboolean rests;
  gboolean has_ended;
} Reader;

static gsize
received_cb (guint8 *data,
             gsize length,
             gpointer user_data)
{
  Reader *self = user_data;
  gsize n_used = length;

  self->n_turns++;
  self->longest_turn = MAX (self->longest_turn, length);
  if (self->wanted > 0)
    n_used = length < self->wanted ? 0 : self->wanted;
  g_string_append_len (self->received, (const char *) data, n_used);
  if (self->rests)
    peer_poll_stream_rest (self->stream);

  return n_used;
}

static void
ended_cb (gpointer user_data)
{
  Reader *self = user_data;

  g_assert_false (self->has_ended);
  self->has_ended = TRUE;
}

static const PeerPollStreamFuncs funcs = { .received = received_cb, .ended = ended_cb };

static void
reader_init (Reader *self)
{
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM, 0, fds), ==, 0);
  *self = (Reader){ .hub = peer_poll_hub_new (NULL, NULL), .received = g_string_new (NULL) };
  self->other = g_socket_new_from_fd (fds[1], NULL);
  g_socket_set_blocking (self->other, FALSE);
  self->stream = peer_poll_stream_new (self->hub, fds[0]);
  g_assert_nonnull (self->stream);
  peer_poll_stream_set_funcs (self->stream, &funcs, self);
}

static void
reader_clear (Reader *self)
{
  peer_poll_stream_close (self->stream);
  peer_poll_stream_unref (self->stream);
  g_clear_object (&self->other);
  while (peer_poll_hub_get_n_streams (self->hub) > 0)
    g_main_context_iteration (NULL, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_string_free (self->received, TRUE);
  g_assert_finalize_object (self->hub);
}

static void
send_bytes (Reader *self,
            const char *bytes)
{
  gsize length = strlen (bytes);

  g_assert_cmpint (g_socket_send (self->other, bytes, length, NULL, NULL), ==, length);
}

static void
wait_for_bytes (Reader *self,
                gsize length)
{
  while (self->received->len < length)
    g_main_context_iteration (NULL, TRUE);
}

static void
write_bytes (Reader *self,
             const char *bytes)
{
  g_assert_true (peer_poll_stream_write (self->stream, bytes, 1, bytes + 1, strlen (bytes) - 1));
}

static void
test_input (void)
{
  Reader reader;

  g_test_summary ("What arrives is given, and its end told once");

  reader_init (&reader);
  for (guint i = 1; i <= 3; i++)
    {
      send_bytes (&reader, "hello");
      wait_for_bytes (&reader, i * 5);
    }
  g_assert_cmpuint (reader.n_turns, ==, 3);

  g_socket_close (reader.other, NULL);
  while (!reader.has_ended)
    g_main_context_iteration (NULL, TRUE);
  g_main_context_iteration (NULL, FALSE);
  reader_clear (&reader);
}

static void
test_turn (void)
{
  g_autofree char *bytes = g_strnfill (200 * 1000, 'x');
  Reader reader;
  gsize n_sent = 0;
  gssize n;

  g_test_summary ("A turn reads 64 KiB at most");

  reader_init (&reader);
  while (reader.received->len < 200 * 1000)
    {
      while (n_sent < 200 * 1000 && (n = g_socket_send (reader.other, bytes + n_sent, 200 * 1000 - n_sent, NULL, NULL)) > 0)
        n_sent += n;
      g_main_context_iteration (NULL, TRUE);
    }
  g_assert_cmpuint (reader.longest_turn, <=, 64 * 1024);

  reader_clear (&reader);
}

static void
test_left_over (void)
{
  Reader reader;

  g_test_summary ("What is not used is given again with what comes after it");

  reader_init (&reader);
  reader.wanted = 10;
  send_bytes (&reader, "0123");
  while (reader.n_turns == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (reader.received->str, ==, "");
  send_bytes (&reader, "456789abc");
  wait_for_bytes (&reader, 10);
  g_assert_cmpstr (reader.received->str, ==, "0123456789");
  send_bytes (&reader, "defghij");
  wait_for_bytes (&reader, 20);
  g_assert_cmpstr (reader.received->str, ==, "0123456789abcdefghij");

  reader_clear (&reader);
}

static void
test_rest (void)
{
  g_autofree char *bytes = g_strnfill (100, 'x');
  Reader reader;

  g_test_summary ("A stream that rests is left unread for a while, and nothing is lost");

  reader_init (&reader);
  reader.wanted = 20;
  reader.rests = TRUE;
  send_bytes (&reader, bytes);
  wait_for_bytes (&reader, 20);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (reader.received->len, <, 100);
  wait_for_bytes (&reader, 100);

  /* Whatever it has left, it is told that the connection is lost. */
  send_bytes (&reader, bytes);
  g_socket_close (reader.other, NULL);
  while (!reader.has_ended)
    g_main_context_iteration (NULL, TRUE);

  reader_clear (&reader);
}

static void
test_hold (void)
{
  const guint8 *peeked;
  gsize length;
  Reader reader;

  g_test_summary ("A stream that is held keeps what it has until it is resumed");

  reader_init (&reader);
  reader.wanted = 100;
  send_bytes (&reader, "head body");
  while (reader.n_turns == 0)
    g_main_context_iteration (NULL, TRUE);
  peer_poll_stream_hold (reader.stream);
  send_bytes (&reader, " more");
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (reader.n_turns, ==, 1);

  peeked = peer_poll_stream_peek (reader.stream, &length);
  g_assert_cmpmem (peeked, length, "head body", 9);
  peer_poll_stream_skip (reader.stream, 5);
  reader.wanted = 0;
  peer_poll_stream_resume (reader.stream);
  wait_for_bytes (&reader, 9);
  g_assert_cmpstr (reader.received->str, ==, "body more");

  reader_clear (&reader);
}

static void
test_release (void)
{
  g_autoptr (GIOStream) released = NULL;
  g_autoptr (GError) error = NULL;
  char buffer[10];
  Reader reader;

  g_test_summary ("A connection that is taken off the hub stays open");

  reader_init (&reader);
  released = peer_poll_stream_release (reader.stream, &error);
  g_assert_no_error (error);
  send_bytes (&reader, "hello");
  g_assert_cmpint (g_input_stream_read (g_io_stream_get_input_stream (released), buffer, sizeof buffer, NULL, &error), ==, 5);
  g_assert_no_error (error);
  g_assert_cmpuint (reader.received->len, ==, 0);
  g_assert_cmpuint (peer_poll_hub_get_n_streams (reader.hub), ==, 0);

  reader_clear (&reader);
}

static void
test_together (void)
{
  char buffer[100];
  Reader reader;

  g_test_summary ("What is written in a turn is sent at its end, all together");

  reader_init (&reader);
  write_bytes (&reader, "one ");
  write_bytes (&reader, "two ");
  write_bytes (&reader, "three");
  g_assert_cmpint (g_socket_receive (reader.other, buffer, sizeof buffer, NULL, NULL), ==, -1);
  g_main_context_iteration (NULL, FALSE);
  g_assert_cmpint (g_socket_receive (reader.other, buffer, sizeof buffer, NULL, NULL), ==, 13);
  g_assert_cmpmem (buffer, 13, "one two three", 13);

  reader_clear (&reader);
}

static void
test_output (void)
{
  g_autofree char *bytes = g_strnfill (3000 * 1000, 'x');
  char buffer[50000];
  gsize n_received = 0;
  Reader reader;

  g_test_summary ("A write is always taken; what the socket does not take waits, beyond a close, too");

  reader_init (&reader);
  peer_poll_hub_set_max_pending (reader.hub, 1000 * 1000);
  g_assert_false (peer_poll_stream_write (reader.stream, bytes, 10, bytes, 3000 * 1000 - 10));
  peer_poll_stream_close (reader.stream);

  while (n_received < 3000 * 1000)
    {
      gssize n = g_socket_receive (reader.other, buffer, sizeof buffer, NULL, NULL);

      g_assert_cmpint (n, !=, 0);
      if (n > 0)
        n_received += n;
      else
        g_main_context_iteration (NULL, FALSE);
    }
  while (g_socket_receive (reader.other, buffer, sizeof buffer, NULL, NULL) != 0)
    g_main_context_iteration (NULL, FALSE);

  reader_clear (&reader);
}

static void
test_broken (void)
{
  Reader reader;

  g_test_summary ("When nothing can be sent any more, that is the end");

  reader_init (&reader);
  peer_poll_stream_hold (reader.stream);
  g_socket_close (reader.other, NULL);
  write_bytes (&reader, "to nobody");
  while (!reader.has_ended)
    g_main_context_iteration (NULL, TRUE);

  reader_clear (&reader);
}

static void
count_cb (gpointer user_data)
{
  (*(guint *) user_data)++;
}

static void
test_linger (void)
{
  Reader reader;
  guint n_empty = 0;

  g_test_summary ("A stream that is closed goes when the other side has, or after a time");

  reader_init (&reader);
  peer_poll_hub_set_empty_func (reader.hub, count_cb, &n_empty);
  peer_poll_hub_set_linger_timeout (reader.hub, 20);
  peer_poll_stream_close (reader.stream);
  send_bytes (&reader, "too late");
  g_assert_cmpuint (peer_poll_hub_get_n_streams (reader.hub), ==, 1);
  while (n_empty == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (reader.received->len, ==, 0);

  reader_clear (&reader);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/poll-hub/input", test_input);
  g_test_add_func ("/poll-hub/turn", test_turn);
  g_test_add_func ("/poll-hub/left-over", test_left_over);
  g_test_add_func ("/poll-hub/rest", test_rest);
  g_test_add_func ("/poll-hub/hold", test_hold);
  g_test_add_func ("/poll-hub/release", test_release);
  g_test_add_func ("/poll-hub/together", test_together);
  g_test_add_func ("/poll-hub/output", test_output);
  g_test_add_func ("/poll-hub/broken", test_broken);
  g_test_add_func ("/poll-hub/linger", test_linger);

  return g_test_run ();
}
