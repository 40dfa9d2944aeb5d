/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "peer-room-roster-private.h"

typedef struct
{
  gint64 serial;
  char *id;
  GObject *member;
} Entry;

struct _PeerRoomRoster
{
  GPtrArray *entries; /* in order */
  GHashTable *by_id;  /* borrowed */
};

static void
entry_free (Entry *entry)
{
  g_free (entry->id);
  g_object_unref (entry->member);
  g_free (entry);
}

PeerRoomRoster *
peer_room_roster_new (void)
{
  PeerRoomRoster *self = g_new0 (PeerRoomRoster, 1);

  self->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) entry_free);
  self->by_id = g_hash_table_new (g_str_hash, g_str_equal);

  return self;
}

void
peer_room_roster_free (PeerRoomRoster *self)
{
  g_hash_table_unref (self->by_id);
  g_ptr_array_unref (self->entries);
  g_free (self);
}

static gboolean
goes_before (const Entry *entry,
             gint64 serial,
             const char *id)
{
  return entry->serial != serial ? entry->serial < serial : strcmp (entry->id, id) < 0;
}

static guint
find_position (PeerRoomRoster *self,
               gint64 serial,
               const char *id)
{
  guint first = 0;
  guint last = self->entries->len;

  while (first < last)
    {
      guint middle = first + (last - first) / 2;

      if (goes_before (g_ptr_array_index (self->entries, middle), serial, id))
        first = middle + 1;
      else
        last = middle;
    }

  return first;
}

guint
peer_room_roster_add (PeerRoomRoster *self,
                      gint64 serial,
                      const char *id,
                      gpointer member)
{
  guint position = find_position (self, serial, id);
  Entry *entry = g_new (Entry, 1);

  g_assert (!g_hash_table_contains (self->by_id, id));

  *entry = (Entry){ .serial = serial, .id = g_strdup (id), .member = g_object_ref (member) };
  g_ptr_array_insert (self->entries, (int) position, entry);
  g_hash_table_insert (self->by_id, entry->id, entry);

  return position;
}

gboolean
peer_room_roster_remove (PeerRoomRoster *self,
                         const char *id,
                         guint *position)
{
  Entry *entry = g_hash_table_lookup (self->by_id, id);

  if (entry == NULL)
    return FALSE;

  *position = find_position (self, entry->serial, entry->id);
  g_hash_table_remove (self->by_id, id);
  g_ptr_array_remove_index (self->entries, *position);

  return TRUE;
}

guint
peer_room_roster_get_size (PeerRoomRoster *self)
{
  return self->entries->len;
}

gpointer
peer_room_roster_get (PeerRoomRoster *self,
                      guint position)
{
  Entry *entry = position < self->entries->len ? g_ptr_array_index (self->entries, position) : NULL;

  return entry != NULL ? entry->member : NULL;
}

gpointer
peer_room_roster_lookup (PeerRoomRoster *self,
                         const char *id)
{
  Entry *entry = g_hash_table_lookup (self->by_id, id);

  return entry != NULL ? entry->member : NULL;
}
