/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "transport-pair.h"

G_BEGIN_DECLS

/* Stands between the two ends of a pair, on a thread of its own, and can cut
 * the network between them: each knows the other by a port of the relay. */
typedef struct _UdpRelay UdpRelay;

/* Before the pair is started. It passes on one candidate of each end. */
UdpRelay *udp_relay_new (Pair *pair);
void udp_relay_free (UdpRelay *self);

/* Loses everything from now on, or nothing. */
void udp_relay_set_silent (UdpRelay *self,
                           gboolean is_silent);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UdpRelay, udp_relay_free)

G_END_DECLS
