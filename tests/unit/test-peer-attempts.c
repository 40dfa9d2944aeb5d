/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-test-util.h"

#define ID_TAKEN "{\"type\":\"ID-TAKEN\",\"payload\":{\"msg\":\"ID is taken\"}}"
#define FULL "{\"type\":\"ERROR\",\"payload\":{\"msg\":\"Server has reached its concurrent user limit\"}}"
#define INVALID_KEY "{\"type\":\"INVALID-KEY\"}"
#define OPEN "{\"type\":\"OPEN\"}"

#define LOST "open:alice error:network disconnected:alice"

typedef struct
{
  PeerTestServer *server;
  PeerPeer *alice;
  PeerTestRecorder *events;
} Fixture;

static void
fixture_set_up (Fixture *fixture)
{
  fixture->server = peer_test_server_new ();
  fixture->alice = peer_test_peer_new (fixture->server, "alice");
  fixture->events = peer_test_recorder_new (fixture->alice);
}

static void
fixture_tear_down (Fixture *fixture)
{
  peer_peer_destroy (fixture->alice);
  peer_test_recorder_free (fixture->events);
  g_assert_finalize_object (fixture->alice);
  peer_test_server_free (fixture->server);
}

/* A server that takes everybody in and throws everybody out is not stormed. */
static void
test_short_lines (void)
{
  Fixture fixture;

  fixture_set_up (&fixture);
  for (guint i = 1; i <= 8; i++)
    {
      peer_test_peer_wait_open (fixture.alice);
      fixture.alice->opened_at = G_MAXINT64;
      peer_test_server_close_clients (fixture.server, 0);
      peer_test_wait (fixture.alice->reconnect_source != NULL);
      g_assert_cmpuint (fixture.alice->reconnect_attempt, ==, MIN (i, 5));
      peer_test_hurry (fixture.alice);
    }
  peer_test_peer_wait_open (fixture.alice);
  fixture.alice->opened_at -= G_TIME_SPAN_MINUTE;
  peer_test_server_close_clients (fixture.server, 0);
  peer_test_wait (fixture.alice->reconnect_source != NULL);
  g_assert_cmpuint (fixture.alice->reconnect_attempt, ==, 1);

  fixture_tear_down (&fixture);
}

static void
test_max_reconnect_attempts (void)
{
  Fixture fixture;

  fixture_set_up (&fixture);
  peer_test_wait_events (fixture.events, "open:alice");
  peer_peer_set_max_reconnect_attempts (fixture.alice, 2);
  peer_test_server_stop (fixture.server);
  peer_test_hurry (fixture.alice);
  peer_test_wait (fixture.alice->reconnect_attempt == 2);
  peer_test_assert_events (fixture.events, LOST);
  g_assert_true (peer_peer_get_is_reconnecting (fixture.alice));
  peer_test_hurry (fixture.alice);
  peer_test_wait_events (fixture.events, LOST " error:network");
  g_assert_true (g_str_has_prefix (fixture.events->error->message, "Not reconnecting any more: "));
  peer_test_wait (!peer_peer_get_is_reconnecting (fixture.alice));
  g_assert_null (fixture.alice->reconnect_source);
  g_assert_true (peer_peer_get_is_disconnected (fixture.alice));
  g_assert_false (peer_peer_get_is_destroyed (fixture.alice));

  /* The count begins anew. */
  peer_test_server_start (fixture.server);
  peer_peer_reconnect (fixture.alice);
  peer_test_wait_events (fixture.events, LOST " error:network open:alice");
  peer_test_server_close_clients (fixture.server, 0);
  peer_test_hurry (fixture.alice);
  peer_test_wait_events (fixture.events, LOST " error:network " LOST " open:alice");

  fixture_tear_down (&fixture);
}

static void
test_reconnect_delay (void)
{
  Fixture fixture;
  guint delay;

  fixture_set_up (&fixture);
  g_object_get (fixture.alice, "reconnect-delay", &delay, NULL);
  g_assert_cmpuint (delay, ==, 500);
  peer_peer_set_reconnect_delay (fixture.alice, 60000);
  g_assert_cmpuint (peer_peer_get_reconnect_delay (fixture.alice), ==, 60000);
  peer_test_wait_events (fixture.events, "open:alice");
  peer_test_server_close_clients (fixture.server, 0);
  peer_test_wait (fixture.alice->reconnect_source != NULL);
  g_assert_cmpint (g_source_get_ready_time (fixture.alice->reconnect_source) - fixture.alice->opened_at, >=, 30 * G_TIME_SPAN_SECOND);

  fixture_tear_down (&fixture);
}

