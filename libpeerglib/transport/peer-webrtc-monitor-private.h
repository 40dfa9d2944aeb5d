/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/gst.h>

#include "peer-webrtc-channels-private.h"

G_BEGIN_DECLS

/* Watches the SCTP packets of a link, in both directions: whether something
 * comes from the other side, how long its answers take and what it has
 * acknowledged. Every peer has to answer a HEARTBEAT (RFC 9260, 8.3), browsers
 * included, so it sends one when nothing else comes: libnice notices a peer
 * that vanished after most of a minute, or never. */
typedef struct _PeerWebrtcMonitor PeerWebrtcMonitor;

typedef enum
{
  PEER_WEBRTC_MONITOR_LOST,
  PEER_WEBRTC_MONITOR_FOUND,
  PEER_WEBRTC_MONITOR_DEAD,
  PEER_WEBRTC_MONITOR_MEASURED, /* the first round trip; on any thread */
} PeerWebrtcMonitorEvent;

/* Called on the worker, unless ICE says it. error is set when the other side is dead. */
typedef void (*PeerWebrtcMonitorFunc) (PeerWebrtcMonitorEvent event,
                                       const GError *error,
                                       gpointer user_data);

PeerWebrtcMonitor *peer_webrtc_monitor_new (PeerWebrtcChannels *channels,
                                            PeerWebrtcMonitorFunc func,
                                            gpointer user_data);
PeerWebrtcMonitor *peer_webrtc_monitor_ref (PeerWebrtcMonitor *self);
void peer_webrtc_monitor_unref (PeerWebrtcMonitor *self);

/* For every element that appears inside webrtcbin. */
void peer_webrtc_monitor_watch_element (PeerWebrtcMonitor *self,
                                        GstElement *element);

/* The channel is open: from now on the other side has to be heard. */
void peer_webrtc_monitor_begin (PeerWebrtcMonitor *self);

/* On the worker: nothing is sent and func is not called any more. */
void peer_webrtc_monitor_stop (PeerWebrtcMonitor *self);

void peer_webrtc_monitor_set_timeout (PeerWebrtcMonitor *self,
                                      guint milliseconds);
void peer_webrtc_monitor_check (PeerWebrtcMonitor *self);

/* ICE says that the path is gone: it is, unless something is heard soon. */
void peer_webrtc_monitor_lose (PeerWebrtcMonitor *self);

/* Sends a HEARTBEAT, whether it is time for one or not. */
void peer_webrtc_monitor_measure (PeerWebrtcMonitor *self);

/* In seconds; negative when not known. */
void peer_webrtc_monitor_get_times (PeerWebrtcMonitor *self,
                                    double *round_trip_time,
                                    double *silence);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerWebrtcMonitor, peer_webrtc_monitor_unref)

G_END_DECLS
