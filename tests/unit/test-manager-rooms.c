/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <libpeerglib/peer.h>

/* A manager without a socket: the application brings the messages. */

typedef struct
{
  PeerSignalingManager *manager;
  GPtrArray *log; /* "room session message", and "+", "-", "empty" for signals */
} Fixture;

static void
send_cb (PeerSignalingManager *manager,
         const char *room,
         const char *session_id,
         const char *message,
         gpointer user_data)
{
  Fixture *fixture = user_data;

  g_ptr_array_add (fixture->log, g_strdup_printf ("%s %s %s", room, session_id, message));
}

static void
joined_cb (PeerSignalingManager *manager,
           const char *room,
           PeerSession *session,
           Fixture *fixture)
{
  g_ptr_array_add (fixture->log, g_strdup_printf ("+ %s %s", room, peer_session_get_id (session)));
}

static void
left_cb (PeerSignalingManager *manager,
         const char *room,
         PeerSession *session,
         Fixture *fixture)
{
  g_ptr_array_add (fixture->log, g_strdup_printf ("- %s %s", room, peer_session_get_id (session)));
}

static void
empty_cb (PeerSignalingManager *manager,
          const char *room,
          Fixture *fixture)
{
  g_ptr_array_add (fixture->log, g_strdup_printf ("empty %s", room));
}

static void
fixture_init (Fixture *fixture,
              PeerBroker *broker)
{
  fixture->log = g_ptr_array_new_with_free_func (g_free);
  fixture->manager = g_object_new (PEER_TYPE_SIGNALING_MANAGER, "broker", broker, NULL);
  peer_signaling_manager_set_send_func (fixture->manager, send_cb, fixture, NULL);
  g_signal_connect (fixture->manager, "session-joined", G_CALLBACK (joined_cb), fixture);
  g_signal_connect (fixture->manager, "session-left", G_CALLBACK (left_cb), fixture);
  g_signal_connect (fixture->manager, "room-empty", G_CALLBACK (empty_cb), fixture);
}

static void
fixture_clear (Fixture *fixture)
{
  peer_signaling_manager_stop (fixture->manager);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (fixture->manager);
  g_ptr_array_unref (fixture->log);
}

static void
join (Fixture *fixture,
      const char *room,
      const char *id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PeerSession) session = peer_signaling_manager_join_room (fixture->manager, room, id, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (peer_session_get_id (session), ==, id);
  g_assert_cmpstr (peer_session_get_room (session), ==, room);
}

/* Takes what is there, and expects that it is this. */
static void
assert_log (Fixture *fixture,
            const char *expected)
{
  g_autofree char *text = NULL;

  g_ptr_array_add (fixture->log, NULL);
  text = g_strjoinv ("\n", (char **) fixture->log->pdata);
  g_ptr_array_set_size (fixture->log, 0);
  g_assert_cmpstr (text, ==, expected);
}

