/* SPDX-License-Identifier: LGPL-2.1-or-later */

#define _GNU_SOURCE /* memmem() */

#include "config.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include <libpeerglib/peer.h>

#include "fuzz-values.h"

/* A script of what some clients do to a server: in each line the digit of a
 * client, what it does, and with what. Bytes that no line can have are written
 * as \n, \r, \\ and \xHH.
 *
 *   0+QUERY   connects and asks for a WebSocket
 *   0=BYTES   sends bytes; connects before, as the next does, if it has not
 *   0>TEXT    sends a masked text frame
 *   0<        reads what has come
 *   0-        sends no more
 *   0!        resets
 *   0?        is let in, or whoever has waited longest, where that takes time
 *   0/        or is not
 *
 * A first line that begins with # names settings of the server.
 *
 * Whatever they do, a witness who was there before stays connected and can go
 * on, the limits hold, and nothing is left in the end. */

#define N_CLIENTS 4
#define N_PLACES 4
#define MAX_QUEUED 8
#define MAX_LINES 200
#define MAX_SIZE (64 * 1024)
#define SECRET "a secret for the fuzzer"
#define GREETING "undisturbed"

typedef struct
{
  PeerServer *server;
  gboolean is_closed;
  GQueue requests;                 /* that wait for a decision */
  GSocket *clients[N_CLIENTS + 1]; /* the last is the witness */
} Stage;

#define WITNESS N_CLIENTS

static void
run_until_idle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* Clients */

static void
stage_reset (Stage *self,
             guint i)
{
  struct linger linger = { .l_onoff = 1 };

  if (self->clients[i] == NULL)
    return;

  /* No port has to wait for what may still come. */
  setsockopt (g_socket_get_fd (self->clients[i]), SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  g_socket_close (self->clients[i], NULL);
  g_clear_object (&self->clients[i]);
}

static void
stage_connect (Stage *self,
               guint i)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, peer_server_get_port (self->server));
  g_autoptr (GError) error = NULL;

  self->clients[i] = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error);
  g_assert_no_error (error);
  if (!g_socket_connect (self->clients[i], address, NULL, NULL))
    g_clear_object (&self->clients[i]);
  else
    g_socket_set_blocking (self->clients[i], FALSE);
}

/* What the server does not take is lost. */
static void
stage_send (Stage *self,
            guint i,
            const GByteArray *bytes)
{
  gssize n;

  if (self->clients[i] == NULL)
    stage_connect (self, i);

  for (gsize sent = 0; self->clients[i] != NULL && sent < bytes->len; sent += n)
    {
      n = g_socket_send (self->clients[i], (const char *) bytes->data + sent, bytes->len - sent, NULL, NULL);
      run_until_idle ();
      if (n <= 0)
        break;
    }
}

static gboolean
stage_read (Stage *self,
            guint i,
            GByteArray *bytes)
{
  guint8 buffer[4096];
  gssize n;

  if (self->clients[i] == NULL)
    return FALSE;

  while ((n = g_socket_receive (self->clients[i], (char *) buffer, sizeof buffer, NULL, NULL)) > 0)
    g_byte_array_append (bytes, buffer, n);

  return n != 0;
}

/* What they send */

static guint8
unescape_digits (const char *digits)
{
  int high = g_ascii_xdigit_value (digits[0]);
  int low = g_ascii_xdigit_value (digits[1]);

  return (guint8) (MAX (high, 0) * 16 + MAX (low, 0));
}

static GByteArray *
unescape (const char *text,
          gsize length)
{
  GByteArray *bytes = g_byte_array_sized_new (length);

  for (gsize i = 0; i < length; i++)
    {
      guint8 byte = text[i];

      if (byte == '\\' && i + 1 < length)
        {
          byte = text[++i];
          if (byte == 'n')
            byte = '\n';
          else if (byte == 'r')
            byte = '\r';
          else if (byte == 'x' && i + 2 < length)
            {
              byte = unescape_digits (text + i + 1);
              i += 2;
            }
        }
      g_byte_array_append (bytes, &byte, 1);
    }

  return bytes;
}

