/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <signal.h>
#include <string.h>

#include "../unit/peer-test-proxy.h"
#include "real-peers.h"
#include "libpeerglib/peer-peer-private.h"
#include "wait-until.h"
#include "webrtc-criticals.h"

/* peer-server as a process that can be killed, and a way to it that can fail. */
typedef struct
{
  GSubprocess *process;
  guint port;
  PeerTestProxy *proxy;
} Fixture;

static void
start_server (Fixture *fixture)
{
  g_autofree char *port = g_strdup_printf ("%u", fixture->port);
  const char *arguments[] = { g_getenv ("PEER_SERVER"), "--host", "127.0.0.1", "--port", port, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GDataInputStream) output = NULL;
  g_autofree char *line = NULL;
  const char *found;

  fixture->process = g_subprocess_newv (arguments, G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
  g_assert_no_error (error);
  output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (fixture->process));
  line = g_data_input_stream_read_line (output, NULL, NULL, &error);
  g_assert_no_error (error);
  found = strstr (line, "port: ");
  g_assert_nonnull (found);
  fixture->port = (guint) g_ascii_strtoull (found + strlen ("port: "), NULL, 10);
}

static void
end_server (Fixture *fixture,
            int signal_number)
{
  g_subprocess_send_signal (fixture->process, signal_number);
  g_subprocess_wait (fixture->process, NULL, NULL);
  g_clear_object (&fixture->process);
}

static void
set_up (Fixture *fixture,
        gconstpointer data)
{
  start_server (fixture);
  fixture->proxy = peer_test_proxy_new (fixture->port);
}

static void
tear_down (Fixture *fixture,
           gconstpointer data)
{
  peer_test_proxy_free (fixture->proxy);
  end_server (fixture, SIGTERM);
}

static void
count_open_cb (PeerPeer *peer,
               const char *id,
               guint *count)
{
  (*count)++;
}

static void
count_error_cb (PeerPeer *peer,
                const GError *error,
                guint *count)
{
  (*count)++;
}

static void
add_value_cb (PeerDataConnection *connection,
              GVariant *value,
              GPtrArray *values)
{
  g_ptr_array_add (values, g_variant_ref (value));
}

static void
watch_incoming_cb (PeerPeer *peer,
                   PeerDataConnection *connection,
                   GPtrArray *values)
{
  g_signal_connect (connection, "data", G_CALLBACK (add_value_cb), values);
}

/* What a peer told of its server. */
typedef struct
{
  guint n_open;
  guint n_disconnected;
  guint n_errors;
} Count;

static void
count_signals (PeerPeer *peer,
               Count *count)
{
  *count = (Count){ 0 };
  g_signal_connect (peer, "open", G_CALLBACK (count_open_cb), &count->n_open);
  g_signal_connect (peer, "disconnected", G_CALLBACK (count_open_cb), &count->n_disconnected);
  g_signal_connect (peer, "error", G_CALLBACK (count_error_cb), &count->n_errors);
}

static void
assert_came_back_once (const Count *count)
{
  g_assert_cmpuint (count->n_open, ==, 1);
  g_assert_cmpuint (count->n_disconnected, ==, 1);
  g_assert_cmpuint (count->n_errors, ==, 1);
}

static void
test_server_killed_and_restarted (Fixture *fixture,
                                  gconstpointer data)
{
  PeerPeer *alice = real_peer_new_open (fixture->port, "alice", NULL);
  PeerPeer *bob = real_peer_new_open (fixture->port, NULL, NULL);
  g_autofree char *bob_id = g_strdup (peer_peer_get_id (bob));
  g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  g_autoptr (PeerDataConnection) connection = NULL;
  g_autoptr (PeerDataConnection) second = NULL;
  Count alice_count, bob_count;

  g_test_summary ("Direct connections outlive the server; what is begun while it is away works when it is back");

  g_signal_connect (bob, "connection", G_CALLBACK (watch_incoming_cb), values);
  connection = real_peers_connect (alice, bob, NULL, NULL);
  count_signals (alice, &alice_count);
  count_signals (bob, &bob_count);

  end_server (fixture, SIGKILL);
  WAIT_UNTIL (peer_peer_get_is_reconnecting (alice) && peer_peer_get_is_reconnecting (bob));
  g_assert_true (peer_data_connection_send_text (connection, "still here", NULL));
  WAIT_UNTIL (values->len == 1);
  second = g_object_ref (peer_peer_connect_to (alice, bob_id, NULL));

  start_server (fixture);
  WAIT_UNTIL (peer_peer_get_is_open (alice) && peer_peer_get_is_open (bob));
  g_assert_cmpstr (peer_peer_get_id (alice), ==, "alice");
  g_assert_cmpstr (peer_peer_get_id (bob), ==, bob_id);
  WAIT_UNTIL (real_connection_is_open (second));
  g_assert_true (peer_data_connection_send_text (second, "begun while the server was away", NULL));
  WAIT_UNTIL (values->len == 2);
  g_assert_true (real_connection_is_open (connection));
  assert_came_back_once (&alice_count);
  assert_came_back_once (&bob_count);

  real_peer_end (alice);
  real_peer_end (bob);
}

