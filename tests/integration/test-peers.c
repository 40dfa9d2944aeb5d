/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <signal.h>

#include "real-peers.h"
#include "wait-until.h"
#include "webrtc-criticals.h"

typedef struct
{
  PeerServer *server;
  guint port;
} Fixture;

static void
start_server (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  fixture->server = g_object_new (PEER_TYPE_SERVER, "host", "127.0.0.1", "port", fixture->port, NULL);
  peer_server_listen (fixture->server, &error);
  g_assert_no_error (error);
  g_object_get (fixture->server, "port", &fixture->port, NULL);
}

static void
stop_server (Fixture *fixture)
{
  peer_server_stop (fixture->server);
  g_assert_finalize_object (fixture->server);
}

static void
set_up (Fixture *fixture,
        gconstpointer data)
{
  start_server (fixture);
}

static void
tear_down (Fixture *fixture,
           gconstpointer data)
{
  stop_server (fixture);
}

static void
echo_cb (PeerDataConnection *connection,
         GVariant *value)
{
  g_autoptr (GError) error = NULL;

  peer_data_connection_send (connection, value, &error);
  g_assert_no_error (error);
}

static void
echo_connection_cb (PeerPeer *peer,
                    PeerDataConnection *connection)
{
  g_signal_connect (connection, "data", G_CALLBACK (echo_cb), NULL);
}

static void
add_value_cb (PeerDataConnection *connection,
              GVariant *value,
              GPtrArray *values)
{
  g_ptr_array_add (values, g_variant_ref (value));
}

static void
count_cb (GObject *object,
          guint *count)
{
  (*count)++;
}

static void
count_error_cb (GObject *object,
                const GError *error,
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

static PeerPeer *
new_peer (Fixture *fixture,
          const char *id,
          const char *token)
{
  return real_peer_new (fixture->port, id, token);
}

static PeerPeer *
new_open_peer (Fixture *fixture,
               const char *id,
               const char *token)
{
  return real_peer_new_open (fixture->port, id, token);
}

/* Both ends of a new connection, open. */
static void
connect_peers (PeerPeer *from,
               PeerPeer *to,
               PeerSerialization serialization,
               PeerDataConnection **outgoing,
               PeerDataConnection **incoming)
{
  g_autoptr (PeerConnectOptions) options = peer_connect_options_new ();

  peer_connect_options_set_serialization (options, serialization);
  peer_connect_options_set_reliable (options, TRUE);
  *outgoing = real_peers_connect (from, to, options, incoming);
}

static void
test_two_peers (Fixture *fixture,
                gconstpointer data)
{
  PeerSerialization serialization = GPOINTER_TO_UINT (data);
  g_autofree char *long_text = g_strnfill (2 * 1024 * 1024, 'x');
  g_autofree guint8 *bytes = g_malloc0 (4 * 1024 * 1024);
  PeerPeer *alice = new_open_peer (fixture, "alice", NULL);
  PeerPeer *bob = new_open_peer (fixture, NULL, NULL);
  PeerDataConnection *outgoing = NULL, *incoming = NULL;
  g_autoptr (GPtrArray) sent = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  g_autoptr (GPtrArray) received = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  g_autoptr (GError) error = NULL;

  g_test_summary ("Two peers exchange values of every kind and size over WebRTC");

  connect_peers (alice, bob, serialization, &outgoing, &incoming);
  g_signal_connect (incoming, "data", G_CALLBACK (echo_cb), NULL);
  g_signal_connect (outgoing, "data", G_CALLBACK (add_value_cb), received);

  g_ptr_array_add (sent, g_variant_ref_sink (g_variant_new_string ("Grüße 👋")));
  if (serialization != PEER_SERIALIZATION_NONE)
    g_ptr_array_add (sent, g_variant_ref_sink (g_variant_new_parsed ("{'a': <int64 1>, 'b': <[<true>, <0.5>]>}")));
  if (serialization != PEER_SERIALIZATION_JSON)
    g_ptr_array_add (sent, g_variant_ref_sink (g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, bytes, 1000, 1)));
  if (serialization == PEER_SERIALIZATION_BINARY || serialization == PEER_SERIALIZATION_MSGPACK)
    {
      g_ptr_array_add (sent, g_variant_ref_sink (g_variant_new_string (long_text)));
      g_ptr_array_add (sent, g_variant_ref_sink (g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, bytes, 4 * 1024 * 1024, 1)));
    }

  for (guint i = 0; i < sent->len; i++)
    {
      peer_data_connection_send (outgoing, g_ptr_array_index (sent, i), &error);
      g_assert_no_error (error);
    }
  WAIT_UNTIL (received->len == sent->len);
  for (guint i = 0; i < sent->len; i++)
    g_assert_cmpvariant (g_ptr_array_index (sent, i), g_ptr_array_index (received, i));

  real_peer_end (alice);
  WAIT_UNTIL (!real_connection_is_open (incoming));
  real_peer_end (bob);
  g_assert_finalize_object (outgoing);
  g_assert_finalize_object (incoming);
}

