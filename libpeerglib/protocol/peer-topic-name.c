/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-topic-name-private.h"

char *
peer_topic_name_join (const char *const *topic)
{
  GString *text = g_string_new (NULL);

  for (gsize i = 0; topic[i] != NULL; i++)
    {
      if (i > 0)
        g_string_append_c (text, ':');
      for (const char *c = topic[i]; *c != '\0'; c++)
        if (*c == ':' || *c == '%')
          g_string_append_printf (text, "%%%02X", (guint) *c);
        else
          g_string_append_c (text, *c);
    }

  return g_string_free (text, FALSE);
}

char **
peer_topic_name_split (const char *text)
{
  /* g_strsplit() makes nothing of an empty text, which is one empty part. */
  g_auto (GStrv) topic = *text != '\0' ? g_strsplit (text, ":", -1) : g_strdupv ((char *[]){ "", NULL });

  for (gsize i = 0; topic[i] != NULL; i++)
    {
      char *part = g_uri_unescape_string (topic[i], NULL);

      if (part == NULL || !g_utf8_validate (part, -1, NULL))
        {
          g_free (part);
          return NULL;
        }
      g_free (topic[i]);
      topic[i] = part;
    }

  return g_steal_pointer (&topic);
}
