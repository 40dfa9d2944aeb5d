/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "libpeerglib/transport/peer-certificate-private.h"
#include "raw-client.h"

#include <string.h>

#define OFFER(dst, payload) "{\"type\":\"OFFER\",\"dst\":\"" dst "\",\"payload\":" payload "}"
#define RELAYED(src, dst, payload) "{\"type\":\"OFFER\",\"src\":\"" src "\",\"dst\":\"" dst "\",\"payload\":" payload "}"
#define NOTICE(type, text) "{\"type\":\"" type "\",\"payload\":{\"msg\":\"" text "\"}}"

#define TEXT 0x81

static guint64
get_stat (PeerServer *server,
          const char *name)
{
  g_autoptr (GVariant) stats = peer_server_dup_stats (server);
  guint64 value = 0;

  g_assert_true (g_variant_lookup (stats, name, "t", &value));

  return value;
}

/* Somebody who is there before; tried again when a machine is too busy for a
 * short handshake-timeout. */
static TestClient *
open_witness (PeerServer *server)
{
  TestClient *witness = test_client_new (server, "/peerjs?key=peerjs&id=witness&token=t");

  for (guint i = 0; i < 10 && witness->websocket == NULL; i++)
    {
      test_client_free (witness);
      witness = test_client_new (server, "/peerjs?key=peerjs&id=witness&token=t");
    }

  g_assert_nonnull (witness->websocket);
  assert_next (witness, "{\"type\":\"OPEN\"}");

  return witness;
}

/* And who has lost nothing. */
static void
assert_undisturbed (TestClient *witness)
{
  test_client_send (witness, OFFER ("witness", "1"));
  assert_next (witness, RELAYED ("witness", "witness", "1"));
}

static void
end_with_witness (PeerServer *server,
                  TestClient *witness)
{
  assert_undisturbed (witness);
  test_client_free (witness);
  test_server_end (server);
}

/* Handshakes */

static guint64
get_cut_off (PeerServer *server)
{
  g_autoptr (GVariant) stats = peer_server_dup_stats (server);
  g_autoptr (GVariant) drops = g_variant_lookup_value (stats, "drops", G_VARIANT_TYPE ("a{st}"));
  guint64 n = 0;

  g_assert_true (g_variant_lookup (drops, "handshake", "t", &n));

  return n;
}

/* A handshake-timeout that a library keeps even on a busy machine. */
#define SHORT 2000

typedef struct
{
  RawClient client;
  const char *rest;
  gboolean is_cut_off;
} Dripper;

static gboolean
drip_cb (gpointer user_data)
{
  Dripper *self = user_data;
  GSocket *socket = g_socket_connection_get_socket (self->client.connection);

  self->is_cut_off = self->is_cut_off || raw_client_is_closed (&self->client);
  if (!self->is_cut_off)
    g_socket_send_with_blocking (socket, self->rest, strlen (self->rest), FALSE, NULL, NULL);

  return G_SOURCE_CONTINUE;
}

static void
test_drip (void)
{
  static const struct
  {
    const char *start;
    const char *rest;
  } cases[] = {
    { "G", "E" },
    { "GET /peerjs?id=", "a" },
    { "GET / HTTP/1.1\r\nHost: x\r\nX: ", "x" },
    { "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n", "x" },
    { "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n" },
  };
  PeerServer *server = test_server_new ("handshake-timeout", SHORT, NULL);
  TestClient *witness = open_witness (server);
  Dripper drippers[G_N_ELEMENTS (cases)] = { 0 };

  g_test_summary ("A request that comes byte by byte and never ends is cut off");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      drippers[i].rest = cases[i].rest;
      raw_client_connect (&drippers[i].client, server);
      raw_client_write_text (&drippers[i].client, cases[i].start);
      g_timeout_add (5, drip_cb, &drippers[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      WAIT_UNTIL (drippers[i].is_cut_off);
      g_source_remove_by_user_data (&drippers[i]);
      raw_client_clear (&drippers[i].client);
    }
  /* The two whose head is there are HTTP's. */
  g_assert_cmpuint (get_cut_off (server), ==, 3);

  end_with_witness (server, witness);
}

static void
test_tls_handshake (void)
{
  static const struct
  {
    const char *bytes;
    gsize length;
  } cases[] = {
    { "", 0 },
    { "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11 }, /* a ClientHello begins */
    { "\x16\x03\x01\x40\x00", 5 },                          /* a record of 16 KiB does */
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) pem = peer_certificate_new (&error);
  g_autoptr (GTlsCertificate) certificate = g_tls_certificate_new_from_pem (g_bytes_get_data (pem, NULL), g_bytes_get_size (pem), &error);
  RawClient clients[G_N_ELEMENTS (cases)] = { 0 };
  PeerServer *server;
  TestClient *witness;

  g_test_summary ("A TLS handshake that never ends is cut off");

  g_assert_no_error (error);
  server = test_server_new ("tls-certificate", certificate, "handshake-timeout", SHORT, NULL);
  witness = open_witness (server);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      raw_client_connect (&clients[i], server);
      raw_client_write (&clients[i], cases[i].bytes, cases[i].length);
    }
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      raw_client_wait_closed (&clients[i]);
      raw_client_clear (&clients[i]);
    }

  end_with_witness (server, witness);
}

