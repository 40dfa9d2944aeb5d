/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "room-scenarios.h"
#include "wait-until.h"

typedef struct
{
  const RoomWorld *world;
  guint n_members;
} Scenario;

typedef struct
{
  const RoomWorld *kind;
  gpointer world;
  GPtrArray *watches;
  guint n_rounds;
} Stage;

static Stage *
stage_new (const RoomWorld *kind)
{
  Stage *self = g_new0 (Stage, 1);

  self->kind = kind;
  self->world = kind->begin ();
  self->watches = g_ptr_array_new_with_free_func ((GDestroyNotify) room_watch_free);

  return self;
}

static void
stage_free (Stage *self)
{
  g_ptr_array_unref (self->watches);
  self->kind->end (self->world);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Stage, stage_free)

static RoomWatch *
stage_get (Stage *self,
           guint index)
{
  return g_ptr_array_index (self->watches, index);
}

/* Not waited for. */
static RoomWatch *
stage_join (Stage *self)
{
  g_autofree char *id = g_strdup_printf ("member-%02u-%u", self->watches->len, g_random_int_range (0, 1000));
  RoomWatch *watch = room_watch_new (self->kind->make_room (self->world, "lobby", id));

  g_ptr_array_add (self->watches, watch);
  peer_room_set_max_reconnect_attempts (watch->room, G_MAXUINT);
  peer_room_join_async (watch->room, NULL, NULL, NULL);

  return watch;
}

static void
stage_wait (Stage *self)
{
  WAIT_UNTIL (room_watches_agree (self->watches));
}

static void
stage_fill (Stage *self,
            guint n_members)
{
  while (self->watches->len < n_members)
    {
      stage_join (self);
      stage_wait (self);
    }
}

/* Whether everybody has heard this of each of the others, once. */
static gboolean
all_have_heard (Stage *self,
                const char *what)
{
  for (guint i = 0; i < self->watches->len; i++)
    {
      for (guint j = 0; j < self->watches->len; j++)
        {
          g_autofree char *text = g_strconcat (peer_room_get_peer_id (stage_get (self, j)->room), what, NULL);
          guint n_times = room_watch_count (stage_get (self, i), text);

          g_assert_cmpuint (n_times, <=, i == j ? 0 : 1);
          if (i != j && n_times == 0)
            return FALSE;
        }
    }

  return TRUE;
}

/* Everybody says something to all and something to one, and all hear all of it, once. */
static void
stage_talk (Stage *self)
{
  g_autofree char *event = g_strdup_printf (" count %u", self->n_rounds);
  g_autofree char *broadcast = g_strdup_printf (" start %u", self->n_rounds);
  g_autofree char *message = g_strdup_printf (": 'round %u'", self->n_rounds);
  g_autofree char *whispered = g_strdup_printf ("'secret %u'", self->n_rounds);
  GError *error = NULL;

  for (guint i = 0; i < self->watches->len; i++)
    {
      PeerRoom *room = stage_get (self, i)->room;
      RoomWatch *next = stage_get (self, (i + 1) % self->watches->len);
      PeerRoomMember *member = peer_room_lookup_member (room, peer_room_get_peer_id (next->room));

      peer_room_send_message_to (room, member, g_variant_new_printf ("secret %u", self->n_rounds), &error);
      g_assert_no_error (error);
      peer_room_emit_event (room, "count", g_variant_new_int64 (self->n_rounds), &error);
      g_assert_no_error (error);
      peer_room_broadcast (room, "start", g_variant_new_int64 (self->n_rounds), &error);
      g_assert_no_error (error);
      peer_room_send_message (room, g_variant_new_printf ("round %u", self->n_rounds), &error);
      g_assert_no_error (error);
    }
  self->n_rounds++;

  WAIT_UNTIL (all_have_heard (self, event));
  WAIT_UNTIL (all_have_heard (self, broadcast));
  WAIT_UNTIL (all_have_heard (self, message));
  for (guint i = 0; i < self->watches->len; i++)
    {
      const char *id = peer_room_get_peer_id (stage_get (self, i)->room);
      g_autofree char *text = g_strdup_printf ("%s: %s", id, whispered);

      for (guint j = 0; j < self->watches->len; j++)
        g_assert_cmpuint (room_watch_count (stage_get (self, j), text), ==, j == (i + 1) % self->watches->len ? 1 : 0);
    }
}

