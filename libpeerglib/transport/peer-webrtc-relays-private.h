/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-webrtc-link-private.h"

G_BEGIN_DECLS

/* The TURN servers of a link, on the worker.
 *
 * libnice is content with the first two pairs of candidates that work, and
 * stays with them, however many others there are: a relay over TLS must not
 * win because it was quick. So a harder way is looked for only when an easier
 * one has not been found in a while: first directly, then over UDP, TCP and at
 * last TLS. */
typedef struct _PeerWebrtcRelays PeerWebrtcRelays;

PeerWebrtcRelays *peer_webrtc_relays_new (void);
void peer_webrtc_relays_free (PeerWebrtcRelays *self);

/* Begins to give the servers to a link's webrtcbin. */
void peer_webrtc_relays_start (PeerWebrtcLink *link);

G_END_DECLS
