/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-presence-private.h"

#include "protocol/peer-topic-name-private.h"

struct _PeerPresence
{
  GHashTable *topics; /* name → set of ids */
};

PeerPresence *
peer_presence_new (void)
{
  PeerPresence *self = g_new0 (PeerPresence, 1);

  self->topics = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_hash_table_unref);

  return self;
}

void
peer_presence_free (PeerPresence *self)
{
  g_hash_table_unref (self->topics);
  g_free (self);
}

gboolean
peer_presence_add (PeerPresence *self,
                   const char *const *topic,
                   const char *id)
{
  g_autofree char *name = peer_topic_name_join (topic);
  GHashTable *ids = g_hash_table_lookup (self->topics, name);

  if (ids == NULL)
    {
      ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      g_hash_table_insert (self->topics, g_steal_pointer (&name), ids);
    }

  return g_hash_table_add (ids, g_strdup (id));
}

gboolean
peer_presence_remove (PeerPresence *self,
                      const char *const *topic,
                      const char *id)
{
  g_autofree char *name = peer_topic_name_join (topic);
  GHashTable *ids = g_hash_table_lookup (self->topics, name);
  gboolean was_there = ids != NULL && g_hash_table_remove (ids, id);

  if (was_there && g_hash_table_size (ids) == 0)
    g_hash_table_remove (self->topics, name);

  return was_there;
}

void
peer_presence_forget (PeerPresence *self,
                      const char *const *topic)
{
  g_autofree char *name = peer_topic_name_join (topic);

  g_hash_table_remove (self->topics, name);
}

gboolean
peer_presence_take (PeerPresence *self,
                    char ***topic,
                    char **id)
{
  GHashTableIter topics, ids;
  gpointer name, set, found;

  g_hash_table_iter_init (&topics, self->topics);
  if (!g_hash_table_iter_next (&topics, &name, &set))
    return FALSE;

  /* A topic without anybody is not kept. */
  g_hash_table_iter_init (&ids, set);
  g_hash_table_iter_next (&ids, &found, NULL);
  *topic = peer_topic_name_split (name);
  *id = found;
  g_hash_table_iter_steal (&ids);
  if (g_hash_table_size (set) == 0)
    g_hash_table_iter_remove (&topics);

  return TRUE;
}
