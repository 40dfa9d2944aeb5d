/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "file-fixture.h"

#define SIZE FILE_FIXTURE_SIZE

static void
test_cancel_by_receiver (FileFixture *fixture,
                         gconstpointer data)
{
  g_autoptr (GBytes) bytes = file_fixture_make_bytes (4 * SIZE);

  g_test_summary ("The receiver cancels: both know, and what came stays");

  file_fixture_send_bytes (fixture, bytes, "a", TRUE, NULL);
  peer_file_transfer_cancel (file_fixture_wait_under_way (fixture));
  file_fixture_wait_both (fixture, 1);
  g_assert_error (fixture->send_error, PEER_ERROR, PEER_ERROR_ABORTED);
  g_assert_error (fixture->receive_error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (file_fixture_exists (fixture, "a.peer-part"));
  g_assert_false (file_fixture_exists (fixture, "a"));
}

static void
test_cancel_by_sender (FileFixture *fixture,
                       gconstpointer data)
{
  g_autoptr (GBytes) bytes = file_fixture_make_bytes (4 * SIZE);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  g_test_summary ("The sender cancels: both know, and what came stays");

  file_fixture_send_bytes (fixture, bytes, "a", TRUE, cancellable);
  file_fixture_wait_under_way (fixture);
  g_cancellable_cancel (cancellable);
  file_fixture_wait_both (fixture, 1);
  g_assert_error (fixture->send_error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_error (fixture->receive_error, PEER_ERROR, PEER_ERROR_ABORTED);
  g_assert_true (file_fixture_exists (fixture, "a.peer-part"));
}

static void
test_cancel_before (FileFixture *fixture,
                    gconstpointer data)
{
  g_autoptr (GBytes) bytes = file_fixture_make_bytes (1000);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  PeerFileTransfer *transfer;

  g_test_summary ("A sender cancels before anything, and before it is accepted");

  fixture->accepts = FALSE;
  g_cancellable_cancel (cancellable);
  file_fixture_send_bytes (fixture, bytes, "a", TRUE, cancellable);
  peer_test_wait (fixture->n_sent == 1);
  g_assert_error (fixture->send_error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  g_cancellable_reset (cancellable);
  g_ptr_array_set_size (fixture->offers, 0);
  file_fixture_send_bytes (fixture, bytes, "b", TRUE, cancellable);
  peer_test_wait (fixture->offers->len > 0 &&
                  g_str_equal (peer_file_transfer_get_name (g_ptr_array_index (fixture->offers, fixture->offers->len - 1)), "b"));
  transfer = g_ptr_array_index (fixture->offers, fixture->offers->len - 1);
  g_cancellable_cancel (cancellable);
  peer_test_wait (peer_file_transfer_get_state (transfer) == PEER_FILE_TRANSFER_STATE_FAILED);
  g_assert_error ((GError *) peer_file_transfer_get_error (transfer), PEER_ERROR, PEER_ERROR_ABORTED);
  peer_test_wait (fixture->n_sent == 2);
}

static void
test_close (FileFixture *fixture,
            gconstpointer data)
{
  g_autoptr (GBytes) bytes = file_fixture_make_bytes (4 * SIZE);

  g_test_summary ("The connection closes: both know, and what came stays");

  file_fixture_send_bytes (fixture, bytes, "a", TRUE, NULL);
  file_fixture_wait_under_way (fixture);
  peer_base_connection_close (PEER_BASE_CONNECTION (fixture->pair.outgoing));
  file_fixture_wait_both (fixture, 1);
  g_assert_error (fixture->send_error, PEER_ERROR, PEER_ERROR_CONNECTION_CLOSED);
  g_assert_error (fixture->receive_error, PEER_ERROR, PEER_ERROR_CONNECTION_CLOSED);
  g_assert_true (file_fixture_exists (fixture, "a.peer-part"));
}

static void
test_resume (FileFixture *fixture,
             gconstpointer data)
{
  g_autoptr (GBytes) bytes = file_fixture_make_bytes (4 * SIZE);
  guint64 sent;

  g_test_summary ("A new connection sends only the rest");

  file_fixture_put (fixture, "a.peer-part", bytes, 3 * SIZE);
  file_fixture_send_bytes (fixture, bytes, "a", TRUE, NULL);
  file_fixture_wait_both (fixture, 1);
  g_assert_no_error (fixture->send_error);
  file_fixture_check_content (fixture, "a", bytes);
  g_assert_false (file_fixture_exists (fixture, "a.peer-part"));
  sent = file_fixture_get_bytes_sent (fixture);
  g_assert_cmpuint (sent, >, SIZE);
  g_assert_cmpuint (sent, <, 2 * SIZE);
}

static void
test_resume_after_close (FileFixture *fixture,
                         gconstpointer data)
{
  g_autoptr (GBytes) bytes = file_fixture_make_bytes (4 * SIZE);
  PeerFileTransfer *transfer;

  g_test_summary ("What was interrupted is gone on with");

  file_fixture_send_bytes (fixture, bytes, "a", TRUE, NULL);
  transfer = file_fixture_wait_under_way (fixture);
  peer_test_wait (peer_file_transfer_get_transferred (transfer) > SIZE);
  peer_base_connection_close (PEER_BASE_CONNECTION (fixture->pair.incoming));
  file_fixture_wait_both (fixture, 1);
  file_fixture_reconnect (fixture);
  file_fixture_send_bytes (fixture, bytes, "a", TRUE, NULL);
  file_fixture_wait_both (fixture, 2);
  g_assert_no_error (fixture->send_error);
  file_fixture_check_content (fixture, "a", bytes);
  g_assert_cmpuint (file_fixture_get_bytes_sent (fixture), <, 4 * SIZE);
}

static void
test_changed (FileFixture *fixture,
              gconstpointer data)
{
  g_autoptr (GBytes) bytes = file_fixture_make_bytes (SIZE);
  g_autofree char *other = g_malloc0 (SIZE);
  g_autoptr (GBytes) other_bytes = g_bytes_new_static (other, SIZE);

  g_test_summary ("The beginning of another file is of no use");

  file_fixture_put (fixture, "a.peer-part", other_bytes, SIZE / 2);
  file_fixture_send_bytes (fixture, bytes, "a", TRUE, NULL);
  file_fixture_wait_both (fixture, 1);
  g_assert_no_error (fixture->send_error);
  file_fixture_check_content (fixture, "a", bytes);

  file_fixture_put (fixture, "b.peer-part", other_bytes, SIZE);
  file_fixture_send_bytes (fixture, bytes, "b", FALSE, NULL);
  file_fixture_wait_both (fixture, 2);
  g_assert_no_error (fixture->send_error);
  file_fixture_check_content (fixture, "b", bytes);
}

static void
test_part_too_long (FileFixture *fixture,
                    gconstpointer data)
{
  g_autoptr (GBytes) bytes = file_fixture_make_bytes (SIZE);
  g_autoptr (GBytes) beginning = g_bytes_new_from_bytes (bytes, 0, SIZE / 2);

  g_test_summary ("More than the whole file is of no use");

  file_fixture_put (fixture, "a.peer-part", bytes, SIZE);
  file_fixture_send_bytes (fixture, beginning, "a", TRUE, NULL);
  file_fixture_wait_both (fixture, 1);
  g_assert_no_error (fixture->send_error);
  file_fixture_check_content (fixture, "a", beginning);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  FILE_FIXTURE_ADD ("/file-transfer/cancel/receiver", PEER_SERIALIZATION_BINARY, test_cancel_by_receiver);
  FILE_FIXTURE_ADD ("/file-transfer/cancel/sender", PEER_SERIALIZATION_BINARY, test_cancel_by_sender);
  FILE_FIXTURE_ADD ("/file-transfer/cancel/before", PEER_SERIALIZATION_BINARY, test_cancel_before);
  FILE_FIXTURE_ADD ("/file-transfer/close", PEER_SERIALIZATION_BINARY, test_close);
  FILE_FIXTURE_ADD ("/file-transfer/resume", PEER_SERIALIZATION_BINARY, test_resume);
  FILE_FIXTURE_ADD ("/file-transfer/resume-after-close", PEER_SERIALIZATION_BINARY, test_resume_after_close);
  FILE_FIXTURE_ADD ("/file-transfer/changed", PEER_SERIALIZATION_BINARY, test_changed);
  FILE_FIXTURE_ADD ("/file-transfer/part-too-long", PEER_SERIALIZATION_BINARY, test_part_too_long);

  return g_test_run ();
}
