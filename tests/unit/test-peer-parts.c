/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-test-util.h"

#include "libpeerglib/peer-backoff-private.h"
#include "libpeerglib/peer-ice-configuration-private.h"
#include "libpeerglib/signaling/peer-outbox-private.h"

static void
test_backoff (void)
{
  for (guint attempt = 0; attempt < 40; attempt++)
    {
      guint longest = MIN (500u << MIN (attempt, 10), 60000u);

      for (guint i = 0; i < 50; i++)
        {
          guint delay = peer_backoff_delay (500, attempt);

          g_assert_cmpuint (delay, >=, longest / 2);
          g_assert_cmpuint (delay, <=, longest);
        }
    }
  g_assert_cmpuint (peer_backoff_delay (1, G_MAXUINT), >=, 30000);
}

static char *
drain (PeerOutbox *outbox)
{
  GString *text = g_string_new (NULL);
  GBytes *message;

  while ((message = peer_outbox_peek (outbox)) != NULL)
    {
      g_string_append_len (text, g_bytes_get_data (message, NULL), g_bytes_get_size (message));
      peer_outbox_sent (outbox);
    }

  return g_string_free (text, FALSE);
}

static void
add_to_outbox (PeerOutbox *outbox,
               const char *text)
{
  g_autoptr (GBytes) message = g_bytes_new_static (text, strlen (text));

  peer_outbox_add (outbox, message);
}

