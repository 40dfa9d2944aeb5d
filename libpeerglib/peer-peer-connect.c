/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-peer-private.h"

#include <glib/gi18n-lib.h>

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

static void
peer_peer_apply_options (PeerPeer *self,
                         PeerConnectOptions *options,
                         PeerDataConnectionDescription *description,
                         PeerTransportConfig *config)
{
  if (options != NULL)
    {
      description->label = peer_connect_options_get_label (options);
      description->metadata = peer_connect_options_get_metadata (options);
      description->serialization = peer_connect_options_get_serialization (options);
      description->serializer = peer_connect_options_get_serializer (options);
      description->reliable = peer_connect_options_get_reliable (options) || peer_connect_options_get_reconnect (options);
      config->ordered = peer_connect_options_get_ordered (options);
    }

  if (description->serializer != NULL)
    description->serialization = PEER_SERIALIZATION_CUSTOM;
  if (description->serialization == PEER_SERIALIZATION_MSGPACK)
    description->reliable = TRUE;

  config->is_offerer = TRUE;
  if (description->label == NULL)
    description->label = description->connection_id;
  config->label = g_strdup (description->label);
  if (description->reliable)
    {
      config->ordered = TRUE;
    }
  else if (options != NULL)
    {
      config->max_retransmits = peer_connect_options_get_max_retransmits (options);
      config->max_packet_life_time = peer_connect_options_get_max_packet_life_time (options);
    }
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
  peer_peer_apply_options (self, options, &description, config);

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
