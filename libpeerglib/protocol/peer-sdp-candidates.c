/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-sdp-candidates-private.h"

#include <string.h>

/* Where the line behind this one begins. */
static const char *
next_line (const char *line)
{
  const char *end = strchr (line, '\n');

  return end != NULL ? end + 1 : line + strlen (line);
}

static gboolean
is_mid (const char *line,
        const char *mid)
{
  gsize length = strlen (mid);

  return g_str_has_prefix (line, "a=mid:") && strncmp (line + 6, mid, length) == 0 &&
         (line[6 + length] == '\0' || strchr ("\r\n", line[6 + length]) != NULL);
}

/* The end of a section; a section whose mid is asked for counts whatever its
 * number is. */
static const char *
find_section_end (const char *sdp,
                  const char *mid,
                  int index)
{
  const char *end = NULL;
  gboolean is_wanted = FALSE;
  int section = -1;

  for (const char *line = sdp; *line != '\0'; line = next_line (line))
    {
      if (g_str_has_prefix (line, "m="))
        is_wanted = ++section == index && mid == NULL;
      else if (section >= 0 && mid != NULL && is_mid (line, mid))
        is_wanted = TRUE;

      if (is_wanted)
        end = next_line (line);
    }

  return end;
}

void
peer_sdp_add_candidate (GString *sdp,
                        const char *mid,
                        int m_line_index,
                        const char *candidate)
{
  const char *end = NULL;
  g_autofree char *line = NULL;

  if (strpbrk (candidate, "\r\n") != NULL)
    return;

  if (mid != NULL)
    end = find_section_end (sdp->str, mid, -1);
  if (end == NULL)
    end = find_section_end (sdp->str, NULL, MAX (m_line_index, 0));
  if (end == NULL)
    return;

  line = g_strconcat (end[-1] == '\n' ? "" : "\r\n", "a=", candidate, "\r\n", NULL);
  g_string_insert (sdp, end - sdp->str, line);
}
