/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libpeerglib/peer.h>

G_BEGIN_DECLS

/* Prints what the peerjs command prints of a server's life to stdout, and logs
 * more of it. Of workers only their parent prints that it begins and ends. */
void events_follow (PeerServer *server,
                    gboolean is_worker);

/* After the log's level has changed. */
void events_update (PeerServer *server);

G_END_DECLS
