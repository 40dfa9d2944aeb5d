/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

#include "libpeerglib/protocol/peer-pack-private.h"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            size_t size);

#define FUZZ_MAX_DEPTH 64
#define FUZZ_MAX_MEMORY (16 * 1024 * 1024)

/* The bytes of what was decoded must be in normal form, which GVariant does
 * not check for data that it trusts. */
static inline void
fuzz_assert_normal (GVariant *value)
{
  g_autoptr (GBytes) bytes = g_variant_get_data_as_bytes (value);
  g_autoptr (GVariant) untrusted = NULL;

  g_assert_false (g_variant_is_floating (value));
  untrusted = g_variant_ref_sink (g_variant_new_from_bytes (g_variant_get_type (value), bytes, FALSE));
  g_assert_true (g_variant_is_normal_form (untrusted));
}

static inline GBytes *
fuzz_pack (PeerPackFormat format,
           GVariant *value)
{
  g_autoptr (GVariant) prepared = peer_value_prepare (value);
  g_auto (PeerRope) rope = { { NULL } };

  if (!peer_pack_append (&rope, format, prepared, FUZZ_MAX_DEPTH, NULL))
    return NULL;

  return peer_rope_steal_bytes (&rope);
}

static inline GVariant *
fuzz_unpack (PeerPackFormat format,
             GBytes *packed)
{
  return peer_unpack (packed, format, FUZZ_MAX_DEPTH, FUZZ_MAX_MEMORY, NULL);
}

/* What packs unpacks to something that packs to the same bytes. */
static inline void
fuzz_assert_packs_again (PeerPackFormat format,
                         GVariant *value)
{
  g_autoptr (GBytes) packed = fuzz_pack (format, value);
  g_autoptr (GVariant) unpacked = NULL;
  g_autoptr (GBytes) again = NULL;

  if (packed == NULL)
    return;

  unpacked = fuzz_unpack (format, packed);
  g_assert_nonnull (unpacked);
  fuzz_assert_normal (unpacked);
  again = fuzz_pack (format, unpacked);
  g_assert_true (g_bytes_equal (packed, again));
}
