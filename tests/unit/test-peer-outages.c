/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include "peer-test-proxy.h"
#include "peer-test-util.h"

#define OPEN "{\"type\":\"OPEN\"}"

#define LOST "open:alice error:network disconnected:alice"

/* alice reaches her server by a way that can fail. */
typedef struct
{
  PeerTestServer *server;
  PeerTestProxy *proxy;
  PeerPeer *alice;
  PeerTestRecorder *events;
} Fixture;

static void
fixture_set_up (Fixture *fixture,
                guint ping_interval)
{
  *fixture = (Fixture){ 0 };
  fixture->server = peer_test_server_new ();
  fixture->proxy = peer_test_proxy_new (fixture->server->port);
  fixture->alice = g_object_new (PEER_TYPE_PEER,
                                 "id", "alice",
                                 "host", "127.0.0.1",
                                 "port", fixture->proxy->port,
                                 "secure", FALSE,
                                 "ping-interval", ping_interval,
                                 NULL);
  fixture->alice->links->certificate = g_bytes_new_static ("test", 4);
  peer_peer_set_transport_factory (fixture->alice, peer_loopback_transport_new);
  fixture->events = peer_test_recorder_new (fixture->alice);
}

static void
fixture_tear_down (Fixture *fixture)
{
  peer_peer_destroy (fixture->alice);
  peer_test_recorder_free (fixture->events);
  g_assert_finalize_object (fixture->alice);
  peer_test_proxy_free (fixture->proxy);
  peer_test_server_free (fixture->server);
}

static PeerKeepalive *
get_keepalive (Fixture *fixture)
{
  return peer_socket_get_keepalive (fixture->alice->socket);
}

/* The cable is pulled: no FIN ever comes. */
static void
test_half_open (void)
{
  Fixture fixture;

  fixture_set_up (&fixture, 1000);
  peer_test_wait_events (fixture.events, "open:alice");
  peer_test_wait (peer_keepalive_is_answered (get_keepalive (&fixture)));
  peer_test_proxy_freeze (fixture.proxy);
  peer_keepalive_set_pause (get_keepalive (&fixture), 1);
  peer_test_wait_events (fixture.events, LOST);
  peer_test_hurry (fixture.alice);
  peer_test_wait_events (fixture.events, LOST " open:alice");

  fixture_tear_down (&fixture);
}

/* What is sent into a line that is dead already is not lost with it; what the
 * server has read is not sent again. */
static void
test_sent_into_dead_line (void)
{
  Fixture fixture;

  fixture_set_up (&fixture, 1000);
  peer_test_wait_events (fixture.events, "open:alice");
  peer_peer_connect_to (fixture.alice, "bob", NULL);
  peer_test_wait (peer_test_server_count (fixture.server, "OFFER") == 1);
  peer_test_wait (peer_keepalive_is_answered (get_keepalive (&fixture)));
  peer_socket_probe (fixture.alice->socket);
  peer_test_wait (!peer_keepalive_is_probing (get_keepalive (&fixture)));

  peer_test_proxy_freeze (fixture.proxy);
  peer_peer_connect_to (fixture.alice, "carol", NULL);
  peer_keepalive_set_pause (get_keepalive (&fixture), 1);
  peer_test_hurry (fixture.alice);
  peer_test_wait (peer_test_server_count (fixture.server, "OFFER") == 2);
  g_assert_nonnull (strstr (peer_test_server_get_last (fixture.server, "OFFER"), "\"dst\":\"carol\""));

  fixture_tear_down (&fixture);
}

/* A server that goes has passed on what came before: to send an offer twice
 * would make the other peer begin anew. */
static void
check_sent_before_end (gushort close_code)
{
  Fixture fixture;

  fixture_set_up (&fixture, 0);
  peer_test_wait_events (fixture.events, "open:alice");
  peer_peer_connect_to (fixture.alice, "bob", NULL);
  peer_test_wait (peer_test_server_count (fixture.server, "OFFER") == 1);
  peer_test_server_close_clients (fixture.server, close_code);
  peer_test_hurry (fixture.alice);
  peer_test_wait_events (fixture.events, LOST " open:alice");
  peer_peer_connect_to (fixture.alice, "carol", NULL);
  peer_test_wait (peer_test_server_count (fixture.server, "OFFER") == 2);
  g_assert_nonnull (strstr (peer_test_server_get_last (fixture.server, "OFFER"), "\"dst\":\"carol\""));

  fixture_tear_down (&fixture);
}

static void
test_sent_before_end (void)
{
  check_sent_before_end (0);
  check_sent_before_end (SOUP_WEBSOCKET_CLOSE_GOING_AWAY);
}

static void
check_not_lost (Fixture *fixture)
{
  peer_test_pause (1, 50);
  peer_test_assert_events (fixture->events, "open:alice");
  g_assert_true (peer_peer_get_is_open (fixture->alice));
}

