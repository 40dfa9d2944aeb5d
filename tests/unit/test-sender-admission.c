/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "endpoint-pair.h"

#define SENDER(pair) PEER_SENDER ((pair)->sender->endpoint)
#define RECEIVER(pair) PEER_RECEIVER ((pair)->receiver->endpoint)

typedef struct
{
  GPtrArray *requests; /* of PeerJoinRequest */
  GString *asked;      /* whom, with the credentials */
  const char *answer;  /* "accept", "refuse"; nullable: later */
  gboolean is_mine;
} Door;

static gboolean
authorize_cb (Door *door,
              PeerJoinRequest *request)
{
  GVariant *credentials = peer_join_request_get_credentials (request);
  g_autofree char *text = credentials != NULL ? g_variant_print (credentials, FALSE) : g_strdup ("none");

  g_assert_cmpstr (peer_join_request_get_room (request), ==, "room");
  g_string_append_printf (door->asked, "%s:%s ", peer_join_request_get_peer_id (request), text);
  if (g_strcmp0 (door->answer, "accept") == 0)
    peer_join_request_accept (request);
  else if (door->answer != NULL)
    peer_join_request_refuse (request, "no");
  else
    g_ptr_array_add (door->requests, g_object_ref (request));

  return door->is_mine;
}

static void
door_init (Door *door,
           EndpointPair *pair,
           const char *answer)
{
  *door = (Door){
    .requests = g_ptr_array_new_with_free_func (g_object_unref),
    .asked = g_string_new (NULL),
    .answer = answer,
    .is_mine = TRUE,
  };
  g_signal_connect_swapped (pair->sender->endpoint, "authorize", G_CALLBACK (authorize_cb), door);
}

static void
door_clear (Door *door)
{
  g_ptr_array_unref (door->requests);
  g_string_free (door->asked, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Door, door_clear)

static void
start (EndpointPair *pair)
{
  peer_sender_start (SENDER (pair));
  peer_receiver_start (RECEIVER (pair));
  peer_test_settle ();
}

static void
test_credentials (EndpointPair *pair,
                  gconstpointer data)
{
  g_auto (Door) door = { 0 };

  g_test_summary ("A handler sees who asks and with what, and accepts");

  door_init (&door, pair, "accept");
  peer_receiver_set_credentials (RECEIVER (pair), g_variant_new_parsed ("{'password': <'p'>}"));
  start (pair);
  endpoint_end_wait (pair->sender, "connect:receiver channel:receiver:receiver");
  g_assert_cmpstr (door.asked->str, ==, "receiver:{'password': <'p'>} ");
}

static void
test_refused (EndpointPair *pair,
              gconstpointer data)
{
  g_auto (Door) door = { 0 };

  g_test_summary ("One that is refused hears nothing, and may ask again with something else");

  door_init (&door, pair, "refuse");
  start (pair);
  g_assert_cmpuint (peer_test_line_count (pair->sender->line, "receiver:room:receiver"), ==, 0);
  g_assert_cmpuint (g_hash_table_size (pair->sender->endpoint->remotes), ==, 0);

  door.answer = "accept";
  peer_receiver_set_credentials (RECEIVER (pair), g_variant_new_string ("right"));
  peer_receiver_stop (RECEIVER (pair));
  peer_receiver_start (RECEIVER (pair));
  endpoint_end_wait (pair->sender, "connect:receiver channel:receiver:receiver");
  g_assert_true (g_str_has_suffix (door.asked->str, "receiver:'right' "));
}

static void
test_later (EndpointPair *pair,
            gconstpointer data)
{
  g_auto (Door) door = { 0 };

  g_test_summary ("The answer may come later; meanwhile the receiver is asked about only once");

  door_init (&door, pair, NULL);
  start (pair);
  endpoint_pair_publish (pair, "sender:room", "{\"type\":\"invoke\",\"id\":\"receiver\"}");
  g_assert_cmpstr (door.asked->str, ==, "receiver:none ");
  peer_join_request_accept (door.requests->pdata[0]);
  endpoint_end_wait (pair->sender, "connect:receiver channel:receiver:receiver");
  peer_join_request_refuse (door.requests->pdata[0], NULL);
  peer_test_settle ();
  endpoint_end_wait (pair->sender, "");
}

static void
test_dropped (EndpointPair *pair,
              gconstpointer data)
{
  g_auto (Door) door = { 0 };

  g_test_summary ("A request that is dropped without an answer is refused");

  door_init (&door, pair, NULL);
  start (pair);
  g_ptr_array_set_size (door.requests, 0);
  peer_test_settle ();
  g_assert_cmpuint (peer_test_line_count (pair->sender->line, "receiver:room:receiver"), ==, 0);
  endpoint_pair_publish (pair, "sender:room", "{\"type\":\"invoke\",\"id\":\"receiver\"}");
  g_assert_cmpstr (door.asked->str, ==, "receiver:none receiver:none ");
}

static void
test_not_mine (EndpointPair *pair,
               gconstpointer data)
{
  g_auto (Door) door = { 0 };

  g_test_summary ("When no handler answers, the receiver is let in");

  door_init (&door, pair, NULL);
  door.is_mine = FALSE;
  start (pair);
  endpoint_end_wait (pair->sender, "connect:receiver channel:receiver:receiver");
}

static void
test_too_late (EndpointPair *pair,
               gconstpointer data)
{
  g_auto (Door) door = { 0 };

  g_test_summary ("An answer after the sender was stopped, started anew or freed does nothing");

  door_init (&door, pair, NULL);
  start (pair);
  peer_sender_stop (SENDER (pair));
  peer_join_request_accept (door.requests->pdata[0]);
  peer_test_settle ();
  g_assert_cmpuint (g_hash_table_size (pair->sender->endpoint->remotes), ==, 0);

  peer_sender_start (SENDER (pair));
  peer_test_settle ();
  g_assert_cmpuint (door.requests->len, ==, 2);
  peer_sender_stop (SENDER (pair));
  peer_sender_start (SENDER (pair));
  peer_test_settle ();
  g_assert_cmpuint (door.requests->len, ==, 3);
  peer_join_request_accept (door.requests->pdata[1]);
  peer_test_settle ();
  g_assert_cmpuint (g_hash_table_size (pair->sender->endpoint->remotes), ==, 0);

  g_clear_pointer (&pair->sender, endpoint_end_free);
  peer_join_request_accept (door.requests->pdata[2]);
}

static void
test_storm (EndpointPair *pair,
            gconstpointer data)
{
  g_auto (Door) door = { 0 };

  g_test_summary ("No more receivers are let in, or wait for it, than there may be; each of the others is reported");

  door_init (&door, pair, NULL);
  peer_endpoint_set_max_connections (pair->sender->endpoint, 3);
  peer_sender_start (SENDER (pair));
  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"type\":\"invoke\",\"id\":\"r%u\"}", i);

      endpoint_pair_publish (pair, "sender:room", text);
      if (i == 1)
        peer_join_request_accept (door.requests->pdata[1]);
    }
  g_assert_cmpuint (door.requests->len, ==, 3);
  g_assert_cmpuint (g_hash_table_size (pair->sender->endpoint->remotes), ==, 1);
  g_assert_true (g_str_has_suffix (pair->sender->events->str, "error:r98:limit-exceeded error:r99:limit-exceeded"));

  g_string_truncate (pair->sender->events, 0);
  peer_join_request_refuse (door.requests->pdata[0], NULL);
  peer_receiver_start (RECEIVER (pair));
  peer_test_settle ();
  g_assert_cmpuint (door.requests->len, ==, 4);
  peer_join_request_accept (door.requests->pdata[3]);
  endpoint_end_wait (pair->sender, "connect:receiver channel:receiver:receiver");
}

