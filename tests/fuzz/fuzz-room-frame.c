/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "libpeerglib/protocol/peer-room-frame-private.h"
#include "libpeerglib/protocol/peer-room-presence-private.h"
#include "libpeerglib/room/peer-shared-state-private.h"
#include "fuzz-values.h"

static void
check_presence (GVariant *value)
{
  g_auto (PeerRoomPresence) presence = { 0 };
  g_auto (PeerRoomPresence) again = { 0 };
  g_autoptr (GVariant) printed = NULL;

  peer_room_presence_init_from_variant (&presence, value);
  printed = peer_room_presence_to_variant (&presence);
  fuzz_assert_normal (printed);
  peer_room_presence_init_from_variant (&again, printed);
  g_assert_cmpstr (again.id, ==, presence.id);
  g_assert_cmpstr (again.session, ==, presence.session);
  g_assert_cmpint (again.serial, ==, presence.serial);
  g_assert_cmpint (again.serial, >=, 0);
  g_assert_cmpint (again.joined_at, ==, presence.joined_at);
}

static void
check_state (GVariant *value)
{
  g_auto (PeerRoomState) state = { 0 };
  g_auto (PeerRoomState) again = { 0 };
  g_autoptr (GVariant) printed = NULL;

  peer_room_state_init_from_variant (&state, value);
  printed = peer_room_state_to_variant (&state);
  fuzz_assert_normal (printed);
  peer_room_state_init_from_variant (&again, printed);
  g_assert_cmpuint (again.peers->len, ==, state.peers->len);
  g_assert_cmpstr (again.host_id, ==, state.host_id);
}

/* What was taken over once changes nothing more, and is within the limit. */
static void
check_shared (GVariant *value)
{
  g_autoptr (PeerSharedState) shared = peer_shared_state_new ();
  gboolean has_changed;

  if (!peer_shared_state_merge (shared, value, 1000, &has_changed, NULL))
    {
      g_assert_cmpuint (g_variant_n_children (peer_shared_state_get_entries (shared)), ==, 0);
      return;
    }

  fuzz_assert_normal (peer_shared_state_get_value (shared));
  g_assert_cmpuint (g_variant_get_size (peer_shared_state_get_value (shared)), <=, 1000);
  g_assert_true (peer_shared_state_merge (shared, peer_shared_state_get_entries (shared), 1000, &has_changed, NULL));
  g_assert_false (has_changed);
}

/* What parses is the same when it is printed again. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        size_t size)
{
  g_autofree char *text = g_memdup2 (data, size);
  g_autoptr (PeerRoomFrame) frame = peer_room_frame_parse (text, size, NULL);
  g_autoptr (PeerRoomFrame) again = NULL;
  g_autoptr (GVariant) value = NULL;
  g_autoptr (GError) error = NULL;

  if (frame == NULL)
    return 0;

  fuzz_assert_normal (frame->value);
  if (frame->kind == PEER_ROOM_FRAME_ERROR)
    error = peer_room_frame_dup_error (frame);
  check_presence (frame->value);
  check_state (frame->value);
  check_shared (frame->value);

  value = peer_room_frame_to_variant (frame);
  again = peer_room_frame_from_variant (value, NULL);
  g_assert_nonnull (again);
  if (frame->sender != NULL || frame->kind != PEER_ROOM_FRAME_MESSAGE)
    {
      g_assert_cmpint (again->kind, ==, frame->kind);
      g_assert_cmpstr (again->name, ==, frame->name);
      g_assert_cmpvariant (again->value, frame->value);
    }
  g_assert_cmpstr (again->sender, ==, frame->sender);
  g_assert_cmpstr (again->target, ==, frame->target);

  return 0;
}
