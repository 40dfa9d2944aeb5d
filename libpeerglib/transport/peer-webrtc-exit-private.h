/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-webrtc-link-private.h"

G_BEGIN_DECLS

/* The links that run. When the process exits they are ended, so that the other
 * sides notice at once: what was closed right before is still on its way then,
 * and what was never closed would be missed only after a timeout. */

/* On the worker, when a link starts and when it has stopped. */
void peer_webrtc_exit_add (PeerWebrtcLink *link);
void peer_webrtc_exit_remove (PeerWebrtcLink *link);

G_END_DECLS
