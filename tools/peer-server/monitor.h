/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libpeerglib/peer.h>

G_BEGIN_DECLS

/* A second HTTP server, for who watches over a PeerServer: /healthz, /readyz
 * and /metrics. */
typedef struct _Monitor Monitor;

/* The rooms may be NULL. Where to listen: ADDRESS, ADDRESS:PORT, :PORT or PORT. Without an address it
 * is the loopback interface. Each worker listens at another port: the one given
 * plus its index. */
Monitor *monitor_new (PeerServer *server,
                      PeerSignalingManager *rooms,
                      const char *where,
                      guint index,
                      GError **error);
void monitor_free (Monitor *self);

const char *monitor_get_uri (Monitor *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Monitor, monitor_free)

G_END_DECLS
