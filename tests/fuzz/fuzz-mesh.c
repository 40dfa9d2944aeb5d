/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the other end of a link of a mesh says: one JSON value in each line. An
 * empty line is a pause. The first byte tells who offered. */

#include "config.h"

#include <string.h>

#include "fuzz-values.h"
#include "libpeerglib/protocol/peer-json-private.h"
#include "libpeerglib/room/peer-mesh-network-private.h"

typedef struct
{
  PeerRoomLink parent_instance;
} FuzzLink;

typedef struct
{
  PeerRoomLinkClass parent_class;
} FuzzLinkClass;

typedef struct
{
  PeerMeshNetwork parent_instance;

  gboolean is_joined;
} FuzzMesh;

typedef struct
{
  PeerMeshNetworkClass parent_class;
} FuzzMeshClass;

GType fuzz_link_get_type (void);
GType fuzz_mesh_get_type (void);

G_DEFINE_TYPE (FuzzLink, fuzz_link, PEER_TYPE_ROOM_LINK)
G_DEFINE_TYPE (FuzzMesh, fuzz_mesh, PEER_TYPE_MESH_NETWORK)

static gboolean
fuzz_link_send (PeerRoomLink *link,
                GVariant *value,
                GError **error)
{
  return TRUE;
}

static void
fuzz_link_close (PeerRoomLink *link)
{
}

static void
fuzz_link_class_init (FuzzLinkClass *klass)
{
  klass->parent_class.send = fuzz_link_send;
  klass->parent_class.close = fuzz_link_close;
}

static void
fuzz_link_init (FuzzLink *self)
{
}

static void
fuzz_mesh_do_nothing (PeerMeshNetwork *network)
{
}

/* Whom it is told of it only names. */
static PeerRoomLink *
fuzz_mesh_connect_to (PeerMeshNetwork *network,
                      const char *id)
{
  g_assert_cmpuint (strlen (id), <=, PEER_ROOM_ID_MAX);
  g_assert_cmpstr (id, !=, "me");

  return NULL;
}

static void
fuzz_mesh_class_init (FuzzMeshClass *klass)
{
  klass->parent_class.start = fuzz_mesh_do_nothing;
  klass->parent_class.stop = fuzz_mesh_do_nothing;
  klass->parent_class.connect_to = fuzz_mesh_connect_to;
}

static void
fuzz_mesh_init (FuzzMesh *self)
{
}

static void
joined_cb (FuzzMesh *mesh,
           const PeerRoomMemberDescription *member)
{
  g_assert_false (mesh->is_joined);
  g_assert_cmpint (member->serial, >, 0);
  mesh->is_joined = TRUE;
}

static void
left_cb (FuzzMesh *mesh)
{
  g_assert_true (mesh->is_joined);
  mesh->is_joined = FALSE;
}

static void
frame_cb (FuzzMesh *mesh,
          const char *id)
{
  g_assert_true (mesh->is_joined);
  g_assert_cmpstr (id, ==, "other");
}

static void
authorize_cb (FuzzMesh *mesh,
              PeerRoomAdmission *admission)
{
  peer_room_admission_answer (admission, TRUE, NULL);
}

static void
say (PeerRoomLink *link,
     const char *text,
     gsize length)
{
  g_autoptr (GVariant) value = peer_json_parse (text, length, FUZZ_MAX_DEPTH, NULL);

  if (value != NULL)
    peer_room_link_emit_value (link, value);
  while (length == 0 && g_main_context_iteration (NULL, FALSE))
    ;
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        size_t size)
{
  PeerRoomSelf *self = peer_room_self_new ("room", "me");
  FuzzMesh *mesh = g_object_new (fuzz_mesh_get_type (), "self", self, NULL);
  g_autofree char *text = size > 0 ? g_strndup ((const char *) data + 1, size - 1) : g_strdup ("");
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  PeerRoomLink *link = g_object_new (fuzz_link_get_type (), "remote-id", "other", "is-outgoing", size > 0 && data[0] == '<', NULL);

  g_signal_connect (mesh, "member-joined", G_CALLBACK (joined_cb), NULL);
  g_signal_connect (mesh, "member-left", G_CALLBACK (left_cb), NULL);
  g_signal_connect (mesh, "frame", G_CALLBACK (frame_cb), NULL);
  g_signal_connect (mesh, "authorize", G_CALLBACK (authorize_cb), NULL);
  peer_room_network_open (PEER_ROOM_NETWORK (mesh));
  peer_mesh_network_add_link (PEER_MESH_NETWORK (mesh), link, NULL);
  peer_room_link_emit_open (link);
  for (guint i = 0; lines[i] != NULL; i++)
    say (link, lines[i], strlen (lines[i]));

  g_object_unref (link);
  peer_room_network_close (PEER_ROOM_NETWORK (mesh));
  g_assert_finalize_object (mesh);
  peer_room_self_unref (self);

  return 0;
}
