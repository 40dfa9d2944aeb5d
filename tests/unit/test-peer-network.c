/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-test-proxy.h"
#include "peer-test-util.h"

#define LOST "open:alice error:network disconnected:alice"

/* A monitor that says what the test wants. */
#define TEST_TYPE_MONITOR (test_monitor_get_type ())
G_DECLARE_FINAL_TYPE (TestMonitor, test_monitor, TEST, MONITOR, GObject)

struct _TestMonitor
{
  GObject parent_instance;
  gboolean is_available;
};

static void
test_monitor_iface_init (GNetworkMonitorInterface *iface)
{
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TestMonitor, test_monitor, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (G_TYPE_INITABLE, NULL) G_IMPLEMENT_INTERFACE (G_TYPE_NETWORK_MONITOR, test_monitor_iface_init))

enum
{
  PROP_NETWORK_AVAILABLE = 1,
  PROP_NETWORK_METERED,
  PROP_CONNECTIVITY
};

static void
test_monitor_get_property (GObject *object,
                           guint prop_id,
                           GValue *value,
                           GParamSpec *pspec)
{
  TestMonitor *self = TEST_MONITOR (object);

  if (prop_id == PROP_NETWORK_AVAILABLE)
    g_value_set_boolean (value, self->is_available);
  else if (prop_id == PROP_NETWORK_METERED)
    g_value_set_boolean (value, FALSE);
  else
    g_value_set_enum (value, self->is_available ? G_NETWORK_CONNECTIVITY_FULL : G_NETWORK_CONNECTIVITY_LOCAL);
}

static void
test_monitor_class_init (TestMonitorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = test_monitor_get_property;
  g_object_class_override_property (object_class, PROP_NETWORK_AVAILABLE, "network-available");
  g_object_class_override_property (object_class, PROP_NETWORK_METERED, "network-metered");
  g_object_class_override_property (object_class, PROP_CONNECTIVITY, "connectivity");
}

static void
test_monitor_init (TestMonitor *self)
{
}

static TestMonitor *
test_monitor_new (gboolean is_available)
{
  TestMonitor *self = g_object_new (TEST_TYPE_MONITOR, NULL);

  self->is_available = is_available;

  return self;
}

static void
test_monitor_change (TestMonitor *self,
                     gboolean is_available)
{
  self->is_available = is_available;
  g_signal_emit_by_name (self, "network-changed", is_available);
}

/* alice, who reaches her server through a proxy and follows a monitor. */
typedef struct
{
  TestMonitor *monitor;
  PeerTestServer *server;
  PeerTestProxy *proxy;
  PeerPeer *alice;
  PeerTestRecorder *events;
} Fixture;

static void
fixture_set_up (Fixture *fixture,
                gboolean is_available)
{
  g_autoptr (PeerNetworkWatch) watch = NULL;

  *fixture = (Fixture){ 0 };
  fixture->monitor = test_monitor_new (is_available);
  fixture->server = peer_test_server_new ();
  fixture->proxy = peer_test_proxy_new (fixture->server->port);
  fixture->alice = peer_peer_new_for_uri (fixture->proxy->uri, "alice");
  fixture->events = peer_test_recorder_new (fixture->alice);
  watch = peer_network_watch_new (G_NETWORK_MONITOR (fixture->monitor));
  peer_peer_set_network_watch (fixture->alice, watch);
  peer_test_wait_events (fixture->events, "open:alice");
}

static void
fixture_tear_down (Fixture *fixture)
{
  peer_peer_destroy (fixture->alice);
  peer_test_recorder_free (fixture->events);
  g_assert_finalize_object (fixture->alice);
  peer_test_proxy_free (fixture->proxy);
  peer_test_server_free (fixture->server);
  g_assert_finalize_object (fixture->monitor);
}

/* Makes the pause before the next attempt so long that it does not end by
 * itself. */
static void
lose_server (Fixture *fixture)
{
  peer_peer_set_reconnect_delay (fixture->alice, 60000);
  peer_test_server_close_clients (fixture->server, 0);
  peer_test_wait (fixture->alice->reconnect_source != NULL);
}

