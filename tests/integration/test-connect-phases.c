/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <libpeerglib/peer.h>
#include <string.h>

#include "libpeerglib/peer-base-connection-private.h"
#include "real-peers.h"
#include "udp-cut.h"
#include "wait-until.h"

typedef struct
{
  UdpCut *cut;
  PeerServer *server;
  PeerPeer *peers[2];
  GError *error;
  guint n_errors;
  guint n_closed;
} Fixture;

static void
set_up (Fixture *fixture,
        gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->cut = udp_cut_new ();
  fixture->server = g_object_new (PEER_TYPE_SERVER, "host", "127.0.0.1", "port", 0, NULL);
  peer_server_listen (fixture->server, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (fixture->peers); i++)
    fixture->peers[i] = real_peer_new_open (peer_server_get_port (fixture->server), i == 0 ? "alice" : "bob", NULL);
}

static void
tear_down (Fixture *fixture,
           gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (fixture->peers); i++)
    real_peer_end (fixture->peers[i]);
  peer_server_stop (fixture->server);
  g_assert_finalize_object (fixture->server);
  udp_cut_free (fixture->cut);
  g_clear_error (&fixture->error);
}

static void
error_cb (PeerBaseConnection *connection,
          const GError *error,
          Fixture *fixture)
{
  fixture->n_errors++;
  g_clear_error (&fixture->error);
  fixture->error = g_error_copy (error);
}

static void
close_cb (PeerBaseConnection *connection,
          Fixture *fixture)
{
  fixture->n_closed++;
}

/* The connection comes as far as this phase and no further. */
static void
check_phase (Fixture *fixture,
             UdpCutLoss loss,
             PeerTransportPhase phase,
             const char *explanation)
{
  PeerBaseConnection *connection;

  udp_cut_set_loss (fixture->cut, loss);
  connection = PEER_BASE_CONNECTION (peer_peer_connect_to (fixture->peers[0], "bob", NULL));
  peer_base_connection_set_connect_timeout (connection, 0);
  g_signal_connect (connection, "error", G_CALLBACK (error_cb), fixture);
  g_signal_connect (connection, "close", G_CALLBACK (close_cb), fixture);
  WAIT_UNTIL (fixture->n_closed > 0 || peer_transport_get_phase (connection->transport) == phase);
  g_assert_no_error (fixture->error);
  peer_base_connection_set_connect_timeout (connection, 1);
  WAIT_UNTIL (fixture->n_closed > 0);
  g_assert_cmpuint (fixture->n_errors, ==, 1);
  g_assert_error (fixture->error, PEER_ERROR, PEER_ERROR_TIMED_OUT);
  g_assert_true (g_str_has_prefix (fixture->error->message, "No connection to peer bob after 1 second: "));
  g_assert_nonnull (strstr (fixture->error->message, explanation));
  g_test_message ("%s", fixture->error->message);
}

static void
test_ice (Fixture *fixture,
          gconstpointer data)
{
  check_phase (fixture, UDP_CUT_ALL, PEER_TRANSPORT_PHASE_ICE, "no path through the network was found (");
  g_assert_nonnull (strstr (fixture->error->message, "; no TURN server is set"));
}

static void
test_dtls (Fixture *fixture,
           gconstpointer data)
{
  check_phase (fixture, UDP_CUT_DTLS, PEER_TRANSPORT_PHASE_DTLS, "no secure session came about over it");
}

static void
test_channel (Fixture *fixture,
              gconstpointer data)
{
  check_phase (fixture, UDP_CUT_DATA, PEER_TRANSPORT_PHASE_CHANNEL, "the data channel did not open");
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_summary ("How far a connection came, over WebRTC");
  g_test_add ("/connect-phases/ice", Fixture, NULL, set_up, test_ice, tear_down);
  g_test_add ("/connect-phases/dtls", Fixture, NULL, set_up, test_dtls, tear_down);
  g_test_add ("/connect-phases/channel", Fixture, NULL, set_up, test_channel, tear_down);

  return g_test_run ();
}
