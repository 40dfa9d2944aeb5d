/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "libpeerglib/signaling/peer-socket-private.h"
#include "peer-test-util.h"

static void
test_id_given (void)
{
  g_autoptr (PeerTestServer) server = peer_test_server_new ();
  PeerPeer *peer = peer_test_peer_new (server, "alice");
  g_autoptr (PeerTestRecorder) events = peer_test_recorder_new (peer);

  g_assert_cmpstr (peer_peer_get_id (peer), ==, "alice");
  g_assert_false (peer_peer_get_is_open (peer));
  g_assert_cmpuint (server->requests->len, ==, 0);
  peer_test_wait_events (events, "open:alice");
  g_assert_cmpuint (server->requests->len, ==, 1);
  g_assert_true (g_str_has_prefix (g_ptr_array_index (server->requests, 0), "/peerjs?key=peerjs&id=alice&token="));
  g_assert_true (g_str_has_suffix (g_ptr_array_index (server->requests, 0), "&version=1.5.5"));

  peer_peer_destroy (peer);
  peer_test_assert_events (events, "open:alice disconnected:alice close");
  peer_test_wait (!peer_test_server_has_client (server, "alice"));
  peer_test_peer_finish (peer);
}

static void
check_id_from_server (const char *given)
{
  g_autoptr (PeerTestServer) server = peer_test_server_new ();
  PeerPeer *peer = peer_test_peer_new (server, given);
  g_autoptr (PeerTestRecorder) events = peer_test_recorder_new (peer);

  server->id = " from-the-server\n";
  g_assert_null (peer_peer_get_id (peer));
  peer_test_wait_events (events, "open:from-the-server");
  g_assert_cmpstr (peer_peer_get_id (peer), ==, "from-the-server");
  g_assert_true (g_str_has_prefix (g_ptr_array_index (server->requests, 0), "/peerjs/id?ts="));
  g_assert_true (g_str_has_suffix (g_ptr_array_index (server->requests, 0), "&version=1.5.5"));

  peer_test_peer_finish (peer);
}

static void
test_id_from_server (void)
{
  check_id_from_server (NULL);
}

static void
test_id_empty (void)
{
  check_id_from_server ("");
}

static void
test_id_invalid (void)
{
  const char *ids[] = { "a--b", "a_", "a.b", "é", " " };

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autoptr (PeerTestServer) server = peer_test_server_new ();
      PeerPeer *peer = peer_test_peer_new (server, ids[i]);
      g_autoptr (PeerTestRecorder) events = peer_test_recorder_new (peer);
      g_autofree char *expected = g_strdup_printf ("error:invalid-id disconnected:%s close", ids[i]);

      peer_test_wait_events (events, expected);
      g_assert_true (peer_peer_get_is_destroyed (peer));
      g_assert_cmpuint (server->requests->len, ==, 0);
      peer_test_peer_finish (peer);
    }
}

/* Whatever the settings hold, the server gets it back. */
static void
test_settings_escaped (void)
{
  g_autoptr (PeerTestServer) server = peer_test_server_new ();
  PeerPeer *peer = g_object_new (PEER_TYPE_PEER,
                                 "host", "127.0.0.1",
                                 "port", server->port,
                                 "secure", FALSE,
                                 "path", "a b/%25/ü?#",
                                 "key", "k/e&y=ü",
                                 "token", "t &#?+%",
                                 NULL);

  peer_peer_set_transport_factory (peer, peer_loopback_transport_new);
  server->id = "an id";
  peer_test_peer_wait_open (peer);
  g_assert_cmpstr (peer_peer_get_path (peer), ==, "/a b/%25/ü?#/");
  g_assert_true (g_str_has_prefix (g_ptr_array_index (server->requests, 0), "/a b/%/ü?#/k/e&y=ü/id?ts="));
  g_assert_cmpstr (g_ptr_array_index (server->requests, 1), ==,
                   "/a b/%/ü?#/peerjs?key=k%2Fe%26y%3D%C3%BC&id=an%20id&token=t%20%26%23%3F%2B%25&version=1.5.5");
  g_assert_true (peer_test_server_has_client (server, "an id"));

  peer_test_peer_finish (peer);
}

