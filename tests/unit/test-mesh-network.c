/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "mesh-fixture.h"
#include "peer-test-util.h"

#define HELLO "{\"type\":\"SYSTEM\",\"action\":\"PEER_JOIN\",\"payload\":{\"session\":\"s1\",\"serial\":5}}"
#define WELCOME "{\"type\":\"SYSTEM\",\"action\":\"ROOM_STATE\",\"payload\":{\"peers\":[]}}"

#define assert_events(mesh, expected) g_assert_cmpstr ((mesh)->record->events->str, ==, expected)
#define wait_events(mesh, expected) peer_test_wait (g_str_equal ((mesh)->record->events->str, expected))

static const char *
host_of (TestMesh *mesh)
{
  return peer_mesh_network_get_host_id (PEER_MESH_NETWORK (mesh));
}

static void
leave (TestMesh **mesh)
{
  peer_room_network_close (PEER_ROOM_NETWORK (*mesh));
  g_assert_true ((*mesh)->is_stopped);
  peer_test_settle ();
  g_assert_finalize_object (*mesh);
  *mesh = NULL;
}

static TestMesh *
open_alone (TestWorld *world,
            const char *id)
{
  TestMesh *mesh = test_mesh_new (world, id);

  test_mesh_open (mesh, NULL);
  wait_events (mesh, "opened ");

  return mesh;
}

static void
test_alone (void)
{
  g_autoptr (TestWorld) world = test_world_new ();
  TestMesh *alice = open_alone (world, "alice");

  g_test_summary ("The first one in a room is its host");

  g_assert_cmpstr (host_of (alice), ==, "alice");
  g_assert_cmpint (alice->record->serial, >, 0);
  leave (&alice);
}

static void
test_two (void)
{
  g_autoptr (TestWorld) world = test_world_new ();
  TestMesh *alice = open_alone (world, "alice");
  TestMesh *bob = test_mesh_new (world, "bob");

  g_test_summary ("A newcomer and a member tell each other who they are; the newcomer's serial is the larger one");

  alice->me->state = g_variant_ref_sink (g_variant_new_parsed ("{'mood': <'fine'>}"));
  bob->me->metadata = g_variant_ref_sink (g_variant_new_parsed ("{'name': <'Bob'>}"));
  test_mesh_open (bob, "alice");
  wait_events (bob, "+alice opened ");
  wait_events (alice, "opened +bob ");
  g_assert_cmpstr (alice->record->metadata, ==, "{\"name\":\"Bob\"}");
  g_assert_cmpstr (bob->record->state, ==, "{\"mood\":\"fine\"}");
  g_assert_cmpint (bob->record->serial, >, alice->record->serial);
  g_assert_cmpstr (host_of (alice), ==, "alice");
  g_assert_cmpstr (host_of (bob), ==, "alice");

  g_assert_true (network_recorder_say (alice->record, NULL, "hello", NULL));
  g_assert_true (network_recorder_say (bob->record, "alice", "hi", NULL));
  wait_events (bob, "+alice opened alice:hello ");
  wait_events (alice, "opened +bob bob:hi ");

  leave (&alice);
  wait_events (bob, "+alice opened alice:hello -alice ");
  g_assert_cmpstr (host_of (bob), ==, "bob");
  leave (&bob);
}

static void
test_glare (void)
{
  g_autoptr (TestWorld) world = test_world_new ();
  TestMesh *alice = test_mesh_new (world, "alice");
  TestMesh *bob = test_mesh_new (world, "bob");

  g_test_summary ("Two who offer each other a link in the same moment have one");

  test_mesh_open (alice, "bob");
  test_mesh_open (bob, "alice");
  wait_events (alice, "+bob opened ");
  wait_events (bob, "+alice opened ");
  g_assert_cmpuint (world->n_offers, ==, 2);
  g_assert_true (peer_room_link_get_is_outgoing (PEER_ROOM_LINK (test_mesh_get_link (alice, "bob"))));
  g_assert_cmpstr (host_of (alice), ==, host_of (bob));

  network_recorder_say (alice->record, NULL, "once", NULL);
  wait_events (bob, "+alice opened alice:once ");
  peer_test_settle ();
  assert_events (bob, "+alice opened alice:once ");
  leave (&alice);
  leave (&bob);
}

