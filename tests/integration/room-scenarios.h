/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "room-watch.h"

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

G_END_DECLS
