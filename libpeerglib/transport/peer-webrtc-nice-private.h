/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What GStreamer does not ask of libnice. It is there once webrtcbin has
 * loaded it; linked to, it would come with all it needs into processes that
 * only run a server, too. */

/* Gives the sockets of a component room for what is in flight: with the
 * default of Linux, the first burst overflows it while the receiving thread
 * waits for a processor, and SCTP waits a second before it sends again. */
void peer_webrtc_nice_widen_sockets (GObject *agent,
                                     guint stream,
                                     guint component);

G_END_DECLS
