/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>
#include <libpeerglib/peer-broker.h>
#include <libsoup/soup.h>

#include "peer-histogram-private.h"
#include "peer-relay-socket-private.h"
#include "protocol/peer-envelope-private.h"

G_BEGIN_DECLS

/* The server's side of PeerJS's protocol: who holds which id, and where a
 * message goes. It gets WebSockets that were upgraded and knows nothing of
 * HTTP. */
#define PEER_TYPE_RELAY (peer_relay_get_type ())

G_DECLARE_FINAL_TYPE (PeerRelay, peer_relay, PEER, RELAY, GObject)

/* Somebody who holds an id, through as many sockets as it takes. */
typedef struct _PeerRelayClient PeerRelayClient;

typedef struct
{
  char *key;
  guint alive_timeout;       /* ms without traffic; 0: for ever */
  guint auth_timeout;        /* ms that the application may think; 0: for ever */
  guint max_held_messages;   /* from somebody who is not a client yet */
  guint concurrent_limit;    /* clients; 0 here and below: any number */
  guint clients_per_address; /* sockets from one address */
  guint max_id_length;       /* bytes of an id or a token */
  guint max_depth;           /* arrays and objects inside each other */
  char **extra_types;        /* nullable: more message types to relay */
  char **auth_secrets;       /* nullable: tokens need no signature */
} PeerRelayConfig;

typedef struct
{
  guint64 n_connections; /* ever */
  guint64 n_refused;
  guint64 n_received;
  guint64 n_relayed;
  guint64 n_stored;
  guint64 n_expired;
  guint64 n_malformed;
  guint64 n_violations;
  guint64 n_slow;
  guint64 n_too_big; /* the violations one by one, and the slow ones */
  guint64 n_invalid_frames;
  guint64 n_too_deep;
  guint64 n_queue_full;
  guint64 n_handshakes;
  guint64 n_by_type[N_PEER_MESSAGE_TYPES]; /* of those received */
  PeerHistogram latency;                   /* from the beginning of the turn to the destination */
} PeerRelayStats;

/* What somebody asks for who wants to become a client. */
typedef struct
{
  const char *id; /* nullable, as the two below */
  const char *token;
  const char *key;
  const char *address; /* where from */
  GHashTable *query;
  SoupMessageHeaders *headers;
} PeerRelayRequest;

/* Somebody on the way to become a client. */
typedef struct _PeerRelayAdmission PeerRelayAdmission;

typedef enum
{
  PEER_RELAY_ACCEPTED,
  PEER_RELAY_REFUSED,
  PEER_RELAY_UNDECIDED,
} PeerRelayDecision;

/* Each of them may do anything, stopping the relay included. */
typedef struct
{
  /* A reason to refuse, if any, is told. Who has not decided yet keeps a
   * reference of the admission and calls peer_relay_admission_decide(). */
  PeerRelayDecision (*authenticate) (const PeerRelayRequest *request,
                                     PeerRelayAdmission *admission,
                                     char **reason,
                                     gpointer user_data);
  void (*connected) (PeerRelayClient *client,
                     gpointer user_data);
  void (*disconnected) (PeerRelayClient *client,
                        gpointer user_data);
  void (*message) (PeerRelayClient *client,
                   const char *type,
                   const char *dst,
                   gpointer user_data);
  /* Somebody sent what cannot be understood or crossed a limit. */
  void (*failed) (const GError *error,
                  gpointer user_data);
  /* The number of clients changed. */
  void (*changed) (gpointer user_data);
  /* After a stop: nothing is on its way any more. */
  void (*stopped) (gpointer user_data);
} PeerRelayEvents;

PeerRelay *peer_relay_new (GMainContext *context,
                           const PeerRelayEvents *events,
                           gpointer user_data,
                           GError **error);

/* To be followed by peer_relay_configure(). */
PeerRelayConfig *peer_relay_get_config (PeerRelay *self);
PeerRelaySocketLimits *peer_relay_get_socket_limits (PeerRelay *self);
void peer_relay_configure (PeerRelay *self);

const PeerRelayStats *peer_relay_get_stats (PeerRelay *self);

/* Somebody took too long to ask for something, or too many did. */
void peer_relay_count_handshake (PeerRelay *self);

/* To be called once, before anything is accepted. */
void peer_relay_set_broker (PeerRelay *self,
                            PeerBroker *broker);
PeerBroker *peer_relay_get_broker (PeerRelay *self);

/* Where the connections live that the relay will be given. */
PeerPollHub *peer_relay_get_hub (PeerRelay *self);

/* Takes a connection that was upgraded, and may be held. */
void peer_relay_accept (PeerRelay *self,
                        PeerPollStream *stream,
                        const PeerRelayRequest *request);

PeerRelayAdmission *peer_relay_admission_ref (PeerRelayAdmission *self);
void peer_relay_admission_unref (PeerRelayAdmission *self);

/* Does nothing when that is over. */
void peer_relay_admission_decide (PeerRelayAdmission *self,
                                  gboolean is_accepted,
                                  const char *reason);

/* Connections, of clients or of who is to become one. */
guint peer_relay_get_n_sockets (PeerRelay *self);
guint peer_relay_get_n_clients (PeerRelay *self);
PeerRelayClient *peer_relay_get_client (PeerRelay *self,
                                        const char *id);

/* Referenced, in the order in which they came. */
GPtrArray *peer_relay_list_clients (PeerRelay *self);

/* Closes every socket with a code and accepts no more; nothing is called
 * after it but disconnected and stopped. */
void peer_relay_stop (PeerRelay *self);

/* After it nothing is called. */
void peer_relay_clear_events (PeerRelay *self);

PeerRelayClient *peer_relay_client_ref (PeerRelayClient *self);
void peer_relay_client_unref (PeerRelayClient *self);
const char *peer_relay_client_get_id (PeerRelayClient *self);
const char *peer_relay_client_get_token (PeerRelayClient *self);
const char *peer_relay_client_get_address (PeerRelayClient *self);
gboolean peer_relay_client_is_connected (PeerRelayClient *self);

/* What the owner of the relay knows the client by; not touched here. */
gpointer peer_relay_client_get_data (PeerRelayClient *self);
void peer_relay_client_set_data (PeerRelayClient *self,
                                 gpointer data);

/* FALSE when the client is not connected, or is too slow and now gone. */
gboolean peer_relay_client_send (PeerRelayClient *self,
                                 GBytes *text);
gboolean peer_relay_client_send_text (PeerRelayClient *self,
                                      const char *text,
                                      gsize length);

/* Ends the client; a reason is told as an ERROR before. */
void peer_relay_client_kick (PeerRelayClient *self,
                             const char *reason);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerRelayAdmission, peer_relay_admission_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerRelayClient, peer_relay_client_unref)

G_END_DECLS
