/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "mesh-member.h"
#include "peer-test-util.h"

#include "libpeerglib/peer-room-manager-mesh-private.h"

typedef struct
{
  PeerServer *server;
  PeerSignalingManager *manager;
  char *uri;
} Fixture;

static void
fixture_start (Fixture *fixture,
               guint port)
{
  g_autoptr (GError) error = NULL;

  fixture->server = g_object_new (PEER_TYPE_SERVER, "host", "127.0.0.1", "port", port, NULL);
  peer_server_listen (fixture->server, &error);
  g_assert_no_error (error);
  fixture->manager = peer_signaling_manager_new ();
  peer_signaling_manager_attach (fixture->manager, peer_server_get_soup_server (fixture->server), NULL, &error);
  g_assert_no_error (error);
}

static void
fixture_stop (Fixture *fixture)
{
  peer_signaling_manager_stop (fixture->manager);
  peer_server_stop (fixture->server);
  g_clear_object (&fixture->manager);
  g_clear_object (&fixture->server);
}

static void
fixture_set_up (Fixture *fixture,
                gconstpointer data)
{
  fixture_start (fixture, 0);
  fixture->uri = g_strdup_printf ("ws://127.0.0.1:%u/webrtc", peer_server_get_port (fixture->server));
}

static void
fixture_tear_down (Fixture *fixture,
                   gconstpointer data)
{
  fixture_stop (fixture);
  g_free (fixture->uri);
}

static void
member_join (MeshMember *member,
             gpointer place,
             const char *id)
{
  Fixture *fixture = place;
  g_autoptr (PeerLinkSettings) links = mesh_member_links_new ();
  g_autoptr (PeerRoomSelf) self = peer_room_self_new ("room", id);
  g_autoptr (GError) error = NULL;
  PeerRoomNetwork *network;

  self->token = g_uuid_string_random ();
  network = peer_room_manager_mesh_new (self, fixture->uri, links, &error);
  g_assert_no_error (error);
  mesh_member_init (member, network);
  peer_room_manager_mesh_set_line_delay (PEER_ROOM_MANAGER_MESH (network), 1);
  peer_room_network_open (network);
}

static void
test_two (Fixture *fixture,
          gconstpointer data)
{
  MeshMember alice;
  MeshMember bob;

  g_test_summary ("A newcomer is told who is there, linked and heard");

  member_join (&alice, fixture, "alice");
  mesh_member_wait (&alice, "opened ");
  member_join (&bob, fixture, "bob");
  mesh_members_talk (&alice, &bob);
  peer_test_wait (peer_signaling_manager_get_n_sessions (fixture->manager) == 1);
  mesh_member_leave (&alice);
  peer_test_wait (peer_signaling_manager_get_n_sessions (fixture->manager) == 0);
}

static void
test_many (Fixture *fixture,
           gconstpointer data)
{
  g_test_summary ("Many who come in the same moment have a link to each, and agree on their host");

  mesh_members_meet (GPOINTER_TO_UINT (data), member_join, fixture);
}

static void
test_outage (Fixture *fixture,
             gconstpointer data)
{
  MeshMember alice;
  MeshMember bob;
  MeshMember carol;
  guint port = peer_server_get_port (fixture->server);

  g_test_summary ("Members go on without the manager, and a newcomer finds them when it is there again");

  member_join (&alice, fixture, "alice");
  mesh_member_wait (&alice, "opened ");
  member_join (&bob, fixture, "bob");
  mesh_member_wait (&bob, "+alice opened ");
  mesh_member_wait (&alice, "opened +bob ");

  fixture_stop (fixture);
  g_assert_true (network_recorder_say (alice.record, NULL, "alone", NULL));
  mesh_member_wait (&bob, "+alice opened alice:alone ");

  fixture_start (fixture, port);
  peer_test_wait (peer_signaling_manager_get_n_sessions (fixture->manager) == 2);
  member_join (&carol, fixture, "carol");
  mesh_member_wait (&alice, "opened +bob +carol ");
  mesh_member_wait (&bob, "+alice opened alice:alone +carol ");
  peer_test_wait (strstr (carol.record->events->str, "opened") != NULL);
  mesh_member_leave (&carol);
  mesh_member_leave (&bob);
  mesh_member_leave (&alice);
}

static void
test_no_manager (Fixture *fixture,
                 gconstpointer data)
{
  MeshMember alice;
  guint port = peer_server_get_port (fixture->server);

  g_test_summary ("Without a manager nobody joins");

  fixture_stop (fixture);
  member_join (&alice, fixture, "alice");
  mesh_member_wait (&alice, "failed:network ");
  mesh_member_leave (&alice);
  fixture_start (fixture, port);
}

static void
test_id_taken (Fixture *fixture,
               gconstpointer data)
{
  MeshMember alice;
  MeshMember other;

  g_test_summary ("One who asks for somebody else's id is told so");

  member_join (&alice, fixture, "alice");
  mesh_member_wait (&alice, "opened ");
  member_join (&other, fixture, "alice");
  mesh_member_wait (&other, "failed:unavailable-id ");
  mesh_member_leave (&other);
  mesh_member_leave (&alice);
}

static void
test_absent (Fixture *fixture,
             gconstpointer data)
{
  MeshMember alice;

  g_test_summary ("One who is said to be there and is not is given up at the manager's word");

  member_join (&alice, fixture, "alice");
  mesh_member_wait (&alice, "opened ");
  peer_mesh_network_heard_of (PEER_MESH_NETWORK (alice.network), "nobody", NULL);
  g_assert_false (peer_mesh_network_needs_link (PEER_MESH_NETWORK (alice.network), "nobody", NULL));
  peer_test_wait (peer_mesh_network_needs_link (PEER_MESH_NETWORK (alice.network), "nobody", NULL));
  mesh_member_leave (&alice);
}

static void
test_bad_uri (Fixture *fixture,
              gconstpointer data)
{
  g_autoptr (PeerLinkSettings) links = mesh_member_links_new ();
  g_autoptr (PeerRoomSelf) self = peer_room_self_new ("room", "alice");
  g_autoptr (GError) error = NULL;

  g_test_summary ("What is no address is an error");

  g_assert_null (peer_room_manager_mesh_new (self, "nowhere", links, &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_SERVER_ERROR);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, data, func) g_test_add ("/manager-mesh/" name, Fixture, data, fixture_set_up, func, fixture_tear_down)
  ADD ("two", NULL, test_two);
  ADD ("many/5", GUINT_TO_POINTER (5), test_many);
  ADD ("many/16", GUINT_TO_POINTER (16), test_many);
  ADD ("outage", NULL, test_outage);
  ADD ("no-manager", NULL, test_no_manager);
  ADD ("id-taken", NULL, test_id_taken);
  ADD ("absent", NULL, test_absent);
  ADD ("bad-uri", NULL, test_bad_uri);

  return g_test_run ();
}
