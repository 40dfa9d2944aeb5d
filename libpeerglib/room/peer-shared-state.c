/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>
#include <libpeerglib/peer-error.h>

#include "peer-shared-state-private.h"
#include "protocol/peer-vardict-private.h"

/* Milliseconds: how far ahead of our time the clock of a write may be. Those who push it further cannot
 * use it up for the others, as they could if it only counted; and as honest members have about the same
 * time, none refuses what another has taken. */
#define CLOCK_AHEAD_MAX (24 * 60 * 60 * G_GINT64_CONSTANT (1000))

#define WRITER_LENGTH_MAX 128

/* About what a key takes beside its name, writer and value. */
#define ENTRY_SIZE 64

typedef struct
{
  gint64 clock;
  char *writer;
  GVariant *value; /* NULL once the key is removed */
} Entry;

struct _PeerSharedState
{
  GHashTable *entries; /* key to Entry */
  gint64 clock;        /* of the last write that we have heard of */
  gsize size;

  GVariant *value_cache; /* what the entries look like, until they change */
  GVariant *entries_cache;
};

/* In milliseconds. */
static gint64
get_time (void)
{
  return g_get_real_time () / 1000;
}

static void
entry_free (Entry *entry)
{
  g_free (entry->writer);
  g_clear_pointer (&entry->value, g_variant_unref);
  g_free (entry);
}

static Entry *
entry_new (gint64 clock,
           const char *writer,
           GVariant *value)
{
  Entry *entry = g_new (Entry, 1);

  *entry = (Entry){ .clock = clock, .writer = g_strdup (writer), .value = value != NULL ? g_variant_ref (value) : NULL };

  return entry;
}

static gsize
entry_get_size (const char *key,
                const Entry *entry)
{
  return ENTRY_SIZE + strlen (key) + strlen (entry->writer) +
         (entry->value != NULL ? g_variant_get_size (entry->value) : 0);
}

static GHashTable *
entries_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) entry_free);
}

PeerSharedState *
peer_shared_state_new (void)
{
  PeerSharedState *self = g_new0 (PeerSharedState, 1);

  self->entries = entries_new ();

  return self;
}

void
peer_shared_state_free (PeerSharedState *self)
{
  g_hash_table_unref (self->entries);
  g_clear_pointer (&self->value_cache, g_variant_unref);
  g_clear_pointer (&self->entries_cache, g_variant_unref);
  g_free (self);
}

GVariant *
peer_shared_state_get_value (PeerSharedState *self)
{
  GVariantBuilder builder;
  GHashTableIter iter;
  gpointer key;
  gpointer entry;

  if (self->value_cache != NULL)
    return self->value_cache;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, &key, &entry))
    {
      if (((Entry *) entry)->value != NULL)
        g_variant_builder_add (&builder, "{sv}", key, ((Entry *) entry)->value);
    }
  self->value_cache = g_variant_ref_sink (g_variant_builder_end (&builder));

  return self->value_cache;
}

static GVariant *
make_entries (GHashTable *entries)
{
  GVariantBuilder builder;
  GHashTableIter iter;
  gpointer key;
  gpointer value;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_hash_table_iter_init (&iter, entries);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      const Entry *entry = value;
      GVariantBuilder members;

      g_variant_builder_init (&members, G_VARIANT_TYPE_VARDICT);
      peer_vardict_add (&members, "clock", g_variant_new_int64 (entry->clock));
      peer_vardict_add_string (&members, "writer", entry->writer);
      peer_vardict_add (&members, "value", entry->value);
      g_variant_builder_add (&builder, "{sv}", key, g_variant_builder_end (&members));
    }

  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

GVariant *
peer_shared_state_get_entries (PeerSharedState *self)
{
  if (self->entries_cache == NULL)
    self->entries_cache = make_entries (self->entries);

  return self->entries_cache;
}

static gboolean
is_newer (const Entry *entry,
          const Entry *known)
{
  if (known == NULL)
    return TRUE;

  return entry->clock != known->clock ? entry->clock > known->clock : strcmp (entry->writer, known->writer) > 0;
}

/* Takes the newer ones over, all or none of them. */
static gboolean
take_over (PeerSharedState *self,
           GHashTable *changes,
           gsize max_size,
           gboolean *has_changed,
           GError **error)
{
  gsize size = self->size;
  GHashTableIter iter;
  gpointer key;
  gpointer value;

  g_hash_table_iter_init (&iter, changes);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      const Entry *known = g_hash_table_lookup (self->entries, key);

      if (!is_newer (value, known))
        g_hash_table_iter_remove (&iter);
      else
        size += entry_get_size (key, value) - (known != NULL ? entry_get_size (key, known) : 0);
    }
  *has_changed = g_hash_table_size (changes) > 0;
  if (size > max_size && size > self->size)
    {
      g_set_error_literal (error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED, _ ("The state is too large"));
      return FALSE;
    }
  if (!*has_changed)
    return TRUE;

  g_hash_table_iter_init (&iter, changes);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      self->clock = MAX (self->clock, ((Entry *) value)->clock);
      g_hash_table_iter_steal (&iter);
      g_hash_table_replace (self->entries, key, value);
    }
  self->size = size;
  g_clear_pointer (&self->value_cache, g_variant_unref);
  g_clear_pointer (&self->entries_cache, g_variant_unref);

  return TRUE;
}

