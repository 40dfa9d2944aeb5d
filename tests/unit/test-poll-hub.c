/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <fcntl.h>
#include <libsoup/soup.h>
#include <sys/socket.h>

#include "libpeerglib/server/peer-poll-hub-private.h"
#include "libpeerglib/server/peer-poll-stream-private.h"

/* A reader that does what libsoup does: it attaches a source, reads up to
 * "would block" when that is called, and attaches another. */
typedef struct
{
  PeerPollHub *hub;
  PeerPollStream *stream;
  GSocket *other;
  GSource *source;
  GString *received;
  guint n_turns;
  gsize longest_turn;
  guint n_active;
  gboolean has_ended;
  int violation;
} Reader;

static void reader_attach (Reader *self);

static gboolean
readable_cb (GObject *input,
             gpointer user_data)
{
  Reader *self = user_data;
  g_autoptr (GError) error = NULL;
  gsize before = self->received->len;
  char buffer[1024];
  gssize n_read;

  self->n_turns++;
  g_assert_true (g_main_context_get_thread_default () != NULL);
  g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);

  while ((n_read = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (input), buffer, sizeof buffer, NULL, &error)) > 0)
    g_string_append_len (self->received, buffer, n_read);
  self->longest_turn = MAX (self->longest_turn, self->received->len - before);
  self->has_ended = n_read == 0;
  if (n_read < 0)
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  if (!self->has_ended)
    reader_attach (self);

  return G_SOURCE_REMOVE;
}

static void
reader_attach (Reader *self)
{
  GInputStream *input = g_io_stream_get_input_stream (G_IO_STREAM (self->stream));

  self->source = g_pollable_input_stream_create_source (G_POLLABLE_INPUT_STREAM (input), NULL);
  g_source_set_callback (self->source, G_SOURCE_FUNC (readable_cb), self, NULL);
  g_source_attach (self->source, g_main_context_get_thread_default ());
}

static void
active_cb (gpointer user_data)
{
  ((Reader *) user_data)->n_active++;
}

static void
violated_cb (PeerPollViolation violation,
             gpointer user_data)
{
  ((Reader *) user_data)->violation = violation;
}

static const PeerPollStreamFuncs funcs = { .active = active_cb, .violated = violated_cb };

static void
reader_init (Reader *self)
{
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GSocketConnection) connection = NULL;
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM, 0, fds), ==, 0);
  *self = (Reader){ .hub = peer_poll_hub_new (NULL, NULL), .received = g_string_new (NULL), .violation = -1 };
  socket = g_socket_new_from_fd (fds[0], NULL);
  self->other = g_socket_new_from_fd (fds[1], NULL);
  g_socket_set_blocking (self->other, FALSE);
  connection = g_socket_connection_factory_create_connection (socket);

  self->stream = peer_poll_stream_new (self->hub, G_IO_STREAM (connection), socket);
  peer_poll_hub_enter (self->hub);
  reader_attach (self);
  g_assert_true (peer_poll_stream_start (self->stream, &funcs, self));
  peer_poll_hub_leave (self->hub);
}

