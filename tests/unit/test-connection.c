/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-test-util.h"

static PeerTransportConfig *last_config;

static PeerTransport *
capturing_factory (const PeerTransportConfig *config)
{
  g_clear_pointer (&last_config, peer_transport_config_free);
  last_config = peer_transport_config_copy (config);

  return peer_loopback_transport_new (config);
}

/* Both ends say the same of the connection; values go both ways. */
static void
check_both_ways (PeerSerialization serialization,
                 const char *value)
{
  PeerTestPair pair;
  g_autoptr (PeerConnectOptions) options = peer_connect_options_new ();
  g_autoptr (GVariant) metadata = g_variant_ref_sink (g_variant_new_parsed ("{'color': <'red'>, 'n': <int64 7>}"));
  g_autoptr (GVariant) sent = g_variant_ref_sink (g_variant_new_parsed (value));
  g_autofree char *text = g_variant_print (sent, FALSE);
  g_autofree char *expected = g_strdup_printf ("data:%s", text);
  gboolean is_reliable = serialization == PEER_SERIALIZATION_MSGPACK;
  g_autoptr (GError) error = NULL;

  peer_connect_options_set_label (options, "chat");
  peer_connect_options_set_metadata (options, metadata);
  peer_connect_options_set_serialization (options, serialization);
  peer_test_pair_open (&pair, options);
  for (guint i = 0; i < 2; i++)
    {
      PeerDataConnection *connection = i == 0 ? pair.outgoing : pair.incoming;
      PeerBaseConnection *base = PEER_BASE_CONNECTION (connection);

      g_assert_cmpstr (peer_base_connection_get_label (base), ==, "chat");
      g_assert_cmpvariant (peer_base_connection_get_metadata (base), metadata);
      g_assert_cmpint (peer_data_connection_get_reliable (connection), ==, is_reliable);
      g_assert_cmpint (peer_base_connection_get_connection_type (base), ==, PEER_CONNECTION_TYPE_DATA);
      if (serialization != PEER_SERIALIZATION_BINARY_UTF8)
        g_assert_cmpint (peer_data_connection_get_serialization (connection), ==, serialization);
      g_assert_null (peer_data_connection_get_serializer (connection));
      g_assert_true (peer_data_connection_send (connection, sent, &error));
      g_assert_no_error (error);
    }
  g_assert_cmpstr (peer_base_connection_get_peer_id (PEER_BASE_CONNECTION (pair.outgoing)), ==, "bob");
  g_assert_cmpstr (peer_base_connection_get_peer_id (PEER_BASE_CONNECTION (pair.incoming)), ==, "alice");
  g_assert_cmpstr (peer_base_connection_get_connection_id (PEER_BASE_CONNECTION (pair.outgoing)), ==,
                   peer_base_connection_get_connection_id (PEER_BASE_CONNECTION (pair.incoming)));
  peer_test_wait_events (pair.outgoing_events, expected);
  peer_test_wait_events (pair.incoming_events, expected);

  peer_test_pair_clear (&pair);
}

#define STRUCTURED "{'a': <[<int64 1>, <'two'>, <3.5>]>, 'b': <true>}"

static void
test_binary (void)
{
  check_both_ways (PEER_SERIALIZATION_BINARY, STRUCTURED);
}

static void
test_binary_utf8 (void)
{
  check_both_ways (PEER_SERIALIZATION_BINARY_UTF8, STRUCTURED);
}

static void
test_json (void)
{
  check_both_ways (PEER_SERIALIZATION_JSON, STRUCTURED);
}

static void
test_msgpack (void)
{
  check_both_ways (PEER_SERIALIZATION_MSGPACK, STRUCTURED);
}

static void
test_raw (void)
{
  check_both_ways (PEER_SERIALIZATION_NONE, "'text'");
  check_both_ways (PEER_SERIALIZATION_NONE, "[byte 0x00, 0xff]");
}

static void
test_defaults (void)
{
  PeerTestPair pair;
  PeerBaseConnection *base;
  g_autofree char *offer = NULL;

  peer_test_pair_open (&pair, NULL);
  base = PEER_BASE_CONNECTION (pair.outgoing);
  g_assert_true (g_str_has_prefix (peer_base_connection_get_connection_id (base), "dc_"));
  g_assert_cmpstr (peer_base_connection_get_label (base), ==, peer_base_connection_get_connection_id (base));
  g_assert_cmpstr (peer_base_connection_get_label (PEER_BASE_CONNECTION (pair.incoming)), ==, peer_base_connection_get_label (base));
  g_assert_null (peer_base_connection_get_metadata (base));
  g_assert_null (peer_base_connection_get_metadata (PEER_BASE_CONNECTION (pair.incoming)));
  g_assert_false (peer_data_connection_get_reliable (pair.incoming));
  g_assert_cmpint (peer_data_connection_get_serialization (pair.incoming), ==, PEER_SERIALIZATION_BINARY);
  g_assert_cmpuint (peer_base_connection_get_connect_timeout (base), ==, 30);
  g_assert_true (peer_base_connection_get_peer (base) == pair.alice);
  g_assert_nonnull (strstr (peer_test_server_get_last (pair.server, "OFFER"), "\"serialization\":\"binary\""));
  g_assert_null (strstr (peer_test_server_get_last (pair.server, "OFFER"), "metadata"));

  peer_test_pair_clear (&pair);
}