static void
assert_drained (PeerOutbox *outbox,
                const char *expected)
{
  g_autofree char *text = drain (outbox);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_outbox (void)
{
  g_autoptr (PeerOutbox) outbox = peer_outbox_new ();

  add_to_outbox (outbox, "a");
  add_to_outbox (outbox, "b");
  assert_drained (outbox, "ab");
  add_to_outbox (outbox, "c");
  peer_outbox_recover (outbox);
  peer_outbox_recover (outbox);
  assert_drained (outbox, "abc");
  peer_outbox_confirm (outbox);
  peer_outbox_recover (outbox);
  assert_drained (outbox, "");
}

static void
test_outbox_bounded (void)
{
  g_autoptr (PeerOutbox) outbox = peer_outbox_new ();
  g_autofree char *first = NULL;
  g_autofree char *both = NULL;

  add_to_outbox (outbox, "a");
  for (guint i = 0; i < PEER_OUTBOX_MAX; i++)
    add_to_outbox (outbox, "b");
  first = drain (outbox);
  g_assert_cmpuint (strlen (first), ==, PEER_OUTBOX_MAX);
  g_assert_null (strchr (first, 'a'));

  add_to_outbox (outbox, "c");
  peer_outbox_recover (outbox);
  both = drain (outbox);
  g_assert_cmpuint (strlen (both), ==, PEER_OUTBOX_MAX);
  g_assert_true (g_str_has_suffix (both, "c"));
}

static void
test_early_candidates (void)
{
  g_autoptr (PeerEarlyCandidates) early = peer_early_candidates_new ();
  g_autoptr (GPtrArray) payloads = NULL;

  g_assert_null (peer_early_candidates_take (early, "alice", "c"));
  g_assert_true (peer_early_candidates_add (early, "alice", "c", "one", 3));
  g_assert_true (peer_early_candidates_add (early, "alice", "c", "twoo", 3));
  /* Neither another peer's nor what joins to the same text. */
  g_assert_true (peer_early_candidates_add (early, "bob", "c", "three", 5));
  g_assert_true (peer_early_candidates_add (early, "alicec", "", "four", 4));
  g_assert_cmpuint (peer_early_candidates_get_n_connections (early), ==, 3);
  payloads = peer_early_candidates_take (early, "alice", "c");
  g_assert_cmpuint (payloads->len, ==, 2);
  g_assert_cmpmem (g_bytes_get_data (g_ptr_array_index (payloads, 0), NULL), 3, "one", 3);
  g_assert_cmpuint (g_bytes_get_size (g_ptr_array_index (payloads, 1)), ==, 3);
  g_assert_null (peer_early_candidates_take (early, "alice", "c"));
  g_assert_cmpuint (peer_early_candidates_get_n_connections (early), ==, 2);
}

static void
test_early_candidates_bounded (void)
{
  g_autoptr (PeerEarlyCandidates) early = peer_early_candidates_new ();
  g_autoptr (GPtrArray) last = NULL;

  for (guint i = 0; i < PEER_EARLY_CANDIDATES_MAX; i++)
    g_assert_true (peer_early_candidates_add (early, "alice", "0", "x", 1));
  g_assert_false (peer_early_candidates_add (early, "alice", "0", "x", 1));
  for (guint i = 1; i <= PEER_EARLY_CONNECTIONS_MAX; i++)
    {
      g_autofree char *id = g_strdup_printf ("%u", i);

      g_assert_true (peer_early_candidates_add (early, "alice", id, "x", 1));
    }
  g_assert_cmpuint (peer_early_candidates_get_n_connections (early), ==, PEER_EARLY_CONNECTIONS_MAX);
  g_assert_null (peer_early_candidates_take (early, "alice", "0"));
  last = peer_early_candidates_take (early, "alice", "256");
  g_assert_cmpuint (last->len, ==, 1);
}

static void
count_cb (GObject *object,
          GAsyncResult *result,
          gpointer user_data)
{
  GString *events = user_data;
  g_autoptr (GError) error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    g_string_append (events, "done ");
  else
    g_string_append_printf (events, "%d ", error->code);
}

static void
test_wait_queue (void)
{
  PeerWaitQueue *queue = peer_wait_queue_new (g_main_context_default ());
  g_autoptr (GString) events = g_string_new (NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = g_error_new_literal (PEER_ERROR, PEER_ERROR_NETWORK, "Test");
  g_autoptr (GTask) first = g_task_new (NULL, NULL, count_cb, events);
  g_autoptr (GTask) second = g_task_new (NULL, cancellable, count_cb, events);
  g_autoptr (GTask) third = g_task_new (NULL, cancellable, count_cb, events);
  g_autoptr (GTask) popped = NULL;

  g_assert_true (peer_wait_queue_is_empty (queue));
  g_assert_null (peer_wait_queue_pop (queue));
  peer_wait_queue_push (queue, first);
  peer_wait_queue_push (queue, second);
  popped = peer_wait_queue_pop (queue);
  g_assert_true (popped == first);
  g_task_return_boolean (popped, TRUE);
  g_cancellable_cancel (cancellable);
  g_assert_false (peer_wait_queue_is_empty (queue));
  peer_test_wait (peer_wait_queue_is_empty (queue));
  peer_test_settle ();
  g_assert_cmpstr (events->str, ==, "done 19 ");

  g_cancellable_reset (cancellable);
  peer_wait_queue_push (queue, third);
  peer_wait_queue_fail (queue, error);
  g_assert_true (peer_wait_queue_is_empty (queue));
  peer_test_settle ();
  g_assert_cmpstr (events->str, ==, "done 19 4 ");
  peer_wait_queue_free (queue);
}

static void
test_send_queue (void)
{
  PeerTestPair pair;
  PeerTransport *transport;
  PeerSendQueue *queue = peer_send_queue_new ();
  g_autofree char *data = g_malloc0 (100000);
  g_autoptr (GBytes) message = g_bytes_new (data, 100000);

  peer_test_pair_open (&pair, NULL);
  transport = PEER_BASE_CONNECTION (pair.outgoing)->transport;
  peer_loopback_transport_set_stalled (peer_test_get_transport (pair.outgoing), TRUE);
  g_assert_true (peer_send_queue_pump (queue, transport, NULL));
  for (guint i = 0; i < 30; i++)
    peer_send_queue_push (queue, peer_frames_new (message, FALSE));
  g_assert_cmpuint (peer_send_queue_get_size (queue), ==, 3000000);
  g_assert_true (peer_send_queue_pump (queue, transport, NULL));
  g_assert_cmpuint (peer_transport_get_buffered_amount (transport), ==, 1100000);
  g_assert_cmpuint (peer_send_queue_get_size (queue), ==, 1900000);
  g_assert_true (peer_send_queue_pump (queue, transport, NULL));
  g_assert_cmpuint (peer_send_queue_get_size (queue), ==, 1900000);
  peer_send_queue_clear (queue);
  g_assert_cmpuint (peer_send_queue_get_size (queue), ==, 0);
  peer_send_queue_push (queue, peer_frames_new (message, FALSE));
  peer_send_queue_free (queue);

  peer_test_pair_clear (&pair);
}

static PeerDataConnection *
table_connection (const char *peer_id,
                  const char *connection_id)
{
  PeerDataConnectionDescription description = { .peer_id = peer_id, .connection_id = connection_id, .max_message_size = 1 };

  return peer_data_connection_new (NULL, &description);
}

static void
test_connection_table (void)
{
  PeerConnectionTable *table = peer_connection_table_new ();
  g_autoptr (PeerDataConnection) one = table_connection ("alice", "b");
  g_autoptr (PeerDataConnection) other = table_connection ("alic", "eb");
  g_autoptr (PeerDataConnection) again = table_connection ("alice", "b");
  g_autoptr (GPtrArray) of_alice = NULL;
  g_autoptr (GPtrArray) all = NULL;

  peer_connection_table_add (table, PEER_BASE_CONNECTION (one));
  peer_connection_table_add (table, PEER_BASE_CONNECTION (other));
  g_assert_true (peer_connection_table_lookup (table, "alice", "b") == PEER_BASE_CONNECTION (one));
  g_assert_true (peer_connection_table_lookup (table, "alic", "eb") == PEER_BASE_CONNECTION (other));
  g_assert_null (peer_connection_table_lookup (table, "a", "liceb"));
  g_assert_cmpuint (peer_connection_table_count_connecting (table, NULL), ==, 2);

  /* The later one of a pair of ids is the one that is found. */
  peer_connection_table_add (table, PEER_BASE_CONNECTION (again));
  peer_connection_table_remove (table, PEER_BASE_CONNECTION (one));
  g_assert_true (peer_connection_table_lookup (table, "alice", "b") == PEER_BASE_CONNECTION (again));
  of_alice = peer_connection_table_list (table, "alice");
  g_assert_cmpuint (of_alice->len, ==, 1);
  all = peer_connection_table_list (table, NULL);
  g_assert_cmpuint (all->len, ==, 2);
  g_assert_cmpuint (g_list_model_get_n_items (peer_connection_table_get_model (table)), ==, 2);
  g_assert_true (g_list_model_get_item_type (peer_connection_table_get_model (table)) == PEER_TYPE_BASE_CONNECTION);
  peer_connection_table_remove (table, PEER_BASE_CONNECTION (again));
  peer_connection_table_remove (table, PEER_BASE_CONNECTION (again));
  g_assert_null (peer_connection_table_lookup (table, "alice", "b"));
  peer_connection_table_free (table);
}

static void
test_ice_configuration (void)
{
  g_autoptr (GListStore) servers = g_list_store_new (PEER_TYPE_ICE_SERVER);
  g_autoptr (PeerIceServer) stun = peer_ice_server_new ("stun:one.example:3478", NULL, NULL);
  const char *urls[] = { "turn:two.example:3478?transport=udp", "turns:three.example", "stun:four.example", "http://five.example", "nonsense", NULL };
  g_autoptr (PeerIceServer) turn = g_object_new (PEER_TYPE_ICE_SERVER, "urls", urls, "username", "us:er@", "credential", "p/w", NULL);
  g_autoptr (PeerIceServer) empty = g_object_new (PEER_TYPE_ICE_SERVER, NULL);
  g_autoptr (PeerTransportConfig) config = peer_transport_config_new ();
  g_autoptr (PeerTransportConfig) none = peer_transport_config_new ();
  g_autoptr (PeerTransportConfig) other = peer_transport_config_new ();
  g_autoptr (PeerIceServer) turn_only = peer_ice_server_new ("turn:six.example?transport=udp", "user", "secret");

  peer_ice_configuration_apply (G_LIST_MODEL (servers), none);
  g_assert_null (none->stun_server);
  g_assert_cmpuint (g_strv_length (none->turn_servers), ==, 0);

  g_list_store_append (servers, empty);
  g_list_store_append (servers, stun);
  g_list_store_append (servers, turn);
  peer_ice_configuration_apply (G_LIST_MODEL (servers), config);
  g_assert_cmpstr (config->stun_server, ==, "stun://one.example:3478");
  g_assert_cmpuint (g_strv_length (config->turn_servers), ==, 2);
  g_assert_cmpstr (config->turn_servers[0], ==, "turn://us%3Aer%40:p%2Fw@two.example:3478?transport=udp");
  g_assert_cmpstr (config->turn_servers[1], ==, "turns://us%3Aer%40:p%2Fw@three.example");

  g_list_store_remove_all (servers);
  g_list_store_append (servers, turn_only);
  peer_ice_configuration_apply (G_LIST_MODEL (servers), other);
  g_assert_cmpstr (other->stun_server, ==, "stun://six.example");
}

static void
test_ice_default (void)
{
  g_autoptr (GListModel) servers = peer_ice_configuration_new_default ();
  g_autoptr (PeerTransportConfig) config = peer_transport_config_new ();

  g_test_summary ("Nobody’s TURN server is used without being asked for");

  peer_ice_configuration_apply (servers, config);
  g_assert_nonnull (config->stun_server);
  g_assert_cmpuint (g_strv_length (config->turn_servers), ==, 0);
}

static void
test_ice_server (void)
{
  PeerIceServer *server = peer_ice_server_new ("turn:example.org", "user", "secret");
  g_auto (GStrv) urls = NULL;
  g_autofree char *username = NULL;
  g_autofree char *credential = NULL;

  g_object_get (server, "urls", &urls, "username", &username, "credential", &credential, NULL);
  g_assert_cmpstrv (urls, peer_ice_server_get_urls (server));
  g_assert_cmpstr (urls[0], ==, "turn:example.org");
  g_assert_cmpstr (username, ==, peer_ice_server_get_username (server));
  g_assert_cmpstr (credential, ==, peer_ice_server_get_credential (server));
  g_assert_finalize_object (server);
}

static void
test_connect_options (void)
{
  PeerConnectOptions *options = peer_connect_options_new ();
  g_autoptr (GVariant) metadata = g_variant_ref_sink (g_variant_new_string ("m"));
  guint n_notified = 0;

  g_assert_null (peer_connect_options_get_label (options));
  g_assert_null (peer_connect_options_get_metadata (options));
  g_assert_cmpint (peer_connect_options_get_serialization (options), ==, PEER_SERIALIZATION_BINARY);
  g_assert_false (peer_connect_options_get_reliable (options));
  g_assert_cmpint (peer_connect_options_get_max_retransmits (options), ==, -1);
  g_assert_cmpint (peer_connect_options_get_max_packet_life_time (options), ==, -1);

  g_signal_connect_swapped (options, "notify", G_CALLBACK (g_atomic_int_inc), &n_notified);
  for (guint i = 0; i < 2; i++)
    {
      peer_connect_options_set_label (options, "chat");
      peer_connect_options_set_metadata (options, metadata);
      peer_connect_options_set_serialization (options, PEER_SERIALIZATION_JSON);
      peer_connect_options_set_reliable (options, TRUE);
      peer_connect_options_set_max_retransmits (options, 3);
      peer_connect_options_set_max_packet_life_time (options, 100);
    }
  g_assert_cmpuint (n_notified, ==, 6);
  g_assert_cmpstr (peer_connect_options_get_label (options), ==, "chat");
  g_assert_true (peer_connect_options_get_metadata (options) == metadata);
  g_assert_cmpint (peer_connect_options_get_serialization (options), ==, PEER_SERIALIZATION_JSON);
  g_assert_true (peer_connect_options_get_reliable (options));
  g_assert_cmpint (peer_connect_options_get_max_retransmits (options), ==, 3);
  g_assert_cmpint (peer_connect_options_get_max_packet_life_time (options), ==, 100);
  g_assert_finalize_object (options);
}

/* Two peers in a thread of their own, while this thread's context runs, too. */
static gpointer
thread_func (gpointer user_data)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  PeerTestPair pair;

  g_main_context_push_thread_default (context);
  peer_test_pair_open (&pair, NULL);
  g_assert_true (peer_data_connection_send_text (pair.outgoing, "hello", NULL));
  peer_test_wait_events (pair.incoming_events, "data:'hello'");
  peer_test_server_close_clients (pair.server, 0);
  peer_test_wait (peer_peer_get_is_disconnected (pair.alice) && pair.alice->reconnect_source != NULL);
  g_source_set_ready_time (pair.alice->reconnect_source, 0);
  peer_test_peer_wait_open (pair.alice);
  peer_data_connection_close_flush (pair.incoming);
  peer_test_wait_events (pair.outgoing_events, "close");
  peer_test_pair_clear (&pair);
  peer_test_settle ();
  g_main_context_pop_thread_default (context);
  g_atomic_int_set ((int *) user_data, TRUE);
  g_main_context_wakeup (NULL);

  return NULL;
}

static void
test_thread (void)
{
  int is_done = FALSE;
  GThread *thread = g_thread_new ("peers", thread_func, &is_done);

  peer_test_wait (g_atomic_int_get (&is_done));
  g_thread_join (thread);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_summary ("The parts of peers, and their main contexts");

  g_test_add_func ("/peer-parts/backoff", test_backoff);
  g_test_add_func ("/peer-parts/outbox", test_outbox);
  g_test_add_func ("/peer-parts/outbox-bounded", test_outbox_bounded);
  g_test_add_func ("/peer-parts/early-candidates", test_early_candidates);
  g_test_add_func ("/peer-parts/early-candidates-bounded", test_early_candidates_bounded);
  g_test_add_func ("/peer-parts/wait-queue", test_wait_queue);
  g_test_add_func ("/peer-parts/send-queue", test_send_queue);
  g_test_add_func ("/peer-parts/connection-table", test_connection_table);
  g_test_add_func ("/peer-parts/ice-configuration", test_ice_configuration);
  g_test_add_func ("/peer-parts/ice-default", test_ice_default);
  g_test_add_func ("/peer-parts/ice-server", test_ice_server);
  g_test_add_func ("/peer-parts/connect-options", test_connect_options);
  g_test_add_func ("/peer-parts/thread", test_thread);

  return g_test_run ();
}
