/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peerjs-fixture.h"

#include "peer-test-util.h"

/* A peer with an id that does as the test says. */
static PeerPeer *
new_stranger (PeerjsFixture *fixture,
              const char *id)
{
  g_autofree char *uri = g_strdup_printf ("http://127.0.0.1:%u/", fixture->port);
  PeerPeer *peer = peer_peer_new_for_uri (uri, id);

  peer->links->transport_factory = peer_loopback_transport_new;
  peer->links->certificate = g_bytes_new_static ("test", 4);
  peer_test_peer_wait_open (peer);

  return peer;
}

static void
send_parsed (PeerDataConnection *connection,
             const char *text)
{
  g_autoptr (GError) error = NULL;

  peer_data_connection_send (connection, g_variant_new_parsed (text), &error);
  g_assert_no_error (error);
}

/* Of those that the door says are members. */
#define N_NAMED 5000

static void
greet_with_lies_cb (PeerDataConnection *visitor)
{
  g_autoptr (GVariantBuilder) peers = g_variant_builder_new (G_VARIANT_TYPE ("av"));
  g_autoptr (GError) error = NULL;

  /* It speaks for others, and names too many members, among them itself and ids that are none. */
  g_variant_builder_add (peers, "v", g_variant_new_string ("alice"));
  g_variant_builder_add (peers, "v", g_variant_new_string (PEERJS_ROOM));
  g_variant_builder_add (peers, "v", g_variant_new_string ("not an#id"));
  g_variant_builder_add (peers, "v", g_variant_new_int64 (5));
  for (guint i = 0; i < N_NAMED; i++)
    {
      g_autofree char *id = g_strdup_printf ("nobody%u", i);

      g_variant_builder_add (peers, "v", g_variant_new_string (id));
    }
  peer_data_connection_send (visitor,
                             g_variant_new_parsed ("{'type': <'SYSTEM'>, 'action': <'ROOM_STATE'>, 'peer_id': <'bob'>,"
                                                   " 'payload': <{'peers': <%*>, 'hostId': <'bob'>}>}",
                                                   g_variant_builder_end (peers)),
                             &error);
  g_assert_no_error (error);
  send_parsed (visitor, "{'peer_id': <'bob'>, 'message': <'I am bob'>}");
}

static void
lying_holder_cb (PeerPeer *stranger,
                 PeerDataConnection *visitor)
{
  g_signal_connect (visitor, "open", G_CALLBACK (greet_with_lies_cb), NULL);
}

static void
count_offers_cb (PeerServer *server,
                 PeerServerClient *client,
                 const char *type,
                 const char *dst,
                 guint *n_offers)
{
  *n_offers += g_str_equal (type, "OFFER");
}

static void
test_lying_door (PeerjsFixture *fixture,
                 gconstpointer data)
{
  PeerPeer *stranger = new_stranger (fixture, PEERJS_ROOM);
  guint n_offers = 0;
  PeerjsMember *alice;

  g_signal_connect (stranger, "connection", G_CALLBACK (lying_holder_cb), NULL);
  g_signal_connect (fixture->server, "message", G_CALLBACK (count_offers_cb), &n_offers);
  alice = peerjs_fixture_begin (fixture, "alice");
  peer_test_wait (n_offers > 10);
  peer_test_settle ();
  /* As many at once as a room has members, and the next when these were in vain. */
  g_assert_cmpuint (n_offers, <, N_NAMED / 4);
  g_assert_cmpuint (alice->texts->len + g_hash_table_size (alice->others), ==, 0);

  g_ptr_array_set_size (fixture->members, 0);
  peer_test_peer_finish (stranger);
  g_signal_handlers_disconnect_by_data (fixture->server, &n_offers);
}

static void
welcome_cb (PeerDataConnection *connection,
            GVariant *value,
            gboolean *was_welcomed)
{
  const char *action = NULL;

  g_variant_lookup (value, "action", "&s", &action);
  *was_welcomed |= g_strcmp0 (action, "ROOM_STATE") == 0;
}

/* One with nothing but connections takes part, under the id that the server
 * knows it by, whatever it calls itself. */
static void
test_spoofed_sender (PeerjsFixture *fixture,
                     gconstpointer data)
{
  PeerjsMember *alice = peerjs_fixture_add (fixture, "alice");
  PeerjsMember *bob = peerjs_fixture_add (fixture, "bob");
  PeerPeer *mallory = new_stranger (fixture, "mallory");
  g_autoptr (PeerConnectOptions) options = peer_connect_options_new ();
  g_autoptr (PeerDataConnection) connection = NULL;
  gboolean was_welcomed = FALSE;

  peer_connect_options_set_reliable (options, TRUE);
  connection = g_object_ref (peer_peer_connect_to (mallory, "alice", options));
  g_signal_connect (connection, "data", G_CALLBACK (welcome_cb), &was_welcomed);
  peer_test_wait (peer_base_connection_get_is_open (PEER_BASE_CONNECTION (connection)));
  send_parsed (connection, "{'peer_id': <'bob'>, 'message': <'too early'>}");
  send_parsed (connection, "{'type': <'SYSTEM'>, 'action': <'PEER_JOIN'>, 'peer_id': <'bob'>, 'payload': <{'timestamp': <int64 1>}>}");
  send_parsed (connection, "{'type': <'SYSTEM'>, 'action': <'ROOM_STATE'>, 'peer_id': <'bob'>, 'payload': <{'peers': <[<'bob'>]>}>}");
  peer_test_wait (was_welcomed);
  send_parsed (connection, "{'peer_id': <'bob'>, 'message': <'hello'>}");

  peer_test_wait (alice->texts->len == 1);
  g_assert_cmpstr (alice->texts->pdata[0], ==, "mallory: hello");
  g_assert_true (g_hash_table_contains (alice->others, "mallory"));
  g_assert_true (g_hash_table_contains (alice->others, "bob"));
  g_assert_cmpuint (bob->texts->len, ==, 0);

  send_parsed (connection, "{'type': <'SYSTEM'>, 'action': <'PEER_LEAVE'>, 'peer_id': <'bob'>, 'payload': <@a{sv} {}>}");
  peer_test_wait (g_hash_table_size (alice->others) == 1);
  g_assert_true (g_hash_table_contains (alice->others, "bob"));
  peer_test_peer_finish (mallory);
}

#define ADD(name, func) g_test_add ("/room-peerjs-hostile/" name, PeerjsFixture, NULL, peerjs_fixture_set_up, func, peerjs_fixture_tear_down)

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("lying-door", test_lying_door);
  ADD ("spoofed-sender", test_spoofed_sender);

  return g_test_run ();
}
