/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-link-settings-private.h"
#include "peer-room-farewell-private.h"
#include "peer-room.h"
#include "peer-wait-queue-private.h"
#include "room/peer-room-backlog-private.h"
#include "room/peer-room-network-private.h"
#include "room/peer-room-roster-private.h"
#include "room/peer-shared-state-private.h"

G_BEGIN_DECLS

typedef enum
{
  PEER_ROOM_OUT,
  PEER_ROOM_JOINING,
  PEER_ROOM_JOINED,
  PEER_ROOM_RECONNECTING, /* it was joined and is to be again */
  PEER_ROOM_LEAVING,      /* the network is closed, which is still to be told */
} PeerRoomStage;

/* Makes the network of a stay. Error: what keeps it from being made. */
typedef PeerRoomNetwork *(*PeerRoomNetworkFactory) (PeerRoom *room,
                                                    PeerRoomSelf *self_description,
                                                    gpointer user_data,
                                                    GError **error);

struct _PeerRoom
{
  GObject parent_instance;

  GMainContext *context;
  char *name;
  PeerRoomService service;
  char *uri;
  PeerSignaling *signaling;
  char *peer_id;
  PeerLinkSettings *links;
  GVariant *credentials;
  GVariant *metadata;
  guint max_reconnect_attempts;
  guint reconnect_delay;
  guint queue_size;
  guint max_members;
  guint max_state_size;
  gboolean is_served; /* by this process: it is not among the members */
  PeerRoomNetworkFactory network_factory;
  gpointer network_factory_data;

  PeerRoomStage stage;
  gboolean was_connected; /* when it was told last */
  char *token;            /* of all stays: who comes back may be faster than its goodbye */
  PeerRoomNetwork *network;
  PeerRoomSelf *description;
  PeerWaitQueue *joins;
  PeerWaitQueue *abandoned_joins; /* by leaving, which is still to be told */
  PeerWaitQueue *leaves;
  PeerRoomFarewell *farewell; /* while leaving is still to be told */
  GSource *next_source;       /* of the next step: to join, to join again, to have left */
  guint attempt;              /* to join again */
  char *status;

  PeerRoomRoster *roster;
  PeerRoomMember *own;    /* while joined, unless it is served */
  PeerRoomMember *server; /* of a star, once it has spoken */
  PeerRoomMember *host;
  GVariant *state;
  PeerSharedState *shared;
  gboolean has_changed_state; /* since the network was made; both states */
  gboolean has_changed_shared;

  PeerRoomBacklog *backlog;
  guint n_dropped; /* from the backlog, not told yet */
  GSource *dropped_source;
  guint n_requests; /* for admission, undecided */
};

/* What the networks of the room's stays share. */
PeerLinkSettings *peer_room_get_links (PeerRoom *self);

/* The network that the room's service asks for. */
PeerRoomNetwork *peer_room_service_create_network (PeerRoom *self,
                                                   PeerRoomSelf *description,
                                                   gpointer user_data,
                                                   GError **error);

/* A room that this process serves: it speaks as PEER_ROOM_SERVER_ID, which is the id of the network's
 * self, and is not among the members. The network is opened at once. */
PeerRoom *peer_room_new_served (PeerRoomNetwork *network);

/* For tests: where networks come from. */
void peer_room_set_network_factory (PeerRoom *self,
                                    PeerRoomNetworkFactory factory,
                                    gpointer user_data);

/* The signals. */
void peer_room_emit_open (PeerRoom *self);
void peer_room_emit_close (PeerRoom *self);
void peer_room_report_error (PeerRoom *self,
                             const GError *error);
void peer_room_emit_message (PeerRoom *self,
                             PeerRoomMember *sender,
                             GVariant *message);
void peer_room_emit_any_event (PeerRoom *self,
                               PeerRoomMember *sender,
                               const char *name,
                               GVariant *value);
void peer_room_emit_named_event (PeerRoom *self,
                                 PeerRoomMember *sender,
                                 const char *name,
                                 GVariant *value);
void peer_room_emit_peer_joined (PeerRoom *self,
                                 PeerRoomMember *member);
void peer_room_emit_peer_left (PeerRoom *self,
                               PeerRoomMember *member);
void peer_room_emit_updated (PeerRoom *self);
/* Whether a handler took the request upon itself. */
gboolean peer_room_emit_authorize (PeerRoom *self,
                                   PeerJoinRequest *request);
void peer_room_set_status (PeerRoom *self,
                           const char *status);

/* The properties. */
typedef enum
{
  PEER_ROOM_PROP_NAME = 1,
  PEER_ROOM_PROP_SERVICE,
  PEER_ROOM_PROP_TOPOLOGY,
  PEER_ROOM_PROP_URI,
  PEER_ROOM_PROP_SIGNALING,
  PEER_ROOM_PROP_PEER_ID,
  PEER_ROOM_PROP_ICE_SERVERS,
  PEER_ROOM_PROP_TLS_DATABASE,
  PEER_ROOM_PROP_CREDENTIALS,
  PEER_ROOM_PROP_METADATA,
  PEER_ROOM_PROP_MAX_RECONNECT_ATTEMPTS,
  PEER_ROOM_PROP_RECONNECT_DELAY,
  PEER_ROOM_PROP_QUEUE_SIZE,
  PEER_ROOM_PROP_MAX_MEMBERS,
  PEER_ROOM_PROP_MAX_STATE_SIZE,
  PEER_ROOM_PROP_CONNECTED,
  PEER_ROOM_PROP_N_PEERS,
  PEER_ROOM_PROP_HOST_ID,
  PEER_ROOM_PROP_IS_HOST,
  PEER_ROOM_PROP_STATE,
  PEER_ROOM_PROP_SHARED_STATE,
  PEER_ROOM_PROP_STATUS,
} PeerRoomProperty;

void peer_room_install_properties (GObjectClass *object_class);
void peer_room_notify (PeerRoom *self,
                       PeerRoomProperty property);

/* The members. */
void peer_room_add_member (PeerRoom *self,
                           gint64 serial,
                           PeerRoomMember *member);
/* Transfer full, nullable. */
PeerRoomMember *peer_room_take_member (PeerRoom *self,
                                       const char *id);
void peer_room_update_host (PeerRoom *self);
/* The member that a network calls so, which may be a hub; nullable. */
PeerRoomMember *peer_room_find_sender (PeerRoom *self,
                                       const char *id);

/* What the other members say. */
void peer_room_watch_network (PeerRoom *self);

/* The stages of a stay. */
void peer_room_begin (PeerRoom *self);
void peer_room_opened (PeerRoom *self,
                       gint64 serial);
void peer_room_lost (PeerRoom *self,
                     const GError *error);
void peer_room_drop_network (PeerRoom *self);

/* What this member says. */
void peer_room_flush (PeerRoom *self);
/* What the handshake did not say yet; to all when member_id is NULL. */
void peer_room_send_states (PeerRoom *self,
                            const char *member_id);

G_END_DECLS
