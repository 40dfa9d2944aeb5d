/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-test-util.h"

/* What an asynchronous call brought. */
typedef struct
{
  char *id;
  char **ids;
  GError *error;
  guint n_done;
  PeerTestAction action; /* nullable: inside the callback */
  gpointer action_data;
} Result;

static void
result_clear (Result *result)
{
  g_free (result->id);
  g_strfreev (result->ids);
  g_clear_error (&result->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Result, result_clear)

static void
opened_cb (GObject *object,
           GAsyncResult *result,
           gpointer user_data)
{
  Result *data = user_data;

  data->id = peer_peer_open_finish (PEER_PEER (object), result, &data->error);
  data->n_done++;
  if (data->action != NULL)
    data->action (data->action_data);
}

static void
listed_cb (GObject *object,
           GAsyncResult *result,
           gpointer user_data)
{
  Result *data = user_data;

  data->ids = peer_peer_list_all_peers_finish (PEER_PEER (object), result, &data->error);
  data->n_done++;
}

static void
test_open (void)
{
  g_autoptr (PeerTestServer) server = peer_test_server_new ();
  PeerPeer *peer = peer_test_peer_new (server, NULL);
  g_auto (Result) early = { 0 };
  g_auto (Result) late = { 0 };

  peer_peer_open_async (peer, NULL, opened_cb, &early);
  peer_test_wait (early.n_done == 1);
  g_assert_no_error (early.error);
  g_assert_cmpstr (early.id, ==, "from-the-server");

  peer_peer_open_async (peer, NULL, opened_cb, &late);
  g_assert_cmpuint (late.n_done, ==, 0);
  peer_test_wait (late.n_done == 1);
  g_assert_cmpstr (late.id, ==, "from-the-server");

  peer_test_peer_finish (peer);
}

static void
test_open_refused (void)
{
  g_autoptr (PeerTestServer) server = peer_test_server_new ();
  PeerPeer *peer = peer_test_peer_new (server, "alice");
  g_auto (Result) result = { 0 };

  server->greeting = "{\"type\":\"ID-TAKEN\"}";
  peer_peer_open_async (peer, NULL, opened_cb, &result);
  peer_test_wait (result.n_done == 1);
  g_assert_error (result.error, PEER_ERROR, PEER_ERROR_UNAVAILABLE_ID);
  g_assert_null (result.id);

  peer_test_peer_finish (peer);
}

static void
test_open_unreachable (void)
{
  g_autoptr (PeerTestServer) server = peer_test_server_new ();
  PeerPeer *peer = peer_test_peer_new (server, "alice");
  g_auto (Result) result = { 0 };
  g_auto (Result) later = { 0 };

  peer_test_server_stop (server);
  peer_peer_open_async (peer, NULL, opened_cb, &result);
  peer_test_wait (result.n_done == 1);
  g_assert_error (result.error, PEER_ERROR, PEER_ERROR_NETWORK);

  peer_test_wait (peer_peer_get_is_disconnected (peer));
  peer_peer_open_async (peer, NULL, opened_cb, &later);
  peer_test_wait (later.n_done == 1);
  g_assert_error (later.error, PEER_ERROR, PEER_ERROR_DISCONNECTED);

  peer_test_peer_finish (peer);
}

static void
test_open_cancelled_before (void)
{
  g_autoptr (PeerTestServer) server = peer_test_server_new ();
  PeerPeer *peer = peer_test_peer_new (server, "alice");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (Result) result = { 0 };

  g_cancellable_cancel (cancellable);
  peer_peer_open_async (peer, cancellable, opened_cb, &result);
  peer_test_wait (result.n_done == 1);
  g_assert_error (result.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  peer_test_peer_wait_open (peer);
  g_assert_cmpuint (result.n_done, ==, 1);

  peer_test_peer_finish (peer);
}

static void
test_open_cancelled_during (void)
{
  g_autoptr (PeerTestServer) server = peer_test_server_new ();
  PeerPeer *peer = peer_test_peer_new (server, "alice");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (Result) result = { 0 };
  g_auto (Result) other = { 0 };

  server->is_silent = TRUE;
  peer_peer_open_async (peer, cancellable, opened_cb, &result);
  peer_peer_open_async (peer, NULL, opened_cb, &other);
  peer_test_wait (server->requests->len == 1);
  g_cancellable_cancel (cancellable);
  peer_test_wait (result.n_done == 1);
  g_assert_error (result.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (other.n_done, ==, 0);
  g_assert_false (peer_peer_get_is_disconnected (peer));

  peer_peer_destroy (peer);
  peer_test_wait (other.n_done == 1);
  g_assert_error (other.error, PEER_ERROR, PEER_ERROR_DISCONNECTED);
  peer_test_peer_finish (peer);
}

static void
destroy_action (gpointer peer)
{
  peer_peer_destroy (peer);
}

static void
test_open_destroyed_meanwhile (void)
{
  g_autoptr (PeerTestServer) server = peer_test_server_new ();
  PeerPeer *peer = peer_test_peer_new (server, "alice");
  g_auto (Result) result = { 0 };
  g_auto (Result) after = { 0 };

  peer_peer_open_async (peer, NULL, opened_cb, &result);
  peer_peer_destroy (peer);
  peer_peer_open_async (peer, NULL, opened_cb, &after);
  peer_test_wait (result.n_done == 1 && after.n_done == 1);
  g_assert_error (result.error, PEER_ERROR, PEER_ERROR_DISCONNECTED);
  g_assert_error (after.error, PEER_ERROR, PEER_ERROR_DISCONNECTED);

  peer_test_peer_finish (peer);
}

/* One who waited destroys the peer; another waited, too. */
static void
test_open_destroyed_in_callback (void)
{
  g_autoptr (PeerTestServer) server = peer_test_server_new ();
  PeerPeer *peer = peer_test_peer_new (server, "alice");
  g_autoptr (PeerTestRecorder) events = peer_test_recorder_new (peer);
  g_auto (Result) first = { .action = destroy_action, .action_data = peer };
  g_auto (Result) second = { 0 };

  peer_peer_open_async (peer, NULL, opened_cb, &first);
  peer_peer_open_async (peer, NULL, opened_cb, &second);
  peer_test_wait (first.n_done == 1 && second.n_done == 1);
  g_assert_cmpstr (first.id, ==, "alice");
  g_assert_error (second.error, PEER_ERROR, PEER_ERROR_DISCONNECTED);
  peer_test_assert_events (events, "disconnected:alice close");

  peer_test_peer_finish (peer);
}

typedef struct
{
  PeerPeer *peer;
  Result *result;
} Again;

static void
again_action (gpointer user_data)
{
  Again *again = user_data;

  peer_peer_reconnect (again->peer);
  peer_peer_open_async (again->peer, NULL, opened_cb, again->result);
}

/* The attempt that failed is not the one that began in its callback. */
static void
test_open_again_in_callback (void)
{
  g_autoptr (PeerTestServer) server = peer_test_server_new ();
  PeerPeer *peer = peer_test_peer_new (server, "alice");
  g_auto (Result) again_result = { 0 };
  Again again = { peer, &again_result };
  g_auto (Result) result = { .action = again_action, .action_data = &again };
  g_auto (Result) other = { 0 };

  peer_test_wait (peer_test_server_has_client (server, "alice"));
  peer_peer_open_async (peer, NULL, opened_cb, &result);
  peer_peer_open_async (peer, NULL, opened_cb, &other);
  peer_test_settle ();
  peer_peer_disconnect_from_server (peer);
  peer_test_wait (again_result.n_done == 1);
  g_assert_cmpuint (other.n_done, ==, 1);

  peer_test_peer_finish (peer);
}

static void
test_open_waits_for_reconnection (void)
{
  g_autoptr (PeerTestServer) server = peer_test_server_new ();
  PeerPeer *peer = peer_test_peer_new (server, "alice");
  g_auto (Result) result = { 0 };

  peer_test_peer_wait_open (peer);
  peer_test_server_stop (server);
  peer_test_wait (peer->reconnect_source != NULL);
  peer_peer_open_async (peer, NULL, opened_cb, &result);
  g_source_set_ready_time (peer->reconnect_source, 0);
  peer_test_wait (peer->reconnect_attempt == 2);
  g_assert_cmpuint (result.n_done, ==, 0);
  peer_test_server_start (server);
  g_source_set_ready_time (peer->reconnect_source, 0);
  peer_test_wait (result.n_done == 1);
  g_assert_cmpstr (result.id, ==, "alice");

  peer_test_peer_finish (peer);
}

static void
check_list (PeerTestServer *server,
            PeerPeer *peer,
            const char *answer,
            const char *expected)
{
  g_auto (Result) result = { 0 };
  g_autofree char *ids = NULL;

  server->peers = answer;
  peer_peer_list_all_peers_async (peer, NULL, listed_cb, &result);
  peer_test_wait (result.n_done == 1);
  if (expected == NULL)
    {
      g_assert_error (result.error, PEER_ERROR, PEER_ERROR_INVALID_DATA);
      return;
    }

  g_assert_no_error (result.error);
  ids = g_strjoinv (",", result.ids);
  g_assert_cmpstr (ids, ==, expected);
}

static void
test_list (void)
{
  g_autoptr (PeerTestServer) server = peer_test_server_new ();
  PeerPeer *peer = peer_test_peer_new (server, "alice");

  check_list (server, peer, "[\"alice\"]", "alice");
  peer_test_peer_wait_open (peer);
  check_list (server, peer, "[\"alice\",\"bob\"]", "alice,bob");
  check_list (server, peer, "[]", "");
  check_list (server, peer, "[\"alice\",7,null,[\"bob\"],{}]", "alice");
  check_list (server, peer, "{\"a\":\"b\"}", "");
  check_list (server, peer, "\"alice\"", "");
  check_list (server, peer, "null", "");
  check_list (server, peer, "", NULL);
  check_list (server, peer, "[", NULL);
  peer_peer_disconnect_from_server (peer);
  check_list (server, peer, "[\"bob\"]", "bob");

  peer_test_peer_finish (peer);
}

static void
test_list_refused (void)
{
  g_autoptr (PeerTestServer) server = peer_test_server_new ();
  PeerPeer *peer = peer_test_peer_new (server, "alice");
  g_auto (Result) result = { 0 };

  peer_test_peer_wait_open (peer);
  server->status = SOUP_STATUS_UNAUTHORIZED;
  peer_peer_list_all_peers_async (peer, NULL, listed_cb, &result);
  peer_test_wait (result.n_done == 1);
  g_assert_error (result.error, PEER_ERROR, PEER_ERROR_SERVER_ERROR);
  g_assert_null (result.ids);
  g_assert_true (peer_peer_get_is_open (peer));

  peer_test_peer_finish (peer);
}

static void
test_list_too_long (void)
{
  g_autoptr (PeerTestServer) server = peer_test_server_new ();
  PeerPeer *peer = peer_test_peer_new (server, "alice");
  g_auto (Result) result = { 0 };

  peer_test_peer_wait_open (peer);
  server->body_size = 17 * 1024 * 1024;
  peer_peer_list_all_peers_async (peer, NULL, listed_cb, &result);
  peer_test_wait (result.n_done == 1);
  g_assert_error (result.error, PEER_ERROR, PEER_ERROR_SERVER_ERROR);

  peer_test_peer_finish (peer);
}

static void
test_list_cancelled (void)
{
  g_autoptr (PeerTestServer) server = peer_test_server_new ();
  PeerPeer *peer = peer_test_peer_new (server, "alice");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (Result) during = { 0 };
  g_auto (Result) before = { 0 };

  peer_test_peer_wait_open (peer);
  server->is_silent = TRUE;
  peer_peer_list_all_peers_async (peer, cancellable, listed_cb, &during);
  peer_test_wait (server->requests->len == 2);
  g_cancellable_cancel (cancellable);
  peer_peer_list_all_peers_async (peer, cancellable, listed_cb, &before);
  peer_test_wait (during.n_done == 1 && before.n_done == 1);
  g_assert_error (during.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_error (before.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (peer_peer_get_is_open (peer));

  peer_test_peer_finish (peer);
}

static void
test_list_destroyed (void)
{
  g_autoptr (PeerTestServer) server = peer_test_server_new ();
  PeerPeer *peer = peer_test_peer_new (server, "alice");
  g_auto (Result) result = { 0 };

  peer_peer_destroy (peer);
  peer_peer_list_all_peers_async (peer, NULL, listed_cb, &result);
  peer_test_wait (result.n_done == 1);
  g_assert_error (result.error, PEER_ERROR, PEER_ERROR_DISCONNECTED);

  peer_test_peer_finish (peer);
}

static PeerPeer *
peer_new_tls (guint port,
              gboolean is_trusted)
{
  g_autoptr (GTlsDatabase) database = is_trusted ? peer_test_server_get_tls_database () : NULL;
  PeerPeer *peer = g_object_new (PEER_TYPE_PEER,
                                 "host", "127.0.0.1",
                                 "port", port,
                                 "secure", TRUE,
                                 "tls-database", database,
                                 NULL);

  peer_peer_set_transport_factory (peer, peer_loopback_transport_new);
  g_assert_true (peer_peer_get_tls_database (peer) == database);

  return peer;
}

static void
test_tls_unknown_certificate (void)
{
  g_autoptr (PeerTestServer) server = peer_test_server_new_tls ();
  PeerPeer *peer = peer_new_tls (server->port, FALSE);
  g_autoptr (PeerTestRecorder) events = peer_test_recorder_new (peer);

  peer_test_wait_events (events, "error:ssl-unavailable disconnected");
  g_assert_cmpuint (server->requests->len, ==, 0);

  peer_test_peer_finish (peer);
}

static void
test_tls_database (void)
{
  g_autoptr (PeerTestServer) server = peer_test_server_new_tls ();
  PeerPeer *peer = peer_new_tls (server->port, TRUE);

  peer_test_peer_wait_open (peer);

  peer_test_peer_finish (peer);
}

static void
test_tls_plain_server (void)
{
  guint port;
  g_autoptr (GSocketService) stranger = peer_test_stranger_new ("HTTP/1.1 400 Bad Request\r\n\r\n", &port);
  PeerPeer *peer = peer_new_tls (port, TRUE);
  g_autoptr (PeerTestRecorder) events = peer_test_recorder_new (peer);

  peer_test_wait_events (events, "error:ssl-unavailable disconnected");

  peer_test_peer_finish (peer);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_summary ("Asynchronous calls of peers, and TLS");

  g_test_add_func ("/peer-async/open", test_open);
  g_test_add_func ("/peer-async/open-refused", test_open_refused);
  g_test_add_func ("/peer-async/open-unreachable", test_open_unreachable);
  g_test_add_func ("/peer-async/open-cancelled-before", test_open_cancelled_before);
  g_test_add_func ("/peer-async/open-cancelled-during", test_open_cancelled_during);
  g_test_add_func ("/peer-async/open-destroyed-meanwhile", test_open_destroyed_meanwhile);
  g_test_add_func ("/peer-async/open-destroyed-in-callback", test_open_destroyed_in_callback);
  g_test_add_func ("/peer-async/open-again-in-callback", test_open_again_in_callback);
  g_test_add_func ("/peer-async/open-waits-for-reconnection", test_open_waits_for_reconnection);
  g_test_add_func ("/peer-async/list", test_list);
  g_test_add_func ("/peer-async/list-refused", test_list_refused);
  g_test_add_func ("/peer-async/list-too-long", test_list_too_long);
  g_test_add_func ("/peer-async/list-cancelled", test_list_cancelled);
  g_test_add_func ("/peer-async/list-destroyed", test_list_destroyed);
  g_test_add_func ("/peer-async/tls-unknown-certificate", test_tls_unknown_certificate);
  g_test_add_func ("/peer-async/tls-database", test_tls_database);
  g_test_add_func ("/peer-async/tls-plain-server", test_tls_plain_server);

  return g_test_run ();
}
