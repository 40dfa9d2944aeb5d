/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* A message on its way to a client. */
typedef struct
{
  char *dst;
  GBytes *message;
} PeerTestWaiting;

/* A PeerJS server for tests, on a free port of the loopback interface and on
 * the main context that is the thread default when it is made. What it does
 * is set in its fields, at any time; what it saw is kept for the test. */
typedef struct
{
  SoupServer *soup;
  GTlsCertificate *certificate;
  guint port;
  char *uri;

  /* Behaviour. */
  const char *id;         /* the answer to …/id */
  const char *peers;      /* the answer to …/peers */
  guint status;           /* of both answers */
  gsize body_size;        /* when not 0, both answers have this many bytes */
  gboolean is_silent;     /* requests get no answer */
  guint websocket_status; /* when not 0, what …/peerjs answers */
  const char *greeting;   /* nullable: the message to a new client */
  gboolean holds;         /* what is to be relayed waits for peer_test_server_release() */

  /* What happened. */
  GPtrArray *requests; /* of char *: path, which SoupServer decodes, and query, as it came */
  GPtrArray *messages; /* of char *: what clients sent */
  GPtrArray *clients;  /* those that are connected */
  GPtrArray *waiting;  /* of PeerTestWaiting: to be relayed */
  guint n_websockets;  /* that were ever opened */
} PeerTestServer;

PeerTestServer *peer_test_server_new (void);
PeerTestServer *peer_test_server_new_tls (void);
void peer_test_server_free (PeerTestServer *self);

/* The certificate of the one with TLS, as a database. */
GTlsDatabase *peer_test_server_get_tls_database (void);

/* Goes away, and comes back on the same port. */
void peer_test_server_stop (PeerTestServer *self);
void peer_test_server_start (PeerTestServer *self);

gboolean peer_test_server_has_client (PeerTestServer *self,
                                      const char *id);

/* Sends text to a client, as it is. */
void peer_test_server_send (PeerTestServer *self,
                            const char *id,
                            const char *text);

/* Sends a message; the payload is JSON text or NULL. */
void peer_test_server_send_message (PeerTestServer *self,
                                    const char *type,
                                    const char *src,
                                    const char *dst,
                                    const char *payload);

/* Delivers what waits to those that are there. */
void peer_test_server_release (PeerTestServer *self);

/* Closes all WebSockets with a code, or without a close frame when it is 0. */
void peer_test_server_close_clients (PeerTestServer *self,
                                     gushort code);

/* How many messages of a type clients sent. */
guint peer_test_server_count (PeerTestServer *self,
                              const char *type);

/* The last message of a type that a client sent, NULL when there is none. */
const char *peer_test_server_get_last (PeerTestServer *self,
                                       const char *type);

/* Something else that listens: it answers whatever comes first with the same
 * bytes and hangs up, or says nothing at all when they are NULL. */
GSocketService *peer_test_stranger_new (const char *answer,
                                        guint *port);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerTestServer, peer_test_server_free)

G_END_DECLS
