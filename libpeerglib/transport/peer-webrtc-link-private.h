/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-webrtc-channel-private.h"

G_BEGIN_DECLS

/* A pipeline with one webrtcbin, and what becomes of it. It lives on the
 * worker and outlives the transport that uses it until what was sent has
 * gone. Every function may be called on any thread and returns at once; what
 * happens goes to the queue. */
typedef struct _PeerWebrtcLink PeerWebrtcLink;

PeerWebrtcLink *peer_webrtc_link_new (const PeerTransportConfig *config,
                                      PeerTransportQueue *queue);
PeerWebrtcLink *peer_webrtc_link_ref (PeerWebrtcLink *self);
void peer_webrtc_link_unref (PeerWebrtcLink *self);

void peer_webrtc_link_start (PeerWebrtcLink *self);
void peer_webrtc_link_set_remote_description (PeerWebrtcLink *self,
                                              const char *type,
                                              const char *sdp);
void peer_webrtc_link_add_remote_candidate (PeerWebrtcLink *self,
                                            const PeerIceCandidate *candidate);
gboolean peer_webrtc_link_send (PeerWebrtcLink *self,
                                PeerWebrtcChannel *channel,
                                GBytes *bytes,
                                gboolean is_text,
                                GError **error);
PeerTransportPhase peer_webrtc_link_get_phase (PeerWebrtcLink *self,
                                               PeerWebrtcChannel *channel);
char *peer_webrtc_link_describe_attempt (PeerWebrtcLink *self);
char *peer_webrtc_link_dup_remote_fingerprint (PeerWebrtcLink *self);
void peer_webrtc_link_set_disconnect_timeout (PeerWebrtcLink *self,
                                              guint milliseconds);
void peer_webrtc_link_check (PeerWebrtcLink *self);
void peer_webrtc_link_get_stats (PeerWebrtcLink *self,
                                 PeerWebrtcChannel *channel,
                                 GTask *task);

/* The channel of the one that made the link. */
PeerWebrtcChannel *peer_webrtc_link_get_first_channel (PeerWebrtcLink *self);

/* One more. NULL when the link has ended. */
PeerWebrtcChannel *peer_webrtc_link_add_channel (PeerWebrtcLink *self,
                                                 const PeerTransportChannel *options,
                                                 PeerTransportQueue *queue);

/* Nobody uses it any more. The link closes with the last. */
void peer_webrtc_link_close_channel (PeerWebrtcLink *self,
                                     PeerWebrtcChannel *channel);
void peer_webrtc_link_close (PeerWebrtcLink *self);

/* How many there are in the process, those that are still closing included. */
guint peer_webrtc_link_get_n_links (void);

/* What a link pushes for a channel that the other side opened. */
typedef struct
{
  PeerWebrtcLink *link;
  PeerWebrtcChannel *channel;
  gboolean is_taken; /* by somebody who closes it */
} PeerWebrtcIncoming;

/* Makes an offer for nobody, which loads all that a link needs. */
void peer_webrtc_link_warm_up (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerWebrtcLink, peer_webrtc_link_unref)

G_END_DECLS
