/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "file-fixture.h"

#include "remove-tree.h"

static void
accepted_cb (GObject *object,
             GAsyncResult *result,
             gpointer user_data)
{
  FileFixture *fixture = user_data;

  g_clear_object (&fixture->file);
  g_clear_error (&fixture->receive_error);
  fixture->file = peer_file_transfer_accept_finish (PEER_FILE_TRANSFER (object), result, &fixture->receive_error);
  fixture->n_received++;
  fixture->n_under_way--;
}

void
file_fixture_accept (FileFixture *fixture,
                     PeerFileTransfer *transfer,
                     GCancellable *cancellable)
{
  g_autoptr (GFile) directory = g_file_new_for_path (fixture->directory);

  fixture->n_under_way++;
  peer_file_transfer_accept_async (transfer, directory, fixture->flags, cancellable, accepted_cb, fixture);
}

void
file_fixture_offered_cb (PeerDataConnection *connection,
                         PeerFileTransfer *transfer,
                         FileFixture *fixture)
{
  g_ptr_array_add (fixture->offers, g_object_ref (transfer));
  if (fixture->accepts)
    file_fixture_accept (fixture, transfer, NULL);
}

static void
connect_pair (FileFixture *fixture,
              PeerSerialization serialization)
{
  g_autoptr (PeerConnectOptions) options = g_object_new (PEER_TYPE_CONNECT_OPTIONS, "serialization", serialization, NULL);

  peer_test_pair_open (&fixture->pair, options);
  g_signal_connect (fixture->pair.incoming, "file", G_CALLBACK (file_fixture_offered_cb), fixture);
}

void
file_fixture_set_up (FileFixture *fixture,
                     gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->directory = g_dir_make_tmp ("peer-file-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->offers = g_ptr_array_new_with_free_func (g_object_unref);
  fixture->accepts = TRUE;
  connect_pair (fixture, (PeerSerialization) GPOINTER_TO_INT (data));
}

/* Whatever is under way ends with the connection, and then returns. */
static void
clear_pair (FileFixture *fixture)
{
  g_ptr_array_set_size (fixture->offers, 0);
  peer_base_connection_close (PEER_BASE_CONNECTION (fixture->pair.outgoing));
  peer_base_connection_close (PEER_BASE_CONNECTION (fixture->pair.incoming));
  peer_test_wait (fixture->n_under_way == 0);
  peer_test_pair_clear (&fixture->pair);
}

void
file_fixture_tear_down (FileFixture *fixture,
                        gconstpointer data)
{
  clear_pair (fixture);
  g_ptr_array_unref (fixture->offers);
  g_clear_object (&fixture->file);
  g_clear_error (&fixture->receive_error);
  g_clear_error (&fixture->send_error);
  remove_tree (fixture->directory);
  g_free (fixture->directory);
}

void
file_fixture_reconnect (FileFixture *fixture)
{
  clear_pair (fixture);
  connect_pair (fixture, PEER_SERIALIZATION_BINARY);
}

GBytes *
file_fixture_make_bytes (gsize size)
{
  guint8 *data = g_malloc (size);
  guint32 seed = 1;

  for (gsize i = 0; i < size; i++)
    {
      seed = seed * 1664525 + 1013904223;
      data[i] = (guint8) (seed >> 24);
    }

  return g_bytes_new_take (data, size);
}

static void
progress_cb (goffset current,
             goffset total,
             gpointer user_data)
{
  FileFixture *fixture = user_data;

  g_assert_true (fixture->has_many || current > fixture->progress);
  fixture->progress = current;
  fixture->total = total;
}

static void
progress_freed_cb (gpointer user_data)
{
  FileFixture *fixture = user_data;

  fixture->n_progress_freed++;
}

void
file_fixture_sent_cb (GObject *object,
                      GAsyncResult *result,
                      gpointer user_data)
{
  FileFixture *fixture = user_data;
  gboolean is_sent;

  g_clear_error (&fixture->send_error);
  is_sent = peer_data_connection_send_stream_finish (PEER_DATA_CONNECTION (object), result, &fixture->send_error);
  g_assert_true (is_sent == (fixture->send_error == NULL));
  fixture->n_sent++;
  fixture->n_under_way--;
}

void
file_fixture_send_bytes (FileFixture *fixture,
                         GBytes *bytes,
                         const char *name,
                         gboolean is_size_known,
                         GCancellable *cancellable)
{
  g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_bytes (bytes);

  fixture->progress = -1;
  fixture->n_under_way++;
  peer_data_connection_send_stream_async (fixture->pair.outgoing, stream, name,
                                          is_size_known ? (gint64) g_bytes_get_size (bytes) : -1, cancellable,
                                          progress_cb, fixture, progress_freed_cb, file_fixture_sent_cb, fixture);
}

void
file_fixture_wait_both (FileFixture *fixture,
                        guint n)
{
  peer_test_wait (fixture->n_sent == n && fixture->n_received == n);
}

void
file_fixture_check_content (FileFixture *fixture,
                            const char *name,
                            GBytes *bytes)
{
  g_autofree char *path = g_build_filename (fixture->directory, name, NULL);
  g_autofree char *content = NULL;
  g_autoptr (GError) error = NULL;
  gsize size;

  g_file_get_contents (path, &content, &size, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (content, size, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

gboolean
file_fixture_exists (FileFixture *fixture,
                     const char *name)
{
  g_autofree char *path = g_build_filename (fixture->directory, name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

void
file_fixture_put (FileFixture *fixture,
                  const char *name,
                  GBytes *bytes,
                  gsize size)
{
  g_autofree char *path = g_build_filename (fixture->directory, name, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, g_bytes_get_data (bytes, NULL), (gssize) size, &error);
  g_assert_no_error (error);
}

static void
stats_cb (GObject *object,
          GAsyncResult *result,
          gpointer user_data)
{
  g_set_object ((GAsyncResult **) user_data, result);
}

guint64
file_fixture_get_bytes_sent (FileFixture *fixture)
{
  PeerBaseConnection *connection = PEER_BASE_CONNECTION (fixture->pair.outgoing);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GVariant) stats = NULL;
  guint64 sent = 0;

  peer_base_connection_get_stats_async (connection, NULL, stats_cb, &result);
  peer_test_wait (result != NULL);
  stats = peer_base_connection_get_stats_finish (connection, result, NULL);
  g_assert_true (g_variant_lookup (stats, "bytes-sent", "t", &sent));

  return sent;
}

PeerFileTransfer *
file_fixture_wait_under_way (FileFixture *fixture)
{
  PeerFileTransfer *transfer;

  peer_test_wait (fixture->offers->len == 1);
  transfer = g_ptr_array_index (fixture->offers, 0);
  peer_test_wait (peer_file_transfer_get_transferred (transfer) > 0);
  g_assert_cmpint (peer_file_transfer_get_state (transfer), ==, PEER_FILE_TRANSFER_STATE_ACTIVE);

  return transfer;
}
