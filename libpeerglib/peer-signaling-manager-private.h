/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-broker.h"
#include "peer-session-private.h"
#include "peer-signaling-manager.h"
#include "protocol/peer-manager-message-private.h"
#include "server/peer-relay-socket-private.h"
#include "server/peer-websocket-endpoint-private.h"

G_BEGIN_DECLS

/* Between the parts of the manager. */

typedef enum
{
  PROP_SESSION_TIMEOUT = 1,
  PROP_JOIN_TIMEOUT,
  PROP_MAX_ROOMS,
  PROP_MAX_ROOM_SIZE,
  PROP_MAX_SESSIONS,
  PROP_SESSIONS_PER_ADDRESS,
  PROP_MAX_MESSAGE_SIZE,
  PROP_MESSAGES_PER_SECOND,
  PROP_MESSAGE_BURST,
  PROP_SEND_BUFFER_SIZE,
  PROP_MAX_ID_LENGTH,
  PROP_MAX_DEPTH,
  PROP_REFRESH_INTERVAL,
  PROP_PROXIED,
  PROP_ALLOWED_ORIGINS,
  PROP_BROKER,
  PROP_KEY,
  PROP_N_SESSIONS,
  PROP_N_ROOMS,
} PeerSignalingManagerProperty;

#define N_MANAGER_NUMBERS PROP_REFRESH_INTERVAL
#define N_MANAGER_PROPS (PROP_N_ROOMS + 1)

enum
{
  MANAGER_SESSION_JOINED,
  MANAGER_SESSION_LEFT,
  MANAGER_ROOM_EMPTY,
  MANAGER_AUTHORIZE,
  MANAGER_ERROR,
  N_MANAGER_SIGNALS
};

struct _PeerSignalingManager
{
  GObject parent_instance;

  GMainContext *context;
  guint numbers[N_MANAGER_NUMBERS + 1];
  gboolean proxied;
  char **allowed_origins;

  GHashTable *rooms; /* by name */
  guint n_sessions;

  PeerSignalingManagerSendFunc send_func;
  gpointer send_data;
  GDestroyNotify send_destroy;

  /* The WebSockets, once attached */
  PeerPollHub *hub;
  GPtrArray *endpoints;
  GQueue clients;
  GHashTable *clients_per_network;
  PeerTimeoutQueue *silences;
  PeerTimeoutQueue *pings;
  PeerTimeoutQueue *joins;
  PeerTimeoutQueue *ends;
  PeerRelaySocketLimits limits;

  /* The other managers */
  PeerBroker *broker; /* nullable: there are none */
  char *key;
  gboolean is_sharing;
  GHashTable *claims; /* the broker's ids that are held or asked for here, each with its session */
  GSource *refresh_source;
};

extern GParamSpec *peer_signaling_manager_props[N_MANAGER_PROPS];
extern guint peer_signaling_manager_signals[N_MANAGER_SIGNALS];

void peer_signaling_manager_properties_install (GObjectClass *object_class);
void peer_signaling_manager_init_numbers (PeerSignalingManager *self);

GHashTable *peer_signaling_manager_new_rooms (void);

typedef struct
{
  char *name;
  GListStore *sessions; /* in the order in which they joined */
  GHashTable *by_id;
  GHashTable *others; /* ids at other managers, each with its session's serial or "" */
  GHashTable *gone;   /* NULL unless it is being asked who is there: who has left since */
  gboolean is_being_cleared;
} PeerManagerRoom;

/* References to its sessions. */
GPtrArray *peer_manager_room_list_sessions (PeerManagerRoom *room);

PeerManagerRoom *peer_signaling_manager_lookup_room (PeerSignalingManager *self,
                                                     const char *name);

/* Checks what a session asks for: ids, limits, whether it is taken here. */
gboolean peer_signaling_manager_check_join (PeerSignalingManager *self,
                                            const char *room,
                                            const char *session_id,
                                            GError **error);

/* Tells the others, if it has a WebSocket, and emits. Who is there at other
 * managers may be NULL. */
void peer_signaling_manager_enter (PeerSignalingManager *self,
                                   PeerSession *session,
                                   const char *const *others);

/* Emits; nothing but the session and the manager is sure to be there after
 * it. The others here are told unless the application does that. */
void peer_signaling_manager_remove_session (PeerSignalingManager *self,
                                            PeerSession *session,
                                            gboolean is_told);

void peer_signaling_manager_deliver (PeerSignalingManager *self,
                                     PeerSession *session,
                                     const char *text);

void peer_signaling_manager_tell_joined (PeerSignalingManager *self,
                                         PeerManagerRoom *room,
                                         const char *session_id);
void peer_signaling_manager_tell_left (PeerSignalingManager *self,
                                       PeerManagerRoom *room,
                                       const char *session_id);

/* A parsed signal, on behalf of a session. */
gboolean peer_signaling_manager_relay (PeerSignalingManager *self,
                                       PeerManagerRoom *room,
                                       const PeerManagerMessage *message,
                                       const char *sender_id,
                                       GError **error);

#define PEER_MANAGER_REPLACED "Replaced by a newer connection"

typedef struct _PeerManagerAdmission PeerManagerAdmission;

typedef struct
{
  grefcount ref_count;
  PeerSignalingManager *manager; /* NULL once closed */
  PeerRelaySocket *socket;
  PeerSession *session;            /* nullable */
  PeerManagerAdmission *admission; /* nullable: it is on the way into a room */
  PeerTimeout ping_timeout;
  PeerTimeout join_timeout;
  PeerTimeout end_timeout; /* it reads too slowly and is about to be closed */
  gboolean is_slow;
  GList link;
} PeerManagerClient;

PeerManagerClient *peer_manager_client_ref (PeerManagerClient *self);
void peer_manager_client_unref (PeerManagerClient *self);
void peer_manager_client_send (PeerManagerClient *self,
                               const char *text);
void peer_manager_client_send_error (PeerManagerClient *self,
                                     const GError *error,
                                     const PeerManagerMessage *about);

/* Takes its session out of its room. */
void peer_manager_client_close (PeerManagerClient *self,
                                gushort code,
                                const char *reason);
void peer_manager_client_handle (PeerManagerClient *self,
                                 const char *text,
                                 gsize length);

/* Into a room, or out of it. */
void peer_manager_client_set_session (PeerManagerClient *self,
                                      PeerSession *session);
void peer_manager_client_cancel_admission (PeerManagerClient *self);

void peer_signaling_manager_configure_sockets (PeerSignalingManager *self);
void peer_signaling_manager_close_sockets (PeerSignalingManager *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerManagerClient, peer_manager_client_unref)

G_END_DECLS
