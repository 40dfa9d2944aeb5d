/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/webrtc/webrtc.h>

#include "peer-transport-queue-private.h"

G_BEGIN_DECLS

/* A data channel of a link: sends, receives and counts. Messages are taken
 * and put where they pass between webrtcbin's elements, which saves them a
 * thread and leaves them as they are. */
typedef struct _PeerWebrtcChannel PeerWebrtcChannel;

typedef enum
{
  PEER_WEBRTC_CHANNEL_OFFERED, /* a further one of the other side */
  PEER_WEBRTC_CHANNEL_OPEN,
  PEER_WEBRTC_CHANNEL_CLOSING,
  PEER_WEBRTC_CHANNEL_CLOSED,
  PEER_WEBRTC_CHANNEL_TOO_MANY, /* the other side opens channels without end */
} PeerWebrtcChannelState;

/* Called on any thread. */
typedef void (*PeerWebrtcChannelFunc) (PeerWebrtcChannel *channel,
                                       PeerWebrtcChannelState state,
                                       gpointer user_data);

typedef struct
{
  guint64 bytes_sent;
  guint64 bytes_received;
  guint64 messages_sent;
  guint64 messages_received;
} PeerWebrtcChannelCounts;

/* Without options it is one that the other side opens. */
PeerWebrtcChannel *peer_webrtc_channel_new (const PeerTransportChannel *options,
                                            gsize low_threshold,
                                            PeerTransportQueue *queue,
                                            PeerWebrtcChannelFunc func,
                                            gpointer user_data);
PeerWebrtcChannel *peer_webrtc_channel_ref (PeerWebrtcChannel *self);
void peer_webrtc_channel_unref (PeerWebrtcChannel *self);

PeerTransportQueue *peer_webrtc_channel_get_queue (PeerWebrtcChannel *self);
gboolean peer_webrtc_channel_is_local (PeerWebrtcChannel *self);

/* Opens a channel of this side. */
gboolean peer_webrtc_channel_create (PeerWebrtcChannel *self,
                                     GstElement *webrtcbin);

/* webrtcbin makes it, on this thread. */
void peer_webrtc_channel_prepare (PeerWebrtcChannel *self,
                                  GstWebRTCDataChannel *channel);

/* Whether it is the one of this channel, which webrtcbin makes right after it. */
gboolean peer_webrtc_channel_take_appsrc (PeerWebrtcChannel *self,
                                          GstElement *appsrc);

/* The pad of sctpdec that its messages come from. */
void peer_webrtc_channel_take_stream (PeerWebrtcChannel *self,
                                      GstPad *pad);

/* The other side's channel is ready to be used. */
void peer_webrtc_channel_accept (PeerWebrtcChannel *self);

/* -1 while it has none. */
int peer_webrtc_channel_get_stream_id (PeerWebrtcChannel *self);
gboolean peer_webrtc_channel_is (PeerWebrtcChannel *self,
                                 GstWebRTCDataChannel *channel);

/* Waits until every message that has come in is in the queue. Only on the
 * thread that brings packets. */
void peer_webrtc_channel_drain (PeerWebrtcChannel *self);

/* May only be sent at once, on this thread, when nothing is on its way in any
 * other channel of the link. */
gboolean peer_webrtc_channel_send (PeerWebrtcChannel *self,
                                   GBytes *bytes,
                                   gboolean is_text,
                                   gboolean may_be_at_once,
                                   GError **error);
gboolean peer_webrtc_channel_is_idle (PeerWebrtcChannel *self);
gsize peer_webrtc_channel_get_buffered_amount (PeerWebrtcChannel *self);
gsize peer_webrtc_channel_get_unacknowledged_amount (PeerWebrtcChannel *self);
void peer_webrtc_channel_set_unacknowledged_threshold (PeerWebrtcChannel *self,
                                                       gsize amount);
gboolean peer_webrtc_channel_is_ordered (PeerWebrtcChannel *self);

/* NULL before it is open; valid text, whatever the other side sent. */
char *peer_webrtc_channel_dup_label (PeerWebrtcChannel *self);

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

/* Nobody is there for it any more: send() fails from now on, and it is closed
 * once it is open. Says whether it is new. */
gboolean peer_webrtc_channel_release (PeerWebrtcChannel *self);

/* The same, of one that nobody is to hear of. */
void peer_webrtc_channel_refuse (PeerWebrtcChannel *self);

/* send() fails from now on. */
void peer_webrtc_channel_stop_sending (PeerWebrtcChannel *self);

typedef enum
{
  PEER_WEBRTC_CHANNEL_LIFE_CONNECTING,
  PEER_WEBRTC_CHANNEL_LIFE_OPEN,
  PEER_WEBRTC_CHANNEL_LIFE_CLOSING,
  PEER_WEBRTC_CHANNEL_LIFE_CLOSED,
} PeerWebrtcChannelLife;

PeerWebrtcChannelLife peer_webrtc_channel_get_life (PeerWebrtcChannel *self);

/* Whether somebody is there for it, and it goes on. */
gboolean peer_webrtc_channel_is_in_use (PeerWebrtcChannel *self);

/* Sends what was given to send(), then closes. Says whether there is something
 * to wait for: PEER_WEBRTC_CHANNEL_CLOSED follows. */
gboolean peer_webrtc_channel_close (PeerWebrtcChannel *self);

/* Frees the thread that waits in sctpenc for the other side to take something:
 * as long as it does, webrtcbin cannot be stopped. */
void peer_webrtc_channel_discard_unsent (PeerWebrtcChannel *self);

/* When it is over, or after webrtcbin has stopped: func is not called any more. */
void peer_webrtc_channel_detach (PeerWebrtcChannel *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerWebrtcChannel, peer_webrtc_channel_unref)

G_END_DECLS
