/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-topic-relay-private.h"

G_BEGIN_DECLS

/* Between the parts of the relay of topics. */

struct _PeerTopicRelay
{
  grefcount ref_count;
  PeerTopicRelayConfig config;
  const PeerTopicRelayEvents *events; /* NULL once stopped */
  gpointer events_data;

  GQueue clients;
  guint n_open; /* of them */
  GHashTable *sockets_per_network;
  GHashTable *topics; /* name → PeerTopic */
  GQueue slow;        /* clients that are about to be dropped */
  PeerTimeoutQueue *alive_timeouts;
  PeerTimeoutQueue *auth_timeouts;
};

struct _PeerTopicClient
{
  grefcount ref_count;
  PeerTopicRelay *relay; /* NULL once gone */
  PeerRelaySocket *socket;
  char *id;
  char *network;
  gboolean is_open;
  gboolean is_slow;
  GHashTable *topics; /* of PeerTopic */
  PeerTimeout auth_timeout;
  GList link;
};

/* Sends, or dooms the client, who is dropped by peer_topic_relay_settle(). */
void peer_topic_client_send (PeerTopicClient *self,
                             const GString *text);
void peer_topic_client_send_error (PeerTopicClient *self,
                                   const GError *error,
                                   char **topic);

/* A frame from a client who is open. */
void peer_topic_client_handle (PeerTopicClient *self,
                               const char *text,
                               gsize length);
void peer_topic_client_leave_all (PeerTopicClient *self);

G_END_DECLS