/* What is there and is not to be there any more. */
static void
add_removals (PeerSharedState *self,
              GHashTable *changes,
              gint64 clock,
              const char *writer)
{
  GHashTableIter iter;
  gpointer key;
  gpointer entry;

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, &key, &entry))
    {
      if (((Entry *) entry)->value != NULL && !g_hash_table_contains (changes, key))
        g_hash_table_insert (changes, g_strdup (key), entry_new (clock, writer, NULL));
    }
}

GVariant *
peer_shared_state_write (PeerSharedState *self,
                         GVariant *state,
                         PeerSyncMode mode,
                         const char *writer,
                         gsize max_size,
                         GError **error)
{
  g_autoptr (GHashTable) changes = entries_new ();
  g_autoptr (GVariant) entries = NULL;
  gint64 clock = MAX (self->clock + 1, get_time ());
  GVariantIter iter;
  const char *key;
  GVariant *value;
  gboolean has_changed;

  g_variant_iter_init (&iter, state);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    g_hash_table_replace (changes, g_strdup (key), entry_new (clock, writer, value));
  if (mode == PEER_SYNC_MODE_REPLACE)
    add_removals (self, changes, clock, writer);

  entries = make_entries (changes);
  if (!take_over (self, changes, max_size, &has_changed, error))
    return NULL;

  return g_steal_pointer (&entries);
}

static Entry *
entry_parse (GVariant *object)
{
  g_autoptr (GVariant) value = NULL;
  g_autoptr (GVariant) copy = NULL;
  const char *writer;
  gint64 clock;

  if (!g_variant_is_of_type (object, G_VARIANT_TYPE_VARDICT) ||
      !g_variant_lookup (object, "clock", "x", &clock) ||
      !g_variant_lookup (object, "writer", "&s", &writer))
    return NULL;
  if (clock < 1 || clock - get_time () > CLOCK_AHEAD_MAX || strlen (writer) > WRITER_LENGTH_MAX)
    return NULL;
  value = g_variant_lookup_value (object, "value", NULL);
  copy = value != NULL ? peer_state_copy (value) : NULL;

  return entry_new (clock, writer, copy);
}

gboolean
peer_shared_state_merge (PeerSharedState *self,
                         GVariant *entries,
                         gsize max_size,
                         gboolean *has_changed,
                         GError **error)
{
  g_autoptr (GHashTable) changes = entries_new ();
  GVariantIter iter;
  GVariant *object;
  const char *key;

  *has_changed = FALSE;
  if (!g_variant_is_of_type (entries, G_VARIANT_TYPE_VARDICT))
    {
      g_set_error_literal (error, PEER_ERROR, PEER_ERROR_INVALID_DATA, _ ("The state is not an object"));
      return FALSE;
    }

  g_variant_iter_init (&iter, entries);
  while (g_variant_iter_next (&iter, "{&sv}", &key, &object))
    {
      Entry *entry = entry_parse (object);

      g_variant_unref (object);
      if (entry == NULL)
        {
          g_set_error_literal (error, PEER_ERROR, PEER_ERROR_INVALID_DATA, _ ("The state has an entry that is none"));
          return FALSE;
        }
      g_hash_table_replace (changes, g_strdup (key), entry);
    }

  return take_over (self, changes, max_size, has_changed, error);
}

GVariant *
peer_state_apply (GVariant *state,
                  GVariant *change,
                  PeerSyncMode mode)
{
  g_autoptr (GVariant) sunk = g_variant_ref_sink (change);
  g_auto (GVariantDict) members = G_VARIANT_DICT_INIT (mode == PEER_SYNC_MODE_MERGE ? state : NULL);
  GVariantIter iter;
  const char *key;
  GVariant *value;

  g_variant_iter_init (&iter, sunk);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    g_variant_dict_insert_value (&members, key, value);

  return g_variant_ref_sink (g_variant_dict_end (&members));
}

GVariant *
peer_state_copy (GVariant *value)
{
  g_autoptr (GBytes) bytes = g_bytes_new (g_variant_get_data (value), g_variant_get_size (value));

  return g_variant_ref_sink (g_variant_new_from_bytes (g_variant_get_type (value), bytes, g_variant_is_normal_form (value)));
}