/* Loses the server, is refused on the way back and then let in. */
static void
check_passing_refusal (const char *refusal)
{
  Fixture fixture;

  fixture_set_up (&fixture);
  peer_test_wait_events (fixture.events, "open:alice");
  fixture.server->greeting = refusal;
  peer_test_server_close_clients (fixture.server, 0);
  for (guint i = 1; i < 4; i++)
    {
      peer_test_wait (fixture.alice->reconnect_attempt == i);
      peer_test_hurry (fixture.alice);
    }
  peer_test_wait (fixture.alice->reconnect_attempt == 4);
  fixture.server->greeting = OPEN;
  peer_test_hurry (fixture.alice);
  peer_test_wait_events (fixture.events, LOST " open:alice");
  g_assert_cmpint (fixture.alice->refused_since, ==, 0);

  fixture_tear_down (&fixture);
}

static void
test_own_ghost (void)
{
  check_passing_refusal (ID_TAKEN);
}

static void
test_full_server (void)
{
  check_passing_refusal (FULL);
}

/* The same, but it does not pass. */
static void
check_lasting_refusal (const char *refusal,
                       gint64 patience,
                       const char *expected)
{
  Fixture fixture;

  fixture_set_up (&fixture);
  fixture.alice->refusal_patience = patience;
  peer_test_wait_events (fixture.events, "open:alice");
  fixture.server->greeting = refusal;
  peer_test_server_close_clients (fixture.server, 0);
  peer_test_hurry (fixture.alice);
  peer_test_wait_events (fixture.events, expected);
  peer_test_wait (!peer_peer_get_is_reconnecting (fixture.alice));
  g_assert_null (fixture.alice->reconnect_source);
  g_assert_true (peer_peer_get_is_disconnected (fixture.alice));
  g_assert_false (peer_peer_get_is_destroyed (fixture.alice));

  fixture_tear_down (&fixture);
}

static void
test_lasting_refusals (void)
{
  check_lasting_refusal (ID_TAKEN, 0, LOST " error:unavailable-id");
  check_lasting_refusal (FULL, 0, LOST " error:server-error");
  check_lasting_refusal (INVALID_KEY, G_TIME_SPAN_HOUR, LOST " error:invalid-key");
}

static void
note_cb (PeerPeer *peer,
         GParamSpec *pspec,
         GString *notes)
{
  g_string_append_printf (notes, "%s(%d%d%d) ", pspec->name, peer_peer_get_is_open (peer),
                          peer_peer_get_is_disconnected (peer), peer_peer_get_is_reconnecting (peer));
}

static void
note_disconnected_cb (PeerPeer *peer,
                      const char *id,
                      GString *notes)
{
  g_string_append (notes, "DISCONNECTED ");
}

static void
note_open_cb (PeerPeer *peer,
              const char *id,
              GString *notes)
{
  g_string_append (notes, "OPEN ");
}

static void
note_error_cb (PeerPeer *peer,
               const GError *error,
               GString *notes)
{
  g_string_append (notes, "ERROR ");
}

/* All properties have their new values before the first of them notifies. */
static void
test_order_of_signals (void)
{
  Fixture fixture;
  g_autoptr (GString) notes = g_string_new (NULL);

  fixture_set_up (&fixture);
  peer_test_wait_events (fixture.events, "open:alice");
  g_signal_connect (fixture.alice, "notify", G_CALLBACK (note_cb), notes);
  g_signal_connect (fixture.alice, "disconnected", G_CALLBACK (note_disconnected_cb), notes);
  g_signal_connect (fixture.alice, "open", G_CALLBACK (note_open_cb), notes);
  g_signal_connect (fixture.alice, "error", G_CALLBACK (note_error_cb), notes);
  peer_test_server_close_clients (fixture.server, 0);
  peer_test_hurry (fixture.alice);
  peer_test_wait_events (fixture.events, LOST " open:alice");
  g_assert_cmpstr (notes->str, ==,
                   "ERROR is-open(011) is-disconnected(011) is-reconnecting(011) DISCONNECTED "
                   "is-open(100) is-disconnected(100) is-reconnecting(100) OPEN ");
  g_signal_handlers_disconnect_by_data (fixture.alice, notes);

  fixture_tear_down (&fixture);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_summary ("When a peer tries to come back, how often, and what it tells");

  g_test_add_func ("/peer-attempts/short-lines", test_short_lines);
  g_test_add_func ("/peer-attempts/max-reconnect-attempts", test_max_reconnect_attempts);
  g_test_add_func ("/peer-attempts/reconnect-delay", test_reconnect_delay);
  g_test_add_func ("/peer-attempts/own-ghost", test_own_ghost);
  g_test_add_func ("/peer-attempts/full-server", test_full_server);
  g_test_add_func ("/peer-attempts/lasting-refusals", test_lasting_refusals);
  g_test_add_func ("/peer-attempts/order-of-signals", test_order_of_signals);

  return g_test_run ();
}