static void
test_handshake_limit (void)
{
  PeerServer *server = test_server_new ("handshake-limit", 4, "handshake-timeout", 0, NULL);
  RawClient idle[12] = { 0 };
  TestClient *client;
  guint n_open = 0;

  g_test_summary ("Connections that only wait make room for one that asks");

  for (guint i = 0; i < G_N_ELEMENTS (idle); i++)
    {
      raw_client_connect (&idle[i], server);
      raw_client_write_text (&idle[i], "GET ");
    }

  WAIT_UNTIL (raw_client_is_closed (&idle[7]));
  client = test_client_open (server, "witness", "t");
  for (guint i = 0; i < G_N_ELEMENTS (idle); i++)
    {
      n_open += !raw_client_is_closed (&idle[i]);
      raw_client_clear (&idle[i]);
    }
  g_assert_cmpuint (n_open, <=, 4);
  g_assert_cmpuint (get_cut_off (server), >=, 8);

  end_with_witness (server, client);
}

static void
test_garbage (void)
{
  static const char *const requests[] = {
    "\x16\x03\x01\x02\x01\x01\r\n\r\n",
    "GET\r\n\r\n",
    "GET / HTTP/9.9\r\n\r\n",
    "GET http://[::1 HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET /%00%ff%zz?%ff=%00 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\nConnection: close\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\nConnection: close\r\n\r\n",
    "OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n",
    "POST /peerjs HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    "GET /peerjs?id=a&token=t&key=peerjs HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
    "GET /peerjs?id=a&token=t&key=peerjs HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\n\r\n",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  };
  PeerServer *server = test_server_new ("handshake-timeout", SHORT, NULL);
  TestClient *witness = open_witness (server);
  RawClient clients[G_N_ELEMENTS (requests)] = { 0 };

  g_test_summary ("Requests that are none end their connection and make nobody a client");

  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      raw_client_connect (&clients[i], server);
      raw_client_write_text (&clients[i], requests[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      raw_client_wait_closed (&clients[i]);
      raw_client_clear (&clients[i]);
      g_assert_cmpuint (peer_server_get_n_clients (server), ==, 1);
    }

  end_with_witness (server, witness);
}

static void
test_long_head (void)
{
  PeerServer *server = test_server_new (NULL, NULL);
  TestClient *witness = open_witness (server);
  g_auto (RawClient) client = { 0 };
  g_autofree char *line = g_strnfill (64 * 1024, 'x');

  g_test_summary ("A head of any length is not collected");

  raw_client_connect (&client, server);
  raw_client_write_text (&client, "GET / HTTP/1.1\r\n");
  while (!raw_client_is_closed (&client) && raw_client_write_text (&client, "X: ") &&
         raw_client_write_text (&client, line) && raw_client_write_text (&client, "\r\n"))
    ;

  end_with_witness (server, witness);
}

/* Who one is */

static void
open_forwarded (RawClient *client,
                PeerServer *server,
                const char *id,
                const char *headers)
{
  g_autofree char *query = g_strdup_printf ("key=peerjs&token=t&id=%s", id);
  g_autofree char *head = raw_client_make_head (query, headers);
  g_autofree char *answer = NULL;

  raw_client_connect (client, server);
  raw_client_write_text (client, head);
  answer = raw_client_read_head (client);
  g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 101 "));
}

static void
test_forwarded (void)
{
  static const struct
  {
    gboolean proxied;
    const char *headers;
    const char *address;
  } cases[] = {
    { FALSE, "X-Forwarded-For: 192.0.2.1\r\n", "127.0.0.1" },
    { TRUE, "", "127.0.0.1" },
    { TRUE, "X-Forwarded-For: 192.0.2.1\r\n", "192.0.2.1" },
    { TRUE, "X-Forwarded-For: 198.51.100.7, 203.0.113.9, 192.0.2.1\r\n", "192.0.2.1" },
    { TRUE, "X-Forwarded-For: 198.51.100.7\r\nX-Forwarded-For: 192.0.2.1\r\n", "192.0.2.1" },
    { TRUE, "X-Forwarded-For: 198.51.100.7, nonsense\r\n", "127.0.0.1" },
  };
  PeerServer *server = test_server_new (NULL, NULL);

  g_test_summary ("X-Forwarded-For counts when there is a proxy, and of it what the proxy wrote");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (RawClient) client = { 0 };

      g_object_set (server, "proxied", cases[i].proxied, NULL);
      open_forwarded (&client, server, "a", cases[i].headers);
      WAIT_UNTIL (peer_server_get_client (server, "a") != NULL);
      g_assert_cmpstr (peer_server_client_get_address (peer_server_get_client (server, "a")), ==, cases[i].address);
      raw_client_clear (&client);
      WAIT_UNTIL (peer_server_get_n_clients (server) == 0);
    }

  test_server_end (server);
}

