/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#if !defined(_PEER_INSIDE) && !defined(PEER_COMPILATION)
#error "Only <libpeerglib/peer.h> can be included directly."
#endif

#include <libpeerglib/peer-endpoint.h>

G_BEGIN_DECLS

#define PEER_TYPE_RECEIVER (peer_receiver_get_type ())
#define PEER_RECEIVER(obj) (G_TYPE_CHECK_INSTANCE_CAST ((obj), PEER_TYPE_RECEIVER, PeerReceiver))
#define PEER_IS_RECEIVER(obj) (G_TYPE_CHECK_INSTANCE_TYPE ((obj), PEER_TYPE_RECEIVER))

typedef struct _PeerReceiver PeerReceiver;
typedef struct _PeerReceiverClass PeerReceiverClass;

PEER_AVAILABLE_IN_1_0
GType peer_receiver_get_type (void) G_GNUC_CONST;

PEER_AVAILABLE_IN_1_0
PeerReceiver *peer_receiver_new (PeerSignaling *signaling) G_GNUC_WARN_UNUSED_RESULT;

PEER_AVAILABLE_IN_1_0
GVariant *peer_receiver_get_credentials (PeerReceiver *self);

PEER_AVAILABLE_IN_1_0
void peer_receiver_set_credentials (PeerReceiver *self,
                                    GVariant *credentials);

PEER_AVAILABLE_IN_1_0
guint peer_receiver_get_ping_interval (PeerReceiver *self);

PEER_AVAILABLE_IN_1_0
void peer_receiver_set_ping_interval (PeerReceiver *self,
                                      guint seconds);

PEER_AVAILABLE_IN_1_0
guint peer_receiver_get_ping_attempts (PeerReceiver *self);

PEER_AVAILABLE_IN_1_0
void peer_receiver_set_ping_attempts (PeerReceiver *self,
                                      guint n_attempts);

PEER_AVAILABLE_IN_1_0
GVariant *peer_receiver_get_sender_state (PeerReceiver *self,
                                          const char *sender_id);

PEER_AVAILABLE_IN_1_0
void peer_receiver_start (PeerReceiver *self);

PEER_AVAILABLE_IN_1_0
void peer_receiver_stop (PeerReceiver *self);

PEER_AVAILABLE_IN_1_0
gboolean peer_receiver_send (PeerReceiver *self,
                             GVariant *value,
                             const char *sender_id,
                             GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerReceiver, g_object_unref)

G_END_DECLS