static void
test_change_while_waiting (void)
{
  Fixture fixture;

  fixture_set_up (&fixture, TRUE);
  lose_server (&fixture);
  test_monitor_change (fixture.monitor, TRUE);
  peer_test_wait_events (fixture.events, LOST " open:alice");

  fixture_tear_down (&fixture);
}

/* An attempt over the network that was goes nowhere. */
static void
test_change_during_attempt (void)
{
  Fixture fixture;
  guint n_requests;

  fixture_set_up (&fixture, TRUE);
  lose_server (&fixture);
  n_requests = fixture.server->requests->len;
  fixture.server->is_silent = TRUE;
  peer_test_hurry (fixture.alice);
  peer_test_wait (fixture.server->requests->len == n_requests + 1);
  fixture.server->is_silent = FALSE;
  test_monitor_change (fixture.monitor, TRUE);
  peer_test_wait_events (fixture.events, LOST " open:alice");

  fixture_tear_down (&fixture);
}

/* A line that died with the network is noticed without waiting for the next
 * heartbeats. */
static void
test_change_while_open (void)
{
  Fixture fixture;
  PeerKeepalive *keepalive;

  fixture_set_up (&fixture, TRUE);
  keepalive = peer_socket_get_keepalive (fixture.alice->socket);
  peer_test_wait (peer_keepalive_is_answered (keepalive));
  g_assert_false (peer_keepalive_is_probing (keepalive));
  test_monitor_change (fixture.monitor, TRUE);
  peer_test_wait (peer_keepalive_is_probing (keepalive));
  peer_test_wait (!peer_keepalive_is_probing (keepalive));
  peer_test_assert_events (fixture.events, "open:alice");

  peer_test_proxy_freeze (fixture.proxy);
  test_monitor_change (fixture.monitor, TRUE);
  peer_test_wait (peer_keepalive_is_probing (keepalive));
  peer_keepalive_set_pause (keepalive, 1);
  peer_test_wait_events (fixture.events, LOST);
  peer_test_hurry (fixture.alice);
  peer_test_wait_events (fixture.events, LOST " open:alice");

  fixture_tear_down (&fixture);
}

/* The direct connections are looked at, too. */
static void
test_change_and_connections (void)
{
  PeerTestPair pair;

  peer_test_pair_open (&pair, NULL);
  peer_loopback_transport_set_silent (peer_test_get_transport (pair.outgoing), TRUE);
  g_signal_emit_by_name (pair.alice->network_watch, "changed");
  peer_test_wait_events (pair.outgoing_events, "error:timed-out close");
  g_assert_true (peer_peer_get_is_open (pair.alice));

  peer_test_pair_clear (&pair);
}

static void
test_change_after_goodbye (void)
{
  Fixture fixture;
  guint n_websockets;

  fixture_set_up (&fixture, TRUE);
  n_websockets = fixture.server->n_websockets;
  peer_peer_disconnect_from_server (fixture.alice);
  test_monitor_change (fixture.monitor, TRUE);
  peer_test_wait (fixture.alice->network_watch != NULL);
  g_signal_emit_by_name (fixture.alice->network_watch, "changed");
  peer_test_settle ();
  g_assert_null (fixture.alice->reconnect_source);
  g_assert_cmpuint (fixture.server->n_websockets, ==, n_websockets);
  peer_test_assert_events (fixture.events, "open:alice disconnected:alice");

  fixture_tear_down (&fixture);
}

/* The network is gone: attempts are made, as nobody knows, but are not held
 * against the peer. */
static void
test_attempts_without_network_do_not_count (void)
{
  Fixture fixture;

  fixture_set_up (&fixture, TRUE);
  peer_peer_set_max_reconnect_attempts (fixture.alice, 2);
  peer_peer_set_reconnect_delay (fixture.alice, 60000);
  peer_test_server_stop (fixture.server);
  test_monitor_change (fixture.monitor, FALSE);
  for (guint i = 1; i < 5; i++)
    {
      peer_test_wait (fixture.alice->reconnect_attempt == i);
      peer_test_hurry (fixture.alice);
    }
  peer_test_wait (fixture.alice->reconnect_attempt == 5);
  g_signal_emit_by_name (fixture.alice->network_watch, "changed");
  g_assert_cmpuint (fixture.alice->reconnect_attempt, ==, 5);
  g_assert_cmpuint (fixture.alice->n_reconnects_failed, ==, 0);

  peer_test_server_start (fixture.server);
  test_monitor_change (fixture.monitor, TRUE);
  peer_test_wait_events (fixture.events, LOST " open:alice");

  fixture_tear_down (&fixture);
}

