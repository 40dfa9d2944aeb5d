/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libpeerglib/peer.h>

G_BEGIN_DECLS

#define TEST_TYPE_GATED_SIGNALING (gated_signaling_get_type ())
G_DECLARE_FINAL_TYPE (GatedSignaling, gated_signaling, TEST, GATED_SIGNALING, GObject)

/* One client's way to a signaling that many share, which can be cut. */
PeerSignaling *gated_signaling_new (PeerSignaling *bus);

/* Nothing gets through, and publishing fails, until it is open again. */
void gated_signaling_set_open (GatedSignaling *self,
                               gboolean is_open);

G_END_DECLS
