/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <json-glib/json-glib.h>
#include <libpeerglib/peer.h>

/* How native-peer finds its way through networks, by its options, and what it
 * tells of the way that it found. */

void native_network_add_options (GOptionContext *context);
GListModel *native_network_make_ice_servers (void);
PeerIceTransportPolicy native_network_get_policy (void);

/* NULL when there is nothing to trust but what the system does. */
GTlsDatabase *native_network_make_tls_database (GError **error);

/* Sets what the options say on a connection. Events "connection-reconnecting"
 * and "connection-reconnected" tell of a link that was lost. */
void native_network_watch (PeerDataConnection *connection);

/* An event "stats" has the figures. */
void native_network_report_stats (PeerDataConnection *connection);
