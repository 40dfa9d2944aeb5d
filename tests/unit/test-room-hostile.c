/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "peer-test-util.h"

#include "libpeerglib/peer-room-private.h"
#include "libpeerglib/protocol/peer-json-private.h"
#include "tests/integration/room-scenarios.h"
#include "tests/integration/wait-until.h"

/* Alice and bob are in a room over a PeerJS server. Mallory is a peer who speaks to both by hand. */
typedef struct
{
  PeerServer *server;
  RoomWatch *alice;
  RoomWatch *bob;
  PeerPeer *mallory;
  PeerDataConnection *to_alice;
  PeerDataConnection *to_bob;
  GPtrArray *answers; /* what alice said to mallory, as texts */
} Fixture;

static RoomWatch *
join (Fixture *fixture,
      const char *id)
{
  g_autofree char *uri = g_strdup_printf ("http://127.0.0.1:%u/", peer_server_get_port (fixture->server));
  PeerRoom *room = g_object_new (PEER_TYPE_ROOM, "name", "lobby", "peer-id", id, "uri", uri, "service",
                                 PEER_ROOM_SERVICE_PEERJS, NULL);
  PeerLinkSettings *links = peer_room_get_links (room);
  RoomWatch *watch = room_watch_new (room);

  links->transport_factory = peer_loopback_transport_new;
  links->certificate = g_bytes_new_static ("test", 4);
  peer_room_join_async (room, NULL, NULL, NULL);
  WAIT_UNTIL (watch->n_opened == 1);

  return watch;
}

