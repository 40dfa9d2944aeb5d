/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libpeerglib/peer.h>

#include "options.h"

G_BEGIN_DECLS

/* Makes the broker that the options ask for, NULL without an error for none. */
PeerBroker *broker_new (Options *options,
                        GError **error);

/* Gives one to the server. */
gboolean broker_apply (Options *options,
                       PeerServer *server,
                       GError **error);

G_END_DECLS
