/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#if !defined(_PEER_INSIDE) && !defined(PEER_COMPILATION)
#error "Only <libpeerglib/peer.h> can be included directly."
#endif

#include <libpeerglib/peer-signaling.h>

G_BEGIN_DECLS

#define PEER_TYPE_ENCRYPTED_SIGNALING (peer_encrypted_signaling_get_type ())

PEER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (PeerEncryptedSignaling, peer_encrypted_signaling, PEER, ENCRYPTED_SIGNALING, GObject)

PEER_AVAILABLE_IN_1_0
PeerSignaling *peer_encrypted_signaling_new (PeerSignaling *signaling,
                                             const char *password) G_GNUC_WARN_UNUSED_RESULT;

PEER_AVAILABLE_IN_1_0
PeerSignaling *peer_encrypted_signaling_get_signaling (PeerEncryptedSignaling *self);

G_END_DECLS
