/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libsoup/soup.h>

#include "peer-poll-stream-private.h"
#include "peer-timeout-queue-private.h"

G_BEGIN_DECLS

/* One WebSocket on the hub. Closing it frees its place at once; what is on
 * its way is left to the stream. */
typedef struct _PeerRelaySocket PeerRelaySocket;

typedef struct
{
  void (*active) (PeerRelaySocket *socket);
  void (*message) (PeerRelaySocket *socket,
                   GBytes *text);
  /* Not by peer_relay_socket_close(). */
  void (*closed) (PeerRelaySocket *socket);
  void (*violated) (PeerRelaySocket *socket,
                    PeerPollViolation violation);
} PeerRelaySocketFuncs;

struct _PeerRelaySocket
{
  grefcount ref_count;

  /* The owner's. */
  gpointer relay;
  gpointer client;
  gpointer admission; /* while it is not a client's */
  GList link;
  PeerTimeout alive_timeout;
  char *address;

  const PeerRelaySocketFuncs *funcs;
  PeerPollHub *hub;
  PeerPollStream *stream;
  SoupWebsocketConnection *websocket; /* NULL once closed */
};

/* NULL when the kernel takes no more sockets. */
PeerRelaySocket *peer_relay_socket_new (PeerPollHub *hub,
                                        GIOStream *base,
                                        GSocket *socket,
                                        const PeerRelaySocketFuncs *funcs,
                                        gpointer relay);
PeerRelaySocket *peer_relay_socket_ref (PeerRelaySocket *self);
void peer_relay_socket_unref (PeerRelaySocket *self);

/* FALSE when it is closed, or the client reads so slowly that it should be. */
gboolean peer_relay_socket_send (PeerRelaySocket *self,
                                 GBytes *text);

/* With no code for 0. Nothing is called after it. */
void peer_relay_socket_close (PeerRelaySocket *self,
                              gushort code,
                              const char *reason);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerRelaySocket, peer_relay_socket_unref)

G_END_DECLS
