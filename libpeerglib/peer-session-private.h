/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-session.h"

G_BEGIN_DECLS

PeerSession *peer_session_new (const char *room,
                               const char *id,
                               const char *token,
                               const char *address,
                               GVariant *metadata);

/* What lets its owner take it over, nullable. */
const char *peer_session_get_token (PeerSession *self);

/* Its WebSocket, or NULL; not touched here. */
gpointer peer_session_get_client (PeerSession *self);
void peer_session_set_client (PeerSession *self,
                              gpointer client);

/* What the session is told from an earlier one of the same id by. */
const char *peer_session_get_serial (PeerSession *self);

/* It has left: stops its clock. */
void peer_session_end (PeerSession *self);
gboolean peer_session_has_ended (PeerSession *self);

G_END_DECLS
