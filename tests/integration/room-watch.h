/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libpeerglib/peer.h>

G_BEGIN_DECLS

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
/* Waits until it is out. */
void room_watch_leave (RoomWatch *self);
/* Leaves, and sees that nobody holds the room. */
void room_watch_free (RoomWatch *self);

/* How often a text was heard. */
guint room_watch_count (RoomWatch *self,
                        const char *text);

/* Whether all of them are in, in the same order, with the same host, and nobody else. */
gboolean room_watches_agree (GPtrArray *watches);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RoomWatch, room_watch_free)

G_END_DECLS
