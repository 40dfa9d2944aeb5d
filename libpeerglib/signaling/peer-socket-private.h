/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

#include "peer-keepalive-private.h"
#include "protocol/peer-envelope-private.h"

G_BEGIN_DECLS

#define PEER_TYPE_SOCKET (peer_socket_get_type ())
G_DECLARE_FINAL_TYPE (PeerSocket, peer_socket, PEER, SOCKET, GObject)

/* A peer's line to a PeerJS server.
 *
 * Signals, on the main context that was the thread default when it was made:
 *   "open" (const char *id): the server holds the id for us
 *   "message" (PeerEnvelope *): OFFER, ANSWER, CANDIDATE, LEAVE or EXPIRE
 *   "ended" (GError *, gboolean refused): the attempt to open failed or the
 *     line was lost; refused when the server said no, and would say it again
 */

/* uri is http: or https:, with a path that ends in a slash. */
PeerSocket *peer_socket_new (GUri *uri,
                             const char *key,
                             const char *token,
                             guint ping_interval,
                             GTlsDatabase *tls_database);

/* Opens with an id, or with one that the server gives. */
void peer_socket_open (PeerSocket *self,
                       const char *id);

/* Closes at once and without a signal. It can be opened again. */
void peer_socket_close (PeerSocket *self);

/* Sends, or keeps until it is open. The payload is JSON text. */
void peer_socket_send (PeerSocket *self,
                       const char *type,
                       const char *dst,
                       const char *payload);

/* Finds out now whether the line is still there: it may have died unnoticed. */
void peer_socket_probe (PeerSocket *self);

void peer_socket_list_peers_async (PeerSocket *self,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
char **peer_socket_list_peers_finish (PeerSocket *self,
                                      GAsyncResult *result,
                                      GError **error);

/* For tests: how long to wait for OPEN before it is taken for granted from a
 * server that answers pings, and from one that does not before it is given up. */
void peer_socket_set_silent_delay (PeerSocket *self,
                                   guint milliseconds);
void peer_socket_set_open_timeout (PeerSocket *self,
                                   guint milliseconds);

/* For tests: that of the line that is there, or NULL. */
PeerKeepalive *peer_socket_get_keepalive (PeerSocket *self);

/* For tests: how long the server may take for its next word of an answer. */
void peer_socket_set_answer_timeout (PeerSocket *self,
                                     guint seconds);

G_END_DECLS
