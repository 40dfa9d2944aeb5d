/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libsoup/soup.h>

#include "peer-poll-stream-private.h"

G_BEGIN_DECLS

/* WebSockets that begin as a request of a SoupServer: answers the handshake
 * and then takes the connection away from libsoup and onto the hub. */
typedef struct _PeerUpgrades PeerUpgrades;

/* Takes the stream. The message is over, but can still be read. May free the
 * upgrades. */
typedef void (*PeerUpgradedFunc) (PeerPollStream *stream,
                                  SoupServerMessage *message,
                                  gpointer user_data);

PeerUpgrades *peer_upgrades_new (PeerPollHub *hub,
                                 PeerUpgradedFunc func,
                                 gpointer user_data);
void peer_upgrades_free (PeerUpgrades *self);

/* Whether a request asks for a WebSocket, or what else there may be. */
gboolean peer_upgrades_is_asked_for (SoupServerMessage *message);

/* From an early handler. Returns 0, or the status to refuse the request with. */
guint peer_upgrades_begin (PeerUpgrades *self,
                           SoupServerMessage *message);

/* A connection that was accepted by hand has a socket that libsoup does not
 * know; it is found by the address object that libsoup was given. */
void peer_upgrades_set_socket (GSocketAddress *remote_address,
                               GSocket *socket);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerUpgrades, peer_upgrades_free)

G_END_DECLS
