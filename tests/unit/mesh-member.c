/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "mesh-member.h"

#include "peer-test-util.h"

#include "libpeerglib/room/peer-mesh-network-private.h"

PeerLinkSettings *
mesh_member_links_new (void)
{
  PeerLinkSettings *links = peer_link_settings_new ();
  g_autoptr (GListStore) no_servers = g_list_store_new (PEER_TYPE_ICE_SERVER);

  links->transport_factory = peer_loopback_transport_new;
  links->certificate = g_bytes_new_static ("test", 4);
  peer_link_settings_set_ice_servers (links, G_LIST_MODEL (no_servers));

  return links;
}

void
mesh_member_init (MeshMember *self,
                  PeerRoomNetwork *network)
{
  self->network = network;
  self->record = network_recorder_new (network);
  peer_mesh_network_set_reconnect_delay (PEER_MESH_NETWORK (network), 1);
}

void
mesh_member_leave (MeshMember *self)
{
  peer_room_network_close (self->network);
  peer_test_settle ();
  g_assert_finalize_object (self->network);
  network_recorder_free (self->record);
}

void
mesh_member_wait (MeshMember *self,
                  const char *expected)
{
  peer_test_wait (g_str_equal (self->record->events->str, expected));
}

void
mesh_members_talk (MeshMember *alice,
                   MeshMember *bob)
{
  mesh_member_wait (bob, "+alice opened ");
  mesh_member_wait (alice, "opened +bob ");
  g_assert_true (network_recorder_say (alice->record, NULL, "hello", NULL));
  mesh_member_wait (bob, "+alice opened alice:hello ");
  g_assert_true (network_recorder_say (bob->record, "alice", "hi", NULL));
  mesh_member_leave (bob);
  mesh_member_wait (alice, "opened +bob bob:hi -bob ");
}

static gboolean
is_full (const MeshMember *members,
         guint n_members)
{
  for (guint i = 0; i < n_members; i++)
    {
      g_auto (GStrv) others = peer_mesh_network_list_members (PEER_MESH_NETWORK (members[i].network));

      if (g_strv_length (others) != n_members - 1 || strstr (members[i].record->events->str, "opened") == NULL)
        return FALSE;
    }

  return TRUE;
}

static void
wait_full (MeshMember *members,
           guint n_members)
{
  peer_test_wait (is_full (members, n_members));
  peer_test_settle ();
  for (guint i = 0; i < n_members; i++)
    {
      g_assert_null (strchr (members[i].record->events->str, '-'));
      g_assert_cmpstr (peer_mesh_network_get_host_id (PEER_MESH_NETWORK (members[i].network)), ==,
                       peer_mesh_network_get_host_id (PEER_MESH_NETWORK (members[0].network)));
    }
}

void
mesh_members_meet (guint n_members,
                   MeshMemberJoinFunc join,
                   gpointer place)
{
  g_autofree MeshMember *members = g_new0 (MeshMember, n_members);

  for (guint i = 0; i < n_members; i++)
    {
      g_autofree char *id = g_strdup_printf ("m%02u", i);

      join (&members[i], place, id);
    }
  wait_full (members, n_members);
  for (guint i = 0; i < n_members; i++)
    mesh_member_leave (&members[i]);
}
