/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Holds back what arrives for DTLS until DTLS has begun: webrtcbin lets data
 * in as soon as there is a path, and what comes before its encoder has started
 * is a fatal error to its decoder. */
typedef struct _PeerWebrtcGate PeerWebrtcGate;

PeerWebrtcGate *peer_webrtc_gate_new (void);
PeerWebrtcGate *peer_webrtc_gate_ref (PeerWebrtcGate *self);
void peer_webrtc_gate_unref (PeerWebrtcGate *self);

/* Stands before the sink pad of an element. */
void peer_webrtc_gate_guard (PeerWebrtcGate *self,
                             GstElement *element);

/* Lets everything through from now on. */
void peer_webrtc_gate_open (PeerWebrtcGate *self);

/* Drops what waits, and everything from now on. */
void peer_webrtc_gate_shut (PeerWebrtcGate *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerWebrtcGate, peer_webrtc_gate_unref)

G_END_DECLS
