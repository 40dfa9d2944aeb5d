/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "libpeerglib/room/peer-mesh-network-private.h"
#include "network-recorder.h"

G_BEGIN_DECLS

/* A link to another one in this process, or to the test. */
#define TEST_TYPE_LINK (test_link_get_type ())
G_DECLARE_FINAL_TYPE (TestLink, test_link, TEST, LINK, PeerRoomLink)

struct _TestLink
{
  PeerRoomLink parent_instance;

  TestLink *other;     /* nullable */
  GString *kinds;      /* of the frames that came, when nobody else takes them: "join room-state " */
  GError *error;       /* of the last ERROR frame */
  gboolean was_closed; /* by the other side */
  guint n_checks;
};

/* Two ends of a link that is not open; each is named by who is at the other end. */
void test_link_new_pair (const char *offerer,
                         const char *answerer,
                         TestLink **outgoing,
                         TestLink **incoming);
void test_link_open (TestLink *self);

/* The way between the two is cut: each end hears of it. */
void test_link_cut (TestLink *self);

/* For the end that the test holds: keeps what comes, and sends a frame. */
void test_link_record (TestLink *self);
void test_link_say (TestLink *self,
                    const char *json);

/* A mesh whose members all live in one process. */
typedef struct
{
  GHashTable *meshes; /* id → TestMesh */
  guint n_offers;
  gboolean is_silent; /* nobody hears of an offer */
} TestWorld;

TestWorld *test_world_new (void);
void test_world_free (TestWorld *self);

#define TEST_TYPE_MESH (test_mesh_get_type ())
G_DECLARE_FINAL_TYPE (TestMesh, test_mesh, TEST, MESH, PeerMeshNetwork)

struct _TestMesh
{
  PeerMeshNetwork parent_instance;

  TestWorld *world;
  PeerRoomSelf *me;
  NetworkRecorder *record;
  gboolean is_stopped;
};

/* Not open. It has the world's id until it is closed. */
TestMesh *test_mesh_new (TestWorld *world,
                         const char *id);

/* Opens it, hearing of one other, or of nobody; it is settled then. */
void test_mesh_open (TestMesh *self,
                     const char *heard_of);

/* Is there when this returns, and holds the room. */
TestMesh *test_mesh_open_alone (TestWorld *world,
                                const char *id);

/* Leaves, and sees that nobody holds it. */
void test_mesh_leave (TestMesh **self);

const char *test_mesh_get_host (TestMesh *self);

/* The events so far, now or in the end. */
#define test_mesh_assert(mesh, expected) g_assert_cmpstr ((mesh)->record->events->str, ==, expected)
#define test_mesh_wait(mesh, expected) peer_test_wait (g_str_equal ((mesh)->record->events->str, expected))

/* Ends without a goodbye, and with its links cut. */
void test_mesh_crash (TestMesh *self);
/* The link to another; borrowed, NULL when there is none. */
TestLink *test_mesh_get_link (TestMesh *self,
                              const char *id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestWorld, test_world_free)

G_END_DECLS