static void
test_full_receiver (EndpointPair *pair,
                    gconstpointer data)
{
  g_test_summary ("A receiver that has enough senders asks and takes no more");

  peer_endpoint_set_max_connections (pair->receiver->endpoint, 0);
  peer_receiver_start (RECEIVER (pair));
  peer_sender_start (SENDER (pair));
  peer_test_settle ();
  g_assert_cmpuint (peer_test_line_count (pair->receiver->line, "sender:room:sender"), ==, 0);
  endpoint_pair_publish (pair, "receiver:room:receiver",
                         "{\"type\":\"offer\",\"id\":\"s\",\"offer\":{\"type\":\"offer\",\"sdp\":\"v=0\"}}");
  g_assert_cmpuint (g_hash_table_size (pair->receiver->endpoint->remotes), ==, 0);
  g_assert_true (g_str_has_suffix (pair->receiver->events->str, "error:s:limit-exceeded"));
}

static void
test_forged_dispose (EndpointPair *pair,
                     gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("Nobody else can end an open connection");

  endpoint_pair_connect (pair);
  endpoint_pair_publish (pair, "receiver:room:receiver", "{\"type\":\"dispose\",\"id\":\"sender\"}");
  endpoint_pair_publish (pair, "sender:room:sender", "{\"type\":\"dispose\",\"id\":\"receiver\"}");
  g_assert_true (peer_sender_send (SENDER (pair), g_variant_new_string ("still here"), "receiver", &error));
  endpoint_end_wait (pair->receiver, "message:sender:'still here'");
  endpoint_end_wait (pair->sender, "");
}

static void
test_dispose_while_opening (EndpointPair *pair,
                            gconstpointer data)
{
  g_test_summary ("Who goes while a connection opens is not waited for");

  peer_sender_start (SENDER (pair));
  endpoint_pair_publish (pair, "sender:room", "{\"type\":\"invoke\",\"id\":\"r\"}");
  g_assert_nonnull (peer_endpoint_lookup (pair->sender->endpoint, "r"));
  endpoint_pair_publish (pair, "sender:room:sender", "{\"type\":\"dispose\",\"id\":\"r\"}");
  endpoint_end_wait (pair->sender, "dispose:r");
  g_assert_cmpuint (peer_test_line_count (pair->sender->line, "receiver:room:r {\"type\":\"dispose\""), ==, 0);
}

