/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <libpeerglib/peer.h>
#include <signal.h>
#include <string.h>

#include "attacker.h"
#include "process-usage.h"
#include "wait-until.h"

#define MEBIBYTE (1024 * 1024)

/* What the victim may take for an attack beyond its limits: buffers of the
 * network, the elements of connections, what allocators keep. */
#define MEMORY_IN_USE (24 * MEBIBYTE)

typedef struct
{
  PeerServer *server;
  GSubprocess *victim;
  int victim_pid;
  PeerPeer *bystander_peer;
  PeerDataConnection *bystander;
  guint n_echoes;
  GSource *talk;
  Attacker attacker;
  ProcessUsage before;
} Fixture;

static gboolean
is_long (void)
{
  return g_getenv ("PEER_TEST_LONG") != NULL;
}

static void
on_bystander_data (PeerDataConnection *connection,
                   GVariant *value,
                   Fixture *fixture)
{
  fixture->n_echoes++;
}

static void
on_bystander_error (PeerBaseConnection *connection,
                    const GError *error)
{
  g_error ("The bystander was harmed: %s", error->message);
}

static void
on_bystander_close (PeerBaseConnection *connection)
{
  g_error ("The bystander was harmed: its connection closed");
}

/* It talks all along. */
static gboolean
talk_cb (gpointer user_data)
{
  Fixture *fixture = user_data;

  if (peer_data_connection_get_buffered_amount (fixture->bystander) == 0)
    g_assert_true (peer_data_connection_send_text (fixture->bystander, "hello", NULL));

  return G_SOURCE_CONTINUE;
}

static gboolean
is_open (PeerDataConnection *connection)
{
  return peer_base_connection_get_is_open (PEER_BASE_CONNECTION (connection));
}

static PeerPeer *
new_peer (Fixture *fixture,
          const char *id)
{
  PeerPeer *peer = peer_peer_new_for_uri (peer_server_get_uri (fixture->server), id);

  g_list_store_remove_all (G_LIST_STORE (peer_peer_get_ice_servers (peer)));

  return peer;
}

/* With all the time that a busy machine needs. */
static PeerDataConnection *
connect_to_victim (PeerPeer *peer)
{
  PeerDataConnection *connection = g_object_ref (peer_peer_connect_to (peer, "victim", NULL));

  peer_base_connection_set_connect_timeout (PEER_BASE_CONNECTION (connection), WAIT_UNTIL_DEADLINE);

  return connection;
}

static void
start_victim (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  fixture->victim = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE, &error, g_getenv ("VICTIM"),
                                      peer_server_get_uri (fixture->server), "victim", NULL);
  g_assert_no_error (error);
  fixture->victim_pid = atoi (g_subprocess_get_identifier (fixture->victim));
  WAIT_UNTIL (peer_server_get_client (fixture->server, "victim") != NULL);
}

static void
set_up (Fixture *fixture,
        gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  /* A server that holds nobody back: the victim has to help itself. */
  fixture->server = g_object_new (PEER_TYPE_SERVER,
                                  "host", "127.0.0.1",
                                  "messages-per-second", 0,
                                  "send-buffer-size", G_MAXINT32,
                                  NULL);
  peer_server_listen (fixture->server, &error);
  g_assert_no_error (error);
  start_victim (fixture);

  fixture->bystander_peer = new_peer (fixture, "bystander");
  fixture->bystander = connect_to_victim (fixture->bystander_peer);
  g_signal_connect (fixture->bystander, "error", G_CALLBACK (on_bystander_error), NULL);
  g_signal_connect (fixture->bystander, "close", G_CALLBACK (on_bystander_close), NULL);
  g_signal_connect (fixture->bystander, "data", G_CALLBACK (on_bystander_data), fixture);
  WAIT_UNTIL (is_open (fixture->bystander));
  fixture->talk = g_timeout_source_new (10);
  g_source_set_callback (fixture->talk, talk_cb, fixture, NULL);
  g_source_attach (fixture->talk, NULL);
  WAIT_UNTIL (fixture->n_echoes > 0);

  attacker_init (&fixture->attacker, peer_server_get_uri (fixture->server), "mallory", "victim");
  fixture->before = process_usage_get (fixture->victim_pid);
}

