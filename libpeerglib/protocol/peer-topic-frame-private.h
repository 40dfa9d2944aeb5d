/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a client and a server of topics say to each other over a WebSocket:
 *
 *   client  {"type":"subscribe","topic":[…],"presence":true}
 *           {"type":"unsubscribe","topic":[…]}
 *           {"type":"publish","topic":[…],"message":…}
 *           {"type":"ping"}
 *   server  {"type":"open","id":"…"}
 *           {"type":"message","topic":[…],"from":"…","message":…}
 *           {"type":"presence","topic":[…],"joined":["…"],"left":["…"]}
 *           {"type":"error","code":"…","topic":[…],"message":"…"}
 *           {"type":"pong"}
 */
typedef enum
{
  PEER_TOPIC_FRAME_UNKNOWN,
  PEER_TOPIC_FRAME_SUBSCRIBE,
  PEER_TOPIC_FRAME_UNSUBSCRIBE,
  PEER_TOPIC_FRAME_PUBLISH,
  PEER_TOPIC_FRAME_PING,
  PEER_TOPIC_FRAME_OPEN,
  PEER_TOPIC_FRAME_MESSAGE,
  PEER_TOPIC_FRAME_PRESENCE,
  PEER_TOPIC_FRAME_ERROR,
  PEER_TOPIC_FRAME_PONG,
} PeerTopicFrameType;

#define PEER_TOPIC_FRAME_MAX_PARTS 8

/* A member that is not what it should be counts as missing; of equal members
 * the last one counts. The message stays the JSON text it was. */
typedef struct
{
  PeerTopicFrameType type;
  char **topic; /* nullable; one to PEER_TOPIC_FRAME_MAX_PARTS texts */
  gboolean wants_presence;
  char *id;            /* nullable */
  char *from;          /* nullable */
  char **joined;       /* nullable */
  char **left;         /* nullable */
  char *code;          /* nullable: the nick of a PeerError */
  const char *message; /* nullable: a slice of the text that was parsed */
  gsize message_length;
} PeerTopicFrame;

/* Validates the whole text. Anything but an object is PEER_ERROR_INVALID_DATA,
 * and so is a frame of a known type without what it needs; too deep is
 * PEER_ERROR_LIMIT_EXCEEDED. */
gboolean peer_topic_frame_parse (PeerTopicFrame *self,
                                 const char *text,
                                 gsize length,
                                 guint max_depth,
                                 GError **error);
void peer_topic_frame_clear (PeerTopicFrame *self);

/* What is NULL is left out. */
void peer_topic_frame_append (const PeerTopicFrame *self,
                              GString *text);

/* An error in words; the code is the nick of its PeerError. */
void peer_topic_frame_append_error (GString *text,
                                    const GError *error,
                                    const char *const *topic);

/* The error that such a frame tells of. */
GError *peer_topic_frame_dup_error (const PeerTopicFrame *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PeerTopicFrame, peer_topic_frame_clear)

G_END_DECLS
