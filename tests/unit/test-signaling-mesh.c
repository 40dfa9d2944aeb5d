/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "mesh-member.h"
#include "peer-test-util.h"

#include "libpeerglib/peer-room-signaling-mesh-private.h"

static void
member_init (MeshMember *member,
             PeerSignaling *signaling,
             const char *id)
{
  g_autoptr (PeerLinkSettings) links = mesh_member_links_new ();
  g_autoptr (PeerRoomSelf) self = peer_room_self_new ("room", id);

  mesh_member_init (member, peer_room_signaling_mesh_new (self, signaling, links));
}

static void
member_join (MeshMember *member,
             gpointer signaling,
             const char *id)
{
  member_init (member, signaling, id);
  peer_room_network_open (member->network);
}

/* The first one, who need not wait for answers. */
static void
member_found (MeshMember *member,
              PeerSignaling *signaling,
              const char *id)
{
  member_init (member, signaling, id);
  peer_room_signaling_mesh_set_answer_timeout (PEER_ROOM_SIGNALING_MESH (member->network), 1);
  peer_room_network_open (member->network);
  mesh_member_wait (member, "opened ");
}

/* The connection to another one; borrowed. */
static PeerDataConnection *connection; /* of the last who joined */

static void
on_joined (PeerRoomNetwork *network,
           const PeerRoomMemberDescription *member)
{
  connection = PEER_DATA_CONNECTION (member->connection);
}

static void
test_two (void)
{
  g_autoptr (PeerSignaling) signaling = peer_memory_signaling_new ();
  MeshMember alice;
  MeshMember bob;

  g_test_summary ("A newcomer is heard of, linked and heard");

  member_found (&alice, signaling, "alice");
  member_join (&bob, signaling, "bob");
  mesh_members_talk (&alice, &bob);
  mesh_member_leave (&alice);
}

static void
test_at_once (void)
{
  g_autoptr (PeerSignaling) signaling = peer_memory_signaling_new ();
  MeshMember alice;
  MeshMember bob;

  g_test_summary ("Two who come in the same moment have one link");

  member_join (&alice, signaling, "alice");
  member_join (&bob, signaling, "bob");
  mesh_member_wait (&alice, "+bob opened ");
  mesh_member_wait (&bob, "+alice opened ");
  peer_test_settle ();
  g_assert_cmpstr (peer_mesh_network_get_host_id (PEER_MESH_NETWORK (alice.network)), ==,
                   peer_mesh_network_get_host_id (PEER_MESH_NETWORK (bob.network)));
  network_recorder_say (alice.record, NULL, "once", NULL);
  mesh_member_wait (&bob, "+alice opened alice:once ");
  mesh_member_leave (&alice);
  mesh_member_leave (&bob);
}

static void
test_many (gconstpointer data)
{
  g_autoptr (PeerSignaling) signaling = peer_memory_signaling_new ();

  g_test_summary ("Many who come in the same moment have a link to each, and agree on their host");

  mesh_members_meet (GPOINTER_TO_UINT (data), member_join, signaling);
}

/* Alice and bob, whose link is there. */
static void
pair_join (PeerSignaling *signaling,
           MeshMember *alice,
           MeshMember *bob)
{
  member_found (alice, signaling, "alice");
  g_signal_connect (alice->network, "member-joined", G_CALLBACK (on_joined), NULL);
  member_join (bob, signaling, "bob");
  mesh_member_wait (bob, "+alice opened ");
  mesh_member_wait (alice, "opened +bob ");
}

static void
test_lost (void)
{
  g_autoptr (PeerSignaling) signaling = peer_memory_signaling_new ();
  MeshMember alice;
  MeshMember bob;

  g_test_summary ("A link that is lost is made again");

  pair_join (signaling, &alice, &bob);
  peer_base_connection_close (PEER_BASE_CONNECTION (connection));
  mesh_member_wait (&alice, "opened +bob -bob +bob ");
  mesh_member_wait (&bob, "+alice opened -alice +alice ");
  mesh_member_leave (&bob);
  mesh_member_leave (&alice);
}

