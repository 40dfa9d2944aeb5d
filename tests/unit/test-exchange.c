/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-test-util.h"

#include "libpeerglib/peer-exchange-private.h"
#include "libpeerglib/transport/peer-loopback-transport-private.h"

/* Two exchanges that hand each other their signals, if they are not held
 * back. */
typedef struct
{
  PeerExchange *exchanges[2];
  PeerDataConnection *answered;
  GPtrArray *held;
  gboolean holds_back;
  guint n_closed;
  guint n_gathered;
} Pair;

static const char *const names[] = { "alice", "bob" };

typedef struct
{
  guint to;
  char *type;
  PeerPayload payload;
} Held;

static void
held_free (Held *held)
{
  g_free (held->type);
  peer_payload_clear (&held->payload);
  g_free (held);
}

static void
pair_deliver (Pair *pair,
              Held *held)
{
  PeerExchange *exchange = pair->exchanges[held->to];
  const char *from = names[1 - held->to];

  if (g_str_equal (held->type, "OFFER"))
    pair->answered = peer_exchange_handle_offer (exchange, from, &held->payload, PEER_SERIALIZATION_BINARY);
  else if (g_str_equal (held->type, "ANSWER"))
    peer_exchange_handle_answer (exchange, from, &held->payload);
  else
    peer_exchange_handle_candidate (exchange, from, &held->payload);
}

static void
signal_cb (PeerExchange *exchange,
           const char *remote_id,
           const char *type,
           const PeerPayload *payload,
           Pair *pair)
{
  Held *held = g_new0 (Held, 1);

  held->to = exchange == pair->exchanges[0] ? 1 : 0;
  held->type = g_strdup (type);
  held->payload.sdp_type = g_strdup (payload->sdp_type);
  held->payload.sdp = g_strdup (payload->sdp);
  held->payload.label = g_strdup (payload->label);
  held->payload.candidate = g_strdup (payload->candidate);
  held->payload.sdp_mid = g_strdup (payload->sdp_mid);
  held->payload.sdp_m_line_index = payload->sdp_m_line_index;
  g_assert_cmpstr (remote_id, ==, names[held->to]);

  if (pair->holds_back)
    {
      g_ptr_array_add (pair->held, held);
      return;
    }

  pair_deliver (pair, held);
  held_free (held);
}

static void
count_cb (PeerExchange *exchange,
          PeerDataConnection *connection,
          guint *count)
{
  (*count)++;
}

static void
pair_init (Pair *pair,
           gconstpointer data)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (PeerLinkSettings) settings = peer_link_settings_new ();
      g_autoptr (GListStore) no_servers = g_list_store_new (PEER_TYPE_ICE_SERVER);

      settings->transport_factory = peer_loopback_transport_new;
      settings->certificate = g_bytes_new_static ("test", 4);
      peer_link_settings_set_ice_servers (settings, G_LIST_MODEL (no_servers));
      pair->exchanges[i] = peer_exchange_new (settings);
      g_signal_connect (pair->exchanges[i], "signal", G_CALLBACK (signal_cb), pair);
      g_signal_connect (pair->exchanges[i], "connection-closed", G_CALLBACK (count_cb), &pair->n_closed);
      g_signal_connect (pair->exchanges[i], "gathered", G_CALLBACK (count_cb), &pair->n_gathered);
    }
  pair->held = g_ptr_array_new_with_free_func ((GDestroyNotify) held_free);
}

static void
pair_clear (Pair *pair,
            gconstpointer data)
{
  for (guint i = 0; i < 2; i++)
    {
      g_signal_handlers_disconnect_by_data (pair->exchanges[i], pair);
      g_object_unref (pair->exchanges[i]);
    }
  g_ptr_array_unref (pair->held);
}

static PeerDataConnection *
pair_open (Pair *pair)
{
  PeerDataConnection *offered = peer_exchange_offer (pair->exchanges[0], "bob", NULL);

  peer_test_wait (peer_base_connection_get_is_open (PEER_BASE_CONNECTION (offered)));
  peer_test_wait (peer_base_connection_get_is_open (PEER_BASE_CONNECTION (pair->answered)));

  return offered;
}

static void
store_value_cb (PeerDataConnection *connection,
                GVariant *value,
                GVariant **stored)
{
  *stored = g_variant_ref (value);
}