/* Each pair is linked, and nobody joined twice. */
static void
assert_full (TestMesh **meshes,
             guint n_meshes)
{
  for (guint i = 0; i < n_meshes; i++)
    {
      for (guint j = 0; j < n_meshes; j++)
        {
          g_autofree char *joined = g_strdup_printf ("+%s ", meshes[j]->me->id);
          const char *first = strstr (meshes[i]->record->events->str, joined);

          g_assert_true (i == j ? first == NULL : first != NULL);
          g_assert_true (i == j || strstr (first + 1, joined) == NULL);
        }
      g_assert_null (strchr (meshes[i]->record->events->str, '-'));
      g_assert_cmpstr (host_of (meshes[i]), ==, host_of (meshes[0]));
    }
}

static gboolean
is_full (TestMesh **meshes,
         guint n_meshes)
{
  for (guint i = 0; i < n_meshes; i++)
    {
      g_auto (GStrv) members = peer_mesh_network_list_members (PEER_MESH_NETWORK (meshes[i]));

      if (g_strv_length (members) != n_meshes - 1 || strstr (meshes[i]->record->events->str, "opened") == NULL)
        return FALSE;
    }

  return TRUE;
}

static void
test_rumour (gconstpointer data)
{
  g_autoptr (TestWorld) world = test_world_new ();
  guint n_meshes = GPOINTER_TO_UINT (data);
  g_autofree TestMesh **meshes = g_new0 (TestMesh *, n_meshes);

  g_test_summary ("Members who know of one other only, all at once, end up with a link to each");

  for (guint i = 0; i < n_meshes; i++)
    {
      g_autofree char *id = g_strdup_printf ("m%02u", i);
      g_autofree char *other = g_strdup_printf ("m%02u", i / 2);

      meshes[i] = test_mesh_new (world, id);
      test_mesh_open (meshes[i], i > 0 ? other : NULL);
    }
  peer_test_wait (is_full (meshes, n_meshes));
  peer_test_settle ();
  assert_full (meshes, n_meshes);
  for (guint i = 0; i < n_meshes; i++)
    leave (&meshes[i]);
}

static void
test_crash (void)
{
  g_autoptr (TestWorld) world = test_world_new ();
  TestMesh *alice = open_alone (world, "alice");
  TestMesh *bob = test_mesh_new (world, "bob");

  g_test_summary ("One who vanishes has left once, and is looked for again until he is given up");

  test_mesh_open (bob, "alice");
  wait_events (alice, "opened +bob ");
  wait_events (bob, "+alice opened ");
  world->n_offers = 0;
  test_mesh_crash (bob);
  g_assert_finalize_object (bob);
  wait_events (alice, "opened +bob -bob ");
  peer_test_wait (world->n_offers > 0);
  assert_events (alice, "opened +bob -bob ");
  leave (&alice);
}

static void
test_reunion (void)
{
  g_autoptr (TestWorld) world = test_world_new ();
  TestMesh *alice = open_alone (world, "alice");
  TestMesh *bob = test_mesh_new (world, "bob");

  g_test_summary ("Members whose link was cut find each other again");

  test_mesh_open (bob, "alice");
  wait_events (alice, "opened +bob ");
  wait_events (bob, "+alice opened ");
  test_link_cut (test_mesh_get_link (alice, "bob"));
  wait_events (alice, "opened +bob -bob +bob ");
  wait_events (bob, "+alice opened -alice +alice ");
  g_assert_cmpstr (host_of (bob), ==, "alice");
  peer_test_settle ();
  assert_events (alice, "opened +bob -bob +bob ");
  leave (&alice);
  leave (&bob);
}

static void
test_new_session (void)
{
  g_autoptr (TestWorld) world = test_world_new ();
  TestMesh *alice = open_alone (world, "alice");
  TestMesh *before = test_mesh_new (world, "bob");
  TestMesh *after = test_mesh_new (world, "bob");

  g_test_summary ("A member that starts anew replaces what it was before");

  test_mesh_open (before, "alice");
  wait_events (alice, "opened +bob ");
  test_mesh_open (after, "alice");
  wait_events (alice, "opened +bob -bob +bob ");
  wait_events (after, "+alice opened ");
  peer_test_settle ();
  assert_events (alice, "opened +bob -bob +bob ");
  leave (&before);
  leave (&after);
  leave (&alice);
}

