/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-signaling-manager-share-internal-private.h"
#include "peer-source-private.h"

/* Asking who is there: what nobody has told, for its manager has died or was
 * not heard, comes out. */

typedef struct
{
  PeerSignalingManager *manager;
  char *room;
  GHashTable *known; /* the others when it was asked, with their serials */
} Refresh;

static void
refresh_free (Refresh *refresh)
{
  g_object_unref (refresh->manager);
  g_free (refresh->room);
  g_hash_table_unref (refresh->known);
  g_free (refresh);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Refresh, refresh_free)

/* Who has left while the answer was on its way may be in it still. */
static void
add_found (Refresh *refresh,
           GHashTable *found,
           GHashTable *gone)
{
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init (&iter, found);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    {
      PeerManagerRoom *room = peer_signaling_manager_lookup_room (refresh->manager, refresh->room);

      if (room != NULL && !g_hash_table_contains (room->others, id) && !g_hash_table_contains (gone, id))
        peer_manager_share_other_joined (refresh->manager, room, id, "");
    }
}

/* And who has joined since then need not be. */
static void
remove_missing (Refresh *refresh,
                GHashTable *found)
{
  GHashTableIter iter;
  gpointer id;
  gpointer serial;

  g_hash_table_iter_init (&iter, refresh->known);
  while (g_hash_table_iter_next (&iter, &id, &serial))
    {
      PeerManagerRoom *room = peer_signaling_manager_lookup_room (refresh->manager, refresh->room);
      const char *known = room != NULL ? g_hash_table_lookup (room->others, id) : NULL;

      if (known != NULL && strcmp (known, serial) == 0 && !g_hash_table_contains (found, id))
        peer_manager_share_other_left (refresh->manager, room, id);
    }
}

static void
refreshed_cb (GObject *source,
              GAsyncResult *result,
              gpointer user_data)
{
  g_autoptr (Refresh) refresh = user_data;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) ids = peer_broker_join_group_finish (PEER_BROKER (source), result, &error);
  PeerManagerRoom *room = peer_signaling_manager_lookup_room (refresh->manager, refresh->room);
  g_autoptr (GHashTable) gone = room != NULL ? g_steal_pointer (&room->gone) : NULL;
  g_autoptr (GHashTable) found = g_hash_table_new (g_str_hash, g_str_equal);

  if (ids == NULL)
    g_debug ("Nobody knows who else is in the room %s: %s", refresh->room, error->message);
  if (ids == NULL || gone == NULL)
    return;

  for (guint i = 0; ids[i] != NULL; i++)
    {
      const char *id = peer_manager_share_split_id (ids[i], NULL);

      if (id != NULL)
        g_hash_table_add (found, (char *) id);
    }
  remove_missing (refresh, found);
  add_found (refresh, found, gone);
}

static void
refresh_room (PeerSignalingManager *self,
              PeerManagerRoom *room)
{
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();
  g_auto (GStrv) list = NULL;
  Refresh *refresh;
  GHashTableIter iter;
  gpointer id;
  gpointer serial;

  if (room->gone != NULL)
    return;

  refresh = g_new0 (Refresh, 1);
  refresh->manager = g_object_ref (self);
  refresh->room = g_strdup (room->name);
  refresh->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_iter_init (&iter, room->others);
  while (g_hash_table_iter_next (&iter, &id, &serial))
    g_hash_table_insert (refresh->known, g_strdup (id), g_strdup (serial));
  room->gone = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  g_hash_table_iter_init (&iter, room->by_id);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    {
      g_autofree char *broker_id = peer_manager_share_make_id (room->name, id);

      g_strv_builder_add (ids, broker_id);
    }
  list = g_strv_builder_end (ids);
  peer_broker_join_group_async (self->broker, room->name, (const char *const *) list, NULL, refreshed_cb, refresh);
}

void
peer_manager_share_refresh_all (PeerSignalingManager *self)
{
  GHashTableIter iter;
  gpointer room;

  g_hash_table_iter_init (&iter, self->rooms);
  while (g_hash_table_iter_next (&iter, NULL, &room))
    refresh_room (self, room);
}

static gboolean
refresh_cb (gpointer user_data)
{
  peer_manager_share_refresh_all (PEER_SIGNALING_MANAGER (user_data));

  return G_SOURCE_CONTINUE;
}

void
peer_manager_share_configure (PeerSignalingManager *self)
{
  guint interval = self->numbers[PROP_REFRESH_INTERVAL];

  peer_source_clear (&self->refresh_source);
  if (self->is_sharing && interval > 0)
    self->refresh_source = peer_source_new_timeout (self->context, interval, "[libpeerglib] rooms", refresh_cb, self);
}
