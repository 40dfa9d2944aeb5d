/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib-object.h>

#include "peer-room-admission-private.h"
#include "protocol/peer-room-frame-private.h"

G_BEGIN_DECLS

/* What a member says of itself. The room keeps it up to date; a network holds a reference. */
typedef struct
{
  char *room;            /* its name */
  char *id;              /* NULL where the other side gives one, until the network sets it, before "opened" */
  char *session;         /* told to all; another one for each network */
  char *token;           /* nullable: a secret, the same for all stays of a room */
  GVariant *metadata;    /* nullable */
  GVariant *credentials; /* nullable */
  GVariant *state;       /* `a{sv}` */
  GVariant *shared;      /* `a{sv}`: all entries of the room's state, as in SYNC_SHARED */
  guint max_members;     /* in the room, this one included */
} PeerRoomSelf;

PeerRoomSelf *peer_room_self_new (const char *room,
                                  const char *id);
PeerRoomSelf *peer_room_self_ref (PeerRoomSelf *self);
void peer_room_self_unref (PeerRoomSelf *self);
void peer_room_self_set_state (PeerRoomSelf *self,
                               GVariant *state);
void peer_room_self_set_shared (PeerRoomSelf *self,
                                GVariant *shared);

/* Another member. Borrowed from whoever emits it. */
typedef struct
{
  const char *id;
  const char *session; /* nullable */
  gint64 serial;
  gint64 joined_at;    /* milliseconds since 1970; 0: now */
  GVariant *metadata;  /* nullable */
  GVariant *state;     /* nullable: `a{sv}` */
  GVariant *shared;    /* nullable: `a{sv}`, what it knows of the room's state */
  GObject *connection; /* nullable: a PeerDataConnection to it */
} PeerRoomMemberDescription;

#define PEER_TYPE_ROOM_NETWORK (peer_room_network_get_type ())
G_DECLARE_DERIVABLE_TYPE (PeerRoomNetwork, peer_room_network, PEER, ROOM_NETWORK, GObject)

/* How a room reaches its members: made for one stay, opened once, closed once. It emits only on turns
 * of the main context of its own, never inside one of these functions, and nothing once it is closed
 * or has failed.
 *
 * Signals:
 *   "opened" (gint64 serial): the stay has begun; the members there already may come before
 *   "member-joined" (const PeerRoomMemberDescription *): once for each session
 *   "member-left" (const char *id): once for each that joined
 *   "frame" (const char *member_id, const PeerRoomFrame *): MESSAGE, EVENT, BROADCAST, SYNC, SYNC_SHARED,
 *     ERROR and UNKNOWN, only of members that joined, and of PEER_ROOM_SERVER_ID
 *   "authorize" (PeerRoomAdmission *): somebody wants to join
 *   "failed" (const GError *): the stay is over, or never began; it is closed thereafter
 *   "status" (const char *): what is being done, for people
 */
struct _PeerRoomNetworkClass
{
  GObjectClass parent_class;

  void (*open) (PeerRoomNetwork *self);
  /* Says goodbye. Called once at most, opened or not. */
  void (*close) (PeerRoomNetwork *self);
  /* To one member, or to all when member_id is NULL. */
  gboolean (*send) (PeerRoomNetwork *self,
                    const char *member_id,
                    const PeerRoomFrame *frame,
                    GError **error);
  /* Nullable: the link that all members are reached over, a PeerDataConnection; may return NULL. */
  GObject *(*get_link) (PeerRoomNetwork *self);
};

void peer_room_network_open (PeerRoomNetwork *self);
/* Again and in a handler, too. Nothing is emitted after it. */
void peer_room_network_close (PeerRoomNetwork *self);
/* Errors: PEER_ERROR_CONNECTION_CLOSED once closed, and those of the class. */
gboolean peer_room_network_send (PeerRoomNetwork *self,
                                 const char *member_id,
                                 const PeerRoomFrame *frame,
                                 GError **error);

/* NULL where each member has a link of its own. */
GObject *peer_room_network_get_link (PeerRoomNetwork *self);

/* Property "self" (construct-only). */
PeerRoomSelf *peer_room_network_get_self (PeerRoomNetwork *self);
gboolean peer_room_network_is_closed (PeerRoomNetwork *self);

/* For subclasses. Each does nothing once it is closed; any handler may close it. */
void peer_room_network_emit_opened (PeerRoomNetwork *self,
                                    gint64 serial);
void peer_room_network_emit_member_joined (PeerRoomNetwork *self,
                                           const PeerRoomMemberDescription *member);
void peer_room_network_emit_member_left (PeerRoomNetwork *self,
                                         const char *member_id);
void peer_room_network_emit_frame (PeerRoomNetwork *self,
                                   const char *member_id,
                                   const PeerRoomFrame *frame);
/* Takes over the admission. */
void peer_room_network_authorize (PeerRoomNetwork *self,
                                  PeerRoomAdmission *admission);
/* Closes it after the emission. */
void peer_room_network_fail (PeerRoomNetwork *self,
                             const GError *error);
void peer_room_network_emit_status (PeerRoomNetwork *self,
                                    const char *status);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerRoomSelf, peer_room_self_unref)

G_END_DECLS