static GByteArray *
make_head (const GByteArray *query)
{
  static const char before[] = "GET /peerjs?";
  static const char after[] = " HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                              "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n";
  GByteArray *head = g_byte_array_new ();

  g_byte_array_append (head, (const guint8 *) before, strlen (before));
  g_byte_array_append (head, query->data, query->len);
  g_byte_array_append (head, (const guint8 *) after, strlen (after));

  return head;
}

static GByteArray *
make_frame (const GByteArray *text)
{
  static const guint8 mask[] = { 'm', 'a', 's', 'k' };
  const guint8 header[] = { 0x81, 0x80 | MIN (text->len, 126), text->len >> 8, text->len };
  GByteArray *frame = g_byte_array_new ();

  g_byte_array_append (frame, header, text->len < 126 ? 2 : 4);
  g_byte_array_append (frame, mask, sizeof mask);
  for (guint i = 0; i < text->len; i++)
    {
      guint8 byte = text->data[i] ^ mask[i % 4];

      g_byte_array_append (frame, &byte, 1);
    }

  return frame;
}

static void
stage_decide (Stage *self,
              gboolean is_accepted)
{
  g_autoptr (PeerAuthRequest) request = g_queue_pop_head (&self->requests);

  if (request != NULL && is_accepted)
    peer_auth_request_accept (request);
}

static void
stage_perform (Stage *self,
               const char *line,
               gsize length)
{
  guint i = (guint8) line[0] % N_CLIENTS;
  g_autoptr (GByteArray) argument = unescape (line + 2, length - 2);
  g_autoptr (GByteArray) bytes = NULL;

  switch (line[1])
    {
    case '+':
      stage_reset (self, i);
      bytes = make_head (argument);
      stage_send (self, i, bytes);
      break;
    case '=':
      stage_send (self, i, argument);
      break;
    case '>':
      bytes = make_frame (argument);
      stage_send (self, i, bytes);
      break;
    case '<':
      stage_read (self, i, argument);
      break;
    case '-':
      if (self->clients[i] != NULL)
        g_socket_shutdown (self->clients[i], FALSE, TRUE, NULL);
      break;
    case '!':
      stage_reset (self, i);
      break;
    case '?':
      stage_decide (self, TRUE);
      break;
    case '/':
      stage_decide (self, FALSE);
      break;
    default:
      break;
    }
}

/* The server */

static void
message_cb (PeerServer *server,
            PeerServerClient *client,
            const char *type,
            const char *dst)
{
  if (g_strcmp0 (type, "KICK") == 0)
    peer_server_client_kick (client, dst);
  else if (g_strcmp0 (type, "STOP") == 0)
    peer_server_stop (server);
}

static gboolean
authenticate_cb (PeerServer *server,
                 PeerAuthRequest *request,
                 Stage *stage)
{
  if (g_str_equal (peer_auth_request_get_id (request), "witness"))
    return FALSE;

  g_queue_push_tail (&stage->requests, g_object_ref (request));

  return TRUE;
}

static void
close_cb (PeerServer *server,
          gboolean *is_closed)
{
  *is_closed = TRUE;
}

static void
configure (PeerServer *server,
           const char *settings)
{
  static const char *const secrets[] = { SECRET, NULL };
  static const char *const origins[] = { "https://example.org", NULL };
  static const char *const uris[] = { "turn:127.0.0.1", NULL };

  if (strstr (settings, "auth") != NULL)
    g_object_set (server, "auth-secrets", secrets, NULL);
  if (strstr (settings, "origins") != NULL)
    g_object_set (server, "allowed-origins", origins, NULL);
  if (strstr (settings, "proxied") != NULL)
    g_object_set (server, "proxied", TRUE, NULL);
  if (strstr (settings, "turn") != NULL)
    g_object_set (server, "turn-uris", uris, "turn-secret", SECRET, NULL);
}

