/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-webrtc-path-private.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#define PREFIX "candidate:"
#define MAX_CANDIDATE_LENGTH 1024

/* candidate:foundation component transport priority address port "typ" type … */
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
  FIELD_EXTENSIONS,
};

typedef struct
{
  char *foundation;
  guint64 component;
  gboolean is_ipv6;
  const char *tcp_type; /* NULL for UDP */
  char *address;
  PeerWebrtcPathEnd end;
} Candidate;

struct _PeerWebrtcPath
{
  GPtrArray *local; /* of Candidate */
  GPtrArray *remote;
  guint n_left_out; /* because of their mDNS names */
  const PeerWebrtcPathEnd *local_end;
  const PeerWebrtcPathEnd *remote_end;
};

static const char *const types[] = { "host", "srflx", "prflx", "relay" };
static const char *const protocols[] = { "udp", "tcp" };
static const char *const tcp_types[] = { "active", "passive", "so" };

/* One that came from the other side without being announced. */
static const PeerWebrtcPathEnd unknown_end = { "prflx", NULL, NULL };

static void
candidate_free (Candidate *self)
{
  g_free (self->foundation);
  g_free (self->address);
  g_free (self);
}

PeerWebrtcPath *
peer_webrtc_path_new (void)
{
  PeerWebrtcPath *self = g_new0 (PeerWebrtcPath, 1);

  self->local = g_ptr_array_new_with_free_func ((GDestroyNotify) candidate_free);
  self->remote = g_ptr_array_new_with_free_func ((GDestroyNotify) candidate_free);

  return self;
}

void
peer_webrtc_path_free (PeerWebrtcPath *self)
{
  g_ptr_array_unref (self->local);
  g_ptr_array_unref (self->remote);
  g_free (self);
}

/* NULL when it is not one. */
static GStrv
split (const char *candidate)
{
  g_auto (GStrv) fields = NULL;

  if (candidate == NULL || strlen (candidate) > MAX_CANDIDATE_LENGTH || !g_str_is_ascii (candidate) || !g_str_has_prefix (candidate, PREFIX))
    return NULL;

  fields = g_strsplit (candidate + strlen (PREFIX), " ", FIELD_EXTENSIONS + 1);
  if (g_strv_length (fields) < FIELD_EXTENSIONS || strcmp (fields[FIELD_TYP], "typ") != 0)
    return NULL;

  return g_steal_pointer (&fields);
}

/* One of these names, NULL when it is none of them. */
static const char *
look_up (const char *const *names,
         gsize n_names,
         const char *name)
{
  for (gsize i = 0; i < n_names; i++)
    {
      if (g_ascii_strcasecmp (name, names[i]) == 0)
        return names[i];
    }

  return NULL;
}

static const char *
get_type (const char *name)
{
  return look_up (types, G_N_ELEMENTS (types), name);
}

static const char *
get_tcp_type (const char *extensions)
{
  g_auto (GStrv) words = g_strsplit (extensions != NULL ? extensions : "", " ", -1);
  const char *tcp_type = NULL;

  for (guint i = 0; tcp_type == NULL && words[i] != NULL && words[i + 1] != NULL; i += 2)
    {
      if (strcmp (words[i], "tcptype") == 0)
        tcp_type = look_up (tcp_types, G_N_ELEMENTS (tcp_types), words[i + 1]);
    }

  return tcp_type != NULL ? tcp_type : "so";
}

gboolean
peer_webrtc_path_is_usable (const char *candidate)
{
  g_auto (GStrv) fields = split (candidate);

  return fields != NULL && get_type (fields[FIELD_TYPE]) != NULL && g_hostname_is_ip_address (fields[FIELD_ADDRESS]) && g_ascii_string_to_unsigned (fields[FIELD_COMPONENT], 10, 1, 256, NULL, NULL) && g_ascii_string_to_unsigned (fields[FIELD_PRIORITY], 10, 0, G_MAXUINT32, NULL, NULL) && g_ascii_string_to_unsigned (fields[FIELD_PORT], 10, 0, G_MAXUINT16, NULL, NULL);
}

static void
add (GPtrArray *candidates,
     const char *text)
{
  g_auto (GStrv) fields = split (text);
  const char *type = fields != NULL ? get_type (fields[FIELD_TYPE]) : NULL;
  Candidate *candidate;

  if (type == NULL)
    return;

  candidate = g_new0 (Candidate, 1);
  candidate->foundation = g_strdup (fields[FIELD_FOUNDATION]);
  candidate->component = g_ascii_strtoull (fields[FIELD_COMPONENT], NULL, 10);
  candidate->is_ipv6 = strchr (fields[FIELD_ADDRESS], ':') != NULL;
  candidate->address = g_strdup_printf (candidate->is_ipv6 ? "[%s]:%s" : "%s:%s",
                                        fields[FIELD_ADDRESS], fields[FIELD_PORT]);
  candidate->end.type = type;
  candidate->end.protocol = look_up (protocols, G_N_ELEMENTS (protocols), fields[FIELD_TRANSPORT]);
  candidate->end.address = candidate->address;
  if (g_strcmp0 (candidate->end.protocol, "tcp") == 0)
    candidate->tcp_type = get_tcp_type (fields[FIELD_EXTENSIONS]);
  g_ptr_array_add (candidates, candidate);
}