static void
test_refused (void)
{
  g_autoptr (TestWorld) world = test_world_new ();
  TestMesh *alice = open_alone (world, "alice");
  TestMesh *bob = test_mesh_new (world, "bob");

  g_test_summary ("One who is refused is told so, and nobody else hears of him");

  alice->record->refuses = TRUE;
  test_mesh_open (bob, "alice");
  wait_events (bob, "failed:refused ");
  g_assert_true (bob->is_stopped);
  peer_test_settle ();
  assert_events (alice, "opened ");
  g_assert_finalize_object (bob);
  leave (&alice);
}

static void
test_answered_later (void)
{
  g_autoptr (TestWorld) world = test_world_new ();
  TestMesh *alice = open_alone (world, "alice");
  TestMesh *bob = test_mesh_new (world, "bob");

  g_test_summary ("Whoever waits to be let in hears nothing and is not heard");

  alice->record->holds_admissions = TRUE;
  test_mesh_open (bob, "alice");
  peer_test_wait (alice->record->admission != NULL);
  g_assert_true (network_recorder_say (alice->record, NULL, "secret", NULL));
  peer_test_settle ();
  assert_events (bob, "");
  assert_events (alice, "opened ");

  peer_room_admission_answer (alice->record->admission, TRUE, NULL);
  assert_events (alice, "opened ");
  wait_events (alice, "opened +bob ");
  wait_events (bob, "+alice opened ");
  leave (&alice);
  leave (&bob);
}

static void
test_gone_before_the_answer (void)
{
  g_autoptr (TestWorld) world = test_world_new ();
  TestMesh *alice = open_alone (world, "alice");
  TestMesh *bob = test_mesh_new (world, "bob");

  g_test_summary ("An answer to one who has gone does nothing");

  alice->record->holds_admissions = TRUE;
  test_mesh_open (bob, "alice");
  peer_test_wait (alice->record->admission != NULL);
  leave (&bob);
  peer_room_admission_answer (alice->record->admission, TRUE, NULL);
  peer_test_settle ();
  assert_events (alice, "opened ");
  leave (&alice);
}

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
  TestMesh *alice = open_alone (world, "alice");
  g_autoptr (TestLink) link = open_raw (alice);

  g_test_summary ("What comes before both took each other in is not heard; what comes after is, by the link's name only");

  test_link_say (link, "{\"peer_id\":\"alice\",\"message\":\"early\"}");
  test_link_say (link, HELLO);
  test_link_say (link, "{\"peer_id\":\"mallory\",\"message\":\"early\"}");
  peer_test_wait (g_str_equal (link->kinds->str, "join room-state "));
  assert_events (alice, "opened ");

  test_link_say (link, WELCOME);
  test_link_say (link, "{\"peer_id\":\"bob\",\"message\":\"now\"}");
  test_link_say (link, "{\"type\":\"SYSTEM\",\"action\":\"EVENT\",\"target\":\"carol\",\"payload\":{\"event\":\"e\"}}");
  wait_events (alice, "opened +mallory mallory:now ");
  peer_test_settle ();
  assert_events (alice, "opened +mallory mallory:now ");

  test_link_say (link, "{\"type\":\"SYSTEM\",\"action\":\"PEER_LEAVE\"}");
  wait_events (alice, "opened +mallory mallory:now -mallory ");
  leave (&alice);
}

static void
assert_thrown_out (TestMesh *mesh,
                   TestLink *link)
{
  peer_test_wait (link->was_closed);
  g_assert_cmpstr (link->kinds->str, ==, "join error leave ");
  assert_events (mesh, "opened ");
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
  TestMesh *alice = open_alone (world, "alice");

  g_test_summary ("Whoever says nothing usable of himself is told so and thrown out");

  for (guint i = 0; i < G_N_ELEMENTS (nonsense); i++)
    {
      g_autoptr (TestLink) link = open_raw (alice);

      test_link_say (link, nonsense[i].frame);
      assert_thrown_out (alice, link);
      g_assert_error (link->error, PEER_ERROR, (int) nonsense[i].code);
    }
  leave (&alice);
}