static void
test_reliable (void)
{
  PeerTestPair pair;
  g_autoptr (PeerConnectOptions) options = peer_connect_options_new ();

  peer_connect_options_set_reliable (options, TRUE);
  peer_test_pair_open (&pair, options);
  g_assert_true (peer_data_connection_get_reliable (pair.outgoing));
  g_assert_true (peer_data_connection_get_reliable (pair.incoming));

  peer_test_pair_clear (&pair);
}

static void
check_config (PeerConnectOptions *options,
              gboolean ordered,
              int max_retransmits,
              int max_packet_life_time)
{
  PeerTestPair pair;

  peer_test_pair_init (&pair);
  peer_peer_set_transport_factory (pair.alice, capturing_factory);
  g_assert_nonnull (peer_peer_connect_to (pair.alice, "bob", options));
  g_assert_true (last_config->is_offerer);
  g_assert_cmpint (last_config->ordered, ==, ordered);
  g_assert_cmpint (last_config->max_retransmits, ==, max_retransmits);
  g_assert_cmpint (last_config->max_packet_life_time, ==, max_packet_life_time);
  g_assert_cmpstr (last_config->stun_server, ==, "stun://stun.l.google.com:19302");
  g_assert_nonnull (last_config->certificate);
  g_clear_pointer (&last_config, peer_transport_config_free);

  peer_test_pair_clear (&pair);
}

static void
test_options_reach_transport (void)
{
  g_autoptr (PeerConnectOptions) retransmits = g_object_new (PEER_TYPE_CONNECT_OPTIONS, "max-retransmits", 3, NULL);
  g_autoptr (PeerConnectOptions) life_time = g_object_new (PEER_TYPE_CONNECT_OPTIONS, "max-packet-life-time", 250, "ordered", TRUE, NULL);
  g_autoptr (PeerConnectOptions) reliable = g_object_new (PEER_TYPE_CONNECT_OPTIONS, "reliable", TRUE, "max-retransmits", 3, NULL);
  g_autoptr (PeerConnectOptions) msgpack = g_object_new (PEER_TYPE_CONNECT_OPTIONS, "serialization", PEER_SERIALIZATION_MSGPACK, "max-retransmits", 3, NULL);

  check_config (NULL, FALSE, -1, -1);
  check_config (retransmits, peer_connect_options_get_ordered (retransmits), 3, -1);
  check_config (life_time, TRUE, -1, 250);
  check_config (reliable, TRUE, -1, -1);
  check_config (msgpack, TRUE, -1, -1);
}

/* A custom serialization without a serializer is a mistake of the caller's
 * options, not of the program. */
static void
test_custom_without_serializer (void)
{
  PeerTestPair pair;
  g_autoptr (PeerConnectOptions) options = g_object_new (PEER_TYPE_CONNECT_OPTIONS, "serialization", PEER_SERIALIZATION_CUSTOM, NULL);

  peer_test_pair_init (&pair);
  g_test_expect_message ("Peer", G_LOG_LEVEL_CRITICAL, "*");
  g_assert_null (peer_peer_connect_to (pair.alice, "bob", options));
  g_test_assert_expected_messages ();
  g_assert_cmpuint (g_list_model_get_n_items (peer_peer_get_connections (pair.alice)), ==, 0);

  peer_test_pair_clear (&pair);
}