static void
test_lost_while_sending (void)
{
  g_autoptr (PeerSignaling) signaling = peer_memory_signaling_new ();
  g_autoptr (GError) cut = g_error_new_literal (PEER_ERROR, PEER_ERROR_TIMED_OUT, "Cut");
  MeshMember alice;
  MeshMember bob;
  MeshMember carol;

  g_test_summary ("A link that turns out to be lost while all are sent to is told of later, and the others get it");

  pair_join (signaling, &alice, &bob);
  member_join (&carol, signaling, "carol");
  mesh_member_wait (&alice, "opened +bob +carol ");
  peer_test_wait (strstr (carol.record->events->str, "opened") != NULL);
  peer_loopback_transport_set_silent (peer_test_get_transport (connection), TRUE);
  peer_loopback_transport_fail (peer_test_get_transport (connection), cut);
  g_assert_false (network_recorder_say (alice.record, NULL, "hello", NULL));
  g_assert_cmpstr (alice.record->events->str, ==, "opened +bob +carol ");
  peer_test_wait (strstr (alice.record->events->str, "-carol") != NULL);
  peer_test_wait (strstr (bob.record->events->str, "alice:hello") != NULL);
  mesh_member_leave (&carol);
  mesh_member_leave (&bob);
  mesh_member_leave (&alice);
}

static void
test_impostor (void)
{
  g_autoptr (PeerSignaling) signaling = peer_memory_signaling_new ();
  MeshMember alice;
  MeshMember bob;
  MeshMember mallory;

  g_test_summary ("Whoever says that he is a member who is there does not get its place");

  pair_join (signaling, &alice, &bob);
  member_join (&mallory, signaling, "bob");
  mesh_member_wait (&mallory, "opened ");
  network_recorder_say (alice.record, NULL, "still", NULL);
  mesh_member_wait (&bob, "+alice opened alice:still ");
  network_recorder_say (bob.record, NULL, "here", NULL);
  mesh_member_wait (&alice, "opened +bob bob:here ");
  g_assert_cmpstr (mallory.record->events->str, ==, "opened ");
  mesh_member_leave (&mallory);
  mesh_member_leave (&bob);
  mesh_member_leave (&alice);
}

static void
test_back_after_a_crash (void)
{
  g_autoptr (PeerSignaling) signaling = peer_memory_signaling_new ();
  MeshMember alice;
  MeshMember bob;
  MeshMember again;

  g_test_summary ("A member that comes anew under its id gets its place as soon as it is clear that it was lost");

  pair_join (signaling, &alice, &bob);
  peer_loopback_transport_set_silent (peer_test_get_transport (connection), TRUE);
  mesh_member_leave (&bob);
  g_assert_cmpstr (alice.record->events->str, ==, "opened +bob ");
  member_join (&again, signaling, "bob");
  mesh_member_wait (&alice, "opened +bob -bob +bob ");
  network_recorder_say (again.record, NULL, "here", NULL);
  mesh_member_wait (&alice, "opened +bob -bob +bob bob:here ");
  mesh_member_leave (&again);
  mesh_member_leave (&alice);
}

static void
test_back_at_once (void)
{
  g_autoptr (PeerSignaling) signaling = peer_memory_signaling_new ();
  MeshMember alice;
  MeshMember bob;
  MeshMember again;

  g_test_summary ("A member that leaves and comes anew before the others know finds its place");

  pair_join (signaling, &alice, &bob);
  peer_room_network_close (bob.network);
  member_join (&again, signaling, "bob");
  mesh_member_wait (&alice, "opened +bob -bob +bob ");
  mesh_member_leave (&bob);
  mesh_member_leave (&again);
  mesh_member_leave (&alice);
}

static void
publish (PeerSignaling *signaling,
         const char *id,
         const char *text)
{
  const char *const topic[] = { "room", "room", id, NULL };
  g_autoptr (GVariant) message = g_variant_ref_sink (g_variant_new_parsed (text));
  g_autoptr (GError) error = NULL;

  peer_signaling_publish (signaling, topic, message, &error);
  g_assert_no_error (error);
}

static void
count_cb (PeerSignaling *signaling,
          const char *const *topic,
          GVariant *message,
          gpointer user_data)
{
  (*(guint *) user_data)++;
}

