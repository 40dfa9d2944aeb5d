/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "mesh-fixture.h"

#include <string.h>

#include <libpeerglib/peer.h>

#include "libpeerglib/protocol/peer-json-private.h"
#include "peer-test-util.h"

G_DEFINE_FINAL_TYPE (TestLink, test_link, PEER_TYPE_ROOM_LINK)
G_DEFINE_FINAL_TYPE (TestMesh, test_mesh, PEER_TYPE_MESH_NETWORK)

static GHashTable *links; /* all that exist: "from to" → TestLink, borrowed */

static char *
link_key (const char *from,
          const char *to)
{
  return g_strdup_printf ("%s %s", from, to);
}

/* Something that reaches a link on a turn of its own. */
typedef struct
{
  TestLink *link;
  GVariant *value; /* NULL: it closes */
} Arrival;

static void
arrival_free (gpointer data)
{
  Arrival *arrival = data;

  g_object_unref (arrival->link);
  g_clear_pointer (&arrival->value, g_variant_unref);
  g_free (arrival);
}

static gboolean
on_arrival (gpointer user_data)
{
  Arrival *arrival = user_data;

  if (arrival->value != NULL)
    {
      peer_room_link_emit_value (PEER_ROOM_LINK (arrival->link), arrival->value);
    }
  else
    {
      arrival->link->was_closed = TRUE;
      peer_room_link_emit_closed (PEER_ROOM_LINK (arrival->link), NULL);
    }

  return G_SOURCE_REMOVE;
}

static void
arrive (TestLink *link,
        GVariant *value)
{
  Arrival *arrival = g_new0 (Arrival, 1);

  arrival->link = g_object_ref (link);
  arrival->value = value != NULL ? g_variant_ref (value) : NULL;
  g_idle_add_full (G_PRIORITY_DEFAULT, on_arrival, arrival, arrival_free);
}

static gboolean
test_link_send (PeerRoomLink *link,
                GVariant *value,
                GError **error)
{
  TestLink *self = TEST_LINK (link);

  if (self->other != NULL)
    arrive (self->other, value);

  return TRUE;
}

static void
test_link_close (PeerRoomLink *link)
{
  TestLink *self = TEST_LINK (link);

  if (self->other != NULL)
    arrive (self->other, NULL);
}

static void
test_link_check (PeerRoomLink *link)
{
  TEST_LINK (link)->n_checks++;
}

static void
test_link_dispose (GObject *object)
{
  TestLink *self = TEST_LINK (object);

  G_OBJECT_CLASS (test_link_parent_class)->dispose (object);

  if (self->other != NULL)
    self->other->other = NULL;
  self->other = NULL;
}

static void
test_link_finalize (GObject *object)
{
  TestLink *self = TEST_LINK (object);

  if (self->kinds != NULL)
    g_string_free (self->kinds, TRUE);
  g_clear_error (&self->error);

  G_OBJECT_CLASS (test_link_parent_class)->finalize (object);
}

static void
test_link_class_init (TestLinkClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = test_link_dispose;
  G_OBJECT_CLASS (klass)->finalize = test_link_finalize;
  PEER_ROOM_LINK_CLASS (klass)->send = test_link_send;
  PEER_ROOM_LINK_CLASS (klass)->close = test_link_close;
  PEER_ROOM_LINK_CLASS (klass)->check = test_link_check;
}

static void
test_link_init (TestLink *self)
{
}

void
test_link_new_pair (const char *offerer,
                    const char *answerer,
                    TestLink **outgoing,
                    TestLink **incoming)
{
  *outgoing = g_object_new (TEST_TYPE_LINK, "remote-id", answerer, "is-outgoing", TRUE, NULL);
  *incoming = g_object_new (TEST_TYPE_LINK, "remote-id", offerer, "is-outgoing", FALSE, NULL);
  (*outgoing)->other = *incoming;
  (*incoming)->other = *outgoing;
}

static gboolean
on_open (gpointer user_data)
{
  peer_room_link_emit_open (user_data);

  return G_SOURCE_REMOVE;
}

