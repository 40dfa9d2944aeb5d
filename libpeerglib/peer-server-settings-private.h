/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-broker.h"
#include "peer-server.h"

G_BEGIN_DECLS

/* The properties of a server that only hold a value. The numbers come first
 * and lie in an array. */
typedef enum
{
  PROP_ALIVE_TIMEOUT = 1,
  PROP_EXPIRE_TIMEOUT,
  PROP_CLEANUP_INTERVAL,
  PROP_CONCURRENT_LIMIT,
  PROP_CLIENTS_PER_ADDRESS,
  PROP_MAX_MESSAGE_SIZE,
  PROP_MESSAGES_PER_SECOND,
  PROP_MESSAGE_BURST,
  PROP_SEND_BUFFER_SIZE,
  PROP_QUEUE_LIMIT,
  PROP_QUEUE_TOTAL_LIMIT,
  PROP_QUEUE_TOTAL_SIZE,
  PROP_MAX_ID_LENGTH,
  PROP_MAX_DEPTH,
  PROP_HANDSHAKE_TIMEOUT,
  PROP_HANDSHAKE_LIMIT,
  PROP_AUTHENTICATE_TIMEOUT,
  PROP_TOPICS_PER_CLIENT,
  PROP_TURN_TTL,
  PROP_ALLOW_DISCOVERY,
  PROP_PROXIED,
  PROP_STRICT_HTTP_KEY,
  PROP_HOST,
  PROP_PATH,
  PROP_KEY,
  PROP_CORS_ORIGINS,
  PROP_ALLOWED_ORIGINS,
  PROP_AUTH_SECRETS,
  PROP_STUN_URIS,
  PROP_TURN_URIS,
  PROP_TURN_SECRET,
  PROP_EXTRA_MESSAGE_TYPES,
  PROP_TLS_CERTIFICATE,
  PROP_BROKER,
  PROP_SIGNALING_PATH,
  PROP_PORT,
  PROP_URI,
  PROP_SOUP_SERVER,
  PROP_N_CLIENTS,
} PeerServerProperty;

#define N_NUMBERS PROP_TURN_TTL
#define N_PROPS (PROP_N_CLIENTS + 1)

typedef struct
{
  guint numbers[N_NUMBERS + 1];
  gboolean allow_discovery;
  gboolean proxied;
  gboolean strict_http_key;
  char *host;
  char *path;
  char *key;
  char **cors_origins;
  char **allowed_origins;
  char **auth_secrets;
  char **stun_uris;
  char **turn_uris;
  char *turn_secret;
  char **extra_message_types;
  GTlsCertificate *tls_certificate;
  PeerBroker *broker;
} PeerServerSettings;

void peer_server_settings_init (PeerServerSettings *self);
void peer_server_settings_clear (PeerServerSettings *self);

/* Return whether the property is one of the settings. */
gboolean peer_server_settings_get (const PeerServerSettings *self,
                                   PeerServerProperty property,
                                   GValue *value);
gboolean peer_server_settings_set (PeerServerSettings *self,
                                   PeerServerProperty property,
                                   const GValue *value,
                                   gboolean *changed);

void peer_server_properties_install (GObjectClass *object_class,
                                     GParamSpec **props);

G_END_DECLS
