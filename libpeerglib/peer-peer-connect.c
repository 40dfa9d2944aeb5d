/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-peer-private.h"

#include <glib/gi18n-lib.h>

#include "peer-connect-options-private.h"
#include "peer-error.h"
#include "peer-reconnection-private.h"
#include "protocol/peer-id-private.h"

PeerDataConnection *
peer_peer_add_connection (PeerPeer *self,
                          const PeerDataConnectionDescription *description)
{
  g_autoptr (GMainContextPusher) pusher = g_main_context_pusher_new (self->context);
  PeerDataConnection *connection = peer_data_connection_new (PEER_CONNECTION_OWNER (self), description);

  peer_connection_table_add (self->connections, PEER_BASE_CONNECTION (connection));

  return connection;
}

gboolean
peer_peer_can_connect (PeerPeer *self)
{
  return !self->is_destroyed && (!self->is_disconnected || self->is_reconnecting);
}

static gboolean
peer_peer_options_are_complete (PeerConnectOptions *options)
{
  return options == NULL ||
         peer_connect_options_get_serialization (options) != PEER_SERIALIZATION_CUSTOM ||
         peer_connect_options_get_serializer (options) != NULL;
}

/**
 * peer_peer_connect_to:
 * @self: a peer
 * @peer_id: the id of the peer to connect to
 * @options: (nullable): how to connect
 *
 * Connects to another peer: PeerJS's `connect()`. It may be called before this
 * peer is open; the offer then waits until it is.
 *
 * The connection is returned at once and opens later; its
 * [signal@Peer.BaseConnection::open] and [signal@Peer.BaseConnection::error]
 * tell. The peer keeps it until it closes.
 *
 * After [method@Peer.Peer.disconnect_from_server] there is no connection;
 * [signal@Peer.Peer::error] is emitted with `PEER_ERROR_DISCONNECTED`.
 *
 * Returns: (transfer none) (nullable): the new connection
 */
PeerDataConnection *
peer_peer_connect_to (PeerPeer *self,
                      const char *peer_id,
                      PeerConnectOptions *options)
{
  g_autofree char *connection_id = NULL;
  g_autoptr (PeerTransportConfig) config = NULL;
  g_autoptr (PeerTransport) transport = NULL;
  g_autoptr (GMainContextPusher) pusher = NULL;
  g_autoptr (PeerDataConnection) connection = NULL;
  PeerBaseConnection *base;
  PeerDataConnectionDescription description = { .peer_id = peer_id };

  g_return_val_if_fail (PEER_IS_PEER (self), NULL);
  g_return_val_if_fail (peer_id != NULL, NULL);
  g_return_val_if_fail (options == NULL || PEER_IS_CONNECT_OPTIONS (options), NULL);
  g_return_val_if_fail (peer_peer_options_are_complete (options), NULL);

  if (!peer_peer_can_connect (self))
    {
      g_autoptr (GError) error = g_error_new_literal (PEER_ERROR, PEER_ERROR_DISCONNECTED,
                                                      _ ("Cannot connect to a new peer after disconnecting from the server"));

      peer_peer_report_error (self, error);
      return NULL;
    }

  pusher = g_main_context_pusher_new (self->context);
  connection_id = peer_connection_id_new ("dc_");
  description.connection_id = connection_id;
  description.max_message_size = (gsize) self->links->max_message_size;
  description.pending_budget = self->links->pending_budget;
  config = peer_link_settings_new_transport_config (self->links);
  peer_connect_options_apply (options, &description, config);

  connection = peer_peer_add_connection (self, &description);
  base = PEER_BASE_CONNECTION (connection);
  /* Whoever follows the list may have closed it. */
  if (base->state == PEER_CONNECTION_STATE_CLOSED)
    return NULL;

  transport = self->links->transport_factory (config);
  if (options != NULL && peer_connect_options_get_reconnect (options))
    {
      base->reconnection = peer_reconnection_new (base, transport, TRUE);
      g_set_object (&transport, peer_reconnection_get_transport (base->reconnection));
    }
  peer_base_connection_offer (base, transport);

  return connection;
}

/**
 * peer_peer_get_connection:
 * @self: a peer
 * @peer_id: the id of the other peer
 * @connection_id: the id of the connection
 *
 * Finds a connection: PeerJS's `getConnection()`.
 *
 * Returns: (transfer none) (nullable): the connection
 */
PeerBaseConnection *
peer_peer_get_connection (PeerPeer *self,
                          const char *peer_id,
                          const char *connection_id)
{
  g_return_val_if_fail (PEER_IS_PEER (self), NULL);
  g_return_val_if_fail (peer_id != NULL, NULL);
  g_return_val_if_fail (connection_id != NULL, NULL);

  return peer_connection_table_lookup (self->connections, peer_id, connection_id);
}

/**
 * peer_peer_add_serializer:
 * @self: a peer
 * @serializer: a serializer
 *
 * Makes a format of the application known, so that offers of other peers may
 * name it. It takes the place of an earlier one of the same name.
 */
void
peer_peer_add_serializer (PeerPeer *self,
                          PeerSerializer *serializer)
{
  g_return_if_fail (PEER_IS_PEER (self));
  g_return_if_fail (PEER_IS_SERIALIZER (serializer));

  g_hash_table_replace (self->serializers, g_strdup (peer_serializer_get_name (serializer)), g_object_ref (serializer));
}