static void
test_path_normalised (void)
{
  const struct
  {
    const char *path;
    const char *expected;
  } cases[] = {
    { NULL, "/" },
    { "", "/" },
    { "/", "/" },
    { "a", "/a/" },
    { "/a", "/a/" },
    { "a/", "/a/" },
    { "/a/b/", "/a/b/" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      PeerPeer *peer = g_object_new (PEER_TYPE_PEER, "path", cases[i].path, NULL);

      g_assert_cmpstr (peer_peer_get_path (peer), ==, cases[i].expected);
      peer_test_peer_finish (peer);
    }
}

static void
test_defaults (void)
{
  PeerPeer *peer = g_object_new (PEER_TYPE_PEER, "key", NULL, NULL);
  g_autoptr (PeerIceServer) server = g_list_model_get_item (peer_peer_get_ice_servers (peer), 0);

  g_assert_null (peer_peer_get_id (peer));
  g_assert_cmpstr (peer_peer_get_host (peer), ==, "0.peerjs.com");
  g_assert_cmpuint (peer_peer_get_port (peer), ==, 443);
  g_assert_cmpstr (peer_peer_get_path (peer), ==, "/");
  g_assert_true (peer_peer_get_secure (peer));
  g_assert_cmpstr (peer_peer_get_key (peer), ==, "peerjs");
  g_assert_cmpuint (peer_peer_get_ping_interval (peer), ==, 5000);
  g_assert_true (peer_peer_get_auto_reconnect (peer));
  g_assert_cmpuint (g_list_model_get_n_items (peer_peer_get_ice_servers (peer)), ==, 1);
  g_assert_cmpstr (peer_ice_server_get_urls (server)[0], ==, "stun:stun.l.google.com:19302");
  g_assert_false (peer_peer_get_is_open (peer));
  g_assert_false (peer_peer_get_is_disconnected (peer));
  g_assert_false (peer_peer_get_is_destroyed (peer));

  peer_test_peer_finish (peer);
}

static void
test_new_for_uri (void)
{
  const struct
  {
    const char *uri;
    const char *host;
    guint port;
    const char *path;
    gboolean secure;
  } cases[] = {
    { "http://example.org", "example.org", 80, "/", FALSE },
    { "https://example.org", "example.org", 443, "/", TRUE },
    { "ws://example.org:9000/peers", "example.org", 9000, "/peers/", FALSE },
    { "wss://example.org/a/b/", "example.org", 443, "/a/b/", TRUE },
    { "HTTP://[::1]:9000/", "::1", 9000, "/", FALSE },
    { "http://example.org/a%20b", "example.org", 80, "/a%20b/", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      PeerPeer *peer = peer_peer_new_for_uri (cases[i].uri, "alice");

      g_assert_cmpstr (peer_peer_get_host (peer), ==, cases[i].host);
      g_assert_cmpuint (peer_peer_get_port (peer), ==, cases[i].port);
      g_assert_cmpstr (peer_peer_get_path (peer), ==, cases[i].path);
      g_assert_cmpint (peer_peer_get_secure (peer), ==, cases[i].secure);
      g_assert_cmpstr (peer_peer_get_id (peer), ==, "alice");
      peer_test_peer_finish (peer);
    }
}

static void
test_new_for_uri_nonsense (void)
{
  const char *uris[] = { "", "nonsense", "ftp://example.org/", "http://", "http:///path", "http://a b/", "://", "/" };

  for (guint i = 0; i < G_N_ELEMENTS (uris); i++)
    {
      PeerPeer *peer = peer_peer_new_for_uri (uris[i], "alice");
      g_autoptr (PeerTestRecorder) events = peer_test_recorder_new (peer);

      peer_test_wait_events (events, "error:network disconnected:alice close");
      peer_test_peer_finish (peer);
    }
}

static void
test_host_nonsense (void)
{
  const char *hosts[] = { NULL, "", " ", "a b", "a/b", "a?b", "%", "[", "a:b" };

  for (guint i = 0; i < G_N_ELEMENTS (hosts); i++)
    {
      PeerPeer *peer = g_object_new (PEER_TYPE_PEER, "id", "alice", "host", hosts[i], "auto-reconnect", FALSE, NULL);
      g_autoptr (PeerTestRecorder) events = peer_test_recorder_new (peer);

      peer_test_wait_events (events, "error:network disconnected:alice close");
      peer_test_peer_finish (peer);
    }
}

static void
test_token_random (void)
{
  PeerPeer *first = g_object_new (PEER_TYPE_PEER, NULL);
  PeerPeer *second = g_object_new (PEER_TYPE_PEER, NULL);

  g_assert_cmpuint (strlen (peer_peer_get_token (first)), >=, 16);
  g_assert_cmpstr (peer_peer_get_token (first), !=, peer_peer_get_token (second));

  peer_test_peer_finish (first);
  peer_test_peer_finish (second);
}

static void
test_heartbeat (void)
{
  g_autoptr (PeerTestServer) server = peer_test_server_new ();
  PeerPeer *peer = g_object_new (PEER_TYPE_PEER,
                                 "id", "alice",
                                 "host", "127.0.0.1",
                                 "port", server->port,
                                 "secure", FALSE,
                                 "ping-interval", 5,
                                 NULL);

  peer_peer_set_transport_factory (peer, peer_loopback_transport_new);
  peer_test_wait (peer_test_server_count (server, "HEARTBEAT") >= 3);
  g_assert_cmpstr (peer_test_server_get_last (server, "HEARTBEAT"), ==, "{\"type\":\"HEARTBEAT\"}");

  peer_test_peer_finish (peer);
}

static void
test_silent_server (void)
{
  g_autoptr (PeerTestServer) server = peer_test_server_new ();
  PeerPeer *peer = peer_test_peer_new (server, "alice");
  g_autoptr (PeerTestRecorder) events = peer_test_recorder_new (peer);

  server->greeting = NULL;
  peer_test_wait (peer->socket != NULL);
  peer_socket_set_silent_delay (peer->socket, 1);
  peer_test_wait_events (events, "open:alice");

  peer_test_peer_finish (peer);
}

static void
test_first_message_counts_as_open (void)
{
  g_autoptr (PeerTestServer) server = peer_test_server_new ();
  PeerPeer *peer = peer_test_peer_new (server, "alice");
  g_autoptr (PeerTestRecorder) events = peer_test_recorder_new (peer);

  server->greeting = "{\"type\":\"LEAVE\",\"src\":\"bob\",\"dst\":\"alice\"}";
  peer_test_wait_events (events, "open:alice");

  peer_test_peer_finish (peer);
}

static void
test_open_twice (void)
{
  g_autoptr (PeerTestServer) server = peer_test_server_new ();
  PeerPeer *peer = peer_test_peer_new (server, "alice");
  g_autoptr (PeerTestRecorder) events = peer_test_recorder_new (peer);

  peer_test_wait_events (events, "open:alice");
  peer_test_server_send (server, "alice", "{\"type\":\"OPEN\"}");
  peer_test_server_send (server, "alice", "{\"type\":\"ERROR\"}");
  peer_test_wait_events (events, "open:alice error:server-error disconnected:alice");

  peer_test_peer_finish (peer);
}

static void
test_malformed_messages_ignored (void)
{
  const char *messages[] = {
    "",
    "nonsense",
    "null",
    "[]",
    "1",
    "\"OPEN\"",
    "{",
    "{\"type\":\"NONSENSE\"}",
    "{\"type\":7}",
    "{\"payload\":{}}",
    "{\"type\":\"HEARTBEAT\"}",
    "{\"type\":\"OFFER\"}",
    "{\"type\":\"OFFER\",\"src\":7,\"payload\":{\"connectionId\":\"c\"}}",
    "{\"type\":\"OFFER\",\"src\":\"bob\"}",
    "{\"type\":\"OFFER\",\"src\":\"bob\",\"payload\":null}",
    "{\"type\":\"ANSWER\",\"src\":\"bob\",\"payload\":{\"connectionId\":\"c\",\"sdp\":7}}",
    "{\"type\":\"CANDIDATE\",\"src\":\"bob\",\"payload\":[]}",
    "{\"type\":\"EXPIRE\"}",
    "{\"type\":\"LEAVE\"}",
  };
  g_autoptr (PeerTestServer) server = peer_test_server_new ();
  PeerPeer *peer = peer_test_peer_new (server, "alice");
  g_autoptr (PeerTestRecorder) events = peer_test_recorder_new (peer);
  g_autofree char *deep = g_strnfill (100000, '[');

  peer_test_wait_events (events, "open:alice");
  for (guint i = 0; i < G_N_ELEMENTS (messages); i++)
    peer_test_server_send (server, "alice", messages[i]);
  peer_test_server_send (server, "alice", deep);
  peer_test_server_send (server, "alice", "{\"type\":\"ERROR\",\"payload\":{\"msg\":\"Enough\"}}");
  peer_test_wait_events (events, "open:alice error:server-error disconnected:alice");
  g_assert_cmpstr (events->error->message, ==, "Enough");

  peer_test_peer_finish (peer);
}

static void
check_refusal (const char *refusal,
               const char *error,
               const char *message)
{
  g_autoptr (PeerTestServer) server = peer_test_server_new ();
  PeerPeer *early = peer_test_peer_new (server, "early");
  PeerPeer *late = peer_test_peer_new (server, "late");
  g_autoptr (PeerTestRecorder) early_events = peer_test_recorder_new (early);
  g_autoptr (PeerTestRecorder) late_events = peer_test_recorder_new (late);
  g_autofree char *expected_early = g_strdup_printf ("error:%s disconnected:early close", error);
  g_autofree char *expected_late = g_strdup_printf ("open:late error:%s disconnected:late", error);

  server->greeting = NULL;
  peer_test_wait (peer_test_server_has_client (server, "early") && peer_test_server_has_client (server, "late"));
  peer_test_server_send (server, "late", "{\"type\":\"OPEN\"}");
  peer_test_wait_events (late_events, "open:late");
  peer_test_server_send (server, "early", refusal);
  peer_test_server_send (server, "late", refusal);

  peer_test_wait_events (early_events, expected_early);
  g_assert_cmpstr (early_events->error->message, ==, message);
  g_assert_true (peer_peer_get_is_destroyed (early));
  peer_test_wait_events (late_events, expected_late);
  g_assert_true (peer_peer_get_is_disconnected (late));
  g_assert_false (peer_peer_get_is_destroyed (late));
  g_assert_null (late->reconnect_source);

  peer_test_peer_finish (early);
  peer_test_peer_finish (late);
}

static void
test_refusal_error (void)
{
  check_refusal ("{\"type\":\"ERROR\",\"payload\":{\"msg\":\"Full\"}}", "server-error", "Full");
}

static void
test_refusal_error_without_text (void)
{
  check_refusal ("{\"type\":\"ERROR\",\"payload\":7}", "server-error", "The server reported an error");
}

static void
test_refusal_id_taken (void)
{
  check_refusal ("{\"type\":\"ID-TAKEN\",\"payload\":{\"msg\":\"ID is taken\"}}", "unavailable-id", "ID is taken");
}

static void
test_refusal_invalid_key (void)
{
  check_refusal ("{\"type\":\"INVALID-KEY\"}", "invalid-key", "The server does not know the key");
}

static void
test_id_taken_by_another (void)
{
  g_autoptr (PeerTestServer) server = peer_test_server_new ();
  PeerPeer *first = peer_test_peer_new (server, "alice");
  PeerPeer *second;
  g_autoptr (PeerTestRecorder) events = NULL;

  peer_test_peer_wait_open (first);
  second = peer_test_peer_new (server, "alice");
  events = peer_test_recorder_new (second);
  peer_test_wait_events (events, "error:unavailable-id disconnected:alice close");
  g_assert_true (peer_peer_get_is_open (first));

  peer_test_peer_finish (first);
  peer_test_peer_finish (second);
}

static void
check_id_request_fails (const char *id,
                        guint status,
                        gsize body_size)
{
  g_autoptr (PeerTestServer) server = peer_test_server_new ();
  PeerPeer *peer = peer_test_peer_new (server, NULL);
  g_autoptr (PeerTestRecorder) events = peer_test_recorder_new (peer);

  server->id = id;
  server->status = status;
  server->body_size = body_size;
  peer_test_wait_events (events, "error:server-error disconnected close");
  g_assert_cmpuint (server->n_websockets, ==, 0);

  peer_test_peer_finish (peer);
}

static void
test_id_request_status (void)
{
  check_id_request_fails ("oops", SOUP_STATUS_INTERNAL_SERVER_ERROR, 0);
  check_id_request_fails ("gone", SOUP_STATUS_NOT_FOUND, 0);
}

static void
test_id_request_huge (void)
{
  check_id_request_fails ("", SOUP_STATUS_OK, 10 * 1024 * 1024);
  check_id_request_fails ("", SOUP_STATUS_NOT_FOUND, 10 * 1024 * 1024);
}

static void
test_id_request_nonsense (void)
{
  check_id_request_fails ("", SOUP_STATUS_OK, 0);
  check_id_request_fails (" \n", SOUP_STATUS_OK, 0);
  check_id_request_fails ("\xff\xfe", SOUP_STATUS_OK, 0);
}

static void
test_properties_notify (void)
{
  g_autoptr (PeerTestServer) server = peer_test_server_new ();
  PeerPeer *peer = peer_test_peer_new (server, NULL);
  guint n_notified = 0;

  g_signal_connect_swapped (peer, "notify::id", G_CALLBACK (g_atomic_int_inc), &n_notified);
  g_signal_connect_swapped (peer, "notify::is-open", G_CALLBACK (g_atomic_int_inc), &n_notified);
  peer_test_peer_wait_open (peer);
  g_assert_cmpuint (n_notified, ==, 2);
  g_signal_connect_swapped (peer, "notify::is-disconnected", G_CALLBACK (g_atomic_int_inc), &n_notified);
  g_signal_connect_swapped (peer, "notify::is-destroyed", G_CALLBACK (g_atomic_int_inc), &n_notified);
  peer_peer_destroy (peer);
  g_assert_cmpuint (n_notified, ==, 5);

  peer_test_peer_finish (peer);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_summary ("What opens a peer and what keeps it from opening");

  g_test_add_func ("/peer-open/id-given", test_id_given);
  g_test_add_func ("/peer-open/id-from-server", test_id_from_server);
  g_test_add_func ("/peer-open/id-empty-asks-for-one", test_id_empty);
  g_test_add_func ("/peer-open/id-invalid", test_id_invalid);
  g_test_add_func ("/peer-open/settings-escaped", test_settings_escaped);
  g_test_add_func ("/peer-open/path-normalised", test_path_normalised);
  g_test_add_func ("/peer-open/defaults", test_defaults);
  g_test_add_func ("/peer-open/new-for-uri", test_new_for_uri);
  g_test_add_func ("/peer-open/new-for-uri-nonsense", test_new_for_uri_nonsense);
  g_test_add_func ("/peer-open/host-nonsense", test_host_nonsense);
  g_test_add_func ("/peer-open/token-random", test_token_random);
  g_test_add_func ("/peer-open/heartbeat", test_heartbeat);
  g_test_add_func ("/peer-open/silent-server", test_silent_server);
  g_test_add_func ("/peer-open/first-message-counts-as-open", test_first_message_counts_as_open);
  g_test_add_func ("/peer-open/open-twice", test_open_twice);
  g_test_add_func ("/peer-open/malformed-messages-ignored", test_malformed_messages_ignored);
  g_test_add_func ("/peer-open/refusal/error", test_refusal_error);
  g_test_add_func ("/peer-open/refusal/error-without-text", test_refusal_error_without_text);
  g_test_add_func ("/peer-open/refusal/id-taken", test_refusal_id_taken);
  g_test_add_func ("/peer-open/refusal/invalid-key", test_refusal_invalid_key);
  g_test_add_func ("/peer-open/id-taken-by-another", test_id_taken_by_another);
  g_test_add_func ("/peer-open/id-request-status", test_id_request_status);
  g_test_add_func ("/peer-open/id-request-huge", test_id_request_huge);
  g_test_add_func ("/peer-open/id-request-nonsense", test_id_request_nonsense);
  g_test_add_func ("/peer-open/properties-notify", test_properties_notify);

  return g_test_run ();
}
