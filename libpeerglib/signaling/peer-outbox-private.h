/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define PEER_OUTBOX_MAX 1024

/* The messages to a server that wait for a line, and those that were sent and
 * are lost if the line is dead: nothing was heard of the server since. At most
 * PEER_OUTBOX_MAX of each; beyond that, the oldest are forgotten. */
typedef struct _PeerOutbox PeerOutbox;

PeerOutbox *peer_outbox_new (void);
void peer_outbox_free (PeerOutbox *self);

void peer_outbox_add (PeerOutbox *self,
                      GBytes *message);

/* The message that has waited longest, NULL when there is none; borrowed. */
GBytes *peer_outbox_peek (PeerOutbox *self);

/* That message was sent. */
void peer_outbox_sent (PeerOutbox *self);

/* The server was heard, or closed the line: what was sent has arrived. To send
 * an offer twice would make the other peer begin anew. */
void peer_outbox_confirm (PeerOutbox *self);

/* The line was dead: what was sent into it waits again, before the rest. */
void peer_outbox_recover (PeerOutbox *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerOutbox, peer_outbox_free)

G_END_DECLS
