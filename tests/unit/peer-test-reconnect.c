/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-test-reconnect.h"

#include "libpeerglib/transport/peer-certificate-private.h"

static GBytes *certificates[2];
GBytes *reconnect_foreign_certificate;

int
reconnect_test_run (void)
{
  int status;

  for (guint i = 0; i < G_N_ELEMENTS (certificates); i++)
    certificates[i] = peer_certificate_new (NULL);
  reconnect_foreign_certificate = peer_certificate_new (NULL);

  status = g_test_run ();

  for (guint i = 0; i < G_N_ELEMENTS (certificates); i++)
    g_bytes_unref (certificates[i]);
  g_bytes_unref (reconnect_foreign_certificate);

  return status;
}

void
reconnect_use_certificate (PeerPeer *peer,
                           GBytes *certificate)
{
  g_bytes_unref (peer->links->certificate);
  peer->links->certificate = g_bytes_ref (certificate);
}

void
reconnect_pair_init (PeerTestPair *pair)
{
  peer_test_pair_init (pair);
  reconnect_use_certificate (pair->alice, certificates[0]);
  reconnect_use_certificate (pair->bob, certificates[1]);
}

void
reconnect_forget_events (PeerTestPair *pair)
{
  g_string_truncate (pair->outgoing_events->events, 0);
  g_string_truncate (pair->incoming_events->events, 0);
}

void
reconnect_pair_open_as (PeerTestPair *pair,
                        PeerSerialization serialization)
{
  g_autoptr (PeerConnectOptions) options = g_object_new (PEER_TYPE_CONNECT_OPTIONS,
                                                         "reconnect", TRUE,
                                                         "serialization", serialization,
                                                         NULL);

  reconnect_pair_init (pair);
  peer_test_pair_connect (pair, options);
  peer_test_wait (peer_base_connection_get_is_open (PEER_BASE_CONNECTION (pair->outgoing)));
  peer_test_wait (peer_base_connection_get_is_open (PEER_BASE_CONNECTION (pair->incoming)));
  reconnect_forget_events (pair);
}

void
reconnect_pair_open (PeerTestPair *pair)
{
  reconnect_pair_open_as (pair, PEER_SERIALIZATION_BINARY);
}

void
reconnect_break_link (PeerDataConnection *connection)
{
  g_autoptr (GError) error = g_error_new_literal (PEER_ERROR, PEER_ERROR_TIMED_OUT, "Test");

  peer_loopback_transport_fail (peer_test_get_transport (connection), error);
}

gboolean
reconnect_is_whole (PeerTestPair *pair)
{
  return !peer_data_connection_get_is_reconnecting (pair->outgoing) &&
         !peer_data_connection_get_is_reconnecting (pair->incoming);
}

void
reconnect_wait_broken (PeerTestPair *pair)
{
  peer_test_wait (peer_data_connection_get_is_reconnecting (pair->outgoing) &&
                  peer_data_connection_get_is_reconnecting (pair->incoming));
}

void
reconnect_send_number (PeerDataConnection *connection,
                       guint number)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (peer_data_connection_send (connection, g_variant_new_int64 (number), &error));
  g_assert_no_error (error);
}

void
reconnect_wait_numbers (PeerTestRecorder *events,
                        guint n_numbers)
{
  peer_test_wait (events->values->len >= n_numbers || events->is_closed);
  peer_test_settle ();
  g_assert_cmpuint (events->values->len, ==, n_numbers);
  for (guint i = 0; i < n_numbers; i++)
    g_assert_cmpint (g_variant_get_int64 (g_ptr_array_index (events->values, i)), ==, i);
}

void
reconnect_check_alive (PeerTestPair *pair)
{
  PeerBaseConnection *connections[] = { PEER_BASE_CONNECTION (pair->outgoing), PEER_BASE_CONNECTION (pair->incoming) };

  peer_test_wait (reconnect_is_whole (pair));
  for (guint i = 0; i < G_N_ELEMENTS (connections); i++)
    {
      g_assert_true (peer_base_connection_get_is_open (connections[i]));
      g_assert_null (strstr ((i == 0 ? pair->outgoing_events : pair->incoming_events)->events->str, "open"));
      g_assert_null (strstr ((i == 0 ? pair->outgoing_events : pair->incoming_events)->events->str, "error"));
    }
  peer_test_assert_events (pair->alice_events, "");
  g_assert_cmpuint (g_list_model_get_n_items (peer_peer_get_connections (pair->bob)), ==, 1);
}

void
reconnect_check_works (PeerTestPair *pair)
{
  reconnect_send_number (pair->outgoing, 0);
  reconnect_send_number (pair->incoming, 0);
  reconnect_wait_numbers (pair->incoming_events, 1);
  reconnect_wait_numbers (pair->outgoing_events, 1);
  reconnect_check_alive (pair);
}

guint
reconnect_count_waiting (PeerTestPair *pair,
                         const char *type)
{
  guint n_messages = 0;

  for (guint i = 0; i < pair->server->waiting->len; i++)
    {
      PeerTestWaiting *waiting = g_ptr_array_index (pair->server->waiting, i);
      gsize size;
      const char *data = g_bytes_get_data (waiting->message, &size);

      if (g_strstr_len (data, (gssize) size, type) != NULL)
        n_messages++;
    }

  return n_messages;
}
