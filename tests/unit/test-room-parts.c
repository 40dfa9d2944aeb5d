/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <libpeerglib/peer.h>

#include "libpeerglib/room/peer-room-admission-private.h"
#include "libpeerglib/room/peer-room-backlog-private.h"
#include "libpeerglib/room/peer-room-roster-private.h"
#include "libpeerglib/room/peer-shared-state-private.h"

static void
test_roster (void)
{
  g_autoptr (PeerRoomRoster) roster = peer_room_roster_new ();
  GObject *objects[4];
  guint position;

  for (guint i = 0; i < G_N_ELEMENTS (objects); i++)
    objects[i] = g_object_new (G_TYPE_OBJECT, NULL);

  g_assert_cmpuint (peer_room_roster_add (roster, 5, "bob", objects[1]), ==, 0);
  g_assert_cmpuint (peer_room_roster_add (roster, 9, "alice", objects[3]), ==, 1);
  g_assert_cmpuint (peer_room_roster_add (roster, 5, "alan", objects[0]), ==, 0);
  g_assert_cmpuint (peer_room_roster_add (roster, 5, "carol", objects[2]), ==, 2);
  g_assert_cmpuint (peer_room_roster_get_size (roster), ==, 4);
  for (guint i = 0; i < G_N_ELEMENTS (objects); i++)
    g_assert_true (peer_room_roster_get (roster, i) == objects[i]);
  g_assert_null (peer_room_roster_get (roster, 4));
  g_assert_true (peer_room_roster_lookup (roster, "carol") == objects[2]);

  g_assert_true (peer_room_roster_remove (roster, "bob", &position));
  g_assert_cmpuint (position, ==, 1);
  g_assert_false (peer_room_roster_remove (roster, "bob", &position));
  g_assert_null (peer_room_roster_lookup (roster, "bob"));
  g_assert_true (peer_room_roster_get (roster, 1) == objects[2]);
  for (guint i = 0; i < G_N_ELEMENTS (objects); i++)
    g_object_unref (objects[i]);
}

static void
test_backlog (void)
{
  g_autoptr (PeerRoomBacklog) backlog = peer_room_backlog_new ();
  guint n_dropped = 0;

  g_assert_null (peer_room_backlog_pop (backlog));
  for (int i = 0; i < 5; i++)
    {
      g_autoptr (PeerRoomFrame) frame = peer_room_frame_new (PEER_ROOM_FRAME_MESSAGE, "a", NULL, NULL, g_variant_new_int32 (i));

      n_dropped += peer_room_backlog_push (backlog, frame, 3);
    }
  g_assert_cmpuint (n_dropped, ==, 2);
  for (int i = 2; i < 5; i++)
    {
      g_autoptr (PeerRoomFrame) frame = peer_room_backlog_pop (backlog);

      g_assert_cmpint (g_variant_get_int32 (frame->value), ==, i);
    }
  g_assert_null (peer_room_backlog_pop (backlog));
}

static void
decided_cb (gboolean is_accepted,
            const char *reason,
            gpointer user_data)
{
  g_string_append_printf (user_data, "%s:%s ", is_accepted ? "yes" : "no", reason != NULL ? reason : "");
}

/* The first answer counts, and dropping it is one. */
static void
test_admission (void)
{
  g_autoptr (GString) log = g_string_new (NULL);
  PeerRoomAdmission *admission = peer_room_admission_new ("alice", g_variant_new_string ("c"), NULL, decided_cb, log);

  g_assert_cmpstr (peer_room_admission_get_id (admission), ==, "alice");
  g_assert_nonnull (peer_room_admission_get_credentials (admission));
  g_assert_null (peer_room_admission_get_metadata (admission));
  peer_room_admission_answer (admission, TRUE, NULL);
  peer_room_admission_answer (admission, FALSE, "late");
  peer_room_admission_unref (admission);
  g_assert_cmpstr (log->str, ==, "yes: ");

  admission = peer_room_admission_new ("bob", NULL, NULL, decided_cb, log);
  peer_room_admission_unref (peer_room_admission_ref (admission));
  peer_room_admission_unref (admission);
  g_assert_cmpstr (log->str, ==, "yes: no: ");

  admission = peer_room_admission_new ("carol", NULL, NULL, decided_cb, log);
  peer_room_admission_cancel (admission);
  peer_room_admission_answer (admission, TRUE, NULL);
  peer_room_admission_unref (admission);
  g_assert_cmpstr (log->str, ==, "yes: no: ");
}

