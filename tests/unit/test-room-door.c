/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-test-util.h"

#include "libpeerglib/peer-room-door-private.h"

#define NAME "lobby"

/* A member of a room, and what its door told it. */
typedef struct
{
  PeerPeer *peer;
  PeerRoomDoor *door;
  guint n_taken;
  guint n_greeted;
  guint n_failed;
  char *greeting; /* the last one */
  GError *error;  /* the last one */
} Member;

typedef struct
{
  PeerServer *server;
  guint port;
  GPtrArray *members;
} Fixture;

static void
taken_cb (Member *member)
{
  member->n_taken++;
}

static gboolean
greeted_cb (Member *member,
            GVariant *greeting)
{
  if (!g_variant_is_of_type (greeting, G_VARIANT_TYPE_STRING))
    return FALSE;

  member->n_greeted++;
  g_free (member->greeting);
  member->greeting = g_variant_dup_string (greeting, NULL);

  return TRUE;
}

static void
failed_cb (Member *member,
           const GError *error)
{
  member->n_failed++;
  g_clear_error (&member->error);
  member->error = g_error_copy (error);
}

static void
member_free (Member *member)
{
  peer_room_door_close (member->door);
  g_assert_finalize_object (member->door);
  peer_test_peer_finish (member->peer);
  g_free (member->greeting);
  g_clear_error (&member->error);
  g_free (member);
}

static PeerPeer *
new_peer (Fixture *fixture,
          const char *id)
{
  g_autofree char *uri = g_strdup_printf ("http://127.0.0.1:%u/", fixture->port);
  PeerPeer *peer = peer_peer_new_for_uri (uri, id);

  peer->links->transport_factory = peer_loopback_transport_new;
  peer_peer_set_reconnect_delay (peer, 20);
  peer->links->certificate = g_bytes_new_static ("test", 4);

  return peer;
}

/* A member whose door greets with its id. */
static Member *
add_member (Fixture *fixture,
            const char *id)
{
  Member *member = g_new0 (Member, 1);

  member->peer = new_peer (fixture, id);
  member->door = peer_room_door_new (member->peer, NAME);
  g_signal_connect_swapped (member->door, "taken", G_CALLBACK (taken_cb), member);
  g_signal_connect_swapped (member->door, "greeted", G_CALLBACK (greeted_cb), member);
  g_signal_connect_swapped (member->door, "failed", G_CALLBACK (failed_cb), member);
  peer_room_door_set_greeting (member->door, g_variant_new_string (id));
  g_ptr_array_add (fixture->members, member);

  return member;
}

static Member *
add_holder (Fixture *fixture,
            const char *id)
{
  Member *member = add_member (fixture, id);

  peer_room_door_check (member->door);
  peer_test_wait (member->n_taken == 1);

  return member;
}

static Member *
add_visitor (Fixture *fixture,
             const char *id)
{
  Member *member = add_member (fixture, id);

  peer_room_door_check (member->door);
  peer_test_wait (member->n_greeted == 1);

  return member;
}

static guint
count_holders (Fixture *fixture)
{
  guint n_holders = 0;

  for (guint i = 0; i < fixture->members->len; i++)
    {
      Member *member = g_ptr_array_index (fixture->members, i);

      n_holders += peer_room_door_get_is_held (member->door);
    }

  return n_holders;
}

static gboolean
name_is_taken (Fixture *fixture)
{
  return peer_server_get_client (fixture->server, NAME) != NULL;
}

static void
start_server (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  fixture->server = g_object_new (PEER_TYPE_SERVER, "host", "127.0.0.1", "port", fixture->port,
                                  "expire-timeout", 100, "cleanup-interval", 50, NULL);
  peer_server_listen (fixture->server, &error);
  g_assert_no_error (error);
  g_object_get (fixture->server, "port", &fixture->port, NULL);
}

static void
stop_server (Fixture *fixture)
{
  peer_server_stop (fixture->server);
  g_assert_finalize_object (fixture->server);
}

static void
set_up (Fixture *fixture,
        gconstpointer data)
{
  fixture->members = g_ptr_array_new_with_free_func ((GDestroyNotify) member_free);
  start_server (fixture);
}

static void
tear_down (Fixture *fixture,
           gconstpointer data)
{
  g_ptr_array_unref (fixture->members);
  stop_server (fixture);
}

static void
test_first_takes_the_name (Fixture *fixture,
                           gconstpointer data)
{
  Member *alice = add_holder (fixture, "alice");

  g_assert_true (peer_room_door_get_is_held (alice->door));
  g_assert_true (name_is_taken (fixture));
  g_assert_cmpuint (alice->n_greeted + alice->n_failed, ==, 0);
}

