/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-signaling.h"

G_BEGIN_DECLS

/* Who wants to hear of which topic of a signaling, and the messages on their
 * way to them. */
typedef struct _PeerSubscriptions PeerSubscriptions;

/* Messages arrive in the context that is the thread default now. */
PeerSubscriptions *peer_subscriptions_new (PeerSignaling *signaling);
void peer_subscriptions_free (PeerSubscriptions *self);

/* Returns an id, never 0; tells if the topic had no subscriber. */
guint peer_subscriptions_add (PeerSubscriptions *self,
                              const char *const *topic,
                              PeerSignalingFunc callback,
                              gpointer user_data,
                              GDestroyNotify notify,
                              gboolean *is_first);

/* Returns the topic if that was its last subscriber, else NULL. */
char **peer_subscriptions_remove (PeerSubscriptions *self,
                                  guint id,
                                  gboolean *was_there) G_GNUC_WARN_UNUSED_RESULT;

/* Calls who is subscribed now, and is still then, on a later turn. */
void peer_subscriptions_deliver (PeerSubscriptions *self,
                                 const char *const *topic,
                                 GVariant *message);

/* The topics that have subscribers, each a char **; borrowed. */
GPtrArray *peer_subscriptions_get_topics (PeerSubscriptions *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerSubscriptions, peer_subscriptions_free)

G_END_DECLS
