/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a member says of itself in PEER_JOIN, and what others say of it in ROOM_STATE. What it does
 * not say is NULL or 0. */
typedef struct
{
  char *id;      /* not in PEER_JOIN, where the link tells it */
  char *session; /* another one after each join */
  gint64 serial;
  char *user_agent;
  gint64 joined_at; /* milliseconds since 1970 */
  gint64 last_seen;
  GVariant *metadata;
  GVariant *credentials; /* only in PEER_JOIN */
  GVariant *state;       /* `a{sv}` */
  GVariant *shared;      /* `a{sv}`: entries of the room's state */
  GStrv peers;           /* ids of the members that it has a link to */
} PeerRoomPresence;

/* How many ids of others one may name. */
#define PEER_ROOM_PEERS_MAX 4096

void peer_room_presence_clear (PeerRoomPresence *self);
void peer_room_presence_free (PeerRoomPresence *self);

/* The payload of PEER_JOIN, an entry of ROOM_STATE; not floating. */
GVariant *peer_room_presence_to_variant (const PeerRoomPresence *self);
/* Members of a wrong type count as missing; so do ids that are too long. */
void peer_room_presence_init_from_variant (PeerRoomPresence *self,
                                           GVariant *value);

/* The payload of ROOM_STATE. */
typedef struct
{
  GPtrArray *peers; /* of PeerRoomPresence, each with an id; a plain id has nothing else */
  char *host_id;    /* nullable */
  GVariant *shared; /* nullable */
} PeerRoomState;

void peer_room_state_init (PeerRoomState *self);
void peer_room_state_clear (PeerRoomState *self);
/* Not floating. The host is marked `isHost`. */
GVariant *peer_room_state_to_variant (const PeerRoomState *self);
void peer_room_state_init_from_variant (PeerRoomState *self,
                                        GVariant *value);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PeerRoomPresence, peer_room_presence_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PeerRoomState, peer_room_state_clear)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerRoomPresence, peer_room_presence_free)

G_END_DECLS
