/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libpeerglib/peer.h>

#include "options.h"

G_BEGIN_DECLS

/* Gives the server the broker that the options ask for. */
gboolean broker_apply (Options *options,
                       PeerServer *server,
                       GError **error);

G_END_DECLS
