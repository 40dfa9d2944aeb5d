/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libpeerglib/peer.h>

G_BEGIN_DECLS

/* What every kind of room has to stand. */

/* Where rooms meet. Runs on the default main context. */
typedef struct
{
  gpointer (*begin) (void);
  /* Transfer full, not joined. */
  PeerRoom *(*make_room) (gpointer world,
                          const char *name,
                          const char *peer_id);
  /* Both nullable: the member and the others hear nothing of each other any more, without a
   * goodbye, and hear of each other again. */
  void (*cut) (gpointer world,
               PeerRoom *room);
  void (*mend) (gpointer world,
                PeerRoom *room);
  void (*end) (gpointer world);
} RoomWorld;

/* Adds the scenarios below a path. Those that cut need both functions for it. max_members leaves out
 * what is larger. */
void room_scenarios_add (const char *path,
                         const RoomWorld *world,
                         guint max_members);

/* A member, and what it saw. It fails when somebody joins who is there, leaves who is not, or when
 * anything comes after the end. */
typedef struct
{
  PeerRoom *room;
  GPtrArray *present; /* the others, by what was told of them */
  GPtrArray *heard;   /* texts "sender name value" of events, "sender: value" of messages */
  guint n_joined;     /* in all */
  guint n_left;
  guint n_opened;
  guint n_closed;
  GError *error; /* the last one */
} RoomWatch;

/* Takes the room over. */
RoomWatch *room_watch_new (PeerRoom *room);
/* Leaves, and sees that nobody holds the room. */
void room_watch_free (RoomWatch *self);

/* How often a text was heard. */
guint room_watch_count (RoomWatch *self,
                        const char *text);

/* Whether all of them are in, in the same order, with the same host, and nobody else. */
gboolean room_watches_agree (GPtrArray *watches);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RoomWatch, room_watch_free)

G_END_DECLS
