/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-payload-private.h"

G_BEGIN_DECLS

/* The messages between a signaling manager and its clients, JSON objects over
 * a WebSocket; docs/signaling-manager.md describes them. */
typedef enum
{
  PEER_MANAGER_MESSAGE_UNKNOWN,

  /* From a client. */
  PEER_MANAGER_MESSAGE_JOIN,
  PEER_MANAGER_MESSAGE_LEAVE_ROOM,

  /* From a client, and passed on to others. */
  PEER_MANAGER_MESSAGE_OFFER,
  PEER_MANAGER_MESSAGE_ANSWER,
  PEER_MANAGER_MESSAGE_CANDIDATE,

  /* To a client. */
  PEER_MANAGER_MESSAGE_PEERS_LIST,
  PEER_MANAGER_MESSAGE_PEER_JOINED,
  PEER_MANAGER_MESSAGE_PEER_LEFT,
  PEER_MANAGER_MESSAGE_ERROR,
} PeerManagerMessageType;

/* What a message does not have is NULL. */
typedef struct
{
  PeerManagerMessageType type;

  char *room_id;    /* of JOIN and PEERS_LIST; an ERROR may have one */
  char *session_id; /* the same */
  char *token;      /* of JOIN: lets its owner take an id over from a lost connection */
  GVariant *metadata;
  GVariant *credentials;

  char *sender_id;   /* of a signal: what its sender says, or the manager */
  char *target_id;   /* of a signal: out of its payload */
  GVariant *payload; /* a{sv}, of a signal */

  char *peer_id; /* of PEER_JOINED and PEER_LEFT; an ERROR may have one */
  char **peers;  /* of PEERS_LIST and PEER_JOINED */

  char *code; /* of ERROR: the nick of a PeerError */
  char *text; /* of ERROR: for people */

  GVariant *value; /* a{sv}: what was parsed, unknown members included */
} PeerManagerMessage;

/* A message without one of the members that it must have is
 * PEER_ERROR_INVALID_DATA; too deep is PEER_ERROR_LIMIT_EXCEEDED. A type that
 * is not known is no error. */
gboolean peer_manager_message_parse (PeerManagerMessage *self,
                                     const char *text,
                                     gsize length,
                                     guint max_depth,
                                     GError **error);

/* The same for what was parsed already; consumes a floating value. */
gboolean peer_manager_message_parse_value (PeerManagerMessage *self,
                                           GVariant *value,
                                           guint max_depth,
                                           GError **error);
void peer_manager_message_clear (PeerManagerMessage *self);

gboolean peer_manager_message_is_signal (const PeerManagerMessage *self);

/* JSON text of what is in the fields. A payload becomes a string of JSON, as
 * the wire has it. Metadata and credentials, and nothing else, may be a value
 * that JSON has no form for: PEER_ERROR_UNSUPPORTED_VALUE. */
char *peer_manager_message_print (const PeerManagerMessage *self,
                                  GError **error);

/* JSON text of a signal that was parsed, as it was but for its sender. */
char *peer_manager_message_print_relayed (const PeerManagerMessage *self,
                                          const char *sender_id,
                                          GError **error);

/* A signal for one other, from its description or candidate. */
void peer_manager_message_init_signal (PeerManagerMessage *self,
                                       PeerManagerMessageType type,
                                       const char *sender_id,
                                       const char *target_id,
                                       const PeerPayload *payload);

/* The description or the candidate of a signal. PEER_ERROR_INVALID_DATA when
 * it has none. */
gboolean peer_manager_message_get_payload (const PeerManagerMessage *self,
                                           PeerPayload *payload,
                                           GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PeerManagerMessage, peer_manager_message_clear)

G_END_DECLS
