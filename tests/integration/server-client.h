/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libpeerglib/peer.h>

#include "wait-until.h"

G_BEGIN_DECLS

/* A server on the loopback interface and clients of it that know nothing of
 * PeerPeer, all in the default main context. */

typedef struct
{
  SoupSession *session;
  SoupWebsocketConnection *websocket; /* NULL when the upgrade failed */
  GPtrArray *messages;
  guint n_read;
  gboolean is_closed;
  guint status; /* of the upgrade, when it failed */
} TestClient;

typedef struct
{
  guint status;
  char *body;
  SoupMessageHeaders *headers;
} TestAnswer;

PeerServer *test_server_new (const char *first_property,
                             ...) G_GNUC_NULL_TERMINATED;

/* Stops it, if it still runs, lets everything end and expects that nothing is
 * left. */
void test_server_end (PeerServer *server);

TestAnswer *test_request (PeerServer *server,
                          const char *method,
                          const char *path,
                          const char *header,
                          const char *value);
void test_answer_free (TestAnswer *answer);
const char *test_answer_get (TestAnswer *answer,
                             const char *header);

/* Connects and waits for the upgrade to succeed or fail. */
TestClient *test_client_new (PeerServer *server,
                             const char *path_and_query);

TestClient *test_client_new_for_port (guint port,
                                      const char *path_and_query);

/* One that got its OPEN. */
TestClient *test_client_open (PeerServer *server,
                              const char *id,
                              const char *token);
void test_client_free (TestClient *client);

void test_client_send (TestClient *client,
                       const char *text);

/* The next message, or the code that the connection was closed with. */
const char *test_client_read (TestClient *client);
guint test_client_read_close (TestClient *client);

#define assert_next(client, text) g_assert_cmpstr (test_client_read (client), ==, text)

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestAnswer, test_answer_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestClient, test_client_free)

G_END_DECLS
