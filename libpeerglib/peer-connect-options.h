/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#if !defined(_PEER_INSIDE) && !defined(PEER_COMPILATION)
#error "Only <libpeerglib/peer.h> can be included directly."
#endif

#include <gio/gio.h>
#include <libpeerglib/peer-enums.h>
#include <libpeerglib/peer-serializer.h>

G_BEGIN_DECLS

#define PEER_TYPE_CONNECT_OPTIONS (peer_connect_options_get_type ())

PEER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (PeerConnectOptions, peer_connect_options, PEER, CONNECT_OPTIONS, GObject)

PEER_AVAILABLE_IN_1_0
PeerConnectOptions *peer_connect_options_new (void) G_GNUC_WARN_UNUSED_RESULT;

PEER_AVAILABLE_IN_1_0
const char *peer_connect_options_get_label (PeerConnectOptions *self);

PEER_AVAILABLE_IN_1_0
void peer_connect_options_set_label (PeerConnectOptions *self,
                                     const char *label);

PEER_AVAILABLE_IN_1_0
GVariant *peer_connect_options_get_metadata (PeerConnectOptions *self);

PEER_AVAILABLE_IN_1_0
void peer_connect_options_set_metadata (PeerConnectOptions *self,
                                        GVariant *metadata);

PEER_AVAILABLE_IN_1_0
PeerSerialization peer_connect_options_get_serialization (PeerConnectOptions *self);

PEER_AVAILABLE_IN_1_0
void peer_connect_options_set_serialization (PeerConnectOptions *self,
                                             PeerSerialization serialization);

PEER_AVAILABLE_IN_1_0
PeerSerializer *peer_connect_options_get_serializer (PeerConnectOptions *self);

PEER_AVAILABLE_IN_1_0
void peer_connect_options_set_serializer (PeerConnectOptions *self,
                                          PeerSerializer *serializer);

PEER_AVAILABLE_IN_1_0
gboolean peer_connect_options_get_reliable (PeerConnectOptions *self);

PEER_AVAILABLE_IN_1_0
void peer_connect_options_set_reliable (PeerConnectOptions *self,
                                        gboolean reliable);

PEER_AVAILABLE_IN_1_0
gboolean peer_connect_options_get_ordered (PeerConnectOptions *self);

PEER_AVAILABLE_IN_1_0
void peer_connect_options_set_ordered (PeerConnectOptions *self,
                                       gboolean ordered);

PEER_AVAILABLE_IN_1_0
int peer_connect_options_get_max_retransmits (PeerConnectOptions *self);

PEER_AVAILABLE_IN_1_0
void peer_connect_options_set_max_retransmits (PeerConnectOptions *self,
                                               int max_retransmits);

PEER_AVAILABLE_IN_1_0
int peer_connect_options_get_max_packet_life_time (PeerConnectOptions *self);

PEER_AVAILABLE_IN_1_0
void peer_connect_options_set_max_packet_life_time (PeerConnectOptions *self,
                                                    int milliseconds);

PEER_AVAILABLE_IN_1_0
gboolean peer_connect_options_get_reconnect (PeerConnectOptions *self);

PEER_AVAILABLE_IN_1_0
void peer_connect_options_set_reconnect (PeerConnectOptions *self,
                                         gboolean reconnect);

G_END_DECLS
