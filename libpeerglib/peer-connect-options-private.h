/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-connect-options.h"
#include "peer-data-connection-private.h"

G_BEGIN_DECLS

/* Completes what the connection that is to be offered is, and its transport.
 * The description borrows from the options, which may be NULL. */
void peer_connect_options_apply (PeerConnectOptions *options,
                                 PeerDataConnectionDescription *description,
                                 PeerTransportConfig *config);

G_END_DECLS
