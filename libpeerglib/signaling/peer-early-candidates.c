/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-early-candidates-private.h"

#include "protocol/peer-id-private.h"

typedef struct
{
  char *key;
  GPtrArray *payloads;
  GList link; /* in order of arrival */
} Entry;

struct _PeerEarlyCandidates
{
  GHashTable *entries;
  GQueue order;
};

static void
entry_free (Entry *entry)
{
  g_free (entry->key);
  g_clear_pointer (&entry->payloads, g_ptr_array_unref);
  g_free (entry);
}

PeerEarlyCandidates *
peer_early_candidates_new (void)
{
  PeerEarlyCandidates *self = g_new0 (PeerEarlyCandidates, 1);

  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) entry_free);

  return self;
}

void
peer_early_candidates_free (PeerEarlyCandidates *self)
{
  g_hash_table_unref (self->entries);
  g_free (self);
}

static void
peer_early_candidates_forget (PeerEarlyCandidates *self,
                              Entry *entry)
{
  g_queue_unlink (&self->order, &entry->link);
  g_hash_table_remove (self->entries, entry->key);
}

gboolean
peer_early_candidates_add (PeerEarlyCandidates *self,
                           const char *peer_id,
                           const char *connection_id,
                           const char *payload,
                           gsize length)
{
  g_autofree char *key = peer_connection_key_new (peer_id, connection_id);
  Entry *entry = g_hash_table_lookup (self->entries, key);

  if (entry == NULL)
    {
      if (self->order.length == PEER_EARLY_CONNECTIONS_MAX)
        peer_early_candidates_forget (self, self->order.head->data);

      entry = g_new0 (Entry, 1);
      entry->key = g_steal_pointer (&key);
      entry->payloads = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
      entry->link.data = entry;
      g_hash_table_insert (self->entries, entry->key, entry);
      g_queue_push_tail_link (&self->order, &entry->link);
    }

  if (entry->payloads->len == PEER_EARLY_CANDIDATES_MAX)
    return FALSE;

  g_ptr_array_add (entry->payloads, g_bytes_new (payload, length));

  return TRUE;
}

GPtrArray *
peer_early_candidates_take (PeerEarlyCandidates *self,
                            const char *peer_id,
                            const char *connection_id)
{
  g_autofree char *key = peer_connection_key_new (peer_id, connection_id);
  Entry *entry = g_hash_table_lookup (self->entries, key);
  GPtrArray *payloads;

  if (entry == NULL)
    return NULL;

  payloads = g_steal_pointer (&entry->payloads);
  peer_early_candidates_forget (self, entry);

  return payloads;
}

guint
peer_early_candidates_get_n_connections (PeerEarlyCandidates *self)
{
  return self->order.length;
}
