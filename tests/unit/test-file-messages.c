/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <libpeerglib/peer.h>

#include "libpeerglib/protocol/peer-file-name-private.h"
#include "libpeerglib/protocol/peer-file-receiver-private.h"
#include "libpeerglib/protocol/peer-file-sender-private.h"
#include "libpeerglib/protocol/peer-sha256-private.h"

#define EMPTY_SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static PeerFileMessage *
parse (const char *text,
       GError **error)
{
  g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_new_parsed (text));
  g_autofree char *id = NULL;

  g_assert_true (peer_file_message_is (value));

  return peer_file_message_parse (value, &id, error);
}

static void
check_invalid (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PeerFileMessage) message = parse (text, &error);

  g_assert_error (error, PEER_ERROR, PEER_ERROR_INVALID_DATA);
  g_assert_null (message);
}

static void
test_not_ours (void)
{
  const char *const texts[] = {
    "1", "'__peerFile'", "{'__peerFile': 1}", "{'__peerFile': <1>}", "@a{sv} {}",
    "{'__peerFile': <@a{sv} {}>, 'other': <1>}", "{'other': <@a{sv} {}>}"
  };

  g_test_summary ("Other values are not taken for messages of file transfers");

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_new_parsed (texts[i]));

      g_assert_false (peer_file_message_is (value));
    }
}

static void
test_round_trip (void)
{
  const char *const texts[] = {
    "{'__peerFile': <{'type': <'offer'>, 'id': <'a'>, 'name': <'n'>, 'directory': <'d/e'>, 'contentType': <'text/plain'>, 'size': <int64 7>, 'modified': <int64 0>}>}",
    "{'__peerFile': <{'type': <'offer'>, 'id': <'a'>, 'name': <'n'>}>}",
    "{'__peerFile': <{'type': <'accept'>, 'id': <'a'>, 'offset': <int64 0>}>}",
    "{'__peerFile': <{'type': <'accept'>, 'id': <'a'>, 'offset': <int64 9007199254740991>, 'sha256': <'" EMPTY_SHA256 "'>}>}",
    "{'__peerFile': <{'type': <'refuse'>, 'id': <'a'>, 'reason': <'no'>}>}",
    "{'__peerFile': <{'type': <'restart'>, 'id': <'a'>}>}",
    "{'__peerFile': <{'type': <'piece'>, 'id': <'a'>, 'offset': <int64 5>, 'data': <[byte 0x00, 0x01]>}>}",
    "{'__peerFile': <{'type': <'progress'>, 'id': <'a'>, 'offset': <int64 5>}>}",
    "{'__peerFile': <{'type': <'done'>, 'id': <'a'>, 'size': <int64 0>, 'sha256': <'" EMPTY_SHA256 "'>}>}",
    "{'__peerFile': <{'type': <'verified'>, 'id': <'a'>}>}",
    "{'__peerFile': <{'type': <'cancel'>, 'id': <'a'>}>}",
    "{'__peerFile': <{'type': <'error'>, 'id': <'a'>, 'reason': <'no'>}>}",
  };

  g_test_summary ("Each message is made as it was parsed");

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_new_parsed (texts[i]));
      g_autoptr (GError) error = NULL;
      g_autoptr (PeerFileMessage) message = parse (texts[i], &error);
      g_autoptr (GVariant) again = NULL;

      g_assert_no_error (error);
      again = g_variant_ref_sink (peer_file_message_to_value (message));
      g_assert_cmpvariant (value, again);
    }
}

