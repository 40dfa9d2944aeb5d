/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  PEER_MESSAGE_TYPE_UNKNOWN,
  PEER_MESSAGE_TYPE_OPEN,
  PEER_MESSAGE_TYPE_ERROR,
  PEER_MESSAGE_TYPE_ID_TAKEN,
  PEER_MESSAGE_TYPE_INVALID_KEY,
  PEER_MESSAGE_TYPE_LEAVE,
  PEER_MESSAGE_TYPE_EXPIRE,
  PEER_MESSAGE_TYPE_OFFER,
  PEER_MESSAGE_TYPE_ANSWER,
  PEER_MESSAGE_TYPE_CANDIDATE,
  PEER_MESSAGE_TYPE_HEARTBEAT,
} PeerMessageType;

#define N_PEER_MESSAGE_TYPES (PEER_MESSAGE_TYPE_HEARTBEAT + 1)

/* A message between a peer and its server: {type, src, dst, payload}. The
 * payload stays the JSON text it was; of equal members the last one counts.
 * Strings are unescaped; a member that is not a string counts as missing. */
typedef struct
{
  PeerMessageType type;
  char *type_name;     /* nullable */
  char *src;           /* nullable */
  char *dst;           /* nullable */
  const char *payload; /* nullable: a slice of the text that was parsed */
  gsize payload_length;
} PeerEnvelope;

/* Validates the whole text, UTF-8 and nesting included, without building a
 * tree. The envelope borrows from text. Anything but an object is
 * PEER_ERROR_INVALID_DATA; too deep is PEER_ERROR_LIMIT_EXCEEDED. */
gboolean peer_envelope_parse (PeerEnvelope *envelope,
                              const char *text,
                              gsize length,
                              guint max_depth,
                              GError **error);
void peer_envelope_clear (PeerEnvelope *envelope);

/* {"type":…,"src":…,"dst":…,"payload":…}; what is NULL is left out. The
 * payload is JSON text and is copied as it is. */
GBytes *peer_envelope_build (const char *type_name,
                             const char *src,
                             const char *dst,
                             const char *payload,
                             gsize payload_length);

void peer_envelope_append (GString *text,
                           const char *type_name,
                           const char *src,
                           const char *dst,
                           const char *payload,
                           gsize payload_length);

const char *peer_message_type_to_name (PeerMessageType type);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PeerEnvelope, peer_envelope_clear)

G_END_DECLS