/* In a container, or on a network without a way out, the monitor knows of no
 * network when there is one. */
static void
test_monitor_that_is_wrong (void)
{
  Fixture fixture;

  fixture_set_up (&fixture, FALSE);
  lose_server (&fixture);
  peer_test_hurry (fixture.alice);
  peer_test_wait_events (fixture.events, LOST " open:alice");
  lose_server (&fixture);
  test_monitor_change (fixture.monitor, FALSE);
  peer_test_wait_events (fixture.events, LOST " " LOST " open:alice");

  peer_peer_set_max_reconnect_attempts (fixture.alice, 1);
  peer_test_server_stop (fixture.server);
  peer_test_hurry (fixture.alice);
  peer_test_wait (!peer_peer_get_is_reconnecting (fixture.alice));

  fixture_tear_down (&fixture);
}

static gint64 slept;

static gint64
read_slept (void)
{
  return slept;
}

static void
test_sleep (void)
{
  Fixture fixture;

  fixture_set_up (&fixture, TRUE);
  peer_network_watch_set_sleep_clock (fixture.alice->network_watch, read_slept, 1);
  lose_server (&fixture);
  slept += G_TIME_SPAN_HOUR;
  peer_test_wait_events (fixture.events, LOST " open:alice");

  fixture_tear_down (&fixture);
}

static void
count_cb (PeerNetworkWatch *watch,
          guint *count)
{
  (*count)++;
}

static gint64
read_slept_a_little (void)
{
  slept += G_TIME_SPAN_SECOND;

  return slept;
}

static void
test_clocks_that_are_read_one_after_the_other (void)
{
  g_autoptr (TestMonitor) monitor = test_monitor_new (TRUE);
  g_autoptr (PeerNetworkWatch) watch = peer_network_watch_new (G_NETWORK_MONITOR (monitor));
  gint64 before = slept;
  guint count = 0;

  g_signal_connect (watch, "changed", G_CALLBACK (count_cb), &count);
  peer_network_watch_set_sleep_clock (watch, read_slept_a_little, 1);
  peer_test_wait (slept > before + 10 * G_TIME_SPAN_SECOND);
  peer_network_watch_set_sleep_clock (watch, read_slept, 60000);
  /* Longer than changes take to settle. */
  peer_test_pause (100, 4);
  g_assert_cmpuint (count, ==, 0);
}

static void
test_changes_that_come_together (void)
{
  g_autoptr (TestMonitor) monitor = test_monitor_new (TRUE);
  g_autoptr (PeerNetworkWatch) watch = peer_network_watch_new (G_NETWORK_MONITOR (monitor));
  guint count = 0;

  g_signal_connect (watch, "changed", G_CALLBACK (count_cb), &count);
  for (guint i = 0; i < 10; i++)
    test_monitor_change (monitor, TRUE);
  peer_test_pause (100, 4);
  peer_test_wait (count > 0);
  g_assert_cmpuint (count, ==, 1);
}

static void
check_thread_cb (PeerNetworkWatch *watch,
                 GThread **thread)
{
  *thread = g_thread_self ();
}

static gpointer
change_thread (gpointer monitor)
{
  test_monitor_change (monitor, TRUE);

  return NULL;
}

/* A monitor emits on the main context of whoever asked for it first. */
static void
test_monitor_of_another_thread (void)
{
  g_autoptr (TestMonitor) monitor = test_monitor_new (TRUE);
  PeerNetworkWatch *watch = peer_network_watch_new (G_NETWORK_MONITOR (monitor));
  GThread *thread = NULL;

  g_signal_connect (watch, "changed", G_CALLBACK (check_thread_cb), &thread);
  g_thread_join (g_thread_new ("monitor", change_thread, monitor));
  g_assert_null (thread);
  peer_test_wait (thread != NULL);
  g_assert_true (thread == g_thread_self ());

  g_thread_join (g_thread_new ("monitor", change_thread, monitor));
  g_object_unref (watch);
  peer_test_settle ();
  g_thread_join (g_thread_new ("monitor", change_thread, monitor));
  peer_test_settle ();
}

