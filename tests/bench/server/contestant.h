/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

/* A server program that understands the options of peerjs. */
typedef struct
{
  char *name;
  char *command;
  gboolean has_tls;
} Contestant;

/* One that runs. */
typedef struct
{
  const Contestant *contestant;
  GPid pid;
  char *uri;
  char *log; /* the path of what it says on stderr */
} Server;

Contestant *contestant_new (const char *text);
void contestant_free (Contestant *self);

Server *server_start (const Contestant *contestant, guint n_clients, const char *certificate, GError **error);
void server_explain (Server *self, GError **error);
void server_stop (Server *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Server, server_stop)
