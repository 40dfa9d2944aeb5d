/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-signaling-manager-share-private.h"

G_BEGIN_DECLS

/* Between the parts of what shares rooms. */

/* At the broker a session's id is that of its room and its own. */
char *peer_manager_share_make_id (const char *room,
                                  const char *session_id);
char *peer_manager_share_make_session_id (PeerSession *session);

/* The session's own part, and the room's if it is asked for. NULL when it is
 * no such id. */
const char *peer_manager_share_split_id (const char *id,
                                         char **room);

/* Change who is known to be at other managers, and tell the sessions here. */
void peer_manager_share_other_left (PeerSignalingManager *self,
                                    PeerManagerRoom *room,
                                    const char *id);
void peer_manager_share_other_joined (PeerSignalingManager *self,
                                      PeerManagerRoom *room,
                                      const char *id,
                                      const char *serial);

/* Asks who is there: what nobody has told, for its manager has died or was not
 * heard, comes out. */
void peer_manager_share_refresh_all (PeerSignalingManager *self);

/* The broker's signals. */
gboolean peer_manager_share_message_cb (PeerBroker *broker,
                                        const char *src,
                                        const char *dst,
                                        GBytes *message,
                                        gpointer user_data);
void peer_manager_share_evicted_cb (PeerBroker *broker,
                                    const char *id,
                                    PeerBrokerEviction reason,
                                    gpointer user_data);

G_END_DECLS
