/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

#include "peer-payload-private.h"

G_BEGIN_DECLS

/* The messages on the topics of a room, as the npm package "p2p" has them:
 * objects with "type", "id" and what belongs to the type. They come from
 * everybody who can publish to the topic, and "id" is only what he says. */
typedef enum
{
  PEER_TOPIC_MESSAGE_INVOKE,
  PEER_TOPIC_MESSAGE_OFFER,
  PEER_TOPIC_MESSAGE_ANSWER,
  PEER_TOPIC_MESSAGE_CANDIDATE,
  PEER_TOPIC_MESSAGE_SYNC,
  PEER_TOPIC_MESSAGE_DISPOSE,
} PeerTopicMessageType;

#define PEER_TOPIC_MESSAGE_MAX_SIZE 1048576  /* bytes of a message in all */
#define PEER_TOPIC_MESSAGE_ID_MAX_LENGTH 128 /* bytes; ids follow no rule beside that */

typedef struct
{
  PeerTopicMessageType type;
  char *id;              /* who sent it */
  PeerPayload payload;   /* the description of offers and answers, the candidate; has no connection id */
  GVariant *credentials; /* nullable; of an invoke */
  GVariant *state;       /* nullable; of offer, sync and dispose. Newer versions of p2p call it "metadata", and only offers have it */
} PeerTopicMessage;

/* What is given to this is copied by peer_topic_message_to_value (). */
#define PEER_TOPIC_MESSAGE_INIT(type_, id_) \
  ((PeerTopicMessage){ .type = (type_), .id = (char *) (id_), .payload.sdp_m_line_index = -1 })

/* NULL with PEER_ERROR_INVALID_DATA when it is not well formed,
 * PEER_ERROR_LIMIT_EXCEEDED when it is too big. A message of a type that is
 * not known is NULL without an error. */
PeerTopicMessage *peer_topic_message_parse (GVariant *value,
                                            GError **error);

/* The value, floating; what the type has no use for is left out. An offer
 * has its state under both names. */
GVariant *peer_topic_message_to_value (const PeerTopicMessage *self);

void peer_topic_message_free (PeerTopicMessage *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerTopicMessage, peer_topic_message_free)

G_END_DECLS
