/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "file-fixture.h"

#include <unistd.h>

#define SIZE FILE_FIXTURE_SIZE

static void
say (PeerDataConnection *connection,
     const char *format,
     ...) G_GNUC_PRINTF (2, 3);

static void
say (PeerDataConnection *connection,
     const char *format,
     ...)
{
  g_autofree char *members = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GVariant) value = NULL;
  va_list arguments;

  va_start (arguments, format);
  members = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  text = g_strdup_printf ("{'__peerFile': <{%s}>}", members);
  value = g_variant_ref_sink (g_variant_new_parsed (text));
  g_assert_true (peer_data_connection_send (connection, value, NULL));
}

static void
check_hostile_sender (FileFixture *fixture,
                      const char *message,
                      PeerError code)
{
  static guint number;
  const guint n_received = fixture->n_received;
  g_autofree char *id = g_strdup_printf ("id-%u", number++);

  say (fixture->pair.outgoing, "'type': <'offer'>, 'id': <'%s'>, 'name': <'a'>, 'size': <int64 100>", id);
  peer_test_wait (fixture->offers->len == 1);
  peer_test_wait (peer_file_transfer_get_state (g_ptr_array_index (fixture->offers, 0)) != PEER_FILE_TRANSFER_STATE_OFFERED);
  say (fixture->pair.outgoing, "'id': <'%s'>, %s", id, message);
  peer_test_wait (fixture->n_received > n_received);
  g_assert_error (fixture->receive_error, PEER_ERROR, (int) code);
  g_ptr_array_set_size (fixture->offers, 0);
}

static void
test_silent (FileFixture *fixture,
             gconstpointer data)
{
  g_autoptr (GBytes) bytes = file_fixture_make_bytes (4 * SIZE);

  g_test_summary ("A sender does not wait for ever, neither for an answer nor for progress");

  fixture->accepts = FALSE;
  peer_file_transfer_table_set_timeout (fixture->pair.outgoing->files, 1);
  file_fixture_send_bytes (fixture, bytes, "a", TRUE, NULL);
  peer_test_wait (fixture->n_sent == 1);
  g_assert_error (fixture->send_error, PEER_ERROR, PEER_ERROR_TIMED_OUT);

  g_ptr_array_set_size (fixture->offers, 0);
  peer_file_transfer_table_set_timeout (fixture->pair.outgoing->files, 10000);
  file_fixture_send_bytes (fixture, bytes, "a", TRUE, NULL);
  peer_test_wait (fixture->offers->len == 1);
  file_fixture_accept (fixture, g_ptr_array_index (fixture->offers, 0), NULL);
  peer_test_wait (fixture->progress > 0);
  peer_file_transfer_table_set_timeout (fixture->pair.outgoing->files, 1);
  peer_loopback_transport_set_stalled (peer_test_get_transport (fixture->pair.incoming), TRUE);
  peer_test_wait (fixture->n_sent == 2 && fixture->n_received == 1);
  g_assert_error (fixture->send_error, PEER_ERROR, PEER_ERROR_TIMED_OUT);
  g_assert_error (fixture->receive_error, PEER_ERROR, PEER_ERROR_ABORTED);
}

static void
test_hostile_sender (FileFixture *fixture,
                     gconstpointer data)
{
  g_test_summary ("Wrong offsets, sizes and digests end the transfer they are of, and nothing else");

  check_hostile_sender (fixture, "'type': <'piece'>, 'offset': <int64 100>, 'data': <b'x'>", PEER_ERROR_INVALID_DATA);
  check_hostile_sender (fixture, "'type': <'piece'>, 'offset': <int64 -1>, 'data': <b'x'>", PEER_ERROR_INVALID_DATA);
  check_hostile_sender (fixture, "'type': <'piece'>, 'offset': <int64 0>", PEER_ERROR_INVALID_DATA);
  check_hostile_sender (fixture, "'type': <'restart'>", PEER_ERROR_INVALID_DATA);
  check_hostile_sender (fixture, "'type': <'accept'>, 'offset': <int64 0>", PEER_ERROR_INVALID_DATA);
  check_hostile_sender (fixture, "'type': <'verified'>", PEER_ERROR_INVALID_DATA);
  check_hostile_sender (fixture, "'type': <'done'>, 'size': <int64 5>, 'sha256': <'00'>", PEER_ERROR_INVALID_DATA);
  check_hostile_sender (fixture, "'type': <'error'>, 'reason': <'broken'>", PEER_ERROR_ABORTED);
  peer_test_assert_events (fixture->pair.incoming_events, "");
  g_assert_true (peer_data_connection_send_text (fixture->pair.outgoing, "end", NULL));
  peer_test_wait_events (fixture->pair.incoming_events, "data:'end'");
}

static void
test_hostile_names (FileFixture *fixture,
                    gconstpointer data)
{
  const char *const names[] = { "../a", "/etc/passwd", "", "a.peer-part", "a/b" };

  g_test_summary ("An offer that is not valid is not seen, and answered");

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    say (fixture->pair.outgoing, "'type': <'offer'>, 'id': <'%u'>, 'name': <'%s'>", i, names[i]);
  say (fixture->pair.outgoing, "'type': <'offer'>, 'id': <'good'>, 'name': <'good'>");
  peer_test_wait (fixture->offers->len == 1);
  g_assert_cmpstr (peer_file_transfer_get_name (g_ptr_array_index (fixture->offers, 0)), ==, "good");
}

