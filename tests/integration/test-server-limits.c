/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "raw-client.h"

#define OFFER(dst, payload) "{\"type\":\"OFFER\",\"dst\":\"" dst "\",\"payload\":" payload "}"
#define RELAYED(src, dst, payload) "{\"type\":\"OFFER\",\"src\":\"" src "\",\"dst\":\"" dst "\",\"payload\":" payload "}"
#define EXPIRED(src, dst) "{\"type\":\"EXPIRE\",\"src\":\"" src "\",\"dst\":\"" dst "\"}"

static guint64
get_stat (PeerServer *server,
          const char *name)
{
  g_autoptr (GVariant) stats = peer_server_dup_stats (server);
  guint64 value = 0;

  g_assert_true (g_variant_lookup (stats, name, "t", &value));

  return value;
}

static char *
make_offer (const char *dst,
            gsize size)
{
  g_autofree char *filler = g_strnfill (size, 'x');

  return g_strdup_printf ("{\"type\":\"OFFER\",\"dst\":\"%s\",\"payload\":\"%s\"}", dst, filler);
}

static void
test_frames (void)
{
  static const struct
  {
    const char *bytes;
    gsize length;
    guint code;
  } cases[] = {
    { "\x81\x05hello", 7, 1002 },                             /* not masked */
    { "\xf1\x80\0\0\0\0", 6, 1002 },                          /* reserved bits */
    { "\x83\x80\0\0\0\0", 6, 1002 },                          /* no such opcode */
    { "\x80\x80\0\0\0\0", 6, 1002 },                          /* the end of nothing */
    { "\x81\x82\0\0\0\0\xff\xff", 8, 1007 },                  /* not UTF-8 */
    { "\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff", 10, 1009 }, /* 2^63 - 1 bytes */
    { "\x81\xff\xff\xff\xff\xff\xff\xff\xff\xf0", 10, 1009 }, /* wraps around */
    { "\x81\xff\0\0\0\0\0\x20\0\0", 10, 1009 },               /* 2 MiB */
    { "\x89\xff\0\0\0\0\0\x08\0\0", 10, 1002 },               /* a ping of 512 KiB */
    { "\x01\x84\0\0\0\0"
      "abcd"
      "\x80\xff\0\0\0\0\0\x10\0\0",
      20, 1009 }, /* fragments, together */
  };
  PeerServer *server = test_server_new (NULL, NULL);
  TestClient *witness = test_client_open (server, "witness", "t");

  g_test_summary ("Frames that break the protocol end their connection and nobody else's");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      RawClient client;

      raw_client_open (&client, server, "raw", cases[i].bytes, cases[i].length);
      g_assert_cmpuint (raw_client_end (&client), ==, cases[i].code);
      WAIT_UNTIL (peer_server_get_n_clients (server) == 1);
    }

  test_client_send (witness, OFFER ("witness", "1"));
  assert_next (witness, RELAYED ("witness", "witness", "1"));
  test_client_free (witness);
  test_server_end (server);
}

static void
test_early_frames (void)
{
  PeerServer *server = test_server_new (NULL, NULL);
  TestClient *alice = test_client_open (server, "alice", "t");
  const char *text = OFFER ("alice", "1");
  g_autoptr (GByteArray) frame = g_byte_array_new ();
  const guint8 header[] = { 0x81, 0x80 | strlen (text), 0, 0, 0, 0 };
  RawClient client;

  g_test_summary ("What comes together with the request is not lost");

  g_byte_array_append (frame, header, sizeof header);
  g_byte_array_append (frame, (const guint8 *) text, strlen (text));
  raw_client_open (&client, server, "raw", frame->data, frame->len);
  assert_next (alice, RELAYED ("raw", "alice", "1"));

  raw_client_clear (&client);
  WAIT_UNTIL (peer_server_get_n_clients (server) == 1);
  test_client_free (alice);
  test_server_end (server);
}

static void
count_cb (PeerServer *server,
          GError *error,
          guint *count)
{
  g_assert_error (error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED);
  (*count)++;
}