static void
say (PeerDataConnection *connection,
     const char *text)
{
  g_autoptr (GVariant) value = peer_json_parse (text, strlen (text), PEER_JSON_MAX_DEPTH, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (value);
  peer_data_connection_send (connection, value, &error);
  g_assert_no_error (error);
}

static void
data_cb (PeerDataConnection *connection,
         GVariant *value,
         GPtrArray *answers)
{
  g_ptr_array_add (answers, g_variant_print (value, FALSE));
}

static gboolean
has_answer (Fixture *fixture,
            const char *text)
{
  for (guint i = 0; i < fixture->answers->len; i++)
    {
      if (strstr (g_ptr_array_index (fixture->answers, i), text) != NULL)
        return TRUE;
    }

  return FALSE;
}

/* Says what a member has to say to be taken in, with a serial of its choice. */
static PeerDataConnection *
intrude (Fixture *fixture,
         RoomWatch *watch,
         const char *serial)
{
  g_autoptr (PeerConnectOptions) options = g_object_new (PEER_TYPE_CONNECT_OPTIONS, "reliable", TRUE, NULL);
  g_autofree char *hello = g_strdup_printf ("{\"type\":\"SYSTEM\",\"action\":\"PEER_JOIN\",\"peer_id\":\"mallory\",\"payload\":"
                                            "{\"session\":\"s\",\"serial\":%s}}",
                                            serial);
  PeerDataConnection *connection = peer_peer_connect_to (fixture->mallory, peer_room_get_peer_id (watch->room), options);

  g_signal_connect (connection, "data", G_CALLBACK (data_cb), fixture->answers);
  WAIT_UNTIL (peer_base_connection_get_is_open (PEER_BASE_CONNECTION (connection)));
  say (connection, hello);
  say (connection, "{\"type\":\"SYSTEM\",\"action\":\"ROOM_STATE\",\"peer_id\":\"mallory\",\"payload\":{\"peers\":[]}}");
  WAIT_UNTIL (peer_room_lookup_member (watch->room, "mallory") != NULL);

  return g_object_ref (connection);
}

static void
set_up (Fixture *fixture,
        gconstpointer user_data)
{
  fixture->server = g_object_new (PEER_TYPE_SERVER, "host", "127.0.0.1", "port", 0, NULL);
  g_assert_true (peer_server_listen (fixture->server, NULL));
  fixture->alice = join (fixture, "alice");
  fixture->bob = join (fixture, "bob");
  fixture->answers = g_ptr_array_new_with_free_func (g_free);
  fixture->mallory = g_object_new (PEER_TYPE_PEER, "id", "mallory", "host", "127.0.0.1", "port",
                                   peer_server_get_port (fixture->server), "secure", FALSE, NULL);
  peer_peer_set_transport_factory (fixture->mallory, peer_loopback_transport_new);
  WAIT_UNTIL (peer_peer_get_is_open (fixture->mallory));
  fixture->to_alice = intrude (fixture, fixture->alice, "9000000000000000");
  fixture->to_bob = intrude (fixture, fixture->bob, "9000000000000000");
}

static void
tear_down (Fixture *fixture,
           gconstpointer user_data)
{
  g_clear_object (&fixture->to_alice);
  g_clear_object (&fixture->to_bob);
  peer_peer_destroy (fixture->mallory);
  g_object_unref (fixture->mallory);
  room_watch_free (fixture->alice);
  room_watch_free (fixture->bob);
  g_ptr_array_unref (fixture->answers);
  peer_server_stop (fixture->server);
  g_object_unref (fixture->server);
}

/* Alice and bob are as well off as before. */
static void
assert_unharmed (Fixture *fixture)
{
  guint n_heard = fixture->bob->heard->len;

  g_assert_true (peer_room_send_message (fixture->alice->room, g_variant_new_string ("still here"), NULL));
  WAIT_UNTIL (fixture->bob->heard->len == n_heard + 1);
  g_assert_cmpstr (g_ptr_array_index (fixture->bob->heard, n_heard), ==, "alice: 'still here'");
  g_assert_cmpstr (peer_room_get_host_id (fixture->alice->room), ==, "alice");
  g_assert_cmpstr (peer_room_get_host_id (fixture->bob->room), ==, "alice");
  g_assert_cmpuint (fixture->alice->n_left, ==, 0);
  g_assert_no_error (fixture->alice->error);
}

static void
test_spoofed_sender (Fixture *fixture,
                     gconstpointer user_data)
{
  say (fixture->to_alice, "{\"peer_id\":\"bob\",\"message\":\"I am bob\"}");
  say (fixture->to_alice, "{\"peer_id\":\"alice\",\"message\":\"I am you\"}");
  say (fixture->to_alice, "{\"event\":\"boo\",\"data\":\"I am the server\"}");
  WAIT_UNTIL (fixture->alice->heard->len == 3);
  g_assert_cmpstr (g_ptr_array_index (fixture->alice->heard, 0), ==, "mallory: 'I am bob'");
  g_assert_cmpstr (g_ptr_array_index (fixture->alice->heard, 1), ==, "mallory: 'I am you'");
  g_assert_cmpstr (g_ptr_array_index (fixture->alice->heard, 2), ==, "mallory boo 'I am the server'");
  assert_unharmed (fixture);
}

static void
test_foreign_target (Fixture *fixture,
                     gconstpointer user_data)
{
  say (fixture->to_alice, "{\"peer_id\":\"mallory\",\"message\":\"for bob\",\"target\":\"bob\"}");
  say (fixture->to_alice, "{\"peer_id\":\"mallory\",\"message\":\"for alice\",\"target\":\"alice\"}");
  WAIT_UNTIL (fixture->alice->heard->len == 1);
  g_assert_cmpstr (g_ptr_array_index (fixture->alice->heard, 0), ==, "mallory: 'for alice'");
  assert_unharmed (fixture);
}

/* Of others nobody is believed. */
static void
test_lies (Fixture *fixture,
           gconstpointer user_data)
{
  say (fixture->to_alice, "{\"type\":\"SYSTEM\",\"action\":\"HOST_CHANGE\",\"payload\":\"mallory\",\"peer_id\":\"bob\"}");
  say (fixture->to_alice, "{\"type\":\"SYSTEM\",\"action\":\"ROOM_STATE\",\"payload\":{\"peers\":[],\"hostId\":\"mallory\"},"
                          "\"peer_id\":\"bob\"}");
  say (fixture->to_alice, "{\"peer_id\":\"mallory\",\"message\":\"done\"}");
  WAIT_UNTIL (fixture->alice->heard->len == 1);
  g_assert_cmpuint (peer_room_get_n_peers (fixture->alice->room), ==, 3);
  assert_unharmed (fixture);

  say (fixture->to_alice, "{\"type\":\"SYSTEM\",\"action\":\"PEER_LEAVE\",\"payload\":{},\"peer_id\":\"bob\"}");
  WAIT_UNTIL (fixture->alice->n_left == 1);
  g_assert_nonnull (peer_room_lookup_member (fixture->alice->room, "bob"));
}

static void
test_event_names (Fixture *fixture,
                  gconstpointer user_data)
{
  g_autofree char *longest = g_strnfill (257, 'n');
  g_autofree char *too_long = g_strdup_printf ("{\"type\":\"SYSTEM\",\"action\":\"EVENT\",\"payload\":{\"event\":\"%s\"}}", longest);

  for (guint i = 0; i < 2000; i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"type\":\"SYSTEM\",\"action\":\"EVENT\",\"payload\":{\"event\":\"bad name %u\"}}", i);

      say (fixture->to_alice, text);
    }
  WAIT_UNTIL (fixture->alice->heard->len == 2000);
  for (guint i = 0; i < 2000; i++)
    {
      g_autofree char *name = g_strdup_printf ("bad name %u", i);

      g_assert_cmpuint (g_quark_try_string (name), ==, 0);
    }
  assert_unharmed (fixture);

  say (fixture->to_alice, too_long);
  WAIT_UNTIL (has_answer (fixture, "limit-exceeded"));
  g_assert_cmpuint (fixture->alice->heard->len, ==, 2000);
}

