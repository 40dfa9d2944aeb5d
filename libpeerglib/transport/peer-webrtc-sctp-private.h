/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Whether this SCTP packet may close a stream. */
gboolean peer_webrtc_sctp_may_reset (GstBuffer *packet);

/* Of a pad of sctpdec; -1 when it is none of a stream. */
int peer_webrtc_sctp_get_stream_id (GstPad *pad);

/* Waits, not for long, until sctpdec has pushed every message that it has
 * received out of this pad: when the stream is closed it throws away those
 * that its thread has not come to yet. */
void peer_webrtc_sctp_drain (GstPad *pad);

G_END_DECLS
