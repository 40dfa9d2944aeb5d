/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-transport-private.h"

G_BEGIN_DECLS

/* Carries what happens on other threads to the main context that was the
 * thread default when the queue got its transport, where the transport emits it. One
 * source, one wake-up for a batch, order kept, and no more than a short batch
 * in one turn of the main loop. Every function may be called on any thread,
 * with no lock held.
 *
 * After peer_transport_queue_close(), and after "closed" or "failed" were
 * pushed, what is pushed is dropped. */
typedef struct _PeerTransportQueue PeerTransportQueue;

/* Without a transport, nothing is emitted before one is attached. */
PeerTransportQueue *peer_transport_queue_new (PeerTransport *transport);

/* On the thread of the transport, whose default context it emits on. */
void peer_transport_queue_attach (PeerTransportQueue *self,
                                  PeerTransport *transport);
PeerTransportQueue *peer_transport_queue_ref (PeerTransportQueue *self);
void peer_transport_queue_unref (PeerTransportQueue *self);

void peer_transport_queue_push_description (PeerTransportQueue *self,
                                            const char *type,
                                            const char *sdp);
void peer_transport_queue_push_candidate (PeerTransportQueue *self,
                                          const PeerIceCandidate *candidate);
void peer_transport_queue_push_gathered (PeerTransportQueue *self);

/* What peer_transport_emit_channel() makes a transport of. It is destroyed after
 * that, and when it does not come to it. */
void peer_transport_queue_push_channel (PeerTransportQueue *self,
                                        gpointer channel,
                                        GDestroyNotify destroy);
void peer_transport_queue_push_open (PeerTransportQueue *self);

/* Messages that come before "open" was pushed follow it. */
void peer_transport_queue_push_message (PeerTransportQueue *self,
                                        GBytes *bytes,
                                        gboolean is_text);
void peer_transport_queue_push_buffered_amount_low (PeerTransportQueue *self);
void peer_transport_queue_push_ice_state (PeerTransportQueue *self,
                                          PeerIceConnectionState state);
void peer_transport_queue_push_closed (PeerTransportQueue *self);
void peer_transport_queue_push_failed (PeerTransportQueue *self,
                                       const GError *error);

/* Blocks while the owner is too far behind with the messages. */
void peer_transport_queue_wait_for_room (PeerTransportQueue *self);

/* Whether somebody is blocked by that. */
gboolean peer_transport_queue_is_full (PeerTransportQueue *self);

/* Nothing is emitted from now on, and nobody waits any more. */
void peer_transport_queue_close (PeerTransportQueue *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerTransportQueue, peer_transport_queue_unref)

G_END_DECLS
