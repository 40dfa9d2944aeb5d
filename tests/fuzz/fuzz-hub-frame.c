/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "libpeerglib/protocol/peer-hub-frame-private.h"
#include "libpeerglib/protocol/peer-json-private.h"
#include "fuzz-values.h"

static void
assert_from_alice (const char *text,
                   gsize size)
{
  g_autoptr (GVariant) value = peer_json_parse (text, size, PEER_JSON_MAX_DEPTH, NULL);
  const char *sender = NULL;

  g_assert_nonnull (value);
  g_assert_true (g_variant_lookup (value, "peer_id", "&s", &sender));
  g_assert_cmpstr (sender, ==, "alice");
}

/* Whatever goes to others says who sent it. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        size_t size)
{
  g_autofree char *text = g_memdup2 (data, size);

  if (peer_hub_frame_is_from (text, size, "alice"))
    assert_from_alice (text, size);

  return 0;
}
