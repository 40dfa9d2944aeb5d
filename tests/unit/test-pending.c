/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <libpeerglib/peer.h>

#include "libpeerglib/protocol/peer-chunk-private.h"
#include "libpeerglib/protocol/peer-codec-private.h"
#include "libpeerglib/protocol/peer-reassembler-private.h"
#include "peer-test-util.h"
#include "test-values.h"

#define PIECE_SIZE 10000

/* What a piece of that size costs at most. */
#define PIECE_COST (PIECE_SIZE + PEER_CHUNK_OVERHEAD + 128)

/* A chunk of zeros, which unpack to the integer 0: no value is made of more
 * than one of them, so what is complete is refused. */
static GBytes *
new_chunk (guint64 id,
           guint64 n,
           guint64 total,
           gsize size)
{
  g_autofree guint8 *data = g_malloc0 (size);
  PeerChunk chunk = { id, n, total, data, size };

  return chunk_to_message (&chunk);
}

/* A value in two chunks of which one is sent. */
static GBytes *
new_half (guint64 id)
{
  return new_chunk (id, 0, 2, PIECE_SIZE);
}

static gboolean
decode (PeerCodec *codec,
        GBytes *message,
        GError **error)
{
  g_autoptr (GBytes) owned = message;
  g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  gboolean close_requested = FALSE;

  return peer_codec_decode (codec, owned, FALSE, values, &close_requested, error);
}

static PeerCodec *
new_codec (PeerSerialization serialization,
           PeerPendingBudget *budget)
{
  PeerCodecLimits limits = PEER_CODEC_LIMITS_DEFAULT;

  limits.budget = budget;

  return peer_codec_new (serialization, &limits);
}

