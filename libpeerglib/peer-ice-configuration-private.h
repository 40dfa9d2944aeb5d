/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

#include "transport/peer-transport-private.h"

G_BEGIN_DECLS

/* Writes a list of PeerIceServer into a transport's configuration, in the
 * form that webrtcbin takes: it knows one STUN server and any number of TURN
 * servers. URLs of another kind are left out. */
void peer_ice_configuration_apply (GListModel *ice_servers,
                                   PeerTransportConfig *config);

/* Whether there is a server that relays. */
gboolean peer_ice_configuration_has_turn (GListModel *ice_servers);

/* The list that a new peer has. */
GListModel *peer_ice_configuration_new_default (void);

G_END_DECLS
