/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#if !defined(_PEER_INSIDE) && !defined(PEER_COMPILATION)
#error "Only <libpeerglib/peer.h> can be included directly."
#endif

#include <libpeerglib/peer-signaling.h>

G_BEGIN_DECLS

#define PEER_TYPE_MEMORY_SIGNALING (peer_memory_signaling_get_type ())

PEER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (PeerMemorySignaling, peer_memory_signaling, PEER, MEMORY_SIGNALING, GObject)

PEER_AVAILABLE_IN_1_0
PeerSignaling *peer_memory_signaling_new (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
