/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "server-client.h"

G_BEGIN_DECLS

/* A client of a server in the default main context that does what no library
 * does. Waits let the server work. */
typedef struct
{
  GSocketConnection *connection;
  GInputStream *input;
  GOutputStream *output;
} RawClient;

/* The head of a request that becomes a WebSocket; headers come with their line
 * ends. */
char *raw_client_make_head (const char *query,
                            const char *headers);

void raw_client_connect (RawClient *client,
                         PeerServer *server);
void raw_client_clear (RawClient *client);

/* Returns whether all was taken; the server may have closed. */
gboolean raw_client_write (RawClient *client,
                           const void *data,
                           gsize length);
gboolean raw_client_write_text (RawClient *client,
                                const char *text);

/* A masked frame; FIN and the opcode are the first byte. */
gboolean raw_client_write_frame (RawClient *client,
                                 guint8 first,
                                 const void *payload,
                                 gsize length);

/* Waits for something, or for the end: 0, also after a reset. */
gsize raw_client_read (RawClient *client,
                       void *data,
                       gsize length);

/* The head of the answer to a request, or what came of it. */
char *raw_client_read_head (RawClient *client);

/* Connects and sends a request and what comes right behind it. */
void raw_client_open (RawClient *client,
                      PeerServer *server,
                      const char *id,
                      const void *rest,
                      gsize rest_length);

/* Whether the server has closed the connection; does not wait. */
gboolean raw_client_is_closed (RawClient *client);

/* Reads up to the end, and returns the code of the close frame or 0. */
guint raw_client_end (RawClient *client);

/* Reads up to the end, whatever it is. */
void raw_client_wait_closed (RawClient *client);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RawClient, raw_client_clear)

G_END_DECLS
