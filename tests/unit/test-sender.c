/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "endpoint-pair.h"

#define SENDER(pair) PEER_SENDER ((pair)->sender->endpoint)
#define RECEIVER(pair) PEER_RECEIVER ((pair)->receiver->endpoint)

static void
send_text (EndpointEnd *from,
           const char *text,
           const char *to)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (peer_endpoint_send (from->endpoint, g_variant_new_string (text), to, &error));
  g_assert_no_error (error);
}

static void
test_receiver_later (EndpointPair *pair,
                     gconstpointer data)
{
  g_test_summary ("A receiver that comes later is found; the messages are those of p2p");

  peer_sender_start (SENDER (pair));
  peer_test_settle ();
  peer_receiver_start (RECEIVER (pair));
  endpoint_end_wait (pair->sender, "connect:receiver channel:receiver:receiver");
  endpoint_end_wait (pair->receiver, "connect:sender channel:sender:receiver");

  g_assert_cmpstr (pair->sender->line->published->pdata[0], ==, "receiver:room {\"type\":\"invoke\",\"id\":\"sender\"}");
  g_assert_cmpstr (pair->receiver->line->published->pdata[0], ==, "sender:room {\"type\":\"invoke\",\"id\":\"receiver\"}");
  g_assert_cmpuint (peer_test_line_count (pair->sender->line, "receiver:room:receiver {\"type\":\"offer\",\"id\":\"sender\",\"offer\":{"), ==, 1);
  g_assert_cmpuint (peer_test_line_count (pair->receiver->line, "sender:room:sender {\"type\":\"answer\",\"id\":\"receiver\",\"answer\":{"), ==, 1);
  g_assert_cmpuint (peer_test_line_count (pair->sender->line, "receiver:room:receiver {\"type\":\"candidate\",\"id\":\"sender\",\"candidate\":{"), >, 0);
}

static void
test_sender_later (EndpointPair *pair,
                   gconstpointer data)
{
  g_test_summary ("A sender that comes later is found, and asked by name");

  peer_receiver_start (RECEIVER (pair));
  peer_test_settle ();
  peer_sender_start (SENDER (pair));
  endpoint_end_wait (pair->sender, "connect:receiver channel:receiver:receiver");
  endpoint_end_wait (pair->receiver, "connect:sender channel:sender:receiver");

  g_assert_cmpuint (peer_test_line_count (pair->receiver->line, "sender:room:sender {\"type\":\"invoke\",\"id\":\"receiver\"}"), ==, 1);
}

static void
test_at_once (EndpointPair *pair,
              gconstpointer data)
{
  g_test_summary ("Both begin at once: one connection, one offer");

  endpoint_pair_connect (pair);
  peer_test_settle ();
  g_assert_cmpuint (peer_test_line_count (pair->sender->line, "receiver:room:receiver {\"type\":\"offer\""), ==, 1);
  g_assert_cmpuint (g_list_model_get_n_items (peer_endpoint_get_connections (pair->sender->endpoint)), ==, 1);
  g_assert_cmpuint (g_list_model_get_n_items (peer_endpoint_get_connections (pair->receiver->endpoint)), ==, 1);
  endpoint_end_wait (pair->sender, "");
}

static void
test_other_room (EndpointPair *pair,
                 gconstpointer data)
{
  g_test_summary ("Another room is another place");

  peer_endpoint_set_room (pair->receiver->endpoint, "elsewhere");
  peer_sender_start (SENDER (pair));
  peer_receiver_start (RECEIVER (pair));
  peer_test_settle ();
  g_assert_cmpstr (pair->sender->events->str, ==, "");

  peer_receiver_stop (RECEIVER (pair));
  peer_endpoint_set_room (pair->receiver->endpoint, NULL);
  g_assert_cmpstr (peer_endpoint_get_room (pair->receiver->endpoint), ==, "default");
}

