/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-server-private.h"

#include <glib/gi18n-lib.h>

#include "peer-auth-request-private.h"
#include "peer-error.h"
#include "protocol/peer-auth-token-private.h"

/* The key of servers that have none of their own. */
#define DEFAULT_KEY "peerjs"

static gboolean
peer_server_check_topic_request (PeerServer *self,
                                 const PeerRelayRequest *request,
                                 GError **error)
{
  const char *const *secrets = (const char *const *) self->settings.auth_secrets;
  const char *key = request->key != NULL ? request->key : DEFAULT_KEY;

  if (g_strcmp0 (key, self->settings.key) != 0)
    {
      g_set_error_literal (error, PEER_ERROR, PEER_ERROR_INVALID_KEY, _ ("The server does not know the key"));
      return FALSE;
    }

  if (secrets != NULL &&
      (request->id == NULL || request->token == NULL || !g_utf8_validate (request->id, -1, NULL) ||
       peer_auth_token_check (request->token, secrets, key, request->id, g_get_real_time () / G_USEC_PER_SEC) != PEER_AUTH_TOKEN_VALID))
    {
      g_set_error_literal (error, PEER_ERROR, PEER_ERROR_REFUSED, _ ("The token is not valid"));
      return FALSE;
    }

  return TRUE;
}

static void
client_decided (gpointer client,
                gboolean is_accepted,
                const char *reason)
{
  peer_topic_client_decide (client, is_accepted, reason);
}

static PeerRelayDecision
topics_authenticate (const PeerRelayRequest *request,
                     PeerTopicClient *client,
                     GError **error,
                     gpointer user_data)
{
  PeerServer *self = PEER_SERVER (user_data);
  g_autoptr (PeerAuthRequest) auth_request = NULL;
  g_autofree char *reason = NULL;
  PeerRelayDecision decision;

  if (!peer_server_check_topic_request (self, request, error))
    return PEER_RELAY_REFUSED;

  auth_request = peer_server_authenticate (self, request);
  if (auth_request == NULL)
    return PEER_RELAY_ACCEPTED;

  decision = peer_auth_request_decide_for (auth_request, peer_topic_client_ref (client), client_decided,
                                           (GDestroyNotify) peer_topic_client_unref, &reason);
  if (decision == PEER_RELAY_REFUSED && reason != NULL)
    g_set_error_literal (error, PEER_ERROR, PEER_ERROR_REFUSED, reason);

  return decision;
}

static void
topics_failed (const GError *error,
               gpointer user_data)
{
  g_autoptr (PeerServer) self = g_object_ref (user_data);

  g_signal_emit (self, peer_server_signals[SERVER_ERROR], 0, error);
}

static const PeerTopicRelayEvents topics_events = {
  .authenticate = topics_authenticate,
  .failed = topics_failed,
};

static void
opened_cb (PeerPollStream *stream,
           const PeerWebsocketRequest *request,
           gpointer user_data)
{
  PeerServer *self = PEER_SERVER (user_data);
  g_autoptr (GHashTable) query = soup_form_decode (request->query != NULL ? request->query : "");
  PeerRelayRequest topic_request = {
    .id = g_hash_table_lookup (query, "id"),
    .token = g_hash_table_lookup (query, "token"),
    .key = g_hash_table_lookup (query, "key"),
    .address = request->address,
    .query = query,
    .headers = request->headers,
  };

  peer_topic_relay_accept (self->topics, stream, &topic_request);
}

gboolean
peer_server_check_signaling (PeerServer *self,
                             GError **error)
{
  g_autofree char *path = NULL;

  if (self->signaling_path == NULL)
    return TRUE;

  path = peer_http_api_normalize_path (self->signaling_path);
  if (path != NULL && *path != '\0')
    return TRUE;

  g_set_error (error, PEER_ERROR, PEER_ERROR_SERVER_ERROR, _ ("“%s” is no path for signaling"), self->signaling_path);

  return FALSE;
}

void
peer_server_start_signaling (PeerServer *self)
{
  g_autofree char *mount = NULL;
  g_autofree char *path = NULL;
  g_autofree char *full_path = NULL;

  if (self->signaling_path == NULL)
    return;

  mount = peer_http_api_normalize_path (self->settings.path);
  path = peer_http_api_normalize_path (self->signaling_path);
  full_path = g_strconcat (mount, path, NULL);
  self->topics = peer_topic_relay_new (peer_relay_get_hub (self->relay), &topics_events, self);
  self->endpoint = peer_websocket_endpoint_new (peer_relay_get_hub (self->relay), peer_http_server_get_server (self->http),
                                                full_path, opened_cb, self);
  peer_server_configure_signaling (self);
}

void
peer_server_configure_signaling (PeerServer *self)
{
  const guint *numbers = self->settings.numbers;
  PeerTopicRelayConfig *config = peer_topic_relay_get_config (self->topics);

  config->socket = *peer_relay_get_socket_limits (self->relay);
  config->alive_timeout = numbers[PROP_ALIVE_TIMEOUT];
  config->auth_timeout = numbers[PROP_AUTHENTICATE_TIMEOUT];
  config->concurrent_limit = numbers[PROP_CONCURRENT_LIMIT];
  config->clients_per_address = numbers[PROP_CLIENTS_PER_ADDRESS];
  config->topics_per_client = numbers[PROP_TOPICS_PER_CLIENT];
  config->max_part_length = numbers[PROP_MAX_ID_LENGTH];
  config->max_depth = numbers[PROP_MAX_DEPTH] > 0 ? numbers[PROP_MAX_DEPTH] : G_MAXUINT;
  peer_topic_relay_configure (self->topics);

  peer_websocket_endpoint_configure (self->endpoint, (const char *const *) self->settings.allowed_origins,
                                     self->settings.proxied);
}

gboolean
peer_server_set_signaling_path (PeerServer *self,
                                const char *path)
{
  if (g_strcmp0 (self->signaling_path, path) == 0)
    return FALSE;

  g_free (self->signaling_path);
  self->signaling_path = g_strdup (path);

  return TRUE;
}

void
peer_server_install_signaling_path (GParamSpec **props)
{
  /**
   * PeerServer:signaling-path:
   *
   * Where clients exchange messages on topics over a WebSocket, below
   * [property@Peer.Server:path]: `/signaling`, for example. With %NULL they do
   * not. One that is set while the server is running is used from when it is
   * started again.
   *
   * [class@Peer.WebsocketSignaling] is such a client; what it and pages say
   * is in [Signaling](signaling.html). They need the server's key, in the
   * `key` of the query if it is not `peerjs`, and are authenticated as all
   * clients are: with [property@Peer.Server:auth-secrets] the query has the
   * `id` and the `token` that was made for it, and
   * [signal@Peer.Server::authenticate] is emitted. They are held to the
   * server's limits, which count them apart from the clients that have ids.
   */
  props[PROP_SIGNALING_PATH] = g_param_spec_string ("signaling-path", NULL, NULL, NULL,
                                                    G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
}