static void
tear_down (Fixture *fixture,
           gconstpointer data)
{
  g_source_destroy (fixture->talk);
  g_source_unref (fixture->talk);
  attacker_clear (&fixture->attacker);
  g_signal_handlers_disconnect_by_func (fixture->bystander, on_bystander_close, NULL);
  peer_peer_destroy (fixture->bystander_peer);
  g_object_unref (fixture->bystander);
  g_assert_finalize_object (fixture->bystander_peer);
  g_subprocess_force_exit (fixture->victim);
  g_subprocess_wait (fixture->victim, NULL, NULL);
  g_object_unref (fixture->victim);
  peer_server_stop (fixture->server);
  g_assert_finalize_object (fixture->server);
}

/* The bystander goes on, a stranger is let in, and memory is what it was but
 * for what the limits allow. */
static void
check_unharmed (Fixture *fixture,
                gsize allowed)
{
  guint n_echoes = fixture->n_echoes;
  PeerPeer *stranger = new_peer (fixture, "stranger");
  PeerDataConnection *connection = connect_to_victim (stranger);
  ProcessUsage after;

  WAIT_UNTIL (fixture->n_echoes > n_echoes + 5);
  WAIT_UNTIL (is_open (connection));
  g_assert_nonnull (g_subprocess_get_identifier (fixture->victim));
  after = process_usage_get (fixture->victim_pid);
  g_test_message ("resident %.1f to %.1f MiB, at most %.1f; threads %u to %u",
                  (double) fixture->before.resident / MEBIBYTE, (double) after.resident / MEBIBYTE,
                  (double) after.peak / MEBIBYTE, fixture->before.n_threads, after.n_threads);
#ifndef __SANITIZE_ADDRESS__
  g_assert_cmpuint (after.peak, <=, fixture->before.resident + MEMORY_IN_USE + allowed);
#endif

  peer_peer_destroy (stranger);
  g_object_unref (connection);
  g_assert_finalize_object (stranger);
}

/* BinaryPack by hand. */
static void
pack_number (GString *message,
             guint64 number)
{
  guint64 swapped = GUINT64_TO_BE (number);

  g_string_append_c (message, (char) 0xcf);
  g_string_append_len (message, (const char *) &swapped, sizeof swapped);
}

/* {__peerData: id, n: n, data: bytes, total: total} */
static GString *
pack_chunk (guint64 id,
            guint64 n,
            guint64 total,
            gsize size)
{
  GString *message = g_string_new ("\x84\xba__peerData");
  guint16 length = GUINT16_TO_BE ((guint16) size);

  pack_number (message, id);
  g_string_append (message, "\xb1n");
  pack_number (message, n);
  g_string_append (message, "\xb4"
                            "data\xda");
  g_string_append_len (message, (const char *) &length, sizeof length);
  g_string_set_size (message, message->len + size);
  g_string_append (message, "\xb5total");
  pack_number (message, total);

  return message;
}

static void
send_chunk (Fixture *fixture,
            guint64 id,
            guint64 n,
            guint64 total,
            gsize size)
{
  g_autoptr (GString) message = pack_chunk (id, n, total, size);

  attacker_send (&fixture->attacker, message->str, message->len, FALSE);
}

static void
test_wrong_totals (Fixture *fixture,
                   gconstpointer data)
{
  static const guint64 numbers[] = { 0, 1, 2, 3, 1000, 32768, 32769, 1 << 20, G_MAXUINT32, G_MAXINT64, G_MAXUINT64 };

  g_test_summary ("Chunks whose numbers cannot be cost their value alone");

  attacker_connect (&fixture->attacker, PEER_SERIALIZATION_BINARY);
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    for (guint j = 0; j < G_N_ELEMENTS (numbers); j++)
      {
        send_chunk (fixture, 1 + i, numbers[i], numbers[j], 10);
        send_chunk (fixture, 100 + i * 100 + j, numbers[j], numbers[i], 10);
      }
  attacker_check_echo (&fixture->attacker);
  check_unharmed (fixture, 0);
}

/* As many at once as are kept, and as many bytes of each as one value may
 * have: three times what the victim keeps in all. */
