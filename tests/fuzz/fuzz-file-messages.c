/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "libpeerglib/protocol/peer-file-name-private.h"
#include "libpeerglib/protocol/peer-file-receiver-private.h"
#include "libpeerglib/protocol/peer-file-sender-private.h"
#include "fuzz-values.h"

/* What was parsed is within the limits, and the same when it is sent on. */
static void
check_message (const PeerFileMessage *message)
{
  g_autoptr (GVariant) value = g_variant_ref_sink (peer_file_message_to_value (message));
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;
  g_autoptr (PeerFileMessage) again = NULL;
  g_autoptr (GVariant) same = NULL;

  g_assert_true (peer_file_message_is (value));
  again = peer_file_message_parse (value, &id, &error);
  g_assert_no_error (error);
  g_assert_cmpint (again->type, ==, message->type);
  same = g_variant_ref_sink (peer_file_message_to_value (again));
  g_assert_cmpvariant (value, same);

  g_assert_true (message->name == NULL || (strchr (message->name, '/') == NULL && strcmp (message->name, "..") != 0));
  g_assert_true (message->directory == NULL || (*message->directory != '/' && strstr (message->directory, "../") == NULL));
  g_assert_cmpint (message->offset, <=, PEER_FILE_MAX_SIZE);
}

static void
run_receiver (PeerFileReceiver *receiver,
              const PeerFileMessage *message)
{
  GBytes *data;

  if (peer_file_receiver_get_state (receiver) == PEER_FILE_RECEIVER_FAILED ||
      !peer_file_receiver_handle (receiver, message, NULL))
    return;

  if (peer_file_receiver_get_state (receiver) == PEER_FILE_RECEIVER_RESTARTING)
    peer_file_receiver_accept (receiver, 0);
  while ((data = peer_file_receiver_take (receiver)) != NULL)
    {
      peer_file_receiver_add_stored (receiver, g_bytes_get_size (data));
      g_bytes_unref (data);
    }
}

static void
run_sender (PeerFileSender *sender,
            const PeerFileMessage *message)
{
  if (peer_file_sender_get_state (sender) == PEER_FILE_SENDER_FAILED || !peer_file_sender_handle (sender, message, NULL))
    return;

  if (peer_file_sender_get_state (sender) == PEER_FILE_SENDER_CHECKING)
    peer_file_sender_confirm (sender, message->sha256);
  if (peer_file_sender_get_room (sender) > 0)
    peer_file_sender_add_sent (sender, MIN (peer_file_sender_get_room (sender), PEER_FILE_PIECE_SIZE));
  g_assert_cmpint (peer_file_sender_get_acknowledged (sender), <=, peer_file_sender_get_sent (sender));
  g_assert_cmpint (peer_file_sender_get_sent (sender), <=, peer_file_sender_get_acknowledged (sender) + PEER_FILE_WINDOW);
}

/* Packed values, each with its length before it in two bytes: what the other
 * side says of one file that is received and of one that is sent. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        size_t size)
{
  g_autoptr (PeerFileReceiver) receiver = peer_file_receiver_new (-1);
  g_autoptr (PeerFileSender) sender = peer_file_sender_new (100000);

  peer_file_receiver_accept (receiver, 10);
  while (size >= 2)
    {
      gsize length = MIN ((gsize) data[0] << 8 | data[1], size - 2);
      g_autoptr (GBytes) packed = g_bytes_new (data + 2, length);
      g_autoptr (GVariant) value = fuzz_unpack (PEER_PACK_FORMAT_BINARY_PACK, packed);
      g_autofree char *id = NULL;

      if (value != NULL && peer_file_message_is (value))
        {
          g_autoptr (PeerFileMessage) message = peer_file_message_parse (value, &id, NULL);

          if (message != NULL)
            {
              check_message (message);
              run_receiver (receiver, message);
              run_sender (sender, message);
            }
        }
      data += 2 + length;
      size -= 2 + length;
    }

  return 0;
}