#define N_PEERS 10

static void
test_ten_peers (Fixture *fixture,
                gconstpointer data)
{
  PeerPeer *peers[N_PEERS];
  g_autoptr (GPtrArray) connections = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) received = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);

  g_test_summary ("Ten peers are all connected to each other and all answer");

  for (guint i = 0; i < N_PEERS; i++)
    {
      peers[i] = new_peer (fixture, NULL, NULL);
      g_signal_connect (peers[i], "connection", G_CALLBACK (echo_connection_cb), NULL);
    }
  for (guint i = 0; i < N_PEERS; i++)
    WAIT_UNTIL (peer_peer_get_is_open (peers[i]));

  for (guint i = 0; i < N_PEERS; i++)
    {
      for (guint j = i + 1; j < N_PEERS; j++)
        {
          PeerDataConnection *connection = peer_peer_connect_to (peers[i], peer_peer_get_id (peers[j]), NULL);

          g_signal_connect (connection, "data", G_CALLBACK (add_value_cb), received);
          g_ptr_array_add (connections, g_object_ref (connection));
        }
    }

  for (guint i = 0; i < connections->len; i++)
    {
      WAIT_UNTIL (real_connection_is_open (g_ptr_array_index (connections, i)));
      g_assert_true (peer_data_connection_send_text (g_ptr_array_index (connections, i), "hello", NULL));
    }
  WAIT_UNTIL (received->len == connections->len);
  for (guint i = 0; i < N_PEERS; i++)
    g_assert_cmpuint (g_list_model_get_n_items (peer_peer_get_connections (peers[i])), ==, N_PEERS - 1);

  for (guint i = 0; i < N_PEERS; i++)
    real_peer_end (peers[i]);
}

static void
test_id_taken (Fixture *fixture,
               gconstpointer data)
{
  PeerPeer *alice = new_open_peer (fixture, "alice", NULL);
  PeerPeer *impostor = new_peer (fixture, "alice", NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("An id that somebody holds is unavailable and ends the new peer");

  g_signal_connect (impostor, "error", G_CALLBACK (copy_error_cb), &error);
  WAIT_UNTIL (peer_peer_get_is_destroyed (impostor));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_UNAVAILABLE_ID);
  g_assert_true (peer_peer_get_is_open (alice));

  g_assert_finalize_object (impostor);
  real_peer_end (alice);
}

static void
test_takeover (Fixture *fixture,
               gconstpointer data)
{
  PeerPeer *ghost = new_open_peer (fixture, "alice", "secret");
  PeerPeer *alice;
  PeerPeer *bob = new_open_peer (fixture, "bob", NULL);
  PeerDataConnection *outgoing = NULL, *incoming = NULL;

  g_test_summary ("A peer with the same id and token takes over, and is the one that others reach");

  peer_peer_set_auto_reconnect (ghost, FALSE);
  alice = new_open_peer (fixture, "alice", "secret");
  WAIT_UNTIL (peer_peer_get_is_disconnected (ghost));
  connect_peers (bob, alice, PEER_SERIALIZATION_BINARY, &outgoing, &incoming);

  g_object_unref (outgoing);
  g_object_unref (incoming);
  real_peer_end (ghost);
  real_peer_end (alice);
  real_peer_end (bob);
}

