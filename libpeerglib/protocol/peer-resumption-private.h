/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What lets a connection outlive its link: each side counts the messages it
 * sends, keeps them until the other side has acknowledged them, and sends
 * again over the next link what did not arrive over the one before. Messages
 * need no numbers, because a link delivers them in order and without gaps.
 *
 * On the wire each message begins with a byte that says what it is; counts
 * are 64 bits in network order. */
typedef enum
{
  PEER_RESUMPTION_BINARY,          /* a message of bytes follows */
  PEER_RESUMPTION_TEXT,            /* a message of text follows */
  PEER_RESUMPTION_ACKNOWLEDGEMENT, /* how many messages were received so far */
  PEER_RESUMPTION_GREETING,        /* the same, first on each link but the first */
  PEER_RESUMPTION_CLOSE,           /* the side that sends it closes on purpose */
} PeerResumptionKind;

/* When what was received should be acknowledged. */
typedef enum
{
  PEER_RESUMPTION_NOT_DUE,
  PEER_RESUMPTION_DUE_SOON, /* within PEER_RESUMPTION_DELAY */
  PEER_RESUMPTION_DUE_NOW,
} PeerResumptionDue;

#define PEER_RESUMPTION_DELAY 50 /* milliseconds */

/* Bytes before a message. */
#define PEER_RESUMPTION_HEAD_SIZE 1

typedef struct _PeerResumption PeerResumption;

PeerResumption *peer_resumption_new (void);
void peer_resumption_free (PeerResumption *self);

/* Takes a message to be sent and keeps it until it is acknowledged. */
void peer_resumption_push (PeerResumption *self,
                           GBytes *message,
                           gboolean is_text);

/* The next message for the link; NULL when there is none, or the other side
 * has not said yet where to go on. */
GBytes *peer_resumption_next (PeerResumption *self);

/* The link is replaced by a new one. Returns the first message for that. */
GBytes *peer_resumption_begin (PeerResumption *self);

/* Takes a message that came over the link. For PEER_RESUMPTION_BINARY and
 * PEER_RESUMPTION_TEXT there is a payload. Errors: PEER_ERROR_INVALID_DATA,
 * after which nothing more can be made of the link. */
gboolean peer_resumption_receive (PeerResumption *self,
                                  GBytes *message,
                                  gboolean is_text,
                                  PeerResumptionKind *kind,
                                  GBytes **payload,
                                  GError **error);

/* Whether begin() was called and the other side has not said where it stands. */
gboolean peer_resumption_awaits_greeting (PeerResumption *self);

PeerResumptionDue peer_resumption_get_due (PeerResumption *self);

/* The message that acknowledges all that was received. */
GBytes *peer_resumption_acknowledge (PeerResumption *self);

/* The message that says that this side closes. */
GBytes *peer_resumption_close (void);

/* Bytes that next() has not returned yet, of those that push() got. */
gsize peer_resumption_get_unsent_size (PeerResumption *self);

/* Bytes that the other side has not acknowledged, the unsent ones too. */
gsize peer_resumption_get_unacknowledged_size (PeerResumption *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerResumption, peer_resumption_free)

G_END_DECLS