static void
test_hostile (void)
{
  static const char *const wild[] = { "room", "room", "m1", NULL };
  g_autoptr (PeerSignaling) signaling = peer_memory_signaling_new ();
  guint n_answers = 0;
  guint subscription;
  MeshMember alice;

  g_test_summary ("Nonsense, and announcements without number, do no harm");

  member_found (&alice, signaling, "alice");
  subscription = peer_signaling_subscribe (signaling, wild, count_cb, &n_answers, NULL);
  publish (signaling, NULL, "'text'");
  publish (signaling, NULL, "{'type': <'invoke'>}");
  publish (signaling, NULL, "{'type': <'invoke'>, 'id': <''>}");
  publish (signaling, "alice", "{'type': <'offer'>, 'id': <'m0'>, 'offer': <{'type': <'offer'>}>}");
  publish (signaling, "alice", "{'type': <'answer'>, 'id': <'m0'>, 'answer': <{'type': <'answer'>, 'sdp': <'x'>}>}");
  publish (signaling, "alice", "{'type': <'candidate'>, 'id': <'m0'>, 'candidate': <{'candidate': <'candidate:x'>}>}");
  publish (signaling, "alice", "{'type': <'invoke'>, 'id': <'alice'>}");
  publish (signaling, "alice", "{'type': <'dispose'>, 'id': <'m0'>}");
  publish (signaling, "alice", "{'type': <'surprise'>, 'id': <'m0'>}");
  for (guint i = 0; i < 5000; i++)
    publish (signaling, NULL, "{'type': <'invoke'>, 'id': <'m1'>}");
  peer_test_wait (n_answers > 0);
  peer_test_settle ();
  g_assert_cmpuint (n_answers, <, 5000);
  g_assert_cmpstr (alice.record->events->str, ==, "opened ");
  peer_signaling_unsubscribe (signaling, subscription);
  mesh_member_leave (&alice);
}

static void
offered_cb (PeerSignaling *signaling,
            const char *const *topic,
            GVariant *message,
            gpointer user_data)
{
  g_hash_table_add (user_data, g_strdup (topic[2]));
}

static void
test_announcements_of_many (void)
{
  g_autoptr (PeerSignaling) signaling = peer_memory_signaling_new ();
  g_autoptr (GHashTable) offered = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  MeshMember alice;

  g_test_summary ("Invitations without number lead to offers for as many as a room holds");

  member_init (&alice, signaling, "alice");
  peer_room_network_get_self (alice.network)->max_members = 4;
  peer_room_network_open (alice.network);
  mesh_member_wait (&alice, "opened ");
  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *id = g_strdup_printf ("m%u", i);
      g_autofree char *text = g_strdup_printf ("{'type': <'invoke'>, 'id': <'%s'>}", id);
      const char *const topic[] = { "room", "room", id, NULL };

      peer_signaling_subscribe (signaling, topic, offered_cb, offered, NULL);
      publish (signaling, "alice", text);
    }
  peer_test_wait (g_hash_table_size (offered) == 20);
  peer_test_settle ();
  g_assert_cmpuint (g_hash_table_size (offered), ==, 20);
  g_assert_cmpstr (alice.record->events->str, ==, "opened ");
  mesh_member_leave (&alice);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/signaling-mesh/two", test_two);
  g_test_add_func ("/signaling-mesh/at-once", test_at_once);
  g_test_add_data_func ("/signaling-mesh/many/5", GUINT_TO_POINTER (5), test_many);
  g_test_add_data_func ("/signaling-mesh/many/16", GUINT_TO_POINTER (16), test_many);
  g_test_add_func ("/signaling-mesh/lost", test_lost);
  g_test_add_func ("/signaling-mesh/lost-while-sending", test_lost_while_sending);
  g_test_add_func ("/signaling-mesh/impostor", test_impostor);
  g_test_add_func ("/signaling-mesh/back-after-a-crash", test_back_after_a_crash);
  g_test_add_func ("/signaling-mesh/back-at-once", test_back_at_once);
  g_test_add_func ("/signaling-mesh/hostile", test_hostile);
  g_test_add_func ("/signaling-mesh/announcements-of-many", test_announcements_of_many);

  return g_test_run ();
}
