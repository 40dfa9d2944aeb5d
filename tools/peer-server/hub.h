/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libpeerglib/peer.h>

#include "options.h"

G_BEGIN_DECLS

/* The hub that the options ask for, at a server that listens; NULL without an
 * error when they ask for none. */
PeerHub *hub_start (Options *options,
                    PeerServer *server,
                    GError **error);

/* Brings what may change while it runs. */
void hub_update (PeerHub *hub,
                 Options *options);

G_END_DECLS
