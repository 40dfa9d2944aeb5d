/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libpeerglib/peer.h>

#include "libpeerglib/peer-link-settings-private.h"
#include "libpeerglib/room/peer-room-network-private.h"

G_BEGIN_DECLS

/* The room that members join. */
#define PEERJS_ROOM "lobby"

/* A member on loopback transports, and what its network told it. It fails when
 * somebody joins who is there, or leaves who is not. */
typedef struct
{
  char *name; /* its id; NULL when the room chooses it */
  PeerRoomSelf *self;
  PeerRoomNetwork *network;
  GHashTable *others; /* ids of those who are there, to their serials */
  GHashTable *joins;  /* ids to how often they joined */
  GPtrArray *texts;   /* "bob: hello" */
  gint64 serial;      /* 0 until it is open */
  GError *error;
  PeerLinkSettings *links;
} PeerjsMember;

PeerjsMember *peerjs_member_new (const char *room,
                                 const char *id,
                                 guint port);

/* Leaves, and sees that nobody holds the network. */
void peerjs_member_free (PeerjsMember *member);
const char *peerjs_member_get_host_id (PeerjsMember *member);

/* A server, and members of one room there. */
typedef struct
{
  PeerServer *server;
  guint port;
  GPtrArray *members;
  gboolean is_closed_to_old; /* only ids that begin with "new" are let in, and the room's name */
  GPtrArray *waiting;        /* PeerAuthRequests of the others */
} PeerjsFixture;

void peerjs_fixture_set_up (PeerjsFixture *fixture,
                            gconstpointer data);
void peerjs_fixture_tear_down (PeerjsFixture *fixture,
                               gconstpointer data);

/* The port stays the same. */
void peerjs_fixture_start_server (PeerjsFixture *fixture);
void peerjs_fixture_stop_server (PeerjsFixture *fixture);
void peerjs_fixture_let_old_in (PeerjsFixture *fixture);
PeerServerClient *peerjs_fixture_get_client (PeerjsFixture *fixture,
                                             const char *id);

/* A new member, which is not open yet. */
PeerjsMember *peerjs_fixture_begin (PeerjsFixture *fixture,
                                    const char *id);

/* The same, until all see each other. */
PeerjsMember *peerjs_fixture_add (PeerjsFixture *fixture,
                                  const char *id);

/* Until all see each other; rosters, serials and hosts are the same then. */
void peerjs_fixture_wait (PeerjsFixture *fixture);
void peerjs_fixture_assert_agreement (PeerjsFixture *fixture);
void peerjs_fixture_assert_joined_once (PeerjsFixture *fixture);

G_END_DECLS