static GVariant *
write_state (PeerSharedState *state,
             const char *text,
             PeerSyncMode mode,
             const char *writer)
{
  g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_new_parsed (text));
  g_autoptr (GError) error = NULL;
  GVariant *entries = peer_shared_state_write (state, value, mode, writer, 10000, &error);

  g_assert_no_error (error);

  return entries;
}

static gboolean
merge (PeerSharedState *state,
       GVariant *entries)
{
  g_autoptr (GError) error = NULL;
  gboolean has_changed;

  peer_shared_state_merge (state, entries, 10000, &has_changed, &error);
  g_assert_no_error (error);

  return has_changed;
}

static const char *
get_text (PeerSharedState *state,
          const char *key)
{
  const char *text = NULL;

  g_variant_lookup (peer_shared_state_get_value (state), key, "&s", &text);

  return text;
}

static void
test_shared_modes (void)
{
  g_autoptr (PeerSharedState) state = peer_shared_state_new ();
  g_autoptr (PeerSharedState) other = peer_shared_state_new ();
  g_autoptr (GVariant) first = write_state (state, "{'a': <'1'>, 'b': <'2'>}", PEER_SYNC_MODE_MERGE, "alice");
  g_autoptr (GVariant) merged = write_state (state, "{'b': <'3'>}", PEER_SYNC_MODE_MERGE, "alice");
  g_autoptr (GVariant) replaced = NULL;

  g_assert_cmpstr (get_text (state, "a"), ==, "1");
  g_assert_cmpstr (get_text (state, "b"), ==, "3");
  g_assert_cmpuint (g_variant_n_children (merged), ==, 1);

  replaced = write_state (state, "{'c': <'4'>}", PEER_SYNC_MODE_REPLACE, "alice");
  g_assert_cmpuint (g_variant_n_children (peer_shared_state_get_value (state)), ==, 1);
  g_assert_cmpstr (get_text (state, "c"), ==, "4");

  /* In another order, and twice. */
  g_assert_true (merge (other, replaced));
  g_assert_false (merge (other, first));
  g_assert_false (merge (other, merged));
  g_assert_false (merge (other, replaced));
  g_assert_cmpuint (g_variant_n_children (peer_shared_state_get_value (other)), ==, 1);
  g_assert_cmpstr (get_text (other, "c"), ==, "4");
}

/* Two who have not heard of each other's write. */
static void
test_shared_conflict (void)
{
  g_autoptr (PeerSharedState) alice = peer_shared_state_new ();
  g_autoptr (PeerSharedState) bob = peer_shared_state_new ();
  g_autoptr (PeerSharedState) late = peer_shared_state_new ();
  g_autoptr (GVariant) of_alice = write_state (alice, "{'k': <'alice'>}", PEER_SYNC_MODE_MERGE, "alice");
  g_autoptr (GVariant) of_bob = write_state (bob, "{'k': <'bob'>}", PEER_SYNC_MODE_MERGE, "bob");
  g_autoptr (GVariant) again = NULL;

  merge (alice, of_bob);
  merge (bob, of_alice);
  g_assert_cmpstr (get_text (alice, "k"), ==, "bob");
  g_assert_cmpstr (get_text (bob, "k"), ==, "bob");

  again = write_state (alice, "{'k': <'alice'>}", PEER_SYNC_MODE_MERGE, "alice");
  merge (bob, again);
  g_assert_cmpstr (get_text (bob, "k"), ==, "alice");
  merge (late, peer_shared_state_get_entries (bob));
  g_assert_cmpstr (get_text (late, "k"), ==, "alice");
}

static void
assert_refused (PeerSharedState *state,
                const char *text,
                PeerError code)
{
  g_autoptr (GVariant) before = g_variant_ref (peer_shared_state_get_entries (state));
  g_autoptr (GVariant) entries = g_variant_ref_sink (g_variant_new_parsed (text));
  g_autoptr (GError) error = NULL;
  gboolean has_changed;

  g_assert_false (peer_shared_state_merge (state, entries, 500, &has_changed, &error));
  g_assert_error (error, PEER_ERROR, (int) code);
  g_assert_cmpvariant (before, peer_shared_state_get_entries (state));
}

