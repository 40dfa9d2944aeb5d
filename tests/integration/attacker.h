/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libpeerglib/peer.h>

#include "libpeerglib/signaling/peer-socket-private.h"
#include "libpeerglib/transport/peer-webrtc-transport-private.h"

G_BEGIN_DECLS

/* Somebody who speaks to a server, and to one other peer, as it likes: a line
 * to the server and a WebRTC transport without a connection on top. */
typedef struct
{
  char *id;
  char *victim;
  PeerSocket *socket;
  gboolean is_open;

  /* The data channel, after attacker_connect(). */
  PeerTransport *transport;
  char *connection_id;
  PeerSerialization serialization;
  gboolean is_connected;
  gboolean is_closed; /* by the victim */
  guint n_messages;   /* from it */
  GBytes *last;
} Attacker;

void attacker_init (Attacker *self,
                    const char *server,
                    const char *id,
                    const char *victim);
void attacker_clear (Attacker *self);

/* Sends a message through the server; the payload is JSON. */
void attacker_signal (Attacker *self,
                      const char *type,
                      const char *payload);

/* Opens a data channel that carries what attacker_send() is given. */
void attacker_connect (Attacker *self,
                       PeerSerialization serialization);
void attacker_disconnect (Attacker *self);

/* Sends one message as it is. */
void attacker_send (Attacker *self,
                    const void *data,
                    gsize length,
                    gboolean is_text);

/* Sends a value properly, and sees whether the victim sends it back. */
void attacker_check_echo (Attacker *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Attacker, attacker_clear)

G_END_DECLS
