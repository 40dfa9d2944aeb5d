/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-server-client-private.h"

#include <glib/gi18n-lib.h>

#include "peer-error.h"
#include "protocol/peer-envelope-private.h"
#include "protocol/peer-json-private.h"

/**
 * PeerServerClient:
 *
 * A client of a [class@Peer.Server]: somebody who holds an id there.
 *
 * A client that reconnects with the same id and token while the server still
 * holds its old connection stays the same object. Once it is not connected
 * any more it never is again.
 */
struct _PeerServerClient
{
  GObject parent_instance;

  PeerRelayClient *client;
};

G_DEFINE_FINAL_TYPE (PeerServerClient, peer_server_client, G_TYPE_OBJECT)

typedef enum
{
  PROP_ID = 1,
  PROP_TOKEN,
  PROP_ADDRESS,
  PROP_IS_CONNECTED,
} PeerServerClientProperty;

static GParamSpec *props[PROP_IS_CONNECTED + 1];

static void
peer_server_client_get_property (GObject *object,
                                 guint prop_id,
                                 GValue *value,
                                 GParamSpec *pspec)
{
  PeerServerClient *self = PEER_SERVER_CLIENT (object);

  switch ((PeerServerClientProperty) prop_id)
    {
    case PROP_ID:
      g_value_set_string (value, peer_server_client_get_id (self));
      break;
    case PROP_TOKEN:
      g_value_set_string (value, peer_server_client_get_token (self));
      break;
    case PROP_ADDRESS:
      g_value_set_string (value, peer_server_client_get_address (self));
      break;
    case PROP_IS_CONNECTED:
      g_value_set_boolean (value, peer_server_client_get_is_connected (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
peer_server_client_finalize (GObject *object)
{
  PeerServerClient *self = PEER_SERVER_CLIENT (object);

  g_clear_pointer (&self->client, peer_relay_client_unref);

  G_OBJECT_CLASS (peer_server_client_parent_class)->finalize (object);
}

static void
peer_server_client_class_init (PeerServerClientClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = peer_server_client_get_property;
  object_class->finalize = peer_server_client_finalize;

  /**
   * PeerServerClient:id:
   *
   * The id that the client chose or was given.
   */
  props[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);

  /**
   * PeerServerClient:token:
   *
   * What the client made up to be able to come back under its id. A secret
   * between it and the server.
   */
  props[PROP_TOKEN] = g_param_spec_string ("token", NULL, NULL, NULL, flags);

  /**
   * PeerServerClient:address:
   *
   * The IP address that the client's current connection comes from; see
   * [property@Peer.Server:proxied].
   */
  props[PROP_ADDRESS] = g_param_spec_string ("address", NULL, NULL, NULL, flags);

  /**
   * PeerServerClient:is-connected:
   *
   * Whether the client is connected.
   */
  props[PROP_IS_CONNECTED] = g_param_spec_boolean ("is-connected", NULL, NULL, FALSE, flags);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
peer_server_client_init (PeerServerClient *self)
{
}

PeerServerClient *
peer_server_client_for (PeerRelayClient *client)
{
  PeerServerClient *self = peer_relay_client_get_data (client);

  if (self == NULL)
    {
      self = g_object_new (PEER_TYPE_SERVER_CLIENT, NULL);
      self->client = peer_relay_client_ref (client);
      peer_relay_client_set_data (client, self);
    }

  return self;
}

void
peer_server_client_release (PeerRelayClient *client)
{
  g_autoptr (PeerServerClient) self = peer_relay_client_get_data (client);

  peer_relay_client_set_data (client, NULL);
  if (self != NULL)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_IS_CONNECTED]);
}

/**
 * peer_server_client_get_id: (get-property id)
 * @self: a client
 *
 * Gets the id of the client.
 *
 * Returns: (transfer none): the id
 */
const char *
peer_server_client_get_id (PeerServerClient *self)
{
  g_return_val_if_fail (PEER_IS_SERVER_CLIENT (self), NULL);

  return peer_relay_client_get_id (self->client);
}

/**
 * peer_server_client_get_token: (get-property token)
 * @self: a client
 *
 * Gets the token of the client.
 *
 * Returns: (transfer none): the token
 */
const char *
peer_server_client_get_token (PeerServerClient *self)
{
  g_return_val_if_fail (PEER_IS_SERVER_CLIENT (self), NULL);

  return peer_relay_client_get_token (self->client);
}

/**
 * peer_server_client_get_address: (get-property address)
 * @self: a client
 *
 * Gets the IP address that the client comes from.
 *
 * Returns: (transfer none): the address
 */
const char *
peer_server_client_get_address (PeerServerClient *self)
{
  g_return_val_if_fail (PEER_IS_SERVER_CLIENT (self), NULL);

  return peer_relay_client_get_address (self->client);
}

/**
 * peer_server_client_get_is_connected: (get-property is-connected)
 * @self: a client
 *
 * Gets whether the client is connected.
 *
 * Returns: %TRUE if it is
 */
gboolean
peer_server_client_get_is_connected (PeerServerClient *self)
{
  g_return_val_if_fail (PEER_IS_SERVER_CLIENT (self), FALSE);

  return peer_relay_client_is_connected (self->client);
}

/**
 * peer_server_client_send_message:
 * @self: a client
 * @type: the message's type, such as `OFFER`
 * @src: (nullable): the id that the message is said to come from
 * @payload: (nullable): what the message carries, mapped to JSON; a floating
 *   reference is consumed
 * @error: return location for an error
 *
 * Sends a message to the client.
 *
 * Fails with %PEER_ERROR_UNSUPPORTED_VALUE when JSON has no form for the
 * payload, and with %PEER_ERROR_CONNECTION_CLOSED when the client is not
 * connected or reads so slowly that it was disconnected now.
 *
 * Returns: %TRUE if the message is on its way
 */
gboolean
peer_server_client_send_message (PeerServerClient *self,
                                 const char *type,
                                 const char *src,
                                 GVariant *payload,
                                 GError **error)
{
  g_autoptr (GVariant) sunk = payload != NULL ? g_variant_ref_sink (payload) : NULL;
  g_autofree char *json = NULL;
  g_autoptr (GBytes) text = NULL;
  gsize length = 0;

  g_return_val_if_fail (PEER_IS_SERVER_CLIENT (self), FALSE);
  g_return_val_if_fail (type != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (sunk != NULL)
    {
      json = peer_json_print (sunk, &length, error);
      if (json == NULL)
        return FALSE;
    }

  text = peer_envelope_build (type, src, peer_server_client_get_id (self), json, length);
  if (peer_relay_client_send (self->client, text))
    return TRUE;

  g_set_error (error, PEER_ERROR, PEER_ERROR_CONNECTION_CLOSED,
               _ ("The client “%s” is not connected"), peer_server_client_get_id (self));

  return FALSE;
}

/**
 * peer_server_client_kick:
 * @self: a client
 * @reason: (nullable): what to tell the client
 *
 * Disconnects the client and frees its id. A reason reaches the client as an
 * `ERROR` message, which PeerJS reports as `server-error`.
 *
 * Does nothing when the client is not connected.
 */
void
peer_server_client_kick (PeerServerClient *self,
                         const char *reason)
{
  g_return_if_fail (PEER_IS_SERVER_CLIENT (self));

  peer_relay_client_kick (self->client, reason);
}