static void
test_storm (void)
{
  PeerServer *server = test_server_new ("clients-per-address", 5, "proxied", TRUE, NULL);
  RawClient storm[40] = { 0 };
  g_auto (RawClient) other = { 0 };
  g_autoptr (TestClient) client = NULL;

  g_test_summary ("A storm from one network takes its own places only, and frees them");

  for (guint i = 0; i < G_N_ELEMENTS (storm); i++)
    {
      g_autofree char *id = g_strdup_printf ("storm-%u", i);
      g_autofree char *header = g_strdup_printf ("X-Forwarded-For: 2001:db8:1:2::%x\r\n", i + 1);

      open_forwarded (&storm[i], server, id, header);
    }
  WAIT_UNTIL (get_stat (server, "connections") + get_stat (server, "refused") == G_N_ELEMENTS (storm));
  g_assert_cmpuint (peer_server_get_n_clients (server), ==, 5);

  open_forwarded (&other, server, "other", "X-Forwarded-For: 2001:db8:1:3::1\r\n");
  WAIT_UNTIL (peer_server_get_client (server, "other") != NULL);

  for (guint i = 0; i < G_N_ELEMENTS (storm); i++)
    raw_client_clear (&storm[i]);
  WAIT_UNTIL (peer_server_get_n_clients (server) == 1);
  raw_client_clear (&other);
  client = test_client_open (server, "later", "t");
  g_clear_pointer (&client, test_client_free);

  test_server_end (server);
}

static void
test_squatting (void)
{
  static const char *const tokens[] = { "r", "righ", "Right", "right2", "left", "%00", "right%0a" };
  PeerServer *server = test_server_new (NULL, NULL);
  TestClient *witness = test_client_open (server, "witness", "right");
  TestClient *successor;

  g_test_summary ("An id is taken over with its token and with no other");

  for (guint i = 0; i < G_N_ELEMENTS (tokens); i++)
    {
      g_autofree char *path = g_strdup_printf ("/peerjs?key=peerjs&id=witness&token=%s", tokens[i]);
      TestClient *squatter = test_client_new (server, path);

      g_assert_cmpstr (test_client_read (squatter), !=, "{\"type\":\"OPEN\"}");
      test_client_free (squatter);
      assert_undisturbed (witness);
    }

  successor = test_client_open (server, "witness", "right");
  g_assert_cmpuint (test_client_read_close (witness), ==, SOUP_WEBSOCKET_CLOSE_NORMAL);
  test_client_free (witness);
  end_with_witness (server, successor);
}