static void
assert_counts (Stage *self,
               guint index,
               guint n_joined,
               guint n_left)
{
  g_assert_cmpuint (stage_get (self, index)->n_joined, ==, n_joined);
  g_assert_cmpuint (stage_get (self, index)->n_left, ==, n_left);
}

static void
test_full (gconstpointer user_data)
{
  const Scenario *scenario = user_data;
  g_autoptr (Stage) stage = stage_new (scenario->world);

  stage_fill (stage, scenario->n_members);
  stage_talk (stage);
  stage_talk (stage);
  for (guint i = 0; i < stage->watches->len; i++)
    assert_counts (stage, i, scenario->n_members - 1, 0);
  g_assert_cmpstr (peer_room_get_host_id (stage_get (stage, 1)->room), ==, peer_room_get_peer_id (stage_get (stage, 0)->room));
}

static void
test_at_once (gconstpointer user_data)
{
  const Scenario *scenario = user_data;
  g_autoptr (Stage) stage = stage_new (scenario->world);

  for (guint i = 0; i < scenario->n_members; i++)
    stage_join (stage);
  stage_wait (stage);
  stage_talk (stage);
}

static void
test_host_leaves (gconstpointer user_data)
{
  const Scenario *scenario = user_data;
  g_autoptr (Stage) stage = stage_new (scenario->world);

  stage_fill (stage, scenario->n_members);
  while (stage->watches->len > 1)
    {
      g_assert_true (peer_room_get_is_host (stage_get (stage, 0)->room));
      g_ptr_array_remove_index (stage->watches, 0);
      stage_wait (stage);
      if (stage->watches->len > 1)
        stage_talk (stage);
    }
  assert_counts (stage, 0, scenario->n_members - 1, scenario->n_members - 1);
}

static void
test_comes_back (gconstpointer user_data)
{
  const Scenario *scenario = user_data;
  g_autoptr (Stage) stage = stage_new (scenario->world);
  RoomWatch *watch;

  stage_fill (stage, scenario->n_members);
  watch = stage_get (stage, 0);
  room_watch_leave (watch);
  g_assert_cmpuint (watch->n_closed, ==, 1);
  watch->n_closed = 0;
  g_ptr_array_set_size (watch->present, 0);
  peer_room_join_async (watch->room, NULL, NULL, NULL);
  WAIT_UNTIL (watch->n_opened == 2);
  stage_wait (stage);

  g_assert_false (peer_room_get_is_host (watch->room));
  for (guint i = 1; i < scenario->n_members; i++)
    assert_counts (stage, i, scenario->n_members, 1);
  stage_talk (stage);
}

static gboolean
has_text (GVariant *state,
          const char *key,
          const char *text)
{
  const char *found = NULL;

  return state != NULL && g_variant_lookup (state, key, "&s", &found) && g_str_equal (found, text);
}

static gboolean
all_share (Stage *self,
           const char *key,
           const char *text)
{
  for (guint i = 0; i < self->watches->len; i++)
    {
      if (!has_text (peer_room_get_shared_state (stage_get (self, i)->room), key, text))
        return FALSE;
    }

  return TRUE;
}

static gboolean
all_see_state (Stage *self,
               const char *id,
               const char *key,
               const char *text)
{
  for (guint i = 0; i < self->watches->len; i++)
    {
      PeerRoomMember *member = peer_room_lookup_member (stage_get (self, i)->room, id);

      if (member == NULL || !has_text (peer_room_member_get_state (member), key, text))
        return FALSE;
    }

  return TRUE;
}

