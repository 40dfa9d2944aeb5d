/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "libpeerglib/server/peer-acceptor-private.h"
#include "libpeerglib/server/peer-listener-private.h"
#include "libpeerglib/transport/peer-certificate-private.h"
#include "server-client.h"

#define HANDSHAKE(path, id)                             \
  "GET " path "?key=peerjs&token=t&id=" id              \
  " HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n"     \
  "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" \
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define OPENED "\x81\x0f{\"type\":\"OPEN\"}"

/* A connection on which everything is said byte by byte. */
typedef struct
{
  GIOStream *stream;
  GSocket *socket;
} RawClient;

static gboolean
accept_certificate_cb (void)
{
  return TRUE;
}

static RawClient *
raw_client_new (PeerServer *server)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  RawClient *self = g_new0 (RawClient, 1);

  self->stream = G_IO_STREAM (g_socket_client_connect_to_host (client, "127.0.0.1", peer_server_get_port (server), NULL, NULL));
  g_assert_nonnull (self->stream);
  self->socket = g_socket_connection_get_socket (G_SOCKET_CONNECTION (self->stream));

  return self;
}

static void
raw_client_free (RawClient *self)
{
  g_io_stream_close (self->stream, NULL, NULL);
  g_object_unref (self->stream);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RawClient, raw_client_free)

static void
raw_client_write (RawClient *self,
                  const char *text)
{
  g_assert_true (g_output_stream_write_all (g_io_stream_get_output_stream (self->stream), text, strlen (text), NULL, NULL, NULL));
}

/* -1 while there is nothing; a connection that is reset has ended, too. */
static gssize
raw_client_try_read (RawClient *self,
                     char *byte)
{
  GPollableInputStream *input = G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (self->stream));
  g_autoptr (GError) error = NULL;
  gssize n = g_pollable_input_stream_read_nonblocking (input, byte, 1, NULL, &error);

  return n < 0 && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK) ? 0 : n;
}

/* Up to something, or to the end for NULL. */
static char *
raw_client_read (RawClient *self,
                 const char *end)
{
  GString *text = g_string_new (NULL);

  for (;;)
    {
      char byte;
      gssize n;

      WAIT_UNTIL ((n = raw_client_try_read (self, &byte)) >= 0);
      if (n == 0)
        break;
      g_string_append_c (text, byte);
      if (end != NULL && g_str_has_suffix (text->str, end))
        break;
    }

  return g_string_free (text, FALSE);
}

static void
assert_answer (RawClient *self,
               const char *status,
               const char *end)
{
  g_autofree char *text = raw_client_read (self, end);

  g_assert_true (g_str_has_prefix (text, "HTTP/1."));
  g_assert_true (g_str_has_prefix (text + strlen ("HTTP/1.x "), status));
  if (end != NULL)
    g_assert_true (g_str_has_suffix (text, end));
}

static void
run_turns (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
test_pieces (void)
{
  PeerServer *server = test_server_new (NULL, NULL);
  g_autoptr (RawClient) websocket = raw_client_new (server);
  g_autoptr (RawClient) http = raw_client_new (server);
  const char *handshake = HANDSHAKE ("/peerjs", "a") "\r\n";
  const char *request = "GET /peerjs/id HTTP/1.1\r\nHost: x\r\n\r\n";

  g_test_summary ("A request may come in pieces, whatever it asks for");

  for (const char *p = handshake; *p != '\0'; p++)
    {
      raw_client_write (websocket, (char[]){ *p, '\0' });
      run_turns ();
    }
  assert_answer (websocket, "101", OPENED);

  for (const char *p = request; *p != '\0'; p++)
    {
      raw_client_write (http, (char[]){ *p, '\0' });
      run_turns ();
    }
  assert_answer (http, "200", "\r\n\r\n");

  g_clear_pointer (&websocket, raw_client_free);
  test_server_end (server);
}

static void
test_keep_alive (void)
{
  PeerServer *server = test_server_new (NULL, NULL);
  g_autoptr (RawClient) client = raw_client_new (server);

  g_test_summary ("A connection is used for many requests, and becomes a WebSocket in the end");

  for (guint i = 0; i < 3; i++)
    {
      raw_client_write (client, "GET /peerjs/peers HTTP/1.1\r\nHost: x\r\n\r\n");
      assert_answer (client, "401", "\r\n\r\nUnauthorized");
    }
  raw_client_write (client, "GET /peerjs/peers HTTP/1.1\r\nHost: x\r\n\r\nGET /peerjs/peers HTTP/1.1\r\nHost: x\r\n\r\n");
  assert_answer (client, "401", "\r\n\r\nUnauthorized");
  assert_answer (client, "401", "\r\n\r\nUnauthorized");
  raw_client_write (client, HANDSHAKE ("/peerjs", "a") "\r\n");
  assert_answer (client, "101", OPENED);
  g_assert_nonnull (peer_server_get_client (server, "a"));

  g_clear_pointer (&client, raw_client_free);
  WAIT_UNTIL (peer_server_get_n_clients (server) == 0);
  test_server_end (server);
}

static void
test_unusual (void)
{
  static const struct
  {
    const char *request;
    const char *status;
  } cases[] = {
    { HANDSHAKE ("/peerjs", "a") "\r\n", "101" },
    { HANDSHAKE ("/%70eerjs", "b") "\r\n", "101" },
    { HANDSHAKE ("http://x/peerjs", "c") "\r\n", "101" },
    { HANDSHAKE ("/peerjs", "d") "Sec-WebSocket-Protocol: any\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n", "101" },
    { HANDSHAKE ("/other", "e") "\r\n", "400" },
    { HANDSHAKE ("/peerjs", "f") "Sec-WebSocket-Key: twice\r\n\r\n", "400" },
    { "GET /peerjs HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", "400" },
    { "POST /peerjs HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 0\r\n\r\n", "405" },
    { "nonsense\r\n\r\n", "400" },
    { "GET / HTTP/1.1\n\n", "400" },
  };
  PeerServer *server = test_server_new (NULL, NULL);

  g_test_summary ("What is not the plainest handshake is answered all the same");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (RawClient) client = raw_client_new (server);

      raw_client_write (client, cases[i].request);
      assert_answer (client, cases[i].status, g_str_equal (cases[i].status, "101") ? OPENED : NULL);
    }

  WAIT_UNTIL (peer_server_get_n_clients (server) == 0);
  test_server_end (server);
}

