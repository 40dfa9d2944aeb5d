/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-webrtc-path-private.h"

#include <gio/gio.h>
#include <string.h>

#define PREFIX "candidate:"
#define MAX_CANDIDATE_LENGTH 1024

/* candidate:foundation component transport priority address port "typ" type */
enum
{
  FIELD_FOUNDATION,
  FIELD_COMPONENT,
  FIELD_TRANSPORT,
  FIELD_PRIORITY,
  FIELD_ADDRESS,
  FIELD_PORT,
  FIELD_TYP,
  FIELD_TYPE,
  N_FIELDS
};

struct _PeerWebrtcPath
{
  GHashTable *local_types; /* of foundations */
  GHashTable *remote_types;
  const char *local_type;
  const char *remote_type;
};

/* One that came from the other side without being announced. */
static const char unknown_type[] = "prflx";

PeerWebrtcPath *
peer_webrtc_path_new (void)
{
  PeerWebrtcPath *self = g_new0 (PeerWebrtcPath, 1);

  self->local_types = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->remote_types = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  return self;
}

void
peer_webrtc_path_free (PeerWebrtcPath *self)
{
  g_hash_table_unref (self->local_types);
  g_hash_table_unref (self->remote_types);
  g_free (self);
}

/* NULL when it is not one. */
static GStrv
split (const char *candidate)
{
  g_auto (GStrv) fields = NULL;

  if (candidate == NULL || strlen (candidate) > MAX_CANDIDATE_LENGTH || !g_str_is_ascii (candidate) || !g_str_has_prefix (candidate, PREFIX))
    return NULL;

  fields = g_strsplit (candidate + strlen (PREFIX), " ", N_FIELDS + 1);
  if (g_strv_length (fields) < N_FIELDS || strcmp (fields[FIELD_TYP], "typ") != 0)
    return NULL;

  return g_steal_pointer (&fields);
}

static const char *
get_type (const char *name)
{
  static const char *const types[] = { "host", "srflx", "prflx", "relay" };

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    {
      if (strcmp (name, types[i]) == 0)
        return types[i];
    }

  return NULL;
}

gboolean
peer_webrtc_path_is_usable (const char *candidate)
{
  g_auto (GStrv) fields = split (candidate);

  return fields != NULL && get_type (fields[FIELD_TYPE]) != NULL && g_hostname_is_ip_address (fields[FIELD_ADDRESS]) && g_ascii_string_to_unsigned (fields[FIELD_COMPONENT], 10, 1, 256, NULL, NULL) && g_ascii_string_to_unsigned (fields[FIELD_PRIORITY], 10, 0, G_MAXUINT32, NULL, NULL) && g_ascii_string_to_unsigned (fields[FIELD_PORT], 10, 0, G_MAXUINT16, NULL, NULL);
}

static void
add (GHashTable *types,
     const char *candidate)
{
  g_auto (GStrv) fields = split (candidate);
  const char *type = fields != NULL ? get_type (fields[FIELD_TYPE]) : NULL;

  if (type != NULL)
    g_hash_table_insert (types, g_strdup (fields[FIELD_FOUNDATION]), (gpointer) type);
}

void
peer_webrtc_path_add_local (PeerWebrtcPath *self,
                            const char *candidate)
{
  add (self->local_types, candidate);
}

void
peer_webrtc_path_add_remote (PeerWebrtcPath *self,
                             const char *candidate)
{
  add (self->remote_types, candidate);
}

static const char *
find_type (GHashTable *types,
           const char *foundation)
{
  const char *type = g_hash_table_lookup (types, foundation);

  return type != NULL ? type : unknown_type;
}

void
peer_webrtc_path_select (PeerWebrtcPath *self,
                         const char *local_foundation,
                         const char *remote_foundation)
{
  self->local_type = find_type (self->local_types, local_foundation);
  self->remote_type = find_type (self->remote_types, remote_foundation);
}

const char *
peer_webrtc_path_get_local_type (PeerWebrtcPath *self)
{
  return self->local_type;
}

const char *
peer_webrtc_path_get_remote_type (PeerWebrtcPath *self)
{
  return self->remote_type;
}