static void
test_server_that_never_answers_pings (void)
{
  Fixture fixture;

  fixture_set_up (&fixture, 1000);
  fixture.proxy->drops_pongs = TRUE;
  peer_test_wait_events (fixture.events, "open:alice");
  /* Once for the pings in the beginning, once for those after them. */
  for (guint i = 0; i < 2; i++)
    {
      peer_keepalive_set_pause (get_keepalive (&fixture), 1);
      check_not_lost (&fixture);
    }
  g_assert_false (peer_keepalive_is_answered (get_keepalive (&fixture)));

  fixture_tear_down (&fixture);
}

/* Of the connection to a port of the loopback interface, in milliseconds. */
static int
get_tcp_user_timeout (guint port)
{
  for (int fd = 3; fd < 1024; fd++)
    {
      struct sockaddr_in address = { 0 };
      socklen_t address_length = sizeof address;
      int timeout = 0;
      socklen_t length = sizeof timeout;

      if (getpeername (fd, (struct sockaddr *) &address, &address_length) == 0 &&
          address.sin_family == AF_INET && ntohs (address.sin_port) == port &&
          getsockopt (fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout, &length) == 0)
        return timeout;
    }

  return 0;
}

/* Where pings tell nothing, TCP does when its segments are not acknowledged. */
static void
test_acknowledgement_timeout (void)
{
  Fixture fixture;

  fixture_set_up (&fixture, 1000);
  peer_test_wait_events (fixture.events, "open:alice");
  g_assert_cmpint (get_tcp_user_timeout (fixture.proxy->port), ==, 60000);

  fixture_tear_down (&fixture);
}

static void
test_without_heartbeats (void)
{
  Fixture fixture;

  fixture_set_up (&fixture, 0);
  peer_test_wait_events (fixture.events, "open:alice");
  peer_test_wait (peer_keepalive_is_answered (get_keepalive (&fixture)));
  peer_test_proxy_freeze (fixture.proxy);
  peer_socket_probe (fixture.alice->socket);
  check_not_lost (&fixture);

  fixture_tear_down (&fixture);
}

/* It accepts the socket and does not say a word. */
static void
test_never_open (void)
{
  Fixture fixture;

  fixture_set_up (&fixture, 1000);
  fixture.proxy->drops_pongs = TRUE;
  fixture.server->greeting = NULL;
  peer_test_wait (fixture.alice->socket != NULL);
  peer_socket_set_open_timeout (fixture.alice->socket, 1);
  peer_test_wait_events (fixture.events, "error:network disconnected:alice");
  g_assert_false (peer_peer_get_is_reconnecting (fixture.alice));

  fixture_tear_down (&fixture);
}

static void
test_never_open_on_the_way_back (void)
{
  Fixture fixture;

  fixture_set_up (&fixture, 1000);
  fixture.proxy->drops_pongs = TRUE;
  peer_test_wait_events (fixture.events, "open:alice");
  fixture.server->greeting = NULL;
  peer_socket_set_open_timeout (fixture.alice->socket, 1);
  peer_test_server_close_clients (fixture.server, 0);
  peer_test_hurry (fixture.alice);
  peer_test_wait (fixture.alice->reconnect_attempt == 2);
  fixture.server->greeting = OPEN;
  peer_socket_set_open_timeout (fixture.alice->socket, 60000);
  peer_test_hurry (fixture.alice);
  peer_test_wait_events (fixture.events, LOST " open:alice");

  fixture_tear_down (&fixture);
}

/* A proxy that closes lines without traffic; nothing else is wrong. */
static void
test_idle_proxy (void)
{
  Fixture fixture;

  fixture_set_up (&fixture, 0);
  fixture.proxy->idle_timeout = 1;
  for (guint i = 0; i < 3; i++)
    {
      peer_test_peer_wait_open (fixture.alice);
      peer_test_wait (peer_peer_get_is_reconnecting (fixture.alice));
      peer_test_hurry (fixture.alice);
    }
  peer_test_peer_wait_open (fixture.alice);

  fixture_tear_down (&fixture);
}

/* A proxy answers for the server that restarts. */
static void
test_bad_gateway (void)
{
  const guint statuses[] = { SOUP_STATUS_BAD_GATEWAY, SOUP_STATUS_SERVICE_UNAVAILABLE, SOUP_STATUS_GATEWAY_TIMEOUT };
  Fixture fixture;

  fixture_set_up (&fixture, 0);
  peer_test_wait_events (fixture.events, "open:alice");
  fixture.server->websocket_status = SOUP_STATUS_BAD_GATEWAY;
  peer_test_server_close_clients (fixture.server, 0);
  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      fixture.server->websocket_status = statuses[i];
      peer_test_wait (fixture.alice->reconnect_attempt == i + 1);
      peer_test_hurry (fixture.alice);
    }
  peer_test_wait (fixture.alice->reconnect_attempt == G_N_ELEMENTS (statuses) + 1);
  fixture.server->websocket_status = 0;
  peer_test_hurry (fixture.alice);
  peer_test_wait_events (fixture.events, LOST " open:alice");

  fixture_tear_down (&fixture);
}