static void
test_open (Pair *pair,
           gconstpointer data)
{
  PeerDataConnection *offered;
  g_autoptr (GVariant) received = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Two exchanges make an ordinary connection, found by the other's id on both sides");

  offered = pair_open (pair);
  g_assert_true (peer_exchange_lookup (pair->exchanges[0], "bob") == offered);
  g_assert_true (peer_exchange_lookup (pair->exchanges[1], "alice") == pair->answered);
  g_assert_null (peer_base_connection_get_peer (PEER_BASE_CONNECTION (offered)));
  g_assert_cmpuint (pair->n_gathered, ==, 2);

  g_signal_connect (offered, "data", G_CALLBACK (store_value_cb), &received);
  peer_data_connection_send_text (pair->answered, "hello", &error);
  g_assert_no_error (error);
  peer_test_wait (received != NULL);
  g_assert_cmpstr (g_variant_get_string (received, NULL), ==, "hello");
}

static void
test_close (Pair *pair,
            gconstpointer data)
{
  PeerDataConnection *offered;

  g_test_summary ("Both exchanges forget a connection that closes");

  offered = pair_open (pair);
  peer_base_connection_close (PEER_BASE_CONNECTION (offered));
  g_assert_null (peer_exchange_lookup (pair->exchanges[0], "bob"));
  peer_test_wait (pair->n_closed == 2);
  g_assert_null (peer_exchange_lookup (pair->exchanges[1], "alice"));
}

static void
test_early_candidates (Pair *pair,
                       gconstpointer data)
{
  PeerDataConnection *offered;

  g_test_summary ("Candidates that arrive before their offer, and before the answer, are kept for it");

  pair->holds_back = TRUE;
  offered = peer_exchange_offer (pair->exchanges[0], "bob", NULL);
  peer_test_wait (pair->n_gathered == 1);
  g_assert_cmpuint (pair->held->len, >, 1);
  for (guint i = pair->held->len; i > 0; i--)
    pair_deliver (pair, g_ptr_array_index (pair->held, i - 1));
  g_ptr_array_set_size (pair->held, 0);
  peer_test_wait (pair->n_gathered == 2);
  for (guint i = pair->held->len; i > 0; i--)
    pair_deliver (pair, g_ptr_array_index (pair->held, i - 1));

  peer_test_wait (peer_base_connection_get_is_open (PEER_BASE_CONNECTION (offered)));
  peer_test_wait (peer_base_connection_get_is_open (PEER_BASE_CONNECTION (pair->answered)));
}

static void
test_second_offer (Pair *pair,
                   gconstpointer data)
{
  g_autoptr (PeerDataConnection) first = NULL;
  PeerDataConnection *second;

  g_test_summary ("A second offer takes the place of the connection that was there");

  first = g_object_ref (pair_open (pair));
  second = pair_open (pair);
  g_assert_true (second != first);
  g_assert_false (peer_base_connection_get_is_open (PEER_BASE_CONNECTION (first)));
  g_assert_true (peer_exchange_lookup (pair->exchanges[0], "bob") == second);
}

static void
test_no_description (Pair *pair,
                     gconstpointer data)
{
  const PeerPayload nothing = { .sdp_type = (char *) "offer" };

  g_test_summary ("An offer without a description makes no connection, an answer to nothing does no harm");

  g_assert_null (peer_exchange_handle_offer (pair->exchanges[0], "bob", &nothing, PEER_SERIALIZATION_BINARY));
  g_assert_null (peer_exchange_lookup (pair->exchanges[0], "bob"));
  peer_exchange_handle_answer (pair->exchanges[0], "bob", &nothing);
}

static void
test_close_all (Pair *pair,
                gconstpointer data)
{
  g_autoptr (PeerDataConnection) offered = NULL;

  g_test_summary ("Closing an exchange closes its connections and ends its signals");

  offered = g_object_ref (pair_open (pair));
  peer_exchange_close (pair->exchanges[0]);
  peer_exchange_close (pair->exchanges[0]);
  g_assert_false (peer_base_connection_get_is_open (PEER_BASE_CONNECTION (offered)));
  g_assert_null (peer_exchange_offer (pair->exchanges[0], "bob", NULL));
  peer_test_wait (pair->n_closed == 1);
  g_assert_null (peer_exchange_lookup (pair->exchanges[1], "alice"));
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/exchange/open", Pair, NULL, pair_init, test_open, pair_clear);
  g_test_add ("/exchange/close", Pair, NULL, pair_init, test_close, pair_clear);
  g_test_add ("/exchange/early-candidates", Pair, NULL, pair_init, test_early_candidates, pair_clear);
  g_test_add ("/exchange/second-offer", Pair, NULL, pair_init, test_second_offer, pair_clear);
  g_test_add ("/exchange/no-description", Pair, NULL, pair_init, test_no_description, pair_clear);
  g_test_add ("/exchange/close-all", Pair, NULL, pair_init, test_close_all, pair_clear);

  return g_test_run ();
}
