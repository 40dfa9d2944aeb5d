/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-relay-private.h"
#include "peer-relay-socket-private.h"
#include "protocol/peer-envelope-private.h"

G_BEGIN_DECLS

/* Between the parts of the relay. */

struct _PeerRelay
{
  GObject parent_instance;

  GMainContext *context;
  PeerPollHub *hub;
  PeerRelayConfig config;
  PeerRelayStats stats;

  GHashTable *clients;
  GQueue clients_in_order;
  GQueue sockets;
  GHashTable *sockets_per_address;
  PeerMessageStore *store;

  PeerTimeoutQueue *alive_timeouts;
  GSource *cleanup_source;
  GSource *stopped_source;

  const PeerRelayEvents *events;
  gpointer events_data;
  gboolean is_stopped;
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

/* Clients */

void peer_relay_register (PeerRelay *self,
                          PeerRelayClient *client);
void peer_relay_unregister (PeerRelay *self,
                            PeerRelayClient *client);

/* Ends the client, whose socket is closed with the code. */
void peer_relay_drop_client (PeerRelay *self,
                             PeerRelayClient *client,
                             gushort code,
                             const char *reason);

/* Sockets */

void peer_relay_close_socket (PeerRelay *self,
                              PeerRelaySocket *socket,
                              gushort code,
                              const char *reason);
void peer_relay_refuse (PeerRelay *self,
                        PeerRelaySocket *socket,
                        const char *type,
                        const char *text);

/* Routing */

void peer_relay_handle_message (PeerRelaySocket *socket,
                                GBytes *text);
void peer_relay_schedule_cleanup (PeerRelay *self);

/* Events */

gboolean peer_relay_ask (PeerRelay *self,
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