static void
test_endless_reassembly (Fixture *fixture,
                         gconstpointer data)
{
  Attacker others[3];

  g_test_summary ("Values that never end hold no more than a limit, on however many connections");

  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autofree char *id = g_strdup_printf ("mallory-%u", i);

      attacker_init (&others[i], peer_server_get_uri (fixture->server), id, "victim");
      attacker_connect (&others[i], PEER_SERIALIZATION_BINARY);
      for (guint64 n = 0; n < 20; n++)
        for (guint64 value = 1; value <= 60; value++)
          {
            g_autoptr (GString) message = pack_chunk (value, n, 1000, 15000);

            attacker_send (&others[i], message->str, message->len, FALSE);
          }
    }
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    attacker_check_echo (&others[i]);

  attacker_connect (&fixture->attacker, PEER_SERIALIZATION_BINARY);
  for (guint64 n = 0; n < 5000; n++)
    send_chunk (fixture, 5000, n, 30000, 1);
  attacker_check_echo (&fixture->attacker);
  check_unharmed (fixture, 16 * MEBIBYTE);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    attacker_clear (&others[i]);
}

static void
test_oversized (Fixture *fixture,
                gconstpointer data)
{
  g_test_summary ("A value over the limit of its size is given up");

  attacker_connect (&fixture->attacker, PEER_SERIALIZATION_BINARY);
  for (guint64 id = 1; id <= 20; id++)
    for (guint64 n = 0; n < 200; n++)
      send_chunk (fixture, id, n, 201, 16000);
  attacker_check_echo (&fixture->attacker);
  check_unharmed (fixture, 4 * MEBIBYTE);
}

static void
send_filled (Fixture *fixture,
             const void *head,
             gsize head_length,
             char filler,
             gsize size)
{
  g_autofree char *message = g_malloc (size);

  memset (message, filler, size);
  memcpy (message, head, head_length);
  attacker_send (&fixture->attacker, message, size, FALSE);
}

#define SEND_FILLED(head, filler, size) send_filled (fixture, head, sizeof head - 1, filler, size)

static void
test_counts_and_depth_binary (Fixture *fixture,
                              gconstpointer data)
{
  g_test_summary ("Counts that nothing follows, and nesting without end, cost one message");

  attacker_connect (&fixture->attacker, PEER_SERIALIZATION_BINARY);
  for (guint i = 0; i < 200; i++)
    {
      SEND_FILLED ("\xdd\x7f\xff\xff\xff", '\0', 5);
      SEND_FILLED ("\xdd\xff\xff\xff\xff", '\xc0', 60000);
      SEND_FILLED ("\xdf\xff\xff\xff\xff", '\x00', 60000);
      SEND_FILLED ("\xdb\xff\xff\xff\xff", 'x', 60000);
      SEND_FILLED ("\xd9\xff\xff\xff\xff", 'x', 60000);
      SEND_FILLED ("\x91", '\x91', 60000);
      SEND_FILLED ("\x81", '\x81', 60000);
      /* All of it is there: sixteen bytes of memory for each of them. */
      SEND_FILLED ("\xdc\xea\x5d", '\xc0', 60000);
    }
  attacker_check_echo (&fixture->attacker);
  check_unharmed (fixture, 32 * MEBIBYTE);
}

static void
test_counts_and_depth_json (Fixture *fixture,
                            gconstpointer data)
{
  g_test_summary ("The same of JSON");

  attacker_connect (&fixture->attacker, PEER_SERIALIZATION_JSON);
  for (guint i = 0; i < 200; i++)
    {
      SEND_FILLED ("[", '[', 60000);
      SEND_FILLED ("\"", 'x', 60000);
      SEND_FILLED ("1", '0', 60000);
      SEND_FILLED ("{\"a\":", '[', 60000);
      SEND_FILLED ("\"\\ud800", '\xff', 60000);
    }
  attacker_check_echo (&fixture->attacker);
  check_unharmed (fixture, 32 * MEBIBYTE);
}

