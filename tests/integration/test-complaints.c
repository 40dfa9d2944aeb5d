/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "../unit/peer-test-proxy.h"
#include "real-peers.h"
#include "libpeerglib/peer-peer-private.h"
#include "wait-until.h"
#include "webrtc-criticals.h"

/* What users of PeerJS and its like complain of most, of which each test shows
 * that it cannot happen here. */

typedef struct
{
  PeerServer *server;
  PeerTestProxy *proxy;
} Fixture;

static PeerServer *
new_server (guint port,
            guint alive_timeout)
{
  PeerServer *server = g_object_new (PEER_TYPE_SERVER,
                                     "host", "127.0.0.1",
                                     "port", port,
                                     "alive-timeout", alive_timeout,
                                     "expire-timeout", 100,
                                     NULL);
  g_autoptr (GError) error = NULL;

  peer_server_listen (server, &error);
  g_assert_no_error (error);

  return server;
}

static void
end_server (PeerServer *server)
{
  peer_server_stop (server);
  g_assert_finalize_object (server);
}

static void
set_up (Fixture *fixture,
        gconstpointer alive_timeout)
{
  fixture->server = new_server (0, GPOINTER_TO_UINT (alive_timeout));
  fixture->proxy = peer_test_proxy_new (peer_server_get_port (fixture->server));
}

static void
tear_down (Fixture *fixture,
           gconstpointer data)
{
  peer_test_proxy_free (fixture->proxy);
  if (fixture->server != NULL)
    end_server (fixture->server);
}

static guint
get_port (Fixture *fixture)
{
  return peer_server_get_port (fixture->server);
}

static void
count_id_cb (PeerPeer *peer,
             const char *id,
             guint *count)
{
  (*count)++;
}

static void
count_cb (GObject *object,
          guint *count)
{
  (*count)++;
}

static void
copy_error_cb (GObject *object,
               const GError *error,
               GError **target)
{
  g_clear_error (target);
  *target = g_error_copy (error);
}

/* Complaint 1 */
static void
test_reconnecting_without_any_signal (Fixture *fixture,
                                      gconstpointer data)
{
  PeerPeer *alice = real_peer_new_open (fixture->proxy->port, "alice", NULL);
  guint n_open = 0;

  g_test_summary ("The server still knows the old line: the peer is told that it is open on the new one, by itself or by reconnect()");

  g_signal_connect (alice, "open", G_CALLBACK (count_id_cb), &n_open);
  peer_test_proxy_sever (fixture->proxy);
  WAIT_UNTIL (n_open == 1);

  peer_peer_set_auto_reconnect (alice, FALSE);
  peer_test_proxy_sever (fixture->proxy);
  WAIT_UNTIL (peer_peer_get_is_disconnected (alice));
  peer_peer_reconnect (alice);
  WAIT_UNTIL (n_open == 2);

  real_peer_end (alice);
}

/* Complaint 2 */
static void
test_id_taken_by_own_ghost (Fixture *fixture,
                            gconstpointer data)
{
  PeerPeer *alice = real_peer_new_open (fixture->proxy->port, "alice", "secret");
  PeerPeer *again, *impostor;
  g_autoptr (GError) error = NULL;

  g_test_summary ("After the network was lost, and after the program was started again, the id is there for whoever has the token");

  g_signal_connect (alice, "error", G_CALLBACK (copy_error_cb), &error);
  peer_test_proxy_sever (fixture->proxy);
  WAIT_UNTIL (peer_peer_get_is_disconnected (alice));
  WAIT_UNTIL (peer_peer_get_is_open (alice));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_NETWORK);

  /* The program ends, and the server learns nothing of it. */
  peer_test_proxy_freeze (fixture->proxy);
  real_peer_end (alice);
  g_assert_nonnull (peer_server_get_client (fixture->server, "alice"));
  again = real_peer_new_open (get_port (fixture), "alice", "secret");

  impostor = real_peer_new (get_port (fixture), "alice", "guess");
  g_clear_error (&error);
  g_signal_connect (impostor, "error", G_CALLBACK (copy_error_cb), &error);
  WAIT_UNTIL (peer_peer_get_is_destroyed (impostor));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_UNAVAILABLE_ID);
  g_assert_true (peer_peer_get_is_open (again));

  real_peer_end (again);
  real_peer_end (impostor);
}

