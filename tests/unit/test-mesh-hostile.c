/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "mesh-fixture.h"
#include "peer-test-util.h"

#define HELLO "{\"type\":\"SYSTEM\",\"action\":\"PEER_JOIN\",\"payload\":{\"session\":\"s1\",\"serial\":5}}"
#define WELCOME "{\"type\":\"SYSTEM\",\"action\":\"ROOM_STATE\",\"payload\":{\"peers\":[]}}"

/* The test itself is at the other end, and made the offer as mallory. */
static TestLink *
open_raw (TestMesh *mesh)
{
  TestLink *outgoing;
  g_autoptr (TestLink) incoming = NULL;

  test_link_new_pair ("mallory", mesh->me->id, &outgoing, &incoming);
  test_link_record (outgoing);
  g_assert_true (peer_mesh_network_takes_offer (PEER_MESH_NETWORK (mesh), "mallory", NULL));
  peer_mesh_network_add_link (PEER_MESH_NETWORK (mesh), PEER_ROOM_LINK (incoming), NULL);
  test_link_open (outgoing);
  peer_test_wait (g_str_has_prefix (outgoing->kinds->str, "join "));

  return outgoing;
}

static void
test_not_admitted (void)
{
  g_autoptr (TestWorld) world = test_world_new ();
  TestMesh *alice = test_mesh_open_alone (world, "alice");
  g_autoptr (TestLink) link = open_raw (alice);

  g_test_summary ("What comes before both took each other in is not heard; what comes after is, by the link's name only");

  test_link_say (link, "{\"peer_id\":\"alice\",\"message\":\"early\"}");
  test_link_say (link, HELLO);
  test_link_say (link, "{\"peer_id\":\"mallory\",\"message\":\"early\"}");
  peer_test_wait (g_str_equal (link->kinds->str, "join room-state "));
  test_mesh_assert (alice, "opened ");

  test_link_say (link, WELCOME);
  test_link_say (link, "{\"peer_id\":\"bob\",\"message\":\"now\"}");
  test_link_say (link, "{\"type\":\"SYSTEM\",\"action\":\"EVENT\",\"target\":\"carol\",\"payload\":{\"event\":\"e\"}}");
  test_mesh_wait (alice, "opened +mallory mallory:now ");
  peer_test_settle ();
  test_mesh_assert (alice, "opened +mallory mallory:now ");

  test_link_say (link, "{\"type\":\"SYSTEM\",\"action\":\"PEER_LEAVE\"}");
  test_mesh_wait (alice, "opened +mallory mallory:now -mallory ");
  test_mesh_leave (&alice);
}

static void
assert_thrown_out (TestMesh *mesh,
                   TestLink *link)
{
  peer_test_wait (link->was_closed);
  g_assert_cmpstr (link->kinds->str, ==, "join error leave ");
  test_mesh_assert (mesh, "opened ");
}

typedef struct
{
  const char *frame;
  PeerError code;
} Nonsense;

static const Nonsense nonsense[] = {
  { "{\"type\":\"SYSTEM\",\"action\":\"PEER_JOIN\"}", PEER_ERROR_INVALID_DATA },
  { "{\"type\":\"SYSTEM\",\"action\":\"PEER_JOIN\",\"payload\":{\"session\":\"s\"}}", PEER_ERROR_INVALID_DATA },
  { "{\"type\":\"SYSTEM\",\"action\":\"PEER_JOIN\",\"payload\":{\"session\":\"s\",\"serial\":-3}}", PEER_ERROR_INVALID_DATA },
};

static void
test_nonsense (void)
{
  g_autoptr (TestWorld) world = test_world_new ();
  TestMesh *alice = test_mesh_open_alone (world, "alice");

  g_test_summary ("Whoever says nothing usable of himself is told so and thrown out");

  for (guint i = 0; i < G_N_ELEMENTS (nonsense); i++)
    {
      g_autoptr (TestLink) link = open_raw (alice);

      test_link_say (link, nonsense[i].frame);
      assert_thrown_out (alice, link);
      g_assert_error (link->error, PEER_ERROR, (int) nonsense[i].code);
    }
  test_mesh_leave (&alice);
}

static void
test_oversized (gconstpointer data)
{
  g_autoptr (TestWorld) world = test_world_new ();
  TestMesh *alice = test_mesh_open_alone (world, "alice");
  g_autoptr (TestLink) link = open_raw (alice);
  g_autofree char *filling = g_strnfill (300 * 1024, 'x');
  g_autoptr (GString) frame = g_string_new (data);

  g_test_summary ("Whoever says too much of himself is told so and thrown out");

  g_string_replace (frame, "FILLING", filling, 1);
  test_link_say (link, frame->str);
  assert_thrown_out (alice, link);
  g_assert_error (link->error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED);
  test_mesh_leave (&alice);
}