/* In a stream nothing can follow what cannot be understood. */
static void
test_counts_and_depth_msgpack (Fixture *fixture,
                               gconstpointer data)
{
  static const struct
  {
    const char *head;
    gsize length;
    char filler;
  } messages[] = {
    { "\xdd\xff\xff\xff\xff", 5, '\xc0' },
    { "\xdf\xff\xff\xff\xff", 5, '\x00' },
    { "\xdb\xff\xff\xff\xff", 5, 'x' },
    { "\xc6\xff\xff\xff\xff", 5, 'x' },
    { "\x91", 1, '\x91' },
    { "\x81", 1, '\x81' },
  };

  g_test_summary ("A MessagePack stream over a limit ends its connection");

  for (guint i = 0; i < G_N_ELEMENTS (messages); i++)
    {
      attacker_connect (&fixture->attacker, PEER_SERIALIZATION_MSGPACK);
      for (guint n = 0; n < 100 && !fixture->attacker.is_closed; n++)
        {
          send_filled (fixture, messages[i].head, n == 0 ? messages[i].length : 0, messages[i].filler, 60000);
          g_main_context_iteration (NULL, FALSE);
        }
      WAIT_UNTIL (fixture->attacker.is_closed);
    }
  check_unharmed (fixture, 32 * MEBIBYTE);
}

static void
test_blocked (Fixture *fixture,
              gconstpointer data)
{
  g_test_summary ("What comes while the victim is busy waits at the sender's");

  attacker_connect (&fixture->attacker, PEER_SERIALIZATION_NONE);
  attacker_send (&fixture->attacker, "block", 5, TRUE);
  for (guint i = 0; i < 50 * 1000; i++)
    attacker_send (&fixture->attacker, "x", 1, FALSE);
  for (guint i = 0; i < 3000; i++)
    SEND_FILLED ("x", 'x', 60000);
  WAIT_UNTIL (fixture->attacker.n_messages > 1000);
  attacker_disconnect (&fixture->attacker);
  check_unharmed (fixture, 64 * MEBIBYTE);
}

#define SDP(text) "\"type\":\"data\",\"sdp\":{\"type\":\"offer\",\"sdp\":\"" text "\"}"

static void
test_offer_flood (Fixture *fixture,
                  gconstpointer data)
{
  guint n = is_long () ? 100 * 1000 : 20 * 1000;

  g_test_summary ("Offers of any number of connections are gone when they failed");

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *payload = g_strdup_printf ("{\"connectionId\":\"dc_%u\"," SDP ("v=0\\r\\n") "}", i);

      attacker_signal (&fixture->attacker, "OFFER", payload);
      if (i % 100 == 0)
        g_main_context_iteration (NULL, FALSE);
    }
  check_unharmed (fixture, 16 * MEBIBYTE);
}

static void
test_candidate_flood (Fixture *fixture,
                      gconstpointer data)
{
  guint n = is_long () ? 100 * 1000 : 20 * 1000;
  g_autofree char *padding = g_strnfill (3500, 'x');
  g_autofree char *large = g_strnfill (900 * 1000, 'x');

  g_test_summary ("Candidates and answers of connections that nobody knows are forgotten");

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *payload = g_strdup_printf ("{\"connectionId\":\"dc_%u\",\"type\":\"data\",\"candidate\":{\"candidate\":\"%s\"}}",
                                                  i / 70, padding);

      attacker_signal (&fixture->attacker, i % 3 == 0 ? "ANSWER" : "CANDIDATE", payload);
      if (i % 100 == 0)
        g_main_context_iteration (NULL, FALSE);
    }
  for (guint i = 0; i < 50; i++)
    {
      g_autofree char *payload = g_strdup_printf ("{\"connectionId\":\"large_%u\",\"type\":\"data\",\"candidate\":{\"candidate\":\"%s\"}}", i, large);

      attacker_signal (&fixture->attacker, "CANDIDATE", payload);
    }
  /* 256 connections of 64 candidates of 4 KiB. */
  check_unharmed (fixture, 64 * MEBIBYTE);
}

static void
signal_large (Fixture *fixture,
              const char *before,
              const char *unit,
              guint n,
              const char *after)
{
  g_autoptr (GString) payload = g_string_new (before);

  for (guint i = 0; i < n; i++)
    g_string_append (payload, unit);
  g_string_append (payload, after);
  attacker_signal (&fixture->attacker, "OFFER", payload->str);
}

