/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libpeerglib/peer.h>

G_BEGIN_DECLS

/* Keeps the service manager informed about a server that listens: that it is
 * ready, how many clients there are, and, if it wants to know, that the main
 * loop is alive. */
typedef struct _Service Service;

Service *service_new (PeerServer *server);
void service_free (Service *self);

/* Around reading the configuration again; before stopping. */
void service_reloading (Service *self);
void service_ready (Service *self);
void service_stopping (Service *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Service, service_free)

G_END_DECLS
