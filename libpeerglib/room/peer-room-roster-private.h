/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* The members of a room in the order of (serial, id), which is the same at all of them: so is the
 * first, the host. Holds a reference on each. */
typedef struct _PeerRoomRoster PeerRoomRoster;

PeerRoomRoster *peer_room_roster_new (void);
void peer_room_roster_free (PeerRoomRoster *self);

/* Returns the position. The id must be new. */
guint peer_room_roster_add (PeerRoomRoster *self,
                            gint64 serial,
                            const char *id,
                            gpointer member);
/* FALSE when nobody has the id. */
gboolean peer_room_roster_remove (PeerRoomRoster *self,
                                  const char *id,
                                  guint *position);

guint peer_room_roster_get_size (PeerRoomRoster *self);
/* Borrowed; NULL at the end. */
gpointer peer_room_roster_get (PeerRoomRoster *self,
                               guint position);
gpointer peer_room_roster_lookup (PeerRoomRoster *self,
                                  const char *id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerRoomRoster, peer_room_roster_free)

G_END_DECLS
