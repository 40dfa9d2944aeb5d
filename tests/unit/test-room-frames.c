/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include <libpeerglib/peer.h>

#include "libpeerglib/protocol/peer-json-private.h"
#include "libpeerglib/protocol/peer-room-frame-private.h"
#include "libpeerglib/protocol/peer-room-presence-private.h"

static PeerRoomFrame *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  PeerRoomFrame *frame = peer_room_frame_parse (text, strlen (text), &error);

  g_assert_no_error (error);

  return frame;
}

static void
assert_value (GVariant *value,
              const char *expected)
{
  g_autofree char *text = g_variant_print (value, FALSE);

  g_assert_cmpstr (text, ==, expected);
}

/* The frames as the original programs send them. */
static void
test_original (void)
{
  static const struct
  {
    const char *text;
    PeerRoomFrameKind kind;
    const char *sender;
    const char *target;
    const char *name;
    const char *value;
  } frames[] = {
    { "{\"peer_id\":\"a\",\"message\":\"hi\"}", PEER_ROOM_FRAME_MESSAGE, "a", NULL, NULL, "'hi'" },
    { "{\"peer_id\":\"server\",\"message\":{\"x\":1}}", PEER_ROOM_FRAME_MESSAGE, "server", NULL, NULL, "{'x': <int64 1>}" },
    { "{\"peer_id\":\"a\",\"message\":null}", PEER_ROOM_FRAME_MESSAGE, "a", NULL, NULL, "nothing" },
    { "{\"type\":\"SYSTEM\",\"action\":\"PEER_JOIN\",\"payload\":{\"userAgent\":\"u\",\"timestamp\":5},\"peer_id\":\"a\","
      "\"target\":null,\"timestamp\":1700000000000}",
      PEER_ROOM_FRAME_JOIN, "a", NULL, NULL, "{'userAgent': <'u'>, 'timestamp': <int64 5>}" },
    { "{\"type\":\"SYSTEM\",\"action\":\"PEER_LEAVE\",\"payload\":{},\"peer_id\":\"a\"}", PEER_ROOM_FRAME_LEAVE, "a", NULL, NULL,
      "{}" },
    { "{\"type\":\"SYSTEM\",\"action\":\"ROOM_STATE\",\"payload\":{\"peers\":[],\"hostId\":\"a\"},\"peer_id\":\"a\",\"target\":\"b\"}",
      PEER_ROOM_FRAME_ROOM_STATE, "a", "b", NULL, "{'peers': <@av []>, 'hostId': <'a'>}" },
    { "{\"type\":\"SYSTEM\",\"action\":\"HOST_CHANGE\",\"payload\":\"b\",\"peer_id\":\"a\"}", PEER_ROOM_FRAME_HOST_CHANGE, "a", NULL,
      NULL, "'b'" },
    { "{\"type\":\"SYSTEM\",\"action\":\"EVENT\",\"payload\":{\"event\":\"move\",\"data\":{\"x\":1}},\"peer_id\":\"a\"}",
      PEER_ROOM_FRAME_EVENT, "a", NULL, "move", "{'x': <int64 1>}" },
    { "{\"type\":\"SYSTEM\",\"action\":\"EVENT\",\"payload\":{\"event\":\"move\"},\"peer_id\":\"a\"}", PEER_ROOM_FRAME_EVENT, "a",
      NULL, "move", "nothing" },
    { "{\"type\":\"SYSTEM\",\"action\":\"BROADCAST\",\"payload\":{\"event\":\"start\",\"data\":[1]},\"peer_id\":\"a\"}",
      PEER_ROOM_FRAME_BROADCAST, "a", NULL, "start", "[<int64 1>]" },
    { "{\"event\":\"tick\",\"data\":3}", PEER_ROOM_FRAME_EVENT, NULL, NULL, "tick", "3" },
    { "{\"event\":\"tick\",\"count\":3}", PEER_ROOM_FRAME_EVENT, NULL, NULL, "tick", "{'event': <'tick'>, 'count': <int64 3>}" },
    { "{\"type\":\"SYSTEM\",\"action\":\"LATER\",\"payload\":1,\"peer_id\":\"a\"}", PEER_ROOM_FRAME_UNKNOWN, "a", NULL, "LATER",
      "1" },
    { "{\"type\":\"SYSTEM\"}", PEER_ROOM_FRAME_UNKNOWN, NULL, NULL, NULL, "nothing" },
    { "[1,2]", PEER_ROOM_FRAME_MESSAGE, NULL, NULL, NULL, "[<int64 1>, <int64 2>]" },
    { "{\"some\":\"thing\"}", PEER_ROOM_FRAME_MESSAGE, NULL, NULL, NULL, "{'some': <'thing'>}" },
    { "no JSON", PEER_ROOM_FRAME_MESSAGE, NULL, NULL, NULL, "'no JSON'" },
    { "", PEER_ROOM_FRAME_MESSAGE, NULL, NULL, NULL, "''" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (frames); i++)
    {
      g_autoptr (PeerRoomFrame) frame = parse (frames[i].text);

      g_test_message ("%s", frames[i].text);
      g_assert_cmpint (frame->kind, ==, frames[i].kind);
      g_assert_cmpstr (frame->sender, ==, frames[i].sender);
      g_assert_cmpstr (frame->target, ==, frames[i].target);
      g_assert_cmpstr (frame->name, ==, frames[i].name);
      if (g_str_equal (frames[i].value, "nothing"))
        g_assert_true (g_variant_is_of_type (frame->value, G_VARIANT_TYPE ("mv")));
      else
        assert_value (frame->value, frames[i].value);
    }
}

static void
assert_refused (const char *text,
                gssize length,
                PeerError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (peer_room_frame_parse (text, length >= 0 ? (gsize) length : strlen (text), &error));
  g_assert_error (error, PEER_ERROR, (int) code);
}

static void
test_refused (void)
{
  g_autofree char *id = g_strnfill (PEER_ROOM_ID_MAX + 1, 'a');
  g_autofree char *name = g_strnfill (PEER_ROOM_EVENT_NAME_MAX + 1, 'a');
  g_autofree char *deep = g_strnfill (1000, '[');
  g_autofree char *long_id = g_strdup_printf ("{\"peer_id\":\"%s\",\"message\":1}", id);
  g_autofree char *long_target = g_strdup_printf ("{\"peer_id\":\"a\",\"message\":1,\"target\":\"%s\"}", id);
  g_autofree char *long_action = g_strdup_printf ("{\"type\":\"SYSTEM\",\"action\":\"%s\"}", name);
  g_autofree char *long_name = g_strdup_printf ("{\"type\":\"SYSTEM\",\"action\":\"EVENT\",\"payload\":{\"event\":\"%s\"}}", name);

  assert_refused (long_id, -1, PEER_ERROR_LIMIT_EXCEEDED);
  assert_refused (long_target, -1, PEER_ERROR_LIMIT_EXCEEDED);
  assert_refused (long_action, -1, PEER_ERROR_LIMIT_EXCEEDED);
  assert_refused (long_name, -1, PEER_ERROR_LIMIT_EXCEEDED);
  assert_refused (deep, -1, PEER_ERROR_LIMIT_EXCEEDED);
  assert_refused ("{\"type\":\"SYSTEM\",\"action\":\"EVENT\"}", -1, PEER_ERROR_INVALID_DATA);
  assert_refused ("{\"type\":\"SYSTEM\",\"action\":\"EVENT\",\"payload\":{}}", -1, PEER_ERROR_INVALID_DATA);
  assert_refused ("{\"type\":\"SYSTEM\",\"action\":\"BROADCAST\",\"payload\":{\"event\":\"\"}}", -1, PEER_ERROR_INVALID_DATA);
  assert_refused ("\xff\xfe", -1, PEER_ERROR_INVALID_DATA);
  assert_refused ("a\0b", 3, PEER_ERROR_INVALID_DATA);
}

static void
assert_same (const PeerRoomFrame *frame,
             const PeerRoomFrame *again)
{
  g_assert_cmpint (again->kind, ==, frame->kind);
  g_assert_cmpstr (again->sender, ==, frame->sender);
  g_assert_cmpstr (again->target, ==, frame->target);
  g_assert_cmpstr (again->name, ==, frame->name);
  g_assert_cmpvariant (again->value, frame->value);
}

/* In both forms. */
static void
test_round_trip (void)
{
  for (int kind = PEER_ROOM_FRAME_MESSAGE; kind < PEER_ROOM_FRAME_UNKNOWN; kind++)
    {
      gboolean is_event = kind == PEER_ROOM_FRAME_EVENT || kind == PEER_ROOM_FRAME_BROADCAST;

      for (guint i = 0; i < 2; i++)
        {
          g_autoptr (PeerRoomFrame) frame = peer_room_frame_new (kind, "alice", i == 0 ? NULL : "bob", is_event ? "move" : NULL,
                                                                 i == 0 ? NULL : g_variant_new_parsed ("{'x': <int64 1>}"));
          g_autoptr (GVariant) value = peer_room_frame_to_variant (frame);
          g_autoptr (PeerRoomFrame) from_value = peer_room_frame_from_variant (value, NULL);
          g_autofree char *text = peer_room_frame_print (frame, NULL);
          g_autoptr (PeerRoomFrame) from_text = parse (text);

          assert_same (frame, from_value);
          assert_same (frame, from_text);
          if (kind != PEER_ROOM_FRAME_MESSAGE)
            g_assert_cmpint (from_text->timestamp, ==, frame->timestamp);
        }
    }
}

/* Nothing that a member says is taken for a frame. */
static void
test_frame_in_message (void)
{
  GVariant *forged = g_variant_new_parsed ("{'type': <'SYSTEM'>, 'action': <'PEER_LEAVE'>, 'peer_id': <'bob'>}");
  g_autoptr (PeerRoomFrame) frame = peer_room_frame_new (PEER_ROOM_FRAME_MESSAGE, "alice", NULL, NULL, forged);
  g_autoptr (GVariant) value = peer_room_frame_to_variant (frame);
  g_autoptr (PeerRoomFrame) again = peer_room_frame_from_variant (value, NULL);

  g_assert_cmpint (again->kind, ==, PEER_ROOM_FRAME_MESSAGE);
  g_assert_cmpstr (again->sender, ==, "alice");
}

static void
test_bytes (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PeerRoomFrame) frame = peer_room_frame_new (PEER_ROOM_FRAME_MESSAGE, "alice", NULL, NULL,
                                                         g_variant_new_bytestring ("bytes"));

  g_assert_null (peer_room_frame_print (frame, &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_UNSUPPORTED_VALUE);
}

static void
test_errors (void)
{
  g_autoptr (GError) told = g_error_new_literal (PEER_ERROR, PEER_ERROR_REFUSED, "Not today");
  g_autoptr (GError) foreign = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "Broken");
  g_autoptr (PeerRoomFrame) frame = peer_room_frame_new_error ("alice", "bob", told);
  g_autoptr (PeerRoomFrame) other = peer_room_frame_new_error ("alice", "bob", foreign);
  g_autoptr (PeerRoomFrame) empty = parse ("{\"type\":\"SYSTEM\",\"action\":\"ERROR\",\"payload\":7}");
  g_autoptr (PeerRoomFrame) unknown = parse ("{\"type\":\"SYSTEM\",\"action\":\"ERROR\",\"payload\":{\"error\":\"odd\"}}");
  GError *heard;

  heard = peer_room_frame_dup_error (frame);
  g_assert_error (heard, PEER_ERROR, PEER_ERROR_REFUSED);
  g_assert_cmpstr (heard->message, ==, "Not today");
  g_clear_error (&heard);
  heard = peer_room_frame_dup_error (other);
  g_assert_error (heard, PEER_ERROR, PEER_ERROR_SERVER_ERROR);
  g_assert_cmpstr (heard->message, ==, "Broken");
  g_clear_error (&heard);
  heard = peer_room_frame_dup_error (empty);
  g_assert_error (heard, PEER_ERROR, PEER_ERROR_SERVER_ERROR);
  g_clear_error (&heard);
  heard = peer_room_frame_dup_error (unknown);
  g_assert_error (heard, PEER_ERROR, PEER_ERROR_SERVER_ERROR);
  g_clear_error (&heard);
}