static void
test_bad_ids (void)
{
  static const char *const queries[] = {
    "id=%ff&token=t",
    "id=a&token=%c0%80",
    "id=%ed%a0%80&token=t", /* half of a surrogate pair */
    "id=a%0ab&token=t",
    "id=a%7f&token=t",
  };
  PeerServer *server = test_server_new (NULL, NULL);

  g_test_summary ("Ids and tokens are text without control characters");

  for (guint i = 0; i < G_N_ELEMENTS (queries); i++)
    {
      g_autofree char *path = g_strconcat ("/peerjs?key=peerjs&", queries[i], NULL);
      TestClient *client = test_client_new (server, path);

      assert_next (client, NOTICE ("ERROR", "Invalid id or token provided"));
      test_client_free (client);
    }
  g_assert_cmpuint (get_stat (server, "refused"), ==, G_N_ELEMENTS (queries));

  test_server_end (server);
}

/* Messages */

static char *
repeat (const char *before,
        const char *piece,
        guint n,
        const char *after)
{
  g_autoptr (GString) text = g_string_new (before);

  for (guint i = 0; i < n; i++)
    g_string_append (text, piece);
  g_string_append (text, after);

  return g_strdup (text->str);
}

static void
test_bombs (void)
{
  g_autofree char *deep = repeat ("{\"payload\":", "[", 500 * 1000, "");
  g_autofree char *deep_objects = repeat ("{\"payload\":", "{\"a\":", 100 * 1000, "");
  g_autofree char *keys = repeat ("{\"payload\":{", "\"\":0,", 150 * 1000, "\"\":0}}");
  g_autofree char *types = repeat ("{", "\"type\":\"OFFER\",", 60 * 1000, "\"type\":\"NONE\"}");
  g_autofree char *destinations = repeat ("{", "\"dst\":\"a\",", 60 * 1000, "\"dst\":\"\"}");
  g_autofree char *escapes = repeat ("{\"dst\":\"", "\\u0000", 150 * 1000, "\"}");
  g_autofree char *number = repeat ("{\"payload\":1e", "9", 900 * 1000, "}");
  g_autofree char *unterminated = repeat ("{\"payload\":\"", "\\\\", 400 * 1000, "");
  const char *const bombs[] = { deep, deep_objects, keys, types, destinations, escapes, number, unterminated,
                                "", "{", "[]", "null", "{\"type\":{},\"dst\":[]}", "\xef\xbb\xbf{}" };
  PeerServer *server = test_server_new (NULL, NULL);
  TestClient *witness = open_witness (server);
  g_auto (RawClient) bomber = { 0 };

  g_test_summary ("JSON that is deep, wide, long or none costs nobody anything, not even who sent it");

  raw_client_open (&bomber, server, "bomber", "", 0);
  for (guint i = 0; i < G_N_ELEMENTS (bombs); i++)
    {
      g_assert_true (raw_client_write_frame (&bomber, TEXT, bombs[i], strlen (bombs[i])));
      WAIT_UNTIL (get_stat (server, "received") >= 2 * i + 1);
      assert_undisturbed (witness);
    }
  g_assert_nonnull (peer_server_get_client (server, "bomber"));
  g_assert_cmpuint (get_stat (server, "queued-messages"), ==, 0);

  end_with_witness (server, witness);
}

static void
test_invalid_text (void)
{
  PeerServer *server = test_server_new (NULL, NULL);
  TestClient *witness = open_witness (server);
  RawClient client = { 0 };

  g_test_summary ("Text is UTF-8, in all its fragments together");

  raw_client_open (&client, server, "raw", "", 0);
  raw_client_write_frame (&client, 0x01, "\"\xc3", 2);
  raw_client_write_frame (&client, 0x80, "\"", 1);
  g_assert_cmpuint (raw_client_end (&client), ==, 1007);
  WAIT_UNTIL (peer_server_get_n_clients (server) == 1);

  end_with_witness (server, witness);
}

