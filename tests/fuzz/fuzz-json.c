/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "libpeerglib/protocol/peer-json-private.h"
#include "fuzz-values.h"

/* What parses is in normal form and prints to text that parses to the same. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        size_t size)
{
  g_autofree char *text = g_memdup2 (data, size);
  g_autoptr (GVariant) value = peer_json_parse (text, size, PEER_JSON_MAX_DEPTH, NULL);
  g_autoptr (GVariant) again = NULL;
  g_autofree char *printed = NULL;
  gsize length;

  if (value == NULL)
    return 0;

  fuzz_assert_normal (value);
  printed = peer_json_print (value, &length, NULL);
  g_assert_nonnull (printed);
  again = peer_json_parse (printed, length, PEER_JSON_MAX_DEPTH, NULL);
  g_assert_nonnull (again);
  g_assert_true (g_variant_equal (value, again));

  return 0;
}