static void
test_oversized (gconstpointer data)
{
  g_autoptr (TestWorld) world = test_world_new ();
  TestMesh *alice = open_alone (world, "alice");
  g_autoptr (TestLink) link = open_raw (alice);
  g_autofree char *filling = g_strnfill (300 * 1024, 'x');
  g_autoptr (GString) frame = g_string_new (data);

  g_test_summary ("Whoever says too much of himself is told so and thrown out");

  g_string_replace (frame, "FILLING", filling, 1);
  test_link_say (link, frame->str);
  assert_thrown_out (alice, link);
  g_assert_error (link->error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED);
  leave (&alice);
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
  wait_events (bob, "+alice ");
  peer_mesh_network_settle (PEER_MESH_NETWORK (bob));
  wait_events (bob, "+alice opened ");
  g_assert_cmpint (bob->record->serial, ==, 8000000000000001);
  g_assert_cmpstr (host_of (bob), ==, "alice");
  leave (&bob);
}

static void
test_timestamp (void)
{
  g_autoptr (TestWorld) world = test_world_new ();
  TestMesh *alice = open_alone (world, "alice");
  g_autoptr (TestLink) link = open_raw (alice);

  g_test_summary ("A page that says but when it joined is a member by that time");

  test_link_say (link, "{\"type\":\"SYSTEM\",\"action\":\"PEER_JOIN\",\"payload\":{\"userAgent\":\"x\",\"timestamp\":1000}}");
  test_link_say (link, WELCOME);
  wait_events (alice, "opened +mallory ");
  g_assert_cmpstr (host_of (alice), ==, "mallory");
  leave (&alice);
}

static void
test_storm (void)
{
  g_autoptr (TestWorld) world = test_world_new ();
  TestMesh *alice = open_alone (world, "alice");
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
  leave (&alice);
}

static void
test_unreachable (void)
{
  g_autoptr (TestWorld) world = test_world_new ();
  TestMesh *bob = test_mesh_new (world, "bob");

  g_test_summary ("A room opens without a member that cannot be reached");

  world->is_silent = TRUE;
  test_mesh_open (bob, "alice");
  peer_test_settle ();
  assert_events (bob, "");
  peer_room_link_emit_closed (PEER_ROOM_LINK (test_mesh_get_link (bob, "alice")), NULL);
  wait_events (bob, "opened ");
  leave (&bob);
}

static void
on_status (PeerRoomNetwork *network,
           const char *text,
           char **status)
{
  g_free (*status);
  *status = g_strdup (text);
}

static void
test_told_why (void)
{
  g_autoptr (TestWorld) world = test_world_new ();
  TestMesh *bob = test_mesh_new (world, "bob");
  g_autoptr (GError) error = g_error_new_literal (PEER_ERROR, PEER_ERROR_NEGOTIATION_FAILED, "No way to alice");
  g_autofree char *status = NULL;

  g_test_summary ("Why there is no link to a member is told as the status");

  world->is_silent = TRUE;
  g_signal_connect (bob, "status", G_CALLBACK (on_status), &status);
  test_mesh_open (bob, "alice");
  peer_room_link_emit_closed (PEER_ROOM_LINK (test_mesh_get_link (bob, "alice")), error);
  g_assert_cmpstr (status, ==, "No way to alice");
  leave (&bob);
}

static void
test_silent (gconstpointer data)
{
  const char *hello = data;
  g_autoptr (TestWorld) world = test_world_new ();
  TestMesh *alice = open_alone (world, "alice");
  g_autoptr (TestLink) link = NULL;

  g_test_summary ("One who has a link and does not say hello loses it, and is told why");

  peer_mesh_network_set_hello_timeout (PEER_MESH_NETWORK (alice), 100);
  link = open_raw (alice);
  if (hello != NULL)
    test_link_say (link, hello);
  peer_test_wait (link->was_closed);
  g_assert_error (link->error, PEER_ERROR, PEER_ERROR_TIMED_OUT);
  assert_events (alice, "opened ");
  leave (&alice);
}