static gboolean
all_share_the_same (Stage *self)
{
  for (guint i = 1; i < self->watches->len; i++)
    {
      g_autofree char *first = NULL;
      g_autofree char *other = NULL;
      const char *value = NULL;

      g_variant_lookup (peer_room_get_shared_state (stage_get (self, 0)->room), "turn", "&s", &value);
      first = g_strdup (value);
      value = NULL;
      g_variant_lookup (peer_room_get_shared_state (stage_get (self, i)->room), "turn", "&s", &value);
      other = g_strdup (value);
      if (first == NULL || g_strcmp0 (first, other) != 0)
        return FALSE;
    }

  return TRUE;
}

static void
test_states (gconstpointer user_data)
{
  const Scenario *scenario = user_data;
  g_autoptr (Stage) stage = stage_new (scenario->world);
  g_autofree char *id = NULL;
  GError *error = NULL;

  stage_fill (stage, scenario->n_members - 1);
  id = g_strdup (peer_room_get_peer_id (stage_get (stage, 0)->room));
  peer_room_sync (stage_get (stage, 0)->room, g_variant_new_parsed ("{'mood': <'calm'>}"), PEER_SYNC_MODE_REPLACE, &error);
  g_assert_no_error (error);
  peer_room_sync_shared (stage_get (stage, 1)->room, g_variant_new_parsed ("{'topic': <'tea'>}"), PEER_SYNC_MODE_MERGE, &error);
  g_assert_no_error (error);
  WAIT_UNTIL (all_see_state (stage, id, "mood", "calm"));
  WAIT_UNTIL (all_share (stage, "topic", "tea"));

  stage_fill (stage, scenario->n_members);
  WAIT_UNTIL (all_see_state (stage, id, "mood", "calm"));
  WAIT_UNTIL (all_share (stage, "topic", "tea"));

  for (guint i = 0; i < stage->watches->len; i++)
    {
      PeerRoom *room = stage_get (stage, i)->room;

      peer_room_sync_shared (room, g_variant_new_parsed ("{'turn': <%s>}", peer_room_get_peer_id (room)),
                             PEER_SYNC_MODE_MERGE, &error);
      g_assert_no_error (error);
    }
  stage_talk (stage);
  WAIT_UNTIL (all_share_the_same (stage));
  g_assert_true (all_share (stage, "topic", "tea"));
}

static gboolean
leave_cb (PeerRoom *room)
{
  peer_room_leave_async (room, NULL, NULL, NULL);

  return FALSE;
}

/* In the middle of whatever is told. */
static void
test_leaves_in_handler (gconstpointer user_data)
{
  static const char *const told[] = { "open", "peer-joined", "message", "any-event", "notify::shared-state", "peer-left" };
  const Scenario *scenario = user_data;

  for (gsize i = 0; i < G_N_ELEMENTS (told); i++)
    {
      g_autoptr (Stage) stage = stage_new (scenario->world);
      RoomWatch *talker;
      RoomWatch *leaver;

      g_test_message ("%s", told[i]);
      stage_fill (stage, scenario->n_members);
      talker = stage_get (stage, 0);
      leaver = stage_join (stage);
      g_signal_connect_swapped (leaver->room, told[i], G_CALLBACK (leave_cb), leaver->room);
      if (i > 1)
        {
          stage_wait (stage);
          peer_room_send_message (talker->room, g_variant_new_int32 (1), NULL);
          peer_room_emit_event (talker->room, "move", NULL, NULL);
          peer_room_sync_shared (talker->room, g_variant_new_parsed ("{'a': <1>}"), PEER_SYNC_MODE_MERGE, NULL);
        }
      if (g_str_equal (told[i], "peer-left"))
        peer_room_leave_async (talker->room, NULL, NULL, NULL);
      WAIT_UNTIL (leaver->n_closed == 1);
      WAIT_UNTIL (talker->n_closed == 1 || talker->present->len == scenario->n_members - 1);
      g_assert_cmpuint (talker->n_left, <=, 1);
      g_signal_handlers_disconnect_by_func (leaver->room, leave_cb, leaver->room);
    }
}