static void
test_messages (EndpointPair *pair,
               gconstpointer data)
{
  guint8 bytes[] = { 0, 255 };
  g_autoptr (GError) error = NULL;

  g_test_summary ("Text and bytes go both ways, as they are");

  endpoint_pair_connect (pair);
  send_text (pair->sender, "one", "receiver");
  send_text (pair->sender, "two", NULL);
  g_assert_true (peer_sender_send (SENDER (pair), g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, bytes, 2, 1), NULL, NULL));
  endpoint_end_wait (pair->receiver, "message:sender:'one' message:sender:'two' message:sender:[0x00, 0xff]");

  g_assert_true (peer_receiver_send (RECEIVER (pair), g_variant_new_string ("back"), NULL, NULL));
  g_assert_true (peer_receiver_send (RECEIVER (pair), g_variant_new_string ("to you"), "sender", NULL));
  endpoint_end_wait (pair->sender, "message:receiver:'back' message:receiver:'to you'");

  g_assert_false (peer_sender_send (SENDER (pair), g_variant_new_int32 (1), NULL, &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_UNSUPPORTED_VALUE);
  g_clear_error (&error);
  g_assert_false (peer_sender_send (SENDER (pair), g_variant_new_string ("x"), "nobody", &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_PEER_UNAVAILABLE);
}

static void
test_many (EndpointPair *pair,
           gconstpointer data)
{
  g_autoptr (EndpointEnd) second = endpoint_end_new (PEER_TYPE_SENDER, pair->bus, "second");
  g_autoptr (EndpointEnd) other = endpoint_end_new (PEER_TYPE_RECEIVER, pair->bus, "other");

  g_test_summary ("Every sender reaches every receiver, each of them once");

  endpoint_pair_connect (pair);
  peer_sender_start (PEER_SENDER (second->endpoint));
  endpoint_end_wait (second, "connect:receiver channel:receiver:receiver");
  peer_receiver_start (PEER_RECEIVER (other->endpoint));
  peer_test_wait (g_hash_table_size (other->endpoint->remotes) == 2);
  peer_test_wait (strstr (other->events->str, "channel:second") != NULL && strstr (other->events->str, "channel:sender") != NULL);
  endpoint_end_wait (pair->receiver, "connect:second channel:second:receiver");
  g_string_truncate (other->events, 0);

  send_text (pair->sender, "all", NULL);
  endpoint_end_wait (pair->receiver, "message:sender:'all'");
  endpoint_end_wait (other, "message:sender:'all'");
  send_text (second, "you", "other");
  endpoint_end_wait (other, "message:second:'you'");
  peer_test_settle ();
  endpoint_end_wait (pair->receiver, "");
}

static void
test_state (EndpointPair *pair,
            gconstpointer data)
{
  PeerSender *sender = SENDER (pair);
  g_autofree char *text = NULL;

  g_test_summary ("The state comes with the offer; sync merges or replaces it, and tells it whole");

  peer_sender_set_state (sender, g_variant_new_parsed ("{'audio': <true>, 'name': <'a'>}"));
  endpoint_pair_connect (pair);
  text = g_variant_print (peer_receiver_get_sender_state (RECEIVER (pair), "sender"), FALSE);
  g_assert_cmpstr (text, ==, "{'audio': <true>, 'name': <'a'>}");

  g_assert_true (peer_sender_sync (sender, g_variant_new_parsed ("{'audio': <false>}"), PEER_SYNC_MODE_MERGE, NULL));
  peer_test_wait (pair->receiver->events->len > 0);
  g_assert_nonnull (strstr (pair->receiver->events->str, "'audio': <false>"));
  g_assert_nonnull (strstr (pair->receiver->events->str, "'name': <'a'>"));
  g_string_truncate (pair->receiver->events, 0);

  g_assert_true (peer_sender_sync (sender, g_variant_new_parsed ("{'audio': <true>}"), PEER_SYNC_MODE_REPLACE, NULL));
  endpoint_end_wait (pair->receiver, "sync:sender:{'audio': <true>}");
  g_assert_true (peer_sender_sync (sender, g_variant_new_string ("gone"), PEER_SYNC_MODE_MERGE, NULL));
  endpoint_end_wait (pair->receiver, "sync:sender:'gone'");
  peer_sender_set_state (sender, NULL);
  endpoint_end_wait (pair->receiver, "sync:sender:{}");
}

static void
test_state_while_opening (EndpointPair *pair,
                          gconstpointer data)
{
  PeerSender *sender = SENDER (pair);

  g_test_summary ("A state that changes after the offer is not missed");

  peer_sender_start (sender);
  peer_receiver_start (RECEIVER (pair));
  peer_test_wait (peer_test_line_count (pair->sender->line, "receiver:room:receiver {\"type\":\"offer\"") == 1);
  g_assert_true (peer_sender_sync (sender, g_variant_new_parsed ("{'n': <int64 2>}"), PEER_SYNC_MODE_REPLACE, NULL));
  g_assert_cmpuint (peer_test_line_count (pair->sender->line, "receiver:room:receiver {\"type\":\"sync\""), ==, 0);
  endpoint_end_wait (pair->sender, "connect:receiver channel:receiver:receiver");
  peer_test_wait (peer_receiver_get_sender_state (RECEIVER (pair), "sender") != NULL);
  peer_test_wait (strstr (pair->receiver->events->str, "sync:sender:{'n': <int64 2>}") != NULL ||
                  strstr (pair->receiver->events->str, "sync:sender:{'n': <2>}") != NULL);
}

static void
test_state_without_line (EndpointPair *pair,
                         gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A state that could not be told is told when the line is there again");

  endpoint_pair_connect (pair);
  peer_test_line_set_is_lost (pair->sender->line, TRUE);
  g_assert_false (peer_sender_sync (SENDER (pair), g_variant_new_string ("later"), PEER_SYNC_MODE_REPLACE, &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_NOT_OPEN_YET);
  peer_test_line_set_is_lost (pair->sender->line, FALSE);
  endpoint_end_wait (pair->receiver, "sync:sender:'later'");
}

static void
test_queue (EndpointPair *pair,
            gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("What is sent too early waits; the oldest is dropped when it is too much, and that is said");

  g_assert_false (peer_sender_send (SENDER (pair), g_variant_new_string ("early"), NULL, &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_NOT_OPEN_YET);
  g_clear_error (&error);

  peer_endpoint_set_queue_size (pair->sender->endpoint, 2);
  peer_sender_start (SENDER (pair));
  send_text (pair->sender, "zero", NULL);
  send_text (pair->sender, "one", NULL);
  endpoint_end_wait (pair->sender, "");
  send_text (pair->sender, "two", NULL);
  endpoint_end_wait (pair->sender, "error::limit-exceeded");

  peer_receiver_start (RECEIVER (pair));
  peer_test_wait (peer_endpoint_lookup (pair->sender->endpoint, "receiver") != NULL);
  send_text (pair->sender, "three", "receiver");
  endpoint_end_wait (pair->sender, "error:receiver:limit-exceeded connect:receiver channel:receiver:receiver");
  endpoint_end_wait (pair->receiver, "connect:sender channel:sender:receiver message:sender:'two' message:sender:'three'");

  peer_receiver_stop (RECEIVER (pair));
  endpoint_end_wait (pair->sender, "dispose:receiver");
  peer_endpoint_set_queue_size (pair->sender->endpoint, 0);
  g_assert_false (peer_sender_send (SENDER (pair), g_variant_new_string ("none"), NULL, &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_NOT_OPEN_YET);
}

static void
test_stop (EndpointPair *pair,
           gconstpointer data)
{
  g_autofree char *old_id = NULL;
  EndpointEnd *end = data != NULL ? pair->sender : pair->receiver;
  EndpointEnd *other = data != NULL ? pair->receiver : pair->sender;
  g_autofree char *disposed = g_strdup_printf ("dispose:%s", peer_endpoint_get_id (other->endpoint));
  g_autofree char *other_disposed = g_strdup_printf ("dispose:%s", peer_endpoint_get_id (end->endpoint));

  g_test_summary ("Each side sees the connection end once, whichever stops; it can be started again");

  endpoint_pair_connect (pair);
  for (guint i = 0; i < 2; i++)
    peer_endpoint_stop (end->endpoint);
  g_assert_false (peer_endpoint_get_is_active (end->endpoint));
  g_assert_cmpuint (g_list_model_get_n_items (peer_endpoint_get_connections (end->endpoint)), ==, 0);
  endpoint_end_wait (end, disposed);
  endpoint_end_wait (other, other_disposed);
  g_assert_cmpuint (peer_test_line_count (end->line, data != NULL ? "receiver:room:receiver {\"type\":\"dispose\",\"id\":\"sender\""
                                                                  : "sender:room:sender {\"type\":\"dispose\",\"id\":\"receiver\""),
                    ==, 1);
  peer_test_settle ();
  endpoint_end_wait (other, "");

  endpoint_pair_connect (pair);
}

static void
test_new_id (EndpointPair *pair,
             gconstpointer data)
{
  g_autoptr (PeerSender) sender = peer_sender_new (pair->bus);
  g_autofree char *first = NULL;

  g_test_summary ("Each start has another id unless one was given");

  g_assert_null (peer_endpoint_get_id (PEER_ENDPOINT (sender)));
  peer_sender_start (sender);
  first = g_strdup (peer_endpoint_get_id (PEER_ENDPOINT (sender)));
  g_assert_true (g_uuid_string_is_valid (first));
  peer_sender_stop (sender);
  peer_sender_start (sender);
  g_assert_cmpstr (peer_endpoint_get_id (PEER_ENDPOINT (sender)), !=, first);
}

static void
test_stop_in_handlers (EndpointPair *pair,
                       gconstpointer data)
{
  g_test_summary ("It may be stopped inside of any of its signals");

  peer_test_on (pair->sender->endpoint, data, (PeerTestAction) peer_sender_stop, pair->sender->endpoint);
  peer_sender_start (SENDER (pair));
  peer_receiver_start (RECEIVER (pair));
  if (g_str_equal (data, "message"))
    peer_test_wait (pair->receiver->events->len > 0);
  if (g_str_equal (data, "message"))
    send_text (pair->receiver, "stop", NULL);
  if (g_str_equal (data, "dispose"))
    {
      peer_test_wait (pair->receiver->events->len > 0);
      peer_receiver_stop (RECEIVER (pair));
    }
  peer_test_wait (!peer_endpoint_get_is_active (pair->sender->endpoint));
  g_assert_cmpuint (g_hash_table_size (pair->sender->endpoint->remotes), ==, 0);
  peer_test_settle ();
}

static void
test_unref (EndpointPair *pair,
            gconstpointer data)
{
  g_test_summary ("The last unref ends all, with a goodbye and without a signal");

  endpoint_pair_connect (pair);
  g_clear_pointer (&pair->sender, endpoint_end_free);
  endpoint_end_wait (pair->receiver, "dispose:sender");
}

static void
test_line_comes (EndpointPair *pair,
                 gconstpointer data)
{
  g_test_summary ("Without a line nothing is an error; both announce themselves when it is there");

  pair->sender->line->is_lost = TRUE;
  pair->receiver->line->is_lost = TRUE;
  peer_sender_start (SENDER (pair));
  peer_receiver_start (RECEIVER (pair));
  peer_test_settle ();
  g_assert_cmpstr (pair->sender->events->str, ==, "");
  peer_test_line_set_is_lost (pair->receiver->line, FALSE);
  peer_test_line_set_is_lost (pair->sender->line, FALSE);
  endpoint_end_wait (pair->sender, "connect:receiver channel:receiver:receiver");
}

static void
test_offer_without_line (EndpointPair *pair,
                         gconstpointer data)
{
  g_test_summary ("An offer that cannot be published ends the connection, and the next attempt makes it");

  peer_sender_start (SENDER (pair));
  peer_test_settle ();
  pair->sender->line->is_lost = TRUE;
  peer_receiver_start (RECEIVER (pair));
  endpoint_end_wait (pair->sender, "dispose:receiver:not-open-yet");
  peer_test_line_set_is_lost (pair->sender->line, FALSE);
  endpoint_end_wait (pair->sender, "connect:receiver channel:receiver:receiver");
}

static void
test_ping (EndpointPair *pair,
           gconstpointer data)
{
  g_test_summary ("A receiver asks again, so a lost message is no lost sender");

  peer_receiver_set_ping_interval (RECEIVER (pair), 1);
  pair->receiver->line->is_deaf = TRUE;
  pair->sender->line->is_deaf = TRUE;
  peer_receiver_start (RECEIVER (pair));
  peer_sender_start (SENDER (pair));
  pair->receiver->line->is_deaf = FALSE;
  pair->sender->line->is_deaf = FALSE;
  endpoint_end_wait (pair->sender, "connect:receiver channel:receiver:receiver");
  g_assert_cmpuint (peer_test_line_count (pair->receiver->line, "sender:room {\"type\":\"invoke\""), >=, 2);
}

static void
test_ping_attempts (EndpointPair *pair,
                    gconstpointer data)
{
  g_autoptr (EndpointEnd) other = endpoint_end_new (PEER_TYPE_RECEIVER, pair->bus, "other");
  const char *invoke = "sender:room {\"type\":\"invoke\"";

  g_test_summary ("In an empty room a receiver asks as often as it may; while somebody is there without end");

  peer_receiver_set_ping_interval (RECEIVER (pair), 1);
  peer_receiver_set_ping_attempts (RECEIVER (pair), 1);
  peer_receiver_set_ping_interval (PEER_RECEIVER (other->endpoint), 1);
  peer_receiver_start (RECEIVER (pair));
  peer_receiver_start (PEER_RECEIVER (other->endpoint));
  peer_test_wait (peer_test_line_count (other->line, invoke) >= 4);
  g_assert_cmpuint (peer_test_line_count (pair->receiver->line, invoke), ==, 2);

  peer_sender_start (SENDER (pair));
  peer_test_wait (peer_test_line_count (pair->receiver->line, invoke) >= 5);
}

static void
test_timeout (EndpointPair *pair,
              gconstpointer data)
{
  g_test_summary ("A connection that does not open ends with an error on the side that waits");

  peer_endpoint_set_connection_timeout (pair->sender->endpoint, 1);
  peer_sender_start (SENDER (pair));
  peer_test_settle ();
  endpoint_pair_publish (pair, "sender:room", "{\"type\":\"invoke\",\"id\":\"silent\"}");
  endpoint_end_wait (pair->sender, "dispose:silent:timed-out");
  g_assert_cmpuint (peer_test_line_count (pair->sender->line, "receiver:room:silent {\"type\":\"dispose\",\"id\":\"sender\""), ==, 1);
}

#define ADD(path, data, func) g_test_add (path, EndpointPair, data, endpoint_pair_init, func, endpoint_pair_clear)

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/sender/receiver-later", NULL, test_receiver_later);
  ADD ("/sender/sender-later", NULL, test_sender_later);
  ADD ("/sender/at-once", NULL, test_at_once);
  ADD ("/sender/other-room", NULL, test_other_room);
  ADD ("/sender/messages", NULL, test_messages);
  ADD ("/sender/many", NULL, test_many);
  ADD ("/sender/state", NULL, test_state);
  ADD ("/sender/state-while-opening", NULL, test_state_while_opening);
  ADD ("/sender/state-without-line", NULL, test_state_without_line);
  ADD ("/sender/queue", NULL, test_queue);
  ADD ("/sender/stop-receiver", NULL, test_stop);
  ADD ("/sender/stop-sender", "sender", test_stop);
  ADD ("/sender/new-id", NULL, test_new_id);
  ADD ("/sender/stop-in-authorize", "authorize", test_stop_in_handlers);
  ADD ("/sender/stop-in-connect", "connect", test_stop_in_handlers);
  ADD ("/sender/stop-in-channel", "channel", test_stop_in_handlers);
  ADD ("/sender/stop-in-message", "message", test_stop_in_handlers);
  ADD ("/sender/stop-in-dispose", "dispose", test_stop_in_handlers);
  ADD ("/sender/unref", NULL, test_unref);
  ADD ("/sender/line-comes", NULL, test_line_comes);
  ADD ("/sender/offer-without-line", NULL, test_offer_without_line);
  ADD ("/sender/ping", NULL, test_ping);
  ADD ("/sender/ping-attempts", NULL, test_ping_attempts);
  ADD ("/sender/timeout", NULL, test_timeout);

  return g_test_run ();
}