static void
test_second_is_greeted (Fixture *fixture,
                        gconstpointer data)
{
  Member *alice = add_holder (fixture, "alice");
  Member *bob = add_visitor (fixture, "bob");

  g_assert_cmpstr (bob->greeting, ==, "alice");
  g_assert_false (peer_room_door_get_is_held (bob->door));

  peer_room_door_set_greeting (alice->door, g_variant_new_string ("alice and bob"));
  peer_room_door_check (bob->door);
  peer_test_wait (bob->n_greeted == 2);
  g_assert_cmpstr (bob->greeting, ==, "alice and bob");
  g_assert_cmpuint (bob->n_taken + bob->n_failed, ==, 0);
  g_assert_cmpuint (alice->n_taken, ==, 1);
}

static void
test_one_of_many_takes_the_name (Fixture *fixture,
                                 gconstpointer data)
{
  guint n_greeted = 0;

  for (guint i = 0; i < 8; i++)
    {
      g_autofree char *id = g_strdup_printf ("member%u", i);

      peer_room_door_check (add_member (fixture, id)->door);
    }

  for (guint i = 0; i < 8; i++)
    {
      Member *member = g_ptr_array_index (fixture->members, i);

      peer_test_wait (member->n_taken + member->n_greeted == 1);
      n_greeted += member->n_greeted;
    }
  g_assert_cmpuint (n_greeted, ==, 7);
  g_assert_cmpuint (count_holders (fixture), ==, 1);
}

static void
test_next_takes_over (Fixture *fixture,
                      gconstpointer data)
{
  Member *alice = add_holder (fixture, "alice");
  Member *bob = add_visitor (fixture, "bob");
  Member *carol;

  peer_room_door_close (alice->door);
  g_assert_false (peer_room_door_get_is_held (alice->door));
  peer_room_door_check (bob->door);
  peer_test_wait (bob->n_taken == 1);

  carol = add_visitor (fixture, "carol");
  g_assert_cmpstr (carol->greeting, ==, "bob");
}

static void
server_message_cb (PeerServer *server,
                   PeerServerClient *client,
                   const char *type,
                   const char *dst,
                   Member *holder)
{
  if (g_str_equal (type, "OFFER") && g_str_equal (dst, NAME))
    peer_room_door_close (holder->door);
}

/* The holder is gone before it can greet. */
static void
test_holder_leaves_during_a_visit (Fixture *fixture,
                                   gconstpointer data)
{
  Member *alice = add_holder (fixture, "alice");
  Member *bob = add_member (fixture, "bob");

  g_signal_connect (fixture->server, "message", G_CALLBACK (server_message_cb), alice);
  peer_room_door_check (bob->door);
  peer_test_wait (bob->n_taken == 1);
  g_assert_cmpuint (bob->n_greeted, ==, 0);
}

/* Somebody holds the name who knows nothing of rooms. */
static void
test_stranger_holds_the_name (Fixture *fixture,
                              gconstpointer data)
{
  PeerPeer *stranger = new_peer (fixture, NAME);
  Member *alice;

  peer_test_on (stranger, "connection", (PeerTestAction) peer_peer_destroy, stranger);
  peer_test_peer_wait_open (stranger);
  alice = add_member (fixture, "alice");
  peer_room_door_check (alice->door);
  peer_test_wait (alice->n_taken == 1);
  peer_test_peer_finish (stranger);
}

static void
close_when_open_cb (PeerPeer *stranger,
                    PeerDataConnection *connection)
{
  peer_test_on (connection, "open", (PeerTestAction) peer_base_connection_close, connection);
}

static void
test_nobody_greets (Fixture *fixture,
                    gconstpointer data)
{
  PeerPeer *stranger = new_peer (fixture, NAME);
  Member *alice;

  g_signal_connect (stranger, "connection", G_CALLBACK (close_when_open_cb), NULL);
  peer_test_peer_wait_open (stranger);
  alice = add_member (fixture, "alice");
  peer_room_door_check (alice->door);
  peer_test_wait (alice->n_failed >= 2);
  g_assert_nonnull (alice->error);

  peer_test_peer_finish (stranger);
  peer_test_wait (alice->n_taken == 1);
}

static void
kick_holder (Fixture *fixture)
{
  peer_server_client_kick (peer_server_get_client (fixture->server, NAME), NULL);
}

static void
test_greeting_makes_no_sense (Fixture *fixture,
                              gconstpointer data)
{
  Member *alice = add_holder (fixture, "alice");
  Member *bob = add_member (fixture, "bob");

  peer_room_door_set_greeting (alice->door, g_variant_new_boolean (TRUE));
  peer_room_door_check (bob->door);
  peer_test_wait (bob->n_failed == 2);
  g_assert_error (bob->error, PEER_ERROR, PEER_ERROR_INVALID_DATA);

  peer_room_door_set_greeting (alice->door, g_variant_new_string ("alice"));
  peer_test_wait (bob->n_greeted == 1);
}

