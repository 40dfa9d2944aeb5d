/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-join-request.h"

G_BEGIN_DECLS

typedef void (*PeerJoinDecisionFunc) (gboolean is_accepted,
                                      const char *reason,
                                      gpointer user_data);

/* The decision is told once: inside accept(), refuse() or the last unref. */
PeerJoinRequest *peer_join_request_new (const char *room,
                                        const char *peer_id,
                                        GVariant *credentials,
                                        GVariant *metadata,
                                        PeerJoinDecisionFunc func,
                                        gpointer user_data,
                                        GDestroyNotify destroy);

/* After the signal was emitted: what nobody took upon himself is accepted.
 * Takes the request. */
void peer_join_request_settle (PeerJoinRequest *self,
                               gboolean is_taken);

G_END_DECLS