static GVariant *
parse_json (const char *text)
{
  GVariant *value = peer_json_parse (text, strlen (text), PEER_JSON_MAX_DEPTH, NULL);

  g_assert_nonnull (value);

  return value;
}

static void
test_presence (void)
{
  const char *const peers[] = { "bob", "carol", NULL };
  g_autoptr (GVariant) value = NULL;
  g_auto (PeerRoomPresence) again = { 0 };
  PeerRoomPresence presence = {
    .id = (char *) "alice",
    .session = (char *) "s",
    .serial = 7,
    .user_agent = (char *) "u",
    .joined_at = 1700000000000,
    .last_seen = 1700000000001,
    .metadata = g_variant_new_string ("m"),
    .credentials = g_variant_new_string ("c"),
    .state = g_variant_new_parsed ("{'a': <1>}"),
    .shared = g_variant_new_parsed ("{'b': <2>}"),
    .peers = (char **) peers,
  };

  value = peer_room_presence_to_variant (&presence);
  peer_room_presence_init_from_variant (&again, value);
  g_assert_cmpstr (again.id, ==, "alice");
  g_assert_cmpstr (again.session, ==, "s");
  g_assert_cmpint (again.serial, ==, 7);
  g_assert_cmpstr (again.user_agent, ==, "u");
  g_assert_cmpint (again.joined_at, ==, 1700000000000);
  g_assert_cmpint (again.last_seen, ==, 1700000000001);
  assert_value (again.metadata, "'m'");
  assert_value (again.credentials, "'c'");
  assert_value (again.state, "{'a': <1>}");
  assert_value (again.shared, "{'b': <2>}");
  g_assert_true (g_strv_equal ((const char *const *) again.peers, peers));
}