static void
assert_ids (char **ids,
            const char *expected)
{
  g_auto (GStrv) taken = ids;
  g_autofree char *text = g_strjoinv (" ", taken);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_manager_rooms_look (void)
{
  Fixture fixture;
  g_autoptr (GListModel) sessions = NULL;
  g_autoptr (GListModel) nobody = NULL;

  g_test_summary ("Rooms, sizes, peers and sessions are there to be looked at");

  fixture_init (&fixture, NULL);
  join (&fixture, "r", "a");
  join (&fixture, "r", "b");
  join (&fixture, "s", "a");
  assert_log (&fixture, "+ r a\n+ r b\n+ s a");

  g_assert_cmpuint (peer_signaling_manager_get_n_sessions (fixture.manager), ==, 3);
  g_assert_cmpuint (peer_signaling_manager_get_n_rooms (fixture.manager), ==, 2);
  g_assert_cmpuint (peer_signaling_manager_get_room_size (fixture.manager, "r"), ==, 2);
  g_assert_cmpuint (peer_signaling_manager_get_room_size (fixture.manager, "nowhere"), ==, 0);
  g_assert_true (peer_signaling_manager_room_exists (fixture.manager, "s"));
  g_assert_false (peer_signaling_manager_room_exists (fixture.manager, "nowhere"));
  assert_ids (peer_signaling_manager_get_peers (fixture.manager, "r", "a"), "b");
  assert_ids (peer_signaling_manager_get_peers (fixture.manager, "r", NULL), "a b");
  assert_ids (peer_signaling_manager_get_peers (fixture.manager, "nowhere", NULL), "");
  g_assert_null (peer_signaling_manager_get_session (fixture.manager, "s", "b"));
  g_assert_null (peer_signaling_manager_get_session (fixture.manager, "nowhere", "b"));

  sessions = peer_signaling_manager_get_room_sessions (fixture.manager, "r");
  nobody = peer_signaling_manager_get_room_sessions (fixture.manager, "nowhere");
  g_assert_cmpuint (g_list_model_get_n_items (sessions), ==, 2);
  g_assert_cmpuint (g_list_model_get_n_items (nobody), ==, 0);
  g_assert_true (peer_signaling_manager_leave_room (fixture.manager, "r", "a"));
  g_assert_cmpuint (g_list_model_get_n_items (sessions), ==, 1);
  g_assert_false (peer_signaling_manager_leave_room (fixture.manager, "r", "a"));
  g_assert_true (peer_signaling_manager_leave_room (fixture.manager, "r", "b"));
  assert_log (&fixture, "- r a\n- r b\nempty r");
  assert_ids (peer_signaling_manager_get_rooms (fixture.manager), "s");

  fixture_clear (&fixture);
}

static void
test_manager_rooms_refused (void)
{
  Fixture fixture;
  g_autoptr (GError) error = NULL;

  g_test_summary ("An id that is taken in the room, and one that is none, are refused");

  fixture_init (&fixture, NULL);
  join (&fixture, "r", "a");
  g_assert_null (peer_signaling_manager_join_room (fixture.manager, "r", "a", NULL, &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_UNAVAILABLE_ID);
  g_clear_error (&error);
  g_assert_null (peer_signaling_manager_join_room (fixture.manager, "", "a", NULL, &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_INVALID_ID);
  g_clear_error (&error);
  g_assert_null (peer_signaling_manager_join_room (fixture.manager, "r", "a\nb", NULL, &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_INVALID_ID);
  assert_log (&fixture, "+ r a");

  fixture_clear (&fixture);
}

static void
test_manager_rooms_notices (void)
{
  Fixture fixture;

  g_test_summary ("Notices go out when the application says so, each to whom it concerns");

  fixture_init (&fixture, NULL);
  join (&fixture, "r", "a");
  join (&fixture, "r", "b");
  assert_log (&fixture, "+ r a\n+ r b");
  peer_signaling_manager_send_peers_list (fixture.manager, "r", "b");
  assert_log (&fixture, "r b {\"type\":\"peers_list\",\"peers\":[\"a\"],\"roomId\":\"r\",\"sessionId\":\"b\"}");
  peer_signaling_manager_notify_peer_joined (fixture.manager, "r", "b");
  assert_log (&fixture, "r a {\"type\":\"peer_joined\",\"peerId\":\"b\",\"peers\":[\"a\",\"b\"]}");
  peer_signaling_manager_notify_peer_left (fixture.manager, "r", "b");
  assert_log (&fixture, "r a {\"type\":\"peer_left\",\"peerId\":\"b\"}");
  peer_signaling_manager_send_peers_list (fixture.manager, "r", "nobody");
  peer_signaling_manager_notify_peer_joined (fixture.manager, "nowhere", "b");
  assert_log (&fixture, "");

  fixture_clear (&fixture);
}

static gboolean
relay (Fixture *fixture,
       const char *signal,
       GError **error)
{
  return peer_signaling_manager_relay_signal (fixture->manager, "r", g_variant_new_parsed (signal), error);
}

static void
test_manager_rooms_relay (void)
{
  Fixture fixture;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A signal goes to its target or to all, and never to all for want of its target");

  fixture_init (&fixture, NULL);
  join (&fixture, "r", "a");
  join (&fixture, "r", "b");
  join (&fixture, "r", "c");
  g_ptr_array_set_size (fixture.log, 0);

  g_assert_true (relay (&fixture, "{'type': <'webrtc_offer'>, 'payload': <{'targetPeerId': <'b'>}>, 'senderSessionId': <'a'>}", &error));
  assert_log (&fixture, "r b {\"type\":\"webrtc_offer\",\"payload\":{\"targetPeerId\":\"b\"},\"senderSessionId\":\"a\"}");
  g_assert_true (relay (&fixture, "{'type': <'webrtc_answer'>, 'payload': <'{}'>, 'senderSessionId': <'b'>}", &error));
  assert_log (&fixture, "r a {\"type\":\"webrtc_answer\",\"payload\":\"{}\",\"senderSessionId\":\"b\"}\n"
                        "r c {\"type\":\"webrtc_answer\",\"payload\":\"{}\",\"senderSessionId\":\"b\"}");
  g_assert_no_error (error);

  g_assert_false (relay (&fixture, "{'type': <'webrtc_offer'>, 'payload': <{'targetPeerId': <'x'>}>, 'senderSessionId': <'a'>}", &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_PEER_UNAVAILABLE);
  g_clear_error (&error);
  g_assert_false (relay (&fixture, "{'type': <'webrtc_offer'>, 'payload': <'{}'>, 'senderSessionId': <'x'>}", &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_PEER_UNAVAILABLE);
  g_clear_error (&error);
  g_assert_false (relay (&fixture, "{'type': <'webrtc_offer'>, 'payload': <'{}'>}", &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_INVALID_DATA);
  g_clear_error (&error);
  g_assert_false (relay (&fixture, "{'type': <'hello'>}", &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_INVALID_DATA);
  assert_log (&fixture, "");

  fixture_clear (&fixture);
}

static void
test_manager_rooms_broadcast (void)
{
  Fixture fixture;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A message of the application's goes to all of a room but one");

  fixture_init (&fixture, NULL);
  join (&fixture, "r", "a");
  join (&fixture, "r", "b");
  g_ptr_array_set_size (fixture.log, 0);
  g_assert_true (peer_signaling_manager_broadcast_to_room (fixture.manager, "r", g_variant_new_parsed ("{'n': <1>}"), "a", &error));
  assert_log (&fixture, "r b {\"n\":1}");
  g_assert_true (peer_signaling_manager_broadcast_to_room (fixture.manager, "r", g_variant_new_string ("hi"), NULL, &error));
  assert_log (&fixture, "r a \"hi\"\nr b \"hi\"");
  g_assert_false (peer_signaling_manager_broadcast_to_room (fixture.manager, "s", g_variant_new_string ("hi"), NULL, &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_PEER_UNAVAILABLE);
  g_clear_error (&error);
  g_assert_false (peer_signaling_manager_broadcast_to_room (fixture.manager, "r", g_variant_new_bytestring ("hi"), NULL, &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_UNSUPPORTED_VALUE);
  assert_log (&fixture, "");

  fixture_clear (&fixture);
}

static void
test_manager_rooms_session (void)
{
  Fixture fixture;
  g_autoptr (PeerSession) session = NULL;
  g_autoptr (GVariant) metadata = NULL;
  g_autoptr (GVariant) all = NULL;
  GTimeSpan duration;
  gint64 seconds;

  g_test_summary ("A session keeps what it says when it has left, and its clock stands");

  fixture_init (&fixture, NULL);
  session = peer_signaling_manager_join_room (fixture.manager, "r", "a", g_variant_new_parsed ("{'role': <'admin'>}"), NULL);
  g_assert_true (peer_signaling_manager_get_session (fixture.manager, "r", "a") == session);
  g_assert_nonnull (peer_session_get_joined_at (session));
  g_assert_null (peer_session_get_address (session));
  peer_signaling_manager_leave_room (fixture.manager, "r", "a");
  duration = peer_session_get_connection_duration (session);
  g_usleep (2000);
  g_assert_cmpint (peer_session_get_connection_duration (session), ==, duration);

  all = g_variant_ref_sink (peer_session_to_variant (session));
  metadata = g_variant_lookup_value (all, "metadata", G_VARIANT_TYPE_VARDICT);
  g_assert_true (g_variant_equal (metadata, peer_session_get_metadata (session)));
  g_assert_true (g_variant_lookup (all, "connectionDuration", "x", &seconds));
  g_assert_cmpint (seconds, ==, 0);

  fixture_clear (&fixture);
}

static void
leave_all_cb (PeerSignalingManager *manager,
              const char *room,
              PeerSession *session,
              gpointer user_data)
{
  peer_signaling_manager_stop (manager);
}

static void
test_manager_rooms_handlers (void)
{
  Fixture fixture;

  g_test_summary ("A handler may end everything: each session has joined and left once");

  fixture_init (&fixture, NULL);
  join (&fixture, "r", "a");
  join (&fixture, "r", "b");
  g_signal_connect (fixture.manager, "session-left", G_CALLBACK (leave_all_cb), NULL);
  g_ptr_array_set_size (fixture.log, 0);
  peer_signaling_manager_leave_room (fixture.manager, "r", "a");
  g_assert_cmpuint (peer_signaling_manager_get_n_sessions (fixture.manager), ==, 0);
  assert_log (&fixture, "- r a\n"
                        "r b {\"type\":\"error\",\"code\":\"aborted\",\"message\":\"The room was closed\",\"roomId\":\"r\"}\n"
                        "- r b\nempty r");

  fixture_clear (&fixture);
}

static void
leave_in_send_cb (PeerSignalingManager *manager,
                  const char *room,
                  const char *session_id,
                  const char *message,
                  gpointer user_data)
{
  guint *n_sent = user_data;

  (*n_sent)++;
  peer_signaling_manager_clear_room (manager, room);
}

static void
test_manager_rooms_send_func (void)
{
  Fixture fixture;
  guint n_sent = 0;

  g_test_summary ("What brings messages may clear the room: who has left gets nothing more");

  fixture_init (&fixture, NULL);
  join (&fixture, "r", "a");
  join (&fixture, "r", "b");
  join (&fixture, "r", "c");
  peer_signaling_manager_set_send_func (fixture.manager, leave_in_send_cb, &n_sent, NULL);
  peer_signaling_manager_notify_peer_joined (fixture.manager, "r", "c");
  g_assert_cmpuint (peer_signaling_manager_get_n_sessions (fixture.manager), ==, 0);
  g_assert_cmpuint (n_sent, <=, 6);

  fixture_clear (&fixture);
}

static void
test_manager_rooms_broker (void)
{
  g_autoptr (PeerBroker) broker = peer_memory_broker_new ();
  Fixture fixture;

  g_test_summary ("With a broker that is alone everything is as without");

  fixture_init (&fixture, broker);
  join (&fixture, "r", "a");
  while (g_main_context_iteration (NULL, FALSE))
    ;
  join (&fixture, "r", "b");
  while (g_main_context_iteration (NULL, FALSE))
    ;
  assert_log (&fixture, "+ r a\n+ r b");
  assert_ids (peer_signaling_manager_get_peers (fixture.manager, "r", NULL), "a b");
  peer_signaling_manager_leave_room (fixture.manager, "r", "a");
  join (&fixture, "r", "a");
  peer_signaling_manager_leave_room (fixture.manager, "r", "a");
  while (g_main_context_iteration (NULL, FALSE))
    ;
  assert_log (&fixture, "- r a\n+ r a\n- r a");

  fixture_clear (&fixture);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/manager-rooms/look", test_manager_rooms_look);
  g_test_add_func ("/manager-rooms/refused", test_manager_rooms_refused);
  g_test_add_func ("/manager-rooms/notices", test_manager_rooms_notices);
  g_test_add_func ("/manager-rooms/relay", test_manager_rooms_relay);
  g_test_add_func ("/manager-rooms/broadcast", test_manager_rooms_broadcast);
  g_test_add_func ("/manager-rooms/session", test_manager_rooms_session);
  g_test_add_func ("/manager-rooms/handlers", test_manager_rooms_handlers);
  g_test_add_func ("/manager-rooms/send-func", test_manager_rooms_send_func);
  g_test_add_func ("/manager-rooms/broker", test_manager_rooms_broker);

  return g_test_run ();
}
