/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <libpeerglib/peer-error.h>

#include "libpeerglib/protocol/peer-json-private.h"
#include "libpeerglib/protocol/peer-topic-frame-private.h"
#include "libpeerglib/protocol/peer-topic-name-private.h"
#include "fuzz-values.h"

#define MAX_DEPTH 32

static void
assert_equal_strings (char **one,
                      char **other)
{
  g_assert_true ((one == NULL) == (other == NULL));
  if (one != NULL)
    g_assert_true (g_strv_equal ((const char *const *) one, (const char *const *) other));
}

static void
assert_rebuilds (const PeerTopicFrame *frame)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_auto (PeerTopicFrame) again = { 0 };

  peer_topic_frame_append (frame, text);
  g_assert_true (peer_topic_frame_parse (&again, text->str, text->len, MAX_DEPTH, NULL));
  g_assert_cmpint (again.type, ==, frame->type);
  assert_equal_strings (again.topic, frame->topic);
  assert_equal_strings (again.joined, frame->joined);
  assert_equal_strings (again.left, frame->left);
  g_assert_cmpint (again.wants_presence, ==, frame->wants_presence);
  g_assert_cmpstr (again.id, ==, frame->id);
  g_assert_cmpstr (again.from, ==, frame->from);
  g_assert_cmpstr (again.code, ==, frame->code);
  g_assert_cmpmem (again.message, again.message_length, frame->message, frame->message_length);
}

static void
assert_name (const PeerTopicFrame *frame)
{
  g_autofree char *name = peer_topic_name_join ((const char *const *) frame->topic);
  g_auto (GStrv) topic = peer_topic_name_split (name);

  assert_equal_strings (topic, frame->topic);
}

/* A frame that parses is JSON, says the same when it is built again, and its
 * topic has a name that it can be told from. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        size_t size)
{
  g_autofree char *text = g_memdup2 (data, size);
  g_auto (PeerTopicFrame) frame = { 0 };
  g_autofree char *name = g_strndup (text != NULL ? text : "", size);
  g_auto (GStrv) topic = peer_topic_name_split (name);
  g_autoptr (GError) told = NULL;

  if (!peer_topic_frame_parse (&frame, text, size, MAX_DEPTH, NULL))
    {
      g_assert_null (frame.topic);
      return 0;
    }

  if (frame.message != NULL)
    g_assert_true (frame.message >= text && frame.message + frame.message_length <= text + size);
  if (frame.topic != NULL)
    assert_name (&frame);
  if (frame.type != PEER_TOPIC_FRAME_UNKNOWN)
    assert_rebuilds (&frame);
  told = peer_topic_frame_dup_error (&frame);
  g_assert_cmpint (told->domain, ==, PEER_ERROR);

  return 0;
}