static void
test_message_size (void)
{
  PeerServer *server = test_server_new ("max-message-size", 10000, NULL);
  TestClient *alice = test_client_open (server, "alice", "t");
  TestClient *bob = test_client_open (server, "bob", "t");
  g_autofree char *small = make_offer ("bob", 9900);
  g_autofree char *big = make_offer ("bob", 500 * 1000);
  guint n_errors = 0;

  g_test_summary ("A message that is too big closes with 1009, and the client gets to see it");

  g_signal_connect (server, "error", G_CALLBACK (count_cb), &n_errors);
  test_client_send (alice, small);
  g_assert_nonnull (strstr (test_client_read (bob), "xxx"));
  test_client_send (alice, big);
  g_assert_cmpuint (test_client_read_close (alice), ==, SOUP_WEBSOCKET_CLOSE_TOO_BIG);
  g_assert_cmpuint (n_errors, ==, 1);
  g_assert_cmpuint (bob->messages->len, ==, 2);

  test_client_free (alice);
  test_client_free (bob);
  test_server_end (server);
}

static void
test_large_message (void)
{
  PeerServer *server = test_server_new (NULL, NULL);
  g_autoptr (TestClient) alice = test_client_open (server, "alice", "t");
  g_autofree char *large = make_offer ("alice", 1000 * 1000);

  g_test_summary ("A large message arrives whole");

  test_client_send (alice, large);
  g_assert_cmpuint (strlen (test_client_read (alice)), ==, strlen (large) + strlen (",\"src\":\"alice\""));

  g_clear_pointer (&alice, test_client_free);
  test_server_end (server);
}

static void
test_rate (void)
{
  PeerServer *server = test_server_new ("messages-per-second", 1000, "message-burst", 5, NULL);
  TestClient *flood = test_client_open (server, "flood", "t");
  TestClient *other = test_client_open (server, "other", "t");
  const guint n_messages = 300;

  g_test_summary ("Who sends too fast is left unread for a while; nothing is lost");

  for (guint i = 0; i < n_messages; i++)
    test_client_send (flood, OFFER ("flood", "1"));
  WAIT_UNTIL (flood->messages->len > 1);
  test_client_send (other, OFFER ("other", "1"));
  assert_next (other, RELAYED ("other", "other", "1"));
  g_assert_cmpuint (flood->messages->len, <, n_messages);
  WAIT_UNTIL (flood->messages->len == n_messages + 1);

  test_client_free (flood);
  test_client_free (other);
  test_server_end (server);
}

static void
test_rate_and_gone (void)
{
  PeerServer *server = test_server_new ("messages-per-second", 1, "message-burst", 2, NULL);
  TestClient *flood = test_client_open (server, "flood", "t");

  g_test_summary ("Who is left unread can be stopped with the server");

  for (guint i = 0; i < 100; i++)
    test_client_send (flood, OFFER ("flood", "1"));
  WAIT_UNTIL (flood->messages->len > 1);

  peer_server_stop (server);
  WAIT_UNTIL (flood->is_closed);
  test_client_free (flood);
  test_server_end (server);
}

static void
test_queue (void)
{
  PeerServer *server = test_server_new ("queue-limit", 2, "queue-total-limit", 3, NULL);
  TestClient *alice = test_client_open (server, "alice", "t");
  TestClient *bob = test_client_open (server, "bob", "t");

  g_test_summary ("More than may wait expires at once");

  test_client_send (alice, OFFER ("a", "1"));
  test_client_send (alice, OFFER ("a", "2"));
  test_client_send (alice, OFFER ("a", "3"));
  assert_next (alice, EXPIRED ("a", "alice"));
  test_client_send (alice, OFFER ("b", "1"));
  assert_next (alice, EXPIRED ("b", "alice"));
  test_client_send (bob, OFFER ("b", "1"));
  test_client_send (bob, OFFER ("c", "1"));
  assert_next (bob, EXPIRED ("c", "bob"));
  g_assert_cmpuint (get_stat (server, "queued-messages"), ==, 3);

  g_object_set (server, "queue-total-limit", 0, "queue-total-size", 10, NULL);
  test_client_send (alice, OFFER ("d", "1"));
  assert_next (alice, EXPIRED ("d", "alice"));

  test_client_free (bob);
  test_client_free (alice);
  test_server_end (server);
}

