/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <libpeerglib/peer.h>
#include <string.h>

#include "libpeerglib/peer-base-connection-private.h"
#include "libpeerglib/transport/peer-resumable-transport-private.h"
#include "real-peers.h"
#include "udp-cut.h"
#include "wait-until.h"

#define N_MESSAGES 200

typedef struct
{
  PeerDataConnection *connection;
  guint n_sent;
  guint n_received;
  gboolean was_interrupted;
  gboolean is_closed;
  GError *error;
} End;

typedef struct
{
  UdpCut *cut;
  PeerServer *server;
  PeerPeer *peers[2];
  End ends[2];
} Fixture;

static void
data_cb (PeerDataConnection *connection,
         GVariant *value,
         End *end)
{
  g_autoptr (GVariant) number = NULL;
  gsize size;
  const guint8 *data;

  g_assert_true (g_variant_is_of_type (value, G_VARIANT_TYPE_BYTESTRING));
  data = g_variant_get_fixed_array (value, &size, 1);
  g_assert_cmpuint (size, >=, sizeof (guint32));
  g_assert_true (memcmp (data, &end->n_received, sizeof (guint32)) == 0);
  end->n_received++;
}

static void
close_cb (PeerDataConnection *connection,
          End *end)
{
  g_assert_false (end->is_closed);
  end->is_closed = TRUE;
}

static void
error_cb (PeerDataConnection *connection,
          const GError *error,
          End *end)
{
  g_assert_null (end->error);
  end->error = g_error_copy (error);
}

static void
reconnecting_cb (PeerDataConnection *connection,
                 GParamSpec *pspec,
                 End *end)
{
  if (peer_data_connection_get_is_reconnecting (connection))
    end->was_interrupted = TRUE;
}

static void
end_init (End *end,
          PeerDataConnection *connection)
{
  end->connection = g_object_ref (connection);
  g_signal_connect (connection, "data", G_CALLBACK (data_cb), end);
  g_signal_connect (connection, "close", G_CALLBACK (close_cb), end);
  g_signal_connect (connection, "error", G_CALLBACK (error_cb), end);
  g_signal_connect (connection, "notify::is-reconnecting", G_CALLBACK (reconnecting_cb), end);
}

static void
connection_cb (PeerPeer *peer,
               PeerDataConnection *connection,
               End *end)
{
  g_assert_null (end->connection);
  end_init (end, connection);
}

static void
set_up (Fixture *fixture,
        gconstpointer data)
{
  g_autoptr (PeerConnectOptions) options = g_object_new (PEER_TYPE_CONNECT_OPTIONS, "reconnect", TRUE, NULL);
  g_autoptr (GError) error = NULL;

  fixture->cut = udp_cut_new ();
  fixture->server = g_object_new (PEER_TYPE_SERVER, "host", "127.0.0.1", "port", 0, NULL);
  peer_server_listen (fixture->server, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (fixture->peers); i++)
    fixture->peers[i] = real_peer_new_open (peer_server_get_port (fixture->server), i == 0 ? "alice" : "bob", NULL);

  g_signal_connect (fixture->peers[1], "connection", G_CALLBACK (connection_cb), &fixture->ends[1]);
  end_init (&fixture->ends[0], peer_peer_connect_to (fixture->peers[0], "bob", options));
  peer_base_connection_set_connect_timeout (PEER_BASE_CONNECTION (fixture->ends[0].connection), 0);
  for (guint i = 0; i < G_N_ELEMENTS (fixture->ends); i++)
    {
      PeerDataConnection *connection;

      WAIT_UNTIL (fixture->ends[i].connection != NULL);
      connection = fixture->ends[i].connection;
      WAIT_UNTIL (peer_base_connection_get_is_open (PEER_BASE_CONNECTION (connection)) || fixture->ends[i].is_closed);
      g_assert_no_error (fixture->ends[i].error);
      peer_base_connection_set_disconnect_timeout (PEER_BASE_CONNECTION (connection), 4);
      peer_data_connection_set_reconnect_timeout (connection, 0);
    }
}

