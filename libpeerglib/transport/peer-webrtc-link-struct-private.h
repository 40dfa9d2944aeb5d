/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/webrtc/webrtc.h>

#include "peer-webrtc-association-private.h"
#include "peer-webrtc-channels-private.h"
#include "peer-webrtc-gate-private.h"
#include "peer-webrtc-link-private.h"
#include "peer-webrtc-monitor-private.h"
#include "peer-webrtc-path-private.h"
#include "peer-webrtc-relays-private.h"
#include "peer-webrtc-sections-private.h"

G_BEGIN_DECLS

/* A link from the inside: peer-webrtc-link.c has its life,
 * peer-webrtc-pipeline.c its elements and what they say,
 * peer-webrtc-negotiation.c how it comes to know the other side,
 * peer-webrtc-report.c what it tells about itself, peer-webrtc-ending.c how it
 * ends. */
struct _PeerWebrtcLink
{
  gatomicrefcount ref_count;
  PeerTransportConfig *config;
  PeerTransportQueue *queue;
  PeerWebrtcChannels *channels;
  PeerWebrtcMonitor *monitor;
  PeerWebrtcGate *gate;
  PeerWebrtcRelays *relays;
  int association;

  /* On the worker only, but webrtcbin also on its own thread, which ends
   * before it is dropped. */
  GstElement *pipeline;
  GstElement *webrtcbin;
  GstElement *dtlsenc;
  gboolean has_remote_description;
  PeerWebrtcSections *sections; /* nullable; set before webrtcbin gets the offer */
  gboolean is_torn_down;
  guint n_remote_candidates;
  guint n_idle_checks;
  guint n_goodbye_checks;
  gsize last_buffered_amount;

  gint has_gathered;
  gint has_said_goodbye;

  GMutex lock;
  GstWebRTCSessionDescription *remote_description;
  char *mid;
  char *username_fragment;
  PeerWebrtcPath *path;
  char *remote_fingerprint;
  GQueue stats_tasks; /* those that wait for the first round trip */
  PeerIceConnectionState ice_state;
  gboolean has_path;
  gboolean is_doubted; /* whether ICE gave up what may be there all the same */
  gboolean is_verified;
  gboolean is_secure;
  gboolean is_open;
  gboolean is_closing;
};

/* Takes the error. */
void peer_webrtc_link_fail (PeerWebrtcLink *self,
                            GError *error);
gboolean peer_webrtc_link_is_closing (PeerWebrtcLink *self);

/* The end, by the other side. A link that is closing need not wait then. */
void peer_webrtc_link_end (PeerWebrtcLink *self);

/* Tells the owner when it is a new one; says so. */
gboolean peer_webrtc_link_set_ice_state (PeerWebrtcLink *self,
                                         PeerIceConnectionState state);

/* On the worker: the end, at once. What was not sent is lost. */
void peer_webrtc_link_tear_down (PeerWebrtcLink *self);

/* The same from any thread, after what the worker has to do with this or more
 * priority. */
void peer_webrtc_link_end_soon (PeerWebrtcLink *self,
                                int priority);

/* Connects a handler that holds a reference to the link. */
void peer_webrtc_link_connect (PeerWebrtcLink *self,
                               gpointer object,
                               const char *signal,
                               GCallback callback);

/* Answers those that wait for figures. */
void peer_webrtc_link_answer_stats (PeerWebrtcLink *self);

/* On the worker: makes the elements and starts them. */
void peer_webrtc_pipeline_make (PeerWebrtcLink *self);

/* When there is a webrtcbin: watches for candidates. */
void peer_webrtc_negotiation_prepare (PeerWebrtcLink *self);
void peer_webrtc_negotiation_offer (PeerWebrtcLink *self);
void peer_webrtc_negotiation_set_remote_description (PeerWebrtcLink *self,
                                                     const char *type,
                                                     const char *sdp);
void peer_webrtc_negotiation_add_remote_candidate (PeerWebrtcLink *self,
                                                   const char *candidate,
                                                   int m_line_index);

/* Whether this is the certificate that the remote description promises. */
gboolean peer_webrtc_negotiation_verify (PeerWebrtcLink *self,
                                         const char *pem);

G_END_DECLS
