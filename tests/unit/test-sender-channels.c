/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "endpoint-pair.h"

#define SENDER(pair) PEER_SENDER ((pair)->sender->endpoint)
#define RECEIVER(pair) PEER_RECEIVER ((pair)->receiver->endpoint)

static void
set_channels (EndpointPair *pair)
{
  g_autoptr (GListStore) channels = g_list_store_new (PEER_TYPE_CONNECT_OPTIONS);
  const char *const labels[] = { "chat", "control" };

  for (guint i = 0; i < G_N_ELEMENTS (labels); i++)
    {
      g_autoptr (PeerConnectOptions) options = peer_connect_options_new ();

      peer_connect_options_set_label (options, labels[i]);
      peer_connect_options_set_reliable (options, i == 0);
      g_list_store_append (channels, options);
    }
  peer_sender_set_channels (SENDER (pair), G_LIST_MODEL (channels));
}

/* The first channel opens first; the events of both sides, whichever order
 * the second has to the rest. */
static void
connect_channels (EndpointPair *pair)
{
  peer_sender_start (SENDER (pair));
  peer_receiver_start (RECEIVER (pair));
  peer_test_wait (strstr (pair->sender->events->str, "channel:receiver:control") != NULL);
  peer_test_wait (strstr (pair->receiver->events->str, "channel:sender:control") != NULL);
  g_assert_nonnull (strstr (pair->sender->events->str, "connect:receiver channel:receiver:chat"));
  g_assert_nonnull (strstr (pair->receiver->events->str, "connect:sender"));
  g_assert_nonnull (strstr (pair->receiver->events->str, "channel:sender:chat"));
  g_string_truncate (pair->sender->events, 0);
  g_string_truncate (pair->receiver->events, 0);
}

static void
send_on (EndpointEnd *from,
         const char *id,
         const char *label,
         const char *text)
{
  PeerDataConnection *channel = peer_endpoint_get_channel (from->endpoint, id, label);
  g_autoptr (GError) error = NULL;

  g_assert_true (peer_data_connection_send (channel, g_variant_new_string (text), &error));
  g_assert_no_error (error);
}

static void
append_cb (EndpointEnd *end,
           const char *id,
           GVariant *message)
{
  g_string_append_printf (end->events, "(chat:%s) ", g_variant_get_string (message, NULL));
}

static void
test_named (EndpointPair *pair,
            gconstpointer data)
{
  g_test_summary ("Each connection has the named channels; messages go both ways on each, and a handler can have one of them");

  set_channels (pair);
  connect_channels (pair);
  g_assert_cmpuint (g_list_model_get_n_items (peer_endpoint_get_connections (pair->receiver->endpoint)), ==, 2);

  send_on (pair->sender, "receiver", "control", "stop");
  endpoint_end_wait (pair->receiver, "message:sender:'stop'");
  send_on (pair->receiver, "sender", "control", "stopped");
  endpoint_end_wait (pair->sender, "message:receiver:'stopped'");

  g_signal_connect_swapped (pair->receiver->endpoint, "message::chat", G_CALLBACK (append_cb), pair->receiver);
  send_on (pair->sender, "receiver", "control", "go");
  endpoint_end_wait (pair->receiver, "message:sender:'go'");
  g_assert_true (peer_sender_send (SENDER (pair), g_variant_new_string ("first"), NULL, NULL));
  peer_test_wait (strstr (pair->receiver->events->str, "message:sender:'first'") != NULL);
  g_assert_nonnull (strstr (pair->receiver->events->str, "(chat:first)"));
  g_string_truncate (pair->receiver->events, 0);
}

static void
test_close_one (EndpointPair *pair,
                gconstpointer data)
{
  g_test_summary ("A channel can be closed without the others; with the last one the connection ends");

  set_channels (pair);
  connect_channels (pair);
  peer_base_connection_close (PEER_BASE_CONNECTION (peer_endpoint_get_channel (pair->sender->endpoint, "receiver", "chat")));
  peer_test_wait (peer_endpoint_get_channel (pair->receiver->endpoint, "sender", "chat") == NULL);
  send_on (pair->receiver, "sender", "control", "alive");
  endpoint_end_wait (pair->sender, "message:receiver:'alive'");

  peer_base_connection_close (PEER_BASE_CONNECTION (peer_endpoint_get_channel (pair->receiver->endpoint, "sender", "control")));
  endpoint_end_wait (pair->receiver, "dispose:sender");
  endpoint_end_wait (pair->sender, "dispose:receiver");
}

static void
test_stop (EndpointPair *pair,
           gconstpointer data)
{
  g_test_summary ("Stopping ends all channels, and tells of the connection once");

  set_channels (pair);
  connect_channels (pair);
  peer_receiver_stop (RECEIVER (pair));
  endpoint_end_wait (pair->receiver, "dispose:sender");
  endpoint_end_wait (pair->sender, "dispose:receiver");
  g_assert_cmpuint (g_list_model_get_n_items (peer_endpoint_get_connections (pair->sender->endpoint)), ==, 0);
}

static void
test_unknown_labels (EndpointPair *pair,
                     gconstpointer data)
{
  g_autoptr (GListStore) channels = g_list_store_new (PEER_TYPE_CONNECT_OPTIONS);
  g_autoptr (PeerConnectOptions) options = peer_connect_options_new ();
  g_autofree char *label = g_uuid_string_random ();

  g_test_summary ("A label that came from the other side is not kept for ever");

  peer_connect_options_set_label (options, label);
  g_list_store_append (channels, options);
  peer_sender_set_channels (SENDER (pair), G_LIST_MODEL (channels));
  peer_sender_start (SENDER (pair));
  peer_receiver_start (RECEIVER (pair));
  peer_test_wait (peer_endpoint_get_channel (pair->receiver->endpoint, "sender", label) != NULL);
  g_assert_true (peer_sender_send (SENDER (pair), g_variant_new_string ("x"), NULL, NULL));
  peer_test_wait (strstr (pair->receiver->events->str, "message:sender:'x'") != NULL);
  g_assert_cmpuint (g_quark_try_string (label), ==, 0);
}

#define ADD(path, func) g_test_add (path, EndpointPair, NULL, endpoint_pair_init, func, endpoint_pair_clear)

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/sender-channels/named", test_named);
  ADD ("/sender-channels/close-one", test_close_one);
  ADD ("/sender-channels/stop", test_stop);
  ADD ("/sender-channels/unknown-labels", test_unknown_labels);

  return g_test_run ();
}