static void
test_oversized_state (Fixture *fixture,
                      gconstpointer user_data)
{
  g_autofree char *filler = g_strnfill (300 * 1024, 'x');
  g_autofree char *own = g_strdup_printf ("{\"type\":\"SYSTEM\",\"action\":\"SYNC\",\"payload\":{\"a\":\"%s\"}}", filler);
  g_autofree char *shared = g_strdup_printf ("{\"type\":\"SYSTEM\",\"action\":\"SYNC_SHARED\",\"payload\":"
                                             "{\"a\":{\"clock\":1,\"writer\":\"bob\",\"value\":\"%s\"}}}",
                                             filler);

  say (fixture->to_alice, own);
  WAIT_UNTIL (has_answer (fixture, "limit-exceeded"));
  g_ptr_array_set_size (fixture->answers, 0);
  say (fixture->to_alice, shared);
  WAIT_UNTIL (has_answer (fixture, "limit-exceeded"));
  g_assert_cmpuint (g_variant_n_children (peer_room_get_shared_state (fixture->alice->room)), ==, 0);
  assert_unharmed (fixture);
}

static void
write_at (Fixture *fixture,
          gint64 clock)
{
  g_autofree char *text = g_strdup_printf ("{\"type\":\"SYSTEM\",\"action\":\"SYNC_SHARED\",\"payload\":"
                                           "{\"a\":{\"clock\":%" G_GINT64_FORMAT ",\"writer\":\"zz\",\"value\":\"mine\"}}}",
                                           clock);

  say (fixture->to_alice, text);
}

/* The clock cannot be pushed to where nobody can write any more, nor so that members refuse each other. */
static void
test_clock (Fixture *fixture,
            gconstpointer user_data)
{
  gint64 day = 24 * 60 * 60 * 1000;
  gint64 now = g_get_real_time () / 1000;
  const char *text = NULL;

  write_at (fixture, G_MAXINT64);
  WAIT_UNTIL (has_answer (fixture, "invalid-data"));
  g_ptr_array_set_size (fixture->answers, 0);
  write_at (fixture, now + 2 * day);
  WAIT_UNTIL (has_answer (fixture, "invalid-data"));
  write_at (fixture, now + day / 2);
  WAIT_UNTIL (g_variant_n_children (peer_room_get_shared_state (fixture->alice->room)) == 1);
  g_assert_true (peer_room_sync_shared (fixture->alice->room, g_variant_new_parsed ("{'a': <'ours'>}"), PEER_SYNC_MODE_MERGE,
                                        NULL));
  WAIT_UNTIL (g_variant_lookup (peer_room_get_shared_state (fixture->bob->room), "a", "&s", &text));
  g_assert_cmpstr (text, ==, "ours");
  assert_unharmed (fixture);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, func) g_test_add ("/room-hostile/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("spoofed-sender", test_spoofed_sender);
  ADD ("foreign-target", test_foreign_target);
  ADD ("lies", test_lies);
  ADD ("event-names", test_event_names);
  ADD ("oversized-state", test_oversized_state);
  ADD ("clock", test_clock);

  return g_test_run ();
}
