/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-webrtc-channel-private.h"

G_BEGIN_DECLS

/* All data channels of a link: finds the one that something is for, and keeps
 * to what the other side may open. The first is that of the link's own
 * transport, whichever side opens it. */
typedef struct _PeerWebrtcChannels PeerWebrtcChannels;

/* func is that of every channel, and is called with the user_data. */
PeerWebrtcChannels *peer_webrtc_channels_new (const PeerTransportConfig *config,
                                              PeerTransportQueue *queue,
                                              PeerWebrtcChannelFunc func,
                                              gpointer user_data);
PeerWebrtcChannels *peer_webrtc_channels_ref (PeerWebrtcChannels *self);
void peer_webrtc_channels_unref (PeerWebrtcChannels *self);

PeerWebrtcChannel *peer_webrtc_channels_get_first (PeerWebrtcChannels *self);

/* A copy, of PeerWebrtcChannel: those that are refused included. */
GPtrArray *peer_webrtc_channels_list (PeerWebrtcChannels *self);

/* One more of this side. */
PeerWebrtcChannel *peer_webrtc_channels_add (PeerWebrtcChannels *self,
                                             const PeerTransportChannel *options,
                                             PeerTransportQueue *queue);

/* On the worker: opens those of this side that are not. */
gboolean peer_webrtc_channels_create (PeerWebrtcChannels *self,
                                      GstElement *webrtcbin);

/* What webrtcbin says: it makes a channel on this thread; a channel of the
 * other side can be used; an element appears inside it. */
void peer_webrtc_channels_prepare (PeerWebrtcChannels *self,
                                   GstWebRTCDataChannel *channel,
                                   gboolean is_local);
void peer_webrtc_channels_accept (PeerWebrtcChannels *self,
                                  GstWebRTCDataChannel *channel);
void peer_webrtc_channels_watch_element (PeerWebrtcChannels *self,
                                         GstElement *element);

/* Waits until every message that has come in is in its queue. Only on the
 * thread that brings packets. */
void peer_webrtc_channels_drain (PeerWebrtcChannels *self);

/* The owner is too far behind in one of them. */
gboolean peer_webrtc_channels_are_full (PeerWebrtcChannels *self);

gboolean peer_webrtc_channels_send (PeerWebrtcChannels *self,
                                    PeerWebrtcChannel *channel,
                                    GBytes *bytes,
                                    gboolean is_text,
                                    GError **error);

/* The other side has so many more bytes of a stream's messages. */
void peer_webrtc_channels_acknowledge (PeerWebrtcChannels *self,
                                       guint16 stream,
                                       gsize n_bytes);

void peer_webrtc_channels_set_max_message_size (PeerWebrtcChannels *self,
                                                gsize size);

/* Of all of them. */
gsize peer_webrtc_channels_get_buffered_amount (PeerWebrtcChannels *self);

/* Whether there is one that goes on, and that somebody is there for. */
gboolean peer_webrtc_channels_are_in_use (PeerWebrtcChannels *self);

/* One has closed; says whether that was the last that was open. */
gboolean peer_webrtc_channels_forget (PeerWebrtcChannels *self,
                                      PeerWebrtcChannel *channel);

void peer_webrtc_channels_stop_sending (PeerWebrtcChannels *self);

/* Says whether there is something to wait for, as
 * peer_webrtc_channel_close() does. */
gboolean peer_webrtc_channels_close (PeerWebrtcChannels *self);

/* Drops what still comes in, and waits for the thread that is busy with it: a
 * packet that makes webrtcbin add a channel while it is stopped would leave
 * that running. Nobody may be waiting for room in a queue. */
void peer_webrtc_channels_stop_receiving (PeerWebrtcChannels *self);
void peer_webrtc_channels_discard_unsent (PeerWebrtcChannels *self);
void peer_webrtc_channels_detach (PeerWebrtcChannels *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerWebrtcChannels, peer_webrtc_channels_unref)

G_END_DECLS
