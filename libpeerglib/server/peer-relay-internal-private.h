/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-relay-private.h"
#include "protocol/peer-envelope-private.h"

G_BEGIN_DECLS

/* Between the parts of the relay. */

struct _PeerRelay
{
  GObject parent_instance;

  GMainContext *context;
  PeerPollHub *hub;
  PeerRelayConfig config;
  PeerRelaySocketLimits socket_limits;
  PeerRelayStats stats;

  GHashTable *clients;
  GQueue clients_in_order;
  GQueue sockets;
  GHashTable *sockets_per_network;
  GHashTable *claiming; /* admissions by their ids; they keep themselves */
  PeerBroker *broker;
  GString *text; /* of the message that is on its way */

  PeerTimeoutQueue *alive_timeouts;
  PeerTimeoutQueue *auth_timeouts;
  GSource *stopped_source;

  const PeerRelayEvents *events;
  gpointer events_data;
  gboolean is_stopped;
  gboolean is_broker_stopped;
  gboolean is_stop_extended;
};

struct _PeerRelayClient
{
  grefcount ref_count;
  PeerRelay *relay;        /* NULL once disconnected */
  PeerRelaySocket *socket; /* the current one; NULL once disconnected */
  GList link;              /* among the clients, in order */
  gboolean is_registered;  /* holds its id; not after a LEAVE for itself */
  char *id;
  char *token;
  gboolean is_signed; /* the token */
  char *address;
  gpointer data;
};

PeerRelayClient *peer_relay_client_new (PeerRelay *relay,
                                        const char *id,
                                        const char *token);

/* {"type":…,"src":…,"dst":…} and, as an ERROR has it, {"payload":{"msg":…}}. */
gboolean peer_relay_client_notify (PeerRelayClient *self,
                                   const char *type,
                                   const char *src,
                                   const char *dst);
GBytes *peer_relay_build_notice (const char *type,
                                 const char *text);

void peer_relay_register (PeerRelay *self,
                          PeerRelayClient *client);
void peer_relay_unregister (PeerRelay *self,
                            PeerRelayClient *client);

/* Ends the client, whose socket is closed with the code. */
void peer_relay_drop_client (PeerRelay *self,
                             PeerRelayClient *client,
                             gushort code,
                             const char *reason);

/* Owners of ids. A token is a secret of its owner's; but a signed one proves
 * whose the id is, and the next one of the same owner is another text. */

/* NULL if the token will do, otherwise what to say. */
const char *peer_relay_check_token (PeerRelay *self,
                                    const PeerRelayRequest *request);

/* What has to be equal to take an id over. */
const char *peer_relay_get_owner (PeerRelay *self,
                                  const PeerRelayRequest *request);
gboolean peer_relay_client_is_owned_by (PeerRelayClient *self,
                                        const char *owner);
void peer_relay_client_set_token (PeerRelayClient *self,
                                  const char *token);

/* Counts a socket for where it comes from, or no longer, or not; returns how
 * many come from there. */
guint peer_relay_count_socket (PeerRelay *self,
                               PeerRelaySocket *socket,
                               int change);

PeerRelaySocket *peer_relay_add_socket (PeerRelay *self,
                                        PeerPollStream *stream,
                                        const PeerRelayRequest *request);
void peer_relay_close_socket (PeerRelay *self,
                              PeerRelaySocket *socket,
                              gushort code,
                              const char *reason);
void peer_relay_refuse (PeerRelay *self,
                        PeerRelaySocket *socket,
                        const char *type,
                        const char *text);

/* Holds back what somebody sends who is not a client yet. */
void peer_relay_admission_hold (PeerRelayAdmission *self,
                                const char *text,
                                gsize length);
void peer_relay_admission_detach (PeerRelayAdmission *self);
void peer_relay_admission_expired (gpointer item,
                                   gpointer user_data);

void peer_relay_handle_message (PeerRelaySocket *socket,
                                const char *text,
                                gsize length);

/* Takes what the broker has to tell. */
void peer_relay_watch_broker (PeerRelay *self);

PeerRelayDecision peer_relay_ask (PeerRelay *self,
                                  PeerRelayAdmission *admission,
                                  const PeerRelayRequest *request,
                                  char **reason);
void peer_relay_tell_connected (PeerRelay *self,
                                PeerRelayClient *client);
void peer_relay_tell_message (PeerRelay *self,
                              PeerRelayClient *client,
                              const PeerEnvelope *envelope);
void peer_relay_tell_failed (PeerRelay *self,
                             const GError *error);
void peer_relay_tell_changed (PeerRelay *self);

G_END_DECLS