static void
test_hostile_many (FileFixture *fixture,
                   gconstpointer data)
{
  g_test_summary ("More offers than are taken are refused, and one twice is one");

  fixture->accepts = FALSE;
  for (guint i = 0; i < 1000; i++)
    say (fixture->pair.outgoing, "'type': <'offer'>, 'id': <'%u'>, 'name': <'a'>", i);
  say (fixture->pair.outgoing, "'type': <'offer'>, 'id': <'0'>, 'name': <'a'>");
  g_assert_true (peer_data_connection_send_text (fixture->pair.outgoing, "end", NULL));
  peer_test_wait_events (fixture->pair.incoming_events, "data:'end'");
  g_assert_cmpuint (fixture->offers->len, ==, 32);
}

static void
test_deaf (FileFixture *fixture,
           gconstpointer data)
{
  const gsize limit = 100000;
  gsize most = 0;

  g_test_summary ("A peer that has us answer and does not listen costs a bounded amount of memory");

  g_signal_handlers_disconnect_by_func (fixture->pair.incoming, file_fixture_offered_cb, fixture);
  peer_data_connection_set_max_buffered_amount (fixture->pair.incoming, limit);
  peer_loopback_transport_set_stalled (peer_test_get_transport (fixture->pair.incoming), TRUE);
  for (guint i = 0; i < 20000; i++)
    say (fixture->pair.outgoing, "'type': <'offer'>, 'id': <'%u'>, 'name': <'a'>", i);
  g_assert_true (peer_data_connection_send_text (fixture->pair.outgoing, "end", NULL));
  peer_test_wait_events (fixture->pair.incoming_events, "data:'end'");
  most = peer_data_connection_get_buffered_amount (fixture->pair.incoming);
  g_assert_cmpuint (most, >, limit);
  g_assert_cmpuint (most, <, limit + 1024 * 1024 + 1000);
}

static void
test_small_limit (FileFixture *fixture,
                  gconstpointer data)
{
  g_autoptr (GBytes) bytes = file_fixture_make_bytes (SIZE);

  g_test_summary ("A file gets through a connection that holds little");

  peer_data_connection_set_max_buffered_amount (fixture->pair.outgoing, 1000);
  file_fixture_send_bytes (fixture, bytes, "a", TRUE, NULL);
  file_fixture_wait_both (fixture, 1);
  g_assert_no_error (fixture->send_error);
  file_fixture_check_content (fixture, "a", bytes);
}

static void
test_wrong_digest (FileFixture *fixture,
                   gconstpointer data)
{
  g_test_summary ("A file whose SHA-256 is wrong is not kept");

  say (fixture->pair.outgoing, "'type': <'offer'>, 'id': <'a'>, 'name': <'a'>, 'size': <int64 2>");
  peer_test_wait (fixture->offers->len == 1);
  peer_test_wait (peer_file_transfer_get_state (g_ptr_array_index (fixture->offers, 0)) == PEER_FILE_TRANSFER_STATE_ACTIVE);
  say (fixture->pair.outgoing, "'type': <'piece'>, 'id': <'a'>, 'offset': <int64 0>, 'data': <b'x'>");
  say (fixture->pair.outgoing, "'type': <'done'>, 'id': <'a'>, 'size': <int64 2>, 'sha256': "
                               "<'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'>");
  peer_test_wait (fixture->n_received == 1);
  g_assert_error (fixture->receive_error, PEER_ERROR, PEER_ERROR_INVALID_DATA);
  g_assert_false (file_fixture_exists (fixture, "a"));
  g_assert_false (file_fixture_exists (fixture, "a.peer-part"));
}

static void
test_symbolic_link (FileFixture *fixture,
                    gconstpointer data)
{
  g_autoptr (GBytes) bytes = file_fixture_make_bytes (1000);
  g_autofree char *part = g_build_filename (fixture->directory, "a.peer-part", NULL);
  g_autofree char *target = g_build_filename (fixture->directory, "target", NULL);

  g_test_summary ("A part that is a symbolic link is not followed");

  file_fixture_put (fixture, "target", bytes, 10);
  g_assert_no_errno (symlink (target, part));
  file_fixture_send_bytes (fixture, bytes, "a", TRUE, NULL);
  file_fixture_wait_both (fixture, 1);
  g_assert_nonnull (fixture->send_error);
  g_assert_cmpuint (fixture->n_received, ==, 1);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  FILE_FIXTURE_ADD ("/file-transfer/hostile/silent", PEER_SERIALIZATION_BINARY, test_silent);
  FILE_FIXTURE_ADD ("/file-transfer/hostile/sender", PEER_SERIALIZATION_BINARY, test_hostile_sender);
  FILE_FIXTURE_ADD ("/file-transfer/hostile/names", PEER_SERIALIZATION_BINARY, test_hostile_names);
  FILE_FIXTURE_ADD ("/file-transfer/hostile/deaf", PEER_SERIALIZATION_BINARY, test_deaf);
  FILE_FIXTURE_ADD ("/file-transfer/small-limit", PEER_SERIALIZATION_BINARY, test_small_limit);
  FILE_FIXTURE_ADD ("/file-transfer/hostile/many", PEER_SERIALIZATION_BINARY, test_hostile_many);
  FILE_FIXTURE_ADD ("/file-transfer/wrong-digest", PEER_SERIALIZATION_BINARY, test_wrong_digest);
  FILE_FIXTURE_ADD ("/file-transfer/symbolic-link", PEER_SERIALIZATION_BINARY, test_symbolic_link);

  return g_test_run ();
}
