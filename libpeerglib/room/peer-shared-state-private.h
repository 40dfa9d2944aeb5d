/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libpeerglib/peer-enums.h>

G_BEGIN_DECLS

/* A dictionary that several members write without asking anybody. Of each key the last write counts, by
 * a clock that is the time of day, or later than all writes that the writer had heard of, whichever is
 * more; equal clocks are told apart by the writers' ids. So all who have heard of the
 * same writes, in whatever order, have the same dictionary.
 *
 * On the wire an entry is {key: {clock, writer, value}}, without a value when the key was removed. */
typedef struct _PeerSharedState PeerSharedState;

PeerSharedState *peer_shared_state_new (void);
void peer_shared_state_free (PeerSharedState *self);

/* Both `a{sv}` and borrowed: what there is, and all entries, for those who have heard of nothing. */
GVariant *peer_shared_state_get_value (PeerSharedState *self);
GVariant *peer_shared_state_get_entries (PeerSharedState *self);

/* Writes, and returns the entries that others have to hear of, not floating. Error:
 * PEER_ERROR_LIMIT_EXCEEDED when all entries would hold more than max_size bytes. */
GVariant *peer_shared_state_write (PeerSharedState *self,
                                   GVariant *state,
                                   PeerSyncMode mode,
                                   const char *writer,
                                   gsize max_size,
                                   GError **error);

/* Takes over what others have written. Errors: PEER_ERROR_INVALID_DATA, PEER_ERROR_LIMIT_EXCEEDED;
 * nothing has changed then. */
gboolean peer_shared_state_merge (PeerSharedState *self,
                                  GVariant *entries,
                                  gsize max_size,
                                  gboolean *has_changed,
                                  GError **error);

/* A state with another one written over it, not floating. */
GVariant *peer_state_apply (GVariant *state,
                            GVariant *change,
                            PeerSyncMode mode);

/* A value that keeps nothing of the message that it came in, not floating. */
GVariant *peer_state_copy (GVariant *value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerSharedState, peer_shared_state_free)

G_END_DECLS
