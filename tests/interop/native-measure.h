/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <json-glib/json-glib.h>
#include <libpeerglib/peer.h>

/* What the benchmarks do with a connection, as measure.js does in the page.
 * Where something is measured, an event "measured" has the milliseconds. */

/* "what" is echo, sink, ping or bulk. */
gboolean native_measure (PeerDataConnection *connection,
                         JsonObject *parameters,
                         GError **error);

/* New connections one after another, from the call to the signal. */
void native_measure_openings (PeerPeer *peer,
                              const char *peer_id,
                              guint count);
