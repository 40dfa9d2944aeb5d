/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libpeerglib/peer.h>

#include "options.h"

G_BEGIN_DECLS

/* The signaling manager that --rooms asks for, at the port of the server and
 * with its limits. */
typedef struct _Rooms Rooms;

Rooms *rooms_new (Options *options,
                  PeerServer *server,
                  GError **error);
void rooms_free (Rooms *self);

PeerSignalingManager *rooms_get_manager (Rooms *self);

/* When the server listens. */
gboolean rooms_start (Rooms *self,
                      GError **error);
void rooms_stop (Rooms *self);

/* With options that were read again. */
void rooms_configure (Rooms *self,
                      Options *options);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Rooms, rooms_free)

G_END_DECLS
