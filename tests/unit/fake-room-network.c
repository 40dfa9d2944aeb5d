/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fake-room-network.h"

struct _FakeNetwork
{
  PeerRoomNetwork parent_instance;

  FakePlace *place;
  gint64 serial;
  GHashTable *others; /* id to FakeNetwork: those who joined, for this one */
  guint n_undecided;
};

G_DEFINE_FINAL_TYPE (FakeNetwork, fake_network, PEER_TYPE_ROOM_NETWORK)

/* Something that happens on a turn of its own. */
typedef struct
{
  FakeNetwork *network;
  FakeNetwork *other;
  PeerRoomFrame *frame;
} Turn;

static const char *
get_id (FakeNetwork *self)
{
  return peer_room_network_get_self (PEER_ROOM_NETWORK (self))->id;
}

static void
turn_free (gpointer data)
{
  Turn *turn = data;

  g_object_unref (turn->network);
  g_clear_object (&turn->other);
  g_clear_pointer (&turn->frame, peer_room_frame_unref);
  g_free (turn);
}

static void
post (FakeNetwork *network,
      FakeNetwork *other,
      const PeerRoomFrame *frame,
      GSourceFunc func)
{
  Turn *turn = g_new0 (Turn, 1);

  turn->network = g_object_ref (network);
  turn->other = other != NULL ? g_object_ref (other) : NULL;
  turn->frame = frame != NULL ? peer_room_frame_ref (frame) : NULL;
  g_idle_add_full (G_PRIORITY_DEFAULT, func, turn, turn_free);
}

static void
meet (FakeNetwork *self,
      FakeNetwork *other)
{
  PeerRoomSelf *description = peer_room_network_get_self (PEER_ROOM_NETWORK (other));
  PeerRoomMemberDescription member = {
    .id = description->id,
    .session = description->session,
    .serial = other->serial,
    .metadata = description->metadata,
    .state = description->state,
    .shared = description->shared,
  };

  if (peer_room_network_is_closed (PEER_ROOM_NETWORK (self)) || peer_room_network_is_closed (PEER_ROOM_NETWORK (other)))
    return;

  g_hash_table_insert (self->others, g_strdup (description->id), g_object_ref (other));
  peer_room_network_emit_member_joined (PEER_ROOM_NETWORK (self), &member);
}

static void
admit (FakeNetwork *self)
{
  g_autoptr (GPtrArray) others = g_ptr_array_copy (self->place->networks, (GCopyFunc) g_object_ref, NULL);

  g_ptr_array_set_free_func (others, g_object_unref);
  self->serial = self->place->next_serial++;
  g_ptr_array_add (self->place->networks, self);
  for (guint i = 0; i < others->len; i++)
    {
      meet (g_ptr_array_index (others, i), self);
      meet (self, g_ptr_array_index (others, i));
    }
  peer_room_network_emit_opened (PEER_ROOM_NETWORK (self), self->serial);
}

static void
decide (gboolean is_accepted,
        const char *reason,
        gpointer user_data)
{
  g_autoptr (FakeNetwork) self = user_data;
  g_autoptr (GError) error = NULL;

  self->n_undecided--;
  if (!is_accepted)
    {
      error = g_error_new_literal (PEER_ERROR, PEER_ERROR_REFUSED, reason != NULL ? reason : "refused");
      peer_room_network_fail (PEER_ROOM_NETWORK (self), error);
    }
  else if (self->n_undecided == 0 && !peer_room_network_is_closed (PEER_ROOM_NETWORK (self)))
    {
      admit (self);
    }
}

static gboolean
open_cb (gpointer user_data)
{
  FakeNetwork *self = ((Turn *) user_data)->network;
  PeerRoomSelf *description = peer_room_network_get_self (PEER_ROOM_NETWORK (self));
  g_autoptr (GPtrArray) others = NULL;
  g_autoptr (GError) error = NULL;

  if (peer_room_network_is_closed (PEER_ROOM_NETWORK (self)))
    return G_SOURCE_REMOVE;
  if (g_hash_table_contains (self->place->cut, description->id))
    {
      error = g_error_new_literal (PEER_ERROR, PEER_ERROR_NETWORK, "There is nobody to be reached");
      peer_room_network_fail (PEER_ROOM_NETWORK (self), error);
      return G_SOURCE_REMOVE;
    }

  peer_room_network_emit_status (PEER_ROOM_NETWORK (self), "Asking");
  others = g_ptr_array_copy (self->place->networks, (GCopyFunc) g_object_ref, NULL);
  g_ptr_array_set_free_func (others, g_object_unref);
  self->n_undecided = others->len;
  if (others->len == 0)
    admit (self);
  for (guint i = 0; i < others->len; i++)
    peer_room_network_authorize (g_ptr_array_index (others, i),
                                 peer_room_admission_new (description->id, description->credentials, description->metadata,
                                                          decide, g_object_ref (self)));

  return G_SOURCE_REMOVE;
}

