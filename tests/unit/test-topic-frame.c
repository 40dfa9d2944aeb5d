/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <libpeerglib/peer.h>

#include "libpeerglib/protocol/peer-topic-frame-private.h"

#define MAX_DEPTH 8

static void
parse (PeerTopicFrame *frame,
       const char *text)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (peer_topic_frame_parse (frame, text, strlen (text), MAX_DEPTH, &error));
  g_assert_no_error (error);
}

/* Frames as they are documented: each parses and is printed as it was. */
static const char *const frames[] = {
  "{\"type\":\"subscribe\",\"topic\":[\"room\",\"lobby\"]}",
  "{\"type\":\"subscribe\",\"topic\":[\"room\",\"lobby\"],\"presence\":true}",
  "{\"type\":\"unsubscribe\",\"topic\":[\"\"]}",
  "{\"type\":\"publish\",\"topic\":[\"room\",\"lobby\"],\"message\":{\"a\":[1, 2]}}",
  "{\"type\":\"ping\"}",
  "{\"type\":\"open\",\"id\":\"x1\"}",
  "{\"type\":\"message\",\"topic\":[\"room\"],\"from\":\"x1\",\"message\":null}",
  "{\"type\":\"presence\",\"topic\":[\"room\"],\"joined\":[\"x1\",\"x2\"]}",
  "{\"type\":\"presence\",\"topic\":[\"room\"],\"left\":[\"x1\"]}",
  "{\"type\":\"error\",\"topic\":[\"room\"],\"code\":\"limit-exceeded\",\"message\":\"no\"}",
  "{\"type\":\"pong\"}",
};

static void
test_round_trip (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (frames); i++)
    {
      g_auto (PeerTopicFrame) frame = { 0 };
      g_autoptr (GString) text = g_string_new (NULL);

      parse (&frame, frames[i]);
      peer_topic_frame_append (&frame, text);
      g_assert_cmpstr (text->str, ==, frames[i]);
    }
}

static void
test_publish (void)
{
  g_auto (PeerTopicFrame) frame = { 0 };

  g_test_summary ("The message stays the text it was");

  parse (&frame, "{\"message\" : {\"b\": [1 , 2]} ,\"topic\":[\"a\",\"\\u00fc\"],\"other\":{\"type\":1},\"type\":\"publish\"}");
  g_assert_cmpint (frame.type, ==, PEER_TOPIC_FRAME_PUBLISH);
  g_assert_cmpmem (frame.message, frame.message_length, "{\"b\": [1 , 2]}", 14);
  g_assert_true (g_strv_equal ((const char *const *) frame.topic, (const char *[]){ "a", "ü", NULL }));
}

typedef struct
{
  const char *text;
  int code;
} Refused;

static const Refused refused[] = {
  { "", PEER_ERROR_INVALID_DATA },
  { "[]", PEER_ERROR_INVALID_DATA },
  { "{\"type\":\"ping\"", PEER_ERROR_INVALID_DATA },
  { "{\"type\":\"ping\"}x", PEER_ERROR_INVALID_DATA },
  { "{\"type\":\"subscribe\"}", PEER_ERROR_INVALID_DATA },
  { "{\"type\":\"subscribe\",\"topic\":[]}", PEER_ERROR_INVALID_DATA },
  { "{\"type\":\"subscribe\",\"topic\":\"room\"}", PEER_ERROR_INVALID_DATA },
  { "{\"type\":\"subscribe\",\"topic\":[\"room\",1]}", PEER_ERROR_INVALID_DATA },
  { "{\"type\":\"subscribe\",\"topic\":[\"room\"],\"topic\":null}", PEER_ERROR_INVALID_DATA },
  { "{\"type\":\"publish\",\"topic\":[\"room\"]}", PEER_ERROR_INVALID_DATA },
  { "{\"type\":\"open\"}", PEER_ERROR_INVALID_DATA },
  { "{\"type\":\"publish\",\"topic\":[\"a\"],\"message\":[[[[[[[[1]]]]]]]]}", PEER_ERROR_LIMIT_EXCEEDED },
  { "{\"type\":\"subscribe\",\"topic\":[\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\"]}", PEER_ERROR_INVALID_DATA },
};

static void
test_refused (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_auto (PeerTopicFrame) frame = { 0 };
      g_autoptr (GError) error = NULL;

      g_assert_false (peer_topic_frame_parse (&frame, refused[i].text, strlen (refused[i].text), MAX_DEPTH, &error));
      g_assert_error (error, PEER_ERROR, refused[i].code);
      g_assert_null (frame.topic);
    }
}

static void
test_unknown (void)
{
  g_auto (PeerTopicFrame) frame = { 0 };

  g_test_summary ("What later versions may say is no error");

  parse (&frame, "{\"type\":\"farewell\",\"topic\":3}");
  g_assert_cmpint (frame.type, ==, PEER_TOPIC_FRAME_UNKNOWN);
}

static void
test_error (void)
{
  g_autoptr (GError) error = g_error_new_literal (PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED, "“no”");
  g_autoptr (GString) text = g_string_new (NULL);
  g_auto (PeerTopicFrame) frame = { 0 };
  g_autoptr (GError) told = NULL;
  g_auto (PeerTopicFrame) foreign = { 0 };
  g_autoptr (GError) unnamed = NULL;

  g_test_summary ("An error arrives as the one it was; a foreign one is the server's");

  peer_topic_frame_append_error (text, error, (const char *const[]){ "room", NULL });
  parse (&frame, text->str);
  told = peer_topic_frame_dup_error (&frame);
  g_assert_error (told, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED);
  g_assert_cmpstr (told->message, ==, "“no”");
  g_assert_cmpstr (frame.topic[0], ==, "room");

  parse (&foreign, "{\"type\":\"error\",\"code\":\"teapot\",\"message\":[]}");
  unnamed = peer_topic_frame_dup_error (&foreign);
  g_assert_error (unnamed, PEER_ERROR, PEER_ERROR_SERVER_ERROR);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/topic-frame/round-trip", test_round_trip);
  g_test_add_func ("/topic-frame/publish", test_publish);
  g_test_add_func ("/topic-frame/refused", test_refused);
  g_test_add_func ("/topic-frame/unknown", test_unknown);
  g_test_add_func ("/topic-frame/error", test_error);

  return g_test_run ();
}
