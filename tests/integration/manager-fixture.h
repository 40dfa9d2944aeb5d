/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "server-client.h"

G_BEGIN_DECLS

/* A signaling manager at the port of a server, and what its clients say to
 * it. */

#define JOIN(room, id) "{\"action\":\"join\",\"roomId\":\"" room "\",\"sessionId\":\"" id "\"}"
#define LEAVE "{\"type\":\"leave_room\"}"
#define OFFER(target, sender) \
  "{\"type\":\"webrtc_offer\",\"payload\":\"{\\\"sdp\\\": \\\"v=0\\\", \\\"type\\\": \\\"offer\\\", \\\"targetPeerId\\\": \\\"" target "\\\"}\",\"senderSessionId\":\"" sender "\"}"
#define PEERS_LIST(room, id, peers) "{\"type\":\"peers_list\",\"peers\":[" peers "],\"roomId\":\"" room "\",\"sessionId\":\"" id "\"}"
#define PEER_JOINED(id, peers) "{\"type\":\"peer_joined\",\"peerId\":\"" id "\",\"peers\":[" peers "]}"
#define PEER_LEFT(id) "{\"type\":\"peer_left\",\"peerId\":\"" id "\"}"

typedef struct
{
  PeerServer *server;
  PeerSignalingManager *manager;
} ManagerFixture;

void manager_fixture_init (ManagerFixture *self,
                           PeerSignalingManager *manager);

/* Expects that nothing is left. */
void manager_fixture_clear (ManagerFixture *self);

TestClient *manager_fixture_connect (ManagerFixture *self);

/* Connects, joins and reads the list. */
TestClient *manager_fixture_join (ManagerFixture *self,
                                  const char *room,
                                  const char *id);

/* Reads the next message, which is an error of that code. */
void assert_error (TestClient *client,
                   const char *code);

/* What a client has not got by now it does not get. */
void assert_nothing (TestClient *client);

G_END_DECLS
