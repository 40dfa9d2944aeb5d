/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/webrtc/webrtc.h>

G_BEGIN_DECLS

/* GStreamer hands out a longer message in pieces that nobody can put together
 * again, since it does not say which is the last. */
#define PEER_WEBRTC_MAX_RECEIVED_SIZE 65536

/* What browsers take. */
#define PEER_WEBRTC_MAX_SENT_SIZE (256 * 1024)

/* Of the text of a description. */
#define PEER_WEBRTC_MAX_SDP_SIZE (256 * 1024)

/* Reads and checks a description of the other side: everything that webrtcbin
 * takes for granted has to be there. Error: PEER_ERROR_WEBRTC. */
GstWebRTCSessionDescription *peer_webrtc_sdp_parse (const char *type,
                                                    const char *sdp,
                                                    GError **error);

/* Attributes of the data channel's section, or of the session; nullable. */
const char *peer_webrtc_sdp_get_attribute (const GstWebRTCSessionDescription *description,
                                           const char *name);

/* a=max-message-size, 0 for no limit. */
guint64 peer_webrtc_sdp_get_max_message_size (const GstWebRTCSessionDescription *description);

/* Makes webrtcbin's own description true: its fingerprint of a PEM that has the
 * key as well is not that of the certificate. FALSE when there is no data
 * channel in it or no certificate in the PEM. */
gboolean peer_webrtc_sdp_complete (GstWebRTCSessionDescription *description,
                                   GBytes *certificate);

/* Sets a=max-message-size. */
void peer_webrtc_sdp_set_max_message_size (GstWebRTCSessionDescription *description,
                                           guint size);

/* Whether a PEM certificate is the one that the description promises. */
gboolean peer_webrtc_sdp_matches_certificate (const GstWebRTCSessionDescription *description,
                                              const char *pem);

G_END_DECLS