void
peer_webrtc_path_add_local (PeerWebrtcPath *self,
                            const char *candidate)
{
  add (self->local, candidate);
}

void
peer_webrtc_path_add_remote (PeerWebrtcPath *self,
                             const char *candidate)
{
  add (self->remote, candidate);
}

void
peer_webrtc_path_leave_out (PeerWebrtcPath *self,
                            const char *candidate)
{
  g_auto (GStrv) fields = split (candidate);

  if (fields != NULL && g_str_has_suffix (fields[FIELD_ADDRESS], ".local"))
    self->n_left_out++;
}

static const PeerWebrtcPathEnd *
find_end (GPtrArray *candidates,
          const char *foundation)
{
  for (guint i = 0; i < candidates->len; i++)
    {
      Candidate *candidate = candidates->pdata[i];

      if (strcmp (candidate->foundation, foundation) == 0)
        return &candidate->end;
    }

  return &unknown_end;
}

void
peer_webrtc_path_select (PeerWebrtcPath *self,
                         const char *local_foundation,
                         const char *remote_foundation)
{
  self->local_end = find_end (self->local, local_foundation);
  self->remote_end = find_end (self->remote, remote_foundation);
}

const PeerWebrtcPathEnd *
peer_webrtc_path_get_local (PeerWebrtcPath *self)
{
  return self->local_end;
}

const PeerWebrtcPathEnd *
peer_webrtc_path_get_remote (PeerWebrtcPath *self)
{
  return self->remote_end;
}

/* RFC 6544, 6.2: one side of a TCP pair connects, the other listens. */
static gboolean
can_pair (const Candidate *local,
          const Candidate *remote)
{
  if (local->component != remote->component || local->is_ipv6 != remote->is_ipv6 ||
      local->end.protocol == NULL || local->end.protocol != remote->end.protocol)
    return FALSE;
  if (local->tcp_type == NULL)
    return TRUE;

  return strcmp (local->tcp_type, "so") == 0 ? strcmp (remote->tcp_type, "so") == 0
                                             : strcmp (local->tcp_type, remote->tcp_type) != 0;
}

static guint
count_pairs (PeerWebrtcPath *self)
{
  guint n_pairs = 0;

  for (guint i = 0; i < self->local->len; i++)
    {
      for (guint j = 0; j < self->remote->len; j++)
        n_pairs += can_pair (self->local->pdata[i], self->remote->pdata[j]);
    }

  return n_pairs;
}

static guint
count (GPtrArray *candidates,
       const char *type,
       const char *protocol)
{
  guint n_candidates = 0;

  for (guint i = 0; i < candidates->len; i++)
    {
      const PeerWebrtcPathEnd *end = &((Candidate *) candidates->pdata[i])->end;

      n_candidates += end->type == type && (protocol == NULL || end->protocol == protocol);
    }

  return n_candidates;
}

/* "host 2 (udp), srflx 1 (udp)": these are words of the specification. */
static char *
describe_candidates (GPtrArray *candidates)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    {
      for (gsize j = 0; j < G_N_ELEMENTS (protocols); j++)
        {
          guint n_candidates = count (candidates, types[i], protocols[j]);

          if (n_candidates > 0)
            g_ptr_array_add (parts, g_strdup_printf ("%s %u (%s)", types[i], n_candidates, protocols[j]));
        }
    }
  if (parts->len == 0)
    return g_strdup (C_ ("ICE candidates", "none"));
  g_ptr_array_add (parts, NULL);

  return g_strjoinv (", ", (char **) parts->pdata);
}

char *
peer_webrtc_path_describe (PeerWebrtcPath *self,
                           gboolean has_stun_server,
                           guint n_turn_servers)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *local = describe_candidates (self->local);
  g_autofree char *remote = describe_candidates (self->remote);
  guint n_pairs = count_pairs (self);

  if (self->local->len == 0 && self->remote->len == 0 && self->n_left_out == 0)
    return NULL;

  g_ptr_array_add (parts, g_strdup_printf (_ ("local candidates: %s"), local));
  g_ptr_array_add (parts, g_strdup_printf (_ ("remote candidates: %s"), remote));
  if (self->n_left_out > 0)
    g_ptr_array_add (parts, g_strdup_printf (ngettext ("%u more is hidden behind an mDNS name",
                                                       "%u more are hidden behind mDNS names", self->n_left_out),
                                             self->n_left_out));
  g_ptr_array_add (parts, g_strdup_printf (ngettext ("%u pair", "%u pairs", n_pairs), n_pairs));
  if (has_stun_server && count (self->local, get_type ("srflx"), NULL) == 0)
    g_ptr_array_add (parts, g_strdup (_ ("no address from the STUN server")));
  if (n_turn_servers > 0 && count (self->local, get_type ("relay"), NULL) == 0)
    g_ptr_array_add (parts, g_strdup_printf (ngettext ("no address from the TURN server",
                                                       "no address from %u TURN servers", n_turn_servers),
                                             n_turn_servers));
  g_ptr_array_add (parts, NULL);

  return g_strjoinv ("; ", (char **) parts->pdata);
}
