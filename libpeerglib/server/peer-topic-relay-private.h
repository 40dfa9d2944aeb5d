/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-relay-private.h"

G_BEGIN_DECLS

/* The server's side of signaling on topics: who is subscribed to what, and
 * where a message goes. It gets WebSockets that were upgraded. */
typedef struct _PeerTopicRelay PeerTopicRelay;

/* Somebody at a WebSocket, accepted or not. */
typedef struct _PeerTopicClient PeerTopicClient;

/* 0 is no limit. */
typedef struct
{
  PeerRelaySocketLimits socket;
  guint alive_timeout;       /* ms without traffic */
  guint auth_timeout;        /* ms that the application may think */
  guint concurrent_limit;    /* clients */
  guint clients_per_address; /* sockets from one address */
  guint topics_per_client;
  guint max_part_length; /* bytes of a part of a topic */
  guint max_depth;       /* arrays and objects inside each other */
} PeerTopicRelayConfig;

/* Each of them may do anything, stopping the relay included. */
typedef struct
{
  /* Sets the error, if the relay is not to say one of its own, when it is
   * refused. Who has not decided yet keeps a reference of the client and calls
   * peer_topic_client_decide(). */
  PeerRelayDecision (*authenticate) (const PeerRelayRequest *request,
                                     PeerTopicClient *client,
                                     GError **error,
                                     gpointer user_data);
  /* Somebody sent what cannot be understood or crossed a limit. */
  void (*failed) (const GError *error,
                  gpointer user_data);
} PeerTopicRelayEvents;

PeerTopicRelay *peer_topic_relay_new (PeerPollHub *hub,
                                      const PeerTopicRelayEvents *events,
                                      gpointer user_data);

/* To be followed by peer_topic_relay_configure(). */
PeerTopicRelayConfig *peer_topic_relay_get_config (PeerTopicRelay *self);
void peer_topic_relay_configure (PeerTopicRelay *self);

/* Takes a connection that was upgraded. */
void peer_topic_relay_accept (PeerTopicRelay *self,
                              PeerPollStream *stream,
                              const PeerRelayRequest *request);

/* Closes every socket with a code, and drops the caller's reference; nothing
 * is called after it. */
void peer_topic_relay_stop (PeerTopicRelay *self);

PeerTopicClient *peer_topic_client_ref (PeerTopicClient *self);
void peer_topic_client_unref (PeerTopicClient *self);

/* Does nothing when that is over. The reason is nullable. */
void peer_topic_client_decide (PeerTopicClient *self,
                               gboolean is_accepted,
                               const char *reason);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerTopicClient, peer_topic_client_unref)

G_END_DECLS
