/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-webrtc-sections-private.h"

#include "peer-webrtc-sdp-private.h"

/* More than anybody has cameras. */
#define MAX_SECTIONS 64

struct _PeerWebrtcSections
{
  GString *session;    /* what comes before the sections */
  GPtrArray *sections; /* of GString, each from its m= line on */
  guint index;         /* of the data channel */
};

static void
string_free (gpointer string)
{
  g_string_free (string, TRUE);
}

static PeerWebrtcSections *
split (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  PeerWebrtcSections *self = g_new0 (PeerWebrtcSections, 1);
  GString *current = g_string_new (NULL);

  self->session = current;
  self->sections = g_ptr_array_new_with_free_func (string_free);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      if (g_str_has_prefix (lines[i], "m="))
        {
          current = g_string_new (NULL);
          g_ptr_array_add (self->sections, current);
        }
      g_strchomp (lines[i]);
      if (*lines[i] != '\0')
        g_string_append_printf (current, "%s\r\n", lines[i]);
    }

  return self;
}

void
peer_webrtc_sections_free (PeerWebrtcSections *self)
{
  g_string_free (self->session, TRUE);
  g_ptr_array_unref (self->sections);
  g_free (self);
}

static const char *
get_section (PeerWebrtcSections *self,
             guint index)
{
  return ((GString *) g_ptr_array_index (self->sections, index))->str;
}

static gboolean
is_data_channel (const char *section)
{
  g_autofree char *line = g_strndup (section, strcspn (section, "\r"));

  return g_str_has_prefix (line, "m=application ") && g_str_has_suffix (line, " webrtc-datachannel");
}

/* There must be just one. */
static gboolean
find_data_channel (PeerWebrtcSections *self)
{
  guint n_found = 0;

  for (guint i = 0; i < self->sections->len; i++)
    {
      if (is_data_channel (get_section (self, i)))
        {
          self->index = i;
          n_found++;
        }
    }

  return n_found == 1;
}

PeerWebrtcSections *
peer_webrtc_sections_new (const char *offer)
{
  g_autoptr (PeerWebrtcSections) self = NULL;

  if (strlen (offer) > PEER_WEBRTC_MAX_SDP_SIZE || !g_utf8_validate (offer, -1, NULL))
    return NULL;

  self = split (offer);
  if (self->sections->len < 2 || self->sections->len > MAX_SECTIONS || !find_data_channel (self))
    return NULL;

  return g_steal_pointer (&self);
}

guint
peer_webrtc_sections_get_index (PeerWebrtcSections *self)
{
  return self->index;
}

/* A line of a section without its end, NULL when there is none; the prefix is
 * not that of the m= line. */
static char *
dup_line (const char *section,
          const char *prefix)
{
  g_autofree char *search = g_strconcat ("\r\n", prefix, NULL);
  const char *found = strstr (section, search);

  if (found == NULL)
    return NULL;

  found += strlen ("\r\n");

  return g_strndup (found, strcspn (found, "\r"));
}

static void
append_without_groups (GString *text,
                       const char *session)
{
  g_auto (GStrv) lines = g_strsplit (session, "\r\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      if (*lines[i] != '\0' && !g_str_has_prefix (lines[i], "a=group:"))
        g_string_append_printf (text, "%s\r\n", lines[i]);
    }
}

char *
peer_webrtc_sections_isolate (PeerWebrtcSections *self)
{
  const char *section = get_section (self, self->index);
  g_autofree char *mid = dup_line (section, "a=mid:");
  GString *text = g_string_new (NULL);

  append_without_groups (text, self->session->str);
  if (mid != NULL)
    g_string_append_printf (text, "a=group:BUNDLE %s\r\n", mid + strlen ("a=mid:"));
  g_string_append (text, section);

  return g_string_free (text, FALSE);
}

/* RFC 8829, 5.3.1: the port is 0. */
static void
append_declined (GString *text,
                 const char *section)
{
  g_autofree char *line = g_strndup (section, strcspn (section, "\r"));
  g_auto (GStrv) words = g_strsplit (line, " ", 3);
  g_autofree char *mid = dup_line (section, "a=mid:");

  g_string_append_printf (text, "%s 0 %s\r\nc=IN IP4 0.0.0.0\r\na=inactive\r\n", words[0],
                          g_strv_length (words) == 3 ? words[2] : "");
  if (mid != NULL)
    g_string_append_printf (text, "%s\r\n", mid);
}

char *
peer_webrtc_sections_complete (PeerWebrtcSections *self,
                               const char *answer)
{
  g_autoptr (PeerWebrtcSections) parts = split (answer);
  GString *text = g_string_new (parts->session->str);

  for (guint i = 0; i < self->sections->len; i++)
    {
      if (i != self->index)
        append_declined (text, get_section (self, i));
      else if (find_data_channel (parts))
        g_string_append (text, get_section (parts, parts->index));
    }

  return g_string_free (text, FALSE);
}
