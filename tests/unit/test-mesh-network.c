/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "mesh-fixture.h"
#include "peer-test-util.h"

static void
test_alone (void)
{
  g_autoptr (TestWorld) world = test_world_new ();
  TestMesh *alice = test_mesh_open_alone (world, "alice");

  g_test_summary ("The first one in a room is its host");

  g_assert_cmpstr (test_mesh_get_host (alice), ==, "alice");
  g_assert_cmpint (alice->record->serial, >, 0);
  test_mesh_leave (&alice);
}

static void
test_two (void)
{
  g_autoptr (TestWorld) world = test_world_new ();
  TestMesh *alice = test_mesh_open_alone (world, "alice");
  TestMesh *bob = test_mesh_new (world, "bob");

  g_test_summary ("A newcomer and a member tell each other who they are; the newcomer's serial is the larger one");

  g_variant_unref (alice->me->state);
  alice->me->state = g_variant_ref_sink (g_variant_new_parsed ("{'mood': <'fine'>}"));
  bob->me->metadata = g_variant_ref_sink (g_variant_new_parsed ("{'name': <'Bob'>}"));
  test_mesh_open (bob, "alice");
  test_mesh_wait (bob, "+alice opened ");
  test_mesh_wait (alice, "opened +bob ");
  g_assert_cmpstr (alice->record->metadata, ==, "{\"name\":\"Bob\"}");
  g_assert_cmpstr (bob->record->state, ==, "{\"mood\":\"fine\"}");
  g_assert_cmpint (bob->record->serial, >, alice->record->serial);
  g_assert_cmpstr (test_mesh_get_host (alice), ==, "alice");
  g_assert_cmpstr (test_mesh_get_host (bob), ==, "alice");

  g_assert_true (network_recorder_say (alice->record, NULL, "hello", NULL));
  g_assert_true (network_recorder_say (bob->record, "alice", "hi", NULL));
  test_mesh_wait (bob, "+alice opened alice:hello ");
  test_mesh_wait (alice, "opened +bob bob:hi ");

  test_mesh_leave (&alice);
  test_mesh_wait (bob, "+alice opened alice:hello -alice ");
  g_assert_cmpstr (test_mesh_get_host (bob), ==, "bob");
  test_mesh_leave (&bob);
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
  test_mesh_wait (alice, "+bob opened ");
  test_mesh_wait (bob, "+alice opened ");
  g_assert_cmpuint (world->n_offers, ==, 2);
  g_assert_true (peer_room_link_get_is_outgoing (PEER_ROOM_LINK (test_mesh_get_link (alice, "bob"))));
  g_assert_cmpstr (test_mesh_get_host (alice), ==, test_mesh_get_host (bob));

  network_recorder_say (alice->record, NULL, "once", NULL);
  test_mesh_wait (bob, "+alice opened alice:once ");
  peer_test_settle ();
  test_mesh_assert (bob, "+alice opened alice:once ");
  test_mesh_leave (&alice);
  test_mesh_leave (&bob);
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
      g_assert_cmpstr (test_mesh_get_host (meshes[i]), ==, test_mesh_get_host (meshes[0]));
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
    test_mesh_leave (&meshes[i]);
}

static void
test_crash (void)
{
  g_autoptr (TestWorld) world = test_world_new ();
  TestMesh *alice = test_mesh_open_alone (world, "alice");
  TestMesh *bob = test_mesh_new (world, "bob");

  g_test_summary ("One who vanishes has left once, and is looked for again until he is given up");

  test_mesh_open (bob, "alice");
  test_mesh_wait (alice, "opened +bob ");
  test_mesh_wait (bob, "+alice opened ");
  world->n_offers = 0;
  test_mesh_crash (bob);
  g_assert_finalize_object (bob);
  test_mesh_wait (alice, "opened +bob -bob ");
  peer_test_wait (world->n_offers > 0);
  test_mesh_assert (alice, "opened +bob -bob ");
  test_mesh_leave (&alice);
}

static void
test_reunion (void)
{
  g_autoptr (TestWorld) world = test_world_new ();
  TestMesh *alice = test_mesh_open_alone (world, "alice");
  TestMesh *bob = test_mesh_new (world, "bob");

  g_test_summary ("Members whose link was cut find each other again");

  test_mesh_open (bob, "alice");
  test_mesh_wait (alice, "opened +bob ");
  test_mesh_wait (bob, "+alice opened ");
  test_link_cut (test_mesh_get_link (alice, "bob"));
  test_mesh_wait (alice, "opened +bob -bob +bob ");
  test_mesh_wait (bob, "+alice opened -alice +alice ");
  g_assert_cmpstr (test_mesh_get_host (bob), ==, "alice");
  peer_test_settle ();
  test_mesh_assert (alice, "opened +bob -bob +bob ");
  test_mesh_leave (&alice);
  test_mesh_leave (&bob);
}

static void
test_new_session (void)
{
  g_autoptr (TestWorld) world = test_world_new ();
  TestMesh *alice = test_mesh_open_alone (world, "alice");
  TestMesh *before = test_mesh_new (world, "bob");
  TestMesh *after = test_mesh_new (world, "bob");

  g_test_summary ("A member that starts anew replaces what it was before");

  test_mesh_open (before, "alice");
  test_mesh_wait (alice, "opened +bob ");
  test_mesh_open (after, "alice");
  test_mesh_wait (alice, "opened +bob -bob +bob ");
  test_mesh_wait (after, "+alice opened ");
  peer_test_settle ();
  test_mesh_assert (alice, "opened +bob -bob +bob ");
  test_mesh_leave (&before);
  test_mesh_leave (&after);
  test_mesh_leave (&alice);
}

