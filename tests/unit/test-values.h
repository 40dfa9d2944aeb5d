/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "libpeerglib/protocol/peer-chunk-private.h"
#include "libpeerglib/protocol/peer-pack-private.h"

/* Fails unless the value is not floating and its bytes are in normal form,
 * which GVariant does not check for data that it trusts. */
static inline void
assert_normal (GVariant *value)
{
  g_autoptr (GVariant) untrusted = NULL;
  g_autoptr (GBytes) bytes = NULL;

  g_assert_nonnull (value);
  g_assert_false (g_variant_is_floating (value));
  bytes = g_variant_get_data_as_bytes (value);
  untrusted = g_variant_ref_sink (g_variant_new_from_bytes (g_variant_get_type (value), bytes, FALSE));
  g_assert_true (g_variant_is_normal_form (untrusted));
}

/* Fails unless the value is what the text says, in GVariant's notation. */
static inline void
assert_value (GVariant *value,
              const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) variant = g_variant_parse (NULL, expected, NULL, NULL, &error);
  g_autofree char *expected_text = NULL;
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  assert_normal (value);
  expected_text = g_variant_print (variant, TRUE);
  text = g_variant_print (value, TRUE);
  g_assert_cmpstr (text, ==, expected_text);
  g_assert_cmpvariant (value, variant);
}

/* Arrays inside each other, floating. */
static inline GVariant *
nest_arrays (guint depth)
{
  GVariant *value = g_variant_new_array (G_VARIANT_TYPE_VARIANT, NULL, 0);

  for (guint i = 1; i < depth; i++)
    {
      GVariant *boxed = g_variant_new_variant (value);

      value = g_variant_new_array (G_VARIANT_TYPE_VARIANT, &boxed, 1);
    }

  return value;
}

/* Pairs of hexadecimal digits, with spaces wherever they help. */
static inline GBytes *
bytes_from_hex (const char *hex)
{
  GByteArray *bytes = g_byte_array_new ();

  for (const char *p = hex; *p != '\0'; p++)
    {
      guint8 byte;

      if (*p == ' ')
        continue;
      byte = (guint8) (g_ascii_xdigit_value (p[0]) << 4 | g_ascii_xdigit_value (p[1]));
      g_byte_array_append (bytes, &byte, 1);
      p++;
    }

  return g_byte_array_free_to_bytes (bytes);
}

static inline char *
bytes_to_hex (GBytes *bytes)
{
  GString *hex = g_string_new (NULL);
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  for (gsize i = 0; i < size; i++)
    g_string_append_printf (hex, "%02x", data[i]);

  return g_string_free (hex, FALSE);
}

static inline GBytes *
chunk_to_message (const PeerChunk *chunk)
{
  PeerBuffer buffer = { NULL };
  guint8 *data = peer_chunk_write_around (chunk, &buffer);

  if (chunk->length > 0)
    memcpy (data, chunk->data, chunk->length);

  return peer_buffer_steal_bytes (&buffer);
}

/* Takes a floating value. */
static inline char *
pack_value_to_hex (PeerPackFormat format,
                   GVariant *variant,
                   GError **error)
{
  g_autoptr (GVariant) value = peer_value_prepare (variant);
  g_auto (PeerRope) rope = { { NULL } };
  g_autoptr (GBytes) packed = NULL;

  if (!peer_pack_append (&rope, format, value, 32, error))
    return NULL;
  packed = peer_rope_steal_bytes (&rope);

  return bytes_to_hex (packed);
}

static inline char *
pack_to_hex (PeerPackFormat format,
             const char *variant,
             GError **error)
{
  return pack_value_to_hex (format, g_variant_new_parsed (variant), error);
}

static inline GVariant *
unpack_hex (PeerPackFormat format,
            const char *hex,
            GError **error)
{
  g_autoptr (GBytes) packed = bytes_from_hex (hex);

  return peer_unpack (packed, format, 32, 1024 * 1024, error);
}
