/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The sections of an offer that has more than a data channel. webrtcbin gets to
 * see the data channel alone, and the answer declines the rest. */
typedef struct _PeerWebrtcSections PeerWebrtcSections;

/* NULL for a text with nothing to decline, or none to make sense of. */
PeerWebrtcSections *peer_webrtc_sections_new (const char *offer);
void peer_webrtc_sections_free (PeerWebrtcSections *self);

/* Which of the sections is the data channel, counted from 0. */
guint peer_webrtc_sections_get_index (PeerWebrtcSections *self);

/* The offer with the data channel alone. */
char *peer_webrtc_sections_isolate (PeerWebrtcSections *self);

/* The answer to the whole offer, made of the one to the data channel. */
char *peer_webrtc_sections_complete (PeerWebrtcSections *self,
                                     const char *answer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerWebrtcSections, peer_webrtc_sections_free)

G_END_DECLS