/* What is of a wrong kind or too long does not count. */
static void
test_presence_loose (void)
{
  g_autofree char *id = g_strnfill (PEER_ROOM_ID_MAX + 1, 'a');
  g_autofree char *text = g_strdup_printf ("{\"id\":\"%s\",\"session\":\"\",\"serial\":-4,\"joinTime\":1.5e3,\"lastSeen\":1e300,"
                                           "\"state\":[],\"shared\":3,\"peers\":[\"b\",7,\"%s\",\"\",{\"id\":\"c\"}]}",
                                           id, id);
  g_autoptr (GVariant) value = parse_json (text);
  g_autoptr (GVariant) number = parse_json ("7");
  g_auto (PeerRoomPresence) presence = { 0 };

  peer_room_presence_init_from_variant (&presence, value);
  g_assert_null (presence.id);
  g_assert_null (presence.session);
  g_assert_cmpint (presence.serial, ==, 0);
  g_assert_cmpint (presence.joined_at, ==, 1500);
  g_assert_cmpint (presence.last_seen, ==, 0);
  g_assert_null (presence.state);
  g_assert_null (presence.shared);
  g_assert_cmpuint (g_strv_length (presence.peers), ==, 1);
  g_assert_cmpstr (presence.peers[0], ==, "b");

  peer_room_presence_clear (&presence);
  peer_room_presence_init_from_variant (&presence, number);
  g_assert_null (presence.id);
}