static guint
count_files (void)
{
  g_autoptr (GDir) directory = g_dir_open ("/proc/self/fd", 0, NULL);
  guint count = 0;

  while (g_dir_read_name (directory) != NULL)
    count++;

  return count;
}

/* The pauses add up to an hour; only they are cut short. */
static void
test_gone_for_an_hour (void)
{
  Fixture fixture;
  gint64 passed = 0;
  guint n_files = 0;

  fixture_set_up (&fixture, 0);
  peer_test_wait_events (fixture.events, "open:alice");
  peer_test_server_stop (fixture.server);
  while (passed < G_TIME_SPAN_HOUR)
    {
      gint64 pause;

      peer_test_wait (fixture.alice->reconnect_source != NULL);
      pause = g_source_get_ready_time (fixture.alice->reconnect_source) - g_get_monotonic_time ();
      g_assert_cmpint (pause, <=, G_TIME_SPAN_MINUTE);
      passed += MAX (pause, G_TIME_SPAN_MILLISECOND);
      if (fixture.alice->reconnect_attempt == 10)
        n_files = count_files ();
      peer_test_hurry (fixture.alice);
      peer_test_wait (fixture.alice->reconnect_source == NULL);
    }
  peer_test_wait (fixture.alice->reconnect_source != NULL);
  peer_test_assert_events (fixture.events, LOST);
  g_assert_cmpuint (fixture.alice->reconnect_attempt, >=, 60);
  g_assert_cmpuint (count_files (), <=, n_files + 4);

  peer_test_server_start (fixture.server);
  peer_test_hurry (fixture.alice);
  peer_test_wait_events (fixture.events, LOST " open:alice");

  fixture_tear_down (&fixture);
}

/* As behind a captive portal: wrong now, right later. */
static void
test_wrong_certificate_for_a_while (void)
{
  g_autoptr (PeerTestServer) server = peer_test_server_new_tls ();
  g_autoptr (GTlsDatabase) database = peer_test_server_get_tls_database ();
  g_autoptr (GTlsCertificate) right = g_object_ref (server->certificate);
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "running", "other-certificate.pem", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsCertificate) wrong = g_tls_certificate_new_from_file (path, &error);
  PeerPeer *peer = g_object_new (PEER_TYPE_PEER,
                                 "id", "alice",
                                 "host", "127.0.0.1",
                                 "port", server->port,
                                 "tls-database", database,
                                 NULL);
  g_autoptr (PeerTestRecorder) events = peer_test_recorder_new (peer);

  g_assert_no_error (error);
  peer_test_wait_events (events, "open:alice");
  peer_test_server_stop (server);
  g_set_object (&server->certificate, wrong);
  peer_test_server_start (server);
  for (guint i = 1; i < 3; i++)
    {
      peer_test_wait (peer->reconnect_attempt == i);
      peer_test_hurry (peer);
    }
  peer_test_wait (peer->reconnect_attempt == 3);
  peer_test_assert_events (events, LOST);

  peer_test_server_stop (server);
  g_set_object (&server->certificate, right);
  peer_test_server_start (server);
  peer_test_hurry (peer);
  peer_test_wait_events (events, LOST " open:alice");

  peer_test_peer_finish (peer);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_summary ("What can happen to a server, and to the way to it");

  /* First, as TLS has threads that should not outlive the program. */
  g_test_add_func ("/peer-outages/wrong-certificate-for-a-while", test_wrong_certificate_for_a_while);
  g_test_add_func ("/peer-outages/half-open", test_half_open);
  g_test_add_func ("/peer-outages/sent-into-dead-line", test_sent_into_dead_line);
  g_test_add_func ("/peer-outages/sent-before-end", test_sent_before_end);
  g_test_add_func ("/peer-outages/server-that-never-answers-pings", test_server_that_never_answers_pings);
  g_test_add_func ("/peer-outages/acknowledgement-timeout", test_acknowledgement_timeout);
  g_test_add_func ("/peer-outages/without-heartbeats", test_without_heartbeats);
  g_test_add_func ("/peer-outages/never-open", test_never_open);
  g_test_add_func ("/peer-outages/never-open-on-the-way-back", test_never_open_on_the_way_back);
  g_test_add_func ("/peer-outages/idle-proxy", test_idle_proxy);
  g_test_add_func ("/peer-outages/bad-gateway", test_bad_gateway);
  g_test_add_func ("/peer-outages/gone-for-an-hour", test_gone_for_an_hour);

  return g_test_run ();
}
