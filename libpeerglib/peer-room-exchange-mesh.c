/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-room-exchange-mesh-private.h"

#include "peer-room-connection-link-private.h"

typedef struct
{
  PeerLinkSettings *links;
  PeerExchange *exchange;
} PeerRoomExchangeMeshPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (PeerRoomExchangeMesh, peer_room_exchange_mesh, PEER_TYPE_MESH_NETWORK)

typedef enum
{
  PROP_LINKS = 1,
} PeerRoomExchangeMeshProperty;

static GParamSpec *props[PROP_LINKS + 1];

static void
closed_cb (PeerBaseConnection *connection,
           PeerExchange *exchange)
{
  g_signal_handlers_disconnect_by_func (connection, closed_cb, exchange);
}

static void
unref_closure (gpointer data,
               GClosure *closure)
{
  g_object_unref (data);
}

/* The network is left before its connections have sent everything: they keep
 * the exchange, which would close them. */
static void
keep_exchange (PeerExchange *exchange,
               PeerDataConnection *connection)
{
  g_signal_connect_data (connection, "close", G_CALLBACK (closed_cb), g_object_ref (exchange), unref_closure, 0);
}

static PeerRoomLink *
peer_room_exchange_mesh_connect_to (PeerMeshNetwork *network,
                                    const char *id)
{
  PeerRoomExchangeMeshPrivate *priv = peer_room_exchange_mesh_get_instance_private (PEER_ROOM_EXCHANGE_MESH (network));
  g_autoptr (PeerConnectOptions) options = peer_connect_options_new ();
  PeerDataConnection *connection;
  GVariantDict metadata;

  g_variant_dict_init (&metadata, NULL);
  g_variant_dict_insert (&metadata, "session", "s", peer_mesh_network_get_session (network));
  peer_connect_options_set_metadata (options, g_variant_dict_end (&metadata));
  peer_connect_options_set_serialization (options, PEER_SERIALIZATION_BINARY);
  peer_connect_options_set_reliable (options, TRUE);
  connection = peer_exchange_offer (priv->exchange, id, options);
  if (connection == NULL)
    return NULL;

  keep_exchange (priv->exchange, connection);

  return peer_room_connection_link_new (connection, TRUE);
}

static void
handle_offer (PeerRoomExchangeMesh *self,
              const char *id,
              PeerPayload *payload)
{
  PeerRoomExchangeMeshPrivate *priv = peer_room_exchange_mesh_get_instance_private (self);
  PeerMeshNetwork *network = PEER_MESH_NETWORK (self);
  PeerDataConnection *connection;
  const char *session = NULL;
  g_autoptr (PeerRoomLink) link = NULL;

  if (payload->metadata != NULL && g_variant_is_of_type (payload->metadata, G_VARIANT_TYPE_VARDICT))
    g_variant_lookup (payload->metadata, "session", "&s", &session);
  if (!peer_mesh_network_takes_offer (network, id, session))
    return;

  payload->reliable = TRUE;
  connection = peer_exchange_handle_offer (priv->exchange, id, payload, PEER_SERIALIZATION_BINARY);
  if (connection == NULL)
    return;

  keep_exchange (priv->exchange, connection);
  link = peer_room_connection_link_new (connection, FALSE);
  peer_mesh_network_add_link (network, link, session);
}

void
peer_room_exchange_mesh_handle_signal (PeerRoomExchangeMesh *self,
                                       const char *id,
                                       const char *type,
                                       PeerPayload *payload)
{
  PeerRoomExchangeMeshPrivate *priv = peer_room_exchange_mesh_get_instance_private (self);

  if (peer_room_network_is_closed (PEER_ROOM_NETWORK (self)))
    return;

  if (g_str_equal (type, "OFFER"))
    handle_offer (self, id, payload);
  else if (g_str_equal (type, "ANSWER"))
    peer_exchange_handle_answer (priv->exchange, id, payload);
  else
    peer_exchange_handle_candidate (priv->exchange, id, payload);
}

static void
signal_cb (PeerRoomExchangeMesh *self,
           const char *id,
           const char *type,
           const PeerPayload *payload)
{
  if (!peer_room_network_is_closed (PEER_ROOM_NETWORK (self)))
    PEER_ROOM_EXCHANGE_MESH_GET_CLASS (self)->send_signal (self, id, type, payload);
}

static void
peer_room_exchange_mesh_set_property (GObject *object,
                                      guint prop_id,
                                      const GValue *value,
                                      GParamSpec *pspec)
{
  PeerRoomExchangeMeshPrivate *priv = peer_room_exchange_mesh_get_instance_private (PEER_ROOM_EXCHANGE_MESH (object));

  switch ((PeerRoomExchangeMeshProperty) prop_id)
    {
    case PROP_LINKS:
      priv->links = peer_link_settings_ref (g_value_get_pointer (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
peer_room_exchange_mesh_constructed (GObject *object)
{
  PeerRoomExchangeMesh *self = PEER_ROOM_EXCHANGE_MESH (object);
  PeerRoomExchangeMeshPrivate *priv = peer_room_exchange_mesh_get_instance_private (self);

  G_OBJECT_CLASS (peer_room_exchange_mesh_parent_class)->constructed (object);

  priv->exchange = peer_exchange_new (priv->links);
  g_signal_connect_object (priv->exchange, "signal", G_CALLBACK (signal_cb), self, G_CONNECT_SWAPPED);
}

static void
peer_room_exchange_mesh_finalize (GObject *object)
{
  PeerRoomExchangeMeshPrivate *priv = peer_room_exchange_mesh_get_instance_private (PEER_ROOM_EXCHANGE_MESH (object));

  g_object_unref (priv->exchange);
  peer_link_settings_unref (priv->links);

  G_OBJECT_CLASS (peer_room_exchange_mesh_parent_class)->finalize (object);
}

static void
peer_room_exchange_mesh_class_init (PeerRoomExchangeMeshClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = peer_room_exchange_mesh_set_property;
  object_class->constructed = peer_room_exchange_mesh_constructed;
  object_class->finalize = peer_room_exchange_mesh_finalize;
  PEER_MESH_NETWORK_CLASS (klass)->connect_to = peer_room_exchange_mesh_connect_to;

  props[PROP_LINKS] = g_param_spec_pointer ("links", NULL, NULL,
                                            G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
peer_room_exchange_mesh_init (PeerRoomExchangeMesh *self)
{
}