static void
test_server_restarted_many_times (Fixture *fixture,
                                  gconstpointer data)
{
  PeerPeer *alice = real_peer_new_open (fixture->port, "alice", NULL);
  PeerPeer *bob = real_peer_new_open (fixture->port, "bob", NULL);
  Count count;

  g_test_summary ("Politely or not, the server goes and comes; so do its peers");

  count_signals (alice, &count);
  for (guint i = 1; i <= 4; i++)
    {
      g_autoptr (PeerDataConnection) connection = NULL;

      end_server (fixture, i % 2 == 0 ? SIGKILL : SIGTERM);
      WAIT_UNTIL (peer_peer_get_is_reconnecting (alice) && peer_peer_get_is_reconnecting (bob));
      start_server (fixture);
      WAIT_UNTIL (peer_peer_get_is_open (alice) && peer_peer_get_is_open (bob));
      g_assert_cmpuint (count.n_open, ==, i);
      g_assert_cmpuint (count.n_disconnected, ==, i);
      g_assert_cmpuint (count.n_errors, ==, i);
      connection = real_peers_connect (i % 2 == 0 ? alice : bob, i % 2 == 0 ? bob : alice, NULL, NULL);
      peer_base_connection_close (PEER_BASE_CONNECTION (connection));
    }

  real_peer_end (alice);
  real_peer_end (bob);
}

/* Makes the silence of a pulled cable short. */
static void
pull_cable (Fixture *fixture,
            PeerPeer *peer)
{
  PeerKeepalive *keepalive = peer_socket_get_keepalive (peer->socket);

  WAIT_UNTIL (peer_keepalive_is_answered (keepalive));
  peer_test_proxy_freeze (fixture->proxy);
  peer_keepalive_set_pause (keepalive, 1);
}

static void
test_cable_pulled (Fixture *fixture,
                   gconstpointer data)
{
  PeerPeer *alice = real_peer_new_open (fixture->proxy->port, "alice", NULL);
  PeerPeer *bob = real_peer_new_open (fixture->port, "bob", NULL);
  g_autoptr (PeerDataConnection) first = NULL;
  g_autoptr (PeerDataConnection) second = NULL;
  Count count;

  g_test_summary ("The server still holds the id for the dead line when the peer comes back, and hands it over");

  first = real_peers_connect (alice, bob, NULL, NULL);
  count_signals (alice, &count);
  pull_cable (fixture, alice);
  WAIT_UNTIL (count.n_open == 1);
  assert_came_back_once (&count);
  g_assert_true (real_connection_is_open (first));
  second = real_peers_connect (bob, alice, NULL, NULL);

  real_peer_end (alice);
  real_peer_end (bob);
}

/* The server is stopped, as a machine that hangs: its sockets take what comes. */
static void
test_server_hangs (Fixture *fixture,
                   gconstpointer data)
{
  PeerPeer *alice = real_peer_new_open (fixture->port, "alice", NULL);
  PeerKeepalive *keepalive = peer_socket_get_keepalive (alice->socket);
  Count count;

  g_test_summary ("A server that hangs is noticed; attempts end, and the peer is back when the server is");

  count_signals (alice, &count);
  WAIT_UNTIL (peer_keepalive_is_answered (keepalive));
  g_subprocess_send_signal (fixture->process, SIGSTOP);
  peer_keepalive_set_pause (keepalive, 1);
  peer_socket_set_answer_timeout (alice->socket, 1);
  WAIT_UNTIL (alice->reconnect_attempt == 2);
  g_subprocess_send_signal (fixture->process, SIGCONT);
  WAIT_UNTIL (count.n_open == 1);
  assert_came_back_once (&count);

  real_peer_end (alice);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  webrtc_criticals_forgive ();

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  ADD ("/outages/server-killed-and-restarted", test_server_killed_and_restarted);
  ADD ("/outages/server-restarted-many-times", test_server_restarted_many_times);
  ADD ("/outages/cable-pulled", test_cable_pulled);
  ADD ("/outages/server-hangs", test_server_hangs);
#undef ADD

  return g_test_run ();
}
