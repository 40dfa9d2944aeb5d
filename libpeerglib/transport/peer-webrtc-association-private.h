/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* The number by which sctpdec and sctpenc find each other in the process.
 * webrtcbin draws one of 65,536 by lot, and a link whose number is taken
 * never opens: of a hundred links, one pair in fourteen processes. */
#define PEER_WEBRTC_N_ASSOCIATIONS 65536

/* -1 when all are taken. */
int peer_webrtc_association_take (void);

/* For one that was taken, or -1. */
void peer_webrtc_association_give_back (int number);

/* For both elements, before they start. */
void peer_webrtc_association_assign (int number,
                                     GstElement *element);

G_END_DECLS