static void
test_invalid (void)
{
  g_autofree char *long_id = g_strnfill (PEER_FILE_ID_MAX_LENGTH + 1, 'x');
  g_autofree char *long_id_text = g_strdup_printf ("{'__peerFile': <{'type': <'verified'>, 'id': <'%s'>}>}", long_id);
  g_autofree char *long_reason = g_strnfill (PEER_FILE_REASON_MAX_SIZE + 1, 'x');
  g_autofree char *long_reason_text = g_strdup_printf ("{'__peerFile': <{'type': <'cancel'>, 'id': <'a'>, 'reason': <'%s'>}>}", long_reason);
  const char *const texts[] = {
    "{'__peerFile': <@a{sv} {}>}",
    "{'__peerFile': <{'type': <'verified'>}>}",
    "{'__peerFile': <{'type': <1>, 'id': <'a'>}>}",
    "{'__peerFile': <{'type': <'verified'>, 'id': <int64 1>}>}",
    "{'__peerFile': <{'type': <'offer'>, 'id': <'a'>}>}",
    "{'__peerFile': <{'type': <'offer'>, 'id': <'a'>, 'name': <'../n'>}>}",
    "{'__peerFile': <{'type': <'offer'>, 'id': <'a'>, 'name': <'n'>, 'directory': <'/etc'>}>}",
    "{'__peerFile': <{'type': <'offer'>, 'id': <'a'>, 'name': <'n'>, 'directory': <'d/../..'>}>}",
    "{'__peerFile': <{'type': <'offer'>, 'id': <'a'>, 'name': <'n'>, 'size': <int64 -1>}>}",
    "{'__peerFile': <{'type': <'offer'>, 'id': <'a'>, 'name': <'n'>, 'size': <int64 9007199254740992>}>}",
    "{'__peerFile': <{'type': <'offer'>, 'id': <'a'>, 'name': <'n'>, 'size': <0.5>}>}",
    "{'__peerFile': <{'type': <'accept'>, 'id': <'a'>}>}",
    "{'__peerFile': <{'type': <'accept'>, 'id': <'a'>, 'offset': <int64 1>}>}",
    "{'__peerFile': <{'type': <'accept'>, 'id': <'a'>, 'offset': <int64 1>, 'sha256': <'00'>}>}",
    "{'__peerFile': <{'type': <'piece'>, 'id': <'a'>, 'offset': <int64 0>}>}",
    "{'__peerFile': <{'type': <'piece'>, 'id': <'a'>, 'offset': <int64 0>, 'data': <@ay []>}>}",
    "{'__peerFile': <{'type': <'piece'>, 'id': <'a'>, 'offset': <int64 0>, 'data': <'text'>}>}",
    "{'__peerFile': <{'type': <'done'>, 'id': <'a'>, 'size': <int64 0>, 'sha256': <'X3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'>}>}",
    long_id_text,
    long_reason_text
  };

  g_test_summary ("What is missing, of another type or beyond a limit is an error");

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    check_invalid (texts[i]);
}

static void
test_too_big (void)
{
  g_autofree guint8 *data = g_malloc0 (PEER_FILE_MESSAGE_MAX_SIZE);

  g_test_summary ("A piece, and a message in all, are at most so big");

  for (gsize size = PEER_FILE_PIECE_MAX_SIZE; size <= PEER_FILE_MESSAGE_MAX_SIZE; size += PEER_FILE_PIECE_MAX_SIZE / 2)
    {
      PeerFileMessage message = PEER_FILE_MESSAGE_INIT (PEER_FILE_MESSAGE_PIECE, (char *) "a");
      g_autoptr (GBytes) bytes = g_bytes_new_static (data, size);
      g_autoptr (GVariant) value = NULL;
      g_autoptr (PeerFileMessage) parsed = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *id = NULL;

      message.data = bytes;
      value = g_variant_ref_sink (peer_file_message_to_value (&message));
      parsed = peer_file_message_parse (value, &id, &error);
      if (size <= PEER_FILE_PIECE_MAX_SIZE)
        g_assert_no_error (error);
      else
        g_assert_error (error, PEER_ERROR, PEER_ERROR_INVALID_DATA);
    }
}

static void
test_unknown_type (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PeerFileMessage) message = parse ("{'__peerFile': <{'type': <'hello'>, 'id': <'a'>}>}", &error);

  g_test_summary ("Types that are not known yet are no error");

  g_assert_no_error (error);
  g_assert_null (message);
}

