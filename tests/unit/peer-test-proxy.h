/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A way to a server, on a free port of the loopback interface, that can fail
 * as cables, networks and proxies do. It runs on the main context that is the
 * thread default when it is made. */
typedef struct
{
  GSocketService *service;
  guint target_port;
  guint port;
  char *uri; /* http: */

  gboolean drops_pongs; /* the server's answers to pings do not get through */
  guint idle_timeout;   /* milliseconds without a byte from the client until both sides are closed; 0: never */

  GPtrArray *lines; /* that were ever opened */
} PeerTestProxy;

PeerTestProxy *peer_test_proxy_new (guint target_port);
void peer_test_proxy_free (PeerTestProxy *self);

/* Pulls the cable of the lines that are there: nothing gets through any more,
 * and nobody is told. New lines work. */
void peer_test_proxy_freeze (PeerTestProxy *self);

/* Closes the lines that are there for the clients. The server is not told. */
void peer_test_proxy_sever (PeerTestProxy *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerTestProxy, peer_test_proxy_free)

G_END_DECLS