static void
reader_clear (Reader *self)
{
  g_io_stream_close (G_IO_STREAM (self->stream), NULL, NULL);
  g_clear_object (&self->stream);
  g_clear_object (&self->other);
  while (peer_poll_hub_get_n_streams (self->hub) > 0)
    g_main_context_iteration (NULL, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_clear_pointer (&self->source, g_source_unref);
  g_string_free (self->received, TRUE);
  g_assert_finalize_object (self->hub);
}

static void
send_frames (Reader *self,
             guint n_frames)
{
  const char frame[] = { (char) 0x81, (char) 0x81, 0, 0, 0, 0, 'x' };

  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  for (guint i = 0; i < n_frames; i++)
    g_byte_array_append (bytes, (const guint8 *) frame, sizeof frame);
  g_assert_cmpint (g_socket_send (self->other, (const char *) bytes->data, bytes->len, NULL, NULL), ==, bytes->len);
}

static void
test_input (void)
{
  Reader reader;

  g_test_summary ("Input calls what the reader has attached, and again");

  reader_init (&reader);
  for (guint i = 1; i <= 3; i++)
    {
      send_frames (&reader, 1);
      while (reader.received->len < i * 7)
        g_main_context_iteration (NULL, TRUE);
    }
  g_assert_cmpuint (reader.n_turns, ==, 3);
  g_assert_cmpuint (reader.n_active, ==, 3);

  g_socket_close (reader.other, NULL);
  while (!reader.has_ended)
    g_main_context_iteration (NULL, TRUE);
  reader_clear (&reader);
}

static void
test_turn (void)
{
  g_autofree guint8 *bytes = g_malloc0 (200 * 1000);
  Reader reader;
  gsize n_sent = 0;
  gssize n;

  g_test_summary ("A turn reads 64 KiB at most");

  reader_init (&reader);
  memcpy (bytes, (const guint8[]){ 0x82, 0xff, 0, 0, 0, 0, 0, 3, 0x0d, 0x40, 0, 0, 0, 0 }, 14);
  while (reader.received->len < 200 * 1000)
    {
      while (n_sent < 200 * 1000 && (n = g_socket_send (reader.other, (char *) bytes + n_sent, 200 * 1000 - n_sent, NULL, NULL)) > 0)
        n_sent += n;
      g_main_context_iteration (NULL, TRUE);
    }
  g_assert_cmpuint (reader.longest_turn, <=, 64 * 1024);

  reader_clear (&reader);
}

static void
test_rate (void)
{
  Reader reader;

  g_test_summary ("Beyond the burst nothing is read for a while, and nothing is lost");

  reader_init (&reader);
  *peer_poll_hub_get_limits (reader.hub) = (PeerPollLimits){ .frames_per_second = 10000, .frame_burst = 1 };
  send_frames (&reader, 1000);
  while (reader.received->len == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (reader.received->len, <, 7000);
  while (reader.received->len < 7000)
    g_main_context_iteration (NULL, TRUE);

  reader_clear (&reader);
}

static void
test_violation (void)
{
  Reader reader;

  g_test_summary ("What is too big is told, and then the input ends");

  reader_init (&reader);
  peer_poll_hub_get_limits (reader.hub)->max_message_size = 100;
  g_socket_send (reader.other, "\x82\xfe\x01\x00", 4, NULL, NULL);
  while (!reader.has_ended)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (reader.violation, ==, PEER_POLL_VIOLATION_TOO_BIG);
  g_assert_cmpuint (reader.received->len, ==, 0);

  reader_clear (&reader);
}

static void
test_output (void)
{
  g_autofree char *bytes = g_strnfill (3000 * 1000, 'x');
  char buffer[50000];
  gsize n_received = 0;
  GOutputStream *output;
  Reader reader;

  g_test_summary ("A write is always taken; what the socket does not take waits, beyond a close, too");

  reader_init (&reader);
  peer_poll_hub_get_limits (reader.hub)->max_pending_output = 1000 * 1000;
  output = g_io_stream_get_output_stream (G_IO_STREAM (reader.stream));
  g_assert_cmpint (g_pollable_output_stream_write_nonblocking (G_POLLABLE_OUTPUT_STREAM (output), bytes, 3000 * 1000, NULL, NULL), ==, 3000 * 1000);
  g_assert_true (peer_poll_stream_is_slow (reader.stream));
  g_io_stream_close (G_IO_STREAM (reader.stream), NULL, NULL);

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
  g_io_stream_close (G_IO_STREAM (reader.stream), NULL, NULL);
  send_frames (&reader, 10);
  g_assert_cmpuint (peer_poll_hub_get_n_streams (reader.hub), ==, 1);
  while (n_empty == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (reader.received->len, ==, 0);

  reader_clear (&reader);
}

static void
test_contexts (void)
{
  g_autoptr (PeerPollHub) hub = peer_poll_hub_new (NULL, NULL);
  GMainContext *dormant;
  guint depth;

  g_test_summary ("The dormant context is the thread default inside, and the application's calls do not see it");

  g_assert_null (g_main_context_get_thread_default ());
  peer_poll_hub_enter (hub);
  dormant = g_main_context_get_thread_default ();
  g_assert_nonnull (dormant);
  peer_poll_hub_enter (hub);
  depth = peer_poll_hub_suspend (hub);
  g_assert_null (g_main_context_get_thread_default ());
  peer_poll_hub_resume (hub, depth);
  peer_poll_hub_leave (hub);
  g_assert_true (g_main_context_get_thread_default () == dormant);
  peer_poll_hub_leave (hub);
  g_assert_null (g_main_context_get_thread_default ());

  g_assert_finalize_object (g_steal_pointer (&hub));
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/poll-hub/input", test_input);
  g_test_add_func ("/poll-hub/turn", test_turn);
  g_test_add_func ("/poll-hub/rate", test_rate);
  g_test_add_func ("/poll-hub/violation", test_violation);
  g_test_add_func ("/poll-hub/output", test_output);
  g_test_add_func ("/poll-hub/linger", test_linger);
  g_test_add_func ("/poll-hub/contexts", test_contexts);

  return g_test_run ();
}
