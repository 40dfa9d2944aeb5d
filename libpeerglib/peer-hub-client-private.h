/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-data-connection-private.h"
#include "protocol/peer-hub-request-private.h"
#include "protocol/peer-room-presence-private.h"
#include "room/peer-room-admission-private.h"
#include "server/peer-token-bucket-private.h"

G_BEGIN_DECLS

/* The answer to an offer, or why there is none; told once. */
typedef void (*PeerHubAnswerFunc) (const char *sdp,
                                   const GError *error,
                                   gpointer user_data);

typedef struct _PeerHubNetwork PeerHubNetwork;

/* A client of a hub in one room, from its offer to the end of its link. */
typedef struct
{
  PeerHubNetwork *network; /* borrowed */
  char *token;             /* nullable */
  char *address;           /* nullable: where its offer came from */
  PeerPayload offer;
  PeerRoomAdmission *admission; /* borrowed, until it is decided */
  PeerDataConnection *connection;

  PeerRoomPresence presence; /* with the id from the beginning */
  gboolean is_member;        /* it said that it joins, or anything else */

  PeerTokenBucket bucket;
  gboolean is_limited; /* was told that it sends too much */
  gint64 checked_at;   /* monotonic: when somebody else wanted its id; 0 for never */

  PeerHubAnswerFunc func; /* NULL once it was called */
  gpointer user_data;
  GString *answer; /* while candidates are added */
  GSource *timer;  /* until the decision, then until the answer */
} PeerHubClient;

/* Takes over what the request holds. */
PeerHubClient *peer_hub_client_new (PeerHubNetwork *network,
                                    PeerHubRequest *request,
                                    const char *address,
                                    PeerHubAnswerFunc func,
                                    gpointer user_data);
PeerHubClient *peer_hub_client_ref (PeerHubClient *self);
void peer_hub_client_unref (PeerHubClient *self);

/* Whether somebody knows the token of a client that has one. */
gboolean peer_hub_client_knows_token (PeerHubClient *self,
                                      const char *token);

/* The hub's side of the exchange: the answer, then its candidates. */
void peer_hub_client_add_signal (PeerHubClient *self,
                                 const char *type,
                                 const PeerPayload *payload);

/* Sends the answer as far as there is one. */
void peer_hub_client_answer (PeerHubClient *self);

/* Ends it: an answer that is still to come becomes the error. */
void peer_hub_client_end (PeerHubClient *self,
                          const GError *error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerHubClient, peer_hub_client_unref)

G_END_DECLS
