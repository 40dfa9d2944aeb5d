/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-payload-private.h"

G_BEGIN_DECLS

/* What a hub's clients ask for over HTTP, and its answers: JSON objects. */

/* How the hub itself is called in every room. */
#define PEER_HUB_SERVER_ID "server"

/* Bytes of the name of a room or a peer. */
#define PEER_HUB_MAX_NAME_LENGTH 128

typedef enum
{
  PEER_HUB_REQUEST_OFFER,
  PEER_HUB_REQUEST_CANDIDATE,
  PEER_HUB_REQUEST_LEAVE,
} PeerHubRequestKind;

/* {"room":…,"peer_id":…} and an "offer" or a "candidate". The rest is ours. */
typedef struct
{
  char *room;
  char *peer_id;
  char *token;           /* nullable: what lets its holder have the id again */
  GVariant *credentials; /* nullable */
  GVariant *metadata;    /* nullable */

  /* The offer, or the candidate: without one no more will come. */
  PeerPayload payload;
} PeerHubRequest;

/* Whether a room or a peer may be called so. */
gboolean peer_hub_name_is_valid (const char *name);

/* Takes the JSON text of a request. Error: PEER_ERROR_INVALID_DATA when
 * something is missing or malformed, PEER_ERROR_INVALID_ID for a name. */
gboolean peer_hub_request_parse (PeerHubRequest *request,
                                 PeerHubRequestKind kind,
                                 const char *text,
                                 gsize length,
                                 GError **error);

/* The same from the members' values; {sdp, type} or {candidate, …}. */
gboolean peer_hub_request_set_offer (PeerHubRequest *request,
                                     GVariant *offer,
                                     GError **error);
gboolean peer_hub_request_set_candidate (PeerHubRequest *request,
                                         GVariant *candidate,
                                         GError **error);
void peer_hub_request_clear (PeerHubRequest *request);

/* Error: PEER_ERROR_UNSUPPORTED_VALUE for what JSON has no form for. */
char *peer_hub_request_print (const PeerHubRequest *request,
                              PeerHubRequestKind kind,
                              GError **error);

char *peer_hub_answer_print (const char *sdp,
                             const char *peer_id);
char *peer_hub_answer_print_status (void);
char *peer_hub_answer_print_error (const char *message);

/* The SDP of the answer to an offer. Error: PEER_ERROR_INVALID_DATA. */
char *peer_hub_answer_parse (const char *text,
                             gsize length,
                             GError **error);

/* What an answer says that is an error, NULL when it says nothing. */
char *peer_hub_answer_parse_error (const char *text,
                                   gsize length);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PeerHubRequest, peer_hub_request_clear)

G_END_DECLS