static void
tear_down (Fixture *fixture,
           gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (fixture->peers); i++)
    {
      peer_peer_destroy (fixture->peers[i]);
      g_assert_true (fixture->ends[i].is_closed);
      g_clear_error (&fixture->ends[i].error);
      g_assert_finalize_object (fixture->ends[i].connection);
    }
  for (guint i = 0; i < G_N_ELEMENTS (fixture->peers); i++)
    g_assert_finalize_object (fixture->peers[i]);
  peer_server_stop (fixture->server);
  g_assert_finalize_object (fixture->server);
  udp_cut_free (fixture->cut);
}

/* Numbered, and every tenth of several messages. */
static void
send_more (Fixture *fixture,
           guint n_messages)
{
  for (guint n = 0; n < n_messages; n++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (fixture->ends); i++)
        {
          End *end = &fixture->ends[i];
          gsize size = end->n_sent % 10 == 0 ? 50000 : 100;
          guint8 *data = g_malloc0 (size);
          g_autoptr (GError) error = NULL;

          memcpy (data, &end->n_sent, sizeof (guint32));
          peer_data_connection_send (end->connection,
                                     g_variant_new_from_data (G_VARIANT_TYPE_BYTESTRING, data, size, TRUE, g_free, data), &error);
          g_assert_no_error (error);
          end->n_sent++;
        }
    }
}

static void
wait_all_received (Fixture *fixture)
{
  for (guint i = 0; i < G_N_ELEMENTS (fixture->ends); i++)
    {
      End *end = &fixture->ends[i];

      WAIT_UNTIL (end->n_received == N_MESSAGES || end->is_closed);
      g_assert_no_error (end->error);
      g_assert_false (end->is_closed);
      WAIT_UNTIL (!peer_data_connection_get_is_reconnecting (end->connection));
      g_assert_cmpuint (end->n_received, ==, N_MESSAGES);
    }
}

/* The network between the two is cut and another way is there. */
static void
test_network_cut (Fixture *fixture,
                  gconstpointer data)
{
  send_more (fixture, N_MESSAGES / 4);
  WAIT_UNTIL (fixture->ends[0].n_received > 0);
  send_more (fixture, N_MESSAGES / 4);
  udp_cut_cut (fixture->cut);
  send_more (fixture, N_MESSAGES / 4);
  WAIT_UNTIL (fixture->ends[0].was_interrupted || fixture->ends[1].was_interrupted);
  send_more (fixture, N_MESSAGES / 4);
  wait_all_received (fixture);
}

/* The link of one side ends for it at once; the other side sees it close. */
static void
test_link_failed (Fixture *fixture,
                  gconstpointer data)
{
  g_autoptr (GError) error = g_error_new_literal (PEER_ERROR, PEER_ERROR_WEBRTC, "Test");

  for (guint round = 0; round < 4; round++)
    {
      End *end = &fixture->ends[round % 2];
      PeerTransport *transport = PEER_BASE_CONNECTION (end->connection)->transport;

      send_more (fixture, N_MESSAGES / 4);
      peer_transport_emit_failed (peer_resumable_transport_get_link (PEER_RESUMABLE_TRANSPORT (transport)), error);
      WAIT_UNTIL (end->was_interrupted);
      WAIT_UNTIL (!peer_data_connection_get_is_reconnecting (fixture->ends[0].connection) &&
                  !peer_data_connection_get_is_reconnecting (fixture->ends[1].connection) &&
                  peer_resumable_transport_get_link (PEER_RESUMABLE_TRANSPORT (transport)) != NULL);
      end->was_interrupted = FALSE;
    }
  wait_all_received (fixture);
}

/* A deliberate close is told from a link that died. */
static void
test_close (Fixture *fixture,
            gconstpointer data)
{
  send_more (fixture, 1);
  WAIT_UNTIL (fixture->ends[1].n_received == 1);
  peer_base_connection_close (PEER_BASE_CONNECTION (fixture->ends[0].connection));
  WAIT_UNTIL (fixture->ends[1].is_closed);
  g_assert_false (fixture->ends[1].was_interrupted);
  g_assert_no_error (fixture->ends[1].error);
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_summary ("Connections over WebRTC that outlive their link");
  g_test_add ("/reconnect-links/network-cut", Fixture, NULL, set_up, test_network_cut, tear_down);
  g_test_add ("/reconnect-links/link-failed", Fixture, NULL, set_up, test_link_failed, tear_down);
  g_test_add ("/reconnect-links/close", Fixture, NULL, set_up, test_close, tear_down);

  return g_test_run ();
}
