/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peerjs-fixture.h"

#include "peer-test-util.h"

static void
begin_members (PeerjsFixture *fixture,
               guint n_members)
{
  for (guint i = 0; i < n_members; i++)
    {
      g_autofree char *id = g_strdup_printf ("member%u", i);

      peerjs_fixture_begin (fixture, id);
    }
}

static void
test_alone (PeerjsFixture *fixture,
            gconstpointer data)
{
  PeerjsMember *alice = peerjs_fixture_add (fixture, "alice");

  g_assert_cmpstr (peerjs_member_get_host_id (alice), ==, "alice");
  g_assert_nonnull (peerjs_fixture_get_client (fixture, PEERJS_ROOM));
  g_assert_nonnull (peerjs_fixture_get_client (fixture, "alice"));
}

static void
test_id_of_the_server (PeerjsFixture *fixture,
                       gconstpointer data)
{
  PeerjsMember *member = peerjs_fixture_begin (fixture, NULL);

  peer_test_wait (member->serial != 0);
  g_assert_nonnull (member->self->id);
  g_assert_nonnull (peerjs_fixture_get_client (fixture, member->self->id));
}

static void
test_newcomers (PeerjsFixture *fixture,
                gconstpointer data)
{
  PeerjsMember *alice = peerjs_fixture_add (fixture, "alice");
  PeerjsMember *bob = peerjs_fixture_add (fixture, "bob");
  PeerjsMember *carol = peerjs_fixture_add (fixture, "carol");

  g_assert_cmpstr (peerjs_member_get_host_id (carol), ==, "alice");
  g_assert_cmpint (alice->serial, <, bob->serial);
  g_assert_cmpint (bob->serial, <, carol->serial);
  peerjs_fixture_assert_joined_once (fixture);
}

static void
test_all_at_once (PeerjsFixture *fixture,
                  gconstpointer data)
{
  begin_members (fixture, GPOINTER_TO_UINT (data));
  peerjs_fixture_wait (fixture);
  peerjs_fixture_assert_joined_once (fixture);
}

static void
send_text (PeerjsMember *member,
           const char *to,
           const char *text)
{
  g_autoptr (PeerRoomFrame) frame = peer_room_frame_new (PEER_ROOM_FRAME_MESSAGE, member->name, to, NULL, g_variant_new_string (text));
  g_autoptr (GError) error = NULL;

  peer_room_network_send (member->network, to, frame, &error);
  g_assert_no_error (error);
}

static void
test_frames (PeerjsFixture *fixture,
             gconstpointer data)
{
  PeerjsMember *alice = peerjs_fixture_add (fixture, "alice");
  PeerjsMember *bob = peerjs_fixture_add (fixture, "bob");
  PeerjsMember *carol = peerjs_fixture_add (fixture, "carol");

  send_text (bob, NULL, "hello");
  peer_test_wait (alice->texts->len == 1 && carol->texts->len == 1);
  g_assert_cmpstr (alice->texts->pdata[0], ==, "bob: hello");
  g_assert_cmpstr (carol->texts->pdata[0], ==, "bob: hello");

  send_text (carol, "alice", "psst");
  peer_test_wait (alice->texts->len == 2);
  g_assert_cmpstr (alice->texts->pdata[1], ==, "carol: psst");
  g_assert_cmpuint (bob->texts->len, ==, 0);
}

/* What was said before somebody leaves arrives. */
static void
test_last_words (PeerjsFixture *fixture,
                 gconstpointer data)
{
  PeerjsMember *alice = peerjs_fixture_add (fixture, "alice");
  PeerjsMember *bob = peerjs_fixture_add (fixture, "bob");

  for (guint i = 0; i < 100; i++)
    send_text (bob, NULL, "hello");
  g_ptr_array_remove (fixture->members, bob);
  peer_test_wait (g_hash_table_size (alice->others) == 0);
  g_assert_cmpuint (alice->texts->len, ==, 100);
}