static void
test_serials (void)
{
  g_autoptr (TestWorld) world = test_world_new ();
  TestMesh *bob = test_mesh_new (world, "bob");
  TestLink *outgoing;
  g_autoptr (TestLink) incoming = NULL;

  g_test_summary ("A newcomer's serial is larger than that of the member, whatever the clocks say");

  g_hash_table_insert (world->meshes, g_strdup ("bob"), bob);
  peer_room_network_open (PEER_ROOM_NETWORK (bob));
  test_link_new_pair ("bob", "alice", &outgoing, &incoming);
  test_link_record (incoming);
  peer_mesh_network_add_link (PEER_MESH_NETWORK (bob), PEER_ROOM_LINK (outgoing), NULL);
  g_object_unref (outgoing);
  test_link_open (outgoing);
  peer_test_settle ();
  g_assert_cmpstr (incoming->kinds->str, ==, "");

  /* In the year 2223. */
  test_link_say (incoming, "{\"type\":\"SYSTEM\",\"action\":\"PEER_JOIN\",\"payload\":{\"session\":\"s\",\"serial\":8000000000000000}}");
  test_link_say (incoming, WELCOME);
  test_mesh_wait (bob, "+alice ");
  peer_mesh_network_settle (PEER_MESH_NETWORK (bob));
  test_mesh_wait (bob, "+alice opened ");
  g_assert_cmpint (bob->record->serial, ==, 8000000000000001);
  g_assert_cmpstr (test_mesh_get_host (bob), ==, "alice");
  test_mesh_leave (&bob);
}

static void
test_timestamp (void)
{
  g_autoptr (TestWorld) world = test_world_new ();
  TestMesh *alice = test_mesh_open_alone (world, "alice");
  g_autoptr (TestLink) link = open_raw (alice);

  g_test_summary ("A page that says but when it joined is a member by that time");

  test_link_say (link, "{\"type\":\"SYSTEM\",\"action\":\"PEER_JOIN\",\"payload\":{\"userAgent\":\"x\",\"timestamp\":1000}}");
  test_link_say (link, WELCOME);
  test_mesh_wait (alice, "opened +mallory ");
  g_assert_cmpstr (test_mesh_get_host (alice), ==, "mallory");
  test_mesh_leave (&alice);
}

static void
test_storm (void)
{
  g_autoptr (TestWorld) world = test_world_new ();
  TestMesh *alice = test_mesh_open_alone (world, "alice");
  guint n_taken = 0;

  g_test_summary ("A room has so many links as it may have members and a few to tell others that it is full");

  alice->me->max_members = 4;
  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *id = g_strdup_printf ("m%u", i);
      g_autoptr (PeerRoomLink) link = g_object_new (TEST_TYPE_LINK, "remote-id", id, NULL);

      if (!peer_mesh_network_takes_offer (PEER_MESH_NETWORK (alice), id, NULL))
        continue;
      n_taken++;
      peer_mesh_network_add_link (PEER_MESH_NETWORK (alice), link, NULL);
    }
  g_assert_cmpuint (n_taken, ==, 20);
  g_assert_false (peer_mesh_network_takes_offer (PEER_MESH_NETWORK (alice), "", NULL));
  test_mesh_leave (&alice);
}

static void
test_silent (gconstpointer data)
{
  const char *hello = data;
  g_autoptr (TestWorld) world = test_world_new ();
  TestMesh *alice = test_mesh_open_alone (world, "alice");
  g_autoptr (TestLink) link = NULL;

  g_test_summary ("One who has a link and does not say hello loses it, and is told why");

  peer_mesh_network_set_hello_timeout (PEER_MESH_NETWORK (alice), 100);
  link = open_raw (alice);
  if (hello != NULL)
    test_link_say (link, hello);
  peer_test_wait (link->was_closed);
  g_assert_error (link->error, PEER_ERROR, PEER_ERROR_TIMED_OUT);
  test_mesh_assert (alice, "opened ");
  test_mesh_leave (&alice);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/mesh-hostile/not-admitted", test_not_admitted);
  g_test_add_func ("/mesh-hostile/nonsense", test_nonsense);
  g_test_add_data_func ("/mesh-hostile/oversized/hello",
                        "{\"type\":\"SYSTEM\",\"action\":\"PEER_JOIN\",\"payload\":{\"session\":\"s\",\"serial\":5,\"metadata\":\"FILLING\"}}",
                        test_oversized);
  g_test_add_data_func ("/mesh-hostile/oversized/welcome",
                        "{\"type\":\"SYSTEM\",\"action\":\"ROOM_STATE\",\"payload\":{\"peers\":[],\"shared\":{\"x\":\"FILLING\"}}}",
                        test_oversized);
  g_test_add_func ("/mesh-hostile/serials", test_serials);
  g_test_add_func ("/mesh-hostile/timestamp", test_timestamp);
  g_test_add_func ("/mesh-hostile/storm", test_storm);
  g_test_add_data_func ("/mesh-hostile/silent", NULL, test_silent);
  g_test_add_data_func ("/mesh-hostile/talks-of-other-things", "{\"message\":\"x\"}", test_silent);

  return g_test_run ();
}
