/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "file-fixture.h"

#include <string.h>

#define SIZE FILE_FIXTURE_SIZE

static void
test_file (FileFixture *fixture,
           gconstpointer data)
{
  g_autoptr (GBytes) bytes = file_fixture_make_bytes (SIZE);
  PeerFileTransfer *transfer;
  g_autofree char *name = NULL;

  g_test_summary ("A file arrives, and nothing of it as a value");

  file_fixture_send_bytes (fixture, bytes, "a.txt", TRUE, NULL);
  file_fixture_wait_both (fixture, 1);
  g_assert_no_error (fixture->send_error);
  g_assert_no_error (fixture->receive_error);
  file_fixture_check_content (fixture, "a.txt", bytes);
  name = g_file_get_basename (fixture->file);
  g_assert_cmpstr (name, ==, "a.txt");
  g_assert_false (file_fixture_exists (fixture, "a.txt.peer-part"));

  transfer = g_ptr_array_index (fixture->offers, 0);
  g_assert_cmpint (peer_file_transfer_get_state (transfer), ==, PEER_FILE_TRANSFER_STATE_COMPLETE);
  g_assert_cmpint (peer_file_transfer_get_size (transfer), ==, SIZE);
  g_assert_cmpint (peer_file_transfer_get_transferred (transfer), ==, SIZE);
  g_assert_cmpstr (peer_file_transfer_get_name (transfer), ==, "a.txt");
  g_assert_cmpstr (peer_file_transfer_get_content_type (transfer), ==, "text/plain");
  g_assert_true (peer_file_transfer_get_is_incoming (transfer));
  g_assert_null (peer_file_transfer_get_error (transfer));
  g_assert_cmpint (fixture->progress, ==, SIZE);
  g_assert_cmpint (fixture->total, ==, SIZE);
  g_assert_cmpuint (fixture->n_progress_freed, ==, 1);
  peer_test_assert_events (fixture->pair.incoming_events, "");
  g_assert_cmpuint (g_list_model_get_n_items (peer_data_connection_get_file_transfers (fixture->pair.outgoing)), ==, 0);
}

static void
test_empty_file (FileFixture *fixture,
                 gconstpointer data)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("", 0);

  g_test_summary ("A file of no bytes arrives, whether its size is known or not");

  file_fixture_send_bytes (fixture, bytes, "a", TRUE, NULL);
  file_fixture_wait_both (fixture, 1);
  g_assert_no_error (fixture->send_error);
  file_fixture_check_content (fixture, "a", bytes);
  file_fixture_send_bytes (fixture, bytes, "b", FALSE, NULL);
  file_fixture_wait_both (fixture, 2);
  g_assert_no_error (fixture->send_error);
  file_fixture_check_content (fixture, "b", bytes);
}

static void
test_unknown_size (FileFixture *fixture,
                   gconstpointer data)
{
  g_autoptr (GBytes) bytes = file_fixture_make_bytes (SIZE);

  g_test_summary ("A stream whose size is not known arrives");

  file_fixture_send_bytes (fixture, bytes, "stream", FALSE, NULL);
  file_fixture_wait_both (fixture, 1);
  g_assert_no_error (fixture->send_error);
  file_fixture_check_content (fixture, "stream", bytes);
  g_assert_cmpint (peer_file_transfer_get_size (g_ptr_array_index (fixture->offers, 0)), ==, SIZE);
}

static void
sent_file_cb (GObject *object,
              GAsyncResult *result,
              gpointer user_data)
{
  FileFixture *fixture = user_data;

  g_clear_error (&fixture->send_error);
  peer_data_connection_send_file_finish (PEER_DATA_CONNECTION (object), result, &fixture->send_error);
  fixture->n_sent++;
  fixture->n_under_way--;
}

