/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <sys/socket.h>

#include "peer-poll-hub-private.h"

G_BEGIN_DECLS

/* Accepts connections at a listening socket, so many in a turn of the hub. */
typedef struct _PeerAcceptor PeerAcceptor;

/* Takes the descriptor, which does not block. May free the acceptor. */
typedef void (*PeerAcceptorFunc) (int fd,
                                  const struct sockaddr *address,
                                  socklen_t address_length,
                                  gpointer user_data);

PeerAcceptor *peer_acceptor_new (PeerPollHub *hub,
                                 GSocket *socket,
                                 PeerAcceptorFunc func,
                                 gpointer user_data);

/* Ends listening. */
void peer_acceptor_free (PeerAcceptor *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerAcceptor, peer_acceptor_free)

G_END_DECLS
