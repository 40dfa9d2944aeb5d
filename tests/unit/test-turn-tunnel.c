/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "libpeerglib/transport/peer-turn-tunnel-private.h"
#include "peer-test-util.h"

/* A server over TLS that sends back what it gets, and a tunnel to it. */
typedef struct
{
  GSocketService *service;
  GTlsCertificate *certificate;
  GTlsDatabase *database; /* what the tunnel trusts */
  PeerTurnTunnel *tunnel;
  char *uri;
} Fixture;

static gboolean
on_incoming (GSocketService *service,
             GSocketConnection *connection,
             GObject *source,
             Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GIOStream) stream = g_tls_server_connection_new (G_IO_STREAM (connection), fixture->certificate, &error);

  g_assert_no_error (error);
  g_output_stream_splice_async (g_io_stream_get_output_stream (stream), g_io_stream_get_input_stream (stream),
                                G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, G_PRIORITY_DEFAULT, NULL, NULL, NULL);
  g_object_set_data_full (G_OBJECT (connection), "stream", g_steal_pointer (&stream), g_object_unref);
  g_object_set_data_full (G_OBJECT (service), "connection", g_object_ref (connection), g_object_unref);

  return TRUE;
}

static void
set_up (Fixture *fixture,
        gconstpointer is_trusted)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "unit", "peer-test-certificate.pem", NULL);
  g_autofree char *other_path = g_test_build_filename (G_TEST_DIST, "running", "other-certificate.pem", NULL);
  g_autoptr (GError) error = NULL;
  guint16 port;

  fixture->certificate = g_tls_certificate_new_from_file (path, &error);
  g_assert_no_error (error);
  fixture->database = g_tls_file_database_new (is_trusted != NULL ? path : other_path, &error);
  g_assert_no_error (error);
  fixture->service = g_socket_service_new ();
  port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (fixture->service), NULL, &error);
  g_assert_no_error (error);
  g_signal_connect (fixture->service, "incoming", G_CALLBACK (on_incoming), fixture);

  fixture->uri = g_strdup_printf ("turns://us%%3Aer:pass@localhost:%u?transport=tcp", port);
  fixture->tunnel = peer_turn_tunnel_new (fixture->uri, fixture->database, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture,
           gconstpointer is_trusted)
{
  g_clear_pointer (&fixture->tunnel, peer_turn_tunnel_free);
  g_signal_handlers_disconnect_by_data (fixture->service, fixture);
  g_object_set_data (G_OBJECT (fixture->service), "connection", NULL);
  g_socket_service_stop (fixture->service);
  g_socket_listener_close (G_SOCKET_LISTENER (fixture->service));
  peer_test_settle ();
  g_clear_object (&fixture->service);
  g_clear_object (&fixture->certificate);
  g_clear_object (&fixture->database);
  g_free (fixture->uri);
}

static void
keep_result_cb (GObject *source,
                GAsyncResult *result,
                gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static GSocketConnection *
enter (const char *uri)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *address = g_strdup (strchr (uri, '@') + 1);
  GSocketConnection *connection;
  g_autoptr (GError) error = NULL;

  *strchr (address, '?') = '\0';
  g_socket_client_connect_to_host_async (client, address, 0, NULL, keep_result_cb, &result);
  peer_test_wait (result != NULL);
  connection = g_socket_client_connect_to_host_finish (client, result, &error);
  g_assert_no_error (error);

  return connection;
}

/* Returns the number of bytes, 0 at the end, also when it is sudden. */
static gsize
read_some (GSocketConnection *connection,
           char *buffer,
           gsize size)
{
  g_autoptr (GAsyncResult) result = NULL;
  GInputStream *input = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  gssize n_read;

  g_input_stream_read_async (input, buffer, size, G_PRIORITY_DEFAULT, NULL, keep_result_cb, &result);
  peer_test_wait (result != NULL);
  n_read = g_input_stream_read_finish (input, result, NULL);

  return (gsize) MAX (n_read, 0);
}

static void
test_both_ways (Fixture *fixture,
                gconstpointer user_data)
{
  g_test_summary ("What is said at each address of the tunnel goes to the server, and its answer comes back");

  for (const char *const *uri = peer_turn_tunnel_get_uris (fixture->tunnel); *uri != NULL; uri++)
    {
      g_autoptr (GSocketConnection) connection = enter (*uri);
      char buffer[6] = "";
      gsize n_read = 0;

      g_assert_true (g_str_has_prefix (*uri, "turn://us%3Aer:pass@"));
      g_assert_true (g_str_has_suffix (*uri, "?transport=tcp"));
      g_assert_true (g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), "hello", 5, NULL, NULL, NULL));
      while (n_read < 5)
        n_read += read_some (connection, buffer + n_read, 5 - n_read);
      g_assert_cmpstr (buffer, ==, "hello");
      g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
    }
}

static void
test_untrusted (Fixture *fixture,
                gconstpointer user_data)
{
  g_autoptr (GSocketConnection) connection = enter (peer_turn_tunnel_get_uris (fixture->tunnel)[0]);
  char buffer[1];

  g_test_summary ("A server that is not trusted is told nothing, and the connection ends");

  g_assert_cmpuint (read_some (connection, buffer, sizeof buffer), ==, 0);
}

static void
test_free (Fixture *fixture,
           gconstpointer user_data)
{
  g_autoptr (GSocketConnection) connection = enter (peer_turn_tunnel_get_uris (fixture->tunnel)[0]);
  char buffer[1];

  g_test_summary ("Connections end with the tunnel");

  g_assert_true (g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), "x", 1, NULL, NULL, NULL));
  g_assert_cmpuint (read_some (connection, buffer, sizeof buffer), ==, 1);
  g_clear_pointer (&fixture->tunnel, peer_turn_tunnel_free);
  g_assert_cmpuint (read_some (connection, buffer, sizeof buffer), ==, 0);
}

static void
test_bad_uri (void)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("An address that is none is an error");

  g_assert_null (peer_turn_tunnel_new ("turns://user:pass@[::1", NULL, &error));
  g_assert_nonnull (error);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/turn-tunnel/both-ways", Fixture, "trusted", set_up, test_both_ways, tear_down);
  g_test_add ("/turn-tunnel/untrusted", Fixture, NULL, set_up, test_untrusted, tear_down);
  g_test_add ("/turn-tunnel/free", Fixture, "trusted", set_up, test_free, tear_down);
  g_test_add_func ("/turn-tunnel/bad-uri", test_bad_uri);

  return g_test_run ();
}
