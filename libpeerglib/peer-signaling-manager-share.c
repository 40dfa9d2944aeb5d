/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-signaling-manager-share-private.h"

void
peer_manager_share_claim (PeerSignalingManager *self,
                          PeerSession *session,
                          PeerManagerClaimFunc func,
                          gpointer user_data)
{
  func (self, NULL, user_data);
}

void
peer_manager_share_claim_late (PeerSignalingManager *self,
                               PeerSession *session)
{
}

void
peer_manager_share_release (PeerSignalingManager *self,
                            PeerSession *session)
{
}

void
peer_manager_share_tell_joined (PeerSignalingManager *self,
                                PeerManagerRoom *room,
                                PeerSession *session)
{
}

void
peer_manager_share_forget (PeerSignalingManager *self,
                           PeerManagerRoom *room,
                           PeerSession *session)
{
}

void
peer_manager_share_send (PeerSignalingManager *self,
                         PeerManagerRoom *room,
                         const char *sender_id,
                         const char *target_id,
                         const char *text)
{
}

void
peer_manager_share_stop (PeerSignalingManager *self)
{
}