static void
test_gfile (FileFixture *fixture,
            gconstpointer data)
{
  g_autoptr (GBytes) bytes = file_fixture_make_bytes (100000);
  g_autofree char *source_path = g_build_filename (fixture->directory, "source.bin", NULL);
  g_autoptr (GFile) source = g_file_new_for_path (source_path);
  GDateTime *modified;

  g_test_summary ("A GFile is sent with its name and time; there, nothing is replaced");

  file_fixture_put (fixture, "source.bin", bytes, 100000);
  fixture->n_under_way++;
  peer_data_connection_send_file_async (fixture->pair.outgoing, source, NULL, NULL, NULL, NULL, sent_file_cb, fixture);
  file_fixture_wait_both (fixture, 1);
  g_assert_no_error (fixture->send_error);
  file_fixture_check_content (fixture, "source (1).bin", bytes);
  file_fixture_check_content (fixture, "source.bin", bytes);
  modified = peer_file_transfer_get_modified (g_ptr_array_index (fixture->offers, 0));
  g_assert_cmpint (g_date_time_to_unix (modified), >, 1500000000);
}

static void
test_missing_file (FileFixture *fixture,
                   gconstpointer data)
{
  g_autoptr (GFile) source = g_file_new_for_path ("/nowhere/at/all");

  g_test_summary ("A file that is not there is an error, and the other side hears nothing");

  fixture->n_under_way++;
  peer_data_connection_send_file_async (fixture->pair.outgoing, source, NULL, NULL, NULL, NULL, sent_file_cb, fixture);
  peer_test_wait (fixture->n_sent == 1);
  g_assert_error (fixture->send_error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_cmpuint (fixture->offers->len, ==, 0);
}

static void
test_directory (FileFixture *fixture,
                gconstpointer data)
{
  g_autoptr (GBytes) bytes = file_fixture_make_bytes (1000);

  g_test_summary ("A file goes below the directory, in its own");

  file_fixture_send_bytes (fixture, bytes, "photos/2024/a.jpg", TRUE, NULL);
  file_fixture_wait_both (fixture, 1);
  g_assert_no_error (fixture->send_error);
  file_fixture_check_content (fixture, "photos/2024/a.jpg", bytes);
  g_assert_cmpstr (peer_file_transfer_get_directory (g_ptr_array_index (fixture->offers, 0)), ==, "photos/2024");
}

static void
test_bad_name (FileFixture *fixture,
               gconstpointer data)
{
  const char *const names[] = { "../a", "/a", "a/", "", ".." };
  g_autoptr (GBytes) bytes = file_fixture_make_bytes (10);

  g_test_summary ("A name that the other side would refuse is not sent");

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      file_fixture_send_bytes (fixture, bytes, names[i], TRUE, NULL);
      peer_test_wait (fixture->n_sent == i + 1);
      g_assert_error (fixture->send_error, PEER_ERROR, PEER_ERROR_INVALID_DATA);
    }
  g_assert_cmpuint (fixture->n_progress_freed, ==, G_N_ELEMENTS (names));
}

static void
test_overwrite (FileFixture *fixture,
                gconstpointer data)
{
  g_autoptr (GBytes) bytes = file_fixture_make_bytes (1000);

  g_test_summary ("A file is replaced when that was asked for");

  file_fixture_put (fixture, "a", bytes, 10);
  fixture->flags = PEER_FILE_ACCEPT_OVERWRITE;
  file_fixture_send_bytes (fixture, bytes, "a", TRUE, NULL);
  file_fixture_wait_both (fixture, 1);
  g_assert_no_error (fixture->send_error);
  file_fixture_check_content (fixture, "a", bytes);
  g_assert_false (file_fixture_exists (fixture, "a (1)"));
}

static void
test_skip_same (FileFixture *fixture,
                gconstpointer data)
{
  g_autoptr (GBytes) bytes = file_fixture_make_bytes (SIZE);
  g_autofree char *other = g_malloc0 (SIZE);
  g_autoptr (GBytes) other_bytes = g_bytes_new_static (other, SIZE);
  guint64 before, after;

  g_test_summary ("A file that is there is not sent again, another of its size is");

  file_fixture_put (fixture, "a", bytes, SIZE);
  fixture->flags = PEER_FILE_ACCEPT_SKIP_SAME;
  before = file_fixture_get_bytes_sent (fixture);
  file_fixture_send_bytes (fixture, bytes, "a", TRUE, NULL);
  file_fixture_wait_both (fixture, 1);
  g_assert_no_error (fixture->send_error);
  after = file_fixture_get_bytes_sent (fixture);
  g_assert_cmpuint (after - before, <, 10000);
  g_assert_false (file_fixture_exists (fixture, "a (1)"));

  file_fixture_send_bytes (fixture, other_bytes, "a", TRUE, NULL);
  file_fixture_wait_both (fixture, 2);
  g_assert_no_error (fixture->send_error);
  file_fixture_check_content (fixture, "a", bytes);
  file_fixture_check_content (fixture, "a (1)", other_bytes);
}

