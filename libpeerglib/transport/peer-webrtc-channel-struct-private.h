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
  gboolean is_local;            /* opened by this side */
  PeerTransportChannel options; /* of a local one */
  gsize low_threshold;
  PeerWebrtcChannelFunc func;
  gpointer user_data;

  GMutex lock;
  GCond flight_is_low;
  GstWebRTCDataChannel *channel;
  GThread *maker; /* makes it, and its appsrc next */
  GstElement *appsrc;
  GstPad *stream_pad;
  int stream_id;
  char *label;
  PeerWebrtcChannelLife life;
  gboolean is_ordered;
  gboolean is_reliable;
  gsize buffered_amount;
  guint64 n_acknowledged; /* of counts.bytes_sent */
  gsize unacknowledged_threshold;
  gsize max_message_size;
  PeerWebrtcChannelCounts counts;
  gboolean is_discarding;
  gboolean is_released;
  gboolean is_refused;
  gboolean has_ended;
};

/* Nullable, transfer full. */
GstWebRTCDataChannel *peer_webrtc_channel_dup_channel (PeerWebrtcChannel *self);

/* Adds a probe that holds a reference to the channel. */
void peer_webrtc_channel_probe (PeerWebrtcChannel *self,
                                GstElement *element,
                                const char *pad_name,
                                GstPadProbeType type,
                                GstPadProbeCallback callback);

void peer_webrtc_channel_watch_appsrc (PeerWebrtcChannel *self,
                                       GstElement *appsrc);

G_END_DECLS