static void
test_server_gone_and_back (Fixture *fixture,
                           gconstpointer data)
{
  PeerPeer *alice = new_open_peer (fixture, "alice", NULL);
  PeerPeer *bob = new_open_peer (fixture, NULL, NULL);
  PeerDataConnection *outgoing = NULL, *incoming = NULL, *second = NULL, *second_incoming = NULL;
  g_autofree char *bob_id = g_strdup (peer_peer_get_id (bob));
  g_autoptr (GPtrArray) received = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);

  g_test_summary ("Connections survive the server; the peers come back with their ids");

  connect_peers (alice, bob, PEER_SERIALIZATION_BINARY, &outgoing, &incoming);
  g_signal_connect (incoming, "data", G_CALLBACK (add_value_cb), received);

  stop_server (fixture);
  WAIT_UNTIL (peer_peer_get_is_disconnected (alice) && peer_peer_get_is_disconnected (bob));
  g_assert_true (peer_data_connection_send_text (outgoing, "still here", NULL));
  WAIT_UNTIL (received->len == 1);

  start_server (fixture);
  WAIT_UNTIL (peer_peer_get_is_open (alice) && peer_peer_get_is_open (bob));
  g_assert_cmpstr (peer_peer_get_id (alice), ==, "alice");
  g_assert_cmpstr (peer_peer_get_id (bob), ==, bob_id);
  g_assert_true (real_connection_is_open (outgoing));
  connect_peers (bob, alice, PEER_SERIALIZATION_BINARY, &second, &second_incoming);

  real_peer_end (alice);
  real_peer_end (bob);
  g_object_unref (outgoing);
  g_object_unref (incoming);
  g_object_unref (second);
  g_object_unref (second_incoming);
}

static void
test_peer_gone_without_goodbye (Fixture *fixture,
                                gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *uri = g_strdup_printf ("http://127.0.0.1:%u/", fixture->port);
  const char *arguments[] = { g_getenv ("PEER_CAT"), "--server", uri, "--id", "bob", "--echo", NULL };
  g_autoptr (GSubprocess) bob = g_subprocess_newv (arguments, G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error);
  PeerPeer *alice = new_open_peer (fixture, "alice", NULL);
  PeerDataConnection *connection;
  guint n_closed = 0, n_errors = 0;

  g_test_summary ("A peer that is killed is noticed: one error, one close");

  g_assert_no_error (error);
  WAIT_UNTIL (peer_server_get_client (fixture->server, "bob") != NULL);
  connection = g_object_ref (peer_peer_connect_to (alice, "bob", NULL));
  WAIT_UNTIL (real_connection_is_open (connection));
  g_signal_connect (connection, "close", G_CALLBACK (count_cb), &n_closed);
  g_signal_connect (connection, "error", G_CALLBACK (count_error_cb), &n_errors);

  g_subprocess_send_signal (bob, SIGKILL);
  WAIT_UNTIL (n_closed == 1);
  g_assert_cmpuint (n_errors, ==, 1);

  g_subprocess_wait (bob, NULL, NULL);
  g_object_unref (connection);
  real_peer_end (alice);
}

static void
test_unavailable (Fixture *fixture,
                  gconstpointer data)
{
  PeerPeer *alice = new_open_peer (fixture, "alice", NULL);
  PeerDataConnection *connection;
  g_autoptr (GError) peer_error = NULL;
  g_autoptr (GError) connection_error = NULL;
  guint n_closed = 0;

  g_test_summary ("Nobody has the id: the peer and the connection both tell");

  g_signal_connect (alice, "error", G_CALLBACK (copy_error_cb), &peer_error);
  connection = g_object_ref (peer_peer_connect_to (alice, "nobody", NULL));
  g_signal_connect (connection, "error", G_CALLBACK (copy_error_cb), &connection_error);
  g_signal_connect (connection, "close", G_CALLBACK (count_cb), &n_closed);
  WAIT_UNTIL (n_closed == 1);
  g_assert_error (peer_error, PEER_ERROR, PEER_ERROR_PEER_UNAVAILABLE);
  g_assert_error (connection_error, PEER_ERROR, PEER_ERROR_PEER_UNAVAILABLE);
  g_assert_true (peer_peer_get_is_open (alice));

  g_assert_finalize_object (connection);
  real_peer_end (alice);
}

typedef enum
{
  STATE_NEW,
  STATE_OPENING,
  STATE_OPEN,
  STATE_CONNECTING,
  STATE_CONNECTED,
  STATE_SENDING,
  STATE_DISCONNECTED,
  N_STATES
} State;