void
test_link_open (TestLink *self)
{
  g_idle_add_full (G_PRIORITY_DEFAULT, on_open, g_object_ref (self), g_object_unref);
  if (self->other != NULL)
    g_idle_add_full (G_PRIORITY_DEFAULT, on_open, g_object_ref (self->other), g_object_unref);
}

void
test_link_cut (TestLink *self)
{
  TestLink *other = self->other;

  self->other = NULL;
  arrive (self, NULL);
  if (other != NULL)
    {
      other->other = NULL;
      arrive (other, NULL);
    }
}

static void
on_recorded_value (TestLink *self,
                   GVariant *value)
{
  static const char *const kinds[] = { "message", "event", "broadcast", "join", "leave", "room-state",
                                       "host-change", "sync", "sync-shared", "error", "unknown" };
  g_autoptr (PeerRoomFrame) frame = peer_room_frame_from_variant (value, NULL);

  g_assert_nonnull (frame);
  g_string_append_printf (self->kinds, "%s ", kinds[frame->kind]);
  if (frame->kind == PEER_ROOM_FRAME_ERROR)
    {
      g_clear_error (&self->error);
      self->error = peer_room_frame_dup_error (frame);
    }
}

void
test_link_record (TestLink *self)
{
  self->kinds = g_string_new (NULL);
  g_signal_connect (self, "value", G_CALLBACK (on_recorded_value), NULL);
}

void
test_link_say (TestLink *self,
               const char *json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = peer_json_parse (json, strlen (json), 32, &error);

  g_assert_no_error (error);
  peer_room_link_send (PEER_ROOM_LINK (self), value, &error);
  g_assert_no_error (error);
}

TestWorld *
test_world_new (void)
{
  TestWorld *self = g_new0 (TestWorld, 1);

  self->meshes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  links = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  return self;
}

void
test_world_free (TestWorld *self)
{
  g_assert_cmpuint (g_hash_table_size (self->meshes), ==, 0);
  g_hash_table_unref (self->meshes);
  g_clear_pointer (&links, g_hash_table_unref);
  g_free (self);
}

static void
on_link_gone (gpointer key,
              GObject *link)
{
  if (links != NULL && g_hash_table_lookup (links, key) == link)
    g_hash_table_remove (links, key);
  g_free (key);
}

static void
remember_link (const char *from,
               const char *to,
               TestLink *link)
{
  g_hash_table_insert (links, link_key (from, to), link);
  g_object_weak_ref (G_OBJECT (link), on_link_gone, link_key (from, to));
}

TestLink *
test_mesh_get_link (TestMesh *self,
                    const char *id)
{
  g_autofree char *key = link_key (self->me->id, id);

  return g_hash_table_lookup (links, key);
}

/* An offer on its way. */
typedef struct
{
  TestWorld *world;
  TestLink *outgoing;
  char *from;
  char *to;
  char *session;
} Offer;

static void
offer_free (gpointer data)
{
  Offer *offer = data;

  g_object_unref (offer->outgoing);
  g_free (offer->from);
  g_free (offer->to);
  g_free (offer->session);
  g_free (offer);
}

static gboolean
on_offer (gpointer user_data)
{
  Offer *offer = user_data;
  TestMesh *mesh = g_hash_table_lookup (offer->world->meshes, offer->to);
  g_autoptr (TestLink) incoming = NULL;

  offer->world->n_offers++;
  if (mesh == NULL || offer->world->is_silent ||
      !peer_mesh_network_takes_offer (PEER_MESH_NETWORK (mesh), offer->from, offer->session))
    return G_SOURCE_REMOVE;

  incoming = g_object_new (TEST_TYPE_LINK, "remote-id", offer->from, NULL);
  incoming->other = offer->outgoing;
  offer->outgoing->other = incoming;
  remember_link (offer->to, offer->from, incoming);
  peer_mesh_network_add_link (PEER_MESH_NETWORK (mesh), PEER_ROOM_LINK (incoming), offer->session);
  test_link_open (incoming);

  return G_SOURCE_REMOVE;
}