static void
test_before_open (void)
{
  g_autoptr (PeerTestServer) server = peer_test_server_new ();
  PeerPeer *alice = peer_test_peer_new (server, "alice");
  PeerPeer *bob = peer_test_peer_new (server, "bob");
  PeerBaseConnection *connection;
  g_autoptr (PeerTestRecorder) events = NULL;

  server->greeting = NULL;
  connection = PEER_BASE_CONNECTION (peer_peer_connect_to (alice, "bob", NULL));
  events = peer_test_recorder_new (connection);
  peer_test_wait (peer_test_server_has_client (server, "alice") && peer_test_server_has_client (server, "bob"));
  peer_test_settle ();
  g_assert_cmpuint (server->messages->len, ==, 0);

  peer_test_server_send (server, "alice", "{\"type\":\"OPEN\"}");
  peer_test_server_send (server, "bob", "{\"type\":\"OPEN\"}");
  peer_test_wait_events (events, "open");
  /* The messages that waited came in their order. */
  g_assert_nonnull (strstr (g_ptr_array_index (server->messages, 0), "\"OFFER\""));
  g_assert_nonnull (strstr (g_ptr_array_index (server->messages, 1), "candidate:1 "));
  g_assert_nonnull (strstr (g_ptr_array_index (server->messages, 2), "candidate:2 "));

  peer_test_peer_finish (alice);
  peer_test_peer_finish (bob);
}

static void
test_several_to_one_peer (void)
{
  PeerTestPair pair;
  g_autoptr (PeerDataConnection) second = NULL;
  GListModel *connections;
  const char *id;

  peer_test_pair_open (&pair, NULL);
  connections = peer_peer_get_connections (pair.alice);
  second = g_object_ref (peer_peer_connect_to (pair.alice, "bob", NULL));
  g_assert_cmpuint (g_list_model_get_n_items (connections), ==, 2);
  peer_test_wait (peer_base_connection_get_is_open (PEER_BASE_CONNECTION (second)));
  g_assert_cmpuint (g_list_model_get_n_items (peer_peer_get_connections (pair.bob)), ==, 2);

  id = peer_base_connection_get_connection_id (PEER_BASE_CONNECTION (second));
  g_assert_true (peer_peer_get_connection (pair.alice, "bob", id) == PEER_BASE_CONNECTION (second));
  g_assert_nonnull (peer_peer_get_connection (pair.bob, "alice", id));
  g_assert_null (peer_peer_get_connection (pair.alice, "carol", id));
  g_assert_null (peer_peer_get_connection (pair.alice, "bob", "dc_other"));

  peer_data_connection_send_text (second, "hello", NULL);
  peer_base_connection_close (PEER_BASE_CONNECTION (second));
  g_assert_null (peer_peer_get_connection (pair.alice, "bob", id));
  g_assert_cmpuint (g_list_model_get_n_items (connections), ==, 1);
  peer_test_wait (g_list_model_get_n_items (peer_peer_get_connections (pair.bob)) == 1);
  peer_test_assert_events (pair.incoming_events, "");
  g_assert_true (peer_base_connection_get_is_open (PEER_BASE_CONNECTION (pair.outgoing)));

  peer_test_pair_clear (&pair);
}

static void
items_changed_cb (GListModel *model,
                  guint position,
                  guint removed,
                  guint added,
                  PeerPeer *peer)
{
  if (added > 0)
    peer_peer_destroy (peer);
}

static void
test_destroyed_by_list (void)
{
  PeerTestPair pair;

  peer_test_pair_init (&pair);
  g_signal_connect (peer_peer_get_connections (pair.alice), "items-changed", G_CALLBACK (items_changed_cb), pair.alice);
  g_assert_null (peer_peer_connect_to (pair.alice, "bob", NULL));
  peer_test_assert_events (pair.alice_events, "disconnected:alice close");

  peer_test_pair_clear (&pair);
}

static void
test_destroyed_by_list_of_incoming (void)
{
  PeerTestPair pair;

  peer_test_pair_init (&pair);
  g_signal_connect (peer_peer_get_connections (pair.bob), "items-changed", G_CALLBACK (items_changed_cb), pair.bob);
  g_assert_nonnull (peer_peer_connect_to (pair.alice, "bob", NULL));
  peer_test_wait_events (pair.bob_events, "disconnected:bob close");

  peer_test_pair_clear (&pair);
}

static void
got_stats_cb (GObject *object,
              GAsyncResult *result,
              gpointer user_data)
{
  GError *error = NULL;
  GVariant **stats = user_data;

  *stats = peer_base_connection_get_stats_finish (PEER_BASE_CONNECTION (object), result, &error);
  if (*stats == NULL)
    {
      g_assert_error (error, PEER_ERROR, PEER_ERROR_NOT_OPEN_YET);
      *stats = g_variant_ref_sink (g_variant_new_boolean (FALSE));
      g_error_free (error);
    }
}