static void
test_many_at_once (FileFixture *fixture,
                   gconstpointer data)
{
  g_autoptr (GBytes) bytes = file_fixture_make_bytes (300000);
  const guint n_files = 50;

  g_test_summary ("More files than go at once, all of one name, and values among them");

  fixture->has_many = TRUE;
  for (guint i = 0; i < n_files; i++)
    file_fixture_send_bytes (fixture, bytes, "a.txt", TRUE, NULL);
  g_assert_true (peer_data_connection_send_text (fixture->pair.outgoing, "value", NULL));
  peer_test_wait_events (fixture->pair.incoming_events, "data:'value'");
  g_assert_cmpuint (fixture->n_received, <, n_files);
  file_fixture_wait_both (fixture, n_files);
  for (guint i = 0; i < n_files; i++)
    {
      g_autofree char *name = i > 0 ? g_strdup_printf ("a (%u).txt", i) : g_strdup ("a.txt");

      file_fixture_check_content (fixture, name, bytes);
    }
}

static void
test_both_ways (FileFixture *fixture,
                gconstpointer data)
{
  g_autoptr (GBytes) bytes = file_fixture_make_bytes (SIZE);
  g_autoptr (GInputStream) back = g_memory_input_stream_new_from_bytes (bytes);

  g_test_summary ("Files go both ways at once");

  g_signal_connect (fixture->pair.outgoing, "file", G_CALLBACK (file_fixture_offered_cb), fixture);
  file_fixture_send_bytes (fixture, bytes, "there", TRUE, NULL);
  fixture->n_under_way++;
  peer_data_connection_send_stream_async (fixture->pair.incoming, back, "back", SIZE, NULL, NULL, NULL, NULL, file_fixture_sent_cb, fixture);
  file_fixture_wait_both (fixture, 2);
  file_fixture_check_content (fixture, "there", bytes);
  file_fixture_check_content (fixture, "back", bytes);
}

static void
test_nobody_listens (FileFixture *fixture,
                     gconstpointer data)
{
  g_autoptr (GBytes) bytes = file_fixture_make_bytes (10);

  g_test_summary ("Where nobody takes files they are refused");

  g_signal_handlers_disconnect_by_func (fixture->pair.incoming, file_fixture_offered_cb, fixture);
  file_fixture_send_bytes (fixture, bytes, "a", TRUE, NULL);
  peer_test_wait (fixture->n_sent == 1);
  g_assert_error (fixture->send_error, PEER_ERROR, PEER_ERROR_REFUSED);
  peer_test_assert_events (fixture->pair.incoming_events, "");
}

static void
test_nobody_accepts (FileFixture *fixture,
                     gconstpointer data)
{
  g_autoptr (GBytes) bytes = file_fixture_make_bytes (10);
  PeerFileTransfer *transfer;

  g_test_summary ("A file that nobody accepts is refused after a while");

  fixture->accepts = FALSE;
  peer_file_transfer_table_set_timeout (fixture->pair.incoming->files, 1);
  file_fixture_send_bytes (fixture, bytes, "a", TRUE, NULL);
  peer_test_wait (fixture->n_sent == 1);
  g_assert_error (fixture->send_error, PEER_ERROR, PEER_ERROR_REFUSED);
  transfer = g_ptr_array_index (fixture->offers, 0);
  g_assert_cmpint (peer_file_transfer_get_state (transfer), ==, PEER_FILE_TRANSFER_STATE_FAILED);
  g_assert_error ((GError *) peer_file_transfer_get_error (transfer), PEER_ERROR, PEER_ERROR_REFUSED);

  file_fixture_accept (fixture, transfer, NULL);
  peer_test_wait (fixture->n_received == 1);
  g_assert_error (fixture->receive_error, PEER_ERROR, PEER_ERROR_REFUSED);
}