/* Brings two peers as far as the state says. */
static void
bring_to (Fixture *fixture,
          State state,
          PeerPeer **alice,
          PeerPeer **bob)
{
  PeerDataConnection *connection;
  g_autofree guint8 *bytes = g_malloc0 (4 * 1024 * 1024);

  *alice = new_peer (fixture, "alice", NULL);
  *bob = new_peer (fixture, "bob", NULL);
  if (state >= STATE_OPENING)
    g_main_context_iteration (NULL, FALSE);
  if (state >= STATE_OPEN)
    WAIT_UNTIL (peer_peer_get_is_open (*alice) && peer_peer_get_is_open (*bob));
  if (state >= STATE_CONNECTING)
    connection = peer_peer_connect_to (*alice, "bob", NULL);
  if (state >= STATE_CONNECTED)
    WAIT_UNTIL (real_connection_is_open (connection));
  if (state >= STATE_SENDING)
    g_assert_true (peer_data_connection_send (connection, g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, bytes, 4 * 1024 * 1024, 1), NULL));
  if (state >= STATE_DISCONNECTED)
    peer_peer_disconnect_from_server (*alice);
}

static void
test_destroy_in_every_state (Fixture *fixture,
                             gconstpointer data)
{
  g_test_summary ("A peer can be destroyed, or only dropped, at any time");

  for (State state = STATE_NEW; state < N_STATES; state++)
    {
      PeerPeer *alice, *bob;
      guint n_closed = 0;

      bring_to (fixture, state, &alice, &bob);
      g_signal_connect (alice, "close", G_CALLBACK (count_cb), &n_closed);
      peer_peer_destroy (alice);
      peer_peer_destroy (alice);
      g_assert_cmpuint (n_closed, ==, 1);
      g_assert_finalize_object (alice);
      g_assert_finalize_object (bob);
      WAIT_UNTIL (peer_server_get_client (fixture->server, "alice") == NULL &&
                  peer_server_get_client (fixture->server, "bob") == NULL);
    }
}

static void
set_result_cb (GObject *object,
               GAsyncResult *result,
               gpointer user_data)
{
  g_set_object ((GAsyncResult **) user_data, result);
}

static void
test_stats (Fixture *fixture,
            gconstpointer data)
{
  PeerPeer *alice = new_open_peer (fixture, "alice", NULL);
  PeerPeer *bob = new_open_peer (fixture, "bob", NULL);
  PeerDataConnection *outgoing = NULL, *incoming = NULL;
  g_autoptr (GPtrArray) received = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GVariant) stats = NULL;
  g_autoptr (GError) error = NULL;
  guint64 bytes_sent = 0;

  g_test_summary ("A connection tells what went through it");

  connect_peers (alice, bob, PEER_SERIALIZATION_BINARY, &outgoing, &incoming);
  g_signal_connect (incoming, "data", G_CALLBACK (add_value_cb), received);
  g_assert_true (peer_data_connection_send_text (outgoing, "0123456789", NULL));
  WAIT_UNTIL (received->len == 1);

  peer_base_connection_get_stats_async (PEER_BASE_CONNECTION (outgoing), NULL, set_result_cb, &result);
  WAIT_UNTIL (result != NULL);
  stats = peer_base_connection_get_stats_finish (PEER_BASE_CONNECTION (outgoing), result, &error);
  g_assert_no_error (error);
  g_assert_true (g_variant_lookup (stats, "bytes-sent", "t", &bytes_sent));
  g_assert_cmpuint (bytes_sent, ==, 11);

  real_peer_end (alice);
  real_peer_end (bob);
  g_object_unref (outgoing);
  g_object_unref (incoming);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  webrtc_criticals_forgive ();

#define ADD(path, data, func) g_test_add (path, Fixture, data, set_up, func, tear_down)
  ADD ("/peers/two/binary", GUINT_TO_POINTER (PEER_SERIALIZATION_BINARY), test_two_peers);
  ADD ("/peers/two/json", GUINT_TO_POINTER (PEER_SERIALIZATION_JSON), test_two_peers);
  ADD ("/peers/two/raw", GUINT_TO_POINTER (PEER_SERIALIZATION_NONE), test_two_peers);
  ADD ("/peers/two/msgpack", GUINT_TO_POINTER (PEER_SERIALIZATION_MSGPACK), test_two_peers);
  ADD ("/peers/ten", NULL, test_ten_peers);
  ADD ("/peers/id-taken", NULL, test_id_taken);
  ADD ("/peers/takeover", NULL, test_takeover);
  ADD ("/peers/server-gone-and-back", NULL, test_server_gone_and_back);
  ADD ("/peers/gone-without-goodbye", NULL, test_peer_gone_without_goodbye);
  ADD ("/peers/unavailable", NULL, test_unavailable);
  ADD ("/peers/destroy-in-every-state", NULL, test_destroy_in_every_state);
  ADD ("/peers/stats", NULL, test_stats);
#undef ADD

  return g_test_run ();
}
