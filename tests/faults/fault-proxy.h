/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* Stands between peers and their server, and does to the messages of both
 * what networks and bad programs do: it drops, delays, repeats, reorders,
 * truncates and changes them, and cuts the line. */
typedef struct _FaultProxy FaultProxy;

/* The server's address ends in a slash; so does the proxy's own. The rate is
 * the share of messages that something happens to, from 0 to 1. */
FaultProxy *fault_proxy_new (const char *server,
                             GRand *random,
                             double rate);
void fault_proxy_free (FaultProxy *self);
const char *fault_proxy_get_uri (FaultProxy *self);

/* How many messages came by, of both sides. */
guint fault_proxy_get_n_messages (FaultProxy *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FaultProxy, fault_proxy_free)

G_END_DECLS
