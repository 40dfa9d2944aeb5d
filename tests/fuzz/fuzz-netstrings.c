/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "libpeerglib/protocol/peer-netstrings-private.h"
#include "fuzz-values.h"

#define MAX_PARTS 6

/* What comes apart is within the text and means the same when it is put
 * together again. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        size_t size)
{
  g_autofree char *text = g_memdup2 (data, size);
  PeerNetstring parts[MAX_PARTS];
  PeerNetstring again[MAX_PARTS];
  guint n_parts = peer_netstrings_split (text, size, parts, MAX_PARTS);
  g_autoptr (GString) built = g_string_new (NULL);

  g_assert_cmpuint (n_parts, <=, MAX_PARTS);
  for (guint i = 0; i < n_parts; i++)
    {
      g_autofree char *copy = peer_netstring_dup (&parts[i], size);

      g_assert_true (parts[i].data >= text && parts[i].data + parts[i].length < text + size);
      g_assert_true (copy == NULL || (strlen (copy) == parts[i].length && g_utf8_validate (copy, -1, NULL)));
      peer_netstrings_append (built, parts[i].data, parts[i].length);
    }

  if (n_parts > 0)
    g_assert_cmpuint (peer_netstrings_split (built->str, built->len, again, MAX_PARTS), ==, n_parts);

  return 0;
}
