/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define PEER_TYPE_ROOM_LINK (peer_room_link_get_type ())
G_DECLARE_DERIVABLE_TYPE (PeerRoomLink, peer_room_link, PEER, ROOM_LINK, GObject)

/* A way to one other, over which values of the data model go in both
 * directions, all of them and in order. An implementation gives the remote id
 * by which its signaling knows the other, never one that the other names.
 *
 * Signals, on the main context that was the thread default when it was made,
 * never inside one of its methods and never after close() or "closed":
 *   "open" (): once
 *   "value" (GVariant *)
 *   "closed" (const GError *, nullable): the other side closed, the way was
 *     lost or never came about
 */
struct _PeerRoomLinkClass
{
  GObjectClass parent_class;

  gboolean (*send) (PeerRoomLink *self,
                    GVariant *value,
                    GError **error);
  void (*close) (PeerRoomLink *self);

  /* May be left out. */
  GObject *(*get_connection) (PeerRoomLink *self);
  void (*check) (PeerRoomLink *self);
};

const char *peer_room_link_get_remote_id (PeerRoomLink *self);

/* Whether this side made the offer. */
gboolean peer_room_link_get_is_outgoing (PeerRoomLink *self);

gboolean peer_room_link_get_is_open (PeerRoomLink *self);

/* What the users of a room see of it: a PeerDataConnection, or NULL. */
GObject *peer_room_link_get_connection (PeerRoomLink *self);

/* Takes a floating value. Errors: PEER_ERROR_NOT_OPEN_YET,
 * PEER_ERROR_CONNECTION_CLOSED, and what the value is refused with. */
gboolean peer_room_link_send (PeerRoomLink *self,
                              GVariant *value,
                              GError **error);

/* Asks the other side for a sign of life: without one, "closed" follows soon. */
void peer_room_link_check (PeerRoomLink *self);

/* Closes after what was sent. May be called at any time and twice; no signal
 * follows. */
void peer_room_link_close (PeerRoomLink *self);

/* For the implementations, which have the construct properties "remote-id" and
 * "is-outgoing" from their parent. */
void peer_room_link_emit_open (PeerRoomLink *self);
void peer_room_link_emit_value (PeerRoomLink *self,
                                GVariant *value);
void peer_room_link_emit_closed (PeerRoomLink *self,
                                 const GError *error);

G_END_DECLS
