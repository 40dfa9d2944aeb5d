/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#if !defined(_PEER_INSIDE) && !defined(PEER_COMPILATION)
#error "Only <libpeerglib/peer.h> can be included directly."
#endif

#include <libpeerglib/peer-endpoint.h>

G_BEGIN_DECLS

#define PEER_TYPE_SENDER (peer_sender_get_type ())
#define PEER_SENDER(obj) (G_TYPE_CHECK_INSTANCE_CAST ((obj), PEER_TYPE_SENDER, PeerSender))
#define PEER_IS_SENDER(obj) (G_TYPE_CHECK_INSTANCE_TYPE ((obj), PEER_TYPE_SENDER))

typedef struct _PeerSender PeerSender;
typedef struct _PeerSenderClass PeerSenderClass;

PEER_AVAILABLE_IN_1_0
GType peer_sender_get_type (void) G_GNUC_CONST;

PEER_AVAILABLE_IN_1_0
PeerSender *peer_sender_new (PeerSignaling *signaling) G_GNUC_WARN_UNUSED_RESULT;

PEER_AVAILABLE_IN_1_0
GVariant *peer_sender_get_state (PeerSender *self);

PEER_AVAILABLE_IN_1_0
void peer_sender_set_state (PeerSender *self,
                            GVariant *state);

PEER_AVAILABLE_IN_1_0
GListModel *peer_sender_get_channels (PeerSender *self);

PEER_AVAILABLE_IN_1_0
void peer_sender_set_channels (PeerSender *self,
                               GListModel *channels);

PEER_AVAILABLE_IN_1_0
void peer_sender_start (PeerSender *self);

PEER_AVAILABLE_IN_1_0
void peer_sender_stop (PeerSender *self);

PEER_AVAILABLE_IN_1_0
gboolean peer_sender_send (PeerSender *self,
                           GVariant *value,
                           const char *receiver_id,
                           GError **error);

PEER_AVAILABLE_IN_1_0
gboolean peer_sender_sync (PeerSender *self,
                           GVariant *state,
                           PeerSyncMode mode,
                           GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerSender, g_object_unref)

G_END_DECLS
