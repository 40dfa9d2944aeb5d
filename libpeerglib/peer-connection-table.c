/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-connection-table-private.h"

#include "protocol/peer-id-private.h"

struct _PeerConnectionTable
{
  GListStore *store;
  GHashTable *by_ids; /* key to borrowed connection */
};

static char *
connection_key (PeerBaseConnection *connection)
{
  return peer_connection_key_new (peer_base_connection_get_peer_id (connection),
                                  peer_base_connection_get_connection_id (connection));
}

PeerConnectionTable *
peer_connection_table_new (void)
{
  PeerConnectionTable *self = g_new0 (PeerConnectionTable, 1);

  self->store = g_list_store_new (PEER_TYPE_BASE_CONNECTION);
  self->by_ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  return self;
}

void
peer_connection_table_free (PeerConnectionTable *self)
{
  g_hash_table_unref (self->by_ids);
  g_object_unref (self->store);
  g_free (self);
}

void
peer_connection_table_add (PeerConnectionTable *self,
                           PeerBaseConnection *connection)
{
  g_hash_table_replace (self->by_ids, connection_key (connection), connection);
  g_list_store_append (self->store, connection);
}

void
peer_connection_table_remove (PeerConnectionTable *self,
                              PeerBaseConnection *connection)
{
  g_autofree char *key = connection_key (connection);
  guint position;

  if (g_hash_table_lookup (self->by_ids, key) == connection)
    g_hash_table_remove (self->by_ids, key);
  if (g_list_store_find (self->store, connection, &position))
    g_list_store_remove (self->store, position);
}

PeerBaseConnection *
peer_connection_table_lookup (PeerConnectionTable *self,
                              const char *peer_id,
                              const char *connection_id)
{
  g_autofree char *key = peer_connection_key_new (peer_id, connection_id);

  return g_hash_table_lookup (self->by_ids, key);
}

GPtrArray *
peer_connection_table_list (PeerConnectionTable *self,
                            const char *peer_id)
{
  GPtrArray *connections = g_ptr_array_new_with_free_func (g_object_unref);
  guint n_connections = g_list_model_get_n_items (G_LIST_MODEL (self->store));

  for (guint i = 0; i < n_connections; i++)
    {
      g_autoptr (PeerBaseConnection) connection = g_list_model_get_item (G_LIST_MODEL (self->store), i);

      if (peer_id == NULL || g_str_equal (peer_base_connection_get_peer_id (connection), peer_id))
        g_ptr_array_add (connections, g_steal_pointer (&connection));
    }

  return connections;
}

guint
peer_connection_table_count_connecting (PeerConnectionTable *self,
                                        const char *peer_id)
{
  g_autoptr (GPtrArray) connections = peer_connection_table_list (self, peer_id);
  guint n_connecting = 0;

  for (guint i = 0; i < connections->len; i++)
    {
      if (!peer_base_connection_get_is_open (g_ptr_array_index (connections, i)))
        n_connecting++;
    }

  return n_connecting;
}

GListModel *
peer_connection_table_get_model (PeerConnectionTable *self)
{
  return G_LIST_MODEL (self->store);
}