static void
test_stats (void)
{
  PeerTestPair pair;
  g_autoptr (GVariant) stats = NULL;
  g_autoptr (GVariant) closed_stats = NULL;
  guint64 n_messages = 0;

  peer_test_pair_open (&pair, NULL);
  g_assert_true (peer_data_connection_send_text (pair.outgoing, "hello", NULL));
  peer_base_connection_get_stats_async (PEER_BASE_CONNECTION (pair.outgoing), NULL, got_stats_cb, &stats);
  peer_test_wait (stats != NULL);
  g_assert_true (g_variant_lookup (stats, "messages-sent", "t", &n_messages));
  g_assert_cmpuint (n_messages, ==, 1);

  peer_base_connection_close (PEER_BASE_CONNECTION (pair.outgoing));
  peer_base_connection_get_stats_async (PEER_BASE_CONNECTION (pair.outgoing), NULL, got_stats_cb, &closed_stats);
  peer_test_wait (closed_stats != NULL);
  g_assert_true (g_variant_is_of_type (closed_stats, G_VARIANT_TYPE_BOOLEAN));

  peer_test_pair_clear (&pair);
}

static void
inject (PeerDataConnection *from,
        const char *bytes,
        gsize size)
{
  g_autoptr (GBytes) message = g_bytes_new (bytes, size);
  g_autoptr (GError) error = NULL;

  peer_transport_send (PEER_BASE_CONNECTION (from)->transport, message, FALSE, &error);
  g_assert_no_error (error);
}

static void
check_malformed (PeerSerialization serialization,
                 const char *bytes,
                 gsize size,
                 const char *expected)
{
  PeerTestPair pair;
  g_autoptr (PeerConnectOptions) options = g_object_new (PEER_TYPE_CONNECT_OPTIONS, "serialization", serialization, NULL);

  peer_test_pair_open (&pair, options);
  inject (pair.outgoing, bytes, size);
  peer_data_connection_send_text (pair.outgoing, "hello", NULL);
  peer_test_wait_events (pair.incoming_events, expected);
  g_assert_error (pair.incoming_events->error, PEER_ERROR, PEER_ERROR_INVALID_DATA);
  peer_test_assert_events (pair.bob_events, "connection");

  peer_test_pair_clear (&pair);
}

static void
test_malformed_data_binary (void)
{
  check_malformed (PEER_SERIALIZATION_BINARY, "\xdf\x7f\xff\xff\xff", 5, "error:invalid-data data:'hello'");
}

static void
test_malformed_data_json (void)
{
  check_malformed (PEER_SERIALIZATION_JSON, "{\"a\":", 5, "error:invalid-data data:'hello'");
}

static void
test_malformed_data_msgpack (void)
{
  check_malformed (PEER_SERIALIZATION_MSGPACK, "\x01\xc1", 2, "data:1 error:invalid-data close");
}

static void
test_value_too_big_to_receive (void)
{
  PeerTestPair pair;
  g_autofree char *text = g_strnfill (3000, 'x');

  peer_test_pair_init (&pair);
  peer_peer_set_max_message_size (pair.bob, 1000);
  g_assert_cmpuint (peer_peer_get_max_message_size (pair.bob), ==, 1000);
  peer_test_pair_connect (&pair, NULL);
  peer_test_wait_events (pair.outgoing_events, "open");
  g_assert_true (peer_data_connection_send_text (pair.outgoing, text, NULL));
  g_assert_true (peer_data_connection_send_text (pair.outgoing, "hello", NULL));
  peer_test_wait_events (pair.incoming_events, "open error:limit-exceeded data:'hello'");

  peer_test_pair_clear (&pair);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_summary ("Connections that carry data");

  g_test_add_func ("/connection/binary", test_binary);
  g_test_add_func ("/connection/binary-utf8", test_binary_utf8);
  g_test_add_func ("/connection/json", test_json);
  g_test_add_func ("/connection/msgpack", test_msgpack);
  g_test_add_func ("/connection/raw", test_raw);
  g_test_add_func ("/connection/defaults", test_defaults);
  g_test_add_func ("/connection/reliable", test_reliable);
  g_test_add_func ("/connection/options-reach-transport", test_options_reach_transport);
  g_test_add_func ("/connection/custom-without-serializer", test_custom_without_serializer);
  g_test_add_func ("/connection/before-open", test_before_open);
  g_test_add_func ("/connection/several-to-one-peer", test_several_to_one_peer);
  g_test_add_func ("/connection/destroyed-by-list", test_destroyed_by_list);
  g_test_add_func ("/connection/destroyed-by-list-of-incoming", test_destroyed_by_list_of_incoming);
  g_test_add_func ("/connection/stats", test_stats);
  g_test_add_func ("/connection/malformed-data-binary", test_malformed_data_binary);
  g_test_add_func ("/connection/malformed-data-json", test_malformed_data_json);
  g_test_add_func ("/connection/malformed-data-msgpack", test_malformed_data_msgpack);
  g_test_add_func ("/connection/value-too-big-to-receive", test_value_too_big_to_receive);

  return g_test_run ();
}