static void
test_refuse (FileFixture *fixture,
             gconstpointer data)
{
  g_autoptr (GBytes) bytes = file_fixture_make_bytes (10);

  g_test_summary ("The sender learns why a file is refused");

  fixture->accepts = FALSE;
  file_fixture_send_bytes (fixture, bytes, "a", TRUE, NULL);
  peer_test_wait (fixture->offers->len == 1);
  peer_file_transfer_refuse (g_ptr_array_index (fixture->offers, 0), "too late");
  peer_test_wait (fixture->n_sent == 1);
  g_assert_error (fixture->send_error, PEER_ERROR, PEER_ERROR_REFUSED);
  g_assert_nonnull (strstr (fixture->send_error->message, "too late"));
}

static void
test_cannot_store (FileFixture *fixture,
                   gconstpointer data)
{
  g_autoptr (GBytes) bytes = file_fixture_make_bytes (1000);

  g_test_summary ("The sender learns that the file could not be stored, and no more");

  file_fixture_put (fixture, "photos", bytes, 1);
  file_fixture_send_bytes (fixture, bytes, "photos/a", TRUE, NULL);
  file_fixture_wait_both (fixture, 1);
  g_assert_error (fixture->receive_error, G_IO_ERROR, G_IO_ERROR_NOT_DIRECTORY);
  g_assert_error (fixture->send_error, PEER_ERROR, PEER_ERROR_ABORTED);
  g_assert_null (strstr (fixture->send_error->message, fixture->directory));
}

static void
test_short_input (FileFixture *fixture,
                  gconstpointer data)
{
  g_autoptr (GBytes) bytes = file_fixture_make_bytes (1000);
  g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_bytes (bytes);

  g_test_summary ("A stream that ends before its size is an error on both sides");

  fixture->n_under_way++;
  peer_data_connection_send_stream_async (fixture->pair.outgoing, stream, "a", 2000, NULL, NULL, NULL, NULL, file_fixture_sent_cb, fixture);
  file_fixture_wait_both (fixture, 1);
  g_assert_error (fixture->send_error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT);
  g_assert_error (fixture->receive_error, PEER_ERROR, PEER_ERROR_ABORTED);
}

static void
test_without_bytes (FileFixture *fixture,
                    gconstpointer data)
{
  g_autoptr (GBytes) bytes = file_fixture_make_bytes (1000);

  g_test_summary ("Serializations without bytes carry no files, and have no reserved key");

  file_fixture_send_bytes (fixture, bytes, "a", TRUE, NULL);
  peer_test_wait (fixture->n_sent == 1);
  g_assert_error (fixture->send_error, PEER_ERROR, PEER_ERROR_UNSUPPORTED_VALUE);
  g_assert_true (peer_data_connection_send (fixture->pair.outgoing, g_variant_new_parsed ("{'__peerFile': <@a{sv} {}>}"), NULL));
  peer_test_wait_events (fixture->pair.incoming_events, "data:{'__peerFile': <@a{sv} {}>}");
}

static void
streamed_cb (GObject *object,
             GAsyncResult *result,
             gpointer user_data)
{
  FileFixture *fixture = user_data;

  g_clear_error (&fixture->receive_error);
  peer_file_transfer_accept_stream_finish (PEER_FILE_TRANSFER (object), result, &fixture->receive_error);
  fixture->n_received++;
  fixture->n_under_way--;
}

static void
test_stream (FileFixture *fixture,
             gconstpointer data)
{
  g_autoptr (GBytes) bytes = file_fixture_make_bytes (SIZE);
  g_autoptr (GOutputStream) stream = g_memory_output_stream_new_resizable ();
  GMemoryOutputStream *memory = G_MEMORY_OUTPUT_STREAM (stream);

  g_test_summary ("A file is received into a stream, which stays open");

  fixture->accepts = FALSE;
  file_fixture_send_bytes (fixture, bytes, "a", TRUE, NULL);
  peer_test_wait (fixture->offers->len == 1);
  fixture->n_under_way++;
  peer_file_transfer_accept_stream_async (g_ptr_array_index (fixture->offers, 0), stream, NULL, streamed_cb, fixture);
  file_fixture_accept (fixture, g_ptr_array_index (fixture->offers, 0), NULL);
  peer_test_wait (fixture->n_received == 1);
  g_assert_error (fixture->receive_error, G_IO_ERROR, G_IO_ERROR_PENDING);
  peer_test_wait (fixture->n_received == 2 && fixture->n_sent == 1);
  g_assert_no_error (fixture->receive_error);
  g_assert_no_error (fixture->send_error);
  g_assert_false (g_output_stream_is_closed (stream));
  g_assert_cmpmem (g_memory_output_stream_get_data (memory), g_memory_output_stream_get_data_size (memory),
                   g_bytes_get_data (bytes, NULL), SIZE);
}