/* Complaint 4 */
static void
test_failed_connection_that_is_not_told (Fixture *fixture,
                                         gconstpointer data)
{
  const char *ids[] = { "bob", "carol" };
  PeerPeer *alice = real_peer_new_open (get_port (fixture), "alice", NULL);
  PeerDataConnection *connections[2];
  GError *errors[2] = { NULL };
  guint n_closed[2] = { 0 };

  g_test_summary ("Each connection tells of its own failure, and to whom it was");

  for (guint i = 0; i < 2; i++)
    {
      connections[i] = g_object_ref (peer_peer_connect_to (alice, ids[i], NULL));
      g_signal_connect (connections[i], "error", G_CALLBACK (copy_error_cb), &errors[i]);
      g_signal_connect (connections[i], "close", G_CALLBACK (count_cb), &n_closed[i]);
    }
  for (guint i = 0; i < 2; i++)
    {
      WAIT_UNTIL (n_closed[i] == 1);
      g_assert_error (errors[i], PEER_ERROR, PEER_ERROR_PEER_UNAVAILABLE);
      g_assert_cmpstr (peer_base_connection_get_peer_id (PEER_BASE_CONNECTION (connections[i])), ==, ids[i]);
      g_error_free (errors[i]);
      g_object_unref (connections[i]);
    }

  real_peer_end (alice);
}

/* Complaint 6 */
static void
test_connection_before_open_that_is_lost (Fixture *fixture,
                                          gconstpointer data)
{
  PeerPeer *bob = real_peer_new_open (get_port (fixture), "bob", NULL);
  PeerPeer *alice = real_peer_new (get_port (fixture), NULL, NULL);
  g_autoptr (PeerDataConnection) connection = g_object_ref (peer_peer_connect_to (alice, "bob", NULL));

  g_test_summary ("A connection may be asked for before the peer is open, even before it has an id");

  g_assert_false (peer_peer_get_is_open (alice));
  g_assert_null (peer_peer_get_id (alice));
  WAIT_UNTIL (real_connection_is_open (connection));

  real_peer_end (alice);
  real_peer_end (bob);
}

static void
count_disconnect_cb (PeerServer *server,
                     PeerServerClient *client,
                     guint *count)
{
  (*count)++;
}

/* Complaint 20 */
static void
test_idle_peer_that_stays_away (Fixture *fixture,
                                gconstpointer data)
{
  PeerPeer *alice = g_object_new (PEER_TYPE_PEER,
                                  "id", "alice",
                                  "host", "127.0.0.1",
                                  "port", get_port (fixture),
                                  "secure", FALSE,
                                  "ping-interval", 0,
                                  "reconnect-delay", 20,
                                  NULL);
  guint n_open = 0, n_dropped = 0;

  g_test_summary ("A peer without heartbeats, as one that was throttled, is dropped by the server and comes back with its id");

  g_signal_connect (alice, "open", G_CALLBACK (count_id_cb), &n_open);
  g_signal_connect (fixture->server, "disconnect", G_CALLBACK (count_disconnect_cb), &n_dropped);
  WAIT_UNTIL (n_open == 3);
  g_assert_cmpuint (n_dropped, >=, 2);
  g_assert_cmpstr (peer_peer_get_id (alice), ==, "alice");

  g_signal_handlers_disconnect_by_data (fixture->server, &n_dropped);
  real_peer_end (alice);
}

static guint
count_relays (PeerTransportConfig *config)
{
  return config->turn_servers != NULL ? g_strv_length (config->turn_servers) : 0;
}

/* Complaint 21 */
static void
test_relay_that_nobody_asked_for (Fixture *fixture,
                                  gconstpointer data)
{
  g_autoptr (GListStore) own = g_list_store_new (PEER_TYPE_ICE_SERVER);
  g_autoptr (PeerIceServer) relay = peer_ice_server_new ("turn:127.0.0.1:3478", "user", "password");
  PeerPeer *plain = peer_peer_new_for_uri (peer_server_get_uri (fixture->server), NULL);
  PeerPeer *lonely = real_peer_new (get_port (fixture), NULL, NULL);
  PeerPeer *careful;
  g_autoptr (PeerTransportConfig) plain_config = peer_link_settings_new_transport_config (plain->links);
  g_autoptr (PeerTransportConfig) lonely_config = peer_link_settings_new_transport_config (lonely->links);
  g_autoptr (PeerTransportConfig) careful_config = NULL;

  g_test_summary ("No TURN server is there by default, the STUN server can be left out, and one's own are used with their credentials");

  g_assert_cmpuint (count_relays (plain_config), ==, 0);
  g_assert_cmpuint (count_relays (lonely_config), ==, 0);
  g_assert_null (lonely_config->stun_server);

  g_list_store_append (own, relay);
  careful = g_object_new (PEER_TYPE_PEER, "host", "127.0.0.1", "ice-servers", own, NULL);
  careful_config = peer_link_settings_new_transport_config (careful->links);
  g_assert_cmpuint (count_relays (careful_config), ==, 1);
  g_assert_true (g_str_has_prefix (careful_config->turn_servers[0], "turn://user:password@127.0.0.1:3478"));
  /* A relay tells addresses, too. */
  g_assert_cmpstr (careful_config->stun_server, ==, "stun://127.0.0.1:3478");

  real_peer_end (plain);
  real_peer_end (lonely);
  real_peer_end (careful);
}

