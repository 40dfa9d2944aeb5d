/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Bytes of the name of an event and of an id. */
#define PEER_ROOM_EVENT_NAME_MAX 256
#define PEER_ROOM_ID_MAX 128

/* The sender of what the hub itself says. */
#define PEER_ROOM_SERVER_ID "server"

typedef enum
{
  PEER_ROOM_FRAME_MESSAGE,     /* {peer_id, message} */
  PEER_ROOM_FRAME_EVENT,       /* the others are {type: "SYSTEM", action, payload, peer_id, target, timestamp} */
  PEER_ROOM_FRAME_BROADCAST,   /* the same as an event in all but the action */
  PEER_ROOM_FRAME_JOIN,        /* PEER_JOIN: the value is a presence */
  PEER_ROOM_FRAME_LEAVE,       /* PEER_LEAVE */
  PEER_ROOM_FRAME_ROOM_STATE,  /* ROOM_STATE: the value is a state of the room */
  PEER_ROOM_FRAME_HOST_CHANGE, /* HOST_CHANGE: the value is an id */
  PEER_ROOM_FRAME_SYNC,        /* SYNC: the sender's own state, all of it */
  PEER_ROOM_FRAME_SYNC_SHARED, /* SYNC_SHARED: entries of the room's state */
  PEER_ROOM_FRAME_ERROR,       /* ERROR: the value is {error, message} */
  PEER_ROOM_FRAME_UNKNOWN,     /* an action of a later version, to be ignored */
} PeerRoomFrameKind;

/* What the members of a room say to each other. It does not change once it is made. */
typedef struct
{
  PeerRoomFrameKind kind;
  char *sender;     /* nullable: who it says it is from, which nobody may believe */
  char *target;     /* nullable: all */
  char *name;       /* of an event; of an unknown action */
  GVariant *value;  /* the message, the data of the event, the payload; null is `mv` nothing */
  gint64 timestamp; /* milliseconds since 1970, 0 if there is none */
} PeerRoomFrame;

/* Sinks the value; NULL is null. The name is that of an event, else NULL. */
PeerRoomFrame *peer_room_frame_new (PeerRoomFrameKind kind,
                                    const char *sender,
                                    const char *target,
                                    const char *name,
                                    GVariant *value);
PeerRoomFrame *peer_room_frame_ref (const PeerRoomFrame *self);
void peer_room_frame_unref (PeerRoomFrame *self);

/* A named error for the one who made it. */
PeerRoomFrame *peer_room_frame_new_error (const char *sender,
                                          const char *target,
                                          const GError *error);
/* The error that an ERROR frame tells; PEER_ERROR_SERVER_ERROR for a name we do not know. */
GError *peer_room_frame_dup_error (const PeerRoomFrame *self);

/* As an object of the data model, not floating. */
GVariant *peer_room_frame_to_variant (const PeerRoomFrame *self);
/* What is no frame is a message without a sender. Errors: PEER_ERROR_INVALID_DATA,
 * PEER_ERROR_LIMIT_EXCEEDED for names and ids that are too long. */
PeerRoomFrame *peer_room_frame_from_variant (GVariant *value,
                                             GError **error);

/* As JSON text. Errors: PEER_ERROR_UNSUPPORTED_VALUE for values that JSON has no form for. */
char *peer_room_frame_print (const PeerRoomFrame *self,
                             GError **error);
/* Text that is no JSON is a message of that text. Errors as above, and those of
 * text that is not UTF-8 or is nested too deeply. */
PeerRoomFrame *peer_room_frame_parse (const char *text,
                                      gsize length,
                                      GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerRoomFrame, peer_room_frame_unref)

G_END_DECLS