static void
test_long_head (void)
{
  PeerServer *server = test_server_new (NULL, NULL);
  g_autoptr (RawClient) client = raw_client_new (server);
  g_autofree char *filler = g_strnfill (30 * 1000, 'x');
  g_autofree char *request = g_strconcat (HANDSHAKE ("/peerjs", "a"), "X: ", filler, "\r\n\r\n", NULL);

  g_test_summary ("A head may be as long as libsoup has it");

  raw_client_write (client, request);
  assert_answer (client, "101", OPENED);

  g_clear_pointer (&client, raw_client_free);
  test_server_end (server);
}

static void
test_slow (void)
{
  static const char *const beginnings[] = { "", "GET /peerjs HTTP/1.1\r\nHost", "GET /peerjs/peers HTTP/1.1\r\nHost: x\r\n\r\n" };
  PeerServer *server = test_server_new ("handshake-timeout", 100, NULL);

  g_test_summary ("Who has not finished a request in time is disconnected, also after another one");

  for (guint i = 0; i < G_N_ELEMENTS (beginnings); i++)
    {
      g_autoptr (RawClient) client = raw_client_new (server);
      g_autofree char *answer = NULL;

      raw_client_write (client, beginnings[i]);
      answer = raw_client_read (client, NULL);
      g_assert_cmpint (*answer != '\0', ==, i == 2);
    }

  test_server_end (server);
}

static void
test_gone (void)
{
  PeerServer *server = test_server_new (NULL, NULL);
  g_autoptr (TestClient) witness = NULL;

  g_test_summary ("Who goes while it asks is forgotten, and so is who waits when the server stops");

  for (guint i = 0; i < 100; i++)
    {
      g_autoptr (RawClient) client = raw_client_new (server);
      const char *request = HANDSHAKE ("/peerjs", "a") "\r\nrest";

      g_output_stream_write_all (g_io_stream_get_output_stream (client->stream), request, i * strlen (request) / 99, NULL, NULL, NULL);
      if (i % 2 == 0)
        g_socket_shutdown (client->socket, FALSE, TRUE, NULL);
      if (i % 3 == 0)
        run_turns ();
    }
  witness = test_client_open (server, "witness", "t");
  g_clear_pointer (&witness, test_client_free);

  {
    g_autoptr (RawClient) silent = raw_client_new (server);
    g_autoptr (RawClient) half = raw_client_new (server);
    g_autofree char *nothing = NULL;

    raw_client_write (half, "GET ");
    run_turns ();
    test_server_end (server);
    nothing = raw_client_read (half, NULL);
    g_assert_cmpstr (nothing, ==, "");
  }
}

static PeerServer *
make_tls_server (guint timeout)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) pem = peer_certificate_new (&error);
  g_autoptr (GTlsCertificate) certificate = g_tls_certificate_new_from_pem (g_bytes_get_data (pem, NULL), g_bytes_get_size (pem), &error);

  g_assert_no_error (error);

  return test_server_new ("tls-certificate", certificate, "handshake-timeout", timeout, NULL);
}

