/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

#include "peer-base-connection.h"

G_BEGIN_DECLS

/* The connections of a peer, in the order they were made. */
typedef struct _PeerConnectionTable PeerConnectionTable;

PeerConnectionTable *peer_connection_table_new (void);
void peer_connection_table_free (PeerConnectionTable *self);

void peer_connection_table_add (PeerConnectionTable *self,
                                PeerBaseConnection *connection);
void peer_connection_table_remove (PeerConnectionTable *self,
                                   PeerBaseConnection *connection);

/* Borrowed; NULL when there is none. */
PeerBaseConnection *peer_connection_table_lookup (PeerConnectionTable *self,
                                                  const char *peer_id,
                                                  const char *connection_id);

/* Those with a peer, or all when peer_id is NULL, as they are now. */
GPtrArray *peer_connection_table_list (PeerConnectionTable *self,
                                       const char *peer_id);

/* How many of those with a peer are not open yet, or of all when peer_id is
 * NULL. */
guint peer_connection_table_count_connecting (PeerConnectionTable *self,
                                              const char *peer_id);

GListModel *peer_connection_table_get_model (PeerConnectionTable *self);

G_END_DECLS