static void
test_wrong_messages (EndpointPair *pair,
                     gconstpointer data)
{
  const char *const ignored[] = {
    "{\"type\":\"invoke\",\"id\":\"sender\"}",
    "{\"type\":\"renegotiate\",\"id\":\"x\"}",
    "{\"type\":\"offer\",\"id\":\"x\",\"offer\":{\"type\":\"offer\",\"sdp\":\"v=0\"}}",
    "{\"type\":\"answer\",\"id\":\"x\",\"answer\":{\"type\":\"answer\",\"sdp\":\"v=0\"}}",
    "{\"type\":\"candidate\",\"id\":\"x\",\"candidate\":{\"candidate\":\"candidate:1\"}}",
    "{\"type\":\"sync\",\"id\":\"x\",\"state\":{}}",
    "{\"type\":\"dispose\",\"id\":\"x\"}",
  };
  const char *const invalid[] = { "1", "{}", "{\"type\":\"invoke\",\"id\":\"\"}", "{\"type\":\"answer\",\"id\":\"x\"}" };

  g_test_summary ("What is not for it is ignored; what cannot be read is reported; nothing of it hurts others");

  endpoint_pair_connect (pair);
  for (guint i = 0; i < G_N_ELEMENTS (ignored); i++)
    endpoint_pair_publish (pair, "sender:room:sender", ignored[i]);
  endpoint_end_wait (pair->sender, "");
  for (guint i = 0; i < G_N_ELEMENTS (invalid); i++)
    {
      endpoint_pair_publish (pair, "sender:room", invalid[i]);
      endpoint_end_wait (pair->sender, "error::invalid-data");
    }
  g_assert_true (peer_sender_send (SENDER (pair), g_variant_new_string ("fine"), NULL, NULL));
  endpoint_end_wait (pair->receiver, "message:sender:'fine'");
}

static void
test_offer_to_all (EndpointPair *pair,
                   gconstpointer data)
{
  g_test_summary ("Nobody can make all receivers of a room answer at once");

  peer_receiver_start (RECEIVER (pair));
  endpoint_pair_publish (pair, "receiver:room", "{\"type\":\"offer\",\"id\":\"s\",\"offer\":{\"type\":\"offer\",\"sdp\":\"v=0\"}}");
  g_assert_cmpuint (g_hash_table_size (pair->receiver->endpoint->remotes), ==, 0);
}

static void
test_big_state (EndpointPair *pair,
                gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *big = g_strnfill (1000, 'x');
  g_autofree char *sync = g_strdup_printf ("{\"type\":\"sync\",\"id\":\"sender\",\"state\":\"%s\"}", big);

  g_test_summary ("A state that is too big is neither told nor taken; the old one stays");

  peer_endpoint_set_max_state_size (pair->receiver->endpoint, 100);
  peer_endpoint_set_max_state_size (pair->sender->endpoint, 100);
  peer_sender_set_state (SENDER (pair), g_variant_new_string ("small"));
  g_assert_false (peer_sender_sync (SENDER (pair), g_variant_new_string (big), PEER_SYNC_MODE_REPLACE, &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED);
  g_assert_cmpstr (g_variant_get_string (peer_sender_get_state (SENDER (pair)), NULL), ==, "small");
  endpoint_pair_connect (pair);

  endpoint_pair_publish (pair, "receiver:room:receiver", sync);
  endpoint_end_wait (pair->receiver, "error:sender:limit-exceeded");
  g_assert_cmpstr (g_variant_get_string (peer_receiver_get_sender_state (RECEIVER (pair), "sender"), NULL), ==, "small");

  peer_sender_stop (SENDER (pair));
  endpoint_end_wait (pair->receiver, "dispose:sender");
  peer_endpoint_set_max_state_size (pair->sender->endpoint, 10000);
  peer_sender_set_state (SENDER (pair), g_variant_new_string (big));
  peer_sender_start (SENDER (pair));
  endpoint_end_wait (pair->receiver, "error:sender:limit-exceeded");
  g_assert_cmpuint (g_hash_table_size (pair->receiver->endpoint->remotes), ==, 0);
}

#define ADD(path, func) g_test_add (path, EndpointPair, NULL, endpoint_pair_init, func, endpoint_pair_clear)

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/sender-admission/credentials", test_credentials);
  ADD ("/sender-admission/refused", test_refused);
  ADD ("/sender-admission/later", test_later);
  ADD ("/sender-admission/dropped", test_dropped);
  ADD ("/sender-admission/not-mine", test_not_mine);
  ADD ("/sender-admission/too-late", test_too_late);
  ADD ("/sender-admission/storm", test_storm);
  ADD ("/sender-admission/full-receiver", test_full_receiver);
  ADD ("/sender-admission/forged-dispose", test_forged_dispose);
  ADD ("/sender-admission/dispose-while-opening", test_dispose_while_opening);
  ADD ("/sender-admission/wrong-messages", test_wrong_messages);
  ADD ("/sender-admission/offer-to-all", test_offer_to_all);
  ADD ("/sender-admission/big-state", test_big_state);

  return g_test_run ();
}