static void
keep_result_cb (GObject *source,
                GAsyncResult *result,
                gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
test_tls (void)
{
  PeerServer *server = make_tls_server (10000);
  g_autoptr (RawClient) client = raw_client_new (server);
  g_autoptr (GIOStream) tls = g_tls_client_connection_new (client->stream, NULL, NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Requests and a WebSocket over one TLS connection, all in one record");

  g_signal_connect (tls, "accept-certificate", G_CALLBACK (accept_certificate_cb), NULL);
  g_tls_connection_handshake_async (G_TLS_CONNECTION (tls), G_PRIORITY_DEFAULT, NULL, keep_result_cb, &result);
  WAIT_UNTIL (result != NULL);
  g_assert_true (g_tls_connection_handshake_finish (G_TLS_CONNECTION (tls), result, &error));
  g_assert_no_error (error);

  g_set_object (&client->stream, tls);
  raw_client_write (client, "GET /peerjs/peers HTTP/1.1\r\nHost: x\r\n\r\n" HANDSHAKE ("/peerjs", "a") "\r\n\x89\x80yyyy");
  assert_answer (client, "401", "\r\n\r\nUnauthorized");
  assert_answer (client, "101", OPENED "\x8a");

  g_clear_pointer (&client, raw_client_free);
  test_server_end (server);
}

static void
test_tls_refused (void)
{
  PeerServer *server = make_tls_server (100);
  g_autoptr (RawClient) plain = raw_client_new (server);
  g_autoptr (RawClient) silent = raw_client_new (server);
  g_autoptr (RawClient) gone = raw_client_new (server);
  g_autofree char *nothing = NULL;

  g_test_summary ("Who does not speak TLS, or nothing, is disconnected");

  g_clear_pointer (&gone, raw_client_free);
  raw_client_write (plain, HANDSHAKE ("/peerjs", "a") "\r\n");
  g_free (raw_client_read (plain, NULL));
  nothing = raw_client_read (silent, NULL);
  g_assert_cmpstr (nothing, ==, "");
  g_assert_cmpuint (peer_server_get_n_clients (server), ==, 0);

  {
    g_autoptr (RawClient) waiting = raw_client_new (server);

    run_turns ();
    test_server_end (server);
  }
}

static void
accepted_cb (int fd,
             const struct sockaddr *address,
             socklen_t address_length,
             gpointer user_data)
{
  g_assert_cmpint (address->sa_family, ==, AF_INET);
  g_assert_cmpint (fcntl (fd, F_GETFL) & O_NONBLOCK, !=, 0);
  (*(guint *) user_data)++;
  close (fd);
}

static GSocket *
connect_to (GSocketAddress *address)
{
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);

  g_assert_true (g_socket_connect (socket, address, NULL, NULL));

  return socket;
}

static void
test_no_descriptors (void)
{
  g_autoptr (PeerPollHub) hub = peer_poll_hub_new (NULL, NULL);
  g_autoptr (GSocket) socket = peer_listener_open ("127.0.0.1", 0, NULL);
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (socket, NULL);
  g_autoptr (GSocket) first = connect_to (address);
  g_autoptr (GSocket) second = connect_to (address);
  g_autoptr (PeerAcceptor) acceptor = NULL;
  struct rlimit limit;
  struct rlimit none;
  int lowest_free;
  guint n_accepted = 0;

  g_test_summary ("Who cannot be accepted for want of descriptors waits, and nothing spins");

  g_test_expect_message ("Peer", G_LOG_LEVEL_MESSAGE, "Cannot accept connections for a moment: *");
  getrlimit (RLIMIT_NOFILE, &limit);
  lowest_free = dup (0);
  close (lowest_free);
  none = (struct rlimit){ .rlim_cur = lowest_free, .rlim_max = limit.rlim_max };
  acceptor = peer_acceptor_new (hub, socket, accepted_cb, &n_accepted);
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &none), ==, 0);
  g_main_context_iteration (NULL, TRUE);
  g_test_assert_expected_messages ();
  g_assert_cmpuint (n_accepted, ==, 0);
  g_assert_false (g_main_context_iteration (NULL, FALSE));

  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  while (n_accepted < 2)
    g_main_context_iteration (NULL, TRUE);

  g_clear_pointer (&acceptor, peer_acceptor_free);
  g_main_context_iteration (NULL, FALSE);
  g_assert_true (g_socket_is_closed (socket));
  g_assert_finalize_object (g_steal_pointer (&hub));
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/server-accept/pieces", test_pieces);
  g_test_add_func ("/server-accept/keep-alive", test_keep_alive);
  g_test_add_func ("/server-accept/unusual", test_unusual);
  g_test_add_func ("/server-accept/long-head", test_long_head);
  g_test_add_func ("/server-accept/slow", test_slow);
  g_test_add_func ("/server-accept/gone", test_gone);
  g_test_add_func ("/server-accept/no-descriptors", test_no_descriptors);
  g_test_add_func ("/server-accept/tls", test_tls);
  g_test_add_func ("/server-accept/tls-refused", test_tls_refused);

  return g_test_run ();
}
