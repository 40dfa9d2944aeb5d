/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-mesh-roster-private.h"

#include <string.h>

static gboolean
next_joined (GHashTableIter *iter,
             PeerMeshMember **member)
{
  while (g_hash_table_iter_next (iter, NULL, (gpointer *) member))
    {
      if (peer_mesh_member_is_joined (*member))
        return TRUE;
    }

  return FALSE;
}

guint
peer_mesh_roster_count_joined (GHashTable *members)
{
  GHashTableIter iter;
  PeerMeshMember *member;
  guint n_joined = 0;

  g_hash_table_iter_init (&iter, members);
  while (next_joined (&iter, &member))
    n_joined++;

  return n_joined;
}

char **
peer_mesh_roster_list_joined (GHashTable *members)
{
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();
  GHashTableIter iter;
  PeerMeshMember *member;

  g_hash_table_iter_init (&iter, members);
  while (next_joined (&iter, &member))
    g_strv_builder_add (ids, peer_mesh_member_get_id (member));

  return g_strv_builder_end (ids);
}

const char *
peer_mesh_roster_find_host (GHashTable *members,
                            const char *own_id,
                            gint64 own_serial)
{
  const char *host = own_id;
  gint64 smallest = own_serial;
  GHashTableIter iter;
  PeerMeshMember *member;

  g_hash_table_iter_init (&iter, members);
  while (next_joined (&iter, &member))
    {
      const char *id = peer_mesh_member_get_id (member);
      gint64 serial = peer_mesh_member_get_serial (member);

      if (host == NULL || serial < smallest || (serial == smallest && strcmp (id, host) < 0))
        {
          host = id;
          smallest = serial;
        }
    }

  return host;
}

gboolean
peer_mesh_roster_send (GHashTable *members,
                       GVariant *value,
                       GError **error)
{
  g_autoptr (GError) first = NULL;
  GHashTableIter iter;
  PeerMeshMember *member;

  g_hash_table_iter_init (&iter, members);
  while (next_joined (&iter, &member))
    peer_mesh_member_send (member, value, first == NULL ? &first : NULL);

  if (first == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&first));

  return FALSE;
}

void
peer_mesh_roster_check (GHashTable *members)
{
  GHashTableIter iter;
  PeerMeshMember *member;

  g_hash_table_iter_init (&iter, members);
  while (next_joined (&iter, &member))
    peer_room_link_check (peer_mesh_member_get_link (member));
}
