/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-handshake-private.h"
#include "peer-poll-stream-private.h"

G_BEGIN_DECLS

/* Accepts connections and reads what each asks for first, on the hub: what
 * wants to be a WebSocket does not have to go through an HTTP server, which
 * gets everything else. */
typedef struct _PeerHttpListener PeerHttpListener;

typedef struct
{
  /* Whether the handshake may be accepted here and now. The two others may do
   * anything, freeing the listener included. */
  gboolean (*admits) (PeerHandshake *handshake,
                      const char *remote_host,
                      gpointer user_data);
  /* Takes the stream, to which the answer was written and which is held. */
  void (*upgraded) (PeerPollStream *stream,
                    PeerHandshake *handshake,
                    const char *remote_host,
                    gpointer user_data);
  /* Anything else: all that has arrived is still to be read. */
  void (*connected) (GIOStream *stream,
                     GSocket *socket,
                     GSocketAddress *remote_address,
                     gpointer user_data);
  /* One that asked for nothing in time, or the oldest of too many. */
  void (*cut_off) (gpointer user_data);
} PeerHttpListenerFuncs;

/* With a certificate it speaks TLS. */
PeerHttpListener *peer_http_listener_new (PeerPollHub *hub,
                                          GSocket *socket,
                                          GTlsCertificate *certificate,
                                          const PeerHttpListenerFuncs *funcs,
                                          gpointer user_data);

/* Ends listening, and what was not decided yet. */
void peer_http_listener_free (PeerHttpListener *self);

/* How long a first request may take, in milliseconds, and how many may be
 * awaited: one more ends the oldest. 0 is no limit. */
void peer_http_listener_set_limits (PeerHttpListener *self,
                                    guint timeout,
                                    guint n_waiting);

/* For connections to come; does nothing without TLS. */
void peer_http_listener_set_certificate (PeerHttpListener *self,
                                         GTlsCertificate *certificate);

G_END_DECLS
