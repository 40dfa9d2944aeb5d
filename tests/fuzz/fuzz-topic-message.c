/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "libpeerglib/protocol/peer-json-private.h"
#include "libpeerglib/protocol/peer-topic-message-private.h"
#include "fuzz-values.h"

/* JSON text as a signaling channel brings it. What parses says the same when
 * it is sent on. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        size_t size)
{
  g_autofree char *text = g_memdup2 (data, size);
  g_autoptr (GVariant) value = peer_json_parse (text, size, FUZZ_MAX_DEPTH, NULL);
  g_autoptr (PeerTopicMessage) message = NULL;
  g_autoptr (PeerTopicMessage) again = NULL;
  g_autoptr (GVariant) sent = NULL;
  g_autoptr (GVariant) sent_again = NULL;
  g_autoptr (GError) error = NULL;

  if (value != NULL)
    message = peer_topic_message_parse (value, NULL);
  if (message == NULL)
    return 0;

  g_assert_nonnull (message->id);
  g_assert_cmpuint (strlen (message->id), <=, PEER_TOPIC_MESSAGE_ID_MAX_LENGTH);
  g_assert_null (message->payload.connection_id);

  sent = g_variant_ref_sink (peer_topic_message_to_value (message));
  fuzz_assert_normal (sent);
  if (g_variant_get_size (sent) > PEER_TOPIC_MESSAGE_MAX_SIZE)
    return 0;

  again = peer_topic_message_parse (sent, &error);
  g_assert_no_error (error);
  sent_again = g_variant_ref_sink (peer_topic_message_to_value (again));
  g_assert_cmpvariant (sent, sent_again);

  return 0;
}
