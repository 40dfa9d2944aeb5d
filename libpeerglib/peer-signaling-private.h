/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-signaling.h"

G_BEGIN_DECLS

/* For the init of our own implementations: what is delivered arrives in the
 * context of this moment, not in that of the first subscriber. */
void peer_signaling_setup (PeerSignaling *self);

/* The topics that have subscribers, each a char **; borrowed. */
GPtrArray *peer_signaling_get_topics (PeerSignaling *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
