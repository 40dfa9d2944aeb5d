/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "libpeerglib/protocol/peer-manager-message-private.h"
#include "fuzz-values.h"

#define MAX_DEPTH 16

static void
check_again (const PeerManagerMessage *message,
             const char *text)
{
  g_auto (PeerManagerMessage) again = { 0 };

  g_assert_true (peer_manager_message_parse (&again, text, strlen (text), MAX_DEPTH, NULL));
  g_assert_cmpint (again.type, ==, message->type);
  g_assert_cmpstr (again.room_id, ==, message->room_id);
  g_assert_cmpstr (again.session_id, ==, message->session_id);
  g_assert_cmpstr (again.target_id, ==, message->target_id);
  g_assert_cmpstr (again.peer_id, ==, message->peer_id);
}

/* What parses says the same when it is written again, and a signal that is
 * passed on has the sender that it was given. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        size_t size)
{
  g_auto (PeerManagerMessage) message = { 0 };
  g_auto (PeerManagerMessage) relayed = { 0 };
  g_auto (PeerPayload) payload = { 0 };
  g_autofree char *text = NULL;
  g_autofree char *relayed_text = NULL;

  if (!peer_manager_message_parse (&message, (const char *) data, size, MAX_DEPTH, NULL) ||
      message.type == PEER_MANAGER_MESSAGE_UNKNOWN)
    return 0;

  text = peer_manager_message_print (&message, NULL);
  if (text != NULL)
    check_again (&message, text);
  if (!peer_manager_message_is_signal (&message))
    return 0;

  peer_manager_message_get_payload (&message, &payload, NULL);
  relayed_text = peer_manager_message_print_relayed (&message, "sender", NULL);
  if (relayed_text == NULL)
    return 0;

  g_assert_true (peer_manager_message_parse (&relayed, relayed_text, strlen (relayed_text), MAX_DEPTH, NULL));
  g_assert_cmpstr (relayed.sender_id, ==, "sender");
  g_assert_cmpstr (relayed.target_id, ==, message.target_id);

  return 0;
}