static void
fake_network_open (PeerRoomNetwork *network)
{
  post (FAKE_NETWORK (network), NULL, NULL, open_cb);
}

static gboolean
left_cb (gpointer user_data)
{
  Turn *turn = user_data;

  if (g_hash_table_lookup (turn->network->others, get_id (turn->other)) == turn->other)
    {
      g_hash_table_remove (turn->network->others, get_id (turn->other));
      peer_room_network_emit_member_left (PEER_ROOM_NETWORK (turn->network), get_id (turn->other));
    }

  return G_SOURCE_REMOVE;
}

static void
fake_network_close (PeerRoomNetwork *network)
{
  FakeNetwork *self = FAKE_NETWORK (network);
  GHashTableIter iter;
  gpointer other;

  g_ptr_array_remove (self->place->networks, self);
  g_hash_table_iter_init (&iter, self->others);
  while (g_hash_table_iter_next (&iter, NULL, &other))
    post (other, self, NULL, left_cb);
  g_hash_table_remove_all (self->others);
}

static gboolean
frame_cb (gpointer user_data)
{
  Turn *turn = user_data;

  if (g_hash_table_lookup (turn->network->others, get_id (turn->other)) == turn->other)
    peer_room_network_emit_frame (PEER_ROOM_NETWORK (turn->network), get_id (turn->other), turn->frame);

  return G_SOURCE_REMOVE;
}

static gboolean
fake_network_send (PeerRoomNetwork *network,
                   const char *member_id,
                   const PeerRoomFrame *frame,
                   GError **error)
{
  FakeNetwork *self = FAKE_NETWORK (network);
  GHashTableIter iter;
  gpointer id;
  gpointer other;

  if (member_id != NULL && !g_hash_table_contains (self->others, member_id))
    {
      g_set_error_literal (error, PEER_ERROR, PEER_ERROR_PEER_UNAVAILABLE, "There is no such member");
      return FALSE;
    }
  g_hash_table_iter_init (&iter, self->others);
  while (g_hash_table_iter_next (&iter, &id, &other))
    {
      if (member_id == NULL || g_str_equal (id, member_id))
        post (other, self, frame, frame_cb);
    }

  return TRUE;
}

static void
fake_network_finalize (GObject *object)
{
  g_hash_table_unref (FAKE_NETWORK (object)->others);

  G_OBJECT_CLASS (fake_network_parent_class)->finalize (object);
}

static void
fake_network_class_init (FakeNetworkClass *klass)
{
  PeerRoomNetworkClass *network_class = PEER_ROOM_NETWORK_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = fake_network_finalize;
  network_class->open = fake_network_open;
  network_class->close = fake_network_close;
  network_class->send = fake_network_send;
}

static void
fake_network_init (FakeNetwork *self)
{
  self->others = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
}

PeerRoomNetwork *
fake_network_new (FakePlace *place,
                  PeerRoomSelf *description)
{
  FakeNetwork *self = g_object_new (FAKE_TYPE_NETWORK, "self", description, NULL);

  self->place = place;
  place->n_made++;

  return PEER_ROOM_NETWORK (self);
}

PeerRoomNetwork *
fake_network_make (PeerRoom *room,
                   PeerRoomSelf *description,
                   gpointer place,
                   GError **error)
{
  return fake_network_new (place, description);
}

FakePlace *
fake_place_new (void)
{
  FakePlace *self = g_new0 (FakePlace, 1);

  self->networks = g_ptr_array_new ();
  self->cut = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  return self;
}

void
fake_place_free (FakePlace *self)
{
  g_assert_cmpuint (self->networks->len, ==, 0);

  g_ptr_array_unref (self->networks);
  g_hash_table_unref (self->cut);
  g_free (self);
}

static gboolean
lost_cb (gpointer user_data)
{
  g_autoptr (GError) error = g_error_new_literal (PEER_ERROR, PEER_ERROR_NETWORK, "The line was cut");

  peer_room_network_fail (PEER_ROOM_NETWORK (((Turn *) user_data)->network), error);

  return G_SOURCE_REMOVE;
}

void
fake_place_cut (FakePlace *self,
                const char *id)
{
  g_hash_table_add (self->cut, g_strdup (id));
  for (guint i = 0; i < self->networks->len; i++)
    {
      FakeNetwork *network = g_ptr_array_index (self->networks, i);

      if (g_str_equal (get_id (network), id))
        post (network, NULL, NULL, lost_cb);
    }
}

void
fake_place_mend (FakePlace *self,
                 const char *id)
{
  g_hash_table_remove (self->cut, id);
}

PeerRoom *
fake_place_make_room (FakePlace *self,
                      const char *name,
                      const char *id)
{
  PeerRoom *room = g_object_new (PEER_TYPE_ROOM, "name", name, "peer-id", id, "reconnect-delay", 1, NULL);

  peer_room_set_network_factory (room, fake_network_make, self);

  return room;
}
