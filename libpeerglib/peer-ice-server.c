/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-ice-server.h"

/**
 * PeerIceServer:
 *
 * A STUN or TURN server that helps two peers to find a way to each other.
 *
 * It has what an `RTCIceServer` of the WebRTC specification has: one or more
 * URLs (`stun:host:port`, `turn:host:port?transport=udp`, `turns:host:port`)
 * and, for TURN, a user name and a password. It does not change once made.
 */
struct _PeerIceServer
{
  GObject parent_instance;

  char **urls;
  char *username;
  char *credential;
};

G_DEFINE_FINAL_TYPE (PeerIceServer, peer_ice_server, G_TYPE_OBJECT)

typedef enum
{
  PROP_URLS = 1,
  PROP_USERNAME,
  PROP_CREDENTIAL,
} PeerIceServerProperty;

static GParamSpec *properties[PROP_CREDENTIAL + 1];

static void
peer_ice_server_get_property (GObject *object,
                              guint prop_id,
                              GValue *value,
                              GParamSpec *pspec)
{
  PeerIceServer *self = PEER_ICE_SERVER (object);

  switch ((PeerIceServerProperty) prop_id)
    {
    case PROP_URLS:
      g_value_set_boxed (value, self->urls);
      break;

    case PROP_USERNAME:
      g_value_set_string (value, self->username);
      break;

    case PROP_CREDENTIAL:
      g_value_set_string (value, self->credential);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
peer_ice_server_set_property (GObject *object,
                              guint prop_id,
                              const GValue *value,
                              GParamSpec *pspec)
{
  PeerIceServer *self = PEER_ICE_SERVER (object);

  switch ((PeerIceServerProperty) prop_id)
    {
    case PROP_URLS:
      self->urls = g_value_dup_boxed (value);
      break;

    case PROP_USERNAME:
      self->username = g_value_dup_string (value);
      break;

    case PROP_CREDENTIAL:
      self->credential = g_value_dup_string (value);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
peer_ice_server_finalize (GObject *object)
{
  PeerIceServer *self = PEER_ICE_SERVER (object);

  g_strfreev (self->urls);
  g_free (self->username);
  g_free (self->credential);

  G_OBJECT_CLASS (peer_ice_server_parent_class)->finalize (object);
}

static void
peer_ice_server_class_init (PeerIceServerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = peer_ice_server_get_property;
  object_class->set_property = peer_ice_server_set_property;
  object_class->finalize = peer_ice_server_finalize;

  /**
   * PeerIceServer:urls: (getter get_urls)
   *
   * The server's URLs: `stun:`, `turn:` or `turns:`.
   */
  properties[PROP_URLS] = g_param_spec_boxed ("urls", NULL, NULL, G_TYPE_STRV,
                                              G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * PeerIceServer:username: (getter get_username)
   *
   * The user name for a TURN server.
   */
  properties[PROP_USERNAME] = g_param_spec_string ("username", NULL, NULL, NULL,
                                                   G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * PeerIceServer:credential: (getter get_credential)
   *
   * The password for a TURN server.
   */
  properties[PROP_CREDENTIAL] = g_param_spec_string ("credential", NULL, NULL, NULL,
                                                     G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
peer_ice_server_init (PeerIceServer *self)
{
}

/**
 * peer_ice_server_new:
 * @url: the server's URL: `stun:`, `turn:` or `turns:`
 * @username: (nullable): the user name for a TURN server
 * @credential: (nullable): the password for a TURN server
 *
 * Describes a server with one URL.
 *
 * Returns: (transfer full): a new ICE server
 */
PeerIceServer *
peer_ice_server_new (const char *url,
                     const char *username,
                     const char *credential)
{
  const char *urls[] = { url, NULL };

  g_return_val_if_fail (url != NULL, NULL);

  return g_object_new (PEER_TYPE_ICE_SERVER,
                       "urls", urls,
                       "username", username,
                       "credential", credential,
                       NULL);
}

/**
 * peer_ice_server_get_urls: (get-property urls)
 * @self: an ICE server
 *
 * Gets the server's URLs.
 *
 * Returns: (transfer none) (nullable) (array zero-terminated=1): the URLs
 */
const char *const *
peer_ice_server_get_urls (PeerIceServer *self)
{
  g_return_val_if_fail (PEER_IS_ICE_SERVER (self), NULL);

  return (const char *const *) self->urls;
}

/**
 * peer_ice_server_get_username: (get-property username)
 * @self: an ICE server
 *
 * Gets the user name for a TURN server.
 *
 * Returns: (nullable): the user name
 */
const char *
peer_ice_server_get_username (PeerIceServer *self)
{
  g_return_val_if_fail (PEER_IS_ICE_SERVER (self), NULL);

  return self->username;
}

/**
 * peer_ice_server_get_credential: (get-property credential)
 * @self: an ICE server
 *
 * Gets the password for a TURN server.
 *
 * Returns: (nullable): the password
 */
const char *
peer_ice_server_get_credential (PeerIceServer *self)
{
  g_return_val_if_fail (PEER_IS_ICE_SERVER (self), NULL);

  return self->credential;
}
