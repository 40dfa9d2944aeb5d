/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "raw-client.h"

G_BEGIN_DECLS

/* Clients of a server's signaling that say literally what pages say. */

#define LOBBY "\"topic\":[\"room\",\"lobby\"]"
#define SUBSCRIBE "{\"type\":\"subscribe\"," LOBBY "}"
#define WATCH "{\"type\":\"subscribe\"," LOBBY ",\"presence\":true}"
#define UNSUBSCRIBE "{\"type\":\"unsubscribe\"," LOBBY "}"
#define PING "{\"type\":\"ping\"}"
#define PONG "{\"type\":\"pong\"}"

typedef struct
{
  TestClient *client;
  char *id;
} TopicClient;

PeerServer *topic_server_new (void);

/* The id in what the server says first. */
char *topic_client_read_id (TestClient *client);

TopicClient topic_client_join (PeerServer *server);
void topic_client_leave (TopicClient *self);

/* One that does what no library does; returns the head of the answer. */
char *topic_client_join_raw (RawClient *client,
                             PeerServer *server,
                             const char *origin);

/* All that was sent before is handled when this returns. */
void topic_client_pass (TopicClient *self);

/* In the lobby; the message is JSON. */
void topic_client_publish (TopicClient *self,
                           const char *message);

/* The next frame is this one. */
void topic_client_assert_message (TopicClient *self,
                                  TopicClient *from,
                                  const char *message);
void topic_client_assert_presence (TopicClient *self,
                                   const char *change,
                                   TopicClient *who);
void topic_client_assert_error (TestClient *client,
                                const char *code);

G_END_DECLS