static void
test_refused (void)
{
  g_autoptr (TestWorld) world = test_world_new ();
  TestMesh *alice = test_mesh_open_alone (world, "alice");
  TestMesh *bob = test_mesh_new (world, "bob");

  g_test_summary ("One who is refused is told so, and nobody else hears of him");

  alice->record->refuses = TRUE;
  test_mesh_open (bob, "alice");
  test_mesh_wait (bob, "failed:refused ");
  g_assert_true (bob->is_stopped);
  peer_test_settle ();
  test_mesh_assert (alice, "opened ");
  g_assert_finalize_object (bob);
  test_mesh_leave (&alice);
}

static void
test_answered_later (void)
{
  g_autoptr (TestWorld) world = test_world_new ();
  TestMesh *alice = test_mesh_open_alone (world, "alice");
  TestMesh *bob = test_mesh_new (world, "bob");

  g_test_summary ("Whoever waits to be let in hears nothing and is not heard");

  alice->record->holds_admissions = TRUE;
  test_mesh_open (bob, "alice");
  peer_test_wait (alice->record->admission != NULL);
  g_assert_true (network_recorder_say (alice->record, NULL, "secret", NULL));
  peer_test_settle ();
  test_mesh_assert (bob, "");
  test_mesh_assert (alice, "opened ");

  peer_room_admission_answer (alice->record->admission, TRUE, NULL);
  test_mesh_assert (alice, "opened ");
  test_mesh_wait (alice, "opened +bob ");
  test_mesh_wait (bob, "+alice opened ");
  test_mesh_leave (&alice);
  test_mesh_leave (&bob);
}

static void
test_gone_before_the_answer (void)
{
  g_autoptr (TestWorld) world = test_world_new ();
  TestMesh *alice = test_mesh_open_alone (world, "alice");
  TestMesh *bob = test_mesh_new (world, "bob");

  g_test_summary ("An answer to one who has gone does nothing");

  alice->record->holds_admissions = TRUE;
  test_mesh_open (bob, "alice");
  peer_test_wait (alice->record->admission != NULL);
  test_mesh_leave (&bob);
  peer_room_admission_answer (alice->record->admission, TRUE, NULL);
  peer_test_settle ();
  test_mesh_assert (alice, "opened ");
  test_mesh_leave (&alice);
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
  test_mesh_assert (bob, "");
  peer_room_link_emit_closed (PEER_ROOM_LINK (test_mesh_get_link (bob, "alice")), NULL);
  test_mesh_wait (bob, "opened ");
  test_mesh_leave (&bob);
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
  test_mesh_leave (&bob);
}

static void
test_network_change (void)
{
  g_autoptr (TestWorld) world = test_world_new ();
  TestMesh *alice = test_mesh_open_alone (world, "alice");
  TestMesh *bob = test_mesh_new (world, "bob");

  g_test_summary ("When the network changes, members are asked for a sign of life");

  test_mesh_open (bob, "alice");
  test_mesh_wait (alice, "opened +bob ");
  test_mesh_wait (bob, "+alice opened ");
  g_signal_emit_by_name (g_network_monitor_get_default (), "network-changed", TRUE);
  peer_test_wait (test_mesh_get_link (alice, "bob")->n_checks > 0 && test_mesh_get_link (bob, "alice")->n_checks > 0);
  test_mesh_leave (&alice);
  test_mesh_leave (&bob);
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
  TestMesh *alice = test_mesh_open_alone (world, "alice");
  TestMesh *bob = test_mesh_new (world, "bob");

  g_test_summary ("A network may be closed while it tells something");

  g_signal_connect (bob, "member-joined", G_CALLBACK (on_joined_close), NULL);
  test_mesh_open (bob, "alice");
  peer_test_wait (bob->is_stopped);
  test_mesh_assert (bob, "+alice ");
  peer_test_settle ();
  test_mesh_assert (bob, "+alice ");
  g_assert_finalize_object (bob);
  test_mesh_leave (&alice);
}

static void
test_send_to_nobody (void)
{
  g_autoptr (TestWorld) world = test_world_new ();
  TestMesh *alice = test_mesh_open_alone (world, "alice");
  g_autoptr (GError) error = NULL;

  g_test_summary ("What is for one who is not there is an error; what is for all is none");

  g_assert_true (network_recorder_say (alice->record, NULL, "hello", &error));
  g_assert_no_error (error);
  g_assert_false (network_recorder_say (alice->record, "bob", "hello", &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_PEER_UNAVAILABLE);
  test_mesh_leave (&alice);
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
  g_test_add_func ("/mesh-network/unreachable", test_unreachable);
  g_test_add_func ("/mesh-network/told-why", test_told_why);
  g_test_add_func ("/mesh-network/network-change", test_network_change);
  g_test_add_func ("/mesh-network/close-in-handler", test_close_in_handler);
  g_test_add_func ("/mesh-network/send-to-nobody", test_send_to_nobody);

  return g_test_run ();
}
