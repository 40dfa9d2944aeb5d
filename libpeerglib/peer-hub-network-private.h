/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-exchange-private.h"
#include "peer-hub-client-private.h"
#include "peer-hub-settings-private.h"
#include "room/peer-room-network-private.h"

G_BEGIN_DECLS

#define PEER_TYPE_HUB_NETWORK (peer_hub_network_get_type ())
G_DECLARE_FINAL_TYPE (PeerHubNetwork, peer_hub_network, PEER, HUB_NETWORK, PeerRoomNetwork)

/* A room as its hub sees it: the members are the clients, each with a link to
 * the hub, which brings what one says to the others.
 *
 * Signal beside those of a network:
 *   "empty" (): nobody is left, nor on the way
 */
struct _PeerHubNetwork
{
  PeerRoomNetwork parent_instance;

  GMainContext *context;
  PeerHubSettings *settings;
  PeerExchange *exchange;
  GHashTable *clients; /* id to PeerHubClient */
  GPtrArray *members;  /* those that joined, the host first; borrowed */
  gint64 last_serial;
  GPtrArray *doomed; /* clients that are to be removed on the next turn */
  GSource *doom_source;
  gboolean is_replacing; /* a client by one that has its id */
  GSource *open_source;
};

PeerHubNetwork *peer_hub_network_new (const char *room,
                                      PeerHubSettings *settings);

/* Takes over what the request holds. The address, nullable, is where it came from. */
void peer_hub_network_offer (PeerHubNetwork *self,
                             PeerHubRequest *request,
                             const char *address,
                             PeerHubAnswerFunc func,
                             gpointer user_data);

/* Error: PEER_ERROR_REFUSED when it is somebody else's client. */
gboolean peer_hub_network_candidate (PeerHubNetwork *self,
                                     PeerHubRequest *request,
                                     GError **error);

PeerHubClient *peer_hub_network_lookup (PeerHubNetwork *self,
                                        const char *id);

/* The client leaves, whatever it was up to; the error is for it. */
void peer_hub_network_remove (PeerHubNetwork *self,
                              PeerHubClient *client,
                              const GError *error);

/* The same on the next turn of the main context. */
void peer_hub_network_doom (PeerHubNetwork *self,
                            PeerHubClient *client);

/* peer-hub-relay.c */

/* A text that a client sent. */
void peer_hub_relay_text (PeerHubNetwork *self,
                          PeerHubClient *client,
                          const char *text);

/* Tells a client what is wrong. */
void peer_hub_relay_error (PeerHubNetwork *self,
                           PeerHubClient *client,
                           const GError *error);

/* Tells the others that a member has left, and who is the host. */
void peer_hub_relay_left (PeerHubNetwork *self,
                          const char *id,
                          gboolean was_host);

/* What the hub says, to one or, with NULL, to all. */
gboolean peer_hub_relay_send (PeerHubNetwork *self,
                              const char *member_id,
                              const PeerRoomFrame *frame,
                              GError **error);

G_END_DECLS
