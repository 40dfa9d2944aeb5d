/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-transport-private.h"

G_BEGIN_DECLS

#define PEER_TYPE_WEBRTC_TRANSPORT (peer_webrtc_transport_get_type ())
G_DECLARE_FINAL_TYPE (PeerWebrtcTransport, peer_webrtc_transport, PEER, WEBRTC_TRANSPORT, PeerTransport)

PeerTransport *peer_webrtc_transport_new (const PeerTransportConfig *config);

/* Starts GStreamer and checks that the elements of a data connection are
 * there. Error: PEER_ERROR_BROWSER_INCOMPATIBLE, naming the element and
 * Debian's package that has it. */
gboolean peer_webrtc_transport_check (GError **error);

/* Loads the plugins in the background, so that the first connection of a
 * process opens as fast as the later ones. */
void peer_webrtc_transport_warm_up (void);

G_END_DECLS