static void
assert_exceeded (PeerCodec *codec,
                 GBytes *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (decode (codec, message, &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED);
}

static void
test_budget_is_shared (void)
{
  g_autoptr (PeerPendingBudget) budget = peer_pending_budget_new (5 * PIECE_COST);
  g_autoptr (PeerCodec) first = new_codec (PEER_SERIALIZATION_BINARY, budget);
  g_autoptr (PeerCodec) second = new_codec (PEER_SERIALIZATION_BINARY, budget);
  g_autoptr (GError) error = NULL;

  g_test_summary ("Who exceeds the budget gives up its own oldest value, and nobody else does");

  for (guint64 id = 1; id <= 3; id++)
    g_assert_true (decode (first, new_half (id), NULL));
  for (guint64 id = 1; id <= 2; id++)
    g_assert_true (decode (second, new_half (id), NULL));
  assert_exceeded (second, new_half (3));
  g_assert_cmpuint (peer_pending_budget_get_size (budget), <=, 5 * PIECE_COST);

  /* The second's first value is gone, its other ones and the first's are not:
   * they are complete now, and no value. */
  g_assert_true (decode (second, new_chunk (1, 1, 2, PIECE_SIZE), NULL));
  for (guint64 id = 2; id <= 3; id++)
    g_assert_false (decode (second, new_chunk (id, 1, 2, PIECE_SIZE), NULL));
  for (guint64 id = 1; id <= 3; id++)
    {
      g_assert_false (decode (first, new_chunk (id, 1, 2, PIECE_SIZE), &error));
      g_assert_error (error, PEER_ERROR, PEER_ERROR_INVALID_DATA);
      g_clear_error (&error);
    }
  g_assert_cmpuint (peer_pending_budget_get_size (budget), ==, 0);
}

static void
test_budget_that_others_hold (void)
{
  g_autoptr (PeerPendingBudget) budget = peer_pending_budget_new (PIECE_COST);
  g_autoptr (PeerCodec) first = new_codec (PEER_SERIALIZATION_BINARY, budget);
  g_autoptr (PeerCodec) second = new_codec (PEER_SERIALIZATION_BINARY, budget);

  g_test_summary ("Who has nothing to give up but the newest gives that up");

  g_assert_true (decode (first, new_half (1), NULL));
  assert_exceeded (second, new_half (1));
  g_assert_cmpuint (peer_pending_budget_get_size (budget), <=, PIECE_COST);
  g_clear_pointer (&first, peer_codec_free);
  g_assert_cmpuint (peer_pending_budget_get_size (budget), ==, 0);
  g_assert_true (decode (second, new_half (2), NULL));
}

static void
test_budget_of_a_stream (void)
{
  g_autoptr (PeerPendingBudget) budget = peer_pending_budget_new (2 * PIECE_SIZE);
  g_autoptr (PeerCodec) first = new_codec (PEER_SERIALIZATION_MSGPACK, budget);
  g_autoptr (PeerCodec) second = new_codec (PEER_SERIALIZATION_MSGPACK, budget);
  g_autofree guint8 *data = g_malloc0 (PIECE_SIZE);

  g_test_summary ("The start of a value in a stream counts, and an exceeded budget ends the stream");

  /* bytes, of which a million follow */
  data[0] = 0xc6;
  data[2] = 0x0f;
  g_assert_true (decode (first, g_bytes_new (data, PIECE_SIZE), NULL));
  g_assert_cmpuint (peer_pending_budget_get_size (budget), ==, PIECE_SIZE);
  g_assert_true (decode (second, g_bytes_new (data, PIECE_SIZE), NULL));
  assert_exceeded (second, g_bytes_new (data, 1));
  g_assert_cmpuint (peer_pending_budget_get_size (budget), ==, PIECE_SIZE);
  assert_exceeded (second, g_bytes_new (data, 1));
  g_assert_true (decode (first, g_bytes_new (data, PIECE_SIZE), NULL));
}

static void
test_endless_values (void)
{
  g_autoptr (PeerPendingBudget) budget = peer_pending_budget_new (G_MAXUINT64);
  g_autoptr (PeerCodec) codec = new_codec (PEER_SERIALIZATION_BINARY, budget);
  g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  g_autoptr (GBytes) small = g_bytes_new_static ("\7", 1);
  gboolean close_requested = FALSE;

  g_test_summary ("Values that begin without end cost no more than a few");

  for (guint64 id = 1; id <= 100000; id++)
    decode (codec, new_chunk (id, 0, 2, 100), NULL);
  g_assert_cmpuint (peer_pending_budget_get_size (budget), <=, PEER_REASSEMBLER_MAX_VALUES * (100 + PEER_CHUNK_OVERHEAD + 128));

  g_assert_true (peer_codec_decode (codec, small, FALSE, values, &close_requested, NULL));
  g_assert_cmpuint (values->len, ==, 1);
}

static void
test_huge_counts (void)
{
  const char *messages[] = {
    /* arrays, maps, text and bytes of 2³² - 1, alone and inside each other */
    "dd ffffffff",
    "df ffffffff",
    "d9 ffffffff",
    "db ffffffff",
    "dd 00000001 dd ffffffff",
    "91 df ffffffff b161 01",
    "9f dd 00ffffff",
    "dd 00000005 01 01 01 01",
  };
  g_autoptr (PeerPendingBudget) budget = peer_pending_budget_new (1);
  g_autoptr (PeerCodec) codec = new_codec (PEER_SERIALIZATION_BINARY, budget);

  g_test_summary ("Counts without what they count are refused before anything is allocated for them");

  for (gsize i = 0; i < G_N_ELEMENTS (messages); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (decode (codec, bytes_from_hex (messages[i]), &error));
      g_assert_error (error, PEER_ERROR, PEER_ERROR_INVALID_DATA);
    }

  assert_exceeded (codec, new_chunk (1, 0, G_MAXUINT32, 1));
  assert_exceeded (codec, new_chunk (2, G_MAXINT64 - 1, G_MAXINT64, 1));
  g_assert_cmpuint (peer_pending_budget_get_size (budget), ==, 0);
}

/* Alice speaks the wire, past her connection. */
static void
send_raw (PeerDataConnection *connection,
          GBytes *message)
{
  g_autoptr (GBytes) owned = message;

  g_assert_true (peer_transport_send (PEER_BASE_CONNECTION (connection)->transport, owned, FALSE, NULL));
}

typedef struct
{
  PeerTestPair pair;
  PeerDataConnection *other; /* alice's end of another connection, and bob's */
  PeerDataConnection *other_incoming;
  PeerTestRecorder *other_events; /* of bob's end */
} Fixture;

static void
fixture_init (Fixture *fixture)
{
  peer_test_pair_open (&fixture->pair, NULL);
  fixture->other = g_object_ref (peer_peer_connect_to (fixture->pair.alice, "bob", NULL));
  peer_test_wait (fixture->pair.bob_events->connections->len == 2);
  fixture->other_incoming = g_object_ref (g_ptr_array_index (fixture->pair.bob_events->connections, 1));
  fixture->other_events = peer_test_recorder_new (fixture->other_incoming);
  peer_test_wait (peer_base_connection_get_is_open (PEER_BASE_CONNECTION (fixture->other)));
  peer_test_wait_events (fixture->other_events, "open");
}

static void
fixture_clear (Fixture *fixture)
{
  peer_base_connection_close (PEER_BASE_CONNECTION (fixture->other));
  peer_test_wait_events (fixture->other_events, "open data:ay close");
  g_clear_pointer (&fixture->other_events, peer_test_recorder_free);
  g_object_unref (fixture->other_incoming);
  g_object_unref (fixture->other);
  peer_test_pair_clear (&fixture->pair);
}

static guint64
get_pending_size (PeerPeer *peer)
{
  return peer_pending_budget_get_size (peer->links->pending_budget);
}

/* Half of a value comes before what an attacker sends, and half after it. */
static void
check_unharmed (void (*attack) (Fixture *fixture))
{
  Fixture fixture;
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_malloc0 (20000), 20000);
  g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE));
  g_autoptr (PeerCodec) codec = peer_codec_new (PEER_SERIALIZATION_BINARY, NULL);
  g_autoptr (PeerFrames) frames = peer_codec_encode (codec, value, 0, NULL);

  fixture_init (&fixture);
  send_raw (fixture.other, peer_frames_next (frames, NULL));
  peer_test_wait (get_pending_size (fixture.pair.bob) > 0);

  attack (&fixture);
  g_assert_error (fixture.pair.incoming_events->error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED);
  g_assert_true (peer_base_connection_get_is_open (PEER_BASE_CONNECTION (fixture.pair.incoming)));

  send_raw (fixture.other, peer_frames_next (frames, NULL));
  peer_test_wait (fixture.other_events->values->len == 1);
  g_assert_cmpvariant (g_ptr_array_index (fixture.other_events->values, 0), value);

  fixture_clear (&fixture);
}