static void
test_long_reason (void)
{
  PeerFileMessage message = PEER_FILE_MESSAGE_INIT (PEER_FILE_MESSAGE_ERROR, (char *) "a");
  g_autoptr (GString) reason = g_string_new ("x");
  g_autoptr (GVariant) value = NULL;
  g_autoptr (PeerFileMessage) parsed = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;

  g_test_summary ("A reason that is too long is cut, between characters");

  while (reason->len < 2 * PEER_FILE_REASON_MAX_SIZE)
    g_string_append (reason, "ü");
  message.reason = reason->str;
  value = g_variant_ref_sink (peer_file_message_to_value (&message));
  parsed = peer_file_message_parse (value, &id, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (strlen (parsed->reason), >, PEER_FILE_REASON_MAX_SIZE - 8);
  peer_file_message_set_error (parsed, &error);
  g_assert_error (error, PEER_ERROR, PEER_ERROR_ABORTED);
}

static void
test_names (void)
{
  const char *const good[] = { "a", "a.txt", ".hidden", "...a", "Grüße 👋.tar.gz", "console", "com", "lpt10", "10:30.png" };
  const char *const bad[] = {
    "", ".", "..", "a/b", "a\\b", "/", "a\n", "\033[2J", "a.", "a ", "con", "NUL.txt", "Com1", "lpt9.tar.gz",
    "a.peer-part", "\342\200\256gpj.exe", "\302\205"
  };
  g_autofree char *longest = g_strnfill (PEER_FILE_NAME_MAX_SIZE, 'x');
  g_autofree char *too_long = g_strnfill (PEER_FILE_NAME_MAX_SIZE + 1, 'x');

  g_test_summary ("Names are those of one file in a directory, and look like what they are");

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (peer_file_name_check (good[i], NULL));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (peer_file_name_check (bad[i], &error));
      g_assert_error (error, PEER_ERROR, PEER_ERROR_INVALID_DATA);
    }
  g_assert_true (peer_file_name_check (longest, NULL));
  g_assert_false (peer_file_name_check (too_long, NULL));
}

static void
test_directories (void)
{
  const char *const good[] = { "a", "a/b/c", ".git/objects" };
  const char *const bad[] = { "", "/", "/a", "a/", "a//b", "..", "a/..", "a/../b", "a/./b", "a\\..\\b", "nul/a" };
  g_autofree char *too_long = g_strnfill (PEER_FILE_DIRECTORY_MAX_SIZE + 1, 'x');

  g_test_summary ("Directories stay below the one they are received in");

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (peer_file_name_check_directory (good[i], NULL));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (peer_file_name_check_directory (bad[i], &error));
      g_assert_error (error, PEER_ERROR, PEER_ERROR_INVALID_DATA);
    }
  for (guint i = 1; i < PEER_FILE_DIRECTORY_MAX_SIZE; i += 2)
    too_long[i] = '/';
  g_assert_false (peer_file_name_check_directory (too_long, NULL));
}

static void
check_number (const char *name,
              guint number,
              const char *expected)
{
  g_autofree char *numbered = peer_file_name_number (name, number);

  g_assert_cmpstr (numbered, ==, expected);
}

static void
test_numbers (void)
{
  g_test_summary ("A number goes before the extension");

  check_number ("a.txt", 0, "a.txt");
  check_number ("a.txt", 1, "a (1).txt");
  check_number ("a.tar.gz", 2, "a (2).tar.gz");
  check_number ("a", 3, "a (3)");
  check_number (".profile", 4, ".profile (4)");
}