/* No or broken reconnect after sleep */
static gint64
read_slept (void)
{
  static gint64 slept;

  slept += G_TIME_SPAN_MINUTE;

  return slept;
}

static void
test_sleep_that_cuts_off_for_good (Fixture *fixture,
                                   gconstpointer data)
{
  PeerPeer *alice = real_peer_new_open (fixture->proxy->port, "alice", NULL);
  PeerPeer *bob = real_peer_new_open (get_port (fixture), "bob", NULL);
  g_autoptr (PeerDataConnection) connection = NULL;
  guint n_open = 0;

  g_test_summary ("A machine wakes up and its line is dead, which nobody told it: the peer is back at once");

  g_signal_connect (alice, "open", G_CALLBACK (count_id_cb), &n_open);
  WAIT_UNTIL (peer_keepalive_is_answered (peer_socket_get_keepalive (alice->socket)));
  peer_test_proxy_freeze (fixture->proxy);
  peer_network_watch_set_sleep_clock (alice->network_watch, read_slept, 1);
  WAIT_UNTIL (n_open == 1);
  connection = real_peers_connect (bob, alice, NULL, NULL);

  real_peer_end (alice);
  real_peer_end (bob);
}

/* No or broken reconnect after a change of network */
static void
test_network_that_changes_for_good (Fixture *fixture,
                                    gconstpointer data)
{
  PeerPeer *alice = real_peer_new_open (fixture->proxy->port, "alice", NULL);
  guint n_open = 0;

  g_test_summary ("A peer that waits a minute before its next attempt makes it when there is a network again");

  g_signal_connect (alice, "open", G_CALLBACK (count_id_cb), &n_open);
  peer_peer_set_reconnect_delay (alice, 60000);
  peer_test_proxy_sever (fixture->proxy);
  WAIT_UNTIL (peer_peer_get_is_reconnecting (alice));
  g_signal_emit_by_name (g_network_monitor_get_default (), "network-changed", TRUE);
  WAIT_UNTIL (n_open == 1);

  real_peer_end (alice);
}

/* Public servers die */
static void
test_dependence_on_a_public_server (Fixture *fixture,
                                    gconstpointer data)
{
  PeerPeer *alice = real_peer_new_open (get_port (fixture), "alice", NULL);
  PeerPeer *bob = real_peer_new_open (get_port (fixture), "bob", NULL);
  PeerPeer *elsewhere;
  g_autoptr (PeerDataConnection) old = NULL;
  g_autoptr (PeerDataConnection) new = NULL;
  PeerServer *own_server;

  g_test_summary ("The server dies for good: connections live on, and a program that serves its own peers goes on with new ones");

  old = real_peers_connect (alice, bob, NULL, NULL);
  peer_peer_set_max_reconnect_attempts (alice, 1);
  peer_peer_set_max_reconnect_attempts (bob, 1);
  end_server (g_steal_pointer (&fixture->server));
  WAIT_UNTIL (peer_peer_get_is_disconnected (alice) && !peer_peer_get_is_reconnecting (alice));
  WAIT_UNTIL (peer_peer_get_is_disconnected (bob) && !peer_peer_get_is_reconnecting (bob));
  g_assert_true (real_connection_is_open (old));

  own_server = new_server (0, 60000);
  elsewhere = real_peer_new_open (peer_server_get_port (own_server), "alice", NULL);
  real_peer_end (bob);
  bob = real_peer_new_open (peer_server_get_port (own_server), "bob", NULL);
  new = real_peers_connect (elsewhere, bob, NULL, NULL);

  real_peer_end (elsewhere);
  real_peer_end (alice);
  real_peer_end (bob);
  end_server (own_server);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  webrtc_criticals_forgive ();

#define ADD_WITH(name, alive_timeout, func) \
  g_test_add ("/cannot-happen/" name, Fixture, GUINT_TO_POINTER (alive_timeout), set_up, func, tear_down)
#define ADD(name, func) ADD_WITH (name, 60000, func)
  ADD ("reconnecting-without-any-signal", test_reconnecting_without_any_signal);
  ADD ("id-taken-by-own-ghost", test_id_taken_by_own_ghost);
  ADD ("failed-connection-that-is-not-told", test_failed_connection_that_is_not_told);
  ADD ("connection-before-open-that-is-lost", test_connection_before_open_that_is_lost);
  ADD_WITH ("idle-peer-that-stays-away", 200, test_idle_peer_that_stays_away);
  ADD ("relay-that-nobody-asked-for", test_relay_that_nobody_asked_for);
  ADD ("sleep-that-cuts-off-for-good", test_sleep_that_cuts_off_for_good);
  ADD ("network-that-changes-for-good", test_network_that_changes_for_good);
  ADD ("dependence-on-a-public-server", test_dependence_on_a_public_server);
#undef ADD
#undef ADD_WITH

  return g_test_run ();
}