static void
test_large_offers (Fixture *fixture,
                   gconstpointer data)
{
  g_test_summary ("Descriptions and metadata of any size and shape are refused or borne");

  for (guint i = 0; i < 20; i++)
    {
      signal_large (fixture, "{\"connectionId\":\"a\",\"type\":\"data\",\"sdp\":{\"type\":\"offer\",\"sdp\":\"v=0\\r\\na=", "x", 900 * 1000, "\"}}");
      signal_large (fixture, "{\"connectionId\":\"b\",\"type\":\"data\",\"sdp\":{\"type\":\"offer\",\"sdp\":\"v=0\\r\\n",
                    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\\r\\n", 5000, "\"}}");
      signal_large (fixture, "{\"connectionId\":\"c\",\"type\":\"data\",\"sdp\":{\"type\":\"offer\",\"sdp\":\"v=0\\r\\n", "a=a:b\\r\\n", 25000, "\"}}");
      signal_large (fixture, "{\"connectionId\":\"e\"," SDP ("v=0\\r\\n") ",\"metadata\":[1", ",1", 450 * 1000, "]}");
      signal_large (fixture, "{\"connectionId\":\"f\"," SDP ("v=0\\r\\n") ",\"metadata\":{\"a\":1", ",\"a\":1", 150 * 1000, "}}");
      signal_large (fixture, "{\"connectionId\":\"g\"," SDP ("v=0\\r\\n") ",\"metadata\":[[]", ",[]", 300 * 1000, "]}");
      signal_large (fixture, "{\"connectionId\":\"", "x", 900 * 1000, "\"," SDP ("v=0\\r\\n") "}");
    }
  /* The server ends those that send it this. */
  signal_large (fixture, "{\"connectionId\":\"d\"," SDP ("v=0\\r\\n") ",\"metadata\":", "[", 900 * 1000, "}");
  check_unharmed (fixture, 64 * MEBIBYTE);
}

static void
test_offer_for_existing_id (Fixture *fixture,
                            gconstpointer data)
{
  g_autofree char *others = NULL;
  g_autofree char *own = NULL;

  g_test_summary ("Nobody ends the connections of another by using their ids");

  others = g_strdup_printf ("{\"connectionId\":\"%s\"," SDP ("v=0\\r\\n") "}",
                            peer_base_connection_get_connection_id (PEER_BASE_CONNECTION (fixture->bystander)));
  for (guint i = 0; i < 100; i++)
    {
      attacker_signal (&fixture->attacker, "OFFER", others);
      attacker_signal (&fixture->attacker, "ANSWER", others);
      attacker_signal (&fixture->attacker, "CANDIDATE", others);
      attacker_signal (&fixture->attacker, "LEAVE", "{}");
      attacker_signal (&fixture->attacker, "EXPIRE", "{}");
    }

  attacker_connect (&fixture->attacker, PEER_SERIALIZATION_BINARY);
  own = g_strdup_printf ("{\"connectionId\":\"%s\"," SDP ("v=0\\r\\n") "}", fixture->attacker.connection_id);
  for (guint i = 0; i < 100; i++)
    attacker_signal (&fixture->attacker, "OFFER", own);
  WAIT_UNTIL (fixture->attacker.is_closed);
  check_unharmed (fixture, 0);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, func) g_test_add ("/hostile-peer/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("wrong-totals", test_wrong_totals);
  ADD ("endless-reassembly", test_endless_reassembly);
  ADD ("oversized", test_oversized);
  ADD ("counts-and-depth/binary", test_counts_and_depth_binary);
  ADD ("counts-and-depth/json", test_counts_and_depth_json);
  ADD ("counts-and-depth/msgpack", test_counts_and_depth_msgpack);
  ADD ("blocked", test_blocked);
  ADD ("offer-flood", test_offer_flood);
  ADD ("candidate-flood", test_candidate_flood);
  ADD ("large-offers", test_large_offers);
  ADD ("offer-for-existing-id", test_offer_for_existing_id);
#undef ADD

  return g_test_run ();
}
