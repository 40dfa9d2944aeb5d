/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <libpeerglib/peer.h>

#include "libpeerglib/transport/peer-webrtc-link-private.h"
#include "process-usage.h"
#include "wait-until.h"
#include "webrtc-criticals.h"

#define MEBIBYTE (1024 * 1024)

/* What comes and goes by itself: GLib's pools of threads, and what allocators
 * and libraries keep. */
#define THREADS_THAT_MAY_WAIT 6
#define FILES_THAT_MAY_WAIT 4
#define MEMORY_THAT_MAY_STAY (12 * MEBIBYTE)

typedef struct
{
  PeerServer *server;
  PeerPeer *alice;
  PeerPeer *bob;
  PeerDataConnection *incoming; /* the latest */
  guint n_values;
  guint n_closed;
  guint n_alive; /* connections that were not finalized */
} Fixture;

static gboolean
is_long (void)
{
  return g_getenv ("PEER_TEST_LONG") != NULL;
}

static void
alive_cb (gpointer user_data,
          GObject *object)
{
  ((Fixture *) user_data)->n_alive--;
}

static void
on_close (PeerBaseConnection *connection,
          Fixture *fixture)
{
  fixture->n_closed++;
}

static void
on_error (PeerBaseConnection *connection,
          const GError *error)
{
  g_error ("A connection failed: %s", error->message);
}

static void
on_data (PeerDataConnection *connection,
         GVariant *value,
         Fixture *fixture)
{
  fixture->n_values++;
}

static void
follow (Fixture *fixture,
        PeerDataConnection *connection)
{
  fixture->n_alive++;
  g_object_weak_ref (G_OBJECT (connection), alive_cb, fixture);
  peer_base_connection_set_connect_timeout (PEER_BASE_CONNECTION (connection), WAIT_UNTIL_DEADLINE);
  g_signal_connect (connection, "close", G_CALLBACK (on_close), fixture);
  g_signal_connect (connection, "error", G_CALLBACK (on_error), NULL);
  g_signal_connect (connection, "data", G_CALLBACK (on_data), fixture);
}

static void
on_connection (PeerPeer *peer,
               PeerDataConnection *connection,
               Fixture *fixture)
{
  g_set_object (&fixture->incoming, connection);
  follow (fixture, connection);
}

static PeerPeer *
new_peer (Fixture *fixture,
          const char *id)
{
  PeerPeer *peer = peer_peer_new_for_uri (peer_server_get_uri (fixture->server), id);

  g_list_store_remove_all (G_LIST_STORE (peer_peer_get_ice_servers (peer)));
  WAIT_UNTIL (peer_peer_get_is_open (peer));

  return peer;
}

static void
set_up (Fixture *fixture,
        gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->server = g_object_new (PEER_TYPE_SERVER, "host", "127.0.0.1", NULL);
  peer_server_listen (fixture->server, &error);
  g_assert_no_error (error);
  fixture->alice = new_peer (fixture, "alice");
  fixture->bob = new_peer (fixture, "bob");
  g_signal_connect (fixture->bob, "connection", G_CALLBACK (on_connection), fixture);
}

static gboolean
tick_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

static void
tear_down (Fixture *fixture,
           gconstpointer data)
{
  guint tick = g_timeout_add (20, tick_cb, NULL);

  peer_peer_destroy (fixture->alice);
  peer_peer_destroy (fixture->bob);
  g_clear_object (&fixture->incoming);
  g_assert_finalize_object (fixture->alice);
  g_assert_finalize_object (fixture->bob);
  WAIT_UNTIL (fixture->n_alive == 0 && peer_webrtc_link_get_n_links () == 0);
  peer_server_stop (fixture->server);
  g_assert_finalize_object (fixture->server);
  g_source_remove (tick);
}

static gboolean
is_open (PeerDataConnection *connection)
{
  return connection != NULL && peer_base_connection_get_is_open (PEER_BASE_CONNECTION (connection));
}

static PeerDataConnection *
connect_peers (Fixture *fixture)
{
  PeerDataConnection *outgoing = g_object_ref (peer_peer_connect_to (fixture->alice, "bob", NULL));

  g_clear_object (&fixture->incoming);
  follow (fixture, outgoing);
  WAIT_UNTIL (is_open (outgoing) && is_open (fixture->incoming));

  return outgoing;
}

static void
run_round (Fixture *fixture,
           guint number)
{
  g_autoptr (PeerDataConnection) outgoing = connect_peers (fixture);

  fixture->n_values = fixture->n_closed = 0;
  g_assert_true (peer_data_connection_send_text (outgoing, "there", NULL));
  g_assert_true (peer_data_connection_send_text (fixture->incoming, "back", NULL));
  WAIT_UNTIL (fixture->n_values == 2);
  peer_base_connection_close (PEER_BASE_CONNECTION (number % 2 == 0 ? outgoing : fixture->incoming));
  WAIT_UNTIL (fixture->n_closed == 2);
  g_clear_object (&fixture->incoming);
}

