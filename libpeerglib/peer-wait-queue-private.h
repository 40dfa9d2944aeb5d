/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Tasks that wait for the same thing. One whose cancellable is cancelled
 * leaves by itself, with G_IO_ERROR_CANCELLED. */
typedef struct _PeerWaitQueue PeerWaitQueue;

PeerWaitQueue *peer_wait_queue_new (GMainContext *context);
void peer_wait_queue_free (PeerWaitQueue *self);

void peer_wait_queue_push (PeerWaitQueue *self,
                           GTask *task);

/* The task that waited longest, NULL when none waits; transfer full. */
GTask *peer_wait_queue_pop (PeerWaitQueue *self);

gboolean peer_wait_queue_is_empty (PeerWaitQueue *self);

/* Ends all of them with an error. */
void peer_wait_queue_fail (PeerWaitQueue *self,
                           const GError *error);

G_END_DECLS
