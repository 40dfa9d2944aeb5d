/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-signaling-manager-private.h"

G_BEGIN_DECLS

/* Rooms that several managers share through a broker. The id of a session in
 * its room is claimed there, so that it is one in all of them; each manager
 * that has sessions in a room knows the ids of all, and hears of changes from
 * the manager that makes them, or, when that one has died, from the broker.
 * Nothing of this happens without a broker. */

/* With the ids of those who are in the room at other managers, NULL when there
 * are none, or an error. */
typedef void (*PeerManagerClaimFunc) (PeerSignalingManager *self,
                                      const char *const *others,
                                      const GError *error,
                                      gpointer user_data);

/* Calls the function, at once without a broker, when it is known whether the
 * session may enter its room. */
void peer_manager_share_claim (PeerSignalingManager *self,
                               PeerSession *session,
                               PeerManagerClaimFunc func,
                               gpointer user_data);

/* The same for a session that has entered: it is removed when it may not. */
void peer_manager_share_claim_late (PeerSignalingManager *self,
                                    PeerSession *session);

/* Gives up a claim of a session that is in no room. */
void peer_manager_share_release (PeerSignalingManager *self,
                                 PeerSession *session);

/* Tells the sessions here of those that nobody has told of yet; ids may be
 * NULL. */
void peer_manager_share_learn (PeerSignalingManager *self,
                               const char *room,
                               const char *const *ids);

/* A session enters its room, and is in it. */
void peer_manager_share_tell_joined (PeerSignalingManager *self,
                                     PeerManagerRoom *room,
                                     PeerSession *session);
void peer_manager_share_entered (PeerSignalingManager *self,
                                 PeerSession *session);

/* Tells the other managers that a session has left, and gives its id up. */
void peer_manager_share_forget (PeerSignalingManager *self,
                                PeerManagerRoom *room,
                                PeerSession *session);

/* Brings a message to a session at another manager. */
void peer_manager_share_send (PeerSignalingManager *self,
                              PeerManagerRoom *room,
                              const char *sender_id,
                              const char *target_id,
                              const char *text);

void peer_manager_share_configure (PeerSignalingManager *self);
void peer_manager_share_stop (PeerSignalingManager *self);

G_END_DECLS
