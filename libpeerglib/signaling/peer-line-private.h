/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define PEER_TYPE_LINE (peer_line_get_type ())
G_DECLARE_FINAL_TYPE (PeerLine, peer_line, PEER, LINE, GObject)

/* A WebSocket that carries text and is kept: one that is lost or cannot be
 * opened is opened again, after pauses that grow, or at once when the network
 * changes. Nobody is told what was lost meanwhile.
 *
 * Signals, on the main context that was the thread default when it was made:
 *   "open" (): it is there
 *   "message" (GBytes *text)
 *   "lost" (GError *): it is not, and will be tried again
 */

/* ws:, wss:, http: or https:. */
PeerLine *peer_line_new (GUri *uri);

/* For the attempts to come. */
void peer_line_set_uri (PeerLine *self,
                        GUri *uri);
void peer_line_set_tls_database (PeerLine *self,
                                 GTlsDatabase *tls_database);

/* Milliseconds before the first of several attempts; grows from there. */
void peer_line_set_reconnect_delay (PeerLine *self,
                                    guint milliseconds);

/* Bytes of one message to come; a larger one ends the line. */
void peer_line_set_max_message_size (PeerLine *self,
                                     gsize size);

/* Begins, or begins anew. */
void peer_line_open (PeerLine *self);

/* Ends at once and without a signal. */
void peer_line_close (PeerLine *self);

/* The other side went away in its own words: lost, with this error. */
void peer_line_give_up (PeerLine *self,
                        const GError *error);

/* FALSE while it is not open; nothing is kept for later. */
gboolean peer_line_send (PeerLine *self,
                         const char *text,
                         gsize length);

gboolean peer_line_is_open (PeerLine *self);

G_END_DECLS