static void
test_room_state (void)
{
  g_autoptr (GVariant) value = parse_json ("{\"hostId\":\"b\",\"peers\":[{\"id\":\"a\",\"joinTime\":3},\"b\",7,{\"x\":1}],\"shared\":{}}");
  g_autoptr (GVariant) printed = NULL;
  g_autofree char *text = NULL;
  g_auto (PeerRoomState) state = { 0 };

  peer_room_state_init_from_variant (&state, value);
  g_assert_cmpstr (state.host_id, ==, "b");
  g_assert_cmpuint (state.peers->len, ==, 2);
  g_assert_cmpstr (((PeerRoomPresence *) state.peers->pdata[0])->id, ==, "a");
  g_assert_cmpint (((PeerRoomPresence *) state.peers->pdata[0])->joined_at, ==, 3);
  g_assert_cmpstr (((PeerRoomPresence *) state.peers->pdata[1])->id, ==, "b");

  printed = peer_room_state_to_variant (&state);
  text = peer_json_print (printed, NULL, NULL);
  g_assert_cmpstr (text, ==,
                   "{\"peers\":[{\"id\":\"a\",\"joinTime\":3,\"timestamp\":3,\"isHost\":false},{\"id\":\"b\",\"isHost\":true}],"
                   "\"hostId\":\"b\",\"shared\":{}}");
}

static void
test_too_many_peers (void)
{
  g_autoptr (GString) text = g_string_new ("{\"peers\":[\"a\"");
  g_autoptr (GVariant) value = NULL;
  g_auto (PeerRoomPresence) presence = { 0 };
  g_auto (PeerRoomState) state = { 0 };

  for (guint i = 0; i < 2 * PEER_ROOM_PEERS_MAX; i++)
    g_string_append_printf (text, ",\"%u\"", i);
  g_string_append (text, "]}");
  value = parse_json (text->str);
  peer_room_presence_init_from_variant (&presence, value);
  g_assert_cmpuint (g_strv_length (presence.peers), ==, PEER_ROOM_PEERS_MAX);
  peer_room_state_init_from_variant (&state, value);
  g_assert_cmpuint (state.peers->len, ==, PEER_ROOM_PEERS_MAX);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/room-frames/original", test_original);
  g_test_add_func ("/room-frames/refused", test_refused);
  g_test_add_func ("/room-frames/round-trip", test_round_trip);
  g_test_add_func ("/room-frames/frame-in-message", test_frame_in_message);
  g_test_add_func ("/room-frames/bytes", test_bytes);
  g_test_add_func ("/room-frames/errors", test_errors);
  g_test_add_func ("/room-frames/presence", test_presence);
  g_test_add_func ("/room-frames/presence-loose", test_presence_loose);
  g_test_add_func ("/room-frames/room-state", test_room_state);
  g_test_add_func ("/room-frames/too-many-peers", test_too_many_peers);

  return g_test_run ();
}
