/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "libpeerglib/protocol/peer-payload-private.h"
#include "fuzz-values.h"

static void
assert_same (const PeerPayload *payload,
             const char *text)
{
  g_auto (PeerPayload) again = { 0 };

  g_assert_true (peer_payload_parse (&again, text, strlen (text), NULL));
  g_assert_cmpstr (again.connection_id, ==, payload->connection_id);
  g_assert_cmpstr (again.type, ==, payload->type);
  if (again.candidate != NULL)
    {
      g_assert_cmpstr (again.candidate, ==, payload->candidate);
      g_assert_cmpstr (again.sdp_mid, ==, payload->sdp_mid);
      g_assert_cmpint (again.sdp_m_line_index, ==, payload->sdp_m_line_index);
      g_assert_cmpstr (again.username_fragment, ==, payload->username_fragment);
      return;
    }

  g_assert_cmpstr (again.sdp_type, ==, payload->sdp_type);
  g_assert_cmpstr (again.sdp, ==, payload->sdp);
}

/* What parses says the same when it is printed again, as far as it has what
 * such a message needs. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        size_t size)
{
  g_autofree char *text = g_memdup2 (data, size);
  g_auto (PeerPayload) payload = { 0 };
  g_autofree char *offer = NULL;
  g_autofree char *answer = NULL;
  g_autofree char *candidate = NULL;

  if (!peer_payload_parse (&payload, text, size, NULL))
    return 0;

  g_assert_nonnull (payload.connection_id);
  g_assert_cmpint (payload.sdp_m_line_index, >=, -1);
  if (payload.metadata != NULL)
    fuzz_assert_normal (payload.metadata);
  if (payload.type == NULL)
    return 0;

  if (payload.sdp != NULL && payload.sdp_type != NULL)
    {
      answer = peer_payload_print_answer (&payload);
      assert_same (&payload, answer);
      if (payload.label != NULL && payload.serialization != NULL)
        offer = peer_payload_print_offer (&payload, NULL);
      if (offer != NULL)
        assert_same (&payload, offer);
    }
  if (payload.candidate != NULL)
    {
      candidate = peer_payload_print_candidate (&payload);
      assert_same (&payload, candidate);
    }

  return 0;
}