static void
test_holder_leaves (PeerjsFixture *fixture,
                    gconstpointer data)
{
  PeerjsMember *alice = peerjs_fixture_add (fixture, "alice");
  PeerjsMember *dave;

  peerjs_fixture_add (fixture, "bob");
  peerjs_fixture_add (fixture, "carol");
  g_ptr_array_remove (fixture->members, alice);
  peerjs_fixture_wait (fixture);

  peer_test_wait (peerjs_fixture_get_client (fixture, PEERJS_ROOM) != NULL);
  dave = peerjs_fixture_add (fixture, "dave");
  g_assert_cmpstr (peerjs_member_get_host_id (dave), ==, "bob");
}

/* The one who takes the name next is not the host, and leaves. */
static void
test_holder_who_is_not_host_leaves (PeerjsFixture *fixture,
                                    gconstpointer data)
{
  PeerjsMember *alice = peerjs_fixture_add (fixture, "alice");
  PeerjsMember *bob = peerjs_fixture_add (fixture, "bob");
  PeerjsMember *carol;

  fixture->is_closed_to_old = TRUE;
  peer_server_client_kick (peerjs_fixture_get_client (fixture, "alice"), NULL);
  peer_server_client_kick (peerjs_fixture_get_client (fixture, PEERJS_ROOM), NULL);
  peer_test_wait (fixture->waiting->len == 1 && peerjs_fixture_get_client (fixture, PEERJS_ROOM) == NULL);
  carol = peerjs_fixture_begin (fixture, "new-carol");
  peer_test_wait (carol->serial != 0);
  peerjs_fixture_let_old_in (fixture);
  peerjs_fixture_wait (fixture);
  g_assert_cmpstr (peerjs_member_get_host_id (carol), ==, "alice");

  g_ptr_array_remove (fixture->members, carol);
  peerjs_fixture_wait (fixture);
  peer_test_wait (peerjs_fixture_get_client (fixture, PEERJS_ROOM) != NULL);
  peerjs_fixture_add (fixture, "dave");
  g_assert_cmpuint (g_hash_table_size (alice->others) + g_hash_table_size (bob->others), ==, 4);
}

/* Two halves of the room, each complete, and one name: while the first was cut
 * off the server, others came and took the name. */
static void
test_halves_meet (PeerjsFixture *fixture,
                  gconstpointer data)
{
  PeerjsMember *new1, *new2;

  peerjs_fixture_add (fixture, "alice");
  peerjs_fixture_add (fixture, "bob");
  fixture->is_closed_to_old = TRUE;
  peerjs_fixture_stop_server (fixture);
  peerjs_fixture_start_server (fixture);

  new1 = peerjs_fixture_begin (fixture, "new1");
  peer_test_wait (new1->serial != 0);
  new2 = peerjs_fixture_begin (fixture, "new2");
  peer_test_wait (new2->serial != 0 && g_hash_table_size (new2->others) == 1);
  peer_test_wait (fixture->waiting->len >= 2);

  peerjs_fixture_let_old_in (fixture);
  peerjs_fixture_wait (fixture);
  g_assert_cmpstr (peerjs_member_get_host_id (new2), ==, "alice");
  peerjs_fixture_assert_joined_once (fixture);
}

/* Links outlive the server, and whoever comes later finds them all. */
static void
test_server_restarts (PeerjsFixture *fixture,
                      gconstpointer data)
{
  begin_members (fixture, 3);
  peerjs_fixture_wait (fixture);

  peerjs_fixture_stop_server (fixture);
  peerjs_fixture_start_server (fixture);
  peerjs_fixture_assert_agreement (fixture);
  peer_test_wait (peerjs_fixture_get_client (fixture, PEERJS_ROOM) != NULL && peer_server_get_n_clients (fixture->server) == 4);

  peerjs_fixture_add (fixture, "dave");
  peerjs_fixture_assert_joined_once (fixture);
}

