/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-hub-network-private.h"
#include "peer-hub.h"
#include "peer-room-private.h"
#include "server/peer-hub-http-private.h"
#include "signaling/peer-early-candidates-private.h"

G_BEGIN_DECLS

/* Between the parts of the hub. */

struct _PeerHub
{
  GObject parent_instance;

  GMainContext *context;
  PeerHubSettings *settings;
  GHashTable *rooms;                     /* name to PeerHubRoom */
  GListStore *shown_rooms;               /* of PeerRoom: those that somebody is in */
  PeerEarlyCandidates *early_candidates; /* for rooms that do not exist yet */
  GPtrArray *attachments;                /* of PeerHubHttp */
};

typedef enum
{
  HUB_MESSAGE,
  HUB_EVENT,
  HUB_ANY_EVENT,
  HUB_PEER_JOINED,
  HUB_PEER_LEFT,
  HUB_AUTHORIZE,
  N_HUB_SIGNALS
} PeerHubSignal;

extern GParamSpec *peer_hub_props[N_HUB_PROPS];
extern guint peer_hub_signals[N_HUB_SIGNALS];

/* peer-hub-rooms.c */
typedef struct
{
  PeerHub *hub; /* borrowed */
  PeerHubNetwork *network;
  PeerRoom *room;
} PeerHubRoom;

void peer_hub_room_free (PeerHubRoom *self);

/* NULL when nobody is in it, nor on the way. */
PeerHubRoom *peer_hub_lookup (PeerHub *self,
                              const char *name);

/* Takes over what the request holds. */
void peer_hub_handle_offer (PeerHub *self,
                            PeerHubRequest *request,
                            const char *address,
                            PeerHubAnswerFunc func,
                            gpointer user_data);
gboolean peer_hub_handle_candidate (PeerHub *self,
                                    PeerHubRequest *request,
                                    GError **error);

/* Somebody asks from an address to leave, the client itself or not. */
gboolean peer_hub_handle_leave (PeerHub *self,
                                PeerHubRequest *request,
                                const char *address,
                                GError **error);

/* {peer_count, peers, host_id}; floating. */
GVariant *peer_hub_room_describe (PeerHubRoom *self);

/* peer-hub-attach.c */
void peer_hub_configure_attachments (PeerHub *self);

G_END_DECLS