/* The way to the server was interrupted, for this one only. */
static void
test_line_is_lost (Fixture *fixture,
                   gconstpointer data)
{
  Member *alice = add_holder (fixture, "alice");

  kick_holder (fixture);
  peer_test_wait (alice->n_taken == 2);
  g_assert_true (peer_room_door_get_is_held (alice->door));
}

/* Meanwhile somebody else came, found the name free and took it. */
static void
test_name_is_lost (Fixture *fixture,
                   gconstpointer data)
{
  Member *alice = add_holder (fixture, "alice");

  peer_peer_disconnect_from_server (alice->peer);
  kick_holder (fixture);
  peer_test_wait (!peer_room_door_get_is_held (alice->door));
  add_holder (fixture, "bob");
  peer_peer_reconnect (alice->peer);
  peer_test_wait (alice->n_greeted == 1);
  g_assert_cmpstr (alice->greeting, ==, "bob");
  g_assert_cmpuint (count_holders (fixture), ==, 1);
}

static void
test_server_restarts (Fixture *fixture,
                      gconstpointer data)
{
  Member *alice = add_holder (fixture, "alice");
  Member *bob = add_visitor (fixture, "bob");

  stop_server (fixture);
  peer_room_door_check (bob->door);
  peer_test_wait (!peer_room_door_get_is_held (alice->door));
  start_server (fixture);

  peer_test_wait (alice->n_taken + alice->n_greeted == 2 && bob->n_taken + bob->n_greeted == 2);
  g_assert_cmpuint (count_holders (fixture), ==, 1);
}

static void
test_checked_before_the_member_is_open (Fixture *fixture,
                                        gconstpointer data)
{
  Member *alice = add_member (fixture, "alice");

  peer_room_door_check (alice->door);
  peer_room_door_check (alice->door);
  g_assert_false (peer_peer_get_is_open (alice->peer));
  peer_test_wait (alice->n_taken == 1);
}

static void
test_close_in_handlers (Fixture *fixture,
                        gconstpointer data)
{
  const char *const signals[] = { "taken", "greeted", "failed" };

  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      Member *holder = i == 1 ? add_holder (fixture, "holder") : NULL;
      PeerPeer *stranger = i == 2 ? new_peer (fixture, NAME) : NULL;
      Member *alice = add_member (fixture, "alice");

      if (stranger != NULL)
        {
          g_signal_connect (stranger, "connection", G_CALLBACK (close_when_open_cb), NULL);
          peer_test_peer_wait_open (stranger);
        }
      peer_test_on (alice->door, signals[i], (PeerTestAction) peer_room_door_close, alice->door);
      peer_room_door_check (alice->door);
      peer_test_wait (alice->n_taken + alice->n_greeted + alice->n_failed == 1);
      g_ptr_array_remove (fixture->members, alice);
      if (holder != NULL)
        g_ptr_array_remove (fixture->members, holder);
      if (stranger != NULL)
        peer_test_peer_finish (stranger);
      peer_test_wait (!name_is_taken (fixture));
    }
}

static void
test_crowd (Fixture *fixture,
            gconstpointer data)
{
  add_holder (fixture, "alice");
  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *id = g_strdup_printf ("member%u", i);

      peer_room_door_check (add_member (fixture, id)->door);
    }

  for (guint i = 1; i <= 100; i++)
    {
      Member *member = g_ptr_array_index (fixture->members, i);

      peer_test_wait (member->n_greeted == 1);
    }
  g_assert_cmpuint (count_holders (fixture), ==, 1);
}

#define ADD(name, func) g_test_add ("/room-door/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("first-takes-the-name", test_first_takes_the_name);
  ADD ("second-is-greeted", test_second_is_greeted);
  ADD ("one-of-many-takes-the-name", test_one_of_many_takes_the_name);
  ADD ("next-takes-over", test_next_takes_over);
  ADD ("holder-leaves-during-a-visit", test_holder_leaves_during_a_visit);
  ADD ("stranger-holds-the-name", test_stranger_holds_the_name);
  ADD ("nobody-greets", test_nobody_greets);
  ADD ("greeting-makes-no-sense", test_greeting_makes_no_sense);
  ADD ("line-is-lost", test_line_is_lost);
  ADD ("name-is-lost", test_name_is_lost);
  ADD ("server-restarts", test_server_restarts);
  ADD ("checked-before-the-member-is-open", test_checked_before_the_member_is_open);
  ADD ("close-in-handlers", test_close_in_handlers);
  ADD ("crowd", test_crowd);

  return g_test_run ();
}
