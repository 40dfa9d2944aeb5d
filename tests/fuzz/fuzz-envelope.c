/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <libpeerglib/peer-error.h>

#include "libpeerglib/protocol/peer-envelope-private.h"
#include "libpeerglib/protocol/peer-json-private.h"
#include "fuzz-values.h"

#define MAX_DEPTH 32

static void
assert_rebuilds (const PeerEnvelope *envelope)
{
  g_autoptr (GBytes) bytes = peer_envelope_build (envelope->type_name, envelope->src, envelope->dst,
                                                  envelope->payload, envelope->payload_length);
  g_auto (PeerEnvelope) again = { 0 };
  gsize size;
  const char *text = g_bytes_get_data (bytes, &size);

  g_assert_true (peer_envelope_parse (&again, text, size, MAX_DEPTH, NULL));
  g_assert_cmpint (again.type, ==, envelope->type);
  g_assert_cmpstr (again.type_name, ==, envelope->type_name);
  g_assert_cmpstr (again.src, ==, envelope->src);
  g_assert_cmpstr (again.dst, ==, envelope->dst);
  g_assert_cmpmem (again.payload, again.payload_length, envelope->payload, envelope->payload_length);
}

/* What parses here is JSON to the parser, too, apart from what a value cannot
 * hold, and says the same when it is built again. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        size_t size)
{
  g_autofree char *text = g_memdup2 (data, size);
  g_auto (PeerEnvelope) envelope = { 0 };
  g_autoptr (GVariant) value = peer_json_parse (text, size, MAX_DEPTH, NULL);

  if (!peer_envelope_parse (&envelope, text, size, MAX_DEPTH, NULL))
    {
      g_assert_true (value == NULL || !g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT));
      return 0;
    }

  g_assert_true (envelope.type_name == NULL || g_utf8_validate (envelope.type_name, -1, NULL));
  g_assert_true (envelope.src == NULL || g_utf8_validate (envelope.src, -1, NULL));
  g_assert_true (envelope.dst == NULL || g_utf8_validate (envelope.dst, -1, NULL));
  if (envelope.payload != NULL)
    g_assert_true (envelope.payload >= text && envelope.payload + envelope.payload_length <= text + size);
  assert_rebuilds (&envelope);

  return 0;
}
