/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/webrtc/webrtc.h>

#include "peer-transport-queue-private.h"

G_BEGIN_DECLS

/* The data channel of a link: sends, receives and counts. Messages are taken
 * and put where they pass between webrtcbin's elements, which saves them a
 * thread and leaves them as they are. */
typedef struct _PeerWebrtcChannel PeerWebrtcChannel;

typedef enum
{
  PEER_WEBRTC_CHANNEL_OPEN,
  PEER_WEBRTC_CHANNEL_CLOSING,
  PEER_WEBRTC_CHANNEL_CLOSED,
  PEER_WEBRTC_CHANNEL_TOO_MANY, /* the other side opens channels without end */
} PeerWebrtcChannelState;

/* Called on any thread. */
typedef void (*PeerWebrtcChannelFunc) (PeerWebrtcChannelState state,
                                       gpointer user_data);

typedef struct
{
  guint64 bytes_sent;
  guint64 bytes_received;
  guint64 messages_sent;
  guint64 messages_received;
} PeerWebrtcChannelCounts;

PeerWebrtcChannel *peer_webrtc_channel_new (const PeerTransportConfig *config,
                                            PeerTransportQueue *queue,
                                            PeerWebrtcChannelFunc func,
                                            gpointer user_data);
PeerWebrtcChannel *peer_webrtc_channel_ref (PeerWebrtcChannel *self);
void peer_webrtc_channel_unref (PeerWebrtcChannel *self);

/* The offerer's channel. */
gboolean peer_webrtc_channel_create (PeerWebrtcChannel *self,
                                     GstElement *webrtcbin,
                                     const PeerTransportConfig *config);

/* A channel of the other side: the first is the link of an answerer, every
 * other is closed. */
void peer_webrtc_channel_accept (PeerWebrtcChannel *self,
                                 GstWebRTCDataChannel *channel);

/* For every element that appears inside webrtcbin. */
void peer_webrtc_channel_watch_element (PeerWebrtcChannel *self,
                                        GstElement *element);

/* Waits until every message that has come in is in the queue. Only on the
 * thread that brings packets. */
void peer_webrtc_channel_drain (PeerWebrtcChannel *self);

gboolean peer_webrtc_channel_send (PeerWebrtcChannel *self,
                                   GBytes *bytes,
                                   gboolean is_text,
                                   GError **error);
gsize peer_webrtc_channel_get_buffered_amount (PeerWebrtcChannel *self);
gsize peer_webrtc_channel_get_unacknowledged_amount (PeerWebrtcChannel *self);
void peer_webrtc_channel_set_unacknowledged_threshold (PeerWebrtcChannel *self,
                                                       gsize amount);
gboolean peer_webrtc_channel_is_ordered (PeerWebrtcChannel *self);

/* The other side has so many more bytes of messages. On any thread. */
void peer_webrtc_channel_acknowledge (PeerWebrtcChannel *self,
                                      gsize n_bytes);

/* Whether the bytes of SCTP's user data with this number are those of a
 * message. */
gboolean peer_webrtc_channel_is_message (guint32 ppid);

void peer_webrtc_channel_get_counts (PeerWebrtcChannel *self,
                                     PeerWebrtcChannelCounts *counts);

/* What the other side takes, 0 for no limit. */
void peer_webrtc_channel_set_max_message_size (PeerWebrtcChannel *self,
                                               gsize size);
gsize peer_webrtc_channel_get_max_message_size (PeerWebrtcChannel *self);

/* send() fails from now on. */
void peer_webrtc_channel_stop_sending (PeerWebrtcChannel *self);

/* Sends what was given to send(), then closes. Says whether there is something
 * to wait for: PEER_WEBRTC_CHANNEL_CLOSED follows. */
gboolean peer_webrtc_channel_close (PeerWebrtcChannel *self);

/* Drops what still comes in, and waits for the thread that is busy with it: a
 * packet that makes webrtcbin add a channel while it is stopped would leave
 * that running. Nobody may be waiting for room in the queue. */
void peer_webrtc_channel_stop_receiving (PeerWebrtcChannel *self);

/* Frees the thread that waits in sctpenc for the other side to take something:
 * as long as it does, webrtcbin cannot be stopped. */
void peer_webrtc_channel_discard_unsent (PeerWebrtcChannel *self);

/* After webrtcbin has stopped: func is not called any more. */
void peer_webrtc_channel_detach (PeerWebrtcChannel *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerWebrtcChannel, peer_webrtc_channel_unref)

G_END_DECLS