static void
test_network_change (void)
{
  g_autoptr (TestWorld) world = test_world_new ();
  TestMesh *alice = open_alone (world, "alice");
  TestMesh *bob = test_mesh_new (world, "bob");

  g_test_summary ("When the network changes, members are asked for a sign of life");

  test_mesh_open (bob, "alice");
  wait_events (alice, "opened +bob ");
  wait_events (bob, "+alice opened ");
  g_signal_emit_by_name (g_network_monitor_get_default (), "network-changed", TRUE);
  peer_test_wait (test_mesh_get_link (alice, "bob")->n_checks > 0 && test_mesh_get_link (bob, "alice")->n_checks > 0);
  leave (&alice);
  leave (&bob);
}

static void
on_joined_close (PeerRoomNetwork *network)
{
  peer_room_network_close (network);
  peer_room_network_close (network);
}

static void
test_close_in_handler (void)
{
  g_autoptr (TestWorld) world = test_world_new ();
  TestMesh *alice = open_alone (world, "alice");
  TestMesh *bob = test_mesh_new (world, "bob");

  g_test_summary ("A network may be closed while it tells something");

  g_signal_connect (bob, "member-joined", G_CALLBACK (on_joined_close), NULL);
  test_mesh_open (bob, "alice");
  peer_test_wait (bob->is_stopped);
  assert_events (bob, "+alice ");
  peer_test_settle ();
  assert_events (bob, "+alice ");
  g_assert_finalize_object (bob);
  leave (&alice);
}

static void
test_send_to_nobody (void)
{
  g_autoptr (TestWorld) world = test_world_new ();
  TestMesh *alice = open_alone (world, "alice");
  g_autoptr (GError) error = NULL;

  g_test_summary ("What is for one who is not there is an error; what is for all is none");

  g_assert_true (network_recorder_say (alice->record, NULL, "hello", &error));
  g_assert_no_error (error);
  g_assert_false (network_recorder_say (alice->record, "bob", "hello", &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_PEER_UNAVAILABLE);
  leave (&alice);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/mesh-network/alone", test_alone);
  g_test_add_func ("/mesh-network/two", test_two);
  g_test_add_func ("/mesh-network/glare", test_glare);
  g_test_add_data_func ("/mesh-network/rumour/5", GUINT_TO_POINTER (5), test_rumour);
  g_test_add_data_func ("/mesh-network/rumour/16", GUINT_TO_POINTER (16), test_rumour);
  g_test_add_func ("/mesh-network/crash", test_crash);
  g_test_add_func ("/mesh-network/reunion", test_reunion);
  g_test_add_func ("/mesh-network/new-session", test_new_session);
  g_test_add_func ("/mesh-network/refused", test_refused);
  g_test_add_func ("/mesh-network/answered-later", test_answered_later);
  g_test_add_func ("/mesh-network/gone-before-the-answer", test_gone_before_the_answer);
  g_test_add_func ("/mesh-network/not-admitted", test_not_admitted);
  g_test_add_func ("/mesh-network/nonsense", test_nonsense);
  g_test_add_data_func ("/mesh-network/oversized/hello",
                        "{\"type\":\"SYSTEM\",\"action\":\"PEER_JOIN\",\"payload\":{\"session\":\"s\",\"serial\":5,\"metadata\":\"FILLING\"}}",
                        test_oversized);
  g_test_add_data_func ("/mesh-network/oversized/welcome",
                        "{\"type\":\"SYSTEM\",\"action\":\"ROOM_STATE\",\"payload\":{\"peers\":[],\"shared\":{\"x\":\"FILLING\"}}}",
                        test_oversized);
  g_test_add_func ("/mesh-network/serials", test_serials);
  g_test_add_func ("/mesh-network/timestamp", test_timestamp);
  g_test_add_func ("/mesh-network/storm", test_storm);
  g_test_add_func ("/mesh-network/unreachable", test_unreachable);
  g_test_add_func ("/mesh-network/told-why", test_told_why);
  g_test_add_data_func ("/mesh-network/silent", NULL, test_silent);
  g_test_add_data_func ("/mesh-network/talks-of-other-things", "{\"message\":\"x\"}", test_silent);
  g_test_add_func ("/mesh-network/network-change", test_network_change);
  g_test_add_func ("/mesh-network/close-in-handler", test_close_in_handler);
  g_test_add_func ("/mesh-network/send-to-nobody", test_send_to_nobody);

  return g_test_run ();
}