static void
stage_open (Stage *self,
            const char *settings)
{
  g_autofree char *token = peer_server_mint_token (SECRET, "peerjs", "witness", G_MAXINT32);
  g_autofree char *text = g_strconcat ("key=peerjs&id=witness&token=", token, NULL);
  g_autoptr (GByteArray) query = unescape (text, strlen (text));
  g_autoptr (GByteArray) head = make_head (query);
  g_autoptr (GError) error = NULL;

  self->server = g_object_new (PEER_TYPE_SERVER,
                               "host", "127.0.0.1",
                               "allow-discovery", TRUE,
                               "concurrent-limit", N_PLACES,
                               "clients-per-address", 6,
                               "handshake-limit", 3,
                               "max-message-size", 4096,
                               "max-depth", 8,
                               "message-burst", 50,
                               "send-buffer-size", 16 * 1024,
                               "queue-limit", 2,
                               "queue-total-limit", MAX_QUEUED,
                               "queue-total-size", 4096,
                               NULL);
  configure (self->server, settings);
  if (strstr (settings, "later") != NULL)
    g_signal_connect (self->server, "authenticate", G_CALLBACK (authenticate_cb), self);
  g_signal_connect (self->server, "message", G_CALLBACK (message_cb), NULL);
  g_signal_connect (self->server, "close", G_CALLBACK (close_cb), &self->is_closed);
  g_assert_true (peer_server_listen (self->server, &error));
  g_assert_no_error (error);

  stage_send (self, WITNESS, head);
  while (peer_server_get_n_clients (self->server) == 0)
    g_main_context_iteration (NULL, TRUE);
}

static void
stage_check_limits (Stage *self)
{
  g_autoptr (GVariant) stats = peer_server_dup_stats (self->server);
  guint64 n_queued;

  g_assert_cmpuint (peer_server_get_n_clients (self->server), <=, N_PLACES);
  if (g_variant_lookup (stats, "queued-messages", "t", &n_queued))
    g_assert_cmpuint (n_queued, <=, MAX_QUEUED);
}

static void
stage_check_witness (Stage *self)
{
  static const char message[] = "{\"type\":\"OFFER\",\"dst\":\"witness\",\"payload\":\"" GREETING "\"}";
  g_autoptr (GByteArray) text = unescape (message, strlen (message));
  g_autoptr (GByteArray) frame = make_frame (text);
  g_autoptr (GByteArray) answer = g_byte_array_new ();

  stage_send (self, WITNESS, frame);
  while (stage_read (self, WITNESS, answer) && memmem (answer->data, answer->len, GREETING, strlen (GREETING)) == NULL)
    g_main_context_iteration (NULL, FALSE);

  /* What came late may have stopped the server. */
  if (peer_server_get_uri (self->server) != NULL)
    g_assert_nonnull (memmem (answer->data, answer->len, GREETING, strlen (GREETING)));
}

static void
stage_close (Stage *self)
{
  for (guint i = 0; i <= WITNESS; i++)
    stage_reset (self, i);
  peer_server_stop (self->server);
  while (!self->is_closed)
    g_main_context_iteration (NULL, TRUE);

  g_queue_clear_full (&self->requests, g_object_unref);
  g_assert_finalize_object (self->server);
  run_until_idle ();
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, MIN (size, MAX_SIZE));
  g_auto (GStrv) lines = g_strsplit (text, "\n", MAX_LINES);
  Stage stage = { 0 };

  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING);
  stage_open (&stage, lines[0] != NULL && lines[0][0] == '#' ? lines[0] : "");

  for (guint i = 0; lines[i] != NULL && peer_server_get_uri (stage.server) != NULL; i++)
    {
      gsize length = strlen (lines[i]);
      g_autoptr (GByteArray) noise = g_byte_array_new ();

      if (length < 2)
        continue;

      stage_perform (&stage, lines[i], length);
      run_until_idle ();
      stage_read (&stage, WITNESS, noise);
      stage_check_limits (&stage);
    }

  if (peer_server_get_uri (stage.server) != NULL)
    stage_check_witness (&stage);
  stage_close (&stage);

  return 0;
}