static void
test_stalled (FileFixture *fixture,
              gconstpointer data)
{
  g_autoptr (GBytes) bytes = file_fixture_make_bytes (8 * SIZE);
  PeerLoopbackTransport *transport = peer_test_get_transport (fixture->pair.outgoing);

  g_test_summary ("What the network does not take is not read ahead, and values get through");

  file_fixture_send_bytes (fixture, bytes, "a", TRUE, NULL);
  file_fixture_wait_under_way (fixture);
  peer_loopback_transport_set_stalled (transport, TRUE);
  peer_test_settle ();
  g_assert_cmpuint (peer_data_connection_get_buffered_amount (fixture->pair.outgoing), <=, 1024 * 1024);
  peer_loopback_transport_set_stalled (transport, FALSE);
  file_fixture_wait_both (fixture, 1);
  g_assert_no_error (fixture->send_error);
  file_fixture_check_content (fixture, "a", bytes);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  FILE_FIXTURE_ADD ("/file-transfer/file/binary", PEER_SERIALIZATION_BINARY, test_file);
  FILE_FIXTURE_ADD ("/file-transfer/file/msgpack", PEER_SERIALIZATION_MSGPACK, test_file);
  FILE_FIXTURE_ADD ("/file-transfer/without-bytes", PEER_SERIALIZATION_JSON, test_without_bytes);
  FILE_FIXTURE_ADD ("/file-transfer/empty-file", PEER_SERIALIZATION_BINARY, test_empty_file);
  FILE_FIXTURE_ADD ("/file-transfer/unknown-size", PEER_SERIALIZATION_BINARY, test_unknown_size);
  FILE_FIXTURE_ADD ("/file-transfer/gfile", PEER_SERIALIZATION_BINARY, test_gfile);
  FILE_FIXTURE_ADD ("/file-transfer/missing-file", PEER_SERIALIZATION_BINARY, test_missing_file);
  FILE_FIXTURE_ADD ("/file-transfer/directory", PEER_SERIALIZATION_BINARY, test_directory);
  FILE_FIXTURE_ADD ("/file-transfer/bad-name", PEER_SERIALIZATION_BINARY, test_bad_name);
  FILE_FIXTURE_ADD ("/file-transfer/overwrite", PEER_SERIALIZATION_BINARY, test_overwrite);
  FILE_FIXTURE_ADD ("/file-transfer/skip-same", PEER_SERIALIZATION_BINARY, test_skip_same);
  FILE_FIXTURE_ADD ("/file-transfer/many-at-once", PEER_SERIALIZATION_BINARY, test_many_at_once);
  FILE_FIXTURE_ADD ("/file-transfer/both-ways", PEER_SERIALIZATION_BINARY, test_both_ways);
  FILE_FIXTURE_ADD ("/file-transfer/stream", PEER_SERIALIZATION_BINARY, test_stream);
  FILE_FIXTURE_ADD ("/file-transfer/stalled", PEER_SERIALIZATION_BINARY, test_stalled);
  FILE_FIXTURE_ADD ("/file-transfer/nobody-listens", PEER_SERIALIZATION_BINARY, test_nobody_listens);
  FILE_FIXTURE_ADD ("/file-transfer/nobody-accepts", PEER_SERIALIZATION_BINARY, test_nobody_accepts);
  FILE_FIXTURE_ADD ("/file-transfer/refuse", PEER_SERIALIZATION_BINARY, test_refuse);
  FILE_FIXTURE_ADD ("/file-transfer/cannot-store", PEER_SERIALIZATION_BINARY, test_cannot_store);
  FILE_FIXTURE_ADD ("/file-transfer/short-input", PEER_SERIALIZATION_BINARY, test_short_input);

  return g_test_run ();
}