/* Names that cannot be looked up for a while. */
#define TEST_TYPE_RESOLVER (test_resolver_get_type ())
G_DECLARE_FINAL_TYPE (TestResolver, test_resolver, TEST, RESOLVER, GResolver)

struct _TestResolver
{
  GResolver parent_instance;
  gboolean fails;
  guint n_lookups;
};

G_DEFINE_FINAL_TYPE (TestResolver, test_resolver, G_TYPE_RESOLVER)

static void
lookup_async (GResolver *resolver,
              const char *name,
              GResolverNameLookupFlags flags,
              GCancellable *cancellable,
              GAsyncReadyCallback callback,
              gpointer user_data)
{
  TestResolver *self = TEST_RESOLVER (resolver);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  self->n_lookups++;
  if (self->fails)
    g_task_return_new_error (task, G_RESOLVER_ERROR, G_RESOLVER_ERROR_TEMPORARY_FAILURE, "No answer for %s", name);
  else
    g_task_return_pointer (task, g_list_append (NULL, g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4)),
                           (GDestroyNotify) g_resolver_free_addresses);
}

static GList *
lookup_finish (GResolver *resolver,
               GAsyncResult *result,
               GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
test_resolver_class_init (TestResolverClass *klass)
{
  GResolverClass *resolver_class = G_RESOLVER_CLASS (klass);

  resolver_class->lookup_by_name_with_flags_async = lookup_async;
  resolver_class->lookup_by_name_with_flags_finish = lookup_finish;
}

static void
test_resolver_init (TestResolver *self)
{
}

static void
test_names_without_an_answer_for_a_while (void)
{
  g_autoptr (GResolver) system = g_resolver_get_default ();
  g_autoptr (TestResolver) resolver = g_object_new (TEST_TYPE_RESOLVER, NULL);
  g_autoptr (PeerTestServer) server = peer_test_server_new ();
  g_autofree char *uri = g_strdup_printf ("http://peers.test:%u/", server->port);
  PeerPeer *alice = peer_peer_new_for_uri (uri, "alice");
  g_autoptr (PeerTestRecorder) events = peer_test_recorder_new (alice);

  g_resolver_set_default (G_RESOLVER (resolver));
  peer_test_wait_events (events, "open:alice");
  resolver->fails = TRUE;
  peer_test_server_close_clients (server, 0);
  for (guint i = 1; i < 4; i++)
    {
      peer_test_wait (alice->reconnect_attempt == i);
      peer_test_hurry (alice);
    }
  peer_test_wait (alice->reconnect_attempt == 4);
  peer_test_assert_events (events, LOST);
  g_assert_cmpuint (resolver->n_lookups, >=, 4);
  resolver->fails = FALSE;
  peer_test_hurry (alice);
  peer_test_wait_events (events, LOST " open:alice");

  peer_test_peer_finish (alice);
  g_resolver_set_default (system);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_summary ("What can happen to the network of a peer");

  g_test_add_func ("/peer-network/change-while-waiting", test_change_while_waiting);
  g_test_add_func ("/peer-network/change-during-attempt", test_change_during_attempt);
  g_test_add_func ("/peer-network/change-while-open", test_change_while_open);
  g_test_add_func ("/peer-network/change-and-connections", test_change_and_connections);
  g_test_add_func ("/peer-network/change-after-goodbye", test_change_after_goodbye);
  g_test_add_func ("/peer-network/attempts-without-network-do-not-count", test_attempts_without_network_do_not_count);
  g_test_add_func ("/peer-network/monitor-that-is-wrong", test_monitor_that_is_wrong);
  g_test_add_func ("/peer-network/sleep", test_sleep);
  g_test_add_func ("/peer-network/clocks-that-are-read-one-after-the-other", test_clocks_that_are_read_one_after_the_other);
  g_test_add_func ("/peer-network/changes-that-come-together", test_changes_that_come_together);
  g_test_add_func ("/peer-network/monitor-of-another-thread", test_monitor_of_another_thread);
  g_test_add_func ("/peer-network/names-without-an-answer-for-a-while", test_names_without_an_answer_for_a_while);

  return g_test_run ();
}
