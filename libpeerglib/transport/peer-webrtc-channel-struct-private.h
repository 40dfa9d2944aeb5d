/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-webrtc-channel-private.h"

G_BEGIN_DECLS

/* RFC 8831, 8. The partial ones are deprecated, and a message never comes in
 * parts below the limit that we announce. */
enum
{
  PPID_CONTROL = 50,
  PPID_TEXT = 51,
  PPID_BINARY_PARTIAL = 52,
  PPID_BINARY = 53,
  PPID_TEXT_PARTIAL = 54,
  PPID_TEXT_EMPTY = 56,
  PPID_BINARY_EMPTY = 57,
};

/* A channel from the inside: peer-webrtc-channel.c has its life,
 * peer-webrtc-channel-send.c what it sends, peer-webrtc-channel-receive.c what
 * it receives. */
struct _PeerWebrtcChannel
{
  gatomicrefcount ref_count;
  PeerTransportQueue *queue;
  gboolean is_offerer;
  gsize low_threshold;
  PeerWebrtcChannelFunc func;
  gpointer user_data;

  guint n_packets; /* on the thread that brings them */

  GMutex lock;
  GCond flight_is_low;
  GstWebRTCDataChannel *channel;
  GstElement *appsrc;
  GstPad *packet_pad;
  GstPad *stream_pad;
  gboolean expects_appsrc;
  int stream_id;
  guint n_streams;
  gboolean is_ordered;
  gboolean is_reliable;
  gsize buffered_amount;
  guint64 n_acknowledged; /* of counts.bytes_sent */
  gsize unacknowledged_threshold;
  gsize max_message_size;
  PeerWebrtcChannelCounts counts;
  gboolean is_deaf;
  gboolean is_discarding;
  gboolean was_open;
  gboolean has_ended;
};

/* Nullable, transfer full. */
GstWebRTCDataChannel *peer_webrtc_channel_dup_channel (PeerWebrtcChannel *self);

void peer_webrtc_channel_tell (PeerWebrtcChannel *self,
                               PeerWebrtcChannelState state);

/* Adds a probe that holds a reference to the channel. */
void peer_webrtc_channel_probe (PeerWebrtcChannel *self,
                                GstElement *element,
                                const char *pad_name,
                                GstPadProbeType type,
                                GstPadProbeCallback callback);

/* Drops the reference of a signal handler. */
void peer_webrtc_channel_unref_closure (gpointer data,
                                        GClosure *closure);

void peer_webrtc_channel_watch_appsrc (PeerWebrtcChannel *self,
                                       GstElement *appsrc);
void peer_webrtc_channel_watch_sctpdec (PeerWebrtcChannel *self,
                                        GstElement *sctpdec);

G_END_DECLS
