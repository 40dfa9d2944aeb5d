/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-room-frame-private.h"
#include "peer-room-presence-private.h"
#include "peer-vardict-private.h"

void
peer_room_presence_clear (PeerRoomPresence *self)
{
  g_clear_pointer (&self->id, g_free);
  g_clear_pointer (&self->session, g_free);
  g_clear_pointer (&self->user_agent, g_free);
  g_clear_pointer (&self->metadata, g_variant_unref);
  g_clear_pointer (&self->credentials, g_variant_unref);
  g_clear_pointer (&self->state, g_variant_unref);
  g_clear_pointer (&self->shared, g_variant_unref);
  g_clear_pointer (&self->peers, g_strfreev);
}

void
peer_room_presence_free (PeerRoomPresence *self)
{
  peer_room_presence_clear (self);
  g_free (self);
}

static void
add_number (GVariantBuilder *builder,
            const char *key,
            gint64 number)
{
  if (number != 0)
    peer_vardict_add (builder, key, g_variant_new_int64 (number));
}

static void
add_presence (GVariantBuilder *builder,
              const PeerRoomPresence *self)
{
  peer_vardict_add_string (builder, "id", self->id);
  peer_vardict_add_string (builder, "session", self->session);
  add_number (builder, "serial", self->serial);
  peer_vardict_add_string (builder, "userAgent", self->user_agent);
  add_number (builder, "joinTime", self->joined_at);
  add_number (builder, "timestamp", self->joined_at);
  add_number (builder, "lastSeen", self->last_seen);
  peer_vardict_add (builder, "metadata", self->metadata);
  peer_vardict_add (builder, "credentials", self->credentials);
  peer_vardict_add (builder, "state", self->state);
  peer_vardict_add (builder, "shared", self->shared);
  if (self->peers != NULL)
    peer_vardict_add (builder, "peers", g_variant_new_strv ((const char *const *) self->peers, -1));
}

GVariant *
peer_room_presence_to_variant (const PeerRoomPresence *self)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  add_presence (&builder, self);

  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

static char *
lookup_id (GVariant *object,
           const char *key)
{
  const char *string;

  if (!g_variant_lookup (object, key, "&s", &string) || *string == '\0' || strlen (string) > PEER_ROOM_ID_MAX)
    return NULL;

  return g_strdup (string);
}

/* Times and serials are natural numbers; JavaScript's may come as real ones. */
static gint64
lookup_number (GVariant *object,
               const char *key)
{
  gint64 integer;
  double real;

  if (g_variant_lookup (object, key, "x", &integer))
    return MAX (integer, 0);
  if (g_variant_lookup (object, key, "d", &real) && real > 0 && real < (double) G_MAXINT64)
    return (gint64) real;

  return 0;
}

static char *
dup_id (GVariant *value)
{
  const char *id;

  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return NULL;
  id = g_variant_get_string (value, NULL);

  return *id != '\0' && strlen (id) <= PEER_ROOM_ID_MAX ? g_strdup (id) : NULL;
}

/* An element of an array, out of its variant if it is in one. */
static GVariant *
get_element (GVariant *array,
             gsize index)
{
  g_autoptr (GVariant) element = g_variant_get_child_value (array, index);

  return g_variant_is_of_type (element, G_VARIANT_TYPE_VARIANT) ? g_variant_get_variant (element)
                                                                : g_steal_pointer (&element);
}

static GStrv
lookup_ids (GVariant *object,
            const char *key)
{
  g_autoptr (GVariant) array = g_variant_lookup_value (object, key, G_VARIANT_TYPE_ARRAY);
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();
  gsize n_ids;

  if (array == NULL)
    return NULL;

  n_ids = MIN (g_variant_n_children (array), PEER_ROOM_PEERS_MAX);
  for (gsize i = 0; i < n_ids; i++)
    {
      g_autoptr (GVariant) element = get_element (array, i);
      g_autofree char *id = dup_id (element);

      if (id != NULL)
        g_strv_builder_add (ids, id);
    }

  return g_strv_builder_end (ids);
}

void
peer_room_presence_init_from_variant (PeerRoomPresence *self,
                                      GVariant *value)
{
  *self = (PeerRoomPresence){ 0 };
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT))
    return;

  self->id = lookup_id (value, "id");
  self->session = lookup_id (value, "session");
  self->serial = lookup_number (value, "serial");
  g_variant_lookup (value, "userAgent", "s", &self->user_agent);
  self->joined_at = lookup_number (value, "joinTime");
  if (self->joined_at == 0)
    self->joined_at = lookup_number (value, "timestamp");
  self->last_seen = lookup_number (value, "lastSeen");
  self->metadata = g_variant_lookup_value (value, "metadata", NULL);
  self->credentials = g_variant_lookup_value (value, "credentials", NULL);
  self->state = g_variant_lookup_value (value, "state", G_VARIANT_TYPE_VARDICT);
  self->shared = g_variant_lookup_value (value, "shared", G_VARIANT_TYPE_VARDICT);
  self->peers = lookup_ids (value, "peers");
}

void
peer_room_state_init (PeerRoomState *self)
{
  *self = (PeerRoomState){ .peers = g_ptr_array_new_with_free_func ((GDestroyNotify) peer_room_presence_free) };
}

void
peer_room_state_clear (PeerRoomState *self)
{
  g_clear_pointer (&self->peers, g_ptr_array_unref);
  g_clear_pointer (&self->host_id, g_free);
  g_clear_pointer (&self->shared, g_variant_unref);
}

GVariant *
peer_room_state_to_variant (const PeerRoomState *self)
{
  GVariantBuilder builder;
  GVariantBuilder peers;
  GVariantBuilder peer;

  g_variant_builder_init (&peers, G_VARIANT_TYPE ("av"));
  for (guint i = 0; i < self->peers->len; i++)
    {
      const PeerRoomPresence *presence = g_ptr_array_index (self->peers, i);

      g_variant_builder_init (&peer, G_VARIANT_TYPE_VARDICT);
      add_presence (&peer, presence);
      peer_vardict_add (&peer, "isHost", g_variant_new_boolean (g_strcmp0 (presence->id, self->host_id) == 0));
      g_variant_builder_add (&peers, "v", g_variant_builder_end (&peer));
    }

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  peer_vardict_add (&builder, "peers", g_variant_builder_end (&peers));
  peer_vardict_add_string (&builder, "hostId", self->host_id);
  peer_vardict_add (&builder, "shared", self->shared);

  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

void
peer_room_state_init_from_variant (PeerRoomState *self,
                                   GVariant *value)
{
  g_autoptr (GVariant) peers = NULL;
  gsize n_peers;

  peer_room_state_init (self);
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT))
    return;

  self->host_id = lookup_id (value, "hostId");
  self->shared = g_variant_lookup_value (value, "shared", G_VARIANT_TYPE_VARDICT);
  peers = g_variant_lookup_value (value, "peers", G_VARIANT_TYPE_ARRAY);
  n_peers = peers != NULL ? MIN (g_variant_n_children (peers), PEER_ROOM_PEERS_MAX) : 0;
  for (gsize i = 0; i < n_peers; i++)
    {
      g_autoptr (GVariant) element = get_element (peers, i);
      g_autoptr (PeerRoomPresence) presence = g_new0 (PeerRoomPresence, 1);

      peer_room_presence_init_from_variant (presence, element);
      if (presence->id == NULL)
        presence->id = dup_id (element);
      if (presence->id != NULL)
        g_ptr_array_add (self->peers, g_steal_pointer (&presence));
    }
}