static void
drop_cb (PeerRoom *room,
         PeerRoomMember *sender,
         GVariant *message,
         PeerRoom **dropped)
{
  g_clear_object (dropped);
}

/* Nobody holds the room any more: the others hear a goodbye all the same. */
static void
test_dropped_in_handler (gconstpointer user_data)
{
  const Scenario *scenario = user_data;
  g_autoptr (Stage) stage = stage_new (scenario->world);
  PeerRoom *room = scenario->world->make_room (stage->world, "lobby", "dropped");
  PeerRoom *watched = room;
  RoomWatch *talker;

  stage_fill (stage, scenario->n_members);
  talker = stage_get (stage, 0);
  g_object_add_weak_pointer (G_OBJECT (room), (gpointer *) &watched);
  g_signal_connect (room, "message", G_CALLBACK (drop_cb), &room);
  peer_room_join_async (room, NULL, NULL, NULL);
  WAIT_UNTIL (talker->n_joined == scenario->n_members && peer_room_get_connected (room));
  peer_room_send_message (talker->room, g_variant_new_int32 (1), NULL);
  WAIT_UNTIL (watched == NULL);
  WAIT_UNTIL (talker->n_left == 1);
  stage_wait (stage);
}

/* A member that nobody hears any more is missed by all, once, and nothing else happens. */
static void
test_crash (gconstpointer user_data)
{
  const Scenario *scenario = user_data;
  g_autoptr (Stage) stage = stage_new (scenario->world);
  g_autoptr (RoomWatch) crashed = NULL;

  stage_fill (stage, scenario->n_members);
  scenario->world->cut (stage->world, stage_get (stage, 0)->room);
  crashed = g_ptr_array_steal_index (stage->watches, 0);
  stage_wait (stage);
  for (guint i = 0; i < stage->watches->len; i++)
    assert_counts (stage, i, scenario->n_members - 1, 1);
  g_assert_true (peer_room_get_is_host (stage_get (stage, 0)->room));
  stage_talk (stage);
}

static gboolean
is_alone (RoomWatch *watch)
{
  return watch->present->len == 0;
}

static void
test_partition (gconstpointer user_data)
{
  const Scenario *scenario = user_data;
  g_autoptr (Stage) stage = stage_new (scenario->world);
  RoomWatch *isolated;

  stage_fill (stage, scenario->n_members);
  scenario->world->cut (stage->world, stage_get (stage, 1)->room);
  isolated = g_ptr_array_steal_index (stage->watches, 1);
  stage_wait (stage);
  WAIT_UNTIL (is_alone (isolated));

  scenario->world->mend (stage->world, isolated->room);
  g_ptr_array_add (stage->watches, isolated);
  stage_wait (stage);
  stage_talk (stage);
}

static void
add (const char *path,
     const char *name,
     const RoomWorld *world,
     guint n_members,
     GTestDataFunc func)
{
  g_autofree char *full_path = g_strdup_printf ("%s/%s", path, name);
  Scenario *scenario = g_new (Scenario, 1);

  *scenario = (Scenario){ .world = world, .n_members = n_members };
  g_test_add_data_func_full (full_path, scenario, func, g_free);
}

void
room_scenarios_add (const char *path,
                    const RoomWorld *world,
                    guint max_members)
{
  add (path, "two", world, 2, test_full);
  add (path, "five", world, 5, test_full);
  if (max_members >= 16)
    add (path, "sixteen", world, 16, test_full);
  add (path, "two-at-once", world, 2, test_at_once);
  add (path, "five-at-once", world, 5, test_at_once);
  add (path, "host-leaves", world, 4, test_host_leaves);
  add (path, "comes-back", world, 3, test_comes_back);
  add (path, "states", world, 3, test_states);
  add (path, "leaves-in-handler", world, 2, test_leaves_in_handler);
  add (path, "dropped-in-handler", world, 2, test_dropped_in_handler);
  if (world->cut != NULL)
    {
      add (path, "crash", world, 4, test_crash);
      add (path, "partition", world, 4, test_partition);
    }
}