static PeerRoomLink *
test_mesh_connect_to (PeerMeshNetwork *network,
                      const char *id)
{
  TestMesh *self = TEST_MESH (network);
  TestLink *link = g_object_new (TEST_TYPE_LINK, "remote-id", id, "is-outgoing", TRUE, NULL);
  Offer *offer = g_new0 (Offer, 1);

  offer->world = self->world;
  offer->outgoing = g_object_ref (link);
  offer->from = g_strdup (self->me->id);
  offer->to = g_strdup (id);
  offer->session = g_strdup (self->me->session);
  remember_link (self->me->id, id, link);
  g_idle_add_full (G_PRIORITY_DEFAULT, on_offer, offer, offer_free);

  return PEER_ROOM_LINK (link);
}

static void
test_mesh_start (PeerMeshNetwork *network)
{
}

static void
test_mesh_stop (PeerMeshNetwork *network)
{
  TestMesh *self = TEST_MESH (network);

  g_assert_false (self->is_stopped);
  self->is_stopped = TRUE;
  if (g_hash_table_lookup (self->world->meshes, self->me->id) == self)
    g_hash_table_remove (self->world->meshes, self->me->id);
}

static void
test_mesh_finalize (GObject *object)
{
  TestMesh *self = TEST_MESH (object);

  peer_room_self_unref (self->me);
  network_recorder_free (self->record);

  G_OBJECT_CLASS (test_mesh_parent_class)->finalize (object);
}

static void
test_mesh_class_init (TestMeshClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_mesh_finalize;
  PEER_MESH_NETWORK_CLASS (klass)->start = test_mesh_start;
  PEER_MESH_NETWORK_CLASS (klass)->stop = test_mesh_stop;
  PEER_MESH_NETWORK_CLASS (klass)->connect_to = test_mesh_connect_to;
}

static void
test_mesh_init (TestMesh *self)
{
}

TestMesh *
test_mesh_new (TestWorld *world,
               const char *id)
{
  PeerRoomSelf *me = peer_room_self_new ("room", id);
  TestMesh *self = g_object_new (TEST_TYPE_MESH, "self", me, NULL);

  self->world = world;
  self->me = me;
  self->record = network_recorder_new (PEER_ROOM_NETWORK (self));
  peer_mesh_network_set_reconnect_delay (PEER_MESH_NETWORK (self), 1);

  return self;
}

void
test_mesh_open (TestMesh *self,
                const char *heard_of)
{
  g_hash_table_insert (self->world->meshes, g_strdup (self->me->id), self);
  peer_room_network_open (PEER_ROOM_NETWORK (self));
  if (heard_of != NULL)
    peer_mesh_network_heard_of (PEER_MESH_NETWORK (self), heard_of, NULL);
  peer_mesh_network_settle (PEER_MESH_NETWORK (self));
}

TestMesh *
test_mesh_open_alone (TestWorld *world,
                      const char *id)
{
  TestMesh *self = test_mesh_new (world, id);

  test_mesh_open (self, NULL);
  test_mesh_wait (self, "opened ");

  return self;
}

void
test_mesh_leave (TestMesh **self)
{
  peer_room_network_close (PEER_ROOM_NETWORK (*self));
  g_assert_true ((*self)->is_stopped);
  peer_test_settle ();
  g_assert_finalize_object (*self);
  *self = NULL;
}

const char *
test_mesh_get_host (TestMesh *self)
{
  return peer_mesh_network_get_host_id (PEER_MESH_NETWORK (self));
}

void
test_mesh_crash (TestMesh *self)
{
  g_auto (GStrv) members = peer_mesh_network_list_members (PEER_MESH_NETWORK (self));

  for (guint i = 0; members[i] != NULL; i++)
    {
      TestLink *link = test_mesh_get_link (self, members[i]);
      TestLink *other = link->other;

      link->other = NULL;
      other->other = NULL;
      arrive (other, NULL);
    }
  peer_room_network_close (PEER_ROOM_NETWORK (self));
}
