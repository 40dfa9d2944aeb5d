/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define PEER_TYPE_NETWORK_WATCH (peer_network_watch_get_type ())
G_DECLARE_FINAL_TYPE (PeerNetworkWatch, peer_network_watch, PEER, NETWORK_WATCH, GObject)

/* Tells when the way to everybody else may be another one: the network
 * changed, or the machine slept.
 *
 * Signals, on the main context that was the thread default when it was made:
 *   "changed": once for changes that come together
 */

/* monitor is nullable; the system's then. */
PeerNetworkWatch *peer_network_watch_new (GNetworkMonitor *monitor);

/* What the monitor says. It is often wrong: in a container, or where the only
 * way is one that it does not know. */
gboolean peer_network_watch_is_available (PeerNetworkWatch *self);

/* For tests: where the time comes from that the machine has slept, in
 * microseconds, and how often to look, in milliseconds. */
typedef gint64 (*PeerSleepClock) (void);
void peer_network_watch_set_sleep_clock (PeerNetworkWatch *self,
                                         PeerSleepClock clock,
                                         guint pause);

G_END_DECLS