static void
attack_with_endless_values (Fixture *fixture)
{
  peer_peer_set_max_pending_size (fixture->pair.bob, 20 * PIECE_COST);
  for (guint64 id = 1; id <= 2000; id++)
    {
      send_raw (fixture->pair.outgoing, new_half (id));
      g_main_context_iteration (NULL, FALSE);
      g_assert_cmpuint (get_pending_size (fixture->pair.bob), <=, 20 * PIECE_COST);
    }
  g_assert_true (peer_data_connection_send_text (fixture->pair.outgoing, "end", NULL));
  peer_test_wait (peer_test_find_text (fixture->pair.incoming_events, "end") >= 0);
}

static void
attack_with_huge_values (Fixture *fixture)
{
  peer_peer_set_max_pending_size (fixture->pair.bob, 20 * PIECE_COST);
  for (guint64 n = 0; n < 1000; n++)
    send_raw (fixture->pair.outgoing, new_chunk (1, n, 10000, PIECE_SIZE));
  g_assert_true (peer_data_connection_send_text (fixture->pair.outgoing, "end", NULL));
  peer_test_wait (peer_test_find_text (fixture->pair.incoming_events, "end") >= 0);
}

static void
attack_with_wrong_totals (Fixture *fixture)
{
  for (guint64 id = 1; id <= 1000; id++)
    {
      send_raw (fixture->pair.outgoing, new_chunk (id, 0, 2, 100));
      send_raw (fixture->pair.outgoing, new_chunk (id, 1, 3, 100));
      send_raw (fixture->pair.outgoing, new_chunk (id, 5, 2, 100));
    }
  send_raw (fixture->pair.outgoing, new_chunk (5000, 0, G_MAXUINT32, 100));
  g_assert_true (peer_data_connection_send_text (fixture->pair.outgoing, "end", NULL));
  peer_test_wait (peer_test_find_text (fixture->pair.incoming_events, "end") >= 0);
}

static void
test_connection_endless_values (void)
{
  g_test_summary ("Values that begin without end harm no other connection");
  check_unharmed (attack_with_endless_values);
}

static void
test_connection_huge_values (void)
{
  g_test_summary ("A value larger than the budget harms no other connection");
  check_unharmed (attack_with_huge_values);
}

static void
test_connection_wrong_totals (void)
{
  g_test_summary ("Chunks that contradict each other harm no other connection");
  check_unharmed (attack_with_wrong_totals);
}

static void
test_property (void)
{
  g_autoptr (PeerPeer) peer = peer_peer_new (NULL);
  guint64 size;
  guint n_notified = 0;

  g_object_get (peer, "max-pending-size", &size, NULL);
  g_assert_cmpuint (size, ==, 512 * 1024 * 1024);
  g_signal_connect_swapped (peer, "notify::max-pending-size", G_CALLBACK (g_atomic_int_inc), &n_notified);
  g_object_set (peer, "max-pending-size", (guint64) 1000, NULL);
  peer_peer_set_max_pending_size (peer, 1000);
  g_assert_cmpuint (n_notified, ==, 1);
  g_assert_cmpuint (peer_peer_get_max_pending_size (peer), ==, 1000);
  peer_peer_destroy (peer);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_summary ("Values that have arrived in part");

  g_test_add_func ("/pending/budget-is-shared", test_budget_is_shared);
  g_test_add_func ("/pending/budget-that-others-hold", test_budget_that_others_hold);
  g_test_add_func ("/pending/budget-of-a-stream", test_budget_of_a_stream);
  g_test_add_func ("/pending/endless-values", test_endless_values);
  g_test_add_func ("/pending/huge-counts", test_huge_counts);
  g_test_add_func ("/pending/connection-endless-values", test_connection_endless_values);
  g_test_add_func ("/pending/connection-huge-values", test_connection_huge_values);
  g_test_add_func ("/pending/connection-wrong-totals", test_connection_wrong_totals);
  g_test_add_func ("/pending/property", test_property);

  return g_test_run ();
}
