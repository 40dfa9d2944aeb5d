/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Who is known to be subscribed to which topic. */
typedef struct _PeerPresence PeerPresence;

PeerPresence *peer_presence_new (void);
void peer_presence_free (PeerPresence *self);

/* Return whether that is new. */
gboolean peer_presence_add (PeerPresence *self,
                            const char *const *topic,
                            const char *id);
gboolean peer_presence_remove (PeerPresence *self,
                               const char *const *topic,
                               const char *id);

/* Nothing is known of the topic any more. */
void peer_presence_forget (PeerPresence *self,
                           const char *const *topic);

/* Takes one of those who are known to be there; FALSE when there are none. */
gboolean peer_presence_take (PeerPresence *self,
                             char ***topic,
                             char **id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerPresence, peer_presence_free)

G_END_DECLS