static void
test_id_length (void)
{
  PeerServer *server = test_server_new (NULL, NULL);
  g_autofree char *longest = g_strnfill (128, 'i');
  g_autofree char *path = g_strdup_printf ("/peerjs?key=peerjs&token=t&id=%si", longest);
  g_autofree char *offer = g_strdup_printf ("{\"type\":\"OFFER\",\"dst\":\"%si\"}", longest);
  g_autofree char *expired = g_strdup_printf ("{\"type\":\"EXPIRE\",\"src\":\"%si\",\"dst\":\"%s\"}", longest, longest);
  TestClient *client = test_client_open (server, longest, "t");
  TestClient *refused = test_client_new (server, path);

  g_test_summary ("An id may be so long and no longer, and nobody waits for one that is");

  assert_next (refused, "{\"type\":\"ERROR\",\"payload\":{\"msg\":\"Invalid id or token provided\"}}");
  test_client_send (client, offer);
  assert_next (client, expired);

  test_client_free (client);
  test_client_free (refused);
  test_server_end (server);
}

static void
test_depth (void)
{
  PeerServer *server = test_server_new ("max-depth", 4, NULL);
  g_autoptr (TestClient) alice = test_client_open (server, "alice", "t");

  g_test_summary ("A message that is too deep is refused, and the sender can go on");

  test_client_send (alice, OFFER ("alice", "[[[[[]]]]]"));
  assert_next (alice, "{\"type\":\"ERROR\",\"payload\":{\"msg\":\"Message is nested too deeply\"}}");
  test_client_send (alice, OFFER ("alice", "[]"));
  assert_next (alice, RELAYED ("alice", "alice", "[]"));

  g_clear_pointer (&alice, test_client_free);
  test_server_end (server);
}

static void
test_address (void)
{
  PeerServer *server = test_server_new ("clients-per-address", 2, NULL);
  TestClient *a = test_client_open (server, "a", "t");
  TestClient *b = test_client_open (server, "b", "t");
  g_autoptr (TestClient) c = test_client_new (server, "/peerjs?key=peerjs&id=c&token=t");

  g_test_summary ("So many connections from one address and no more");

  assert_next (c, "{\"type\":\"ERROR\",\"payload\":{\"msg\":\"Too many connections from this address\"}}");
  test_client_free (b);
  WAIT_UNTIL (peer_server_get_n_clients (server) == 1);
  b = test_client_open (server, "b", "t");

  test_client_free (a);
  test_client_free (b);
  g_clear_pointer (&c, test_client_free);
  test_server_end (server);
}

static void
test_slow_reader (void)
{
  PeerServer *server = test_server_new ("send-buffer-size", 100 * 1000, "messages-per-second", 0, NULL);
  TestClient *alice = test_client_open (server, "alice", "t");
  g_autofree char *offer = make_offer ("slow", 100 * 1000);
  RawClient slow;

  g_test_summary ("Who does not read is disconnected; the sender is told, and it costs no memory");

  raw_client_open (&slow, server, "slow", "", 0);
  while (peer_server_get_client (server, "slow") != NULL)
    {
      guint64 n_relayed = get_stat (server, "relayed");

      test_client_send (alice, offer);
      WAIT_UNTIL (get_stat (server, "relayed") > n_relayed || peer_server_get_client (server, "slow") == NULL);
    }
  assert_next (alice, "{\"type\":\"LEAVE\",\"src\":\"slow\",\"dst\":\"alice\"}");
  g_assert_cmpuint (get_stat (server, "slow"), ==, 1);

  raw_client_clear (&slow);
  test_client_free (alice);
  test_server_end (server);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/server-limits/frames", test_frames);
  g_test_add_func ("/server-limits/early-frames", test_early_frames);
  g_test_add_func ("/server-limits/message-size", test_message_size);
  g_test_add_func ("/server-limits/large-message", test_large_message);
  g_test_add_func ("/server-limits/rate", test_rate);
  g_test_add_func ("/server-limits/rate-and-gone", test_rate_and_gone);
  g_test_add_func ("/server-limits/queue", test_queue);
  g_test_add_func ("/server-limits/id-length", test_id_length);
  g_test_add_func ("/server-limits/depth", test_depth);
  g_test_add_func ("/server-limits/address", test_address);
  g_test_add_func ("/server-limits/slow-reader", test_slow_reader);

  return g_test_run ();
}