static void
test_member_comes_back (PeerjsFixture *fixture,
                        gconstpointer data)
{
  PeerjsMember *alice = peerjs_fixture_add (fixture, "alice");
  PeerjsMember *bob = peerjs_fixture_add (fixture, "bob");

  g_ptr_array_remove (fixture->members, bob);
  peer_test_wait (g_hash_table_size (alice->others) == 0 && peerjs_fixture_get_client (fixture, "bob") == NULL);
  peerjs_fixture_add (fixture, "bob");
  g_assert_cmpuint (GPOINTER_TO_UINT (g_hash_table_lookup (alice->joins, "bob")), ==, 2);
}

static void
wait_for_failure (PeerjsMember *member,
                  PeerError code)
{
  peer_test_wait (member->error != NULL);
  g_assert_error (member->error, PEER_ERROR, (int) code);
  g_assert_true (peer_room_network_is_closed (member->network));
  peerjs_member_free (member);
}

static void
test_failures (PeerjsFixture *fixture,
               gconstpointer data)
{
  GSocketService *stranger;
  guint port;

  peerjs_fixture_add (fixture, "alice");
  wait_for_failure (peerjs_member_new (PEERJS_ROOM, "alice", fixture->port), PEER_ERROR_UNAVAILABLE_ID);
  wait_for_failure (peerjs_member_new ("no#name", "bob", fixture->port), PEER_ERROR_INVALID_ID);
  wait_for_failure (peerjs_member_new (PEERJS_ROOM, "no#id", fixture->port), PEER_ERROR_INVALID_ID);

  stranger = peer_test_stranger_new ("", &port);
  wait_for_failure (peerjs_member_new (PEERJS_ROOM, "bob", port), PEER_ERROR_NETWORK);
  g_socket_service_stop (stranger);
  g_object_unref (stranger);
}

static void
close_network (gpointer data)
{
  peer_room_network_close (((PeerjsMember *) data)->network);
}

static void
test_close_in_handlers (PeerjsFixture *fixture,
                        gconstpointer data)
{
  const char *const signals[] = { "opened", "member-joined", "authorize", "frame", "member-left", "status" };

  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      PeerjsMember *alice = peerjs_fixture_add (fixture, "alice");
      PeerjsMember *bob = peerjs_fixture_begin (fixture, "bob");

      peer_test_on (bob->network, signals[i], close_network, bob);
      if (i >= 3 && i < 5)
        peerjs_fixture_wait (fixture);
      if (i == 3)
        send_text (alice, NULL, "hello");
      if (i == 4)
        g_ptr_array_remove (fixture->members, alice);
      peer_test_wait (peer_room_network_is_closed (bob->network));
      g_ptr_array_set_size (fixture->members, 0);
      peer_test_wait (peer_server_get_n_clients (fixture->server) == 0);
    }
}

#define ADD(name, data, func) g_test_add ("/room-peerjs/" name, PeerjsFixture, GUINT_TO_POINTER (data), peerjs_fixture_set_up, func, peerjs_fixture_tear_down)

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("alone", 0, test_alone);
  ADD ("id-of-the-server", 0, test_id_of_the_server);
  ADD ("newcomers", 0, test_newcomers);
  ADD ("all-at-once/2", 2, test_all_at_once);
  ADD ("all-at-once/5", 5, test_all_at_once);
  ADD ("all-at-once/16", 16, test_all_at_once);
  ADD ("frames", 0, test_frames);
  ADD ("last-words", 0, test_last_words);
  ADD ("holder-leaves", 0, test_holder_leaves);
  ADD ("holder-who-is-not-host-leaves", 0, test_holder_who_is_not_host_leaves);
  ADD ("halves-meet", 0, test_halves_meet);
  ADD ("server-restarts", 0, test_server_restarts);
  ADD ("member-comes-back", 0, test_member_comes_back);
  ADD ("failures", 0, test_failures);
  ADD ("close-in-handlers", 0, test_close_in_handlers);

  return g_test_run ();
}
