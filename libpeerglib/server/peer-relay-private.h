/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>
#include <libsoup/soup.h>

#include "peer-message-store-private.h"
#include "peer-poll-hub-private.h"

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
  guint expire_timeout;      /* ms that messages wait for their destination */
  guint cleanup_interval;    /* ms between looks at that */
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

/* Each of them may do anything, stopping the relay included. */
typedef struct
{
  /* FALSE refuses; the reason, if any, is told. */
  gboolean (*authenticate) (const PeerRelayRequest *request,
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
PeerMessageStoreLimits *peer_relay_get_store_limits (PeerRelay *self);
PeerPollLimits *peer_relay_get_poll_limits (PeerRelay *self);
void peer_relay_configure (PeerRelay *self);

const PeerRelayStats *peer_relay_get_stats (PeerRelay *self);
PeerMessageStore *peer_relay_get_store (PeerRelay *self);

/* Takes a connection that was upgraded. */
void peer_relay_accept (PeerRelay *self,
                        GIOStream *stream,
                        GSocket *socket,
                        const PeerRelayRequest *request);

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

/* Ends the client; a reason is told as an ERROR before. */
void peer_relay_client_kick (PeerRelayClient *self,
                             const char *reason);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerRelayClient, peer_relay_client_unref)

G_END_DECLS