/* All or nothing, and nobody can use up the clock or the memory. */
static void
test_shared_hostile (void)
{
  g_autoptr (PeerSharedState) state = peer_shared_state_new ();
  g_autoptr (GVariant) own = write_state (state, "{'a': <'1'>}", PEER_SYNC_MODE_MERGE, "alice");
  g_autofree char *long_writer = g_strnfill (200, 'w');
  g_autofree char *long_text = g_strnfill (600, 'x');
  g_autofree char *bad_writer = g_strdup_printf ("{'k': <{'clock': <int64 1>, 'writer': <'%s'>}>}", long_writer);
  g_autofree char *too_large = g_strdup_printf ("{'k': <{'clock': <int64 1>, 'writer': <'e'>, 'value': <'%s'>}>}", long_text);
  g_autoptr (GVariant) large = g_variant_ref_sink (g_variant_new_parsed ("{'k': <%s>}", long_text));
  g_autoptr (GError) error = NULL;

  assert_refused (state, "'text'", PEER_ERROR_INVALID_DATA);
  assert_refused (state, "{'k': <1>}", PEER_ERROR_INVALID_DATA);
  assert_refused (state, "{'k': <{'clock': <int64 1>}>}", PEER_ERROR_INVALID_DATA);
  assert_refused (state, "{'k': <{'clock': <int64 0>, 'writer': <'e'>}>}", PEER_ERROR_INVALID_DATA);
  assert_refused (state, "{'k': <{'clock': <int64 9223372036854775807>, 'writer': <'e'>}>}", PEER_ERROR_INVALID_DATA);
  assert_refused (state, "{'k': <{'clock': <int64 9007199254740991>, 'writer': <'e'>}>}", PEER_ERROR_INVALID_DATA);
  assert_refused (state, bad_writer, PEER_ERROR_INVALID_DATA);
  assert_refused (state, too_large, PEER_ERROR_LIMIT_EXCEEDED);
  g_assert_null (peer_shared_state_write (state, large, PEER_SYNC_MODE_MERGE, "alice", 500, &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED);
  g_assert_cmpstr (get_text (state, "a"), ==, "1");
}

/* Keys that are removed still take room, so there is no end to none. */
static void
test_shared_removed (void)
{
  g_autoptr (PeerSharedState) state = peer_shared_state_new ();
  g_autoptr (GError) error = NULL;
  guint n_written = 0;

  for (; error == NULL; n_written++)
    {
      g_autofree char *key = g_strdup_printf ("key %u", n_written);
      g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_new_parsed ("{%s: <'x'>}", key));
      g_autoptr (GVariant) entries = peer_shared_state_write (state, value, PEER_SYNC_MODE_REPLACE, "alice", 5000, &error);
    }
  g_assert_error (error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED);
  g_assert_cmpuint (n_written, >, 10);
  g_assert_cmpuint (g_variant_n_children (peer_shared_state_get_value (state)), ==, 1);
}

static void
test_apply (void)
{
  g_autoptr (GVariant) state = g_variant_ref_sink (g_variant_new_parsed ("{'a': <{'x': <1>}>, 'b': <2>}"));
  g_autoptr (GVariant) merged = peer_state_apply (state, g_variant_new_parsed ("{'a': <{'y': <3>}>}"), PEER_SYNC_MODE_MERGE);
  g_autoptr (GVariant) replaced = peer_state_apply (state, g_variant_new_parsed ("{'c': <4>}"), PEER_SYNC_MODE_REPLACE);
  g_autoptr (GVariant) a = g_variant_lookup_value (merged, "a", NULL);
  g_autofree char *text = g_variant_print (a, FALSE);

  g_assert_cmpstr (text, ==, "{'y': <3>}");
  g_assert_cmpuint (g_variant_n_children (merged), ==, 2);
  g_assert_cmpuint (g_variant_n_children (replaced), ==, 1);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/room-parts/roster", test_roster);
  g_test_add_func ("/room-parts/backlog", test_backlog);
  g_test_add_func ("/room-parts/admission", test_admission);
  g_test_add_func ("/room-parts/shared-modes", test_shared_modes);
  g_test_add_func ("/room-parts/shared-conflict", test_shared_conflict);
  g_test_add_func ("/room-parts/shared-hostile", test_shared_hostile);
  g_test_add_func ("/room-parts/shared-removed", test_shared_removed);
  g_test_add_func ("/room-parts/apply", test_apply);

  return g_test_run ();
}