static void
assert_flat (const ProcessUsage *before,
             const ProcessUsage *after)
{
  g_test_message ("threads %u to %u, files %u to %u, resident %.1f to %.1f MiB",
                  before->n_threads, after->n_threads, before->n_files, after->n_files,
                  (double) before->resident / MEBIBYTE, (double) after->resident / MEBIBYTE);
  g_assert_cmpuint (after->n_threads, <=, before->n_threads + THREADS_THAT_MAY_WAIT);
  g_assert_cmpuint (after->n_files, <=, before->n_files + FILES_THAT_MAY_WAIT);
#ifndef __SANITIZE_ADDRESS__
  g_assert_cmpuint (after->resident, <=, before->resident + MEMORY_THAT_MAY_STAY);
#endif
}

static ProcessUsage
measure_idle (Fixture *fixture)
{
  guint tick = g_timeout_add (20, tick_cb, NULL);

  WAIT_UNTIL (peer_webrtc_link_get_n_links () == 0);
  g_assert_cmpuint (fixture->n_alive, ==, 0);
  g_source_remove (tick);

  return process_usage_get (0);
}

/* GStreamer's threads wait a while for more work before they end; on a machine
 * that stood still most had ended at the first measurement. */
static void
wait_for_threads (guint n_threads,
                  ProcessUsage *usage)
{
  guint tick = g_timeout_add (20, tick_cb, NULL);

  WAIT_UNTIL ((*usage = process_usage_get (0)).n_threads <= n_threads);
  g_source_remove (tick);
}

static void
test_rounds (Fixture *fixture,
             gconstpointer data)
{
  guint n_rounds = is_long () ? 500 : 60;
  ProcessUsage before, after;

  g_test_summary ("Connections that came and went leave nothing behind");

  for (guint i = 0; i < n_rounds / 5; i++)
    run_round (fixture, i);
  before = measure_idle (fixture);
  for (guint i = 0; i < n_rounds; i++)
    run_round (fixture, i);
  after = measure_idle (fixture);
  wait_for_threads (before.n_threads + THREADS_THAT_MAY_WAIT, &after);
  assert_flat (&before, &after);
}

/* Sends a value of a size of its own for each that comes. */
static void
answer_cb (PeerDataConnection *connection,
           GVariant *value,
           gpointer user_data)
{
  static const char bytes[64 * 1024];
  gsize size = g_random_int_range (0, 8) > 0 ? (gsize) g_random_int_range (0, 512) : sizeof bytes;
  g_autoptr (GError) error = NULL;

  peer_data_connection_send (connection, g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, bytes, size, 1), &error);
  g_assert_no_error (error);
}

static gboolean
set_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;

  return G_SOURCE_REMOVE;
}

static void
run_for (guint seconds)
{
  gboolean is_over = FALSE;

  g_timeout_add_seconds (seconds, set_cb, &is_over);
  while (!is_over)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_busy (Fixture *fixture,
           gconstpointer data)
{
  guint n_connections = is_long () ? 50 : 8;
  guint seconds = is_long () ? 300 : 10;
  g_autoptr (GPtrArray) connections = g_ptr_array_new_with_free_func (g_object_unref);
  ProcessUsage before, after;

  g_test_summary ("Connections that are kept busy hold no more than they began with");

  for (guint i = 0; i < n_connections; i++)
    {
      PeerDataConnection *outgoing = connect_peers (fixture);

      g_ptr_array_add (connections, outgoing);
      g_signal_connect (outgoing, "data", G_CALLBACK (answer_cb), NULL);
      g_signal_connect (fixture->incoming, "data", G_CALLBACK (answer_cb), NULL);
      g_assert_true (peer_data_connection_send_text (outgoing, "begin", NULL));
    }
  run_for (MAX (seconds / 10, 3));
  before = process_usage_get (0);
  fixture->n_values = 0;
  run_for (seconds);
  after = process_usage_get (0);
  g_test_message ("%u values over %u connections", fixture->n_values, n_connections);
  assert_flat (&before, &after);
  g_assert_cmpuint (fixture->n_values, >, n_connections);
  g_assert_cmpuint (fixture->n_closed, ==, 0);
  for (guint i = 0; i < n_connections; i++)
    g_assert_true (is_open (connections->pdata[i]));
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  webrtc_criticals_forgive ();

  g_test_add ("/soak/rounds", Fixture, NULL, set_up, test_rounds, tear_down);
  g_test_add ("/soak/busy", Fixture, NULL, set_up, test_busy, tear_down);

  return g_test_run ();
}
