/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "mesh-world.h"
#include "peer-test-util.h"

/* Who gets into a room that is a mesh. */

typedef struct
{
  const RoomWorld *kind;
  gpointer world;
  PeerRoom *alice; /* is in, and asks for credentials */
  PeerJoinRequest *request;
  gboolean holds_requests;
} Fixture;

static gboolean
authorize_cb (PeerRoom *room,
              PeerJoinRequest *request,
              Fixture *fixture)
{
  GVariant *credentials = peer_join_request_get_credentials (request);

  if (fixture->holds_requests)
    {
      g_set_object (&fixture->request, request);
      return TRUE;
    }

  if (credentials != NULL && g_str_equal (g_variant_get_string (credentials, NULL), "open sesame"))
    peer_join_request_accept (request);
  else
    peer_join_request_refuse (request, "Wrong password");

  return TRUE;
}

typedef struct
{
  gboolean is_done;
  GError *error;
} Joining;

static void
joined_cb (GObject *room,
           GAsyncResult *result,
           gpointer user_data)
{
  Joining *joining = user_data;

  peer_room_join_finish (PEER_ROOM (room), result, &joining->error);
  joining->is_done = TRUE;
}

static PeerRoom *
begin_to_join (Fixture *fixture,
               const char *id,
               const char *password,
               Joining *joining)
{
  PeerRoom *room = fixture->kind->make_room (fixture->world, "lobby", id);

  if (password != NULL)
    peer_room_set_credentials (room, g_variant_new_string (password));
  peer_room_join_async (room, NULL, joined_cb, joining);

  return room;
}

static void
end (PeerRoom *room)
{
  peer_room_leave_async (room, NULL, NULL, NULL);
  peer_test_settle ();
  g_object_unref (room);
}

static void
fixture_set_up (Fixture *fixture,
                gconstpointer data)
{
  Joining joining = { 0 };

  fixture->kind = data;
  fixture->world = fixture->kind->begin ();
  fixture->alice = begin_to_join (fixture, "alice", "open sesame", &joining);
  g_signal_connect (fixture->alice, "authorize", G_CALLBACK (authorize_cb), fixture);
  peer_test_wait (joining.is_done);
  g_assert_no_error (joining.error);
}

static void
fixture_tear_down (Fixture *fixture,
                   gconstpointer data)
{
  g_clear_object (&fixture->request);
  end (fixture->alice);
  fixture->kind->end (fixture->world);
}

static void
test_password (Fixture *fixture,
               gconstpointer data)
{
  Joining joining = { 0 };
  PeerRoom *bob;

  g_test_summary ("Who has the password is let in");

  bob = begin_to_join (fixture, "bob", "open sesame", &joining);
  peer_test_wait (joining.is_done);
  g_assert_no_error (joining.error);
  peer_test_wait (peer_room_get_n_peers (fixture->alice) == 2 && peer_room_get_n_peers (bob) == 2);
  end (bob);
}

static void
test_no_password (Fixture *fixture,
                  gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  Joining joining = { 0 };
  PeerRoom *bob;

  g_test_summary ("Who has not is refused, and told why");

  bob = begin_to_join (fixture, "bob", NULL, &joining);
  peer_test_wait (joining.is_done);
  error = joining.error;
  g_assert_error (error, PEER_ERROR, PEER_ERROR_REFUSED);
  g_assert_cmpstr (error->message, ==, "Wrong password");
  g_assert_cmpuint (peer_room_get_n_peers (fixture->alice), ==, 1);
  end (bob);
}

static void
test_later (Fixture *fixture,
            gconstpointer data)
{
  Joining joining = { 0 };
  PeerRoom *bob;

  g_test_summary ("The answer may come later, and nobody is in before");

  fixture->holds_requests = TRUE;
  bob = begin_to_join (fixture, "bob", NULL, &joining);
  peer_test_wait (fixture->request != NULL);
  peer_test_settle ();
  g_assert_false (joining.is_done);
  g_assert_cmpuint (peer_room_get_n_peers (fixture->alice), ==, 1);
  g_assert_cmpstr (peer_join_request_get_peer_id (fixture->request), ==, "bob");

  peer_join_request_accept (fixture->request);
  peer_test_wait (joining.is_done);
  g_assert_no_error (joining.error);
  peer_test_wait (peer_room_get_n_peers (fixture->alice) == 2);
  end (bob);
}

static void
test_dropped (Fixture *fixture,
              gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  Joining joining = { 0 };
  PeerRoom *bob;

  g_test_summary ("A request that is dropped is refused");

  fixture->holds_requests = TRUE;
  bob = begin_to_join (fixture, "bob", NULL, &joining);
  peer_test_wait (fixture->request != NULL);
  g_clear_object (&fixture->request);
  peer_test_wait (joining.is_done);
  error = joining.error;
  g_assert_error (error, PEER_ERROR, PEER_ERROR_REFUSED);
  end (bob);
}

static void
test_full (Fixture *fixture,
           gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  Joining joining = { 0 };
  PeerRoom *bob;

  g_test_summary ("A room that is full takes nobody in, whatever he knows");

  peer_room_set_max_members (fixture->alice, 1);
  bob = begin_to_join (fixture, "bob", "open sesame", &joining);
  peer_test_wait (joining.is_done);
  error = joining.error;
  g_assert_error (error, PEER_ERROR, PEER_ERROR_REFUSED);
  g_assert_cmpuint (peer_room_get_n_peers (fixture->alice), ==, 1);
  end (bob);
}

static void
add (const char *path,
     const RoomWorld *kind,
     void (*test) (Fixture *fixture,
                   gconstpointer data))
{
  g_test_add (path, Fixture, kind, fixture_set_up, test, fixture_tear_down);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  add ("/mesh-admission/signaling/password", &mesh_world_signaling, test_password);
  add ("/mesh-admission/signaling/no-password", &mesh_world_signaling, test_no_password);
  add ("/mesh-admission/signaling/later", &mesh_world_signaling, test_later);
  add ("/mesh-admission/signaling/dropped", &mesh_world_signaling, test_dropped);
  add ("/mesh-admission/signaling/full", &mesh_world_signaling, test_full);
  add ("/mesh-admission/manager/password", &mesh_world_manager, test_password);
  add ("/mesh-admission/manager/no-password", &mesh_world_manager, test_no_password);
  add ("/mesh-admission/manager/later", &mesh_world_manager, test_later);

  return g_test_run ();
}
