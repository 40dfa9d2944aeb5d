/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-poll-stream-private.h"
#include "peer-timeout-queue-private.h"
#include "peer-token-bucket-private.h"
#include "protocol/peer-websocket-private.h"

G_BEGIN_DECLS

/* One WebSocket on the hub, after its handshake. Closing it frees its place
 * at once; what is on its way is left to the stream. */
typedef struct _PeerRelaySocket PeerRelaySocket;

typedef enum
{
  PEER_RELAY_VIOLATION_TOO_BIG,      /* a message over max_message_size */
  PEER_RELAY_VIOLATION_INVALID,      /* not what a WebSocket client sends */
  PEER_RELAY_VIOLATION_INVALID_TEXT, /* a text message that is not UTF-8 */
  PEER_RELAY_VIOLATION_SLOW,         /* more pending output than max_pending_output */
} PeerRelayViolation;

/* What all sockets of a relay are held to; 0 is no limit. */
typedef struct
{
  gsize max_message_size;   /* bytes of one incoming message */
  guint frames_per_second;  /* a socket that sends more is left unread for a while */
  guint frame_burst;        /* frames beyond that rate at once */
  gsize max_pending_output; /* bytes that wait for a slow reader */
} PeerRelaySocketLimits;

typedef struct
{
  /* Bytes arrived. */
  void (*active) (PeerRelaySocket *socket);
  /* The text is valid until the function returns; of a binary message it may
   * be anything. */
  void (*message) (PeerRelaySocket *socket,
                   const char *text,
                   gsize length);
  /* Not by peer_relay_socket_close(). */
  void (*closed) (PeerRelaySocket *socket);
  /* Called once; nothing is read after it. */
  void (*violated) (PeerRelaySocket *socket,
                    PeerRelayViolation violation);
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
  const PeerRelaySocketLimits *limits;
  PeerPollStream *stream; /* NULL once closed */
  PeerWebsocketReader reader;
  PeerTokenBucket bucket;
};

/* What to say of a violation, and the code to close the socket with. */
GError *peer_relay_violation_to_error (PeerRelayViolation violation,
                                       const char *address,
                                       gushort *code);

/* Takes the stream. */
PeerRelaySocket *peer_relay_socket_new (PeerPollStream *stream,
                                        const PeerRelaySocketFuncs *funcs,
                                        const PeerRelaySocketLimits *limits,
                                        gpointer relay);
PeerRelaySocket *peer_relay_socket_ref (PeerRelaySocket *self);
void peer_relay_socket_unref (PeerRelaySocket *self);

/* FALSE when it is closed, or the client reads so slowly that it should be. */
gboolean peer_relay_socket_send (PeerRelaySocket *self,
                                 const char *text,
                                 gsize length);

/* Counts what was received as so many frames more. */
void peer_relay_socket_charge (PeerRelaySocket *self,
                               guint n_frames);

/* The answer, if there is one, counts as activity. */
void peer_relay_socket_ping (PeerRelaySocket *self);

/* With no code for 0. Nothing is called after it. */
void peer_relay_socket_close (PeerRelaySocket *self,
                              gushort code,
                              const char *reason);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerRelaySocket, peer_relay_socket_unref)

G_END_DECLS