static void
test_vanish (void)
{
  PeerServer *server = test_server_new (NULL, NULL);
  TestClient *witness = open_witness (server);
  const guint8 half[] = { TEXT, 0x80 | 100, 0, 0, 0, 0, '{', '"' };

  g_test_summary ("Who vanishes in the middle of a frame is gone");

  for (gsize length = 1; length <= sizeof half; length++)
    {
      RawClient client;

      raw_client_open (&client, server, "raw", half, length);
      WAIT_UNTIL (peer_server_get_n_clients (server) == 2);
      raw_client_clear (&client);
      WAIT_UNTIL (peer_server_get_n_clients (server) == 1);
    }

  end_with_witness (server, witness);
}

static void
test_pings (void)
{
  PeerServer *server = test_server_new ("messages-per-second", 0, "send-buffer-size", 64 * 1024, NULL);
  TestClient *witness = open_witness (server);
  g_auto (RawClient) client = { 0 };
  guint8 payload[125] = { 0 };

  g_test_summary ("Pings whose pongs nobody reads do not pile up");

  raw_client_open (&client, server, "raw", "", 0);
  while (peer_server_get_client (server, "raw") != NULL)
    for (guint i = 0; i < 100 && raw_client_write_frame (&client, 0x89, payload, sizeof payload); i++)
      ;

  end_with_witness (server, witness);
}

static void
count_expired_cb (SoupWebsocketConnection *websocket,
                  int type,
                  GBytes *message,
                  guint *n_expired)
{
  static const char start[] = "{\"type\":\"EXPIRE\"";

  if (g_bytes_get_size (message) > strlen (start) && memcmp (g_bytes_get_data (message, NULL), start, strlen (start)) == 0)
    (*n_expired)++;
}

static void
test_unknown_destinations (void)
{
  PeerServer *server = test_server_new ("messages-per-second", 0, "queue-total-limit", 1000, "alive-timeout", 0,
                                        "expire-timeout", 100, "cleanup-interval", 50, NULL);
  TestClient *witness = open_witness (server);
  TestClient *client = test_client_open (server, "client", "t");
  const guint n_messages = 100 * 1000;
  guint n_expired = 0;

  g_test_summary ("Each of 100,000 messages to nobody expires, and few of them wait");

  g_signal_connect (client->websocket, "message", G_CALLBACK (count_expired_cb), &n_expired);
  for (guint i = 0; i < n_messages; i++)
    {
      g_autofree char *offer = g_strdup_printf (OFFER ("nobody-%u", "1"), i);

      test_client_send (client, offer);
      if (i % 1000 == 0)
        {
          WAIT_UNTIL (n_expired + 3000 >= i);
          g_assert_cmpuint (get_stat (server, "queued-messages"), <=, 1000);
        }
    }
  WAIT_UNTIL (n_expired == n_messages);
  g_assert_cmpuint (get_stat (server, "queued-messages"), ==, 0);
  g_assert_cmpuint (get_stat (server, "queued-bytes"), ==, 0);

  test_client_free (client);
  end_with_witness (server, witness);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/server-hostile/drip", test_drip);
  g_test_add_func ("/server-hostile/tls-handshake", test_tls_handshake);
  g_test_add_func ("/server-hostile/handshake-limit", test_handshake_limit);
  g_test_add_func ("/server-hostile/garbage", test_garbage);
  g_test_add_func ("/server-hostile/long-head", test_long_head);
  g_test_add_func ("/server-hostile/forwarded", test_forwarded);
  g_test_add_func ("/server-hostile/storm", test_storm);
  g_test_add_func ("/server-hostile/squatting", test_squatting);
  g_test_add_func ("/server-hostile/bad-ids", test_bad_ids);
  g_test_add_func ("/server-hostile/bombs", test_bombs);
  g_test_add_func ("/server-hostile/invalid-text", test_invalid_text);
  g_test_add_func ("/server-hostile/vanish", test_vanish);
  g_test_add_func ("/server-hostile/pings", test_pings);
  g_test_add_func ("/server-hostile/unknown-destinations", test_unknown_destinations);

  return g_test_run ();
}
