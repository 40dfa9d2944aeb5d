/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-utf8-private.h"
#include "peer-variant-members-private.h"

#define FEW_MEMBERS 16

/* Entries are padded to 8 bytes, so there is always a whole word to read, and
 * what follows the end of a short key in it is zero. */
static inline guint64
get_key_prefix (const guint8 *key)
{
  return GUINT64_FROM_BE (peer_utf8_load_word (key));
}

typedef struct
{
  guint64 prefix;
  const guint8 *key;
  gsize index;
} Member;

static int
compare_members (gconstpointer a,
                 gconstpointer b,
                 gpointer user_data)
{
  const Member *first = a;
  const Member *second = b;
  int order;

  if (first->prefix != second->prefix)
    return first->prefix < second->prefix ? -1 : 1;

  order = strcmp ((const char *) first->key, (const char *) second->key);
  if (order != 0)
    return order;

  return first->index < second->index ? -1 : 1;
}

static inline gboolean
same_key (const Member *a,
          const Member *b)
{
  return a->prefix == b->prefix && strcmp ((const char *) a->key, (const char *) b->key) == 0;
}

static gboolean
mark_among_few (const Member *members,
                gsize n_members,
                gboolean *obsolete)
{
  gboolean found = FALSE;

  for (gsize i = 0; i < n_members; i++)
    {
      for (gsize j = i + 1; j < n_members && !obsolete[i]; j++)
        {
          obsolete[i] = same_key (&members[i], &members[j]);
          found |= obsolete[i];
        }
    }

  return found;
}

static gboolean
mark_among_many (Member *members,
                 gsize n_members,
                 gboolean *obsolete)
{
  gboolean found = FALSE;

  g_qsort_with_data (members, (int) n_members, sizeof *members, compare_members, NULL);
  for (gsize i = 0; i + 1 < n_members; i++)
    {
      if (same_key (&members[i], &members[i + 1]))
        {
          obsolete[members[i].index] = TRUE;
          found = TRUE;
        }
    }

  return found;
}

/* Moves the members that stay over those that do not. */
static gsize
remove_members (guint8 *body,
                gsize *ends,
                gsize *n_members,
                const gboolean *obsolete)
{
  gsize start = 0;
  gsize kept_end = 0;
  gsize n_kept = 0;

  for (gsize i = 0; i < *n_members; i++)
    {
      gsize end = ends[i];

      if (!obsolete[i])
        {
          gsize kept_start = peer_variant_align (kept_end);

          memset (body + kept_end, 0, kept_start - kept_end);
          memmove (body + kept_start, body + start, end - start);
          kept_end = kept_start + end - start;
          ends[n_kept++] = kept_end;
        }
      start = peer_variant_align (end);
    }
  *n_members = n_kept;

  return kept_end;
}

gsize
peer_variant_members_remove_repeated (guint8 *body,
                                      gsize *ends,
                                      gsize *n_members)
{
  Member few_members[FEW_MEMBERS];
  gboolean few_obsolete[FEW_MEMBERS] = { FALSE };
  g_autofree Member *many_members = NULL;
  g_autofree gboolean *many_obsolete = NULL;
  Member *members = few_members;
  gboolean *obsolete = few_obsolete;
  gboolean found;

  if (*n_members > FEW_MEMBERS)
    {
      members = many_members = g_new (Member, *n_members);
      obsolete = many_obsolete = g_new0 (gboolean, *n_members);
    }

  for (gsize i = 0; i < *n_members; i++)
    {
      members[i].key = body + (i > 0 ? peer_variant_align (ends[i - 1]) : 0);
      members[i].prefix = get_key_prefix (members[i].key);
      members[i].index = i;
    }

  if (*n_members > FEW_MEMBERS)
    found = mark_among_many (members, *n_members, obsolete);
  else
    found = mark_among_few (members, *n_members, obsolete);

  return found ? remove_members (body, ends, n_members, obsolete) : ends[*n_members - 1];
}
