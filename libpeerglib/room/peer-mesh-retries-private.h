/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define PEER_MESH_MAX_RETRIES 10

/* When to look again for members whose links were lost: after a delay that
 * doubles each time, PEER_MESH_MAX_RETRIES times, for so many members as it is
 * made for. */
typedef struct _PeerMeshRetries PeerMeshRetries;

/* Runs on the thread-default main context of the caller of new(). */
typedef void (*PeerMeshRetryFunc) (const char *id,
                                   gpointer user_data);

PeerMeshRetries *peer_mesh_retries_new (guint max_members,
                                        PeerMeshRetryFunc func,
                                        gpointer user_data);
void peer_mesh_retries_free (PeerMeshRetries *self);

/* The first delay, in milliseconds. */
void peer_mesh_retries_set_delay (PeerMeshRetries *self,
                                  guint milliseconds);

/* A link is not there: calls the function later, unless it was called often
 * enough for this member. */
void peer_mesh_retries_schedule (PeerMeshRetries *self,
                                 const char *id);

/* Whether a link to the member was lost and is not there again, or given up. */
gboolean peer_mesh_retries_contains (PeerMeshRetries *self,
                                     const char *id);

/* The member is there again, or is known to have gone. */
void peer_mesh_retries_remove (PeerMeshRetries *self,
                               const char *id);
void peer_mesh_retries_remove_all (PeerMeshRetries *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerMeshRetries, peer_mesh_retries_free)

G_END_DECLS
