/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "libpeerglib/protocol/peer-json-private.h"
#include "fuzz-values.h"

/* Any value at all, taken from the bytes as a GVariant that is not trusted,
 * goes through everything that walks values. It may have equal keys, which
 * become one, so what comes back need not pack to the same bytes. */
static void
walk_variant (GBytes *bytes)
{
  g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE_VARIANT, bytes, FALSE));
  const PeerPackFormat formats[] = { PEER_PACK_FORMAT_BINARY_PACK, PEER_PACK_FORMAT_MESSAGE_PACK };
  g_autofree char *text = NULL;
  gsize length;

  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autoptr (GBytes) packed = fuzz_pack (formats[i], value);
      g_autoptr (GVariant) unpacked = packed != NULL ? fuzz_unpack (formats[i], packed) : NULL;

      if (unpacked != NULL)
        {
          fuzz_assert_normal (unpacked);
          fuzz_assert_packs_again (formats[i], unpacked);
        }
    }

  text = peer_json_print (value, &length, NULL);
  if (text != NULL)
    {
      g_autoptr (GVariant) parsed = peer_json_parse (text, length, FUZZ_MAX_DEPTH, NULL);

      if (parsed != NULL)
        fuzz_assert_normal (parsed);
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        size_t size)
{
  g_autoptr (GBytes) packed = g_bytes_new (data, size);
  g_autoptr (GVariant) value = fuzz_unpack (PEER_PACK_FORMAT_BINARY_PACK, packed);

  if (value != NULL)
    {
      fuzz_assert_normal (value);
      fuzz_assert_packs_again (PEER_PACK_FORMAT_BINARY_PACK, value);
    }
  walk_variant (packed);

  return 0;
}