static void
test_sha256 (void)
{
  g_autoptr (PeerSha256) sha256 = peer_sha256_new ();
  g_autofree char *empty = peer_sha256_dup_text (sha256);
  g_autofree char *abc = NULL;

  g_test_summary ("Digests of what came so far");

  g_assert_cmpstr (empty, ==, EMPTY_SHA256);
  peer_sha256_update (sha256, "ab", 2);
  peer_sha256_update (sha256, "c", 1);
  abc = peer_sha256_dup_text (sha256);
  g_assert_cmpstr (abc, ==, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static PeerFileMessage
message_of (PeerFileMessageType type)
{
  return PEER_FILE_MESSAGE_INIT (type, (char *) "a");
}

static gboolean
give_piece (PeerFileReceiver *receiver,
            gint64 offset,
            gsize size,
            GError **error)
{
  PeerFileMessage message = message_of (PEER_FILE_MESSAGE_PIECE);
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_malloc0 (size), size);

  message.offset = offset;
  message.data = bytes;

  return peer_file_receiver_handle (receiver, &message, error);
}

static void
check_piece_fails (PeerFileReceiver *receiver,
                   gint64 offset,
                   gsize size,
                   PeerError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (give_piece (receiver, offset, size, &error));
  g_assert_error (error, PEER_ERROR, (int) code);
  g_assert_cmpint (peer_file_receiver_get_state (receiver), ==, PEER_FILE_RECEIVER_FAILED);
  peer_file_receiver_free (receiver);
}

static PeerFileReceiver *
new_receiver (gint64 size,
              gint64 offset)
{
  PeerFileReceiver *receiver = peer_file_receiver_new (size);

  peer_file_receiver_accept (receiver, offset);

  return receiver;
}

static void
test_receiver_limits (void)
{
  PeerFileReceiver *receiver;

  g_test_summary ("Pieces before, after, twice, beyond the size and beyond the window");

  check_piece_fails (peer_file_receiver_new (100), 0, 10, PEER_ERROR_INVALID_DATA);
  check_piece_fails (new_receiver (100, 0), 91, 10, PEER_ERROR_INVALID_DATA);
  check_piece_fails (new_receiver (100, 0), PEER_FILE_MAX_SIZE, 10, PEER_ERROR_INVALID_DATA);
  check_piece_fails (new_receiver (5, 0), 0, 10, PEER_ERROR_INVALID_DATA);
  check_piece_fails (new_receiver (100, 50), 49, 10, PEER_ERROR_INVALID_DATA);
  check_piece_fails (new_receiver (-1, 0), PEER_FILE_WINDOW - 9, 10, PEER_ERROR_LIMIT_EXCEEDED);
  check_piece_fails (new_receiver (-1, 0), PEER_FILE_MAX_SIZE, 10, PEER_ERROR_LIMIT_EXCEEDED);

  receiver = new_receiver (-1, 0);
  g_assert_true (give_piece (receiver, 10, 10, NULL));
  check_piece_fails (receiver, 15, 10, PEER_ERROR_INVALID_DATA);
  receiver = new_receiver (-1, 0);
  g_assert_true (give_piece (receiver, 10, 10, NULL));
  check_piece_fails (receiver, 5, 10, PEER_ERROR_INVALID_DATA);

  receiver = new_receiver (-1, 0);
  for (guint i = 0; i < PEER_FILE_MAX_PIECES; i++)
    g_assert_true (give_piece (receiver, i, 1, NULL));
  check_piece_fails (receiver, PEER_FILE_MAX_PIECES, 1, PEER_ERROR_LIMIT_EXCEEDED);
}

static void
take (PeerFileReceiver *receiver,
      gsize expected)
{
  g_autoptr (GBytes) bytes = peer_file_receiver_take (receiver);

  g_assert_cmpuint (bytes != NULL ? g_bytes_get_size (bytes) : 0, ==, expected);
}

static void
test_receiver_order (void)
{
  PeerFileReceiver *receiver = new_receiver (-1, 0);
  PeerFileMessage done = message_of (PEER_FILE_MESSAGE_DONE);

  g_test_summary ("Pieces and the end may overtake each other");

  g_assert_true (give_piece (receiver, 30, 5, NULL));
  g_assert_true (give_piece (receiver, 10, 20, NULL));
  take (receiver, 0);
  done.size = 35;
  done.sha256 = (char *) EMPTY_SHA256;
  g_assert_true (peer_file_receiver_handle (receiver, &done, NULL));
  g_assert_true (give_piece (receiver, 0, 10, NULL));
  take (receiver, 10);
  take (receiver, 20);
  g_assert_false (peer_file_receiver_add_stored (receiver, 30));
  g_assert_cmpint (peer_file_receiver_get_state (receiver), ==, PEER_FILE_RECEIVER_RECEIVING);
  take (receiver, 5);
  take (receiver, 0);
  peer_file_receiver_add_stored (receiver, 5);
  g_assert_cmpint (peer_file_receiver_get_state (receiver), ==, PEER_FILE_RECEIVER_COMPLETE);
  g_assert_cmpstr (peer_file_receiver_get_sha256 (receiver), ==, EMPTY_SHA256);

  check_piece_fails (receiver, 35, 1, PEER_ERROR_INVALID_DATA);
}

static void
check_done_fails (PeerFileReceiver *receiver,
                  gint64 size)
{
  PeerFileMessage done = message_of (PEER_FILE_MESSAGE_DONE);
  g_autoptr (GError) error = NULL;

  done.size = size;
  done.sha256 = (char *) EMPTY_SHA256;
  g_assert_false (peer_file_receiver_handle (receiver, &done, &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_INVALID_DATA);
  peer_file_receiver_free (receiver);
}

static void
test_receiver_done (void)
{
  PeerFileReceiver *receiver = new_receiver (100, 100);
  PeerFileMessage done = message_of (PEER_FILE_MESSAGE_DONE);

  g_test_summary ("The end is where it was announced, once, and not before what came");

  check_done_fails (peer_file_receiver_new (0), 0);
  check_done_fails (new_receiver (100, 0), 99);
  check_done_fails (new_receiver (-1, 100), 99);

  done.size = 100;
  done.sha256 = (char *) EMPTY_SHA256;
  g_assert_true (peer_file_receiver_handle (receiver, &done, NULL));
  g_assert_cmpint (peer_file_receiver_get_state (receiver), ==, PEER_FILE_RECEIVER_COMPLETE);
  check_done_fails (receiver, 100);
}

static void
test_receiver_restart (void)
{
  PeerFileMessage restart = message_of (PEER_FILE_MESSAGE_RESTART);
  g_autoptr (PeerFileReceiver) receiver = new_receiver (100, 50);
  g_autoptr (PeerFileReceiver) from_beginning = new_receiver (100, 0);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A file begins anew only where it was gone on with");

  g_assert_true (peer_file_receiver_handle (receiver, &restart, NULL));
  g_assert_cmpint (peer_file_receiver_get_state (receiver), ==, PEER_FILE_RECEIVER_RESTARTING);
  peer_file_receiver_accept (receiver, 0);
  g_assert_true (give_piece (receiver, 0, 10, NULL));
  take (receiver, 10);

  g_assert_false (peer_file_receiver_handle (from_beginning, &restart, &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_INVALID_DATA);
}

static void
test_receiver_progress (void)
{
  g_autoptr (PeerFileReceiver) receiver = new_receiver (-1, 0);
  gint64 offset = 0;

  g_test_summary ("The other side is told now and then, and the window moves with it");

  while (offset + PEER_FILE_PIECE_SIZE < 2 * PEER_FILE_WINDOW)
    {
      g_assert_true (give_piece (receiver, offset, PEER_FILE_PIECE_SIZE, NULL));
      take (receiver, PEER_FILE_PIECE_SIZE);
      offset += PEER_FILE_PIECE_SIZE;
      g_assert_true (peer_file_receiver_add_stored (receiver, PEER_FILE_PIECE_SIZE) ==
                     (offset / PEER_FILE_PIECE_SIZE % (PEER_FILE_PROGRESS_STEP / PEER_FILE_PIECE_SIZE + 1) == 0));
    }
  g_assert_cmpint (peer_file_receiver_get_stored (receiver), ==, offset);
}

static gboolean
give_offset (PeerFileSender *sender,
             PeerFileMessageType type,
             gint64 offset,
             GError **error)
{
  PeerFileMessage message = message_of (type);

  message.offset = offset;
  message.sha256 = offset > 0 ? (char *) EMPTY_SHA256 : NULL;

  return peer_file_sender_handle (sender, &message, error);
}

static void
check_sender_fails (PeerFileSender *sender,
                    PeerFileMessageType type,
                    gint64 offset,
                    PeerError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (give_offset (sender, type, offset, &error));
  g_assert_error (error, PEER_ERROR, (int) code);
  g_assert_cmpint (peer_file_sender_get_state (sender), ==, PEER_FILE_SENDER_FAILED);
  g_assert_cmpuint (peer_file_sender_get_room (sender), ==, 0);
  peer_file_sender_free (sender);
}

static PeerFileSender *
new_accepted (void)
{
  PeerFileSender *sender = peer_file_sender_new (-1);

  g_assert_cmpuint (peer_file_sender_get_room (sender), ==, 0);
  g_assert_true (give_offset (sender, PEER_FILE_MESSAGE_ACCEPT, 0, NULL));

  return sender;
}

static void
test_sender_limits (void)
{
  PeerFileSender *sender;

  g_test_summary ("Answers that make no sense end a transfer");

  check_sender_fails (new_accepted (), PEER_FILE_MESSAGE_ACCEPT, 0, PEER_ERROR_INVALID_DATA);
  check_sender_fails (new_accepted (), PEER_FILE_MESSAGE_PROGRESS, 1, PEER_ERROR_INVALID_DATA);
  check_sender_fails (new_accepted (), PEER_FILE_MESSAGE_VERIFIED, 0, PEER_ERROR_INVALID_DATA);
  check_sender_fails (new_accepted (), PEER_FILE_MESSAGE_PIECE, 0, PEER_ERROR_INVALID_DATA);
  check_sender_fails (peer_file_sender_new (100), PEER_FILE_MESSAGE_ACCEPT, 101, PEER_ERROR_INVALID_DATA);
  check_sender_fails (peer_file_sender_new (100), PEER_FILE_MESSAGE_PROGRESS, 0, PEER_ERROR_INVALID_DATA);
  check_sender_fails (peer_file_sender_new (100), PEER_FILE_MESSAGE_REFUSE, 0, PEER_ERROR_REFUSED);
  check_sender_fails (new_accepted (), PEER_FILE_MESSAGE_CANCEL, 0, PEER_ERROR_ABORTED);

  sender = new_accepted ();
  peer_file_sender_add_sent (sender, 10);
  check_sender_fails (sender, PEER_FILE_MESSAGE_PROGRESS, 11, PEER_ERROR_INVALID_DATA);
}

static void
test_sender_window (void)
{
  g_autoptr (PeerFileSender) sender = new_accepted ();
  g_autoptr (PeerFileSender) small = peer_file_sender_new (100);

  g_test_summary ("A sender is ahead by the window at most, and sends no more than it announced");

  g_assert_cmpuint (peer_file_sender_get_room (sender), ==, PEER_FILE_WINDOW);
  peer_file_sender_add_sent (sender, PEER_FILE_WINDOW);
  g_assert_cmpuint (peer_file_sender_get_room (sender), ==, 0);
  g_assert_true (give_offset (sender, PEER_FILE_MESSAGE_PROGRESS, 1000, NULL));
  g_assert_true (give_offset (sender, PEER_FILE_MESSAGE_PROGRESS, 500, NULL));
  g_assert_cmpuint (peer_file_sender_get_room (sender), ==, 1000);
  peer_file_sender_set_done (sender);
  g_assert_cmpuint (peer_file_sender_get_room (sender), ==, 0);
  g_assert_true (give_offset (sender, PEER_FILE_MESSAGE_VERIFIED, 0, NULL));
  g_assert_cmpint (peer_file_sender_get_acknowledged (sender), ==, PEER_FILE_WINDOW);

  g_assert_true (give_offset (small, PEER_FILE_MESSAGE_ACCEPT, 0, NULL));
  g_assert_cmpuint (peer_file_sender_get_room (small), ==, 100);
}

static void
test_sender_resume (void)
{
  g_autoptr (PeerFileSender) sender = peer_file_sender_new (100);

  g_test_summary ("What the other side has is gone on with when its digest is right");

  g_assert_true (give_offset (sender, PEER_FILE_MESSAGE_ACCEPT, 60, NULL));
  g_assert_cmpint (peer_file_sender_get_state (sender), ==, PEER_FILE_SENDER_CHECKING);
  g_assert_cmpuint (peer_file_sender_get_room (sender), ==, 0);
  peer_file_sender_confirm (sender, "another");
  g_assert_cmpint (peer_file_sender_get_state (sender), ==, PEER_FILE_SENDER_OFFERED);

  g_assert_true (give_offset (sender, PEER_FILE_MESSAGE_ACCEPT, 60, NULL));
  g_assert_cmpint (peer_file_sender_get_offset (sender), ==, 60);
  peer_file_sender_confirm (sender, EMPTY_SHA256);
  g_assert_cmpint (peer_file_sender_get_state (sender), ==, PEER_FILE_SENDER_SENDING);
  g_assert_cmpuint (peer_file_sender_get_room (sender), ==, 40);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/file-messages/not-ours", test_not_ours);
  g_test_add_func ("/file-messages/round-trip", test_round_trip);
  g_test_add_func ("/file-messages/invalid", test_invalid);
  g_test_add_func ("/file-messages/too-big", test_too_big);
  g_test_add_func ("/file-messages/unknown-type", test_unknown_type);
  g_test_add_func ("/file-messages/long-reason", test_long_reason);
  g_test_add_func ("/file-messages/names", test_names);
  g_test_add_func ("/file-messages/directories", test_directories);
  g_test_add_func ("/file-messages/numbers", test_numbers);
  g_test_add_func ("/file-messages/sha256", test_sha256);
  g_test_add_func ("/file-messages/receiver/limits", test_receiver_limits);
  g_test_add_func ("/file-messages/receiver/order", test_receiver_order);
  g_test_add_func ("/file-messages/receiver/done", test_receiver_done);
  g_test_add_func ("/file-messages/receiver/restart", test_receiver_restart);
  g_test_add_func ("/file-messages/receiver/progress", test_receiver_progress);
  g_test_add_func ("/file-messages/sender/limits", test_sender_limits);
  g_test_add_func ("/file-messages/sender/window", test_sender_window);
  g_test_add_func ("/file-messages/sender/resume", test_sender_resume);

  return g_test_run ();
}
