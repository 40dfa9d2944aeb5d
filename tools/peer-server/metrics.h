/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libpeerglib/peer.h>

G_BEGIN_DECLS

#define METRICS_CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* What a server has counted, and its rooms if there are any, in Prometheus's
 * text format. */
char *metrics_format (PeerServer *server,
                      PeerSignalingManager *rooms);

G_END_DECLS
